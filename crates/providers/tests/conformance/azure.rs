//! Being a customer of the simulated Azure, and the operator. One vault serves all customers: `localhost`, the
//! one name that resolves everywhere. Every key in it is one customer's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use domain::customer_key::azure_key_vault::{
    AzureCredentials, AzureEnvironment, AzureGuid, AzureKeyVault, KeyIdentifier, ResourceGroupName, VaultName,
    VaultSuffix, VaultSuffixes,
};
use domain::customer_key::{CustomerKey, ProviderKind, VersionlessKeys};
use domain::id::{ProjectId, ProviderRoleId};
use domain::private_endpoint::KeyPath;
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::secret::SecretText;
use domain::time::Timestamp;
use domain::validity::Finding;
use providers::azure_key_vault::{Config, OperatorIdentity};
use providers::{Clock, Deadline, KeyProvider, Providers, ProvidersConfig, Tokens, TrustedRoots};
use simulators::azure::{Change, ClientSecret, Curve, KeyKind, KeyOp, KeyRef, NewKey, Role, VaultAccess};
use simulators::{Azure, Clouds, FaultKind, FaultRule, Faults, Options, Provider, Via};

use crate::azure_network::{self, Network};
use crate::cloud::{Access, Call, Cloud, Customer, Lack, OddKey, Outcome, Permission, Trouble, Trust};
use crate::suite;

const VAULT: &str = "localhost";
const GROUP: &str = "keys";
const NO_EXTERNAL_IDS: &str = "Azure has no external ids; a key's tag keeps projects apart";

/// What no Azure can do.
pub(crate) const LACKS: &[Lack] = &[
    ("a_key_pending_deletion_is_refused_until_it_is_kept", "a deleted key is not found at once, and can be recovered"),
    ("a_key_that_waits_for_its_material_is_refused", "a key is made or imported with its material"),
    ("looking_is_not_needed_by_role", "a key used by role has to carry the project's tag, so we have to look"),
    ("a_role_that_asks_for_nothing_is_not_safe", NO_EXTERNAL_IDS),
    ("a_role_that_takes_any_external_id_is_not_safe", NO_EXTERNAL_IDS),
    ("a_signature_of_another_time_is_our_fault", "no request to Azure is signed by us"),
];
/// What no Azure can do where keys are reached by a private endpoint.
const LACKS_PRIVATELY: &[Lack] = &[(
    "a_closed_network_is_transient",
    "who comes by an endpoint that was let in is not asked about the public network",
)];

fn guid(text: &str) -> AzureGuid {
    AzureGuid::parse(text).unwrap()
}

fn told<T>(result: Result<T, impl std::fmt::Display>) -> Outcome<T> {
    result.map_err(|error| format!("as customer: {error}"))
}

static NUMBER: AtomicU64 = AtomicU64::new(0);

fn fresh(what: &str) -> String {
    format!("{what}-{}", NUMBER.fetch_add(1, Ordering::SeqCst))
}

fn id<T>(make: fn([u8; 12]) -> T) -> T {
    let mut bytes = [0; 12];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    make(bytes)
}

const fn right(permission: Permission) -> &'static str {
    match permission {
        Permission::Look => "keys/get",
        Permission::Wrap => "keys/encrypt",
        Permission::Unwrap => "keys/decrypt",
    }
}

/// An application and its secret.
#[derive(Clone)]
struct App {
    client_id: String,
    secret: ClientSecret,
}

/// The simulated Azure, the operator in it, and our providers.
pub(crate) struct AzureCloud {
    azure: Azure,
    faults: Faults,
    operator_tenant: String,
    operator: App,
    tenant: String,
    subscription: String,
    /// The operator's application at home, and in the customer's tenant.
    principals: [String; 2],
    providers: Arc<Providers>,
    /// Seconds that our clock is ahead.
    ahead: Arc<AtomicI64>,
    /// How key calls leave.
    path: KeyPath,
    lacks: Vec<Lack>,
}

