//! Two small looks at a cluster: whether its last change is done, and how its shards grow. Must not know the domain.

pub mod v2023_01_01;
pub mod v2024_08_05;
