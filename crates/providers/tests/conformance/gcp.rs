//! Being a customer of the simulated Google Cloud, and the operator. Every customer has a project of his own,
//! and permissions on all of it: who has none is not told that a key does not exist.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::customer_key::gcp_kms::{GcpCredentials, GcpKms, KeyVersionName, PrivateKeyId, ServiceAccountEmail};
use domain::customer_key::{CustomerKey, ProviderKind};
use domain::id::{ProjectId, ProviderRoleId};
use domain::private_endpoint::KeyPath;
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::secret::{SecretBytes, SecretText};
use domain::time::Timestamp;
use domain::validity::{Failure, Finding};
use providers::gcp_kms::{Config, OperatorIdentity};
use providers::{Clock, Deadline, KeyProvider, Providers, ProvidersConfig, Tokens, TrustedRoots, WrapContext};
use serde_json::Value;
use simulators::gcp::{Change, Corruption, NewKey, Purpose, VersionState};
use simulators::{Clouds, FaultKind, FaultRule, Faults, Gcp, Options};

use crate::canary::Lines;
use crate::cloud::{Access, Call, Cloud, Customer, Lack, OddKey, Outcome, Permission, Trouble, Trust};
use crate::suite;

const OPERATORS: &str = "operator";
const TOKEN_CREATOR: &str = "roles/iam.serviceAccountTokenCreator";
const NO_TIMES: &str = "its versions know no times";
const NO_EXTERNAL_IDS: &str = "Google has no external ids; a service account is made for each role alone";

/// What no Google can do, and what the simulated one does not.
const LACKS: &[Lack] = &[
    ("a_deleted_key_is_not_found_until_it_is_recovered", "a version whose destruction is scheduled says that it is"),
    ("an_expired_key_is_refused", NO_TIMES),
    ("a_key_whose_time_has_not_come_is_refused", NO_TIMES),
    ("a_key_about_to_expire_is_no_candidate", NO_TIMES),
    ("a_closed_network_is_transient", "the simulated Google has no perimeters; the table holds what they say"),
    ("a_key_without_the_projects_tag_is_refused_by_role", "a role's service account belongs to one project already"),
    ("opens_what_it_wrapped_under_a_name_that_moved", "settings name one version, whichever is primary"),
    ("a_role_that_asks_for_nothing_is_not_safe", NO_EXTERNAL_IDS),
    ("a_role_that_takes_any_external_id_is_not_safe", NO_EXTERNAL_IDS),
];

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

const fn role_for(permission: Permission) -> &'static str {
    match permission {
        Permission::Look => "roles/cloudkms.viewer",
        Permission::Wrap => "roles/cloudkms.cryptoKeyEncrypter",
        Permission::Unwrap => "roles/cloudkms.cryptoKeyDecrypter",
    }
}

fn email(text: &str) -> ServiceAccountEmail {
    ServiceAccountEmail::parse(text).unwrap()
}

/// A key of a service account, as its file has it.
#[derive(Clone)]
struct Key {
    email: String,
    id: String,
    pem: String,
}

impl Key {
    async fn of(gcp: &Gcp, account: &str) -> Outcome<Self> {
        let made = told(gcp.create_service_account_key(account).await)?;
        let file: Value = told(serde_json::from_str(made.expose_json()))?;
        let pem = file["private_key"].as_str().ok_or("a key file without private_key")?.to_owned();
        Ok(Self { email: made.email, id: made.id, pem })
    }

    fn credentials(&self) -> GcpCredentials {
        GcpCredentials::ServiceAccountKey {
            client_email: email(&self.email),
            private_key_id: PrivateKeyId::parse(&self.id).unwrap(),
            private_key: Arc::new(SecretText::new(self.pem.clone())),
        }
    }
}

/// The simulated Google, the operator in it, and our providers.
pub(crate) struct GcpCloud {
    name: &'static str,
    gcp: Gcp,
    faults: Faults,
    operator: Key,
    providers: Arc<Providers>,
    /// Seconds that our clock is ahead.
    ahead: Arc<AtomicI64>,
}

