//! AWS KMS as a provider: what is asked of a key, and when an answer counts. Source: product.md 2.1, 2.2.
//! Must not know codes of AWS (`classify.rs`), nor where a key's settings come from.

mod classify;
mod client;
mod ec2;
mod endpoint;
mod http;
mod key_state;
mod operator;
mod operator_key;
mod principal;
mod private_endpoint;
mod private_path;
mod resolver;
mod role;
mod session;
mod survey;
#[cfg(test)]
mod wire_tests;
mod xml;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use domain::customer_key::aws_kms::{AwsCredentials, AwsKms};
use domain::customer_key::{CustomerKeyVersion, WrappedDataKey};
use domain::id::ProjectId;
use domain::private_endpoint::KeyPath;
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::secret::SecretBytes;
use domain::time::Timestamp;
use domain::validity::{DefiniteReason, Failure, Reason, TransientReason};

pub use operator::OperatorIdentity;
pub use operator_key::OperatorKey;

use crate::address::AddressPolicy;
use crate::clock::{Clock, skew};
use crate::operator_health::OperatorHealth;
use crate::private_endpoint::AwsPlace;
use crate::provider::{Description, Tokens, Unhurried, WrapContext};
use crate::registry::{ConfigFault, RoleFault};
use crate::transport::Transport;
use crate::trusted_roots::TrustedRoots;
use classify::Refused;
use client::{Clients, EncryptionContext, TenantCredentials, Wire};
use ec2::Ec2;
use operator::Operator;
use private_endpoint::{Endpoints, PLACES};
use private_path::{PrivateDoors, Way};
use session::{Freshness, Role, Sessions};

/// How long a list of endpoints serves all who ask, unless the operator says otherwise.
const SURVEY_EVERY: Duration = Duration::from_secs(5);

/// What the operator sets for AWS.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who the operator is at AWS. Only roles need it, and a key of the operator's own.
    pub operator: OperatorIdentity,
    /// The region whose STS proves the operator's identity when no key is at hand.
    pub operator_region: String,
    /// Accounts of the operator's besides the one of its identity: their roles are refused.
    pub own_accounts: Vec<String>,
    /// What customers' roles are told to trust: the ARN of the operator's identity, or of its account. By default AWS
    /// is asked.
    pub account_arn: Option<String>,
    /// Where KMS is, for emulators and sovereign clouds; by default where the region's partition says.
    pub kms_endpoint: Option<String>,
    /// Where STS is, likewise.
    pub sts_endpoint: Option<String>,
    /// Where EC2 is, likewise.
    pub ec2_endpoint: Option<String>,
    /// Where the operator has endpoints made, at most one place per region.
    pub places: Vec<AwsPlace>,
    /// How long a list of the endpoints in a place serves all who ask.
    pub survey_every: Duration,
    /// Whose certificates are believed.
    pub trusted_roots: TrustedRoots,
    /// Sessions of assumed roles that are kept at most; about 4 KiB each.
    pub most_sessions: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            operator: OperatorIdentity::None,
            operator_region: "us-east-1".to_owned(),
            own_accounts: Vec::new(),
            account_arn: None,
            kms_endpoint: None,
            sts_endpoint: None,
            ec2_endpoint: None,
            places: Vec::new(),
            survey_every: SURVEY_EVERY,
            trusted_roots: TrustedRoots::System,
            most_sessions: 50_000,
        }
    }
}

impl Config {
    fn speaks_tls(&self) -> bool {
        let plain = |endpoint: &Option<String>| endpoint.as_deref().is_some_and(|url| url.starts_with("http://"));
        // The chain that finds an ambient identity has endpoints of its own.
        let ambient = matches!(self.operator, OperatorIdentity::Environment);
        let ec2 = !self.places.is_empty() && !plain(&self.ec2_endpoint);
        ambient || !plain(&self.kms_endpoint) || !plain(&self.sts_endpoint) || ec2
    }

