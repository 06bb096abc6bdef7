//! The project: owner of clusters and of one encryption setting. On the wire it is a "group".

use crate::id::{OrgId, ProjectId};
use crate::time::Timestamp;

/// A project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The organization that owns it.
    pub org: OrgId,
    /// Its name, as people gave it.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
}
