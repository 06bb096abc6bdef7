//! Tables of what private networking means for clusters.

use super::*;
use crate::cluster::{
    AutoScaling, ClusterChange, ClusterName, ClusterType, Disk, FreshIds, InstanceSize, Settings, WantedNodes,
    WantedPlacement, WantedShard, create,
};
use crate::id::{PrivateEndpointId, ShardId, ZoneId};
use crate::private_endpoint::{EndpointRegion, PrivateProvider, Route};

pub(in crate::private_endpoint) type Paths = BTreeMap<ProviderKind, KeyPath>;

const AWS: ProviderKind = ProviderKind::AwsKms;
const AZURE: ProviderKind = ProviderKind::AzureKeyVault;
const GOOGLE: ProviderKind = ProviderKind::GcpKms;

/// Gives a cluster in these places, `AZURE:US_EAST_2`, with nodes that can become primary in each.
pub(in crate::private_endpoint) fn cluster(encryption: Option<ProviderKind>, places: &[&str]) -> Settings {
    let nodes = |count| WantedNodes {
        size: InstanceSize::parse("M10").unwrap(),
        count: Some(count),
        disk_size_gb: None,
        disk: Disk::default(),
    };
    let placements = places.iter().zip((1..=7).rev()).map(|(place, priority)| {
        let (cloud, region) = place.split_once(':').unwrap();
        WantedPlacement {
            cloud: HostingCloud::by_name(cloud),
            region: region_name(region),
            priority,
            electable: Some(nodes(if places.len().is_multiple_of(2) && priority == 7 { 2 } else { 1 })),
            read_only: None,
            analytics: None,
            auto_scaling: AutoScaling::default(),
            analytics_auto_scaling: AutoScaling::default(),
        }
    });
    let mut placements: Vec<_> = placements.collect();
    if let [only] = placements.as_mut_slice() {
        only.electable = Some(nodes(3));
    }
    let change = ClusterChange {
        name: ClusterName::parse("cluster0"),
        cluster_type: Some(ClusterType::ReplicaSet),
        shards: Some(vec![WantedShard { zone: None, placements }].into()),
        ..ClusterChange::default()
    };
    let fresh = FreshIds { shard: ShardId::from_random([1; 12]), zone: ZoneId::from_random([1; 12]) };
    let (_, mut settings) = create(change, &[fresh]).unwrap();
    settings.encryption = encryption;
    settings
}

pub(in crate::private_endpoint) fn region_name(name: &str) -> RegionName {
    RegionName::parse(name).unwrap()
}

/// Gives private paths to some providers, with an active endpoint in each of the regions.
pub(in crate::private_endpoint) fn paths<const N: usize>(private: [(ProviderKind, &[&str]); N]) -> Paths {
    let route = |provider, region: &&str| Route {
        endpoint: PrivateEndpointId::from_random([3; 12]),
        region: EndpointRegion::parse(PrivateProvider::by_provider(provider).unwrap(), region).unwrap(),
        addresses: Vec::new(),
        dns_name: None,
    };
    private
        .into_iter()
        .map(|(provider, regions)| {
            (provider, KeyPath::Private(regions.iter().map(|region| route(provider, region)).collect()))
        })
        .collect()
}

fn refused(regions: &[&str]) -> Result<(), PlacementRefusal> {
    Err(PlacementRefusal::Regions(regions.iter().map(|name| region_name(name)).collect()))
}

#[test]
fn stops_clusters_in_several_clouds_while_any_provider_is_private() {
    let check = |encryption, places: &[&str], paths: &Paths, expected| {
        let cluster = cluster(encryption, places);
        assert_eq!(disabled(&cluster, &Networking { paths }), expected, "{encryption:?} {places:?} {paths:?}");
    };
    let two = ["AWS:US_EAST_1", "GCP:CENTRAL_US", "AWS:US_WEST_2"];
    let private = paths([(AZURE, &["US_EAST_2"])]);
    for key in [AWS, AZURE, GOOGLE] {
        check(Some(key), &two, &private, Some(Disablement::MultiCloud));
        check(Some(key), &two, &paths([]), None);
        check(Some(key), &two, &[(AZURE, KeyPath::Public)].into(), None);
    }
    check(None, &two, &private, None);
    check(Some(AWS), &["AWS:US_EAST_1", "AWS:US_WEST_2", "AWS:EU_WEST_1"], &private, None);
    check(Some(AWS), &two, &paths([(AWS, &[])]), Some(Disablement::MultiCloud));
}

