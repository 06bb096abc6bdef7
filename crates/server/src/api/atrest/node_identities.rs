//! Which certificates of a project's own authorities are a node: a file per operation.

pub mod create;
pub mod delete;
pub mod list;
mod to_wire;
