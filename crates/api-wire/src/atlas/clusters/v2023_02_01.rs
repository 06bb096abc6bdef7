//! A cluster as dated 2023-02-01: its shards are told zone by zone, all of a zone alike, and the size of disks stands
//! beside them. It must not know which description makes sense.

mod request;
mod response;
mod schema;

pub use request::{ClusterBody, ReplicationSpecBody};
pub use response::{Cluster, RegionConfig, ReplicationSpec, SCHEMA};
pub(super) use schema::NUM_SHARDS;
pub use schema::{CREATE_SCHEMA, UPDATE_SCHEMA};