    fn faults(&self, addresses: &AddressPolicy) -> Vec<ConfigFault> {
        let mut faults = Vec::new();
        let mut tell = |setting, fault: &str| faults.push(ConfigFault { setting, fault: fault.to_owned() });
        for (setting, endpoint) in [
            ("aws.kms_endpoint", &self.kms_endpoint),
            ("aws.sts_endpoint", &self.sts_endpoint),
            ("aws.ec2_endpoint", &self.ec2_endpoint),
        ] {
            if let Some(Err(fault)) = endpoint.as_deref().map(|endpoint| endpoint::check(endpoint, addresses)) {
                tell(setting, &fault);
            }
        }
        let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.operator_region.is_empty() || !self.operator_region.chars().all(known) {
            tell("aws.operator_region", "not a region as AWS spells it, e.g. us-east-1");
        }
        if let OperatorIdentity::Static { access_key_id, secret_access_key, .. } = &self.operator {
            if access_key_id.is_empty() {
                tell("aws.operator.access_key_id", "is empty");
            }
            if secret_access_key.expose().is_empty() {
                tell("aws.operator.secret_access_key", "is empty");
            }
        }
        if self.account_arn.as_deref().is_some_and(|arn| !principal::is_principal(arn)) {
            tell("aws.account_arn", "not the ARN of an account's root, an IAM user or an IAM role");
        }
        if !self.own_accounts.iter().all(|account| role::is_account(account)) {
            tell("aws.own_accounts", "an account of AWS is twelve digits");
        }
        if !self.places.is_empty() && matches!(self.operator, OperatorIdentity::None) {
            tell(PLACES, "endpoints are made with the operator's own identity, and there is none");
        }
        for (at, place) in self.places.iter().enumerate() {
            let region = place.region.as_str();
            if place.region.aws_name().is_none() {
                tell(PLACES, &format!("{region} is no region of AWS that endpoints can be made in"));
            }
            if place.subnets.is_empty() || place.addresses.is_empty() {
                tell(PLACES, &format!("{region} has no subnets, or none of their addresses"));
            }
            if self.places.iter().skip(at.saturating_add(1)).any(|other| other.region == place.region) {
                tell(PLACES, &format!("{region} comes twice"));
            }
        }
        if self.most_sessions == 0 {
            tell("aws.most_sessions", "is zero");
        }
        faults
    }
}

/// AWS, as all projects share it.
pub(crate) struct Aws {
    clients: Clients,
    operator: Operator,
    operator_region: String,
    own_accounts: Vec<String>,
    /// What customers' roles are told to trust, once it is known.
    principal: OnceLock<String>,
    sessions: Sessions,
    endpoints: Endpoints,
    private_doors: PrivateDoors,
    clock: Clock,
    health: Arc<OperatorHealth>,
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Aws")
    }
}

impl Aws {
    pub(crate) fn new(
        config: Config,
        addresses: &Arc<AddressPolicy>,
        clock: Clock,
        health: Arc<OperatorHealth>,
    ) -> Result<Self, Vec<ConfigFault>> {
        let mut faults = config.faults(addresses);
        let http = match http::client(&config.trusted_roots, config.speaks_tls(), addresses) {
            Ok(http) if faults.is_empty() => http,
            Ok(_) => return Err(faults),
            Err(fault) => {
                faults.push(ConfigFault { setting: "aws.trusted_roots", fault });
                return Err(faults);
            }
        };
        let transport = Transport::new(&config.trusted_roots, config.speaks_tls(), addresses);
        let transport = transport.map_err(|fault| vec![ConfigFault { setting: "aws.trusted_roots", fault }])?;
        let ec2 = Ec2::new(transport, config.ec2_endpoint);
        let wire = Wire {
            http,
            clock: clock.clone(),
            kms_endpoint: config.kms_endpoint,
            sts_endpoint: config.sts_endpoint,
            health: health.clone(),
        };
        Ok(Self {
            clients: Clients::new(wire.clone()),
            operator: Operator::new(config.operator, wire.clone()),
            operator_region: config.operator_region,
            own_accounts: config.own_accounts,
            principal: config.account_arn.map_or_else(OnceLock::new, OnceLock::from),
            sessions: Sessions::new(config.most_sessions),
            endpoints: Endpoints::new(config.places, config.survey_every, ec2),
            private_doors: PrivateDoors::new(wire.clone(), config.trusted_roots),
            clock,
            health,
        })
    }

    pub(crate) fn forget(&self, project: ProjectId) {
        self.sessions.forget(project);
        self.private_doors.forget(project);
    }

    pub(crate) fn operator_health(&self) -> Arc<OperatorHealth> {
        self.health.clone()
    }

    pub(crate) async fn prove_operator(&self) -> Result<(), Failure> {
        if !self.operator.exists() {
            return Ok(());
        }
        self.operator.prove(&self.operator_region).await.map(|_| ()).map_err(|refused| refused.failure)
    }

    /// Decides whether a refusal counts. One that could be a fault of ours is definite only once our
    /// clock and, where a role is used, the operator's own identity are proved. Source: product.md 2.2.
    async fn settle(&self, refused: Refused, region: &str, by_role: bool) -> Failure {
        let blames_identity = match refused.failure.reason {
            Reason::Definite(DefiniteReason::CredentialRejected | DefiniteReason::RoleNotAssumable) => true,
            Reason::Definite(DefiniteReason::AccessDenied) => by_role,
            Reason::Definite(_) | Reason::Transient(_) => false,
        };
        if !blames_identity {
            return refused.failure;
        }
        let skew = refused.answered_at.and_then(|theirs| skew(theirs, self.clock.now()));
        if skew.is_some() {
            return Failure { reason: Reason::Transient(TransientReason::ClockSkew), ..refused.failure };
        }
        if by_role && let Err(ours) = self.operator.prove(region).await {
            return ours.failure;
        }
        refused.failure
    }
}

