//! 1,000 private endpoints over 200 projects at the simulated Azure, each project with a vault of its own, at a real
//! server's pace: how much is Azure Resource Manager asked until they are settled, while nothing happens, and until they
//! are gone? Beside it what it would be asked if each endpoint were asked for by itself at each look.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use control::Timings;
use domain::customer_key::azure_key_vault::{
    AzureCredentials, AzureEnvironment, AzureGuid, AzureKeyVault, KeyIdentifier, ResourceGroupName, VaultName,
    VaultSuffix, VaultSuffixes,
};
use domain::customer_key::{CustomerKey, EncryptionAtRest, Move, ProviderKind, VersionlessKeys};
use domain::id::{OrgId, PrivateEndpointId, ProjectId};
use domain::organization::Organization;
use domain::private_endpoint::{
    CloudRecord, EndpointRegion, EndpointState, MOST_ENDPOINTS, PrivateEndpoint, PrivateProvider,
};
use domain::project::{Activity, Project};
use domain::secret::SecretText;
use domain::time::Timestamp;
use domain::validity::Validity;
use providers::azure_key_vault::{Config, OperatorIdentity};
use providers::{AzurePlace, Clock, ProvidersConfig, TrustedRoots};
use simulators::azure::{Change, Role, VaultAccess};
use simulators::{Azure, Clouds, Subnet, Via};
use storage::{EndpointOutcome, NewValidity, SaveSetting, Store};

use crate::house::{self, House};
use crate::report::{figure, heading};

const PROJECTS: u32 = 200;
const REGIONS: [&str; 5] = ["US_CENTRAL", "US_EAST_2", "US_WEST", "EUROPE_NORTH", "EUROPE_WEST"];
/// How long to watch while nothing happens.
const IDLE: Duration = Duration::from_secs(60);
const PATIENCE: Duration = Duration::from_secs(600);
const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 65, 1, 4);
/// What Resource Manager is asked about endpoints.
const OPERATIONS: [&str; 8] = [
    "CreatePrivateEndpoint",
    "GetPrivateEndpoint",
    "ListPrivateEndpoints",
    "DeletePrivateEndpoint",
    "GetOperation",
    "ListConnections",
    "GetConnection",
    "GetProvider",
];

pub(crate) async fn bench() -> anyhow::Result<()> {
    heading("1,000 private endpoints over 200 projects at Azure, SQLite, at a real server's pace");
    let subnet = Subnet { name: "us-central".to_owned(), address: ADDRESS };
    let options = simulators::Options { azure_subnets: vec![subnet], ..simulators::Options::default() };
    let clouds = Clouds::start(options).await?;
    let customer = Customer::furnish(&clouds).await?;
    let folder = tempfile::tempdir()?;
    let timings = Timings::default();
    let config = ProvidersConfig {
        clock: Clock::system(),
        allow_networks: vec!["127.0.0.0/8".parse()?],
        azure: customer.config(&clouds)?,
        ..ProvidersConfig::default()
    };
    let house = House::with(house::sqlite(folder.path()), config, timings).await?;
    let all = seed(&house, &customer).await?;
    let asked = Asked { azure: clouds.azure(), endpoints: all };
    let begin = asked.begin();
    house.control.start();

    let made = asked.until(begin, &house, &[(EndpointState::PendingAcceptance, all)]).await?;
    asked.report("made, until they wait for their owner", &made, &timings);
    let begin = asked.begin();
    for vault in (0..PROJECTS).map(vault) {
        for connection in clouds.azure().connections(&vault) {
            clouds.azure().apply(Change::ApproveConnection(vault.clone(), connection.name)).await?;
        }
    }
    let by_hand = begin.at.elapsed();
    let active = asked.until(begin, &house, &[(EndpointState::Active, all)]).await?;
    let shown = format!("{:.1} s", active.took.as_secs_f64());
    figure("approved all, until all are ACTIVE", &shown, Some(("within 30 s", active.took < Duration::from_secs(30))));
    figure("  calls for all of them", &active.by_operation.values().sum::<u32>().to_string(), None);
    figure("  their owner took", &format!("{:.1} s", by_hand.as_secs_f64()), None);

    let before = asked.calls();
    tokio::time::sleep(IDLE).await;
    let idle = asked.calls() - before;
    let each_by_itself = f64::from(all) * IDLE.as_secs_f64() / timings.endpoint_poll_slow.as_secs_f64();
    let few = f64::from(idle) < each_by_itself / 50.0;
    figure("calls a minute while nothing happens", &idle.to_string(), Some(("a fiftieth of each by itself", few)));
    figure("  each asked for by itself", &format!("{each_by_itself:.0}"), None);

    let begin = asked.begin();
    delete_all(&house.store, house.control.now()).await?;
    let gone = asked.until(begin, &house, &[]).await?;
    asked.report("removed, until their rows are gone", &gone, &timings);
    let left = clouds.azure().private_endpoints().len();
    figure("endpoints left in the cloud", &left.to_string(), Some(("none", left == 0)));
    house.tasks.shut_down().await;
    clouds.shutdown().await;
    Ok(())
}

