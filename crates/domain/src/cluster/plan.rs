//! From the shards a change asks for to the shards a cluster has: counts, priorities, one size of disk.
//! Every broken rule is told at once. Must not know what else a change asks for.

use std::collections::BTreeSet;

use super::placement::{
    HostingCloud, Nodes, Placement, RegionName, Shard, SharedTier, WantedNodes, WantedPlacement, WantedShard,
    WantedZone, Zone,
};
use super::word::ClusterType;
use crate::id::{ShardId, ZoneId};
use crate::violation::{Violation, ViolationKind};

/// How many nodes of a shard can become primary. Source: contract.md 3.1 (`electableNodes`).
const ELECTABLE: [u32; 3] = [3, 5, 7];
/// The most shards a cluster has. Source: contract.md 3.1 (`numShards`).
pub(super) const MOST_SHARDS: usize = 50;
/// The same. Source: as above.
const LARGEST: u32 = 50;
/// Where shards stand.
const FIELD: &str = "replicationSpecs";
/// The smallest data disk. Source: contract.md 3.1. Unit: GB.
const SMALLEST_DISK: u32 = 10;
/// The highest priority of a region. Source: contract.md 3.2.
const HIGHEST_PRIORITY: u8 = 7;
/// The name of a zone nobody named. Source: recorded answers.
const USUAL_ZONE: &str = "Zone 1";

/// Random ids for a shard that may turn out to be new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreshIds {
    /// For the shard.
    pub shard: ShardId,
    /// For its zone.
    pub zone: ZoneId,
}

/// Shards as they are to be, and how large their disks are if anybody said so.
pub(super) struct Plan {
    pub(super) shards: Vec<Shard>,
    pub(super) disk_size_gb: Option<u32>,
}

/// Why there is no plan.
pub(super) enum NoPlan {
    Violations(Vec<Violation>),
    SharedTier(SharedTier),
}

/// Makes a plan of what is wanted, shard by shard. A shard keeps the id of the present one in its place, a zone that of
/// the present one of its name.
pub(super) fn plan(
    wanted: Vec<WantedShard>,
    cluster_type: ClusterType,
    present: &[Shard],
    fresh: &[FreshIds],
) -> Result<Plan, NoPlan> {
    let mut broken = Vec::new();
    let count = wanted.len();
    match cluster_type {
        ClusterType::ReplicaSet if count != 1 => {
            broken.push(Violation::rule(FIELD, "A REPLICASET has exactly one element."));
        }
        ClusterType::Sharded | ClusterType::GeoSharded if count == 0 || count > MOST_SHARDS => {
            broken.push(Violation::rule(FIELD, "It has one element for each shard, 1 to 50."));
        }
        ClusterType::ReplicaSet | ClusterType::Sharded | ClusterType::GeoSharded => {}
    }
    let disk_size_gb = check(&wanted, &mut broken)?;
    let mut shards: Vec<Shard> = Vec::with_capacity(count);
    for (index, (shard, fresh)) in wanted.into_iter().zip(fresh).enumerate() {
        let name = shard.zone.unwrap_or_else(|| USUAL_ZONE.to_owned());
        let zone = zone_named(name, shards.iter().chain(present), *fresh);
        let id = present.get(index).map_or(fresh.shard, |shard| shard.id);
        let placements = placements(shard.placements, &format!("{FIELD}[{index}]"), &mut broken);
        shards.push(Shard { id, zone, placements });
    }
    if broken.is_empty() { Ok(Plan { shards, disk_size_gb }) } else { Err(NoPlan::Violations(broken)) }
}

