//! What a cluster could be. It must not know the domain.

pub mod v2025_03_12;