#[test]
fn stops_clusters_outside_azure_whose_key_is_in_a_private_vault() {
    let check = |encryption, place: &str, paths: &Paths, expected| {
        let cluster = cluster(encryption, &[place]);
        assert_eq!(disabled(&cluster, &Networking { paths }), expected, "{encryption:?} {place} {paths:?}");
    };
    let azure = paths([(AZURE, &["US_EAST_2"])]);
    check(Some(AZURE), "AWS:US_EAST_1", &azure, Some(Disablement::HostedElsewhere));
    check(Some(AZURE), "GCP:CENTRAL_US", &azure, Some(Disablement::HostedElsewhere));
    check(Some(AZURE), "AWS:US_EAST_1", &paths([(AZURE, &[])]), Some(Disablement::HostedElsewhere));
    check(Some(AZURE), "AWS:US_EAST_1", &paths([(AWS, &["US_EAST_1"])]), None);
    check(Some(AZURE), "AWS:US_EAST_1", &paths([]), None);
    check(Some(AZURE), "AZURE:US_CENTRAL", &azure, None);
    check(Some(AWS), "AZURE:US_CENTRAL", &azure, None);
    check(Some(AWS), "AZURE:US_CENTRAL", &paths([(AWS, &["US_EAST_1"])]), None);
    check(None, "AWS:US_EAST_1", &azure, None);
}

#[test]
fn new_clusters_are_in_regions_with_an_active_endpoint() {
    let check = |encryption, places: &[&str], paths: &Paths, expected| {
        let cluster = cluster(encryption, places);
        assert_eq!(may_run(&cluster, None, &Networking { paths }), expected, "{encryption:?} {places:?} {paths:?}");
    };
    let azure = paths([(AZURE, &["US_EAST_2", "US_CENTRAL"])]);
    check(Some(AZURE), &["AZURE:US_EAST_2"], &azure, Ok(()));
    check(Some(AZURE), &["AZURE:US_EAST_2", "AZURE:US_CENTRAL"], &azure, Ok(()));
    check(
        Some(AZURE),
        &["AZURE:US_WEST", "AZURE:US_EAST_2", "AZURE:ASIA_EAST"],
        &azure,
        refused(&["ASIA_EAST", "US_WEST"]),
    );
    check(Some(AZURE), &["AZURE:US_EAST_2"], &paths([(AZURE, &[])]), refused(&["US_EAST_2"]));
    check(Some(AZURE), &["AZURE:US_WEST"], &paths([]), Ok(()));
    check(None, &["AZURE:US_WEST"], &azure, Ok(()));
    check(Some(AWS), &["AWS:US_EAST_2"], &azure, Ok(()));
    let disabled = |reason| Err(PlacementRefusal::Disabled(reason));
    check(Some(AZURE), &["AWS:US_EAST_2"], &azure, disabled(Disablement::HostedElsewhere));
    check(Some(AWS), &["AWS:US_EAST_2", "AZURE:US_EAST_2"], &azure, disabled(Disablement::MultiCloud));
}

#[test]
fn a_region_counts_in_the_cloud_that_its_endpoint_is_in() {
    let networks = paths([(AWS, &["US_EAST_2"])]);
    let n = Networking { paths: &networks };
    assert_eq!(may_run(&cluster(Some(AWS), &["AWS:US_EAST_2"]), None, &n), Ok(()));
    assert_eq!(may_run(&cluster(Some(AWS), &["AZURE:US_EAST_2"]), None, &n), refused(&["US_EAST_2"]));
}

#[test]
fn only_what_is_new_about_a_cluster_is_asked_about() {
    let private = paths([(AZURE, &["US_EAST_2"])]);
    let n = Networking { paths: &private };
    let check = |before: &Settings, next: &Settings, expected| {
        assert_eq!(may_run(next, Some(before), &n), expected);
    };
    let old = cluster(Some(AZURE), &["AZURE:US_WEST"]);
    check(&old, &old, Ok(()));
    check(&old, &cluster(Some(AZURE), &["AZURE:US_WEST", "AZURE:US_EAST_2"]), Ok(()));
    check(&old, &cluster(Some(AZURE), &["AZURE:US_WEST", "AZURE:ASIA_EAST"]), refused(&["ASIA_EAST"]));
    check(&old, &cluster(None, &["AZURE:ASIA_EAST"]), Ok(()));
    let plain = cluster(None, &["AZURE:US_WEST"]);
    check(&plain, &old, refused(&["US_WEST"]));
    check(&plain, &cluster(Some(AZURE), &["AZURE:US_EAST_2"]), Ok(()));
}

#[test]
fn new_nodes_are_in_regions_with_an_active_endpoint() {
    let private = paths([(AZURE, &["US_EAST_2"])]);
    let check = |cluster: &Settings, region: Option<&str>, paths: &Paths, expected| {
        let region = region.map(region_name);
        assert_eq!(may_add_node(cluster, region.as_ref(), &Networking { paths }), expected);
    };
    let both = cluster(Some(AZURE), &["AZURE:US_WEST", "AZURE:US_EAST_2"]);
    check(&both, Some("US_EAST_2"), &private, Ok(()));
    check(&both, Some("US_WEST"), &private, refused(&["US_WEST"]));
    check(&both, Some("US_WEST"), &paths([]), Ok(()));
    check(&both, None, &private, Ok(()));
    check(&cluster(None, &["AZURE:US_WEST"]), Some("US_WEST"), &private, Ok(()));
    let elsewhere = cluster(Some(AZURE), &["AWS:US_EAST_2"]);
    let stopped = Err(PlacementRefusal::Disabled(Disablement::HostedElsewhere));
    check(&elsewhere, Some("US_EAST_2"), &private, stopped);
    check(&elsewhere, None, &private, Ok(()));
}
