//! Organizations. It must not know the domain.

pub mod settings;
pub mod v2023_01_01;
