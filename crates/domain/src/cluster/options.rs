//! What a cluster is said to be beyond its nodes. No rule of ours hangs on these: they are kept as the
//! operator gave them. Must not know who reads them.

use super::process::ProcessArguments;
use super::word::{
    AdaptiveCapacity, CipherMode, ConfigServerManagement, DiskWarming, MinimumTls, ReadPreference, ScalingStrategy,
    VersionRelease,
};
use crate::time::Timestamp;

/// What a cluster is said to be beyond its nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Whether it takes up slack by itself.
    pub adaptive_capacity: Option<AdaptiveCapacity>,
    /// How its nodes speak TLS.
    pub advanced: AdvancedConfiguration,
    /// The connector for BI tools.
    pub bi_connector: BiConnector,
    /// Who decides where the config servers run.
    pub config_server_management: ConfigServerManagement,
    /// When a new node is shown.
    pub disk_warming: DiskWarming,
    /// When the operator took the risk of a forced reconfiguration.
    pub data_risks_accepted_at: Option<Timestamp>,
    /// Whether new nodes are filled from snapshots by time.
    pub fast_initial_sync: bool,
    /// With which options database processes run.
    pub process: ProcessArguments,
    /// Whether client data is kept out of the nodes' logs.
    pub redact_client_log_data: bool,
    /// In which order nodes are resized.
    pub scaling_strategy: ScalingStrategy,
    /// Whether the operator shards a global cluster by hand.
    pub self_managed_sharding: bool,
    /// How nodes follow releases.
    pub version_release: VersionRelease,
}

/// How nodes speak TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdvancedConfiguration {
    /// The ciphers offered with TLS 1.2.
    pub ciphers_of_tls12: Vec<String>,
    /// The ciphers offered with TLS 1.3.
    pub ciphers_of_tls13: Vec<String>,
    /// The oldest TLS spoken.
    pub minimum_tls: Option<MinimumTls>,
    /// Which ciphers count.
    pub cipher_mode: Option<CipherMode>,
}

/// The connector for BI tools.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BiConnector {
    /// Whether there is one.
    pub enabled: bool,
    /// Where it reads.
    pub read_preference: Option<ReadPreference>,
}

impl Default for Options {
    /// Source: contract.md 3.1.
    fn default() -> Self {
        Self {
            adaptive_capacity: None,
            advanced: AdvancedConfiguration::default(),
            bi_connector: BiConnector::default(),
            config_server_management: ConfigServerManagement::Managed,
            disk_warming: DiskWarming::FullyWarmed,
            data_risks_accepted_at: None,
            fast_initial_sync: false,
            process: ProcessArguments::default(),
            redact_client_log_data: false,
            scaling_strategy: ScalingStrategy::WorkloadType,
            self_managed_sharding: false,
            version_release: VersionRelease::Lts,
        }
    }
}
