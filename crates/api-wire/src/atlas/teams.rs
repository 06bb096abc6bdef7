//! Teams.

pub mod v2023_01_01;
