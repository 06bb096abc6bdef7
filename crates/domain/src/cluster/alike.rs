//! A change that speaks of all nodes as one: what it leaves out is as it is. It becomes the zones that the plan is
//! made of. Must not know how such a change is written.

use super::grain::{Alike, ZoneShards, alike};
use super::placement::{
    AutoScaling, Disk, HostingCloud, InstanceSize, Placement, RegionName, Shard, WantedNodes, WantedPlacement,
    WantedShard, WantedZone,
};
use super::word::EbsVolumeType;
use crate::violation::Violation;

/// How many nodes can become primary if nobody says it. Source: the published default of `replicationFactor`.
const USUAL_ELECTABLE: u32 = 3;
/// The priority of the only region. Source: contract.md 3.2.
const ONLY_PRIORITY: u8 = 7;

/// What a change says of all nodes as one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlikeChange {
    /// The cloud.
    pub cloud: Option<WantedCloud>,
    /// How large they are.
    pub size: Option<InstanceSize>,
    /// The speed promised for their disks. Unit: operations a second.
    pub iops: Option<u32>,
    /// The kind of their disks, on AWS.
    pub volume: Option<EbsVolumeType>,
    /// The only region.
    pub region: Option<RegionName>,
    /// How many shards there are.
    pub shards: Option<u32>,
    /// How many nodes of a shard can become primary.
    pub electable: Option<u32>,
    /// All zones.
    pub zones: Option<Vec<AlikeZone>>,
    /// Within which bounds they grow.
    pub auto_scaling: AutoScalingChange,
}

/// Whose machines a change asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedCloud {
    /// A cloud's own.
    Own(HostingCloud),
    /// Machines that are shared.
    Shared,
}

/// What a change says of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlikeZone {
    /// Its name; none for the usual one.
    pub name: Option<String>,
    /// How many shards it has.
    pub shards: Option<u32>,
    /// The nodes of each of them, region by region.
    pub places: Vec<AlikePlace>,
}

/// How many nodes a shard has in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlikePlace {
    /// The region.
    pub region: RegionName,
    /// How gladly a primary is elected there.
    pub priority: Option<u8>,
    /// Nodes that can become primary.
    pub electable: u32,
    /// Nodes that cannot, for reads nearby.
    pub read_only: u32,
    /// Nodes that cannot, for heavy reads.
    pub analytics: u32,
}

/// What a change says of the bounds within which nodes grow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AutoScalingChange {
    /// Whether sizes change by themselves.
    pub compute: Option<bool>,
    /// Whether they also shrink.
    pub scale_down: Option<bool>,
    /// The smallest size.
    pub smallest: Option<InstanceSize>,
    /// The largest size.
    pub largest: Option<InstanceSize>,
    /// Whether disks grow by themselves.
    pub disk: Option<bool>,
}

/// Gives the zones that a change makes of the present shards; there are none of a new cluster.
/// Errors: every rule it breaks.
pub(super) fn resolve(change: AlikeChange, present: &[Shard]) -> Result<Vec<WantedZone>, Vec<Violation>> {
    // What cannot be told as one was refused before.
    let present = alike(present).ok();
    let AlikeChange { cloud, size, iops, volume, region, shards, electable, zones, auto_scaling } = change;
    let mut broken = Vec::new();
    let cloud = cloud.or_else(|| present.as_ref().map(|present| WantedCloud::Own(present.cloud)));
    if cloud.is_none() {
        broken.push(Violation::missing("providerSettings.providerName"));
    }
    let moves = present.as_ref().is_some_and(|present| cloud != Some(WantedCloud::Own(present.cloud)));
    let size = size.or_else(|| present.as_ref().map(|present| present.size.clone()));
    if size.is_none() {
        broken.push(Violation::missing("providerSettings.instanceSizeName"));
    }
    let zones = match zones {
        Some(zones) => given(zones, region.as_ref(), shards, electable, &mut broken),
        None => kept(present.as_ref(), region, shards, electable, moves, &mut broken),
    };
    let (Some(cloud), Some(size), true) = (cloud, size, broken.is_empty()) else { return Err(broken) };
    let was = present.as_ref().map(|present| present.disk).filter(|_| !moves).unwrap_or_default();
    let hardware = Hardware {
        cloud,
        size,
        disk: Disk { iops: iops.or(was.iops), volume: volume.or(was.volume) },
        auto_scaling: grown(present.as_ref().map(|present| present.auto_scaling), auto_scaling),
    };
    let wanted = zones.into_iter().enumerate().map(|(index, zone)| {
        let kept = || present.as_ref()?.zones.get(index).map(|zone| zone.first.zone.name.clone());
        let name = zone.name.or_else(kept).unwrap_or_else(|| format!("Zone {}", index.saturating_add(1)));
        let before = present.iter().flat_map(|present| &present.zones).find(|zone| zone.first.zone.name == name);
        let placements = hardware.placements(zone.places, before, &format!("replicationSpecs[{index}]"), &mut broken);
        WantedZone { shard: WantedShard { zone: Some(name), placements }, count: zone.shards.unwrap_or(1) }
    });
    let wanted = wanted.collect();
    if broken.is_empty() { Ok(wanted) } else { Err(broken) }
}

