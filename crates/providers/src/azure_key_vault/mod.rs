//! Azure Key Vault as a provider: what is asked of a key, and when an answer counts. Source: product.md 2.1, 2.2.
//! Must not know codes of Azure (`classify.rs`), nor where a key's settings come from.

mod binding;
mod classify;
mod key_state;
mod management;
mod operator;
mod places;
mod private_endpoint;
mod role;
mod token;
mod vault;
mod wire;
#[cfg(test)]
mod wire_tests;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::customer_key::azure_key_vault::{AzureCredentials, AzureGuid, AzureKeyVault as Settings, VaultSuffixes};
use domain::customer_key::{CustomerKeyVersion, WrappedDataKey};
use domain::id::{ProjectId, ProviderRoleId};
use domain::private_endpoint::KeyPath;
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::secret::SecretBytes;
use domain::validity::{DefiniteReason, Failure, Reason, TransientReason};
use url::Url;

pub use operator::OperatorIdentity;

use crate::address::AddressPolicy;
use crate::clock::{Clock, skew};
use crate::endpoint;
use crate::operator_health::OperatorHealth;
use crate::pin::Pin;
use crate::private_endpoint::{AzurePlace, addresses_of};
use crate::provider::{Candidate, Description, Tokens, Unhurried, WrapContext};
use crate::refused::Refused;
use crate::registry::{ConfigFault, RoleFault};
use crate::session::Freshness;
use crate::transport::Transport;
use crate::trusted_roots::TrustedRoots;
use classify::Operation;
use operator::Operator;
use places::{Places, Resource};
use private_endpoint::Endpoints;
use token::{Application, Claims, Sessions, Token};
use vault::{Encrypted, Look, Vault};
use wire::{Wire, Wires};

/// How long a candidate waits for Resource Manager, which need not be reached.
const WHEREABOUTS_TIMEOUT: Duration = Duration::from_secs(3);
/// How old a list of a place's private endpoints may be, unless somebody says otherwise.
const SURVEY_EVERY: Duration = Duration::from_secs(5);
/// Tokens kept per project at most, on average: two resources, for the identity in use and for a candidate.
const TOKENS_PER_PROJECT: usize = 4;

/// What the operator sets for Azure.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who the operator is at Azure. Only roles need it.
    pub operator: OperatorIdentity,
    /// Tenants of the operator's besides the one of its identity: their roles are refused.
    pub own_tenants: Vec<AzureGuid>,
    /// Where tokens come from, for emulators; by default where the environment says.
    pub authority: Option<String>,
    /// Where Azure Resource Manager is, likewise.
    pub management: Option<String>,
    /// Where the vaults of each environment are. The same value as in the policy.
    pub vault_suffixes: VaultSuffixes,
    /// Whose certificates are believed.
    pub trusted_roots: TrustedRoots,
    /// Projects whose connections and tokens are kept at most; about 20 KiB each without open connections.
    /// One whose keys are reached by private endpoints counts twice.
    pub most_projects: usize,
    /// Where private endpoints are made, by region; none means nowhere.
    pub places: Vec<AzurePlace>,
    /// How old a list of a place's private endpoints may be.
    pub survey_every: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            operator: OperatorIdentity::None,
            own_tenants: Vec::new(),
            authority: None,
            management: None,
            vault_suffixes: VaultSuffixes::default(),
            trusted_roots: TrustedRoots::System,
            most_projects: 10_000,
            places: Vec::new(),
            survey_every: SURVEY_EVERY,
        }
    }
}

impl Config {
    fn faults(&self, addresses: &AddressPolicy) -> Vec<ConfigFault> {
        let mut faults = Vec::new();
        let mut tell = |setting, fault: &str| faults.push(ConfigFault { setting, fault: fault.to_owned() });
        for (setting, endpoint) in [("azure.authority", &self.authority), ("azure.management", &self.management)] {
            let Some(endpoint) = endpoint.as_deref() else { continue };
            if let Err(fault) = endpoint::check(endpoint, addresses) {
                tell(setting, &fault);
            } else if !endpoint.starts_with("https://") {
                tell(setting, "not https; secrets and tokens are sent there");
            }
        }
        if let OperatorIdentity::ClientSecret { secret, .. } = &self.operator
            && secret.expose().is_empty()
        {
            tell("azure.operator.secret", "is empty");
        }
        if self.most_projects == 0 {
            tell("azure.most_projects", "is zero");
        }
        faults.extend(private_endpoint::faults(&self.places, &self.operator));
        faults
    }
}

