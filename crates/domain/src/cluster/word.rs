//! Words of closed lists that describe a cluster, spelled as the Admin API and the store spell them.
//! Must not know which fields hold them.

use crate::words::words;

words! {
    /// How a cluster's data lies.
    ClusterType {
        /// On one replica set.
        ReplicaSet = "REPLICASET",
        /// On several shards.
        Sharded = "SHARDED",
        /// On shards in zones of the world.
        GeoSharded = "GEOSHARDED",
    }
    /// Which kind of disk AWS gives.
    EbsVolumeType {
        /// The usual one.
        Standard = "STANDARD",
        /// With a promised speed.
        Provisioned = "PROVISIONED",
        /// With a promised high speed.
        HighPerformance = "HIGH_PERFORMANCE",
    }
    /// Whether a cluster takes up slack by itself.
    AdaptiveCapacity {
        /// It does.
        Enabled = "ENABLED",
        /// It does not.
        Disabled = "DISABLED",
    }
    /// Which TLS ciphers nodes offer.
    CipherMode {
        /// Those listed.
        Custom = "CUSTOM",
        /// The usual ones.
        Default = "DEFAULT",
    }
    /// The oldest TLS that nodes speak.
    MinimumTls {
        /// 1.0
        Tls10 = "TLS1_0",
        /// 1.1
        Tls11 = "TLS1_1",
        /// 1.2
        Tls12 = "TLS1_2",
        /// 1.3
        Tls13 = "TLS1_3",
    }
    /// Which nodes the BI connector reads from.
    ReadPreference {
        /// The primary.
        Primary = "PRIMARY",
        /// A secondary.
        Secondary = "SECONDARY",
        /// An analytics node.
        Analytics = "ANALYTICS",
    }
    /// What a read waits for.
    ReadConcern {
        /// Nothing.
        Local = "local",
        /// Nothing, not even that shards agree whose a document is.
        Available = "available",
    }
    /// Who decides where the config servers run.
    ConfigServerManagement {
        /// Whoever runs the fleet.
        Managed = "ATLAS_MANAGED",
        /// They have nodes of their own.
        Dedicated = "FIXED_TO_DEDICATED",
    }
    /// When a new node is shown.
    DiskWarming {
        /// When its disk is warm.
        FullyWarmed = "FULLY_WARMED",
        /// Before that.
        VisibleEarlier = "VISIBLE_EARLIER",
        /// When its disk is warm, and warmed faster.
        EnhancedFullyWarmed = "ENHANCED_FULLY_WARMED",
    }
    /// In which order nodes are resized.
    ScalingStrategy {
        /// One after the other.
        Sequential = "SEQUENTIAL",
        /// By what they do.
        WorkloadType = "WORKLOAD_TYPE",
        /// By what they are.
        NodeType = "NODE_TYPE",
    }
    /// How nodes follow releases.
    VersionRelease {
        /// Within a series.
        Lts = "LTS",
        /// The newest always.
        Continuous = "CONTINUOUS",
    }
}