/// Takes zones as they are given. What else says where nodes are must agree with them.
fn given(
    mut zones: Vec<AlikeZone>,
    region: Option<&RegionName>,
    shards: Option<u32>,
    electable: Option<u32>,
    broken: &mut Vec<Violation>,
) -> Vec<AlikeZone> {
    if let [only] = zones.as_mut_slice()
        && only.shards.is_none()
    {
        only.shards = shards;
    }
    let total = zones.iter().map(|zone| zone.shards.unwrap_or(1)).fold(0, u32::saturating_add);
    if shards.is_some_and(|shards| shards != total) {
        broken.push(Violation::rule("numShards", "It is that of all replicationSpecs together; leave it out."));
    }
    let places = || zones.iter().flat_map(|zone| &zone.places);
    if region.is_some_and(|region| places().all(|place| place.region != *region)) {
        let sentence = "It must be one of the regions that replicationSpecs name; leave it out.";
        broken.push(Violation::rule("providerSettings.regionName", sentence));
    }
    let first = zones.first().map(|zone| zone.places.iter().map(|place| place.electable).fold(0, u32::saturating_add));
    if electable.is_some_and(|electable| Some(electable) != first) {
        let sentence = "It is the number of electable nodes in replicationSpecs; leave it out.";
        broken.push(Violation::rule("replicationFactor", sentence));
    }
    zones
}

/// Gives the present zones, with the one region, the number of shards and of electable nodes that a change names.
fn kept(
    present: Option<&Alike<'_>>,
    region: Option<RegionName>,
    shards: Option<u32>,
    electable: Option<u32>,
    moves: bool,
    broken: &mut Vec<Violation>,
) -> Vec<AlikeZone> {
    let Some(present) = present else {
        let Some(region) = region else {
            broken.push(Violation::missing("providerSettings.regionName"));
            return Vec::new();
        };
        let electable = electable.unwrap_or(USUAL_ELECTABLE);
        let place = AlikePlace { region, priority: None, electable, read_only: 0, analytics: 0 };
        return vec![AlikeZone { name: None, shards, places: vec![place] }];
    };
    let mut zones: Vec<AlikeZone> = present.zones.iter().map(zone_of).collect();
    if let Some(shards) = shards {
        match zones.as_mut_slice() {
            [only] => only.shards = Some(shards),
            several if several.iter().filter_map(|zone| zone.shards).fold(0, u32::saturating_add) == shards => {}
            _ => broken.push(Violation::rule(
                "numShards",
                "The cluster has several zones: say how many shards each has in replicationSpecs.",
            )),
        }
    }
    if moves && region.is_none() {
        broken.push(Violation::missing("providerSettings.regionName"));
    }
    let alone = zones.len() == 1;
    for zone in &mut zones {
        match (zone.places.as_mut_slice(), &region) {
            // Zones are there to be in different regions: one for all of them is a mistake, unless they are all there.
            ([only], region) if alone || region.as_ref().is_none_or(|region| *region == only.region) => {
                only.region = region.clone().unwrap_or_else(|| only.region.clone());
                only.electable = electable.unwrap_or(only.electable);
            }
            (_, Some(_)) => {
                let sentence = "The cluster is in several regions: say in replicationSpecs which these are to be.";
                broken.push(Violation::rule("providerSettings.regionName", sentence));
            }
            (places, None) => {
                let total = places.iter().map(|place| place.electable).fold(0, u32::saturating_add);
                if electable.is_some_and(|electable| electable != total) {
                    let sentence =
                        "The cluster is in several regions: say in replicationSpecs how many nodes each has.";
                    broken.push(Violation::rule("replicationFactor", sentence));
                }
            }
        }
    }
    broken.dedup();
    zones
}