impl GcpCloud {
    pub(crate) async fn at(name: &'static str, clouds: &Clouds, tls: bool) -> Self {
        let gcp = clouds.gcp().clone();
        gcp.create_project(OPERATORS).await.unwrap();
        let account = gcp.create_service_account(OPERATORS, "atrest").await.unwrap();
        let operator = Key::of(&gcp, &account).await.unwrap();

        let ahead = Arc::new(AtomicI64::new(0));
        let offset = ahead.clone();
        let clock = Clock::new(move || {
            let seconds = u64::try_from(offset.load(Ordering::SeqCst)).unwrap();
            Clock::system().now() + Duration::from_secs(seconds)
        });
        let endpoint = clouds.gcp_endpoint();
        let config = ProvidersConfig {
            clock,
            allow_networks: vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()],
            google: Config {
                operator: OperatorIdentity::ServiceAccountKey {
                    client_email: email(&operator.email),
                    private_key_id: PrivateKeyId::parse(&operator.id).unwrap(),
                    private_key: Arc::new(SecretText::new(operator.pem.clone())),
                },
                kms_endpoint: Some(endpoint.clone()),
                iam_credentials_endpoint: Some(endpoint.clone()),
                token_uri: Some(format!("{endpoint}/token")),
                trusted_roots: match tls {
                    true => TrustedRoots::Only(clouds.ca_pem().to_owned()),
                    false => TrustedRoots::System,
                },
                ..Config::default()
            },
            ..ProvidersConfig::default()
        };
        let providers = Arc::new(Providers::new(config).unwrap());
        Self { name, gcp, faults: clouds.faults().clone(), operator, providers, ahead }
    }

    /// Makes a service account in the operator's project, which he may impersonate or not.
    async fn role_account(&self, may_impersonate: bool) -> Outcome<String> {
        let account = told(self.gcp.create_service_account(OPERATORS, &fresh("role")).await)?;
        if may_impersonate {
            told(self.gcp.grant(&resource(&account), &self.operator.email, TOKEN_CREATOR).await)?;
        }
        Ok(account)
    }

    async fn new_customer(&self, access: Access) -> Outcome<GcpCustomer> {
        let (project, place) = (id(ProjectId::from_random), fresh("customer"));
        told(self.gcp.create_project(&place).await)?;
        let ring = told(self.gcp.create_key_ring(&place, "us-east4", "ring").await)?;
        let key = told(self.gcp.create_crypto_key(&ring, "key", NewKey::default()).await)?;
        let (member, own, role) = match access {
            Access::Static => {
                let account = told(self.gcp.create_service_account(&place, "atrest-user").await)?;
                let own = Key::of(&self.gcp, &account).await?;
                (account, Some(own), None)
            }
            Access::Role => {
                let account = self.role_account(true).await?;
                let role = role_of(project, &account);
                (account, None, Some(role))
            }
        };
        let customer = GcpCustomer {
            gcp: self.gcp.clone(),
            project,
            place,
            ring,
            version: format!("{key}/cryptoKeyVersions/1"),
            member,
            own,
            role,
            operator: self.operator.clone(),
            providers: self.providers.clone(),
        };
        customer.restore().await?;
        Ok(customer)
    }
}

/// The full name of a service account in the operator's project.
fn resource(account: &str) -> String {
    format!("projects/{OPERATORS}/serviceAccounts/{account}")
}

fn role_of(project: ProjectId, account: &str) -> ProviderRole {
    let now = Timestamp::from_millis(0);
    ProviderRole {
        id: id(ProviderRoleId::from_random),
        project,
        identity: RoleIdentity::Gcp { service_account: email(account), made: true },
        authorized_at: Some(now),
        created_at: now,
    }
}

#[async_trait]
impl Cloud for GcpCloud {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn kind(&self) -> ProviderKind {
        ProviderKind::GcpKms
    }

    fn lacks(&self) -> &[Lack] {
        LACKS
    }

    fn providers(&self) -> &Providers {
        &self.providers
    }

