//! The operator's network in the simulated Azure, and private endpoints made there by our own hand: ordered, approved
//! by the vault's owner, seen, and removed.

use std::net::Ipv4Addr;
use std::time::Duration;

use domain::customer_key::CustomerKey;
use domain::customer_key::azure_key_vault::{AzureGuid, AzureKeyVault, ResourceGroupName};
use domain::id::{PrivateEndpointId, ProjectId};
use domain::private_endpoint::{
    CloudRecord, EndpointRegion, EndpointState, PrivateEndpoint, PrivateProvider, Refusal, Route,
};
use domain::time::Timestamp;
use providers::{Asked, AzurePlace, Deadline, Providers, Seen, Wanted};
use simulators::azure::{Change, Role};
use simulators::{Azure, Clouds, FaultKind, FaultRule, Options, Subnet, Via};

use crate::azure::AzureCloud;

pub(crate) const SUBNET: &str = "us-east-2";
const GROUP: &str = "atrest-endpoints";
const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 65, 7, 4);
const PROJECT: ProjectId = ProjectId::from_random([6; 12]);

/// A simulated Azure with one private door.
pub(crate) fn options() -> Options {
    Options { azure_subnets: vec![Subnet { name: SUBNET.to_owned(), address: ADDRESS }], ..Options::default() }
}

pub(crate) fn via() -> Via {
    Via::private(SUBNET)
}

/// The operator's network.
pub(crate) struct Network {
    azure: Azure,
    /// The operator's tenant.
    pub(crate) tenant: String,
    subscription: String,
    pub(crate) place: AzurePlace,
}

impl Network {
    /// Lays a network in a subscription of the operator's own.
    pub(crate) async fn lay(clouds: &Clouds) -> Self {
        let azure = clouds.azure().clone();
        azure.set_endpoint_delay(Duration::from_millis(20)).await.unwrap();
        let tenant = azure.create_tenant("operator").await.unwrap();
        let subscription = azure.create_subscription(&tenant, "network").await.unwrap();
        azure.create_resource_group(&subscription, GROUP).await.unwrap();
        let subnet = azure.create_subnet(&subscription, GROUP, "atrest", SUBNET, ADDRESS).await.unwrap();
        let place = AzurePlace {
            region: EndpointRegion::parse(PrivateProvider::AzureKeyVault, "US_EAST_2").unwrap(),
            location: "eastus2".to_owned(),
            subscription: AzureGuid::parse(&subscription).unwrap(),
            resource_group: ResourceGroupName::parse(GROUP).unwrap(),
            subnet,
            addresses: vec!["127.65.7.0/24".parse().unwrap()],
        };
        Self { azure, tenant, subscription, place }
    }

    /// Lets the operator's application make endpoints there.
    pub(crate) async fn let_in(&self, principal: &str) {
        let group = format!("/subscriptions/{}/resourceGroups/{GROUP}", self.subscription);
        self.azure.assign_role(&group, principal, Role::NetworkContributor).await.unwrap();
    }

    /// Makes an endpoint to a vault, has it approved and gives the way by it.
    pub(crate) async fn endpoint(&self, providers: &Providers, settings: &AzureKeyVault) -> Route {
        let asker = Asker { providers, key: CustomerKey::AzureKeyVault(settings.clone()) };
        let mut endpoint = ordered(&self.place);
        let made = asker.make(&endpoint).await;
        let Asked::Accepted { resource, operation } = made else { panic!("{made:?}") };
        (endpoint.cloud.resource, endpoint.cloud.operation) = (resource, operation);
        until(async || matches!(asker.see(&endpoint).await, Some(Seen::Pending(_)))).await;
        self.decide(settings, Change::ApproveConnection).await;
        let mut route = None;
        until(async || match asker.see(&endpoint).await {
            Some(Seen::Approved(found)) => {
                route = Some(Route {
                    endpoint: endpoint.id,
                    region: endpoint.region.clone(),
                    addresses: found.addresses,
                    dns_name: found.dns_name,
                });
                true
            }
            _ => false,
        })
        .await;
        route.unwrap()
    }

    /// Decides, as the vault's owner, about every connection.
    async fn decide(&self, settings: &AzureKeyVault, change: fn(String, String) -> Change) {
        let vault = settings.vault.as_str().to_owned();
        for connection in self.azure.connections(&vault) {
            self.azure.apply(change(vault.clone(), connection.name)).await.unwrap();
        }
    }
}

