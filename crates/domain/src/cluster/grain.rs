//! How finely a description tells a cluster's nodes apart. Older descriptions are coarser: they say the same of all
//! shards of a zone, or of all nodes, and so cannot describe every cluster. Must not know which description that is.

use super::placement::{AutoScaling, Disk, HostingCloud, InstanceSize, Nodes, Placement, Shard};

/// How finely a description tells a cluster's nodes apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Grain {
    /// Shard by shard.
    #[default]
    Shard,
    /// Zone by zone: what it says of one holds for each of its shards.
    Zone,
    /// As one: all nodes are in one cloud, of one size, and have one kind of disk.
    Cluster,
}

/// Why a description is too coarse for a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooCoarse {
    /// The shards of a zone are not alike.
    Shards,
    /// Its nodes are in several clouds.
    Clouds,
    /// Its nodes are not all of one size, or have several kinds of disk.
    Nodes,
}

/// The shards of a zone, which are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZoneShards<'s> {
    /// The first of them.
    pub first: &'s Shard,
    /// How many there are.
    pub count: u32,
}

/// What all nodes of a cluster have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike<'s> {
    /// The shards by zone, in the order of their first ones.
    pub zones: Vec<ZoneShards<'s>>,
    /// The cloud.
    pub cloud: HostingCloud,
    /// Their size.
    pub size: &'s InstanceSize,
    /// Their disks.
    pub disk: Disk,
    /// Within which bounds they grow.
    pub auto_scaling: &'s AutoScaling,
}

impl Grain {
    /// Tells whether a description of this grain can say what these shards are.
    /// Errors: why not.
    pub fn describes(self, shards: &[Shard]) -> Result<(), TooCoarse> {
        match self {
            Self::Shard => Ok(()),
            Self::Zone => by_zone(shards).map(drop),
            Self::Cluster => alike(shards).map(drop),
        }
    }
}

/// Gives shards by zone, in the order of their first ones.
/// Errors: the shards of a zone are not alike.
pub fn by_zone(shards: &[Shard]) -> Result<Vec<ZoneShards<'_>>, TooCoarse> {
    let mut zones: Vec<ZoneShards<'_>> = Vec::new();
    for shard in shards {
        match zones.iter_mut().find(|zone| zone.first.zone.id == shard.zone.id) {
            None => zones.push(ZoneShards { first: shard, count: 1 }),
            Some(zone) if zone.first.placements == shard.placements => zone.count = zone.count.saturating_add(1),
            Some(_) => return Err(TooCoarse::Shards),
        }
    }
    Ok(zones)
}

/// Gives what all nodes have in common.
/// Errors: they do not.
pub fn alike(shards: &[Shard]) -> Result<Alike<'_>, TooCoarse> {
    let zones = by_zone(shards)?;
    let placements = || shards.iter().flat_map(|shard| &shard.placements);
    let first = placements().next().ok_or(TooCoarse::Nodes)?;
    if placements().any(|placement| placement.cloud != first.cloud) {
        return Err(TooCoarse::Clouds);
    }
    let Nodes { size, count: _, disk } = placements().flat_map(nodes_of).next().ok_or(TooCoarse::Nodes)?;
    let same = |nodes: &Nodes| nodes.size == *size && nodes.disk == *disk;
    let grows_alike = |placement: &Placement| {
        let analytics = placement.analytics.as_ref().is_some_and(|nodes| nodes.count > 0);
        placement.auto_scaling == first.auto_scaling
            && (!analytics || placement.analytics_auto_scaling == first.auto_scaling)
    };
    if !placements().flat_map(nodes_of).all(same) || !placements().all(grows_alike) {
        return Err(TooCoarse::Nodes);
    }
    Ok(Alike { zones, cloud: first.cloud, size, disk: *disk, auto_scaling: &first.auto_scaling })
}

/// Gives the kinds of nodes that there are in a region; one that counts none is no kind.
fn nodes_of(placement: &Placement) -> impl Iterator<Item = &Nodes> {
    [&placement.electable, &placement.read_only, &placement.analytics]
        .into_iter()
        .flatten()
        .filter(|nodes| nodes.count > 0)
}
