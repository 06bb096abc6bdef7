//! Who is told: people named by what they are, and what that comes to. Must not know how anybody is told.

use crate::access::{OrgRole, ProjectRole};
use crate::id::TeamId;

/// Whom to tell, as it was configured. What it comes to is looked up when there is something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipients {
    /// Whoever holds one of these roles in the project; whoever is a member of it, if none is named.
    ProjectRoles(Vec<ProjectRole>),
    /// Whoever holds one of these roles in the project's organization; whoever belongs to it, if none is named.
    OrgRoles(Vec<OrgRole>),
    /// The members of a team of the project's organization.
    Team(TeamId),
    /// One person of the project's organization, by e-mail address.
    User(String),
}

/// Somebody to tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recipient {
    /// The e-mail address.
    pub email: String,
    /// The name; empty if it is not known.
    pub name: String,
}