impl AzureCloud {
    /// Sets up a cloud whose keys are reached by the public way.
    pub(crate) async fn at(clouds: &Clouds) -> Self {
        Self::beside(clouds, None).await
    }

    /// Sets up a cloud whose keys are reached by a private endpoint alone, which is made as we make them.
    pub(crate) async fn privately(clouds: &Clouds) -> Self {
        let network = Network::lay(clouds).await;
        let mut cloud = Self::beside(clouds, Some(&network)).await;
        network.let_in(&cloud.principals[0]).await;
        cloud.path = KeyPath::Private(vec![network.endpoint(&cloud.providers, &cloud.vault_settings()).await]);
        cloud.lacks.extend_from_slice(LACKS_PRIVATELY);
        told(cloud.azure.set_public_access(VAULT, false).await).unwrap();
        cloud
    }

    pub(crate) fn shared_providers(&self) -> &Providers {
        &self.providers
    }

    /// The operator's application at home.
    pub(crate) fn operator_principal(&self) -> &str {
        &self.principals[0]
    }

    /// Names the vault as a project would, with a credential that is never used.
    pub(crate) fn vault_settings(&self) -> AzureKeyVault {
        AzureKeyVault {
            environment: AzureEnvironment::Azure,
            tenant: guid(&self.tenant),
            subscription: guid(&self.subscription),
            resource_group: ResourceGroupName::parse(GROUP).unwrap(),
            vault: VaultName::parse(VAULT).unwrap(),
            key: identifier("any", None),
            credentials: AzureCredentials::Role(ProviderRoleId::from_random([1; 12])),
            require_private_networking: true,
        }
    }

    /// Sets up a cloud whose operator has a network, or none.
    pub(crate) async fn beside(clouds: &Clouds, network: Option<&Network>) -> Self {
        let azure = clouds.azure().clone();
        let operator_tenant = match network {
            Some(network) => network.tenant.clone(),
            None => azure.create_tenant("operator").await.unwrap(),
        };
        let tenant = azure.create_tenant("customer").await.unwrap();
        let operator = app(&azure, &operator_tenant, "atrest", true).await.unwrap();
        let principal = async |tenant: &str| azure.create_service_principal(tenant, &operator.client_id).await.unwrap();
        let principals = [principal(&operator_tenant).await, principal(&tenant).await];
        let subscription = azure.create_subscription(&tenant, "all").await.unwrap();
        azure.create_resource_group(&subscription, GROUP).await.unwrap();
        azure.create_vault(&subscription, GROUP, VAULT, VaultAccess::Policies).await.unwrap();

        let ahead = Arc::new(AtomicI64::new(0));
        let offset = ahead.clone();
        let clock = Clock::new(move || {
            let seconds = u64::try_from(offset.load(Ordering::SeqCst)).unwrap();
            Clock::system().now() + Duration::from_secs(seconds)
        });
        let port = clouds.azure_address().port();
        let endpoint = Some(clouds.azure_endpoint());
        let config = ProvidersConfig {
            clock,
            allow_networks: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()],
            azure: Config {
                operator: OperatorIdentity::ClientSecret {
                    environment: AzureEnvironment::Azure,
                    tenant: guid(&operator_tenant),
                    client_id: guid(&operator.client_id),
                    secret: Arc::new(SecretText::new(operator.secret.expose_secret().to_owned())),
                },
                authority: endpoint.clone(),
                management: endpoint,
                vault_suffixes: VaultSuffixes { azure: suffix(port), ..VaultSuffixes::default() },
                trusted_roots: TrustedRoots::Only(clouds.ca_pem().to_owned()),
                places: network.map(|network| network.place.clone()).into_iter().collect(),
                survey_every: Duration::from_millis(10),
                ..Config::default()
            },
            ..ProvidersConfig::default()
        };
        let providers = Arc::new(Providers::new(config).unwrap());
        let faults = clouds.faults().clone();
        Self {
            azure,
            faults,
            operator_tenant,
            operator,
            tenant,
            subscription,
            principals,
            providers,
            ahead,
            path: KeyPath::Public,
            lacks: LACKS.to_vec(),
        }
    }

    fn role_of(&self, project: ProjectId, tenant: &str, principal: &str) -> ProviderRole {
        let now = Timestamp::from_millis(0);
        let identity = RoleIdentity::Azure { tenant: guid(tenant), service_principal: guid(principal) };
        ProviderRole {
            id: id(ProviderRoleId::from_random),
            project,
            identity,
            authorized_at: Some(now),
            created_at: now,
        }
    }
}

