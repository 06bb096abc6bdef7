//! Service accounts.

pub mod v2024_08_05;
