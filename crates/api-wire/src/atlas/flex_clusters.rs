//! Flex clusters, of which there are none here, by dated shape. Must not know the domain.

pub mod v2024_11_13;