    fn permission(&self, permission: Permission) -> &'static str {
        match permission {
            Permission::Look => "cloudkms.cryptoKeyVersions.get cloudkms.cryptoKeys.get",
            Permission::Wrap => "cloudkms.cryptoKeyVersions.useToEncrypt",
            Permission::Unwrap => "cloudkms.cryptoKeyVersions.useToDecrypt",
        }
    }

    fn odd_keys(&self) -> &'static [OddKey] {
        use OddKey::{Asymmetric, AwaitingMaterial, ElsewhereByRegion, Missing, MissingAlias, Signing};
        &[Asymmetric, AwaitingMaterial, ElsewhereByRegion, Missing, MissingAlias, Signing]
    }

    fn takes_tokens(&self, _access: Access) -> bool {
        true
    }

    async fn customer(&self, access: Access) -> Outcome<Box<dyn Customer>> {
        Ok(Box::new(self.new_customer(access).await?))
    }

    async fn role(&self, trust: Trust, of_operator: bool) -> Outcome<ProviderRole> {
        let account = match (trust, of_operator) {
            (_, true) => self.operator.email.clone(),
            (Trust::ExternalId, false) => self.role_account(true).await?,
            (Trust::Nobody, false) => self.role_account(false).await?,
            (Trust::Anybody | Trust::AnyExternalId, false) => return Err(NO_EXTERNAL_IDS.to_owned()),
        };
        Ok(ProviderRole { authorized_at: None, ..role_of(id(ProjectId::from_random), &account) })
    }

    fn trouble(&self, call: Call, trouble: Trouble) -> Outcome {
        let operations: &[&str] = match call {
            Call::Look => &["GetCryptoKeyVersion"],
            Call::Wrap => &["Encrypt"],
            Call::Unwrap => &["Decrypt"],
            Call::TakeToken => &["GetToken", "GenerateAccessToken"],
            Call::Any => &["*"],
        };
        for operation in operations {
            let rule = |kind| FaultRule::gcp(operation, kind);
            let rule = match trouble {
                Trouble::Throttle => rule(FaultKind::Throttle),
                Trouble::Fault => rule(FaultKind::Http500),
                Trouble::Reset => rule(FaultKind::Reset),
                Trouble::Page => rule(FaultKind::Html),
                Trouble::Silence => rule(FaultKind::Timeout),
                Trouble::Skew(seconds) => rule(FaultKind::Skew).skew_ms(seconds * 1000),
            };
            told(self.faults.push(rule))?;
        }
        Ok(())
    }

    fn calm(&self) {
        self.faults.clear();
        self.ahead.store(0, Ordering::SeqCst);
    }

    async fn operator_works(&self, works: bool) -> Outcome {
        told(match works {
            true => self.gcp.enable_service_account(&self.operator.email).await,
            false => self.gcp.disable_service_account(&self.operator.email).await,
        })
    }

    fn pass_time(&self, time: Duration) -> Outcome {
        let seconds = time.as_secs().cast_signed();
        let seconds = self.ahead.fetch_add(seconds, Ordering::SeqCst) + seconds;
        self.faults.clear();
        let rule = FaultRule::gcp("*", FaultKind::Skew).skew_ms(seconds * 1000);
        told(self.faults.push(rule)).map(|_| ())
    }
}

struct GcpCustomer {
    gcp: Gcp,
    project: ProjectId,
    /// His project at Google, its key ring, and the version the settings name.
    place: String,
    ring: String,
    version: String,
    /// Who uses the key.
    member: String,
    own: Option<Key>,
    role: Option<ProviderRole>,
    operator: Key,
    providers: Arc<Providers>,
}

impl GcpCustomer {
    async fn act(&self, change: Change) -> Outcome {
        told(self.gcp.apply(change).await)
    }

    fn on_place(&self) -> String {
        format!("projects/{}", self.place)
    }

    fn credentials(&self) -> GcpCredentials {
        match (&self.own, &self.role) {
            (Some(own), _) => own.credentials(),
            (None, Some(role)) => GcpCredentials::Role(role.id),
            (None, None) => unreachable!("a customer lets us in somehow"),
        }
    }

    fn open_key(&self, version: &str, credentials: GcpCredentials) -> Arc<dyn KeyProvider> {
        let settings = GcpKms { key_version: KeyVersionName::parse(version).unwrap(), credentials };
        self.providers.open(self.project, &CustomerKey::GcpKms(settings), self.role.as_ref(), &KeyPath::Public).unwrap()
    }

