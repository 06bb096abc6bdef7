//! People: a file for those of an organization, one for those of a project, one for those of a team.

pub(in crate::api) mod from_wire;
pub mod of_group;
pub mod of_org;
pub mod of_team;
pub(in crate::api) mod to_wire;
