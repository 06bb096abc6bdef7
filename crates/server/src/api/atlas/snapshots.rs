//! Snapshots as Atlas shows them: those that were registered and not released. A file per operation.

pub mod change;
pub mod delete;
pub mod list;
pub mod sharded;
mod to_wire;
pub mod view;