/// Makes a plan of what is wanted, zone by zone. The first shards of a zone keep the ids and places of its present ones.
pub(super) fn plan_zones(
    wanted: Vec<WantedZone>,
    cluster_type: ClusterType,
    present: &[Shard],
    fresh: &[FreshIds],
) -> Result<Plan, NoPlan> {
    let mut broken = Vec::new();
    let total = wanted.iter().map(|zone| zone.count).fold(0, u32::saturating_add);
    match cluster_type {
        ClusterType::ReplicaSet if total != 1 => {
            broken.push(Violation::rule(FIELD, "A REPLICASET has exactly one element, with one shard."));
        }
        ClusterType::Sharded | ClusterType::GeoSharded if total == 0 || total > LARGEST => {
            broken.push(Violation::rule(FIELD, "It has one element for each zone, with 1 to 50 shards in all."));
        }
        ClusterType::ReplicaSet | ClusterType::Sharded | ClusterType::GeoSharded => {}
    }
    let counts: Vec<u32> = wanted.iter().map(|zone| zone.count).collect();
    let each: Vec<WantedShard> = wanted.into_iter().map(|zone| zone.shard).collect();
    let disk_size_gb = check(&each, &mut broken)?;
    let (mut fresh, mut shards, mut names) = (fresh.iter(), Vec::new(), BTreeSet::new());
    for (index, (shard, count)) in each.into_iter().zip(counts).enumerate() {
        let path = format!("{FIELD}[{index}]");
        let name = shard.zone.unwrap_or_else(|| format!("Zone {}", index.saturating_add(1)));
        if !names.insert(name.clone()) {
            broken.push(Violation::rule(
                &format!("{path}.zoneName"),
                "A zone stands once; its numShards counts its shards.",
            ));
        }
        let placements = placements(shard.placements, &path, &mut broken);
        if !broken.is_empty() {
            continue;
        }
        let mut mine = present.iter().enumerate().filter(|(_, shard)| shard.zone.name == name);
        for _ in 0..count {
            let Some(fresh) = fresh.next() else { break };
            let zone = zone_named(name.clone(), present.iter().chain(shards.iter().map(|(_, shard)| shard)), *fresh);
            let (place, id) = mine.next().map_or((usize::MAX, fresh.shard), |(place, shard)| (place, shard.id));
            shards.push((place, Shard { id, zone, placements: placements.clone() }));
        }
    }
    if !broken.is_empty() {
        return Err(NoPlan::Violations(broken));
    }
    shards.sort_by_key(|(place, _)| *place);
    Ok(Plan { shards: shards.into_iter().map(|(_, shard)| shard).collect(), disk_size_gb })
}

/// Checks what can be said of each element alone and of all their disks.
fn check(wanted: &[WantedShard], broken: &mut Vec<Violation>) -> Result<Option<u32>, NoPlan> {
    if let Some(tier) = wanted.iter().flat_map(|shard| &shard.placements).find_map(shared_tier) {
        return Err(NoPlan::SharedTier(tier));
    }
    let disk_size_gb = check_disks(wanted, broken);
    for (index, shard) in wanted.iter().enumerate() {
        check_counts_and_priorities(&shard.placements, &format!("{FIELD}[{index}]"), broken);
    }
    Ok(disk_size_gb)
}

fn zone_named<'s>(name: String, mut known: impl Iterator<Item = &'s Shard>, fresh: FreshIds) -> Zone {
    let zone = known.find(|shard| shard.zone.name == name).map(|shard| shard.zone.clone());
    zone.unwrap_or(Zone { id: fresh.zone, name })
}

fn placements(wanted: Vec<WantedPlacement>, path: &str, broken: &mut Vec<Violation>) -> Vec<Placement> {
    let wanted = wanted.into_iter().enumerate();
    wanted.filter_map(|(at, wanted)| placement(wanted, &format!("{path}.regionConfigs[{at}]"), broken)).collect()
}

fn shared_tier(placement: &WantedPlacement) -> Option<SharedTier> {
    let nodes = || kinds(placement).into_iter().filter_map(|(_, nodes)| nodes);
    let sizes = nodes().find_map(|nodes| nodes.size.shared_tier());
    sizes.or_else(|| placement.cloud.is_none().then_some(SharedTier::Flex))
}