/// A customer key in AWS KMS, opened for one project.
pub(crate) struct AwsKmsKey {
    aws: Arc<Aws>,
    project: ProjectId,
    key: String,
    region: String,
    way: Way,
    identity: Identity,
}

impl fmt::Debug for AwsKmsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsKmsKey")
            .field("project", &self.project)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// With whose identity a key is used.
enum Identity {
    Static(Arc<TenantCredentials>),
    Role(Role),
}

/// One go at what is wanted.
struct Turn {
    who: Arc<TenantCredentials>,
    /// Whether AWS accepted these credentials before: a session may have been ended since.
    used_before: bool,
}

impl AwsKmsKey {
    pub(crate) fn open(
        aws: Arc<Aws>,
        project: ProjectId,
        settings: &AwsKms,
        role: Option<&ProviderRole>,
        path: &KeyPath,
    ) -> Result<Self, RoleFault> {
        let identity = match &settings.credentials {
            AwsCredentials::Static { access_key_id, secret_access_key } => {
                Identity::Static(Arc::new(TenantCredentials {
                    access_key_id: access_key_id.clone(),
                    secret_access_key: secret_access_key.clone(),
                    session_token: None,
                }))
            }
            AwsCredentials::Role(id) => {
                let role = role.filter(|role| role.id == *id).ok_or(RoleFault::Missing)?;
                if role.project != project {
                    return Err(RoleFault::OtherProject);
                }
                match (&role.identity, role.authorized_at) {
                    (RoleIdentity::Aws { role_arn: Some(role_arn), external_id }, Some(_)) => Identity::Role(Role {
                        id: role.id,
                        role_arn: role_arn.clone(),
                        external_id: external_id.clone(),
                    }),
                    (RoleIdentity::Aws { .. }, _) => return Err(RoleFault::NotAuthorized),
                    (RoleIdentity::Azure { .. } | RoleIdentity::Gcp { .. }, _) => return Err(RoleFault::Elsewhere),
                }
            }
        };
        let way = Way::to(&aws, project, settings, path);
        let (key, region) = (settings.key.as_str().to_owned(), settings.region.aws_name());
        Ok(Self { aws, project, key, region, way, identity })
    }

    /// Begins with credentials that are as fresh as they need to be.
    async fn begin(&self, freshness: Freshness) -> Result<Turn, Failure> {
        let role = match &self.identity {
            Identity::Static(who) => return Ok(Turn { who: who.clone(), used_before: false }),
            Identity::Role(role) => role,
        };
        let now = self.aws.clock.now();
        let ways = (&self.aws.sessions, &self.aws.operator);
        let given = session::of_role(ways, &self.region, self.project, role, (freshness, now)).await;
        match given {
            Ok(given) => Ok(Turn { who: given.session.credentials.clone(), used_before: given.used_before }),
            Err(refused) => Err(self.settle(refused).await),
        }
    }

    /// Begins again if a session was refused that had been accepted before.
    /// Errors: the refusal, once it is decided whether it counts.
    async fn again(&self, turn: Turn, refused: Refused) -> Result<Turn, Failure> {
        if turn.used_before && refused.is(DefiniteReason::CredentialRejected) {
            self.begin(Freshness::New).await
        } else {
            Err(self.settle(refused).await)
        }
    }

    async fn settle(&self, refused: Refused) -> Failure {
        self.aws.settle(refused, &self.region, matches!(self.identity, Identity::Role(_))).await
    }

    /// Proves the key by its state, if we may ask for it, and by a round trip.
    async fn prove(&self, who: &TenantCredentials) -> Result<(), Refused> {
        match self.way.describe_key(who, &self.key).await {
            Ok(metadata) => key_state::usable(&metadata).map_err(Refused::from_failure)?,
            // We need not be allowed to look; encrypting and decrypting decides.
            Err(refused) if refused.is(DefiniteReason::AccessDenied) => {}
            Err(refused) => return Err(refused),
        }
        self.round_trip(who).await.map(|_| ()).map_err(|(_, refused)| refused)
    }

    /// Encrypts and decrypts 32 random bytes.
    /// Errors: the permission that was used, and what was said.
    async fn round_trip(&self, who: &TenantCredentials) -> Result<String, (&'static str, Refused)> {
        let probe = SecretBytes::fill(|place| aws_lc_rs::rand::fill(place))
            .map_err(|_| (ENCRYPT, Refused::unexpected("no random bytes for a probe")))?;
        let context =
            encryption_context(&WrapContext { project: self.project, cluster: None, key: "probe".to_owned() });
        let encrypted = self.way.encrypt(who, &self.key, &probe, &context).await;
        let encrypted = encrypted.map_err(|refused| (ENCRYPT, refused))?;
        let decrypted = self.way.decrypt(who, &encrypted.key_arn, &encrypted.ciphertext, &context).await;
        let decrypted = decrypted.map_err(|refused| (DECRYPT, refused))?;
        if decrypted.matches(probe.expose()) {
            Ok(encrypted.key_arn)
        } else {
            Err((DECRYPT, Refused::unexpected("Decrypt did not return what Encrypt was given")))
        }
    }