fn suffix(port: u16) -> VaultSuffix {
    VaultSuffix::parse(&format!(":{port}")).unwrap()
}

async fn app(azure: &Azure, tenant: &str, name: &str, multi_tenant: bool) -> Outcome<App> {
    let made = told(azure.create_app(tenant, name, multi_tenant).await)?;
    let secret = told(azure.create_secret(&made.client_id, "first", None).await)?;
    Ok(App { client_id: made.client_id, secret })
}

#[async_trait]
impl Cloud for AzureCloud {
    fn name(&self) -> String {
        "simulated azure".to_owned()
    }

    fn kind(&self) -> ProviderKind {
        ProviderKind::AzureKeyVault
    }

    fn lacks(&self) -> &[Lack] {
        &self.lacks
    }

    fn providers(&self) -> &Providers {
        &self.providers
    }

    fn permission(&self, permission: Permission) -> &'static str {
        right(permission)
    }

    fn odd_keys(&self) -> &'static [OddKey] {
        &[OddKey::Asymmetric, OddKey::Missing, OddKey::MissingAlias, OddKey::Signing]
    }

    fn must_look(&self, access: Access) -> bool {
        access == Access::Role
    }

    fn takes_tokens(&self, _access: Access) -> bool {
        true
    }

    fn tokens_outlive(&self, access: Access) -> bool {
        // The simulated vaults turn away tokens of a service principal that is gone.
        access == Access::Static
    }

    async fn customer(&self, access: Access) -> Outcome<Box<dyn Customer>> {
        let project = id(ProjectId::from_random);
        let (principal, own, role) = match access {
            Access::Static => {
                let own = app(&self.azure, &self.tenant, &fresh("app"), false).await?;
                let principal = told(self.azure.create_service_principal(&self.tenant, &own.client_id).await)?;
                (principal, Some(own), None)
            }
            Access::Role => {
                let principal = self.principals[1].clone();
                let role = self.role_of(project, &self.tenant, &principal);
                (principal, None, Some(role))
            }
        };
        let vault = format!(
            "/subscriptions/{}/resourceGroups/{GROUP}/providers/Microsoft.KeyVault/vaults/{VAULT}",
            self.subscription
        );
        told(self.azure.assign_role(&vault, &principal, Role::KeyVaultReader).await)?;
        let key = fresh("key");
        let mut customer = AzureCustomer {
            azure: self.azure.clone(),
            tenant: self.tenant.clone(),
            subscription: self.subscription.clone(),
            project,
            principal,
            first: identifier(&key, None),
            key,
            own,
            operator: self.operator.clone(),
            role,
            providers: self.providers.clone(),
            path: self.path.clone(),
        };
        customer.first = customer.make_key(NewKey { name: customer.key.clone(), ..NewKey::default() }).await?;
        customer.restore().await?;
        Ok(Box::new(customer))
    }

    async fn role(&self, trust: Trust, of_operator: bool) -> Outcome<ProviderRole> {
        let project = id(ProjectId::from_random);
        let role = match (trust, of_operator) {
            (_, true) => self.role_of(project, &self.operator_tenant, &self.principals[0]),
            (Trust::ExternalId, false) => self.role_of(project, &self.tenant, &self.principals[1]),
            (Trust::Nobody, false) => {
                let elsewhere = told(self.azure.create_tenant("nobody's").await)?;
                self.role_of(project, &elsewhere, &self.principals[1])
            }
            (Trust::Anybody | Trust::AnyExternalId, false) => return Err(NO_EXTERNAL_IDS.to_owned()),
        };
        Ok(ProviderRole { authorized_at: None, ..role })
    }

    fn trouble(&self, call: Call, trouble: Trouble) -> Outcome {
        let operation = match call {
            Call::Look => "GetKey",
            Call::Wrap => "Encrypt",
            Call::Unwrap => "Decrypt",
            Call::TakeToken => "GetToken",
            Call::Any => "*",
        };
        let rule = |kind| FaultRule::azure(operation, kind);
        let rule = match trouble {
            Trouble::Throttle => rule(FaultKind::Throttle),
            Trouble::Fault => rule(FaultKind::Http500),
            Trouble::Reset => rule(FaultKind::Reset),
            Trouble::Page => rule(FaultKind::Html),
            Trouble::Silence => rule(FaultKind::Timeout),
            Trouble::Skew(seconds) => rule(FaultKind::Skew).skew_ms(seconds * 1000),
        };
        told(self.faults.push(rule)).map(|_| ())
    }

    fn calm(&self) {
        self.faults.clear();
        self.ahead.store(0, Ordering::SeqCst);
    }

    async fn operator_works(&self, works: bool) -> Outcome {
        let secret = self.operator.secret.id.clone();
        // It may be as wanted already.
        let change = if works { Change::RestoreSecret(secret) } else { Change::RemoveSecret(secret) };
        let changed = self.azure.apply(change).await;
        if works { Ok(()) } else { told(changed) }
    }

    fn pass_time(&self, time: Duration) -> Outcome {
        let seconds = time.as_secs().cast_signed();
        let seconds = self.ahead.fetch_add(seconds, Ordering::SeqCst) + seconds;
        self.faults.clear();
        let rule = FaultRule::azure("*", FaultKind::Skew).skew_ms(seconds * 1000);
        told(self.faults.push(rule)).map(|_| ())
    }
}

