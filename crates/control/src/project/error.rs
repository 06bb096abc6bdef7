//! What stands against use cases of projects and organizations beyond what every use case can meet. Must not know a
//! status code.

use domain::id::{OrgId, ProjectId};
use domain::project::AccessNetwork;

/// What stands against it.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// No project of that name that this caller can see. The name is told as it was given.
    #[error("find a project by the name {0}")]
    NameNotFound(String),
    /// No such limit, or it was never set and has no value by itself. The name is told as it was given.
    #[error("find limit {0}")]
    LimitNotFound(String),
    /// The IP access list has no such entry. The value is told as it was given.
    #[error("find entry {value} of the ip access list of project {project}")]
    AccessEntryNotFound {
        /// The project.
        project: ProjectId,
        /// The entry.
        value: String,
    },
    /// A single address or network was meant, and more bits were given than it has.
    #[error("take an entry with bits after the length of {0}")]
    BitsAfterLength(AccessNetwork),
    /// The IP access list would have more entries than the project's limit allows.
    #[error("have more than {0} entries in an ip access list")]
    TooManyAccessEntries(u64),
    /// The project has as many clusters as its limit allows.
    #[error("have more than {0} clusters in a project")]
    TooManyClusters(u64),
    /// The organization still has projects.
    #[error("delete organization {0}, which has projects")]
    OrganizationHasProjects(OrgId),
    /// Nobody could sign in to the new organization.
    #[error("create an organization that nobody can sign in to")]
    NoWayIn,
    /// What is asked for is not here; the words say what.
    #[error("offer {0}")]
    NotOffered(&'static str),
}
