//! Google Cloud KMS as a provider: what is asked of a key, and when an answer counts. Source: product.md
//! 2.1, 2.2. Must not know what Google's answers are called (`classify.rs`), nor where a key's settings
//! come from.

mod account;
mod binding;
mod classify;
mod client;
mod config;
mod key_state;
mod operator;
mod role;
mod session;
mod token;
mod wire;
#[cfg(test)]
mod wire_tests;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use domain::customer_key::gcp_kms::{GcpCredentials, GcpKms as Settings, KeyVersionName};
use domain::customer_key::{CustomerKeyVersion, WrappedDataKey};
use domain::id::ProjectId;
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::secret::SecretBytes;
use domain::validity::{DefiniteReason, Failure, Reason, TransientReason};

pub use config::{Config, OperatorIdentity};

use crate::address::AddressPolicy;
use crate::clock::{Clock, skew};
use crate::operator_health::OperatorHealth;
use crate::provider::{Description, Tokens, Unhurried, WrapContext};
use crate::refused::Refused;
use crate::registry::{ConfigFault, RoleFault};
use crate::transport::Transport;
use config::Places;
use operator::Operator;
use session::{Freshness, Identity, Sessions, Who};
use token::{AccessToken, AccountKey};
use wire::Wire;

/// The cloud, as all projects share it.
pub(crate) struct Google {
    wire: Arc<Wire>,
    operator: Operator,
    /// Where service accounts of roles are made, if the operator is somebody.
    project: Option<String>,
    sessions: Sessions,
}

impl fmt::Debug for Google {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Google")
    }
}

impl Google {
    pub(crate) fn new(
        config: Config,
        addresses: &Arc<AddressPolicy>,
        clock: Clock,
        health: Arc<OperatorHealth>,
    ) -> Result<Self, Vec<ConfigFault>> {
        let places = config.places(addresses);
        let project = config.project();
        let transport = Transport::new(&config.trusted_roots, config.speaks_tls(), addresses)
            .map_err(|fault| ConfigFault { setting: "gcp.trusted_roots", fault });
        let (places, transport) = match (places, transport) {
            (Ok(places), Ok(transport)) => (places, transport),
            (places, transport) => {
                return Err(places.err().into_iter().flatten().chain(transport.err()).collect());
            }
        };
        let Places { kms, iam, iam_credentials, token } = places;
        let wire = Arc::new(Wire { transport, clock, health, kms, iam, iam_credentials, token });
        Ok(Self {
            operator: Operator::new(config.operator, wire.clone()),
            project,
            sessions: Sessions::new(config.most_sessions),
            wire,
        })
    }

    pub(crate) fn forget(&self, project: ProjectId) {
        self.sessions.forget(project);
    }

    pub(crate) fn operator_health(&self) -> Arc<OperatorHealth> {
        self.wire.health.clone()
    }

    pub(crate) async fn prove_operator(&self) -> Result<(), Failure> {
        if self.operator.email().is_none() {
            return Ok(());
        }
        self.operator.prove().await.map_err(|refused| refused.failure)
    }

    /// Decides whether a refusal counts. One that could be a fault of ours is definite only once our
    /// clock and, where a role is used, the operator's own identity are proved. Source: product.md 2.2.
    async fn settle(&self, refused: Refused, by_role: bool) -> Failure {
        let blames_identity = match refused.failure.reason {
            Reason::Definite(DefiniteReason::CredentialRejected | DefiniteReason::RoleNotAssumable) => true,
            Reason::Definite(DefiniteReason::AccessDenied) => by_role,
            Reason::Definite(_) | Reason::Transient(_) => false,
        };
        if !blames_identity {
            return refused.failure;
        }
        let skew = refused.answered_at.and_then(|theirs| skew(theirs, self.wire.clock.now()));
        if skew.is_some() {
            return Failure { reason: Reason::Transient(TransientReason::ClockSkew), ..refused.failure };
        }
        if by_role && let Err(ours) = self.operator.prove().await {
            return ours.failure;
        }
        refused.failure
    }
}

/// A customer key in Google Cloud KMS, opened for one project.
pub(crate) struct GcpKmsKey {
    google: Arc<Google>,
    project: ProjectId,
    version: KeyVersionName,
    identity: Identity,
    who: Who,
}

impl fmt::Debug for GcpKmsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GcpKmsKey").field("project", &self.project).finish_non_exhaustive()
    }
}