struct AzureCustomer {
    azure: Azure,
    tenant: String,
    subscription: String,
    project: ProjectId,
    principal: String,
    key: String,
    /// The key with the version that was its first.
    first: KeyIdentifier,
    own: Option<App>,
    operator: App,
    role: Option<ProviderRole>,
    providers: Arc<Providers>,
    path: KeyPath,
}

impl AzureCustomer {
    fn at(&self) -> KeyRef {
        KeyRef::newest(VAULT, &self.key)
    }

    async fn act(&self, change: Change) -> Outcome {
        told(self.azure.apply(change).await)
    }

    async fn allow(&self, permissions: &[&str]) -> Outcome {
        told(self.azure.set_access_policy(VAULT, &self.principal, permissions).await)
    }

    fn tags(project: ProjectId) -> BTreeMap<String, String> {
        [("atrest-project".to_owned(), project.to_string())].into()
    }

    /// Makes a key, or finds it, that says it is this project's.
    async fn make_key(&self, new: NewKey) -> Outcome<KeyIdentifier> {
        let made = told(self.azure.create_key(VAULT, NewKey { tags: Self::tags(self.project), ..new }).await)?;
        Ok(identifier(&made.name, Some(&made.version)))
    }

    fn open_key(&self, key: KeyIdentifier, own: Option<(&str, &str)>) -> Arc<dyn KeyProvider> {
        let credentials = match (own, &self.role) {
            (Some((client_id, secret)), _) => AzureCredentials::ClientSecret {
                client_id: guid(client_id),
                secret: Arc::new(SecretText::new(secret.to_owned())),
            },
            (None, Some(role)) => AzureCredentials::Role(role.id),
            (None, None) => unreachable!("a customer lets us in somehow"),
        };
        let settings = AzureKeyVault {
            environment: AzureEnvironment::Azure,
            tenant: guid(&self.tenant),
            subscription: guid(&self.subscription),
            resource_group: ResourceGroupName::parse(GROUP).unwrap(),
            vault: VaultName::parse(VAULT).unwrap(),
            key,
            credentials,
            require_private_networking: false,
        };
        self.providers
            .open(self.project, &CustomerKey::AzureKeyVault(settings), self.role.as_ref(), &self.path)
            .unwrap()
    }