/// What Resource Manager is asked.
struct Asked<'a> {
    azure: &'a Azure,
    endpoints: u32,
}

/// The beginning of a stretch of work.
struct Begin {
    at: Instant,
    by_operation: BTreeMap<&'static str, u32>,
}

/// One stretch of work.
struct Stretch {
    took: Duration,
    by_operation: BTreeMap<&'static str, u32>,
}

impl Asked<'_> {
    fn calls(&self) -> u32 {
        self.by_operation().values().sum()
    }

    fn begin(&self) -> Begin {
        Begin { at: Instant::now(), by_operation: self.by_operation() }
    }

    fn by_operation(&self) -> BTreeMap<&'static str, u32> {
        let count = |operation| u32::try_from(self.azure.requests_via(&Via::Public, operation)).unwrap_or(u32::MAX);
        OPERATIONS.into_iter().map(|operation| (operation, count(operation))).collect()
    }

    /// Waits until exactly so many endpoints are in these states.
    async fn until(&self, begin: Begin, house: &House, wanted: &[(EndpointState, u32)]) -> anyhow::Result<Stretch> {
        let Begin { at: begun, by_operation: before } = begin;
        let wanted: Vec<_> = wanted.iter().map(|(state, count)| (*state, i64::from(*count))).collect();
        loop {
            let found = house.store.count_private_endpoints().await?;
            let found: Vec<_> = found.into_iter().map(|(_, state, count)| (state, count)).collect();
            if found == wanted {
                break;
            }
            anyhow::ensure!(begun.elapsed() < PATIENCE, "still {found:?} after {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let after = self.by_operation();
        let since = |(operation, count): (&'static str, u32)| {
            (operation, count.saturating_sub(before.get(operation).copied().unwrap_or_default()))
        };
        Ok(Stretch { took: begun.elapsed(), by_operation: after.into_iter().map(since).collect() })
    }

    /// Prints a stretch beside one write and one look at each waking for each endpoint.
    fn report(&self, name: &str, stretch: &Stretch, timings: &Timings) {
        figure(name, &format!("{:.1} s", stretch.took.as_secs_f64()), None);
        let all: u32 = stretch.by_operation.values().sum();
        let each = f64::from(all) / f64::from(self.endpoints);
        let looks = (stretch.took.as_secs_f64() / timings.endpoint_poll_fast.as_secs_f64()).ceil();
        let (by_itself, wish) = (1.0 + looks, "at most 4");
        figure("  calls for each endpoint", &format!("{each:.2}"), Some((wish, each <= 4.0)));
        figure("  each asked for by itself, at most", &format!("{by_itself:.2}"), None);
        for (operation, count) in stretch.by_operation.iter().filter(|(_, count)| **count > 0) {
            figure(&format!("    {operation}"), &count.to_string(), None);
        }
    }
}

/// A customer of Azure with a vault for each project, and the operator with a place in each region. No vault has a key:
/// what key calls come to is measured elsewhere.
struct Customer {
    tenant: AzureGuid,
    subscription: AzureGuid,
    credentials: AzureCredentials,
    operator: OperatorIdentity,
    places: Vec<AzurePlace>,
}

impl Customer {
    async fn furnish(clouds: &Clouds) -> anyhow::Result<Self> {
        let azure = clouds.azure();
        let (tenant, home) = (azure.create_tenant("customer").await?, azure.create_tenant("operator").await?);
        let subscription = azure.create_subscription(&tenant, "customer").await?;
        let keys = azure.create_resource_group(&subscription, "Keys").await?;
        for number in 0..PROJECTS {
            azure.create_vault(&subscription, "Keys", &vault(number), VaultAccess::Policies).await?;
        }
        let user = azure.create_app(&tenant, "atrest", false).await?;
        let user_secret = azure.create_secret(&user.client_id, "first", None).await?;
        let user_object = azure.create_service_principal(&tenant, &user.client_id).await?;
        azure.assign_role(&keys, &user_object, Role::Reader).await?;
        let credentials = AzureCredentials::ClientSecret {
            client_id: guid(&user.client_id)?,
            secret: Arc::new(SecretText::new(user_secret.expose_secret().to_owned())),
        };

        let operator = azure.create_app(&home, "operator", false).await?;
        let secret = azure.create_secret(&operator.client_id, "first", None).await?;
        let at_home = azure.create_service_principal(&home, &operator.client_id).await?;
        let network = azure.create_subscription(&home, "operator").await?;
        let resource_group = azure.create_resource_group(&network, "atrest-endpoints").await?;
        for role in [Role::Reader, Role::NetworkContributor] {
            azure.assign_role(&resource_group, &at_home, role).await?;
        }
        let subnet = azure.create_subnet(&network, "atrest-endpoints", "atrest", "us-central", ADDRESS).await?;
        let operator = OperatorIdentity::ClientSecret {
            environment: AzureEnvironment::Azure,
            tenant: guid(&home)?,
            client_id: guid(&operator.client_id)?,
            secret: Arc::new(SecretText::new(secret.expose_secret().to_owned())),
        };
        let place = |region: &str| {
            let region = region_called(region)?;
            Ok(AzurePlace {
                location: region.azure_location().context("a region of Azure has a location")?.to_owned(),
                region,
                subscription: guid(&network)?,
                resource_group: ResourceGroupName::parse("atrest-endpoints").context("name a resource group")?,
                subnet: subnet.clone(),
                addresses: vec!["127.65.1.0/24".parse()?],
            })
        };
        let places = REGIONS.into_iter().map(place).collect::<anyhow::Result<_>>()?;
        let (tenant, subscription) = (guid(&tenant)?, guid(&subscription)?);
        Ok(Self { tenant, subscription, credentials, operator, places })
    }

    fn key(&self, number: u32) -> anyhow::Result<CustomerKey> {
        let key = KeyIdentifier::from_parts("first", Some(&"0".repeat(32)), VersionlessKeys::Refuse);
        Ok(CustomerKey::AzureKeyVault(AzureKeyVault {
            environment: AzureEnvironment::Azure,
            tenant: self.tenant.clone(),
            subscription: self.subscription.clone(),
            resource_group: ResourceGroupName::parse("Keys").context("name a resource group")?,
            vault: VaultName::parse(&vault(number)).context("name a vault")?,
            key: key.context("name a key")?,
            credentials: self.credentials.clone(),
            require_private_networking: true,
        }))
    }

    fn config(&self, clouds: &Clouds) -> anyhow::Result<Config> {
        let suffix =
            VaultSuffix::parse(&format!(".localhost:{}", clouds.azure_address().port())).context("name a suffix")?;
        Ok(Config {
            operator: self.operator.clone(),
            authority: Some(clouds.azure_endpoint()),
            management: Some(clouds.azure_endpoint()),
            vault_suffixes: VaultSuffixes { azure: suffix, ..VaultSuffixes::default() },
            trusted_roots: TrustedRoots::Only(clouds.ca_pem().to_owned()),
            places: self.places.clone(),
            ..Config::default()
        })
    }
}

/// Stores the projects with their endpoints, none of which was asked for yet. Gives how many.
async fn seed(house: &House, customer: &Customer) -> anyhow::Result<u32> {
    let (store, at) = (&house.store, house.control.now());
    let org = OrgId::from_random([1; 12]);
    let _saved = store.insert_organization(&Organization { id: org, name: "bench".to_owned(), created_at: at }).await?;
    let mut made = 0;
    for number in 0..PROJECTS {
        let project = ProjectId::from_random(bytes(number));
        let name = format!("project {number}");
        let row = Project { id: project, org, name, created_at: at, activity: Activity::Active };
        let _saved = store.insert_project(&row).await?;
        let mut next = EncryptionAtRest::unset(project);
        next.customer_keys.insert(ProviderKind::AzureKeyVault, customer.key(number)?);
        next.revision = 1;
        // Nobody resolves the names of these vaults; a private path needs no name.
        let validity = NewValidity { validity: Validity::unchecked(), next_check_at: at + 10 * PATIENCE };
        let _saved = store
            .save_encryption_at_rest(SaveSetting {
                expected_revision: 0,
                next: &next,
                moves: &BTreeMap::from([(ProviderKind::AzureKeyVault, Move::Enable)]),
                roles: Vec::new(),
                validities: [(ProviderKind::AzureKeyVault, validity)].into(),
                at,
                events: Vec::new(),
            })
            .await?;
        for region in REGIONS {
            let new = endpoint(made, project, region_called(region)?, at);
            let outcome = store.create_private_endpoint(&new, 1, MOST_ENDPOINTS, &[]).await?;
            anyhow::ensure!(outcome == EndpointOutcome::Saved, "an endpoint was refused: {outcome:?}");
            made += 1;
        }
    }
    Ok(made)
}

fn endpoint(number: u32, project: ProjectId, region: EndpointRegion, at: Timestamp) -> PrivateEndpoint {
    PrivateEndpoint {
        id: PrivateEndpointId::from_random(bytes(number)),
        project,
        region,
        state: EndpointState::Initiating,
        predecessor: None,
        rejections: 0,
        created_at: at,
        start_at: at,
        since: at,
        cloud: CloudRecord::default(),
        error_message: None,
        revision: 1,
    }
}

/// Has every endpoint removed, whatever happens to it meanwhile.
async fn delete_all(store: &Store, at: Timestamp) -> anyhow::Result<()> {
    for number in 0..PROJECTS {
        let project = ProjectId::from_random(bytes(number));
        loop {
            let mut rows = store.private_endpoints(project).await?;
            for row in &mut rows {
                (row.state, row.since) = (EndpointState::Deleting, at);
            }
            if store.delete_private_endpoints(&rows, &[]).await? == storage::Outcome::Saved {
                break;
            }
        }
    }
    Ok(())
}

/// Names the vault of a project.
fn vault(number: u32) -> String {
    format!("vault-{number}")
}

fn region_called(name: &str) -> anyhow::Result<EndpointRegion> {
    EndpointRegion::parse(PrivateProvider::AzureKeyVault, name).with_context(|| format!("{name} is no region of Azure"))
}

fn guid(text: &str) -> anyhow::Result<AzureGuid> {
    AzureGuid::parse(text).context("Azure's ids are GUIDs")
}

fn bytes(number: u32) -> [u8; 12] {
    let [a, b, c, d] = number.to_be_bytes();
    [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 1]
}
