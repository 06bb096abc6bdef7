//! People of an organization and of its projects.

pub mod v2023_01_01;
pub mod v2025_02_19;
