//! Search nodes beside a cluster. The shape of 2023-01-01 is that of all later dates. Must not know the domain.

pub mod v2023_01_01;
