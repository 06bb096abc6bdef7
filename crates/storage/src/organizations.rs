//! Table `organizations`. A deleted organization keeps its row and counts for nothing.

mod settings_text;

use domain::event::Event;
use domain::id::OrgId;
use domain::organization::{OrgChange, OrgName, OrgSettings, Organization};
use domain::time::Timestamp;
use domain::violation::Violation;

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Fields, Row, Sql, over_items, to_json, values};
use crate::store::transact;
use crate::{Outcome, Store, events};

static INSERT: Sql = Sql::same(
    "insert an organization",
    "INSERT INTO organizations (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
);
static FIND: Sql = Sql::same(
    "find an organization",
    "SELECT id, name, created_at FROM organizations WHERE id = $1 AND deleted_at IS NULL",
);
static LIST: Sql = over_items!(
    "list organizations",
    "SELECT id, name, created_at FROM organizations WHERE deleted_at IS NULL
     AND id IN (SELECT item.value ->> 'id' FROM",
    ") ORDER BY name, id"
);
static ALL: Sql = Sql::same(
    "list all organizations",
    "SELECT id, name, created_at FROM organizations WHERE deleted_at IS NULL ORDER BY created_at, id",
);
static FIND_ANY: Sql = Sql::same(
    "find an organization, deleted or not",
    "SELECT id, name, created_at, settings, deleted_at FROM organizations WHERE id = $1",
);
static DELETED: Sql = Sql::same(
    "list deleted organizations",
    "SELECT id, name, created_at FROM organizations WHERE deleted_at IS NOT NULL ORDER BY deleted_at DESC, id",
);
static BRING_BACK: Sql = Sql::same(
    "bring an organization back",
    "UPDATE organizations SET deleted_at = NULL WHERE id = $1 AND deleted_at = $2",
);
static SETTINGS: Sql = Sql::same(
    "read the settings of an organization",
    "SELECT settings FROM organizations WHERE id = $1 AND deleted_at IS NULL",
);
static TAKE_SETTINGS: Sql = Sql::each(
    "take the settings of an organization",
    "SELECT settings, name FROM organizations WHERE id = $1 AND deleted_at IS NULL",
    "SELECT settings, name FROM organizations WHERE id = $1 AND deleted_at IS NULL FOR UPDATE",
);
static SAVE_SETTINGS: Sql = Sql::same(
    "save the settings of an organization",
    "UPDATE organizations SET settings = $2, name = $3 WHERE id = $1",
);
static TAKE: Sql = Sql::each(
    "take hold of an organization",
    "SELECT id FROM organizations WHERE id = $1 AND deleted_at IS NULL",
    "SELECT id FROM organizations WHERE id = $1 AND deleted_at IS NULL FOR UPDATE",
);
static HOLD: Sql = Sql::each(
    "hold on to an organization",
    "SELECT id FROM organizations WHERE id = $1 AND deleted_at IS NULL",
    "SELECT id FROM organizations WHERE id = $1 AND deleted_at IS NULL FOR SHARE",
);
static HAS_PROJECTS: Sql = Sql::same(
    "look for projects of an organization",
    "SELECT id FROM projects WHERE org_id = $1 AND deleted_at IS NULL LIMIT 1",
);
static DELETE: Sql = Sql::same("delete an organization", "UPDATE organizations SET deleted_at = $2 WHERE id = $1");
static DELETE_API_KEYS: Sql =
    Sql::same("delete the api keys of an organization", "DELETE FROM api_keys WHERE org_id = $1");
static DELETE_SERVICE_ACCOUNTS: Sql =
    Sql::same("delete the service accounts of an organization", "DELETE FROM service_accounts WHERE org_id = $1");
static TAKE_PEOPLE: Sql = Sql::each(
    "take hold of the people of an organization",
    "SELECT user_id FROM org_members WHERE org_id = $1",
    "SELECT id FROM users WHERE id IN (SELECT user_id FROM org_members WHERE org_id = $1) ORDER BY id FOR UPDATE",
);
static FORGET_PEOPLE: Sql = over_items!(
    "forget users who belong nowhere",
    "DELETE FROM users WHERE NOT EXISTS (SELECT 1 FROM org_members AS m WHERE m.user_id = users.id)
     AND id IN (SELECT item.value ->> 'id' FROM",
    ")"
);
static DELETE_TEAMS: Sql = Sql::same("delete the teams of an organization", "DELETE FROM teams WHERE org_id = $1");
static DELETE_MEMBERS: Sql =
    Sql::same("delete the members of an organization", "DELETE FROM org_members WHERE org_id = $1");

/// What became of a change of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrgOutcome {
    /// What is set on it is this now.
    Saved(OrgSettings),
    /// There is no such organization.
    Missing,
    /// The change breaks rules.
    Refused(Vec<Violation>),
}

/// An organization, deleted or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownOrganization {
    /// What it is called.
    pub organization: Organization,
    /// What its owners set.
    pub settings: OrgSettings,
    /// When it was deleted, if it is.
    pub deleted_at: Option<Timestamp>,
}

impl Store {
    /// Adds an organization; a conflict means the id is taken.
    pub async fn insert_organization(&self, organization: &Organization) -> Result<Outcome> {
        let Organization { id, name, created_at } = organization;
        self.execute(&INSERT, values![*id, name, *created_at], &[]).await.map(Outcome::of_rows)
    }

    /// Finds an organization.
    pub async fn organization(&self, id: OrgId) -> Result<Option<Organization>> {
        self.read_one(&FIND, values![id]).await?.as_ref().map(organization).transpose()
    }

