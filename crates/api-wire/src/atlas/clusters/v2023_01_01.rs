//! A cluster as dated 2023-01-01: one cloud, one size and one kind of disk for all nodes, and how many there are in each
//! region. It must not know which description makes sense.

mod check;
mod request;
mod response;
mod schema;

pub use request::{AutoScalingBody, ClusterBody, ProviderSettingsBody, RegionSpecBody, ReplicationSpecBody};
pub use response::{
    AutoScaling, Cluster, ComputeAutoScaling, ComputeBounds, ProviderAutoScaling, ProviderSettings, RegionSpec,
    ReplicationSpec, SCHEMA,
};
pub use schema::{CREATE_SCHEMA, UPDATE_SCHEMA};

/// The disks that Azure sells, by name, with how large they are. The size and the name say the same.
/// Source: Azure's price list of premium disks. Unit: GB.
pub static AZURE_DISKS: &[(&str, u32)] = &[
    ("P2", 8),
    ("P3", 16),
    ("P4", 32),
    ("P6", 64),
    ("P10", 128),
    ("P15", 256),
    ("P20", 512),
    ("P30", 1024),
    ("P40", 2048),
    ("P50", 4096),
];
