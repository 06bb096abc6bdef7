//! Projects, which the Atlas API calls groups.

pub mod create;
pub mod delete;
mod from_wire;
pub mod list;
pub(in crate::api) mod to_wire;
pub mod view;
