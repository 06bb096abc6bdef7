//! Clusters: creating, changing, deleting and reading them.

pub mod create;
pub mod delete;
mod from_wire;
pub mod list;
pub(in crate::api) mod to_wire;
pub mod update;
pub mod view;