    async fn make_key(&self, new: NewKey) -> Outcome<String> {
        let key = told(self.gcp.create_crypto_key(&self.ring, &fresh("odd"), new).await)?;
        Ok(format!("{key}/cryptoKeyVersions/1"))
    }
}

#[async_trait]
impl Customer for GcpCustomer {
    fn project(&self) -> ProjectId {
        self.project
    }

    fn open(&self) -> Arc<dyn KeyProvider> {
        self.open_key(&self.version, self.credentials())
    }

    async fn open_odd(&self, odd: OddKey) -> Outcome<Arc<dyn KeyProvider>> {
        let of = |purpose| NewKey { purpose, ..NewKey::default() };
        let version = match odd {
            OddKey::Missing => self.version.replace("/cryptoKeys/key/", "/cryptoKeys/nobody-made-this/"),
            OddKey::MissingAlias => format!("{}0", self.version),
            OddKey::ElsewhereByRegion => self.version.replace("/us-east4/", "/europe-west3/"),
            OddKey::Signing => self.make_key(of(Purpose::AsymmetricSign)).await?,
            OddKey::Asymmetric => self.make_key(of(Purpose::AsymmetricDecrypt)).await?,
            OddKey::AwaitingMaterial => {
                let version = self.make_key(NewKey::default()).await?;
                told(self.gcp.set_version_state(&version, VersionState::PendingImport).await)?;
                version
            }
        };
        Ok(self.open_key(&version, self.credentials()))
    }

    fn secrets(&self) -> Vec<String> {
        // A line of a private key tells as much as all of it.
        let keys = self.own.iter().chain([&self.operator]);
        keys.flat_map(|key| [key.pem.clone(), key.pem.lines().nth(1).unwrap_or_default().to_owned()]).collect()
    }

    async fn disable(&self) -> Outcome {
        self.act(Change::DisableVersion(self.version.clone())).await
    }

    async fn enable(&self) -> Outcome {
        self.act(Change::EnableVersion(self.version.clone())).await
    }

    async fn schedule_deletion(&self) -> Outcome {
        self.act(Change::DestroyVersion(self.version.clone())).await
    }

    async fn cancel_deletion(&self) -> Outcome {
        self.act(Change::RestoreVersion(self.version.clone())).await
    }

    async fn deny(&self, permission: Permission) -> Outcome {
        told(self.gcp.revoke(&self.on_place(), &self.member, role_for(permission)).await)
    }

    async fn restore(&self) -> Outcome {
        for permission in [Permission::Look, Permission::Wrap, Permission::Unwrap] {
            told(self.gcp.grant(&self.on_place(), &self.member, role_for(permission)).await)?;
        }
        Ok(())
    }

    async fn move_name(&self) -> Outcome {
        let (key, _) = self.version.split_once("/cryptoKeyVersions/").ok_or("no version")?;
        self.act(Change::RotateKey(key.to_owned())).await
    }

    async fn delete_credential(&self) -> Outcome {
        let own = self.own.as_ref().ok_or("a role has no credential")?;
        told(self.gcp.delete_service_account_key(&own.email, &own.id).await)
    }

    fn open_with_wrong_secret(&self) -> Arc<dyn KeyProvider> {
        let own = self.own.as_ref().unwrap_or(&self.operator);
        // A good private key, which is another account's; or none at all.
        let pem = match &self.own {
            Some(_) => self.operator.pem.clone(),
            None => "-----BEGIN PRIVATE KEY-----\nd3Jvbmc=\n-----END PRIVATE KEY-----\n".to_owned(),
        };
        self.open_key(&self.version, Key { pem, ..own.clone() }.credentials())
    }

    fn open_as_nobody(&self) -> Arc<dyn KeyProvider> {
        let nobody = Key { email: format!("nobody@{}.iam.gserviceaccount.com", self.place), ..self.operator.clone() };
        self.open_key(&self.version, nobody.credentials())
    }

    async fn trust(&self, trust: Trust) -> Outcome {
        let account = resource(&self.member);
        told(match trust {
            Trust::Nobody => self.gcp.revoke(&account, &self.operator.email, TOKEN_CREATOR).await,
            Trust::ExternalId => self.gcp.grant(&account, &self.operator.email, TOKEN_CREATOR).await,
            Trust::Anybody | Trust::AnyExternalId => return Err(NO_EXTERNAL_IDS.to_owned()),
        })
    }
}

