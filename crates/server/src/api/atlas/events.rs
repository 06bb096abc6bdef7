//! Events of a project, and of an organization.

mod from_wire;
pub mod list;
pub mod list_of_org;
mod to_wire;
pub mod view;
pub mod view_of_org;
