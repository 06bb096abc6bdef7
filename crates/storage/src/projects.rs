//! Table `projects`.

use domain::id::{OrgId, ProjectId};
use domain::project::Project;

use crate::cache::Touched;
use crate::error::Result;
use crate::sql::{Fields, Row, Sql, over_items, to_json, values};
use crate::{Outcome, Store};

static INSERT: Sql = Sql::same(
    "insert a project",
    "INSERT INTO projects (id, org_id, name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
);
static FIND: Sql = Sql::same("find a project", "SELECT id, org_id, name, created_at FROM projects WHERE id = $1");
static LIST: Sql = Sql::same(
    "list projects",
    "SELECT id, org_id, name, created_at FROM projects WHERE org_id = $1 ORDER BY name LIMIT $2 OFFSET $3",
);
static SOME: Sql = over_items!(
    "list projects by id",
    "SELECT id, org_id, name, created_at FROM projects WHERE id IN (SELECT item.value ->> 'id' FROM",
    ") ORDER BY name, id"
);
static COUNT: Sql = Sql::same("count projects", "SELECT COUNT(*) FROM projects WHERE org_id = $1");

impl Store {
    /// Adds a project; a conflict means its organization has one of that name, or the id is taken.
    pub async fn insert_project(&self, project: &Project) -> Result<Outcome> {
        let Project { id, org, name, created_at } = project;
        let touched = [Touched::Project(*id)];
        self.execute(&INSERT, values![*id, *org, name, *created_at], &touched).await.map(Outcome::of_rows)
    }

    /// Finds a project.
    pub async fn project(&self, id: ProjectId) -> Result<Option<Project>> {
        self.read_one(&FIND, values![id]).await?.map(|row| project(&mut row.fields("projects"))).transpose()
    }

    /// Lists a page of an organization's projects, by name.
    pub async fn projects_of(&self, org: OrgId, offset: i64, limit: i64) -> Result<Vec<Project>> {
        let rows = self.read(&LIST, values![org, limit, offset]).await?;
        rows.iter().map(|row| project(&mut row.fields("projects"))).collect()
    }

    /// Lists those of `ids` that exist, by name.
    pub async fn projects(&self, ids: &[ProjectId]) -> Result<Vec<Project>> {
        let items: Vec<_> = ids.iter().map(|id| serde_json::json!({ "id": id.to_string() })).collect();
        let rows = self.read(&SOME, values![to_json(&items)?]).await?;
        rows.iter().map(|row| project(&mut row.fields("projects"))).collect()
    }

    /// Counts an organization's projects.
    pub async fn count_projects_of(&self, org: OrgId) -> Result<i64> {
        self.read_one(&COUNT, values![org]).await?.map_or(Ok(0), |row| count(&row))
    }
}

/// Reads the columns of a project: `id, org_id, name, created_at`.
pub(crate) fn project(fields: &mut Fields<'_>) -> Result<Project> {
    Ok(Project { id: fields.parsed()?, org: fields.parsed()?, name: fields.text()?, created_at: fields.time()? })
}

/// Reads the only column of a count.
pub(crate) fn count(row: &Row) -> Result<i64> {
    row.fields("count").int()
}