fn ordered(place: &AzurePlace) -> PrivateEndpoint {
    let mut id = [0; 12];
    aws_lc_rs::rand::fill(&mut id).unwrap();
    let now = Timestamp::from_millis(0);
    PrivateEndpoint {
        id: PrivateEndpointId::from_random(id),
        project: PROJECT,
        region: place.region.clone(),
        state: EndpointState::Initiating,
        predecessor: None,
        rejections: 0,
        created_at: now,
        start_at: now,
        since: now,
        cloud: CloudRecord { asked: true, ..CloudRecord::default() },
        error_message: None,
        revision: 1,
    }
}

/// Asks for endpoints to one vault.
struct Asker<'a> {
    providers: &'a Providers,
    key: CustomerKey,
}

impl Asker<'_> {
    fn wanted<'w>(&'w self, endpoint: &'w PrivateEndpoint) -> Wanted<'w> {
        Wanted { endpoint, instance: "0123456789abcdef01234567", key: &self.key, project: PROJECT }
    }

    async fn make(&self, endpoint: &PrivateEndpoint) -> Asked {
        self.providers.make_endpoint(&self.wanted(endpoint), soon()).await
    }

    async fn remove(&self, endpoint: &PrivateEndpoint) -> Asked {
        self.providers.remove_endpoint(&self.wanted(endpoint), soon()).await
    }

    async fn see(&self, endpoint: &PrivateEndpoint) -> Option<Seen> {
        self.providers.see_endpoint(&self.wanted(endpoint), soon()).await.ok()
    }
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(30))
}

/// Asks again and again, as the reconciler does, until it is so.
async fn until(mut so: impl AsyncFnMut() -> bool) {
    let asked = async {
        while !so().await {
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), asked).await.expect("it never became so");
}

/// A network, a cloud and somebody who asks.
async fn ground(clouds: &Clouds) -> (Network, AzureCloud) {
    let network = Network::lay(clouds).await;
    let cloud = AzureCloud::beside(clouds, Some(&network)).await;
    network.let_in(cloud.operator_principal()).await;
    (network, cloud)
}

#[tokio::test]
async fn an_endpoint_is_made_decided_about_and_removed() {
    let clouds = Clouds::start(options()).await.unwrap();
    let (network, cloud) = ground(&clouds).await;
    let asker = Asker { providers: cloud.shared_providers(), key: CustomerKey::AzureKeyVault(cloud.vault_settings()) };
    let mut endpoint = ordered(&network.place);
    assert_eq!(asker.see(&endpoint).await, Some(Seen::Nothing));
    let Asked::Accepted { resource, operation } = asker.make(&endpoint).await else { panic!("it is made") };
    assert!(resource.is_some() && operation.is_some());
    (endpoint.cloud.resource, endpoint.cloud.operation) = (resource, operation);
    until(async || matches!(asker.see(&endpoint).await, Some(Seen::Pending(_)))).await;
    // Asked for again, it is the same one, and no second.
    assert!(matches!(asker.make(&endpoint).await, Asked::Accepted { .. }));
    assert_eq!(clouds.azure().private_endpoints().len(), 1);
    until(async || matches!(asker.see(&endpoint).await, Some(Seen::Pending(_)))).await;
    network.decide(&cloud.vault_settings(), Change::ApproveConnection).await;
    until(async || matches!(asker.see(&endpoint).await, Some(Seen::Approved(_)))).await;
    network.decide(&cloud.vault_settings(), Change::RejectConnection).await;
    until(async || matches!(asker.see(&endpoint).await, Some(Seen::Refused(_, Refusal::Rejected)))).await;
    network.decide(&cloud.vault_settings(), Change::RemoveConnection).await;
    until(async || matches!(asker.see(&endpoint).await, Some(Seen::Refused(_, Refusal::Disconnected)))).await;
    for _ in 0..2 {
        assert!(matches!(asker.remove(&endpoint).await, Asked::Accepted { .. }));
    }
    until(async || asker.see(&endpoint).await == Some(Seen::Nothing)).await;
    assert!(clouds.azure().private_endpoints().is_empty());
    clouds.shutdown().await;
}

