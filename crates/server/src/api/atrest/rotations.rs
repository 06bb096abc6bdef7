//! Rotations of a project's customer keys: a file per operation.

pub mod list;
mod to_wire;
pub mod view;