    fn own(&self) -> Option<(&str, &str)> {
        self.own.as_ref().map(|own| (own.client_id.as_str(), own.secret.expose_secret()))
    }
}

fn identifier(name: &str, version: Option<&str>) -> KeyIdentifier {
    KeyIdentifier::from_parts(name, version, VersionlessKeys::Accept).unwrap()
}

fn from_now(seconds: i64) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().cast_signed();
    now + seconds
}

#[async_trait]
impl Customer for AzureCustomer {
    fn project(&self) -> ProjectId {
        self.project
    }

    fn open(&self) -> Arc<dyn KeyProvider> {
        self.open_key(self.first.clone(), self.own())
    }

    async fn open_odd(&self, odd: OddKey) -> Outcome<Arc<dyn KeyProvider>> {
        let new = |name: &str| NewKey { name: fresh(name), ..NewKey::default() };
        let key = match odd {
            OddKey::Missing => identifier("nobody-made-this", Some("00000000000000000000000000000000")),
            OddKey::MissingAlias => identifier(&self.key, Some("00000000000000000000000000000000")),
            OddKey::Signing => {
                let key_ops = Some(vec![KeyOp::Sign, KeyOp::Verify]);
                self.make_key(NewKey { key_ops, ..new("signing") }).await?
            }
            OddKey::Asymmetric => {
                let kind = KeyKind::Ec { curve: Curve::P256, hsm: false };
                self.make_key(NewKey { kind, ..new("curve") }).await?
            }
            OddKey::AwaitingMaterial | OddKey::ElsewhereByRegion => return Err("there is no such key here".to_owned()),
        };
        Ok(self.open_key(key, self.own()))
    }

    fn secrets(&self) -> Vec<String> {
        let secrets = self.own.iter().chain([&self.operator]).map(|app| app.secret.expose_secret().to_owned());
        secrets.collect()
    }

    async fn disable(&self) -> Outcome {
        self.act(Change::DisableKey(self.at())).await
    }

    async fn enable(&self) -> Outcome {
        self.act(Change::EnableKey(self.at())).await
    }

    async fn schedule_deletion(&self) -> Outcome {
        self.act(Change::DeleteKey(self.at())).await
    }

    async fn cancel_deletion(&self) -> Outcome {
        self.act(Change::RecoverKey(self.at())).await
    }

    async fn deny(&self, permission: Permission) -> Outcome {
        let denied = right(permission).trim_start_matches("keys/");
        let left: Vec<&str> = ["get", "encrypt", "decrypt"].into_iter().filter(|right| *right != denied).collect();
        self.allow(&left).await
    }

    async fn restore(&self) -> Outcome {
        self.allow(&["get", "encrypt", "decrypt"]).await
    }

    fn open_by_name(&self) -> Arc<dyn KeyProvider> {
        self.open_key(identifier(&self.key, None), self.own())
    }

    async fn move_name(&self) -> Outcome {
        self.act(Change::RotateKey(self.at())).await
    }

    async fn limit_time(&self, from: Option<i64>, until: Option<i64>) -> Outcome {
        self.act(Change::SetKeyStart(self.at(), from.map(from_now))).await?;
        self.act(Change::SetKeyExpiry(self.at(), until.map(from_now))).await
    }

    async fn close_network(&self, closed: bool) -> Outcome {
        self.act(Change::SetPublicAccess(VAULT.to_owned(), !closed)).await
    }

