//! Grants of a master key, for restores: a file per operation.

pub mod create;
pub mod delete;
pub mod list;
mod to_wire;
