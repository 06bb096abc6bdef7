//! `/orgs`.

pub mod delete;
pub mod groups;
pub mod list;
pub mod settings;
mod to_wire;
pub mod update;
pub mod view;