    async fn tag(&self, project: Option<ProjectId>) -> Outcome {
        let tags = project.map(Self::tags).unwrap_or_default();
        told(self.azure.set_key_tags(VAULT, &self.key, tags).await)
    }

    async fn delete_credential(&self) -> Outcome {
        let own = self.own.as_ref().ok_or("a role has no credential")?;
        told(self.azure.delete_secret(&own.secret.id).await)
    }

    fn open_with_wrong_secret(&self) -> Arc<dyn KeyProvider> {
        let own = self.own().map(|(client_id, _)| (client_id, "wrong-secret-wrong-secret-wrong-secret-0"));
        self.open_key(self.first.clone(), own)
    }

    fn open_as_nobody(&self) -> Arc<dyn KeyProvider> {
        let nobody = "00000000-1111-4222-8333-444444444444";
        self.open_key(self.first.clone(), Some((nobody, "nobodys-secret-nobodys-secret-nobodys-00")))
    }

    async fn trust(&self, trust: Trust) -> Outcome {
        let principal = self.principal.clone();
        match trust {
            Trust::Nobody => self.act(Change::RemoveServicePrincipal(principal)).await,
            Trust::ExternalId => self.act(Change::RestoreServicePrincipal(principal)).await,
            Trust::Anybody | Trust::AnyExternalId => Err(NO_EXTERNAL_IDS.to_owned()),
        }
    }
}

#[tokio::test]
async fn passes_on_the_simulated_azure() {
    let clouds = Clouds::start(Options::default()).await.unwrap();
    let cloud = AzureCloud::at(&clouds).await;
    suite::run(&cloud).await;
    clouds.shutdown().await;
}

/// What a vault is asked.
const KEY_CALLS: [&str; 3] = ["GetKey", "Encrypt", "Decrypt"];

#[tokio::test]
async fn passes_on_the_simulated_azure_by_a_private_endpoint_alone() {
    let clouds = Clouds::start(azure_network::options()).await.unwrap();
    let cloud = AzureCloud::privately(&clouds).await;
    suite::run(&cloud).await;
    let asked = |via: &Via| KEY_CALLS.map(|operation| cloud.azure.requests_via(via, operation)).iter().sum::<u64>();
    assert!(asked(&azure_network::via()) > 300, "{}", asked(&azure_network::via()));
    assert_eq!(asked(&Via::Public), 0, "no key call came to the public door");
    clouds.shutdown().await;
}

#[tokio::test]
async fn a_private_endpoint_that_is_cut_off_or_taken_away_is_transient_and_nothing_goes_public() {
    let clouds = Clouds::start(azure_network::options()).await.unwrap();
    let cloud = AzureCloud::privately(&clouds).await;
    let customer = cloud.customer(Access::Static).await.unwrap();
    told(cloud.azure.set_public_access(VAULT, true).await).unwrap();
    let check = async |expected: &str| {
        let found = customer.open().check(Tokens::MayBeCached, Deadline::after(Duration::from_secs(30))).await;
        let found = match &found {
            Finding::Usable => "usable",
            Finding::Failed(failure) => failure.reason.code(),
        };
        assert_eq!(found, expected);
    };
    check("usable").await;
    assert!(clouds.cut(Provider::Azure, azure_network::SUBNET));
    check("CONNECTION_FAILED").await;
    assert!(clouds.mend(Provider::Azure, azure_network::SUBNET));
    check("usable").await;
    for connection in cloud.azure.connections(VAULT) {
        told(cloud.azure.apply(Change::RemoveConnection(VAULT.to_owned(), connection.name)).await).unwrap();
    }
    let gone = customer.open().check(Tokens::MayBeCached, Deadline::after(Duration::from_secs(30))).await;
    assert!(matches!(&gone, Finding::Failed(failure) if !failure.reason.is_definite()), "{gone:?}");
    let public = KEY_CALLS.map(|operation| cloud.azure.requests_via(&Via::Public, operation));
    assert_eq!(public, [0; 3]);
    clouds.shutdown().await;
}
