//! Programmatic API keys.

pub mod v2023_01_01;