/// One go at what is wanted.
struct Turn {
    token: Arc<AccessToken>,
    /// Whether Google accepted this token before: it may have been ended since.
    used_before: bool,
}

const LOOK: &str = "cloudkms.cryptoKeyVersions.get";
const LOOK_AT_KEY: &str = "cloudkms.cryptoKeys.get";
const ENCRYPT: &str = "cloudkms.cryptoKeyVersions.useToEncrypt";
const DECRYPT: &str = "cloudkms.cryptoKeyVersions.useToDecrypt";

impl GcpKmsKey {
    pub(crate) fn open(
        google: Arc<Google>,
        project: ProjectId,
        settings: &Settings,
        role: Option<&ProviderRole>,
    ) -> Result<Self, RoleFault> {
        let identity = match &settings.credentials {
            GcpCredentials::ServiceAccountKey { client_email, private_key_id, private_key } => {
                Identity::Key(AccountKey {
                    client_email: client_email.as_str().to_owned(),
                    private_key_id: private_key_id.as_str().to_owned(),
                    private_key: private_key.clone(),
                })
            }
            GcpCredentials::Role(id) => {
                let role = role.filter(|role| role.id == *id).ok_or(RoleFault::Missing)?;
                if role.project != project {
                    return Err(RoleFault::OtherProject);
                }
                match (&role.identity, role.authorized_at) {
                    (RoleIdentity::Gcp { service_account, .. }, Some(_)) => {
                        Identity::Role { id: role.id, service_account: service_account.as_str().to_owned() }
                    }
                    (RoleIdentity::Gcp { .. }, None) => return Err(RoleFault::NotAuthorized),
                    (RoleIdentity::Aws { .. } | RoleIdentity::Azure { .. }, _) => return Err(RoleFault::Elsewhere),
                }
            }
        };
        let who = identity.who();
        Ok(Self { google, project, version: settings.key_version.clone(), identity, who })
    }

    /// Begins with a token that is as fresh as it needs to be.
    async fn begin(&self, freshness: Freshness) -> Result<Turn, Failure> {
        let Google { wire, operator, sessions, project: _ } = &*self.google;
        let wanted = (freshness, wire.clock.now());
        let ways = (sessions, &**wire, operator);
        match session::of_identity(ways, self.project, (&self.identity, &self.who), wanted).await {
            Ok(given) => Ok(Turn { token: given.session.credentials.clone(), used_before: given.used_before }),
            Err(refused) => Err(self.settle(refused).await),
        }
    }

    /// Begins again if a token was refused that had been accepted before.
    /// Errors: the refusal, once it is decided whether it counts.
    async fn again(&self, turn: Turn, refused: Refused) -> Result<Turn, Failure> {
        if turn.used_before && refused.is(DefiniteReason::CredentialRejected) {
            self.begin(Freshness::New).await
        } else {
            Err(self.settle(refused).await)
        }
    }

    async fn settle(&self, refused: Refused) -> Failure {
        self.google.settle(refused, matches!(self.identity, Identity::Role { .. })).await
    }

    /// Proves the key by its version's state, if we may ask for it, and by a round trip.
    async fn prove(&self, token: &AccessToken) -> Result<(), Refused> {
        match client::look_at_version(&self.google.wire, token, &self.version).await {
            Ok(version) => version.usable().map_err(Refused::from_failure)?,
            // We need not be allowed to look; encrypting and decrypting decides.
            Err(refused) if refused.is(DefiniteReason::AccessDenied) => {}
            Err(refused) => return Err(refused),
        }
        self.round_trip(token).await.map_err(|(_, refused)| refused)
    }

    /// Encrypts and decrypts 32 random bytes.
    /// Errors: the permission that was used, and what was said.
    async fn round_trip(&self, token: &AccessToken) -> Result<(), (&'static str, Refused)> {
        let wire = &self.google.wire;
        let probe = SecretBytes::fill(|place| aws_lc_rs::rand::fill(place))
            .map_err(|_| (ENCRYPT, Refused::unexpected("no random bytes for a probe")))?;
        let context = WrapContext { project: self.project, cluster: None, key: "probe".to_owned() };
        let bound_to = binding::bound_to(&context);
        let encrypted = client::encrypt(wire, token, &self.version, &probe, &bound_to).await;
        let encrypted = encrypted.map_err(|refused| (ENCRYPT, refused))?;
        let decrypted = client::decrypt(wire, token, &self.version, &encrypted, &bound_to).await;
        let decrypted = decrypted.map_err(|refused| (DECRYPT, refused))?;
        if decrypted.matches(probe.expose()) {
            Ok(())
        } else {
            Err((DECRYPT, Refused::unexpected("Decrypt did not return what Encrypt was given")))
        }
    }

