//! Nodes for search beside a cluster, as the operator describes them. Must not know who runs them.

use crate::cluster::{HostingCloud, RegionName, Settings};
use crate::id::{ClusterId, ProjectId, SearchDeploymentId};
use crate::violation::{Violation, ViolationKind};

/// Nodes for search beside a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchDeployment {
    /// Its id.
    pub id: SearchDeploymentId,
    /// The project.
    pub project: ProjectId,
    /// The cluster.
    pub cluster: ClusterId,
    /// What is wanted.
    pub wanted: WantedSearchNodes,
    /// Counts the changes, from 1.
    pub revision: i64,
}

/// Which nodes for search are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedSearchNodes {
    /// How many there are in a region that says nothing else.
    pub default_count: Option<u32>,
    /// How large they are; one for all regions, or one for each.
    pub specs: Vec<SearchSpec>,
}

/// How large the nodes for search are, in one region or in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchSpec {
    /// Their size.
    pub size: String,
    /// How many.
    pub count: Option<u32>,
    /// The cloud, where one region is meant.
    pub cloud: Option<HostingCloud>,
    /// The region, where one is meant.
    pub region: Option<RegionName>,
}

/// The nodes for search in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchNodes {
    /// The cloud.
    pub cloud: HostingCloud,
    /// The region.
    pub region: RegionName,
    /// Their size.
    pub size: String,
    /// How many.
    pub count: u32,
}

/// How few there are in a region that nobody gave a number.
const COUNT_MIN: u32 = 2;

/// Finds everything that is wrong with a wish, given the cluster it is for.
/// Errors: every fault.
pub fn check(wanted: &WantedSearchNodes, cluster: &Settings) -> Result<(), Vec<Violation>> {
    let places = places(cluster);
    let mut faults = Vec::new();
    if wanted.specs.is_empty() {
        faults.push(Violation::missing("specs"));
    }
    for (index, spec) in wanted.specs.iter().enumerate() {
        let at = |field: &str| format!("specs[{index}].{field}");
        if spec.count.or(wanted.default_count).is_none() {
            faults.push(Violation::missing(&at("nodeCount")));
        }
        match (&spec.cloud, &spec.region) {
            (None, None) if wanted.specs.len() > 1 => {
                faults.push(Violation::rule(&at("regionName"), "With several specs each names its region."));
            }
            (None, None) => {}
            (None, Some(_)) => faults.push(Violation::missing(&at("cloudProvider"))),
            (Some(_), None) => faults.push(Violation::missing(&at("regionName"))),
            (Some(cloud), Some(region)) => {
                let twice = wanted.specs.iter().take(index);
                if twice.into_iter().any(|other| other.cloud == spec.cloud && other.region == spec.region) {
                    faults.push(Violation::rule(&at("regionName"), "Name each region once."));
                } else if !places.iter().any(|place| place == &(*cloud, region.clone())) {
                    let kind =
                        ViolationKind::Rule { expected: "The cluster has no nodes there; name one of its regions." };
                    faults.push(Violation { field: at("regionName"), kind });
                }
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Gives the nodes for search region by region, as the cluster has its regions now. One that no spec names has none.
#[must_use]
pub fn effective(wanted: &WantedSearchNodes, cluster: &Settings) -> Vec<SearchNodes> {
    let nodes = places(cluster).into_iter().filter_map(|(cloud, region)| {
        let named = |spec: &&SearchSpec| spec.cloud == Some(cloud) && spec.region.as_ref() == Some(&region);
        let for_all = || wanted.specs.iter().find(|spec| spec.region.is_none());
        let spec = wanted.specs.iter().find(named).or_else(for_all)?;
        let count = spec.count.or(wanted.default_count).unwrap_or(COUNT_MIN);
        Some(SearchNodes { cloud, region, size: spec.size.clone(), count })
    });
    nodes.collect()
}

/// Lists the regions that a cluster has nodes in, each once, in the order of its shards.
fn places(cluster: &Settings) -> Vec<(HostingCloud, RegionName)> {
    let mut places = Vec::new();
    for placement in cluster.shards.iter().flat_map(|shard| &shard.placements) {
        let place = (placement.cloud, placement.region.clone());
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}
