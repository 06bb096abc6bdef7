//! Projects, which the Atlas API calls groups.

pub mod list;
mod to_wire;
pub mod view;
