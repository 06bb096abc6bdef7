//! Snapshots as Atlas shows them: those that were registered and not released. A file per operation.

pub mod list;
mod to_wire;
pub mod view;
