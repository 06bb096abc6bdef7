//! Search nodes beside a cluster. A file per operation.

pub mod create;
pub mod delete;
mod from_wire;
mod to_wire;
pub mod update;
pub mod view;