/// The cloud, as all projects share it.
pub(crate) struct Azure {
    operator: Operator,
    own_tenants: Vec<AzureGuid>,
    wires: Wires,
    sessions: Sessions,
    endpoints: Endpoints,
    clock: Clock,
    health: Arc<OperatorHealth>,
}

impl fmt::Debug for Azure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Azure")
    }
}

impl Azure {
    pub(crate) fn new(
        config: Config,
        addresses: &Arc<AddressPolicy>,
        clock: Clock,
        health: Arc<OperatorHealth>,
    ) -> Result<Self, Vec<ConfigFault>> {
        let mut faults = config.faults(addresses);
        let transport = match Transport::new(&config.trusted_roots, true, addresses) {
            Ok(transport) if faults.is_empty() => transport,
            Ok(_) => return Err(faults),
            Err(fault) => {
                faults.push(ConfigFault { setting: "azure.trusted_roots", fault });
                return Err(faults);
            }
        };
        let places = Places {
            authority: config.authority,
            management: config.management,
            vault_suffixes: config.vault_suffixes,
        };
        let wire = Wire::new(transport, clock.clone(), health.clone(), Arc::new(places));
        let operator = Operator::new(config.operator, wire.clone());
        let endpoints = Endpoints::new(config.places, config.survey_every, &wire, operator.home());
        Ok(Self {
            operator,
            own_tenants: config.own_tenants,
            wires: Wires::new(wire, config.most_projects),
            sessions: Sessions::new(config.most_projects.saturating_mul(TOKENS_PER_PROJECT)),
            endpoints,
            clock,
            health,
        })
    }

    pub(crate) fn forget(&self, project: ProjectId) {
        self.sessions.forget(project);
        self.wires.forget(project);
    }

    /// Decides by which addresses a vault is reached on a path; none means by its public ones.
    /// Errors: no address leads there that may be used.
    pub(crate) fn pin(&self, settings: &Settings, path: &KeyPath) -> Result<Option<Pin>, TransientReason> {
        let KeyPath::Private(routes) = path else { return Ok(None) };
        let addresses = addresses_of(routes, |region| Some(self.endpoints.place(region)?.addresses.as_slice()))?;
        let vault = self.wires.places().vault(settings.environment, &settings.vault);
        let vault = Url::parse(&vault).map_err(|_| TransientReason::AddressRefused)?;
        Pin::new(&vault, addresses).map(Some)
    }

    /// Gives the id of the application that customers let into their tenants, if there is one.
    pub(crate) fn application(&self) -> Option<&AzureGuid> {
        self.operator.home().map(|home| &home.client_id)
    }

    pub(crate) fn operator_health(&self) -> Arc<OperatorHealth> {
        self.health.clone()
    }

    pub(crate) async fn prove_operator(&self) -> Result<(), Failure> {
        if self.operator.home().is_none() {
            return Ok(());
        }
        self.operator.prove().await.map(|_| ()).map_err(|refused| refused.failure)
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
        if refused.answered_at.and_then(|theirs| skew(theirs, self.clock.now())).is_some() {
            return Failure { reason: Reason::Transient(TransientReason::ClockSkew), ..refused.failure };
        }
        if by_role && let Err(ours) = self.operator.prove().await {
            return ours.failure;
        }
        refused.failure
    }
}

/// A customer key in Azure Key Vault, opened for one project.
pub(crate) struct AzureKey {
    azure: Arc<Azure>,
    project: ProjectId,
    settings: Settings,
    identity: Identity,
    /// By which addresses alone the vault is reached, if not by its public ones.
    pin: Option<Pin>,
}

impl fmt::Debug for AzureKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AzureKey")
            .field("project", &self.project)
            .field("environment", &self.settings.environment)
            .finish_non_exhaustive()
    }
}

/// With whose identity a key is used.
enum Identity {
    /// An application of the customer's.
    Application(Application),
    /// The operator's application as a service principal in the customer's tenant.
    Role { id: ProviderRoleId, principal: AzureGuid },
}

/// One go at what is wanted.
struct Turn {
    /// The way to Entra and to Resource Manager.
    wire: Wire,
    /// The way to the vault, which is the private path where there is one.
    path: Wire,
    application: Application,
    token: Arc<Token>,
    /// Whether the token was there before: it may have been ended since.
    used_before: bool,
}

