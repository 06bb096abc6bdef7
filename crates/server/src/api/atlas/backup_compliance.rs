//! What a project demands of its backups. A file per operation.

pub mod delete;
mod from_wire;
mod to_wire;
pub mod update;
pub mod view;
