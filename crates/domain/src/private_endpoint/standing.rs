//! Where a cluster stands with private networking: whether its keys travel over private endpoints only, and why or why
//! not. Must not know how that is shown.

use std::collections::BTreeSet;

use super::placement::{Disablement, Networking, disabled};
use super::{KeyPath, PrivateProvider};
use crate::cluster::{self, RegionName};
use crate::customer_key::{CustomerKey, EncryptionAtRest};

/// Why a cluster stands as it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NetworkingReason {
    /// Its keys travel over private endpoints.
    PrivateEndpoints,
    /// It has no customer key.
    NoCustomerKey,
    /// Its provider cannot be reached over private endpoints.
    ProviderNotSupported,
    /// The settings do not ask for it.
    NotRequired,
    /// The settings ask for it, and the first endpoint is not active yet.
    AwaitingPrivateEndpoint,
    /// Nodes of it are in regions without an active endpoint.
    RegionsWithoutPrivateEndpoint,
    /// No endpoint is active any more.
    NoPrivateEndpoint,
    /// It is in several clouds, which stops it.
    MultiCloud,
    /// It is hosted elsewhere than its key, which stops it.
    HostedElsewhere,
}

/// Where a cluster stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkingStanding {
    /// Whether its keys travel over private endpoints only.
    pub active: bool,
    /// Why it is so.
    pub reason: NetworkingReason,
    /// Its regions without an active endpoint, by name, where endpoints are asked for.
    pub regions_without_endpoint: Vec<RegionName>,
    /// Whether private networking stops it.
    pub disabled: bool,
}

/// Tells where a cluster stands with private networking.
#[must_use]
pub fn standing(
    cluster: &cluster::Settings,
    setting: &EncryptionAtRest,
    networking: &Networking<'_>,
) -> NetworkingStanding {
    let Some(provider) = cluster.encryption else { return stands(false, NetworkingReason::NoCustomerKey) };
    let active = networking.is_private(provider);
    if let Some(disablement) = disabled(cluster, networking) {
        let reason = match disablement {
            Disablement::MultiCloud => NetworkingReason::MultiCloud,
            Disablement::HostedElsewhere => NetworkingReason::HostedElsewhere,
        };
        return NetworkingStanding { disabled: true, ..stands(active, reason) };
    }
    if PrivateProvider::by_provider(provider).is_none() {
        return stands(false, NetworkingReason::ProviderNotSupported);
    }
    let required = setting.customer_keys.get(&provider).is_some_and(CustomerKey::requires_private_networking);
    if !active && !required {
        return stands(false, NetworkingReason::NotRequired);
    }
    let served = networking.places(provider);
    let places = cluster.shards.iter().flat_map(|shard| &shard.placements);
    let lacking: BTreeSet<RegionName> = places
        .filter(|placement| !served.contains(&(placement.cloud, placement.region.clone())))
        .map(|placement| placement.region.clone())
        .collect();
    let reason = match networking.paths.get(&provider) {
        None | Some(KeyPath::Public) => NetworkingReason::AwaitingPrivateEndpoint,
        Some(KeyPath::Private(routes)) if routes.is_empty() => NetworkingReason::NoPrivateEndpoint,
        Some(KeyPath::Private(_)) if !lacking.is_empty() => NetworkingReason::RegionsWithoutPrivateEndpoint,
        Some(KeyPath::Private(_)) => NetworkingReason::PrivateEndpoints,
    };
    NetworkingStanding { regions_without_endpoint: lacking.into_iter().collect(), ..stands(active, reason) }
}

const fn stands(active: bool, reason: NetworkingReason) -> NetworkingStanding {
    NetworkingStanding { active, reason, regions_without_endpoint: Vec::new(), disabled: false }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::placement::tests::{cluster, paths, region_name};
    use super::*;
    use crate::customer_key::ProviderKind;
    use crate::customer_key::aws_kms::tests::role_settings as aws_settings;
    use crate::customer_key::azure_key_vault::tests::role_settings;
    use crate::id::ProjectId;

    const AWS: ProviderKind = ProviderKind::AwsKms;
    const AZURE: ProviderKind = ProviderKind::AzureKeyVault;
    const GOOGLE: ProviderKind = ProviderKind::GcpKms;

    fn setting(required: bool) -> EncryptionAtRest {
        let mut setting = EncryptionAtRest::unset(ProjectId::from_random([7; 12]));
        let (mut azure, mut aws) = (role_settings(), aws_settings());
        azure.require_private_networking = required;
        aws.require_private_networking = required;
        setting.customer_keys.insert(AZURE, CustomerKey::AzureKeyVault(azure));
        setting.customer_keys.insert(AWS, CustomerKey::AwsKms(aws));
        setting
    }

    #[test]
    fn tells_whether_keys_travel_privately_and_why() {
        let check = |encryption, places: &[&str], required, paths: &BTreeMap<_, _>, expected: (bool, _, &[&str])| {
            let told = standing(&cluster(encryption, places), &setting(required), &Networking { paths });
            let (active, reason, lacking) = expected;
            let lacking: Vec<RegionName> = lacking.iter().map(|name| region_name(name)).collect();
            assert_eq!((told.active, told.reason), (active, reason), "{encryption:?} {places:?} {required} {paths:?}");
            assert_eq!(told.regions_without_endpoint, lacking, "{encryption:?} {places:?} {required} {paths:?}");
            assert_eq!(told.disabled, matches!(reason, R::MultiCloud | R::HostedElsewhere));
        };
        use NetworkingReason as R;
        let (public, one) = (paths([]), &["AZURE:US_EAST_2"][..]);
        let three = &["AZURE:US_EAST_2", "AZURE:US_CENTRAL", "AZURE:EUROPE_NORTH"][..];
        let private = paths([(AZURE, &["US_EAST_2"])]);
        check(None, one, true, &private, (false, R::NoCustomerKey, &[]));
        check(Some(GOOGLE), one, true, &private, (false, R::ProviderNotSupported, &[]));
        check(Some(AZURE), one, false, &public, (false, R::NotRequired, &[]));
        check(Some(AZURE), one, true, &public, (false, R::AwaitingPrivateEndpoint, &["US_EAST_2"]));
        check(Some(AZURE), one, true, &private, (true, R::PrivateEndpoints, &[]));
        let lacking = &["EUROPE_NORTH", "US_CENTRAL"];
        check(Some(AZURE), three, true, &private, (true, R::RegionsWithoutPrivateEndpoint, lacking));
        check(Some(AZURE), one, true, &paths([(AZURE, &[])]), (true, R::NoPrivateEndpoint, &["US_EAST_2"]));
        check(Some(AZURE), &["GCP:CENTRAL_US"], true, &private, (true, R::HostedElsewhere, &[]));
        let clouds = &["AWS:US_EAST_1", "AZURE:US_EAST_2", "AWS:US_WEST_2"];
        check(Some(AZURE), clouds, true, &private, (true, R::MultiCloud, &[]));
        check(Some(AWS), clouds, true, &private, (false, R::MultiCloud, &[]));
        check(Some(AWS), &["AWS:US_EAST_1"], true, &private, (false, R::AwaitingPrivateEndpoint, &["US_EAST_1"]));
    }
}
