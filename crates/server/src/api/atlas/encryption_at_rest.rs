//! The encryption-at-rest setting of a project.

mod from_wire;
mod to_wire;
pub mod update;
pub mod view;

pub(in crate::api) use from_wire::from_wire;