    async fn tell(&self, token: &AccessToken) -> Result<Description, Refused> {
        let wire = &self.google.wire;
        let key = self.version.as_str().to_owned();
        let mut description = Description {
            identity: self.identity.email().to_owned(),
            customer_key_version: Some(CustomerKeyVersion { key, material: None }),
            missing_permissions: BTreeSet::new(),
            deletion_at: None,
            expires_at: None,
        };
        let wanted = [LOOK, LOOK_AT_KEY, ENCRYPT, DECRYPT];
        let missing = &mut description.missing_permissions;
        match client::permitted(wire, token, &self.version, &wanted).await {
            Ok(granted) => missing.extend(wanted.into_iter().filter(|wanted| !granted.iter().any(|one| one == wanted))),
            Err(refused) if refused.is(DefiniteReason::AccessDenied) => self.try_all(token, missing).await?,
            Err(refused) => return Err(refused),
        }
        match client::look_at_version(wire, token, &self.version).await {
            Ok(version) => description.deletion_at = version.deletion_at(),
            Err(refused) if refused.is(DefiniteReason::AccessDenied) => {
                missing.insert(LOOK);
            }
            Err(refused) => return Err(refused),
        }
        Ok(description)
    }

    /// Finds what we may not do by doing it.
    async fn try_all(&self, token: &AccessToken, missing: &mut BTreeSet<&'static str>) -> Result<(), Refused> {
        let looked = client::look_at_key(&self.google.wire, token, &self.version).await;
        let looked = looked.map(drop).map_err(|refused| (LOOK_AT_KEY, refused));
        for tried in [looked, self.round_trip(token).await] {
            match tried {
                Ok(()) => {}
                Err((permission, refused)) if refused.is(DefiniteReason::AccessDenied) => {
                    missing.insert(permission);
                }
                // The key's state is no permission; a check tells it.
                Err((_, Refused { failure: Failure { reason: Reason::Definite(_), .. }, .. })) => {}
                Err((_, refused)) => return Err(refused),
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Unhurried for GcpKmsKey {
    async fn check(&self, tokens: Tokens) -> Result<(), Failure> {
        let freshness = match tokens {
            Tokens::MayBeCached => Freshness::Recent,
            Tokens::Fresh => Freshness::New,
        };
        let mut turn = self.begin(freshness).await?;
        loop {
            match self.prove(&turn.token).await {
                Ok(()) => return Ok(()),
                Err(refused) => turn = self.again(turn, refused).await?,
            }
        }
    }

    async fn wrap(&self, context: &WrapContext, data_key: &SecretBytes<32>) -> Result<WrappedDataKey, Failure> {
        let bound_to = binding::bound_to(context);
        let mut turn = self.begin(Freshness::Unexpired).await?;
        let ciphertext = loop {
            let wire = &self.google.wire;
            match client::encrypt(wire, &turn.token, &self.version, data_key, &bound_to).await {
                Ok(ciphertext) => break ciphertext,
                Err(refused) => turn = self.again(turn, refused).await?,
            }
        };
        let key = self.version.as_str().to_owned();
        Ok(WrappedDataKey { ciphertext, customer_key_version: CustomerKeyVersion { key, material: None } })
    }

    async fn unwrap(&self, context: &WrapContext, wrapped: &WrappedDataKey) -> Result<SecretBytes<32>, Failure> {
        // The version is named as it was when it encrypted: the settings may name another one since.
        let version = KeyVersionName::parse(&wrapped.customer_key_version.key)
            .ok_or_else(|| Refused::unexpected("what was wrapped names no version of a key at Google").failure)?;
        let bound_to = binding::bound_to(context);
        let mut turn = self.begin(Freshness::Unexpired).await?;
        loop {
            let wire = &self.google.wire;
            match client::decrypt(wire, &turn.token, &version, &wrapped.ciphertext, &bound_to).await {
                Ok(data_key) => return Ok(data_key),
                Err(refused) => turn = self.again(turn, refused).await?,
            }
        }
    }

    async fn describe(&self) -> Result<Description, Failure> {
        let mut turn = self.begin(Freshness::Recent).await?;
        loop {
            match self.tell(&turn.token).await {
                Ok(description) => return Ok(description),
                Err(refused) => turn = self.again(turn, refused).await?,
            }
        }
    }
}
