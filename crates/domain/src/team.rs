//! Teams: people of one organization who get their roles in projects together.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::ProjectRole;
use crate::id::{OrgId, ProjectId, TeamId, UserId};
use crate::time::Timestamp;

/// The most people a team can have. Source: Atlas's documented limit.
pub const MEMBERS_MAX: usize = 250;
/// The most teams an organization can have. Source: Atlas's documented limit.
pub const TEAMS_MAX: usize = 250;

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// The organization it belongs to.
    pub org: OrgId,
    /// Its name, unique there.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who is in it.
    pub members: BTreeSet<UserId>,
    /// What its members may do in which projects.
    pub roles: BTreeMap<ProjectId, BTreeSet<ProjectRole>>,
}
