//! The house under test: what `atrest serve` wires together, on a free port, and the people who use it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use control::boot_clock::BootClock;
use control::notice::Notifiers;
use control::task::Tasks;
use control::{Control, Parts, Timings};
use domain::access::{Grants, OrgRole, ProjectRole};
use domain::api_key::{AccessList, ApiKey};
use domain::customer_key::Policy;
use domain::id::{ApiKeyId, OrgId, ProjectId};
use domain::master_key::lease::BootTime;
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::secret::SecretText;
use domain::time::Timestamp;
use notify::{Roots, WebhookConfig, WebhookSender};
use providers::address::AddressPolicy;
use providers::{Clock, Providers, ProvidersConfig};
use providers::{aws_kms, azure_key_vault, gcp_kms};
use serde_json::Value;
use server::api::address::TrustedProxies;
use server::api::auth::{AuthSettings, ha1};
use server::api::listener::{self, ConnectionLimits, Door};
use server::api::{Api, ApiSettings, router};
use server::probes::{self, Metrics};
use storage::{Outcome, Store};
use tokio::net::TcpListener;

use crate::client::{Call, Got, Key};
use crate::cloud::azure::guid;
use crate::cloud::networks::AZURE_REGIONS;
use crate::cloud::{Cloud, google};
use crate::database::Database;

/// How long something that happens by itself may take.
const SOON: Duration = Duration::from_secs(60);
/// How long to wait between two looks at it.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// What panicked that is no test.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// A panic in a task of the house would otherwise only end one connection.
fn watch_for_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            if !place.contains("server/tests/") {
                PANICS.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{place}: {panic}"));
            }
            usual(panic);
        }));
    });
}

/// What can be set.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) timings: Timings,
    pub(crate) settings: ApiSettings,
    pub(crate) limits: ConnectionLimits,
    pub(crate) policy: Policy,
    /// The API's certificate, if it has one.
    pub(crate) tls: Option<Arc<rustls::ServerConfig>>,
    /// Where AWS KMS is, if not in the simulated cloud.
    pub(crate) kms_endpoint: Option<String>,
    /// Where vaults, tokens and Resource Manager of Azure are, if not in the simulated cloud.
    pub(crate) azure: Option<azure_key_vault::Config>,
    /// Where tokens and KMS of Google are, if not in the simulated cloud.
    pub(crate) google: Option<gcp_kms::Config>,
    /// The regions of Azure in which the operator has endpoints made.
    pub(crate) azure_regions: Vec<&'static str>,
    /// Who sends mails and webhooks.
    pub(crate) notifiers: Notifiers,
    /// Whether the process works in the background, or does nothing but what it is asked for.
    pub(crate) at_work: bool,
    /// How far the process's clock is ahead of those of the others.
    pub(crate) ahead: Duration,
}

impl Default for Plan {
    /// Nothing happens by itself, and nothing is checked twice, unless a test asks for it.
    fn default() -> Self {
        let hour = Duration::from_secs(3600);
        Self {
            timings: Timings {
                notice_retry: [20, 100].map(Duration::from_millis),
                check_every: hour,
                check_freshness: 24 * hour,
                read_deadline: Duration::from_secs(10),
                check_deadline: Duration::from_secs(10),
                update_deadline: Duration::from_secs(20),
                grant_patience: Duration::ZERO,
                endpoint_poll_fast: Duration::from_millis(20),
                endpoint_poll_slow: Duration::from_millis(40),
                endpoint_call: Duration::from_secs(2),
                endpoint_backoff: [20, 40, 80].map(Duration::from_millis),
                ..Timings::default()
            },
            settings: ApiSettings {
                strict_versions: false,
                rate_limits: false,
                auth: AuthSettings::default(),
                trusted_proxies: TrustedProxies::default(),
                base_url: None,
                speaks_tls: false,
                loopback_only: false,
                outbound_addresses: Vec::new(),
                body_cap: ApiSettings::BODY_CAP,
            },
            limits: ConnectionLimits { drain: Duration::from_secs(1), ..ConnectionLimits::default() },
            policy: Policy::default(),
            tls: None,
            kms_endpoint: None,
            azure: None,
            google: None,
            azure_regions: AZURE_REGIONS.to_vec(),
            notifiers: notifiers(None, &[], Roots::default()),
            at_work: true,
            ahead: Duration::ZERO,
        }
    }
}

/// Makes who sends: mails by a server, if there is one, and webhooks to the public internet and these networks.
pub(crate) fn notifiers(mailer: Option<notify::Mailer>, allowed: &[&str], roots: Roots) -> Notifiers {
    let allowed = allowed.iter().map(|network| network.parse().unwrap()).collect();
    let addresses = AddressPolicy::allowing(allowed);
    let sender = WebhookSender::new(WebhookConfig {
        roots,
        refusal: Arc::new(move |address| addresses.refusal(address)),
        agent: "atrest/test".to_owned(),
    });
    let base_url = Some(Arc::from("https://atrest.example.com"));
    Notifiers { mailer, webhooks: Some((sender.unwrap(), server::api::atlas::webhook_body::write)), base_url }
}

