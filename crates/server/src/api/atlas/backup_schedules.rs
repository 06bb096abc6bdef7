//! When backups of a cluster are to be taken. A file per operation.

mod from_wire;
mod to_wire;
pub mod update;
pub mod view;

pub(super) use from_wire::rule;
pub(super) use to_wire::item_to_wire;
