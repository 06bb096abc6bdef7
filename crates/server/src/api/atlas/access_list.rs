//! `/groups/{groupId}/accessList`: a project's IP access list.

pub mod create;
pub mod delete;
mod from_wire;
pub mod list;
pub mod status;
mod to_wire;
pub mod view;