async fn run(name: &'static str, tls: bool) {
    let clouds = Clouds::start(Options { tls, ..Options::default() }).await.unwrap();
    let cloud = GcpCloud::at(name, &clouds, tls).await;
    suite::run(&cloud).await;
    clouds.shutdown().await;
}

#[tokio::test]
async fn passes_on_the_simulated_google_over_http() {
    run("simulated google, http", false).await;
}

#[tokio::test]
async fn passes_on_the_simulated_google_over_tls() {
    run("simulated google, tls", true).await;
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(30))
}

fn context() -> WrapContext {
    WrapContext { project: ProjectId::from_random([1; 12]), cluster: None, key: "a".to_owned() }
}

fn data_key() -> SecretBytes<32> {
    SecretBytes::fill(|place| aws_lc_rs::rand::fill(place)).unwrap()
}

async fn found(key: &dyn KeyProvider) -> &'static str {
    match key.check(Tokens::Fresh, soon()).await {
        Finding::Usable => "usable",
        Finding::Failed(failure) => failure.reason.code(),
    }
}

fn code<T>(result: Result<T, Failure>) -> &'static str {
    result.map_or_else(|failure| failure.reason.code(), |_| "done")
}

#[tokio::test]
async fn a_bent_answer_is_never_relied_on() {
    let clouds = Clouds::start(Options::default()).await.unwrap();
    let cloud = GcpCloud::at("bent", &clouds, false).await;
    let customer = cloud.new_customer(Access::Static).await.unwrap();
    let key = customer.open();
    let wrapped = key.wrap(&context(), &data_key(), soon()).await.unwrap();
    let of_encrypt =
        [Corruption::CiphertextCrc32c, Corruption::Ciphertext, Corruption::Unverified, Corruption::KeyVersion];
    for corruption in of_encrypt {
        clouds.gcp().corrupt_next_answer(corruption);
        assert_eq!(found(&*key).await, "UNEXPECTED_ANSWER", "{corruption:?}");
        clouds.gcp().corrupt_next_answer(corruption);
        assert_eq!(code(key.wrap(&context(), &data_key(), soon()).await), "UNEXPECTED_ANSWER", "{corruption:?}");
    }
    for corruption in [Corruption::PlaintextCrc32c, Corruption::Plaintext] {
        clouds.gcp().corrupt_next_answer(corruption);
        assert_eq!(found(&*key).await, "UNEXPECTED_ANSWER", "{corruption:?}");
        clouds.gcp().corrupt_next_answer(corruption);
        assert_eq!(code(key.unwrap(&context(), &wrapped, soon()).await), "UNEXPECTED_ANSWER", "{corruption:?}");
    }
    assert_eq!(found(&*key).await, "usable");
    clouds.shutdown().await;
}

#[tokio::test]
async fn every_state_of_a_version_has_its_reason() {
    let clouds = Clouds::start(Options::default()).await.unwrap();
    let cloud = GcpCloud::at("states", &clouds, false).await;
    for may_look in [true, false] {
        let customer = cloud.new_customer(Access::Static).await.unwrap();
        let key = customer.open();
        let wrapped = key.wrap(&context(), &data_key(), soon()).await.unwrap();
        if !may_look {
            customer.deny(Permission::Look).await.unwrap();
        }
        for (state, expected) in [
            (VersionState::Disabled, "KEY_DISABLED"),
            (VersionState::PendingGeneration, "KEY_PENDING_GENERATION"),
            (VersionState::PendingImport, "KEY_PENDING_IMPORT"),
            (VersionState::DestroyScheduled, "KEY_PENDING_DELETION"),
            (VersionState::Destroyed, "KEY_DESTROYED"),
        ] {
            clouds.gcp().set_version_state(&customer.version, state).await.unwrap();
            assert_eq!(found(&*key).await, expected);
            assert_eq!(code(key.wrap(&context(), &data_key(), soon()).await), expected);
            assert_eq!(code(key.unwrap(&context(), &wrapped, soon()).await), expected);
        }
    }
    clouds.shutdown().await;
}

