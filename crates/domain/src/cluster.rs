//! A cluster: a set of nodes as the operator describes it, and the rules of describing and changing it
//! (product.md 4.1). Atrest buys no machines: what is said here is what the fleet has.
//!
//! Must not know wire shapes, tables, or what the nodes are doing. A node's own story is elsewhere.

mod alike;
mod change;
mod grain;
mod name;
mod options;
mod placement;
mod plan;
mod process;
mod word;

use crate::customer_key::ProviderKind;
use crate::id::{ClusterId, ProjectId};
use crate::time::Timestamp;
use crate::violation::Violation;

pub use alike::{AlikeChange, AlikePlace, AlikeZone, AutoScalingChange, WantedCloud};
pub use change::{Applied, ClusterChange, Encryption, EncryptionMove, OptionsChange, apply, create, may_delete};
pub use grain::{Alike, Grain, TooCoarse, ZoneShards, alike, by_zone};
pub use name::{ClusterName, MajorVersion, Tag};
pub use options::{AdvancedConfiguration, BiConnector, Options};
pub use placement::{
    AutoScaling, Disk, HostingCloud, InstanceSize, Nodes, Placement, RegionName, Shard, SharedTier, WantedNodes,
    WantedPlacement, WantedShard, WantedShards, WantedZone, Zone,
};
pub use plan::FreshIds;
pub use process::{ProcessArguments, ProcessChange, apply_process_change};
pub use word::{
    AdaptiveCapacity, CipherMode, ClusterType, ConfigServerManagement, DiskWarming, EbsVolumeType, MinimumTls,
    ReadConcern, ReadPreference, ScalingStrategy, VersionRelease,
};

/// A cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Its id.
    pub id: ClusterId,
    /// The project that owns it.
    pub project: ProjectId,
    /// Its name, the only one of its kind in the project.
    pub name: ClusterName,
    /// What the operator says about it.
    pub settings: Settings,
    /// Counts the changes, from 1.
    pub revision: i64,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What the operator says about a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Replica set or sharded.
    pub cluster_type: ClusterType,
    /// Whose customer key its master keys are wrapped under; none leaves encryption to the operator's disks.
    pub encryption: Option<ProviderKind>,
    /// Its shards, at least one; a replica set is one.
    pub shards: Vec<Shard>,
    /// How large every data disk is, if the operator said so. Unit: GB.
    pub disk_size_gb: Option<u32>,
    /// Whether snapshots are taken.
    pub backup: bool,
    /// Whether it can be restored to any moment.
    pub point_in_time_backup: bool,
    /// Whether snapshots outlive the cluster.
    pub retain_backups: bool,
    /// Whether a person paused it. A pause for want of a key is another thing, and not kept here.
    pub paused: bool,
    /// Whether it refuses to be deleted.
    pub termination_protection: bool,
    /// The release series its nodes run.
    pub major_version: MajorVersion,
    /// Marks of the operator's.
    pub tags: Vec<Tag>,
    /// Marks in the older way.
    pub labels: Vec<Tag>,
    /// What else it is said to be.
    pub options: Options,
}

impl Settings {
    /// Tells whether all shards have the same nodes in the same regions, within the same bounds.
    #[must_use]
    pub fn shards_are_alike(&self) -> bool {
        let first = self.shards.first();
        self.shards.iter().all(|shard| first.is_some_and(|first| first.placements == shard.placements))
    }
}

/// Why a description or a change is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Fields are missing or break the rules.
    Violations(Vec<Violation>),
    /// It is smaller than an `M10`.
    SharedTier {
        /// Which of the small ones.
        tier: SharedTier,
        /// Whether a customer key was asked for it too.
        with_customer_key: bool,
    },
    /// A new cluster cannot be paused.
    PausedFromTheStart,
    /// A paused cluster can be resumed, and nothing else.
    Paused,
    /// It is paused already.
    AlreadyPaused,
    /// A change and a pause do not go together.
    ChangedAndPaused,
    /// From one provider to another the way leads through none.
    ProviderChanged {
        /// The present one.
        from: ProviderKind,
        /// The wanted one.
        to: ProviderKind,
    },
    /// Backup in the way before snapshots was asked for.
    LegacyBackup {
        /// Whether the cluster uses a customer key.
        with_customer_key: bool,
    },
    /// The description that the request speaks in cannot tell what the cluster is.
    TooCoarse(TooCoarse),
    /// It is protected from deletion.
    TerminationProtected,
}

#[cfg(test)]
mod tests;
