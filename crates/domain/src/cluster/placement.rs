//! Where a cluster's nodes are and how large: shards, their regions, and the nodes in each. Must not know
//! which regions and sizes a cloud sells: that is the wire's table.

use super::alike::AlikeChange;
use super::word::EbsVolumeType;
use crate::id::{ShardId, ZoneId};

/// A cloud that machines run in. It need not be the one that holds the customer key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostingCloud {
    /// Amazon Web Services.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    Gcp,
}

impl HostingCloud {
    /// Every cloud there is.
    pub const ALL: [Self; 3] = [Self::Aws, Self::Azure, Self::Gcp];

    /// Gives the name the Admin API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Azure => "AZURE",
            Self::Gcp => "GCP",
        }
    }

    /// Finds a cloud by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cloud| cloud.name() == name)
    }
}

/// A region's name as settings give it: `US_EAST_1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionName(String);

impl RegionName {
    /// Reads a region's name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let known = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        (!text.is_empty() && text.len() <= 64 && text.chars().all(known)).then(|| Self(text.to_owned()))
    }

    /// Takes a name from a table of ours, whose tests hold it to the grammar.
    pub(crate) fn known(name: &'static str) -> Self {
        Self(name.to_owned())
    }

    /// Gives the name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How large a node is: a letter for its shape, a number for its size, and what sets it apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceSize(String);

/// A size below what this product serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedTier {
    /// The free one.
    Free,
    /// One that shares its machines.
    Flex,
}

impl InstanceSize {
    /// The smallest size whose number counts as a machine of one's own. Source: product.md 4.1.
    const SMALLEST: u32 = 10;

    /// Reads a size such as `M30`, `R40_NVME` or `FLEX`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let known = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let fits = text.len() <= 32 && text.starts_with(['M', 'R', 'F']) && text.chars().all(known);
        fits.then(|| Self(text.to_owned()))
    }

    /// Gives the size as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether the size is below `M10`, and how.
    #[must_use]
    pub fn shared_tier(&self) -> Option<SharedTier> {
        let digits: String = self.0.chars().skip(1).take_while(char::is_ascii_digit).collect();
        match digits.parse::<u32>() {
            Ok(0) => Some(SharedTier::Free),
            Ok(number) if number >= Self::SMALLEST => None,
            Ok(_) | Err(_) => Some(SharedTier::Flex),
        }
    }
}

/// One shard of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// Its id; a change leaves it alone.
    pub id: ShardId,
    /// The zone it lies in.
    pub zone: Zone,
    /// Its nodes, region by region.
    pub placements: Vec<Placement>,
}

/// A zone that shards lie in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its id, the same for all shards in it.
    pub id: ZoneId,
    /// Its name.
    pub name: String,
}

/// The nodes of a shard in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The cloud the machines run in.
    pub cloud: HostingCloud,
    /// The region.
    pub region: RegionName,
    /// How gladly a primary is elected there, 7 most; 0 where none can be.
    pub priority: u8,
    /// Nodes that can become primary.
    pub electable: Option<Nodes>,
    /// Nodes that cannot, for reads nearby.
    pub read_only: Option<Nodes>,
    /// Nodes that cannot, for heavy reads.
    pub analytics: Option<Nodes>,
    /// Within which bounds electable and read-only nodes grow.
    pub auto_scaling: AutoScaling,
    /// Within which bounds analytics nodes grow.
    pub analytics_auto_scaling: AutoScaling,
}

impl Placement {
    /// Counts the nodes that can become primary.
    #[must_use]
    pub fn electable_count(&self) -> u32 {
        self.electable.as_ref().map_or(0, |nodes| nodes.count)
    }
}

/// Nodes of one kind in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nodes {
    /// How large each is.
    pub size: InstanceSize,
    /// How many there are.
    pub count: u32,
    /// What their disks are.
    pub disk: Disk,
}

/// What a node's data disk is, besides its size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Disk {
    /// The speed promised. Unit: operations a second.
    pub iops: Option<u32>,
    /// The kind, on AWS.
    pub volume: Option<EbsVolumeType>,
}

/// Within which bounds nodes grow. Kept as given: nothing grows by our hand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AutoScaling {
    /// Whether sizes change by themselves.
    pub compute: bool,
    /// Whether they also shrink.
    pub scale_down: bool,
    /// The smallest size.
    pub smallest: Option<InstanceSize>,
    /// The largest size.
    pub largest: Option<InstanceSize>,
    /// Whether disks grow by themselves.
    pub disk: bool,
}

/// A shard as a change asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedShard {
    /// The zone's name; none for the usual one.
    pub zone: Option<String>,
    /// Its nodes, region by region.
    pub placements: Vec<WantedPlacement>,
}

/// The shards of a zone as a change asks for them, all alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedZone {
    /// Each of them.
    pub shard: WantedShard,
    /// How many there are to be.
    pub count: u32,
}

/// The nodes of a cluster as a change asks for them, in one of the ways of saying it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WantedShards {
    /// Shard by shard, all of them.
    Each(Vec<WantedShard>),
    /// Zone by zone, all of them.
    ByZone(Vec<WantedZone>),
    /// As one; what it leaves out is as it is.
    Alike(AlikeChange),
}

impl From<Vec<WantedShard>> for WantedShards {
    fn from(shards: Vec<WantedShard>) -> Self {
        Self::Each(shards)
    }
}

/// Nodes in one region as a change asks for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedPlacement {
    /// The cloud; none for machines that are shared.
    pub cloud: Option<HostingCloud>,
    /// The region.
    pub region: RegionName,
    /// How gladly a primary is elected there.
    pub priority: u8,
    /// Nodes that can become primary.
    pub electable: Option<WantedNodes>,
    /// Nodes that cannot, for reads nearby.
    pub read_only: Option<WantedNodes>,
    /// Nodes that cannot, for heavy reads.
    pub analytics: Option<WantedNodes>,
    /// Within which bounds electable and read-only nodes grow.
    pub auto_scaling: AutoScaling,
    /// Within which bounds analytics nodes grow.
    pub analytics_auto_scaling: AutoScaling,
}

/// Nodes of one kind as a change asks for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedNodes {
    /// How large each is.
    pub size: InstanceSize,
    /// How many there are.
    pub count: Option<u32>,
    /// How large the data disk of each is. Unit: GB.
    pub disk_size_gb: Option<u32>,
    /// What their disks are.
    pub disk: Disk,
}