    /// Lists those of `ids` that exist, by name.
    pub async fn organizations(&self, ids: &[OrgId]) -> Result<Vec<Organization>> {
        let items: Vec<_> = ids.iter().map(|id| serde_json::json!({ "id": id.to_string() })).collect();
        self.read(&LIST, values![to_json(&items)?]).await?.iter().map(organization).collect()
    }

    /// Lists every organization, oldest first.
    pub async fn all_organizations(&self) -> Result<Vec<Organization>> {
        self.read(&ALL, &[]).await?.iter().map(organization).collect()
    }

    /// Finds an organization, deleted or not.
    pub async fn known_organization(&self, id: OrgId) -> Result<Option<KnownOrganization>> {
        self.read_one(&FIND_ANY, values![id]).await?.as_ref().map(known).transpose()
    }

    /// Lists the deleted organizations, the last deleted first.
    pub async fn deleted_organizations(&self) -> Result<Vec<Organization>> {
        self.read(&DELETED, &[]).await?.iter().map(organization).collect()
    }

    /// Gives what an organization's owners set, if there is such an organization.
    pub async fn org_settings(&self, id: OrgId) -> Result<Option<OrgSettings>> {
        self.read_one(&SETTINGS, values![id]).await?.as_ref().map(settings).transpose()
    }

    /// Merges a change over an organization and what is set on it, and records it; nothing is recorded if nothing
    /// changes.
    /// Cancel: it took place or it did not.
    pub async fn change_organization(&self, id: OrgId, change: &OrgChange, told: &[Event]) -> Result<OrgOutcome> {
        transact!(self, "change an organization", &[], |tx| run(tx, id, change, told).await)
    }

    /// Deletes an organization that has no projects, its API keys, service accounts, teams, memberships and whoever
    /// belongs nowhere else with it. "In use" means it has projects, a conflict that there is no such organization. Its
    /// row stays.
    /// Cancel: it took place or it did not.
    pub async fn delete_organization(&self, id: OrgId, at: Timestamp, told: &[Event]) -> Result<Outcome> {
        transact!(self, "delete an organization", &[Touched::Everything], |tx| delete(tx, id, at, told).await)
    }
}

async fn run(tx: &mut Tx, id: OrgId, change: &OrgChange, told: &[Event]) -> Result<OrgOutcome> {
    let rows = tx.fetch(&TAKE_SETTINGS, values![id]).await?;
    let Some(row) = rows.first() else { return Ok(OrgOutcome::Missing) };
    let mut fields = row.fields("organizations");
    let (before, old_name) = (settings_text::from_text(&mut fields)?, fields.text()?);
    let name = change.name.as_ref().map_or(old_name.as_str(), OrgName::as_str);
    let after = match before.with(change) {
        Ok(after) => after,
        Err(violations) => return Ok(OrgOutcome::Refused(violations)),
    };
    if after != before || name != old_name {
        tx.execute(&SAVE_SETTINGS, values![id, settings_text::to_text(&after)?, name]).await?;
        events::insert(tx, told).await?;
    }
    Ok(OrgOutcome::Saved(after))
}

async fn delete(tx: &mut Tx, id: OrgId, at: Timestamp, told: &[Event]) -> Result<Outcome> {
    if !take(tx, id).await? {
        return Ok(Outcome::Conflict);
    }
    // A statement of its own after the lock, so that it sees what the lock waited for.
    if !tx.fetch(&HAS_PROJECTS, values![id]).await?.is_empty() {
        return Ok(Outcome::InUse);
    }
    let people = tx.fetch(&TAKE_PEOPLE, values![id]).await?;
    let people = people.iter().map(|row| row.fields("users").text()).collect::<Result<Vec<_>>>()?;
    for sql in [&DELETE_API_KEYS, &DELETE_SERVICE_ACCOUNTS, &DELETE_TEAMS, &DELETE_MEMBERS] {
        tx.execute(sql, values![id]).await?;
    }
    let people: Vec<_> = people.iter().map(|id| serde_json::json!({ "id": id })).collect();
    tx.execute(&FORGET_PEOPLE, values![to_json(&people)?]).await?;
    tx.execute(&DELETE, values![id, at]).await?;
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

/// Keeps an organization as it is, and anything from being added to it, until the transaction ends. Tells whether there
/// is one.
pub(crate) async fn take(tx: &mut Tx, id: OrgId) -> Result<bool> {
    Ok(!tx.fetch(&TAKE, values![id]).await?.is_empty())
}

/// Brings an organization back that was deleted at this time, with nobody in it. Tells whether there was one.
pub(crate) async fn bring_back(tx: &mut Tx, id: OrgId, deleted_at: Timestamp) -> Result<bool> {
    Ok(tx.execute(&BRING_BACK, values![id, deleted_at]).await? == 1)
}

/// Keeps an organization from being deleted until the transaction ends. Tells whether there is one.
pub(crate) async fn hold(tx: &mut Tx, id: OrgId) -> Result<bool> {
    Ok(!tx.fetch(&HOLD, values![id]).await?.is_empty())
}

fn organization(row: &Row) -> Result<Organization> {
    of_fields(&mut row.fields("organizations"))
}

fn known(row: &Row) -> Result<KnownOrganization> {
    let mut fields = row.fields("organizations");
    Ok(KnownOrganization {
        organization: of_fields(&mut fields)?,
        settings: settings_text::from_text(&mut fields)?,
        deleted_at: fields.time_if_any()?,
    })
}

fn of_fields(fields: &mut Fields<'_>) -> Result<Organization> {
    Ok(Organization { id: fields.parsed()?, name: fields.text()?, created_at: fields.time()? })
}

fn settings(row: &Row) -> Result<OrgSettings> {
    settings_text::from_text(&mut row.fields("organizations"))
}
