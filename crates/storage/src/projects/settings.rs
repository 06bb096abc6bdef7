//! The column `settings` of a project: a JSON object, in which what was never set is missing. Must not know what a
//! setting means.

use std::collections::BTreeMap;

use domain::cluster::Tag;
use domain::event::Event;
use domain::id::ProjectId;
use domain::project::{ProjectChange, ProjectFlag, ProjectLimit, ProjectSettings};
use serde::{Deserialize, Serialize};

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Fields, Sql, over_items, to_json, values};
use crate::store::transact;
use crate::{Outcome, Store, events, organizations};

static SOME: Sql = over_items!(
    "read the settings of projects",
    "SELECT id, settings FROM projects WHERE deleted_at IS NULL AND id IN (SELECT item.value ->> 'id' FROM",
    ")"
);
static ORG: Sql =
    Sql::same("find whose a project is", "SELECT org_id FROM projects WHERE id = $1 AND deleted_at IS NULL");
static TAKE: Sql = Sql::each(
    "take the settings of a project",
    "SELECT name, settings FROM projects WHERE id = $1 AND deleted_at IS NULL",
    "SELECT name, settings FROM projects WHERE id = $1 AND deleted_at IS NULL FOR UPDATE",
);
static NAMED: Sql =
    Sql::same("find whose a project's name is", "SELECT id FROM projects WHERE org_id = $1 AND name = $2");
static SAVE: Sql =
    Sql::same("save the settings of a project", "UPDATE projects SET name = $2, settings = $3 WHERE id = $1");

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Text {
    tags: Vec<(String, String)>,
    flags: BTreeMap<String, bool>,
    limits: BTreeMap<String, u64>,
    managed_slow_ms: bool,
    default_alerts: bool,
    commercial_regions: bool,
}

impl Default for Text {
    fn default() -> Self {
        of(&ProjectSettings::default())
    }
}

fn of(settings: &ProjectSettings) -> Text {
    let ProjectSettings { tags, flags, limits, managed_slow_ms, default_alerts, commercial_regions } = settings;
    Text {
        tags: tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect(),
        flags: flags.iter().map(|(flag, value)| (flag.name().to_owned(), *value)).collect(),
        limits: limits.iter().map(|(limit, value)| (limit.name().to_owned(), *value)).collect(),
        managed_slow_ms: *managed_slow_ms,
        default_alerts: *default_alerts,
        commercial_regions: *commercial_regions,
    }
}

/// Writes the column.
pub(super) fn to_text(settings: &ProjectSettings) -> Result<String> {
    to_json(&of(settings))
}

fn from_text(fields: &mut Fields<'_>) -> Result<ProjectSettings> {
    let Text { tags, flags, limits, managed_slow_ms, default_alerts, commercial_regions } = fields.json()?;
    let flags: Option<_> = flags.into_iter().map(|(name, it)| Some((ProjectFlag::by_name(&name)?, it))).collect();
    let limits: Option<_> = limits.into_iter().map(|(name, it)| Some((ProjectLimit::by_name(&name)?, it))).collect();
    let unknown = || fields.corrupt("word of a closed list");
    Ok(ProjectSettings {
        tags: tags.into_iter().map(|(key, value)| Tag { key, value }).collect(),
        flags: flags.ok_or_else(unknown)?,
        limits: limits.ok_or_else(unknown)?,
        managed_slow_ms,
        default_alerts,
        commercial_regions,
    })
}

impl Store {
    /// Gives what is set on those of `ids` that exist.
    pub async fn project_settings(&self, ids: &[ProjectId]) -> Result<BTreeMap<ProjectId, ProjectSettings>> {
        let items: Vec<_> = ids.iter().map(|id| serde_json::json!({ "id": id.to_string() })).collect();
        let rows = self.read(&SOME, values![to_json(&items)?]).await?;
        rows.iter()
            .map(|row| {
                let mut fields = row.fields("projects");
                Ok((fields.parsed()?, from_text(&mut fields)?))
            })
            .collect()
    }

    /// Merges a change over what is set on a project and records it. "In use" means that the name is another's, a
    /// conflict that there is no such project.
    /// Cancel: it took place or it did not.
    pub async fn change_project(&self, id: ProjectId, change: &ProjectChange, told: &[Event]) -> Result<Outcome> {
        let touched = [Touched::Project(id)];
        transact!(self, "change a project", &touched, |tx| run(tx, id, change, told).await)
    }
}

/// Gives what a limit of a project is, as the transaction sees it; nothing if it has none, or is gone.
pub(crate) async fn limit(tx: &mut Tx, id: ProjectId, limit: ProjectLimit) -> Result<Option<u64>> {
    static READ: Sql = Sql::same(
        "read the settings of a project",
        "SELECT settings FROM projects WHERE id = $1 AND deleted_at IS NULL",
    );
    let rows = tx.fetch(&READ, values![id]).await?;
    let settings = rows.first().map(|row| from_text(&mut row.fields("projects"))).transpose()?;
    Ok(settings.and_then(|settings| settings.limit(limit)))
}

async fn run(tx: &mut Tx, id: ProjectId, change: &ProjectChange, told: &[Event]) -> Result<Outcome> {
    if let Some(name) = &change.name {
        let Some(row) = tx.fetch(&ORG, values![id]).await?.pop() else { return Ok(Outcome::Conflict) };
        let org = row.fields("projects").parsed()?;
        // Nobody adds or renames a project of the organization until the transaction ends.
        if !organizations::take(tx, org).await? {
            return Ok(Outcome::Conflict);
        }
        let others = tx.fetch(&NAMED, values![org, name.as_str()]).await?;
        let another = |row: &crate::sql::Row| row.fields("projects").parsed::<ProjectId>().map(|found| found != id);
        if others.iter().map(another).collect::<Result<Vec<_>>>()?.contains(&true) {
            return Ok(Outcome::InUse);
        }
    }
    let rows = tx.fetch(&TAKE, values![id]).await?;
    let Some(row) = rows.first() else { return Ok(Outcome::Conflict) };
    let mut fields = row.fields("projects");
    let (name, before) = (fields.text()?, from_text(&mut fields)?);
    let name = change.name.as_ref().map_or(name.as_str(), |name| name.as_str());
    tx.execute(&SAVE, values![id, name, to_text(&before.with(change))?]).await?;
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}
