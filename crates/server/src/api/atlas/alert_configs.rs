//! Alert configurations: a file per operation.

pub mod create;
pub mod delete;
mod from_wire;
pub mod list;
pub mod matcher_fields;
mod to_wire;
pub mod toggle;
pub mod update;
pub mod view;

pub(super) use from_wire::config;
pub(super) use to_wire::to_wire;