impl AzureKey {
    pub(crate) fn open(
        azure: Arc<Azure>,
        project: ProjectId,
        settings: &Settings,
        role: Option<&ProviderRole>,
        pin: Option<Pin>,
    ) -> Result<Self, RoleFault> {
        let identity = match &settings.credentials {
            AzureCredentials::ClientSecret { client_id, secret } => Identity::Application(Application {
                environment: settings.environment,
                tenant: settings.tenant.clone(),
                client_id: client_id.clone(),
                secret: secret.clone(),
            }),
            AzureCredentials::Role(id) => {
                let role = role.filter(|role| role.id == *id).ok_or(RoleFault::Missing)?;
                if role.project != project {
                    return Err(RoleFault::OtherProject);
                }
                let RoleIdentity::Azure { tenant, service_principal } = &role.identity else {
                    return Err(RoleFault::Elsewhere);
                };
                if role.authorized_at.is_none() {
                    return Err(RoleFault::NotAuthorized);
                }
                let other_cloud = azure.operator.home().is_some_and(|home| home.environment != settings.environment);
                if *tenant != settings.tenant || other_cloud {
                    return Err(RoleFault::Elsewhere);
                }
                Identity::Role { id: role.id, principal: service_principal.clone() }
            }
        };
        Ok(Self { azure, project, settings: settings.clone(), identity, pin })
    }

    const fn by_role(&self) -> bool {
        matches!(self.identity, Identity::Role { .. })
    }

    /// Begins with a token that is as fresh as it needs to be.
    async fn begin(&self, resource: Resource, freshness: Freshness) -> Result<Turn, Refused> {
        let wire = self.azure.wires.of(self.project)?;
        let path = match &self.pin {
            Some(pin) => self.azure.wires.by(self.project, pin)?,
            None => wire.clone(),
        };
        let wanted = (freshness, self.azure.clock.now());
        let sessions = &self.azure.sessions;
        let (application, given) = match &self.identity {
            Identity::Application(application) => {
                let who = application.who(resource, None);
                let take = token::take(&wire, application, resource, Operation::TenantToken);
                (application.clone(), sessions.session(self.project, &who, wanted, take).await?)
            }
            Identity::Role { id, principal } => {
                let application = self.azure.operator.abroad(&self.settings.tenant)?;
                let who = application.who(resource, Some((*id, principal)));
                let enter = self.azure.operator.enter(&wire, &application, principal, resource);
                let given = sessions.session(self.project, &who, wanted, enter).await?;
                (application, given)
            }
        };
        Ok(Turn { wire, path, application, token: given.session.credentials.clone(), used_before: given.used_before })
    }

    /// Begins to use the key.
    /// Errors: why there is no token, once it is decided whether that counts.
    async fn start(&self, freshness: Freshness) -> Result<Turn, Failure> {
        match self.begin(Resource::Vaults, freshness).await {
            Ok(turn) => Ok(turn),
            Err(refused) => Err(self.settle(refused).await),
        }
    }

    /// Begins again if a token was refused that had been there before.
    /// Errors: the refusal, once it is decided whether it counts.
    async fn again(&self, turn: &Turn, refused: Refused) -> Result<Turn, Failure> {
        if turn.used_before && refused.is(DefiniteReason::CredentialRejected) {
            self.start(Freshness::New).await
        } else {
            Err(self.settle(refused).await)
        }
    }

    async fn settle(&self, refused: Refused) -> Failure {
        self.azure.settle(refused, self.by_role()).await
    }

    fn vault<'a>(&'a self, turn: &'a Turn) -> Result<Vault<'a>, Refused> {
        let place = (self.settings.environment, &self.settings.vault);
        Vault::new(&turn.path, place, (&turn.token, turn.application.secret.expose()))
    }

    /// Looks at the key, if we may: with a role we must, for the key has to say whose it is.
    async fn look(&self, vault: &Vault<'_>) -> Result<Option<Look>, Refused> {
        let look = match vault.look(&self.settings.key).await {
            Ok(look) => look,
            // We need not be allowed to look; encrypting and decrypting decides.
            Err(refused) if refused.is(DefiniteReason::AccessDenied) && !self.by_role() => return Ok(None),
            Err(refused) => return Err(refused),
        };
        if self.by_role() {
            key_state::is_for(&look.key, self.project).map_err(Refused::from_failure)?;
        }
        key_state::usable(&look.key, self.time_of(&look)).map_err(Refused::from_failure)?;
        Ok(Some(look))
    }

