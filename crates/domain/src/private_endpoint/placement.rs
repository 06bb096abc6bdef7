//! What private networking means for a project's clusters: which of them it stops, and where nodes may be
//! (product.md 5.4). It holds while a project's key calls are private; clusters without a customer key are left
//! alone. Must not know who asks, or how a stopped cluster is shown.

use std::collections::{BTreeMap, BTreeSet};

use super::KeyPath;
use crate::cluster::{self, HostingCloud, RegionName};
use crate::customer_key::ProviderKind;

/// How a project's key calls leave, per provider whose calls are private; one that is missing has a public path.
#[derive(Debug, Clone, Copy)]
pub struct Networking<'a> {
    /// The paths.
    pub paths: &'a BTreeMap<ProviderKind, KeyPath>,
}

impl Networking<'_> {
    /// Tells whether a provider's key calls are private.
    #[must_use]
    pub fn is_private(&self, provider: ProviderKind) -> bool {
        self.paths.get(&provider).is_some_and(KeyPath::is_private)
    }

    /// Tells whether any provider's key calls are.
    #[must_use]
    pub fn any_private(&self) -> bool {
        self.paths.values().any(KeyPath::is_private)
    }

    /// Tells where a provider has active endpoints, as clusters name regions.
    pub(super) fn places(&self, provider: ProviderKind) -> BTreeSet<(HostingCloud, RegionName)> {
        let routes = self.paths.get(&provider).map_or(&[][..], KeyPath::routes);
        routes.iter().map(|route| route.region.hosting()).collect()
    }
}

/// Why private networking stops a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disablement {
    /// Its nodes are in more than one cloud.
    MultiCloud,
    /// Its key is in Azure Key Vault, and its nodes are not in Azure.
    HostedElsewhere,
}

impl Disablement {
    /// Every reason there is.
    pub const ALL: [Self; 2] = [Self::MultiCloud, Self::HostedElsewhere];

    /// Gives the stable code, as views and events spell it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MultiCloud => "MULTI_CLOUD",
            Self::HostedElsewhere => "HOSTED_ELSEWHERE",
        }
    }
}

/// Why a cluster or a node cannot be where it is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlacementRefusal {
    /// Private networking stops the cluster as it would be.
    Disabled(Disablement),
    /// These regions have no active endpoint.
    Regions(Vec<RegionName>),
}

/// Tells whether private networking stops a cluster, and why.
#[must_use]
pub fn disabled(cluster: &cluster::Settings, n: &Networking<'_>) -> Option<Disablement> {
    let provider = cluster.encryption?;
    let clouds: BTreeSet<HostingCloud> = places_of(cluster).map(|(cloud, _)| cloud).collect();
    if clouds.len() > 1 && n.any_private() {
        return Some(Disablement::MultiCloud);
    }
    let elsewhere = provider == ProviderKind::AzureKeyVault && clouds.iter().any(|cloud| *cloud != HostingCloud::Azure);
    (elsewhere && n.is_private(provider)).then_some(Disablement::HostedElsewhere)
}

/// Tells whether a cluster may be as `next` describes it. Of one that is `before` already, only new regions are
/// asked about, unless it had no customer key then.
/// Errors: what stops it, or the regions without an active endpoint, by name.
pub fn may_run(
    next: &cluster::Settings,
    before: Option<&cluster::Settings>,
    n: &Networking<'_>,
) -> Result<(), PlacementRefusal> {
    let Some(provider) = next.encryption else { return Ok(()) };
    if let Some(reason) = disabled(next, n) {
        return Err(PlacementRefusal::Disabled(reason));
    }
    if !n.is_private(provider) {
        return Ok(());
    }
    let settled: BTreeSet<_> =
        before.filter(|before| before.encryption == Some(provider)).into_iter().flat_map(places_of).collect();
    let served = n.places(provider);
    let lacking: BTreeSet<RegionName> = places_of(next)
        .filter(|place| !settled.contains(place) && !served.contains(place))
        .map(|(_, region)| region)
        .collect();
    if lacking.is_empty() { Ok(()) } else { Err(PlacementRefusal::Regions(lacking.into_iter().collect())) }
}

/// Tells whether a cluster may get a node there. One in no region, a client, may always come.
/// Errors: what stops the cluster, or the region if it has no active endpoint.
pub fn may_add_node(
    cluster: &cluster::Settings,
    region: Option<&RegionName>,
    n: &Networking<'_>,
) -> Result<(), PlacementRefusal> {
    let (Some(provider), Some(region)) = (cluster.encryption, region) else { return Ok(()) };
    if let Some(reason) = disabled(cluster, n) {
        return Err(PlacementRefusal::Disabled(reason));
    }
    if !n.is_private(provider) {
        return Ok(());
    }
    let served = n.places(provider);
    let there = places_of(cluster).filter(|(_, named)| named == region).any(|place| served.contains(&place));
    if there { Ok(()) } else { Err(PlacementRefusal::Regions(vec![region.clone()])) }
}

fn places_of(cluster: &cluster::Settings) -> impl Iterator<Item = (HostingCloud, RegionName)> {
    let placements = cluster.shards.iter().flat_map(|shard| &shard.placements);
    placements.map(|placement| (placement.cloud, placement.region.clone()))
}

#[cfg(test)]
pub(super) mod tests;