const fn kinds(placement: &WantedPlacement) -> [(&'static str, Option<&WantedNodes>); 3] {
    [
        ("electableSpecs", placement.electable.as_ref()),
        ("readOnlySpecs", placement.read_only.as_ref()),
        ("analyticsSpecs", placement.analytics.as_ref()),
    ]
}

/// All disks are of one size; whoever says nothing takes that of the others.
fn check_disks(wanted: &[WantedShard], broken: &mut Vec<Violation>) -> Option<u32> {
    let mut first = None;
    for (index, shard) in wanted.iter().enumerate() {
        for (at, placement) in shard.placements.iter().enumerate() {
            for (kind, nodes) in kinds(placement) {
                let Some(size) = nodes.and_then(|nodes| nodes.disk_size_gb) else { continue };
                let field = || format!("replicationSpecs[{index}].regionConfigs[{at}].{kind}.diskSizeGB");
                if size < SMALLEST_DISK {
                    broken.push(Violation::rule(&field(), "A disk has 10 GB at least."));
                }
                if *first.get_or_insert(size) != size {
                    broken.push(Violation::rule(
                        &field(),
                        "It must be the same in every shard, region and kind of node.",
                    ));
                }
            }
        }
    }
    first
}

fn check_counts_and_priorities(placements: &[WantedPlacement], path: &str, broken: &mut Vec<Violation>) {
    let electable =
        |placement: &WantedPlacement| placement.electable.as_ref().and_then(|nodes| nodes.count).unwrap_or_default();
    let field = format!("{path}.regionConfigs");
    let total: u32 = placements.iter().map(electable).fold(0, u32::saturating_add);
    if !ELECTABLE.contains(&total) {
        broken.push(Violation::rule(
            &field,
            "The electable nodes of a shard must be 3, 5 or 7 in all its regions together.",
        ));
    }
    let mut regions: BTreeSet<(Option<HostingCloud>, &RegionName)> = BTreeSet::new();
    let mut priorities = BTreeSet::new();
    for (at, placement) in placements.iter().enumerate() {
        if !regions.insert((placement.cloud, &placement.region)) {
            let field = format!("{field}[{at}].regionName");
            broken.push(Violation::rule(&field, "A region stands once in a shard; put its nodes together."));
        }
        let field = || format!("{field}[{at}].priority");
        if electable(placement) == 0 {
            if placement.priority != 0 {
                broken.push(Violation::rule(&field(), "A region without electable nodes has the priority 0."));
            }
        } else if placement.priority == 0 {
            broken.push(Violation::rule(&field(), "A region with electable nodes has a priority from 7 down to 1."));
        } else if !priorities.insert(placement.priority) {
            broken.push(Violation::rule(&field(), "No two regions of a shard have the same priority."));
        }
    }
    let Some(highest) = priorities.last() else { return };
    if *highest != HIGHEST_PRIORITY {
        broken.push(Violation { field, kind: ViolationKind::NoHighestPriority });
    } else if priorities.iter().rev().zip((1..=HIGHEST_PRIORITY).rev()).any(|(found, expected)| *found != expected) {
        broken.push(Violation::rule(&field, "Priorities go down from 7 by one: 7, 6, 5 and so on."));
    }
}

/// Takes over the nodes of a region. Gives nothing if something was broken.
fn placement(wanted: WantedPlacement, path: &str, broken: &mut Vec<Violation>) -> Option<Placement> {
    let WantedPlacement {
        cloud,
        region,
        priority,
        electable,
        read_only,
        analytics,
        auto_scaling,
        analytics_auto_scaling,
    } = wanted;
    let has_others = [&read_only, &analytics].into_iter().flatten().any(|nodes| nodes.count.unwrap_or_default() > 0);
    match &electable {
        None if !has_others => broken.push(Violation::missing(&format!("{path}.electableSpecs"))),
        Some(nodes) if nodes.count.is_none() => {
            broken.push(Violation::missing(&format!("{path}.electableSpecs.nodeCount")));
        }
        Some(_) | None => {}
    }
    let nodes = |wanted: WantedNodes| {
        let WantedNodes { size, count, disk_size_gb: _, disk } = wanted;
        Nodes { size, count: count.unwrap_or_default(), disk }
    };
    Some(Placement {
        cloud: cloud?,
        region,
        priority,
        electable: electable.map(nodes),
        read_only: read_only.map(nodes),
        analytics: analytics.map(nodes),
        auto_scaling,
        analytics_auto_scaling,
    })
}