    /// The vault's own time decides about the key's times, as it does in the vault.
    fn time_of(&self, look: &Look) -> domain::time::Timestamp {
        look.answered_at.unwrap_or_else(|| self.azure.clock.now())
    }

    /// Proves the key by its state, if we may look at it, and by a round trip.
    async fn prove(&self, turn: &Turn, candidate: Option<Candidate>) -> Result<(), Refused> {
        let vault = self.vault(turn)?;
        let look = self.look(&vault).await?;
        self.round_trip(&vault).await.map_err(|(_, refused)| refused)?;
        match (candidate, look) {
            (Some(Candidate::NewKey), Some(look)) => {
                key_state::lives_on(&look.key, self.time_of(&look)).map_err(Refused::from_failure)
            }
            (Some(Candidate::NewKey | Candidate::SameKey) | None, _) => Ok(()),
        }
    }

    /// Encrypts and decrypts 32 random bytes.
    /// Errors: the permission that was used, and what was said.
    async fn round_trip(&self, vault: &Vault<'_>) -> Result<String, (&'static str, Refused)> {
        let probe = SecretBytes::fill(|place| aws_lc_rs::rand::fill(place))
            .map_err(|_| (ENCRYPT, Refused::unexpected("no random bytes for a probe")))?;
        let context = WrapContext { project: self.project, cluster: None, key: "probe".to_owned() };
        self.seal(vault, &context, &probe).await.map(|encrypted| encrypted.kid)
    }

    /// Encrypts, and decrypts again: a disabled key encrypts what it will not decrypt.
    /// Errors: the permission that was used, and what was said.
    async fn seal(
        &self,
        vault: &Vault<'_>,
        context: &WrapContext,
        data_key: &SecretBytes<32>,
    ) -> Result<Encrypted, (&'static str, Refused)> {
        let bound = binding::bound(context, data_key);
        let encrypted = vault.encrypt(&self.settings.key, &bound).await;
        let encrypted = encrypted.map_err(|refused| (ENCRYPT, refused))?;
        let decrypted = vault.decrypt(&encrypted.key, &encrypted.ciphertext).await;
        let decrypted = decrypted.map_err(|refused| (DECRYPT, refused))?;
        match binding::released(context, &decrypted) {
            Some(same) if same.matches(data_key.expose()) => Ok(encrypted),
            _ => Err((DECRYPT, Refused::unexpected("decrypt did not return what encrypt was given"))),
        }
    }

    async fn seal_checked(
        &self,
        turn: &Turn,
        context: &WrapContext,
        data_key: &SecretBytes<32>,
    ) -> Result<Encrypted, Refused> {
        let vault = self.vault(turn)?;
        if self.by_role() {
            // Nothing is wrapped with a key that does not say whose it is.
            self.look(&vault).await?;
        }
        self.seal(&vault, context, data_key).await.map_err(|(_, refused)| refused)
    }

    async fn open_sealed(
        &self,
        turn: &Turn,
        context: &WrapContext,
        wrapped: &WrappedDataKey,
    ) -> Result<SecretBytes<32>, Refused> {
        let vault = self.vault(turn)?;
        // What is stored is no address to go to; it names a key of this vault, or nothing.
        let key = vault.key(&wrapped.customer_key_version.key);
        let key = key.ok_or_else(|| Refused::unexpected("the wrapped key names no key of this vault"))?;
        let bytes = vault.decrypt(&key, &wrapped.ciphertext).await?;
        binding::released(context, &bytes)
            .ok_or_else(|| Refused::unexpected("what was decrypted was not wrapped in this context"))
    }