impl Plan {
    /// Checks keys before each read, and at no other time.
    pub(crate) fn watchful() -> Self {
        let mut plan = Self::default();
        plan.timings.check_freshness = Duration::ZERO;
        plan
    }

    /// Checks keys as often as can be; a read causes no check.
    pub(crate) fn sweeping() -> Self {
        let mut plan = Self::default();
        plan.timings.check_every = Duration::from_millis(300);
        plan
    }
}

/// What every process of a fleet shares.
pub(crate) struct Ground {
    pub(crate) cloud: Cloud,
    pub(crate) database: Database,
    /// Milliseconds that the house's clock is ahead of the machine's.
    ahead: Arc<AtomicI64>,
}

/// One process.
pub(crate) struct House {
    pub(crate) control: Control,
    pub(crate) store: Store,
    pub(crate) address: SocketAddr,
    pub(crate) operations: SocketAddr,
    pub(crate) org: OrgId,
    pub(crate) project: ProjectId,
    /// Owns the organization.
    pub(crate) owner: Key,
    tasks: Tasks,
    // Last: the store lets go of the database before it is dropped.
    pub(crate) ground: Arc<Ground>,
}

impl House {
    /// Opens a house with an organization, a project and its owner's key.
    pub(crate) async fn open(database: Database) -> Self {
        Self::open_as(database, Plan::default()).await
    }

    pub(crate) async fn open_as(database: Database, plan: Plan) -> Self {
        Self::open_on(Cloud::start().await, database, plan).await
    }

    /// Opens a house with customers in every cloud.
    pub(crate) async fn open_everywhere(database: Database) -> Self {
        Self::open_everywhere_as(database, Plan::default()).await
    }

    pub(crate) async fn open_everywhere_as(database: Database, plan: Plan) -> Self {
        Self::open_on(Cloud::start_everywhere().await, database, plan).await
    }

    async fn open_on(cloud: Cloud, database: Database, plan: Plan) -> Self {
        let ground = Ground { cloud, database, ahead: Arc::default() };
        let mut house = Self::build(Arc::new(ground), plan).await;
        let org = house.control.create_organization("Acme").await.unwrap();
        house.org = org.id;
        house.project = house.new_project("first").await;
        house.owner = house.new_key(house.grants(OrgRole::Owner, &[])).await;
        house
    }

    /// Opens another process on the same database and clouds, for the same people.
    pub(crate) async fn replica(&self, plan: Plan) -> Self {
        let built = Self::build(self.ground.clone(), plan).await;
        Self { org: self.org, project: self.project, owner: self.owner.clone(), ..built }
    }

    /// Opens the next process on what another left behind.
    pub(crate) async fn reopen(ground: Arc<Ground>, plan: Plan, org: OrgId, project: ProjectId, owner: Key) -> Self {
        Self { org, project, owner, ..Self::build(ground, plan).await }
    }

    /// Ends the process and opens one on a new database, restored from a backup, for the same people.
    pub(crate) async fn moved_to(self, target: Database, backup: Vec<u8>, plan: Plan) -> Self {
        let (org, project, owner) = (self.org, self.project, self.owner.clone());
        let ground = self.end().await;
        let Ok(Ground { cloud, ahead, .. }) = Arc::try_unwrap(ground) else {
            panic!("somebody holds on to the ground")
        };
        let store = target.open().await;
        store.restore(&mut std::io::Cursor::new(backup), Clock::system().now()).await.unwrap();
        store.close().await;
        drop(store);
        Self::reopen(Arc::new(Ground { cloud, database: target, ahead }), plan, org, project, owner).await
    }

