//! Teams: a file for those of an organization, one for what they may do in a project.

pub mod of_group;
pub mod of_org;
