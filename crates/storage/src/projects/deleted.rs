//! Deleted projects: their rows stay, so that one can be brought back. Must not know for how long.

use domain::event::Event;
use domain::id::{OrgId, ProjectId};
use domain::project::Project;
use domain::time::Timestamp;

use super::project;
use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Row, Sql, values};
use crate::store::transact;
use crate::{Outcome, Store, events, organizations};

/// A deleted project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedProject {
    /// The project as it was.
    pub project: Project,
    /// When it was deleted.
    pub deleted_at: Timestamp,
}

static FIND: Sql = Sql::same(
    "find a deleted project",
    "SELECT id, org_id, former_name, created_at, inactive_at, deleted_at FROM projects
     WHERE id = $1 AND deleted_at > $2 AND former_name IS NOT NULL",
);
static LIST: Sql = Sql::same(
    "list deleted projects",
    "SELECT id, org_id, former_name, created_at, inactive_at, deleted_at FROM projects
     WHERE org_id = $1 AND deleted_at > $2 AND former_name IS NOT NULL ORDER BY deleted_at DESC, id",
);
static ORG: Sql = Sql::same("find whose a project is", "SELECT org_id FROM projects WHERE id = $1");
static NAMED: Sql =
    Sql::same("find whose a project's name is", "SELECT id FROM projects WHERE org_id = $1 AND name = $2");
static BRING_BACK: Sql = Sql::same(
    "bring a project back",
    "UPDATE projects SET deleted_at = NULL, name = $2, former_name = NULL
     WHERE id = $1 AND deleted_at IS NOT NULL AND former_name = $2",
);

impl Store {
    /// Tells which organization a project belongs to, deleted or not.
    pub async fn org_of_project(&self, id: ProjectId) -> Result<Option<OrgId>> {
        self.read_one(&ORG, values![id]).await?.map(|row| row.fields("projects").parsed()).transpose()
    }

    /// Finds a project that was deleted after `since`.
    pub async fn deleted_project(&self, id: ProjectId, since: Timestamp) -> Result<Option<DeletedProject>> {
        self.read_one(&FIND, values![id, since]).await?.as_ref().map(from_row).transpose()
    }

    /// Lists an organization's projects that were deleted after `since`, the last first.
    pub async fn deleted_projects_of(&self, org: OrgId, since: Timestamp) -> Result<Vec<DeletedProject>> {
        self.read(&LIST, values![org, since]).await?.iter().map(from_row).collect()
    }

    /// Brings a deleted project back under its name, and records it. Its setting is as deletion left it: no
    /// provider is enabled. A conflict means that it was brought back before, "in use" that its name is another's.
    /// Cancel: it took place or it did not.
    pub async fn bring_back_project(&self, deleted: &Project, told: &[Event]) -> Result<Outcome> {
        let touched = [Touched::Project(deleted.id)];
        transact!(self, "bring a project back", &touched, |tx| bring_back(tx, deleted, told).await)
    }
}

async fn bring_back(tx: &mut Tx, deleted: &Project, told: &[Event]) -> Result<Outcome> {
    // A new project refers to its organization, so none is added until the transaction ends.
    if !organizations::take(tx, deleted.org).await? {
        return Ok(Outcome::Conflict);
    }
    if !tx.fetch(&NAMED, values![deleted.org, deleted.name.as_str()]).await?.is_empty() {
        return Ok(Outcome::InUse);
    }
    if tx.execute(&BRING_BACK, values![deleted.id, deleted.name.as_str()]).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

fn from_row(row: &Row) -> Result<DeletedProject> {
    let mut fields = row.fields("projects");
    let project = project(&mut fields)?;
    Ok(DeletedProject { project, deleted_at: fields.time()? })
}