    async fn build(ground: Arc<Ground>, plan: Plan) -> Self {
        watch_for_panics();
        let store = ground.database.open().await;
        let clock = clock(&ground.ahead, plan.ahead);
        let aws = ground.cloud.aws_config();
        let providers = ProvidersConfig {
            clock: clock.clone(),
            allow_networks: vec!["127.0.0.0/8".parse().unwrap()],
            aws: aws_kms::Config { kms_endpoint: plan.kms_endpoint.or_else(|| aws.kms_endpoint.clone()), ..aws },
            azure: plan.azure.unwrap_or_else(|| ground.cloud.azure_config(&plan.azure_regions)),
            google: plan.google.unwrap_or_else(|| ground.cloud.google_config()),
        };
        let tasks = Tasks::default();
        let control = Control::new(Parts {
            store: store.clone(),
            providers: Providers::new(providers).unwrap(),
            notifiers: plan.notifiers,
            policy: ground.cloud.at_home(plan.policy),
            timings: plan.timings,
            clock,
            boot_clock: boot_clock(&ground.ahead),
            tasks: tasks.clone(),
        });
        let metrics = Metrics::default();
        let api = Api::new(control.clone(), plan.settings, metrics.clone()).unwrap();
        if plan.at_work {
            control.start();
        }
        let mut addresses = Vec::new();
        let operations = probes::router(control.clone(), metrics.clone());
        for (app, tls) in [(router::router(api), plan.tls), (operations, None)] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            addresses.push(listener.local_addr().unwrap());
            let door = Door { listener, tls, limits: plan.limits, app, open: metrics.open_connections() };
            tasks.spawn(listener::serve(door, tasks.tracker().clone(), tasks.stop_signal().clone()));
        }
        Self {
            control,
            store,
            address: addresses[0],
            operations: addresses[1],
            org: OrgId::from_random([0; 12]),
            project: ProjectId::from_random([0; 12]),
            owner: Key { public: String::new(), private: String::new() },
            tasks,
            ground,
        }
    }

    pub(crate) fn cloud(&self) -> &Cloud {
        &self.ground.cloud
    }

    /// Lets so much time pass for the house, but not for the cloud or the network.
    pub(crate) fn pass(&self, time: Duration) {
        self.ground.ahead.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Lets so much time pass for the house and for the clouds, whose faults are mended by it.
    pub(crate) fn pass_everywhere(&self, time: Duration) {
        self.pass(time);
        let ahead = u64::try_from(self.ground.ahead.load(Ordering::SeqCst)).unwrap();
        self.cloud().shift_clocks(Duration::from_millis(ahead));
    }

    /// Ends the process as a signal does.
    pub(crate) async fn end(self) -> Arc<Ground> {
        self.tasks.shut_down().await;
        self.store.close().await;
        let panics = PANICS.lock().unwrap().clone();
        assert!(panics.is_empty(), "something other than a test panicked: {panics:?}");
        self.ground.clone()
    }

    pub(crate) fn grants(&self, org_role: OrgRole, projects: &[(ProjectId, ProjectRole)]) -> Grants {
        let project_roles = projects.iter().map(|(project, role)| (*project, [*role].into()));
        Grants { org: self.org, org_roles: [org_role].into(), project_roles: project_roles.collect::<BTreeMap<_, _>>() }
    }

    pub(crate) async fn new_project(&self, name: &str) -> ProjectId {
        self.control.create_project(self.org, name).await.unwrap().id
    }

    pub(crate) async fn new_key(&self, grants: Grants) -> Key {
        let made = self.control.create_api_key("test", grants, ha1).await.unwrap();
        Key { public: made.public_key, private: made.private_key.expose().to_owned() }
    }

    /// Makes a key that may only read the first project.
    pub(crate) async fn new_reader(&self) -> Key {
        self.new_key(self.grants(OrgRole::Member, &[(self.project, ProjectRole::ReadOnly)])).await
    }

    /// Makes a key that works from these networks only.
    pub(crate) async fn new_key_from(&self, networks: &[&str]) -> Key {
        let key = Key { public: "netwaddr".to_owned(), private: "5ca1ab1e-0000-4000-8000-000000000001".to_owned() };
        let access_list = AccessList::of(networks.iter().map(|network| network.parse().unwrap()), self.control.now());
        let record = ApiKey {
            id: ApiKeyId::from_random([9; 12]),
            public_key: key.public.clone(),
            private_tail: String::new(),
            description: "from networks".to_owned(),
            grants: self.grants(OrgRole::Owner, &[]),
            access_list,
            created_at: self.control.now(),
        };
        let hash = ha1(&key.public, &SecretText::new(key.private.clone()));
        assert_eq!(self.store.insert_api_key(&record, &hash).await.unwrap(), Outcome::Saved);
        key
    }

    /// Makes a role here and in the cloud, and has it authorized.
    pub(crate) async fn new_role(&self, project: ProjectId, name: &str) -> ProviderRole {
        let role = self.control.create_aws_role(project).await.unwrap();
        let arn = self.cloud().new_role(name, external_id(&role)).await;
        self.control.authorize_aws_role(role, &arn).await.unwrap()
    }

    /// Makes a role for the service principal at Azure, has it authorized, and the first key say whose it is.
    pub(crate) async fn new_azure_role(&self, project: ProjectId) -> ProviderRole {
        let azure = self.cloud().azure();
        let (tenant, principal) = (guid(&azure.tenant), guid(&azure.operator.object_id));
        let role = self.control.create_azure_role(project, tenant, principal).await.unwrap();
        azure.tag(&azure.key, project).await;
        self.control.authorize_role(role).await.unwrap()
    }

    /// Makes a role with a service account of its own at Google that may use the first key, and has it authorized.
    pub(crate) async fn new_google_role(&self, project: ProjectId) -> ProviderRole {
        let google = self.cloud().google();
        let role = self.control.create_gcp_role(project, google::OPERATOR_PROJECT).await.unwrap();
        let email = service_account(&role);
        let (account, _) = email.split_once('@').unwrap();
        let made = google.gcp.create_service_account(google::OPERATOR_PROJECT, account).await.unwrap();
        assert_eq!(made, email);
        google.grant(&google.key, email, &[google::USE_KEY, google::VIEW_KEY]).await;
        self.control.authorize_role(role).await.unwrap()
    }

    pub(crate) fn nobody(&self, method: &str, target: &str) -> Call {
        Call::new(self.address, method, target)
    }

    pub(crate) fn ask(&self, method: &str, target: &str) -> Call {
        self.nobody(method, target).by(&self.owner)
    }

    pub(crate) async fn get(&self, target: &str) -> Got {
        self.ask("GET", target).send().await
    }

    pub(crate) fn path(&self) -> String {
        path_of(self.project)
    }

    /// Reads the setting of the first project.
    pub(crate) async fn read(&self) -> Got {
        self.get(&self.path()).await
    }

    /// Changes the setting of the first project.
    pub(crate) async fn patch(&self, body: &Value) -> Got {
        self.patch_in(self.project, body).await
    }

    pub(crate) async fn patch_in(&self, project: ProjectId, body: &Value) -> Got {
        self.ask("PATCH", &path_of(project)).json(body).send().await
    }

    /// Enables AWS in the first project with an access key.
    pub(crate) async fn enable(&self) -> Value {
        self.patch(&self.cloud().payload()).await.ok()
    }

    /// Where AWS stands in a project, as our own view tells it.
    pub(crate) async fn standing_in(&self, project: ProjectId) -> Value {
        self.standings_in(project).await.swap_remove(0)
    }

    /// Where each provider stands in a project, in the order of `ProviderKind::ALL`.
    pub(crate) async fn standings_in(&self, project: ProjectId) -> Vec<Value> {
        let got = self.get(&format!("/api/atrest/v1/groups/{project}/encryptionAtRest/validity")).await;
        got.ok()["providers"].as_array().unwrap().clone()
    }

    pub(crate) async fn standing(&self) -> Value {
        self.standing_in(self.project).await
    }

    /// The names of a project's events, oldest first.
    pub(crate) async fn events_in(&self, project: ProjectId) -> Vec<String> {
        let got = self.get(&format!("/api/atlas/v2/groups/{project}/events?itemsPerPage=500")).await.ok();
        let results = got["results"].as_array().unwrap();
        results.iter().rev().map(|event| event["eventTypeName"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) async fn events(&self) -> Vec<String> {
        self.events_in(self.project).await
    }

    /// What the operator's figures say.
    pub(crate) async fn metrics(&self) -> String {
        let got = Call::new(self.operations, "GET", "/metrics").send().await;
        assert_eq!(got.status, 200);
        got.text().to_owned()
    }
}

/// What keeps an AWS role from being used by others.
#[track_caller]
pub(crate) fn external_id(role: &ProviderRole) -> &str {
    let RoleIdentity::Aws { external_id, .. } = &role.identity else { panic!("{role:?}") };
    external_id
}

/// The service account of a role of Google's.
#[track_caller]
pub(crate) fn service_account(role: &ProviderRole) -> &str {
    let RoleIdentity::Gcp { service_account, .. } = &role.identity else { panic!("{role:?}") };
    service_account.as_str()
}

pub(crate) fn path_of(project: ProjectId) -> String {
    format!("/api/atlas/v2/groups/{project}/encryptionAtRest")
}

fn clock(ahead: &Arc<AtomicI64>, of_others: Duration) -> Clock {
    let (ahead, machine) = (ahead.clone(), Clock::system());
    Clock::new(move || Timestamp::from_millis(machine.now().as_millis() + ahead.load(Ordering::SeqCst)) + of_others)
}

/// As the other clock, from a moment long after boot, so that a test can look back.
fn boot_clock(ahead: &Arc<AtomicI64>) -> BootClock {
    let (ahead, opened) = (ahead.clone(), Instant::now());
    let before = Duration::from_secs(1_000_000_000);
    BootClock::new(move || {
        let ahead = Duration::from_millis(u64::try_from(ahead.load(Ordering::SeqCst)).unwrap());
        BootTime::since_boot(before + opened.elapsed() + ahead)
    })
}

/// Waits until something has happened by itself.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut happened: impl FnMut() -> F) {
    let looking = async {
        let mut look = tokio::time::interval(LOOK_AGAIN);
        while !happened().await {
            look.tick().await;
        }
    };
    tokio::time::timeout(SOON, looking).await.unwrap_or_else(|_| panic!("did not happen: {what}"));
}
