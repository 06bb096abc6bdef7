//! The operator's own application at Azure: it takes tokens in the tenants of customers that let it in, and at
//! home, where it proves itself and shows itself to Resource Manager. Must not know Key Vault.

use std::sync::Arc;
use std::time::Duration;

use domain::customer_key::azure_key_vault::{AzureEnvironment, AzureGuid};
use domain::secret::SecretText;
use domain::time::Timestamp;
use domain::validity::{DefiniteReason, Failure, ForeignText, Reason, TransientReason};

use super::classify::Operation;
use super::places::Resource;
use super::token::{Application, Session, take};
use super::wire::Wire;
use crate::flight::Flight;
use crate::refused::Refused;
use crate::session::Freshness;

/// How long a proof of the operator's identity is believed.
const PROOF_LIFETIME: Duration = Duration::from_secs(10);

/// Who the operator is at Azure.
#[derive(Debug, Clone, Default)]
pub enum OperatorIdentity {
    /// Nobody: roles cannot be used, client secrets can.
    #[default]
    None,
    /// An application that customers let into their tenants.
    ClientSecret {
        /// The cloud it is registered in.
        environment: AzureEnvironment,
        /// The tenant it is registered in.
        tenant: AzureGuid,
        /// Its id.
        client_id: AzureGuid,
        /// Its secret.
        secret: Arc<SecretText>,
    },
}

/// That the operator's application was let in at home.
#[derive(Debug, Clone)]
pub(super) struct Proof {
    at: Timestamp,
}

/// The operator's application.
pub(super) struct Operator {
    home: Option<Application>,
    wire: Wire,
    proof: Flight<Result<Proof, Refused>>,
    /// What it shows Resource Manager at home.
    session: Flight<Result<Arc<Session>, Refused>>,
}

impl Operator {
    pub(super) fn new(identity: OperatorIdentity, wire: Wire) -> Self {
        let home = match identity {
            OperatorIdentity::None => None,
            OperatorIdentity::ClientSecret { environment, tenant, client_id, secret } => {
                Some(Application { environment, tenant, client_id, secret })
            }
        };
        Self { home, wire, proof: Flight::default(), session: Flight::default() }
    }

    /// Gives the application as it is at home, if there is one.
    pub(super) const fn home(&self) -> Option<&Application> {
        self.home.as_ref()
    }

    /// Gives the way for questions that are the operator's own.
    pub(super) const fn wire(&self) -> &Wire {
        &self.wire
    }

    /// Gives the application as it stands in a customer's tenant.
    /// Errors: there is none.
    pub(super) fn abroad(&self, tenant: &AzureGuid) -> Result<Application, Refused> {
        match &self.home {
            Some(home) => Ok(Application { tenant: tenant.clone(), ..home.clone() }),
            None => self.note(Err(nobody())),
        }
    }

    /// Takes a token in a customer's tenant, by a way of that customer's, as one service principal.
    /// Errors: what Entra said, or that the token is another principal's. Where the operator's own secret was
    /// refused, that is noted and left out.
    pub(super) async fn enter(
        &self,
        wire: &Wire,
        application: &Application,
        principal: &AzureGuid,
        resource: Resource,
    ) -> Result<Session, Refused> {
        let given = take(wire, application, resource, Operation::RoleToken).await;
        let session = self.note(given)?;
        let claims = &session.credentials.claims;
        if claims.tenant.as_ref().is_some_and(|tenant| *tenant != application.tenant) {
            return Err(Refused::unexpected("Entra gave a token for another tenant"));
        }
        match &claims.object {
            Some(object) if object == principal => Ok(session),
            Some(object) => {
                let words = format!(
                    "in that tenant the operator's application is the service principal {}, not {}",
                    object.as_str(),
                    principal.as_str()
                );
                Err(Refused::saying(Reason::Definite(DefiniteReason::RoleNotAssumable), &words))
            }
            None => Err(Refused::unexpected("Entra gave a token that does not say whose it is")),
        }
    }

    /// Gives what the operator's application shows Resource Manager at home, as fresh as it needs to be.
    /// Errors: there is none, or what Entra said.
    pub(super) async fn at_home(&self, freshness: Freshness) -> Result<Arc<Session>, Refused> {
        let now = self.wire.clock.now();
        let keep =
            |last: &Result<Arc<Session>, Refused>| last.as_ref().is_ok_and(|session| freshness.keeps(session, now));
        let take = async {
            let Some(home) = &self.home else { return self.note(Err(nobody())) };
            let taken = take(&self.wire, home, Resource::Management, Operation::OperatorToken).await;
            self.note(taken).map(Arc::new)
        };
        self.session.join(keep, take).await
    }

    /// Proves the operator's application at home, or repeats a proof of the last 10 s.
    pub(super) async fn prove(&self) -> Result<Proof, Refused> {
        let now = self.wire.clock.now();
        let recent = |last: &Result<Proof, Refused>| {
            last.as_ref().is_ok_and(|proof| now >= proof.at && now.since(proof.at) <= PROOF_LIFETIME)
        };
        self.proof.join(recent, async { self.note(self.ask(now).await) }).await
    }

    async fn ask(&self, at: Timestamp) -> Result<Proof, Refused> {
        let Some(home) = &self.home else { return Err(nobody()) };
        // Every tenant knows Resource Manager; Key Vault only one that has used it.
        take(&self.wire, home, Resource::Management, Operation::OperatorToken).await.map(|_| Proof { at })
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
        if refused.failure.reason != Reason::Transient(TransientReason::OperatorIdentity) {
            return Err(refused);
        }
        let Failure { provider_code, provider_message, .. } = &refused.failure;
        let said: Vec<&str> = provider_code.iter().chain(provider_message).map(ForeignText::as_str).collect();
        let words = said.join(": ");
        // Its words were tamed, with the secret struck out, when they were read.
        self.wire.health.identity_fails(self.wire.clock.now(), ForeignText::tame(&words, &[]));
        Err(Refused { failure: Failure::silent(refused.failure.reason), ..refused })
    }
}

fn nobody() -> Refused {
    let words = "no operator identity for Azure is configured; provider roles and private endpoints need one";
    Refused::saying(Reason::Transient(TransientReason::OperatorIdentity), words)
}
