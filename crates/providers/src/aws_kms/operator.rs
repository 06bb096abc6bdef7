//! The operator's own identity at AWS: it assumes the customers' roles, proves itself, and signs for the
//! operator's own key (`operator_key.rs`), nothing else.
//! The only place that may look for credentials in the environment. Must not know KMS.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::config::{IdentityCache, Region};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::identity::SharedIdentityCache;
use domain::secret::SecretText;
use domain::time::Timestamp;
use domain::validity::{Failure, ForeignText, Reason, TransientReason};
use tokio::sync::OnceCell;

use super::classify::{Operation, Refused, classify};
use super::client::{PerRegion, TenantCredentials, Wire, quiet};
use super::session::Session;
use crate::flight::Flight;

/// How long a proof of the operator's identity is believed.
const PROOF_LIFETIME: Duration = Duration::from_secs(10);
/// How long credentials that were found are used before they are looked for again, and how long they must still last.
const SPARE: Duration = Duration::from_secs(300);
/// How long an assumed role's tokens live. Also the most that AWS gives where roles are chained.
const SESSION_SECONDS: i32 = 3600;

/// Who the operator is at AWS.
#[derive(Debug, Clone, Default)]
pub enum OperatorIdentity {
    /// Nobody: roles cannot be used, static credentials can.
    #[default]
    None,
    /// An access key.
    Static {
        /// The public half.
        access_key_id: String,
        /// The secret half.
        secret_access_key: Arc<SecretText>,
        /// The token that goes with temporary keys.
        session_token: Option<Arc<SecretText>>,
    },
    /// Whatever the SDK's default chain finds: environment, profile, web identity, ECS, EC2.
    Environment,
}

/// What the search for the operator's credentials came to.
#[derive(Clone)]
struct Found {
    at: Timestamp,
    credentials: Result<Credentials, String>,
}

/// Who AWS says the operator is.
#[derive(Debug, Clone)]
pub(super) struct Proof {
    pub(super) account: String,
    pub(super) arn: Option<String>,
    at: Timestamp,
}

/// The operator's clients.
pub(super) struct Operator {
    wire: Wire,
    signs: Option<Signs>,
    /// What must not turn up in any text.
    secrets: Vec<Arc<SecretText>>,
    sts: PerRegion<aws_sdk_sts::Client>,
    proof: Flight<Result<Proof, Refused>>,
    found: Flight<Found>,
}

struct Signs {
    provider: SharedCredentialsProvider,
    cache: SharedIdentityCache,
}

impl Operator {
    pub(super) fn new(identity: OperatorIdentity, wire: Wire) -> Self {
        let (signs, secrets) = match identity {
            OperatorIdentity::None => (None, Vec::new()),
            OperatorIdentity::Static { access_key_id, secret_access_key, session_token } => {
                let credentials = Credentials::new(
                    access_key_id,
                    secret_access_key.expose(),
                    session_token.as_ref().map(|token| token.expose().to_owned()),
                    None,
                    "operator",
                );
                let provider = SharedCredentialsProvider::new(credentials);
                let secrets = std::iter::once(secret_access_key).chain(session_token).collect();
                (Some(Signs { provider, cache: IdentityCache::no_cache() }), secrets)
            }
            OperatorIdentity::Environment => {
                let provider = SharedCredentialsProvider::new(Ambient { wire: wire.clone(), chain: OnceCell::new() });
                (Some(Signs { provider, cache: IdentityCache::lazy().build() }), Vec::new())
            }
        };
        Self { wire, signs, secrets, sts: PerRegion::default(), proof: Flight::default(), found: Flight::default() }
    }

    pub(super) const fn exists(&self) -> bool {
        self.signs.is_some()
    }

    /// Gives what calls for the operator's own key are signed with. Never for a tenant's.
    /// Errors: there is no identity, or its credentials were not found.
    pub(super) async fn credentials(&self) -> Result<TenantCredentials, Refused> {
        let missing = |words: &str| {
            let mut refused = Refused::silent(Reason::Transient(TransientReason::OperatorIdentity));
            refused.failure.provider_message = Some(ForeignText::tame(words, &self.secrets()));
            refused
        };
        let signs = self.signs.as_ref().ok_or_else(|| missing("no operator identity for AWS is configured"))?;
        // A chain asks somebody every time: the metadata service, or STS.
        let now = self.wire.clock.now();
        let recent = |found: &Found| {
            let lasts = |found: &Credentials| found.expiry().is_none_or(|end| outlives(end, now + SPARE));
            now >= found.at && now.since(found.at) < SPARE && found.credentials.as_ref().is_ok_and(lasts)
        };
        let search = async {
            let found = quiet(signs.provider.provide_credentials()).await;
            Found { at: now, credentials: found.map_err(|error| error.to_string()) }
        };
        let found = self.found.join(recent, search).await.credentials;
        let found = found.map_err(|error| missing(&format!("no credentials were found: {error}")))?;
        Ok(TenantCredentials {
            access_key_id: found.access_key_id().to_owned(),
            secret_access_key: Arc::new(SecretText::new(found.secret_access_key().to_owned())),
            session_token: found.session_token().map(|token| SecretText::new(token.to_owned())),
        })
    }

