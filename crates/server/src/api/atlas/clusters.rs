//! Clusters: creating, changing, deleting and reading them, in each of their dated shapes.

pub mod create;
pub mod delete;
pub mod details;
mod from_wire;
pub mod list;
pub mod provider_regions;
pub(in crate::api) mod to_wire;
pub mod unsupported;
pub mod update;
pub mod validate;
pub mod view;