    /// Tells whether the vault is where the settings say, if we may know.
    /// Errors: `VAULT_ELSEWHERE`, in Azure's words. Nothing else counts.
    async fn whereabouts(&self) -> Result<(), Failure> {
        let asked = async {
            let turn = self.begin(Resource::Management, Freshness::New).await?;
            self.confirm(&turn).await
        };
        match tokio::time::timeout(WHEREABOUTS_TIMEOUT, asked).await {
            Ok(Err(refused)) if refused.is(DefiniteReason::VaultElsewhere) => Err(refused.failure),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    async fn confirm(&self, turn: &Turn) -> Result<(), Refused> {
        management::confirm(&turn.wire, &self.settings, &turn.token, turn.application.secret.expose()).await
    }

    async fn tell(&self, turn: &Turn) -> Result<Description, Refused> {
        let vault = self.vault(turn)?;
        let mut description = Description {
            identity: identity(&turn.application, &vault.token().claims),
            customer_key_version: None,
            missing_permissions: BTreeSet::new(),
            deletion_at: None,
            expires_at: None,
        };
        // With a role nothing is asked of a key that does not say whose it is: it may be another customer's.
        let mut may_use = !self.by_role();
        match vault.look(&self.settings.key).await {
            Ok(look) => {
                may_use |= key_state::is_for(&look.key, self.project).is_ok();
                description.expires_at = key_state::expires_at(&look.key);
                let kid = look.key.key.and_then(|key| key.kid);
                description.customer_key_version = kid.map(|key| CustomerKeyVersion { key, material: None });
            }
            Err(refused) if refused.is(DefiniteReason::AccessDenied) => {
                description.missing_permissions.insert(GET);
            }
            Err(refused) => return Err(refused),
        }
        if !may_use {
            return Ok(description);
        }
        match self.round_trip(&vault).await {
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
        let may_read = async {
            let turn = self.begin(Resource::Management, Freshness::Recent).await?;
            self.confirm(&turn).await
        };
        let may_read = tokio::time::timeout(WHEREABOUTS_TIMEOUT, may_read).await;
        if may_read.is_ok_and(|read| read.is_err_and(|refused| refused.is(DefiniteReason::AccessDenied))) {
            description.missing_permissions.insert(READ_VAULT);
        }
        Ok(description)
    }
}

const GET: &str = "keys/get";
const ENCRYPT: &str = "keys/encrypt";
const DECRYPT: &str = "keys/decrypt";
const READ_VAULT: &str = "Microsoft.KeyVault/vaults/read";

/// Says who we are: by the token, or else by the settings.
fn identity(application: &Application, claims: &Claims) -> String {
    let id = claims.application.as_ref().unwrap_or(&application.client_id).as_str();
    let tenant = claims.tenant.as_ref().unwrap_or(&application.tenant).as_str();
    match &claims.object {
        Some(object) => format!("application {id} (service principal {}) in tenant {tenant}", object.as_str()),
        None => format!("application {id} in tenant {tenant}"),
    }
}

#[async_trait]
impl Unhurried for AzureKey {
    async fn check(&self, tokens: Tokens) -> Result<(), Failure> {
        let freshness = match tokens {
            Tokens::MayBeCached => Freshness::Recent,
            Tokens::Fresh => Freshness::New,
        };
        let mut turn = self.start(freshness).await?;
        loop {
            match self.prove(&turn, None).await {
                Ok(()) => return Ok(()),
                Err(refused) => turn = self.again(&turn, refused).await?,
            }
        }
    }

    async fn check_candidate(&self, candidate: Candidate) -> Result<(), Failure> {
        let proved = async {
            let mut turn = self.start(Freshness::New).await?;
            loop {
                match self.prove(&turn, Some(candidate)).await {
                    Ok(()) => return Ok(()),
                    Err(refused) => turn = self.again(&turn, refused).await?,
                }
            }
        };
        if self.by_role() {
            // Before the key said whose it is nothing else is asked: the vault may be another customer's.
            proved.await?;
            return self.whereabouts().await;
        }
        let (proved, whereabouts) = tokio::join!(proved, self.whereabouts());
        proved.and(whereabouts)
    }

    async fn wrap(&self, context: &WrapContext, data_key: &SecretBytes<32>) -> Result<WrappedDataKey, Failure> {
        let mut turn = self.start(Freshness::Unexpired).await?;
        let encrypted = loop {
            match self.seal_checked(&turn, context, data_key).await {
                Ok(encrypted) => break encrypted,
                Err(refused) => turn = self.again(&turn, refused).await?,
            }
        };
        let customer_key_version = CustomerKeyVersion { key: encrypted.kid, material: None };
        Ok(WrappedDataKey { ciphertext: encrypted.ciphertext, customer_key_version })
    }

    async fn unwrap(&self, context: &WrapContext, wrapped: &WrappedDataKey) -> Result<SecretBytes<32>, Failure> {
        let mut turn = self.start(Freshness::Unexpired).await?;
        loop {
            match self.open_sealed(&turn, context, wrapped).await {
                Ok(data_key) => return Ok(data_key),
                Err(refused) => turn = self.again(&turn, refused).await?,
            }
        }
    }

    async fn describe(&self) -> Result<Description, Failure> {
        let mut turn = self.start(Freshness::Recent).await?;
        loop {
            match self.tell(&turn).await {
                Ok(description) => return Ok(description),
                Err(refused) => turn = self.again(&turn, refused).await?,
            }
        }
    }
}