fn zone_of(zone: &ZoneShards<'_>) -> AlikeZone {
    let count = |nodes: &Option<super::Nodes>| nodes.as_ref().map_or(0, |nodes| nodes.count);
    let place = |placement: &Placement| AlikePlace {
        region: placement.region.clone(),
        priority: Some(placement.priority),
        electable: count(&placement.electable),
        read_only: count(&placement.read_only),
        analytics: count(&placement.analytics),
    };
    AlikeZone {
        name: Some(zone.first.zone.name.clone()),
        shards: Some(zone.count),
        places: zone.first.placements.iter().map(place).collect(),
    }
}

fn grown(present: Option<&AutoScaling>, change: AutoScalingChange) -> AutoScaling {
    let AutoScalingChange { compute, scale_down, smallest, largest, disk } = change;
    let was = present.cloned().unwrap_or_default();
    AutoScaling {
        compute: compute.unwrap_or(was.compute),
        scale_down: scale_down.unwrap_or(was.scale_down),
        smallest: smallest.or(was.smallest),
        largest: largest.or(was.largest),
        disk: disk.unwrap_or(was.disk),
    }
}

/// What every node gets.
struct Hardware {
    cloud: WantedCloud,
    size: InstanceSize,
    disk: Disk,
    auto_scaling: AutoScaling,
}

impl Hardware {
    /// Puts nodes into regions: those that are there already keep their order, and a kind that counts none stays told.
    fn placements(
        &self,
        mut places: Vec<AlikePlace>,
        before: Option<&ZoneShards<'_>>,
        path: &str,
        broken: &mut Vec<Violation>,
    ) -> Vec<WantedPlacement> {
        let present = before.map(|zone| zone.first.placements.as_slice()).unwrap_or_default();
        let rank = |region: &RegionName| present.iter().position(|placement| placement.region == *region);
        places.sort_by_key(|place| rank(&place.region).unwrap_or(usize::MAX));
        let alone = places.len() == 1;
        let mut placed = Vec::with_capacity(places.len());
        for AlikePlace { region, priority, electable, read_only, analytics } in places {
            let was = present.iter().find(|placement| placement.region == region);
            let nodes = |count: u32, told: bool| {
                let nodes =
                    WantedNodes { size: self.size.clone(), count: Some(count), disk_size_gb: None, disk: self.disk };
                (count > 0 || told).then_some(nodes)
            };
            let priority = match priority {
                Some(priority) => priority,
                None if electable == 0 => 0,
                None if alone => ONLY_PRIORITY,
                None => {
                    broken.push(Violation::missing(&format!("{path}.regionsConfig.{}.priority", region.as_str())));
                    0
                }
            };
            placed.push(WantedPlacement {
                cloud: match self.cloud {
                    WantedCloud::Own(cloud) => Some(cloud),
                    WantedCloud::Shared => None,
                },
                priority,
                electable: nodes(electable, was.is_some_and(|was| was.electable.is_some())),
                read_only: nodes(read_only, was.is_some_and(|was| was.read_only.is_some())),
                analytics: nodes(analytics, was.is_some_and(|was| was.analytics.is_some())),
                auto_scaling: self.auto_scaling.clone(),
                analytics_auto_scaling: match was {
                    _ if analytics > 0 => self.auto_scaling.clone(),
                    Some(was) => was.analytics_auto_scaling.clone(),
                    None => AutoScaling::default(),
                },
                region,
            });
        }
        placed
    }
}

/// Spells the field of a plan's violation as a description that speaks of all nodes as one has it.
pub(super) fn respell(violation: Violation, zones: &[WantedZone]) -> Violation {
    let Some((path, zone, rest)) = split(&violation.field, "replicationSpecs") else { return violation };
    let Some(wanted) = zones.get(zone) else { return violation };
    let field = match split(rest, ".regionConfigs") {
        None => format!("{path}{}", rest.replace(".regionConfigs", ".regionsConfig")),
        Some((_, place, rest)) => {
            let region = wanted.shard.placements.get(place).map_or("", |place| place.region.as_str());
            let rest = match rest {
                ".electableSpecs" | ".electableSpecs.nodeCount" => ".electableNodes",
                other => other,
            };
            format!("{path}.regionsConfig.{region}{rest}")
        }
    };
    Violation { field, ..violation }
}

/// Splits `name[3].rest` into `name[3]`, 3 and `.rest`.
fn split<'f>(field: &'f str, name: &str) -> Option<(&'f str, usize, &'f str)> {
    let inner = field.strip_prefix(name)?.strip_prefix('[')?;
    let (index, rest) = inner.split_once(']')?;
    let path = field.get(..field.len().checked_sub(rest.len())?)?;
    Some((path, index.parse().ok()?, rest))
}