    async fn tell(&self, who: &TenantCredentials) -> Result<Description, Refused> {
        let identity = self.aws.clients.caller(&self.region, who).await?;
        let mut description = Description {
            identity,
            customer_key_version: None,
            missing_permissions: BTreeSet::new(),
            deletion_at: None,
            expires_at: None,
        };
        match self.way.describe_key(who, &self.key).await {
            Ok(metadata) => {
                description.deletion_at = metadata.deletion_date.and_then(millis);
                description.expires_at = metadata.valid_to.and_then(millis);
                description.customer_key_version =
                    metadata.arn.map(|key| CustomerKeyVersion { key, material: metadata.current_key_material_id });
            }
            Err(refused) if refused.is(DefiniteReason::AccessDenied) => {
                description.missing_permissions.insert(DESCRIBE);
            }
            Err(refused) => return Err(refused),
        }
        match self.round_trip(who).await {
            Ok(key) => {
                description.customer_key_version.get_or_insert(CustomerKeyVersion { key, material: None });
            }
            Err((permission, refused)) if refused.is(DefiniteReason::AccessDenied) => {
                description.missing_permissions.insert(permission);
            }
            // The key's state is no permission; a check tells it.
            Err((_, Refused { failure: Failure { reason: Reason::Definite(_), .. }, .. })) => {}
            Err((_, refused)) => return Err(refused),
        }
        Ok(description)
    }
}

const DESCRIBE: &str = "kms:DescribeKey";
const ENCRYPT: &str = "kms:Encrypt";
const DECRYPT: &str = "kms:Decrypt";

#[async_trait]
impl Unhurried for AwsKmsKey {
    async fn check(&self, tokens: Tokens) -> Result<(), Failure> {
        let freshness = match tokens {
            Tokens::MayBeCached => Freshness::Recent,
            Tokens::Fresh => Freshness::New,
        };
        let mut turn = self.begin(freshness).await?;
        loop {
            match self.prove(&turn.who).await {
                Ok(()) => return Ok(()),
                Err(refused) => turn = self.again(turn, refused).await?,
            }
        }
    }

    async fn wrap(&self, context: &WrapContext, data_key: &SecretBytes<32>) -> Result<WrappedDataKey, Failure> {
        let context = encryption_context(context);
        let mut turn = self.begin(Freshness::Unexpired).await?;
        let encrypted = loop {
            match self.way.encrypt(&turn.who, &self.key, data_key, &context).await {
                Ok(encrypted) => break encrypted,
                Err(refused) => turn = self.again(turn, refused).await?,
            }
        };
        // Encrypt does not tell the material; `describe` does.
        let customer_key_version = CustomerKeyVersion { key: encrypted.key_arn, material: None };
        Ok(WrappedDataKey { ciphertext: encrypted.ciphertext, customer_key_version })
    }

    async fn unwrap(&self, context: &WrapContext, wrapped: &WrappedDataKey) -> Result<SecretBytes<32>, Failure> {
        let context = encryption_context(context);
        // The key is named as it was when it encrypted: an alias may have moved since.
        let key = &wrapped.customer_key_version.key;
        let mut turn = self.begin(Freshness::Unexpired).await?;
        loop {
            match self.way.decrypt(&turn.who, key, &wrapped.ciphertext, &context).await {
                Ok(data_key) => return Ok(data_key),
                Err(refused) => turn = self.again(turn, refused).await?,
            }
        }
    }

    async fn describe(&self) -> Result<Description, Failure> {
        let mut turn = self.begin(Freshness::Recent).await?;
        loop {
            match self.tell(&turn.who).await {
                Ok(description) => return Ok(description),
                Err(refused) => turn = self.again(turn, refused).await?,
            }
        }
    }
}

/// Writes a context as KMS binds it to a ciphertext. The names are part of every stored ciphertext.
fn encryption_context(context: &WrapContext) -> EncryptionContext {
    let cluster = context.cluster.clone().unwrap_or_else(|| "-".to_owned());
    EncryptionContext::from([
        ("atrest:project".to_owned(), context.project.to_string()),
        ("atrest:cluster".to_owned(), cluster),
        ("atrest:key".to_owned(), context.key.clone()),
    ])
}

fn millis(time: aws_smithy_types::DateTime) -> Option<Timestamp> {
    time.to_millis().ok().map(Timestamp::from_millis)
}