#[tokio::test]
async fn what_stands_in_the_way_is_told_in_azures_words() {
    let clouds = Clouds::start(options()).await.unwrap();
    let (network, cloud) = ground(&clouds).await;
    let asker = Asker { providers: cloud.shared_providers(), key: CustomerKey::AzureKeyVault(cloud.vault_settings()) };
    let endpoint = ordered(&network.place);
    let refused = async |asker: &Asker<'_>, expected: &str| {
        let made = asker.make(&endpoint).await;
        let Asked::Refused(words) = made else { panic!("{expected}: {made:?}") };
        assert!(words.as_str().contains(expected), "{words:?}");
    };
    let azure = clouds.azure();
    azure.set_provider_registered(&network.subscription, false).await.unwrap();
    refused(&asker, "MissingSubscriptionRegistration").await;
    assert!(matches!(asker.remove(&endpoint).await, Asked::Accepted { .. }), "there is nothing to remove");
    assert_eq!(asker.see(&endpoint).await, Some(Seen::Nothing));
    azure.set_provider_registered(&network.subscription, true).await.unwrap();
    azure.set_endpoint_quota(&network.subscription, Some(0)).await.unwrap();
    refused(&asker, "a limit of Azure is reached").await;
    azure.set_endpoint_quota(&network.subscription, None).await.unwrap();
    for kind in [FaultKind::Throttle, FaultKind::Http500, FaultKind::Reset, FaultKind::Html, FaultKind::Conflict] {
        clouds.faults().push(FaultRule::azure("CreatePrivateEndpoint", kind)).unwrap();
        let made = asker.make(&endpoint).await;
        assert!(matches!(made, Asked::Later { .. }), "{kind:?}: {made:?}");
        clouds.faults().clear();
    }
    assert!(azure.private_endpoints().is_empty());
    // A lost answer: the endpoint is there, and is found by its name.
    clouds.faults().push(FaultRule::azure("CreatePrivateEndpoint", FaultKind::Lost)).unwrap();
    assert!(matches!(asker.make(&endpoint).await, Asked::Later { .. }));
    clouds.faults().clear();
    until(async || matches!(asker.see(&endpoint).await, Some(Seen::Pending(_)))).await;
    assert_eq!(azure.private_endpoints().len(), 1);
    // No such vault: the making fails, and says so.
    let mut nowhere = cloud.vault_settings();
    nowhere.vault = domain::customer_key::azure_key_vault::VaultName::parse("nobody-has-it").unwrap();
    let asker = Asker { key: CustomerKey::AzureKeyVault(nowhere), ..asker };
    let mut other = ordered(&network.place);
    let failed = match asker.make(&other).await {
        Asked::Refused(words) => words,
        Asked::Accepted { resource, operation } => {
            (other.cloud.resource, other.cloud.operation) = (resource, operation);
            let mut failed = None;
            until(async || match asker.see(&other).await {
                Some(Seen::Failed(words)) => {
                    failed = Some(words);
                    true
                }
                _ => false,
            })
            .await;
            failed.unwrap()
        }
        later @ Asked::Later { .. } => panic!("{later:?}"),
    };
    assert!(failed.as_str().starts_with("there is no such vault"), "{failed:?}");
    clouds.shutdown().await;
}

#[tokio::test]
async fn a_place_is_checked() {
    let clouds = Clouds::start(options()).await.unwrap();
    let network = Network::lay(&clouds).await;
    let cloud = AzureCloud::beside(&clouds, Some(&network)).await;
    let check = async || {
        let faults = cloud.shared_providers().check_places(soon()).await;
        faults.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let faults = check().await;
    assert!(!faults.is_empty() && faults.iter().all(|fault| fault.contains("US_EAST_2")), "{faults:?}");
    network.let_in(cloud.operator_principal()).await;
    assert_eq!(check().await, [""; 0]);
    let subscription = format!("/subscriptions/{}", network.subscription);
    clouds.azure().assign_role(&subscription, cloud.operator_principal(), Role::Reader).await.unwrap();
    assert_eq!(check().await, [""; 0]);
    clouds.azure().set_provider_registered(&network.subscription, false).await.unwrap();
    let faults = check().await;
    assert!(faults.iter().any(|fault| fault.contains("is not registered")), "{faults:?}");
    clouds.shutdown().await;
}