#[tokio::test]
async fn what_an_old_version_wrapped_follows_that_version() {
    let clouds = Clouds::start(Options::default()).await.unwrap();
    let cloud = GcpCloud::at("versions", &clouds, false).await;
    let customer = cloud.new_customer(Access::Static).await.unwrap();
    let wrapped = customer.open().wrap(&context(), &data_key(), soon()).await.unwrap();
    assert_eq!(wrapped.customer_key_version.key, customer.version);
    customer.move_name().await.unwrap();
    let next = customer.version.replace("/cryptoKeyVersions/1", "/cryptoKeyVersions/2");
    let newer = customer.open_key(&next, customer.credentials());
    let wrapped_anew = newer.wrap(&context(), &data_key(), soon()).await.unwrap();
    assert_eq!(wrapped_anew.customer_key_version.key, next);
    assert_eq!(code(newer.unwrap(&context(), &wrapped, soon()).await), "done");
    customer.disable().await.unwrap();
    assert_eq!(found(&*newer).await, "usable");
    assert_eq!(code(newer.unwrap(&context(), &wrapped_anew, soon()).await), "done");
    assert_eq!(code(newer.unwrap(&context(), &wrapped, soon()).await), "KEY_DISABLED");
    clouds.shutdown().await;
}

#[tokio::test]
async fn who_may_nothing_is_not_told_what_exists() {
    let clouds = Clouds::start(Options::default()).await.unwrap();
    let cloud = GcpCloud::at("nothing", &clouds, false).await;
    let customer = cloud.new_customer(Access::Static).await.unwrap();
    let elsewhere = customer.version.replace(&customer.place, "not-his");
    let key = customer.open_key(&elsewhere, customer.credentials());
    assert_eq!(found(&*key).await, "ACCESS_DENIED");
    assert_eq!(code(key.wrap(&context(), &data_key(), soon()).await), "ACCESS_DENIED");
    let described = key.describe(soon()).await.unwrap();
    assert_eq!(described.missing_permissions.len(), 4, "{:?}", described.missing_permissions);
    clouds.shutdown().await;
}

#[tokio::test]
async fn nothing_secret_of_google_is_logged_at_any_level() {
    let clouds = Clouds::start(Options::default()).await.unwrap();
    let cloud = GcpCloud::at("canary", &clouds, false).await;
    let customers =
        [cloud.new_customer(Access::Static).await.unwrap(), cloud.new_customer(Access::Role).await.unwrap()];
    let data_key = data_key();
    let mut secrets =
        vec![STANDARD.encode(data_key.expose()), format!("{:?}", data_key.expose()), hex::encode(data_key.expose())];

    let lines = Lines::default();
    {
        let _guard = lines.catch();
        tracing::trace!("the lines are caught");
        for customer in &customers {
            let key = customer.open();
            assert_eq!(found(&*key).await, "usable");
            let wrapped = key.wrap(&context(), &data_key, soon()).await.unwrap();
            key.unwrap(&context(), &wrapped, soon()).await.unwrap();
            key.describe(soon()).await.unwrap();
            let refused = customer.open_with_wrong_secret();
            tracing::trace!(finding = ?refused.check(Tokens::Fresh, soon()).await, "and what is refused");
            customer.deny(Permission::Wrap).await.unwrap();
            tracing::trace!(finding = ?key.check(Tokens::Fresh, soon()).await, "and what is denied");
            tracing::trace!(?key, "and debug output");
            secrets.extend(customer.secrets());
        }
        cloud.providers().prove_operator(ProviderKind::GcpKms, soon()).await.unwrap();
        tracing::trace!(providers = ?cloud.providers(), "and debug output");
    }
    let told = lines.take();
    assert!(told.contains("the lines are caught") && told.contains("IAM_PERMISSION_DENIED"), "{told}");
    for secret in &secrets {
        assert!(!told.contains(secret.as_str()), "{secret} was logged:\n{told}");
    }
    // The tokens are not known here, but how they begin and what carries them is.
    for carrier in ["ya29.", "eyJ", "assertion=", "Bearer", "access_token", "accessToken", "ciphertext", "-----BEGIN"] {
        assert!(!told.to_lowercase().contains(&carrier.to_lowercase()), "{carrier} was logged:\n{told}");
    }
    clouds.shutdown().await;
}