    fn sts(&self, region: &str) -> Result<aws_sdk_sts::Client, Refused> {
        let signs = self.signs.as_ref().ok_or_else(|| {
            let mut refused = Refused::silent(Reason::Transient(TransientReason::OperatorIdentity));
            let words = "a provider role is in use, but no operator identity for AWS is configured";
            refused.failure.provider_message = Some(ForeignText::tame(words, &[]));
            refused
        })?;
        Ok(self.sts.client(region, || {
            let config = self
                .wire
                .sts(region)
                .credentials_provider(signs.provider.clone())
                .identity_cache(signs.cache.clone())
                .build();
            aws_sdk_sts::Client::from_conf(config)
        }))
    }

    /// Assumes a customer's role.
    /// Errors: what STS said. Where the operator's own identity was refused, that is noted and left out.
    pub(super) async fn assume(&self, region: &str, wanted: &Wanted<'_>) -> Result<Session, Refused> {
        let asked_at = self.wire.clock.now();
        let assumed = self.ask_for_role(region, wanted, asked_at).await;
        self.note(assumed)
    }

    async fn ask_for_role(&self, region: &str, wanted: &Wanted<'_>, asked_at: Timestamp) -> Result<Session, Refused> {
        let call = self
            .sts(region)?
            .assume_role()
            .role_arn(wanted.role_arn)
            .role_session_name(wanted.session_name)
            .duration_seconds(SESSION_SECONDS)
            .set_external_id(wanted.external_id.map(str::to_owned));
        let answer = quiet(call.send()).await;
        let answer = answer.map_err(|error| classify(&error, Operation::AssumeRole, &self.secrets()))?;
        let given = answer.credentials.ok_or_else(|| Refused::unexpected("AssumeRole answered without Credentials"))?;
        let expires_at = Timestamp::from_millis(given.expiration.to_millis().unwrap_or(0));
        let credentials = Arc::new(TenantCredentials {
            access_key_id: given.access_key_id,
            secret_access_key: Arc::new(SecretText::new(given.secret_access_key)),
            session_token: Some(SecretText::new(given.session_token)),
        });
        Ok(Session { credentials, obtained_at: asked_at, expires_at })
    }

    /// Proves the operator's identity, or repeats a proof of the last 10 s.
    pub(super) async fn prove(&self, region: &str) -> Result<Proof, Refused> {
        let now = self.wire.clock.now();
        let recent = |last: &Result<Proof, Refused>| {
            last.as_ref().is_ok_and(|proof| now >= proof.at && now.since(proof.at) <= PROOF_LIFETIME)
        };
        self.proof.join(recent, async { self.note(self.ask_who_we_are(region, now).await) }).await
    }

    async fn ask_who_we_are(&self, region: &str, at: Timestamp) -> Result<Proof, Refused> {
        let call = self.sts(region)?.get_caller_identity();
        let answer = quiet(call.send()).await;
        let answer = answer.map_err(|error| classify(&error, Operation::OperatorIdentity, &self.secrets()))?;
        let account =
            answer.account.ok_or_else(|| Refused::unexpected("GetCallerIdentity answered without Account"))?;
        Ok(Proof { account, arn: answer.arn, at })
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
        let words = if said.is_empty() { "no credentials were found".to_owned() } else { said.join(": ") };
        self.wire.health.identity_fails(self.wire.clock.now(), ForeignText::tame(&words, &self.secrets()));
        Err(Refused { failure: Failure::silent(refused.failure.reason), ..refused })
    }

    /// Gives what must not turn up in any text, as far as it is known beforehand.
    pub(super) fn secrets(&self) -> Vec<&str> {
        self.secrets.iter().map(|secret| secret.expose()).collect()
    }
}

/// Tells whether one moment lies after another.
fn outlives(end: SystemTime, moment: Timestamp) -> bool {
    let end = end.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(end.as_millis()).is_ok_and(|end| end > moment.as_millis())
}

/// Which role is to be assumed, and how.
pub(super) struct Wanted<'a> {
    pub(super) role_arn: &'a str,
    pub(super) session_name: &'a str,
    pub(super) external_id: Option<&'a str>,
}

/// The SDK's default chain, set up when first asked.
struct Ambient {
    wire: Wire,
    chain: OnceCell<DefaultCredentialsChain>,
}

impl fmt::Debug for Ambient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ambient")
    }
}

impl ProvideCredentials for Ambient {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let chain = self.chain.get_or_init(|| async {
                // A region of its own, or the chain would look for one in the same places.
                let config = ProviderConfig::without_region()
                    .with_http_client(self.wire.http.clone())
                    .with_time_source(self.wire.clock.clone())
                    .with_behavior_version(Some(BehaviorVersion::v2026_01_12()));
                DefaultCredentialsChain::builder().region(Region::new("us-east-1")).configure(config).build().await
            });
            chain.await.provide_credentials().await
        })
    }
}
