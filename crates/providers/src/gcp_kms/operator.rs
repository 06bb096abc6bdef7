//! The operator's own identity at Google: it makes and impersonates the roles' service accounts and proves itself,
//! nothing else. Must not know KMS, nor look for credentials anywhere.

use std::sync::Arc;
use std::time::Duration;

use domain::validity::{Failure, ForeignText, Reason, TransientReason};

use super::OperatorIdentity;
use super::classify::Operation;
use super::session::{Freshness, Session};
use super::token::{AccountKey, IAM_SCOPE, KMS_SCOPE, PLATFORM_SCOPE};
use super::wire::Wire;
use crate::flight::Flight;
use crate::refused::Refused;

/// How long a proof of the operator's identity is believed.
const PROOF_LIFETIME: Duration = Duration::from_secs(10);

/// The operator's account, and its last token.
pub(super) struct Operator {
    wire: Arc<Wire>,
    key: Option<AccountKey>,
    token: Flight<Result<Arc<Session>, Refused>>,
}

impl Operator {
    pub(super) fn new(identity: OperatorIdentity, wire: Arc<Wire>) -> Self {
        let key = match identity {
            OperatorIdentity::None => None,
            OperatorIdentity::ServiceAccountKey { client_email, private_key_id, private_key } => Some(AccountKey {
                client_email: client_email.as_str().to_owned(),
                private_key_id: private_key_id.as_str().to_owned(),
                private_key,
            }),
        };
        Self { wire, key, token: Flight::default() }
    }

    /// Gives the operator's service account, if there is one.
    pub(super) fn email(&self) -> Option<&str> {
        self.key.as_ref().map(|key| key.client_email.as_str())
    }

    /// Takes a token of a role's service account.
    /// Errors: what IAM Credentials said. Where the operator's own identity was refused, that is noted and
    /// left out.
    pub(super) async fn impersonate(&self, service_account: &str) -> Result<Session, Refused> {
        let now = self.wire.clock.now();
        let first = self.obtain(|token| Freshness::Unexpired.keeps(token, now)).await;
        let (mut token, used_before) = self.note(first)?;
        let mut answer = self.wire.impersonate(&token.credentials, service_account, KMS_SCOPE).await;
        if used_before && answer.as_ref().is_err_and(is_operators) {
            // A token that was good may have been ended since.
            let second = self.obtain(|last| !Arc::ptr_eq(last, &token)).await;
            (token, _) = self.note(second)?;
            answer = self.wire.impersonate(&token.credentials, service_account, KMS_SCOPE).await;
        }
        self.note(answer)
    }

    /// Makes a service account in a project of the operator's, or finds it made.
    /// Errors: what Google said, as a fault of the operator's own.
    pub(super) async fn make_account(&self, project: &str, name: &str, words: &str) -> Result<(), Refused> {
        let asked = async {
            let token = self.token_for(PLATFORM_SCOPE).await?;
            self.wire.make_account(&token.credentials, project, name, words).await
        };
        self.note(asked.await)
    }

    /// Deletes a service account of a project of the operator's, or finds it gone.
    /// Errors: as in making it.
    pub(super) async fn remove_account(&self, project: &str, account: &str) -> Result<(), Refused> {
        let asked = async {
            let token = self.token_for(PLATFORM_SCOPE).await?;
            self.wire.remove_account(&token.credentials, project, account).await
        };
        self.note(asked.await)
    }

    /// Takes a token that opens more than the usual one, for this once.
    async fn token_for(&self, scope: &str) -> Result<Session, Refused> {
        let key = self.key.as_ref().ok_or_else(nobody)?;
        self.wire.exchange(Operation::OperatorToken, key, scope).await
    }

    /// Proves the operator's identity by a new token, or repeats a proof of the last 10 s.
    pub(super) async fn prove(&self) -> Result<(), Refused> {
        let now = self.wire.clock.now();
        let recent = |token: &Arc<Session>| now >= token.obtained_at && now.since(token.obtained_at) <= PROOF_LIFETIME;
        let proved = self.obtain(recent).await;
        self.note(proved).map(drop)
    }

    /// Gives the last token if `keep` says so, or a new one; and whether it had been used before.
    async fn obtain(&self, keep: impl Fn(&Arc<Session>) -> bool) -> Result<(Arc<Session>, bool), Refused> {
        let key = self.key.as_ref().ok_or_else(nobody)?;
        let mut used_before = true;
        let exchange = async {
            used_before = false;
            self.wire.exchange(Operation::OperatorToken, key, IAM_SCOPE).await.map(Arc::new)
        };
        let token = self.token.join(|last| last.as_ref().is_ok_and(&keep), exchange).await?;
        Ok((token, used_before))
    }

    /// Notes what an answer says about the operator's identity. What was said goes to the operator
    /// alone; a tenant learns only that it is not his fault.
    fn note<T>(&self, answer: Result<T, Refused>) -> Result<T, Refused> {
        let refused = match answer {
            Ok(answer) => {
                self.wire.health.identity_works();
                return Ok(answer);
            }
            Err(refused) => refused,
        };
        if !is_operators(&refused) {
            return Err(refused);
        }
        let Failure { provider_code, provider_message, .. } = &refused.failure;
        let said: Vec<&str> = provider_code.iter().chain(provider_message).map(ForeignText::as_str).collect();
        let words = if said.is_empty() { "it was refused".to_owned() } else { said.join(": ") };
        self.wire.health.identity_fails(self.wire.clock.now(), ForeignText::tame(&words, &[]));
        Err(Refused { failure: Failure::silent(refused.failure.reason), ..refused })
    }
}

fn nobody() -> Refused {
    let words = "a provider role is in use, but no operator identity for Google is configured";
    Refused::saying(Reason::Transient(TransientReason::OperatorIdentity), words)
}

fn is_operators(refused: &Refused) -> bool {
    refused.failure.reason == Reason::Transient(TransientReason::OperatorIdentity)
}
