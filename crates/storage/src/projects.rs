//! Table `projects`. A deleted project keeps its row and counts for nothing.

pub(crate) mod deleted;
pub(crate) mod settings;

use domain::alert::defaults_of_project;
use domain::customer_key::ProviderKind;
use domain::event::Event;
use domain::id::{ApiKeyId, OrgId, ProjectId, ServiceAccountId};
use domain::project::{Activity, Project, ProjectSettings};
use domain::time::Timestamp;

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::Result;
use crate::seal::Sealer;
use crate::sql::{Fields, Row, Sql, over_items, to_json, values};
use crate::store::transact;
use crate::{
    Outcome, Store, alert_configs, api_keys, clusters, encryption_at_rest, events, organizations, private_endpoints,
    service_accounts,
};

/// Who creates a project, and owns it from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creator {
    /// An API key.
    ApiKey(ApiKeyId),
    /// A service account.
    ServiceAccount(ServiceAccountId),
}

/// Which projects of an organization to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProjectFilter<'f> {
    /// Whose.
    pub org: OrgId,
    /// Only these; none means all.
    pub among: Option<&'f [ProjectId]>,
    /// How their names begin, in small letters; capital ones of ASCII fit too.
    pub prefix: &'f str,
}

static INSERT: Sql = Sql::same(
    "insert a project",
    "INSERT INTO projects (id, org_id, name, created_at, inactive_at, settings) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT DO NOTHING",
);
static FIND: Sql = Sql::same(
    "find a project",
    "SELECT id, org_id, name, created_at, inactive_at FROM projects WHERE id = $1 AND deleted_at IS NULL",
);
static LIST: Sql = Sql::same(
    "list projects",
    "SELECT id, org_id, name, created_at, inactive_at FROM projects WHERE org_id = $1 AND deleted_at IS NULL
     ORDER BY name LIMIT $2 OFFSET $3",
);
macro_rules! fits {
    ($org:literal, $prefix:literal) => {
        concat!(
            "deleted_at IS NULL AND org_id = ",
            $org,
            " AND (",
            $prefix,
            " = '' OR substr(lower(name), 1, length(",
            $prefix,
            ")) = ",
            $prefix,
            ")"
        )
    };
}
static PAGE: Sql = Sql::same(
    "list a page of projects",
    concat!(
        "SELECT id, org_id, name, created_at, inactive_at FROM projects WHERE ",
        fits!("$1", "CAST($2 AS TEXT)"),
        " ORDER BY name, id LIMIT $3 OFFSET $4"
    ),
);
static COUNT_FITTING: Sql =
    Sql::same("count projects", concat!("SELECT COUNT(*) FROM projects WHERE ", fits!("$1", "CAST($2 AS TEXT)")));
