//! Snapshots of a cluster's data, by dated shape. Must not know the domain.

pub mod v2023_01_01;
