//! The service itself on the wire, in each dated shape. It must not know the domain.

pub mod v2023_01_01;