static PAGE_AMONG: Sql = over_items!(
    "list a page of projects by id",
    concat!(
        "SELECT id, org_id, name, created_at, inactive_at FROM projects WHERE ",
        fits!("$2", "CAST($3 AS TEXT)"),
        " AND id IN (SELECT item.value ->> 'id' FROM"
    ),
    ") ORDER BY name, id LIMIT $4 OFFSET $5"
);
static COUNT_AMONG: Sql = over_items!(
    "count projects by id",
    concat!(
        "SELECT COUNT(*) FROM projects WHERE ",
        fits!("$2", "CAST($3 AS TEXT)"),
        " AND id IN (SELECT item.value ->> 'id' FROM"
    ),
    ")"
);
static BY_NAME: Sql = Sql::same(
    "find a project by name",
    "SELECT id, org_id, name, created_at, inactive_at FROM projects
     WHERE org_id = $1 AND name = $2 AND deleted_at IS NULL",
);
static SOME: Sql = over_items!(
    "list projects by id",
    "SELECT id, org_id, name, created_at, inactive_at FROM projects WHERE deleted_at IS NULL
     AND id IN (SELECT item.value ->> 'id' FROM",
    ") ORDER BY name, id"
);
static COUNT: Sql =
    Sql::same("count projects", "SELECT COUNT(*) FROM projects WHERE org_id = $1 AND deleted_at IS NULL");
static FORGET: Sql = Sql::same("take back a project", "DELETE FROM projects WHERE id = $1");
static HOLD: Sql = Sql::each(
    "hold on to a project",
    "SELECT inactive_at FROM projects WHERE id = $1 AND deleted_at IS NULL",
    "SELECT inactive_at FROM projects WHERE id = $1 AND deleted_at IS NULL FOR SHARE",
);
static SET_ACTIVITY: Sql =
    Sql::same("set a project's activity", "UPDATE projects SET inactive_at = $2 WHERE id = $1 AND deleted_at IS NULL");
static DELETE: Sql = Sql::same(
    "delete a project",
    "UPDATE projects SET deleted_at = $2, former_name = name, name = id WHERE id = $1 AND deleted_at IS NULL",
);
static TAKE: Sql = Sql::each(
    "take a project away",
    "SELECT id FROM projects WHERE id = $1 AND deleted_at IS NULL",
    "SELECT id FROM projects WHERE id = $1 AND deleted_at IS NULL FOR UPDATE",
);

impl Store {
    /// Adds a project; a conflict means its organization has one of that name, or the id is taken.
    pub async fn insert_project(&self, project: &Project) -> Result<Outcome> {
        let Project { id, org, name, created_at, activity } = project;
        let settings = settings::to_text(&ProjectSettings::default())?;
        let values = values![*id, *org, name, *created_at, inactive_at(*activity, *created_at), settings];
        self.execute(&INSERT, values, &[Touched::Project(*id)]).await.map(Outcome::of_rows)
    }

    /// Adds a project, gives its creator the role of its owner unless another role does, and records it. A
    /// conflict means its organization has one of that name, or is gone, or the creator is.
    /// Cancel: it took place or it did not.
    pub async fn create_project(
        &self,
        project: &Project,
        settings: &ProjectSettings,
        creator: Option<Creator>,
        told: &[Event],
    ) -> Result<Outcome> {
        let by = match creator {
            Some(Creator::ApiKey(_)) => Some(Touched::AllApiKeys),
            Some(Creator::ServiceAccount(id)) => Some(Touched::ServiceAccount(id)),
            None => None,
        };
        let touched: Vec<_> = std::iter::once(Touched::Project(project.id)).chain(by).collect();
        transact!(self, "create a project", &touched, |tx| { create(tx, project, settings, creator, told).await })
    }

    /// Sets whether a project is active, and records it. A conflict means there is none.
    pub async fn set_project_activity(
        &self,
        id: ProjectId,
        activity: Activity,
        at: Timestamp,
        told: &[Event],
    ) -> Result<Outcome> {
        let touched = [Touched::Project(id)];
        transact!(self, "set a project's activity", &touched, |tx| set_activity(tx, id, activity, at, told).await)
    }

    /// Deletes a project that has no clusters and no private endpoints: the credentials of its customer keys are
    /// destroyed, nobody checks them any more, and its name is free. Its row stays. A conflict means there is none.
    /// Cancel: it took place or it did not.
    pub async fn delete_project(&self, id: ProjectId, at: Timestamp, told: &[Event]) -> Result<Outcome> {
        let touched = [Touched::Project(id)];
        let outcome =
            transact!(self, "delete a project", &touched, |tx| delete(tx, self.sealer(), id, at, told).await)?;
        if outcome == Outcome::Saved {
            encryption_at_rest::forget_destroyed(self).await;
        }
        Ok(outcome)
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

    /// Lists a page of the projects that a filter lets through, by name, and counts them all.
    pub async fn projects_page(
        &self,
        filter: ProjectFilter<'_>,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Project>, i64)> {
        let ProjectFilter { org, among, prefix } = filter;
        let (rows, counted) = match among {
            None => (
                self.read(&PAGE, values![org, prefix, limit, offset]).await?,
                self.read_one(&COUNT_FITTING, values![org, prefix]).await?,
            ),
            Some(ids) => {
                let items: Vec<_> = ids.iter().map(|id| serde_json::json!({ "id": id.to_string() })).collect();
                let items = to_json(&items)?;
                (
                    self.read(&PAGE_AMONG, values![&items, org, prefix, limit, offset]).await?,
                    self.read_one(&COUNT_AMONG, values![&items, org, prefix]).await?,
                )
            }
        };
        let total = counted.map_or(Ok(0), |row| count(&row))?;
        Ok((rows.iter().map(|row| project(&mut row.fields("projects"))).collect::<Result<_>>()?, total))
    }

    /// Finds a project of an organization by its name.
    pub async fn project_by_name(&self, org: OrgId, name: &str) -> Result<Option<Project>> {
        let row = self.read_one(&BY_NAME, values![org, name]).await?;
        row.map(|row| project(&mut row.fields("projects"))).transpose()
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

/// Reads the columns of a project: `id, org_id, name, created_at, inactive_at`.
pub(crate) fn project(fields: &mut Fields<'_>) -> Result<Project> {
    Ok(Project {
        id: fields.parsed()?,
        org: fields.parsed()?,
        name: fields.text()?,
        created_at: fields.time()?,
        activity: activity(fields)?,
    })
}

/// Gives the column `inactive_at` of a project whose activity is as it is since then.
fn inactive_at(activity: Activity, since: Timestamp) -> Option<Timestamp> {
    match activity {
        Activity::Active => None,
        Activity::Inactive => Some(since),
    }
}

/// Reads the column `inactive_at`.
fn activity(fields: &mut Fields<'_>) -> Result<Activity> {
    Ok(if fields.time_if_any()?.is_some() { Activity::Inactive } else { Activity::Active })
}

/// Reads the only column of a count.
pub(crate) fn count(row: &Row) -> Result<i64> {
    row.fields("count").int()
}

/// Keeps a project from being deleted until the transaction ends. Tells whether there is one.
pub(crate) async fn hold(tx: &mut Tx, id: ProjectId) -> Result<bool> {
    Ok(!tx.fetch(&HOLD, values![id]).await?.is_empty())
}

/// Keeps a project from being deleted, and its activity as it is, until the transaction ends. Gives that if there is
/// one.
pub(crate) async fn hold_activity(tx: &mut Tx, id: ProjectId) -> Result<Option<Activity>> {
    let rows = tx.fetch(&HOLD, values![id]).await?;
    rows.first().map(|row| activity(&mut row.fields("projects"))).transpose()
}

/// Keeps a project as it is, and anybody else from holding on to it, until the transaction ends. Tells whether there
/// is one.
pub(crate) async fn take(tx: &mut Tx, id: ProjectId) -> Result<bool> {
    Ok(!tx.fetch(&TAKE, values![id]).await?.is_empty())
}

async fn set_activity(
    tx: &mut Tx,
    id: ProjectId,
    activity: Activity,
    at: Timestamp,
    told: &[Event],
) -> Result<Outcome> {
    if tx.execute(&SET_ACTIVITY, values![id, inactive_at(activity, at)]).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn create(
    tx: &mut Tx,
    project: &Project,
    settings: &ProjectSettings,
    creator: Option<Creator>,
    told: &[Event],
) -> Result<Outcome> {
    let Project { id, org, name, created_at, activity } = project;
    if !organizations::hold(tx, *org).await? {
        return Ok(Outcome::Conflict);
    }
    let (wants_alerts, settings) = (settings.default_alerts, settings::to_text(settings)?);
    let values = values![*id, *org, name, *created_at, inactive_at(*activity, *created_at), settings];
    if tx.execute(&INSERT, values).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    let owns = match creator {
        Some(Creator::ApiKey(key)) => api_keys::own(tx, key, *id).await?,
        Some(Creator::ServiceAccount(account)) => service_accounts::own(tx, account, *id).await?,
        None => true,
    };
    if !owns {
        // Its key was deleted while it created; a project that nobody owns helps nobody.
        tx.execute(&FORGET, values![*id]).await?;
        return Ok(Outcome::Conflict);
    }
    if wants_alerts {
        alert_configs::make_defaults(tx, *id, &defaults_of_project(), *created_at).await?;
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn delete(tx: &mut Tx, sealer: &Sealer, id: ProjectId, at: Timestamp, told: &[Event]) -> Result<Outcome> {
    if !take(tx, id).await? {
        return Ok(Outcome::Conflict);
    }
    // A statement of its own after the lock, so that it sees what the lock waited for.
    if clusters::any_in(tx, id).await? || private_endpoints::any_in(tx, id).await? {
        return Ok(Outcome::InUse);
    }
    encryption_at_rest::close(tx, id, at).await?;
    for provider in ProviderKind::ALL {
        encryption_at_rest::disable(tx, sealer, id, provider, at).await?;
    }
    tx.execute(&DELETE, values![id, at]).await?;
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}
