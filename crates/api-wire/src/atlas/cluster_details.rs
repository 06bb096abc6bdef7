//! All clusters that a caller can see, by project. It must not know the domain.

pub mod v2023_01_01;
