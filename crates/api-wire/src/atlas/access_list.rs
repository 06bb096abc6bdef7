//! A project's IP access list. It must not know the domain.

pub mod v2023_01_01;
