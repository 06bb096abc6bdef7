//! A cluster as dated 2024-08-05 and 2024-10-23: what POST and PATCH may hold and what every call answers. It
//! must not know which description makes sense.

pub(in crate::atlas) mod parts;
pub(in crate::atlas) mod request;
pub(in crate::atlas) mod response;

pub use parts::{
    ADVANCED_CONFIGURATION, AUTO_SCALING, AdvancedConfiguration, AutoScaling, BI_CONNECTOR, BiConnector,
    ComputeAutoScaling, DiskGbAutoScaling, NAME, Tag,
};
pub use request::{
    AdvancedConfigurationBody, AutoScalingBody, BiConnectorBody, CREATE_SCHEMA, ClusterBody, ComputeAutoScalingBody,
    HardwareBody, RegionConfigBody, ReplicationSpecBody, TagBody, UPDATE_SCHEMA,
};
pub use response::{Cluster, ConnectionStrings, Hardware, RegionConfig, ReplicationSpec, SCHEMA};
