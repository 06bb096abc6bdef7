//! Projects, which the Atlas API calls groups.

pub mod create;
pub mod delete;
mod from_wire;
pub mod list;
mod to_wire;
pub mod view;
