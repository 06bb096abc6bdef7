//! Table `api_keys`. The HA1 of a key is sealed; its private half never comes here.

use std::sync::Arc;

use domain::api_key::{ApiKey, Ha1};
use domain::event::Event;
use domain::id::{ApiKeyId, OrgId, ProjectId};

use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::grants::{access_list_from_text, access_list_to_text, roles_from_text, roles_to_text, with_project};
use crate::seal::Place;
use crate::sql::{Fields, Row, Sql, values};
use crate::store::transact;
use crate::{Outcome, Store, events, owners};

/// An API key with what Digest checks it by.
#[derive(Debug)]
pub struct StoredApiKey {
    /// The key.
    pub key: ApiKey,
    /// What Digest checks; whoever holds it can sign in.
    pub ha1: Ha1,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, org_id, public_key, description, roles, access_list, created_at, private_tail, sealed_ha1 \
             FROM api_keys ",
            $rest
        )
    };
}

static INSERT: Sql = Sql::same(
    "insert an api key",
    "INSERT INTO api_keys (id, org_id, public_key, description, roles, access_list, sealed_ha1, created_at, private_tail)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
);
static FIND: Sql = Sql::same("find an api key", select!("WHERE id = $1"));
static FIND_PUBLIC: Sql = Sql::same("find an api key by its public half", select!("WHERE public_key = $1"));
static LIST: Sql = Sql::same("list api keys", select!("WHERE org_id = $1 ORDER BY created_at, id"));
static TAKE_ROLES: Sql = Sql::each(
    "take the roles of an api key",
    "SELECT org_id, roles FROM api_keys WHERE id = $1",
    "SELECT org_id, roles FROM api_keys WHERE id = $1 FOR UPDATE",
);
static SET_ROLES: Sql = Sql::same("save the roles of an api key", "UPDATE api_keys SET roles = $2 WHERE id = $1");
static CHANGE: Sql = Sql::same(
    "change an api key",
    "UPDATE api_keys SET description = $2, roles = $3, access_list = $4
     WHERE id = $1 AND description = $5 AND roles = $6 AND access_list = $7",
);
static DELETE: Sql = Sql::same("delete an api key", "DELETE FROM api_keys WHERE id = $1");
static DELETE_IF_SAME: Sql = Sql::same("delete an api key", "DELETE FROM api_keys WHERE id = $1 AND roles = $2");

/// Where the HA1 of a key is sealed.
pub(crate) const fn ha1_place<'p>(id: &'p str, org: &'p str) -> Place<'p> {
    Place { table: "api_keys", column: "sealed_ha1", row: id, owner: org }
}

impl Store {
    /// Adds an API key; a conflict means its id or public half is taken.
    pub async fn insert_api_key(&self, key: &ApiKey, ha1: &Ha1) -> Result<Outcome> {
        self.add_api_key(key, ha1, &[]).await
    }

    /// Adds an API key and records it; a conflict means its id or public half is taken, or its organization is gone.
    /// Cancel: it took place or it did not.
    pub async fn add_api_key(&self, key: &ApiKey, ha1: &Ha1, told: &[Event]) -> Result<Outcome> {
        let sealed = self.seal_ha1(key, ha1)?;
        transact!(self, "insert an api key", &[Touched::AllApiKeys], |tx| insert(tx, key, &sealed, told).await)
    }

    pub(crate) fn seal_ha1(&self, key: &ApiKey, ha1: &Ha1) -> Result<Vec<u8>> {
        let (row, org) = (key.id.to_string(), key.grants.org.to_string());
        self.sealer().seal(ha1_place(&row, &org), ha1.expose())
    }

    /// Changes an API key. A conflict means that somebody else changed it meanwhile; in use, that its organization
    /// would have no owner left.
    /// Cancel: it took place or it did not.
    pub async fn change_api_key(&self, before: &ApiKey, after: &ApiKey, told: &[Event]) -> Result<Outcome> {
        transact!(self, "change an api key", &[Touched::AllApiKeys], |tx| {
            let outcome = change(tx, before, after, told).await?;
            if outcome != Outcome::Saved {
                return Ok(outcome);
            }
            Ok::<_, StoreError>(outcome)
        })
    }

    /// Removes an API key, and its HA1 with it. A conflict means that somebody else changed it meanwhile; in use, that
    /// its organization would have no owner left.
    /// Cancel: it took place or it did not.
    pub async fn remove_api_key(&self, key: &ApiKey, told: &[Event]) -> Result<Outcome> {
        transact!(self, "delete an api key", &[Touched::AllApiKeys], |tx| {
            let outcome = remove(tx, key, told).await?;
            if outcome != Outcome::Saved {
                return Ok(outcome);
            }
            Ok::<_, StoreError>(outcome)
        })
    }

    /// Finds an API key by its public half. Remembered where we own the database.
    pub async fn api_key_by_public_key(&self, public_key: &str) -> Result<Option<Arc<StoredApiKey>>> {
        let name = public_key.to_owned();
        let cache = self.caches().map(|caches| &caches.api_keys);
        if let Some(known) = cache.and_then(|cache| cache.recall(&name)) {
            return Ok(Some(known));
        }
        let ticket = cache.map(|cache| cache.begin_load(&name));
        let Some(row) = self.read_one(&FIND_PUBLIC, values![public_key]).await? else { return Ok(None) };
        let mut fields = row.fields("api_keys");
        let key = api_key(&mut fields)?;
        let (id, org) = (key.id.to_string(), key.grants.org.to_string());
        let ha1 = self.sealer().open_bytes(ha1_place(&id, &org), fields.blob()?)?;
        let found = Arc::new(StoredApiKey { key, ha1 });
        if let (Some(cache), Some(ticket)) = (cache, ticket) {
            cache.remember(&name, Arc::clone(&found), ticket);
        }
        Ok(Some(found))
    }

    /// Finds an API key by its id.
    pub async fn api_key(&self, id: ApiKeyId) -> Result<Option<ApiKey>> {
        self.read_one(&FIND, values![id]).await?.as_ref().map(from_row).transpose()
    }

    /// Lists an organization's API keys, oldest first.
    pub async fn api_keys_of(&self, org: OrgId) -> Result<Vec<ApiKey>> {
        self.read(&LIST, values![org]).await?.iter().map(from_row).collect()
    }

    /// Deletes an API key, and its HA1 with it. Tells whether there was one.
    pub async fn delete_api_key(&self, id: ApiKeyId) -> Result<bool> {
        Ok(self.execute(&DELETE, values![id], &[Touched::AllApiKeys]).await? > 0)
    }
}

fn from_row(row: &Row) -> Result<ApiKey> {
    api_key(&mut row.fields("api_keys"))
}

fn api_key(fields: &mut Fields<'_>) -> Result<ApiKey> {
    let id = fields.parsed()?;
    let org = fields.parsed()?;
    Ok(ApiKey {
        id,
        public_key: fields.text()?,
        description: fields.text()?,
        grants: roles_from_text(org, fields)?,
        access_list: access_list_from_text(fields)?,
        created_at: fields.time()?,
        private_tail: fields.text()?,
    })
}

pub(crate) async fn insert(tx: &mut Tx, key: &ApiKey, sealed_ha1: &[u8], told: &[Event]) -> Result<Outcome> {
    let ApiKey { id, public_key, private_tail, description, grants, access_list, created_at } = key;
    if !owners::take(tx, grants.org).await? {
        return Ok(Outcome::Conflict);
    }
    let (roles, list) = (roles_to_text(grants)?, access_list_to_text(access_list)?);
    let values = values![*id, grants.org, public_key, description, roles, list, sealed_ha1, *created_at, private_tail];
    let outcome = Outcome::of_rows(tx.execute(&INSERT, values).await?);
    if outcome == Outcome::Saved {
        events::insert(tx, told).await?;
    }
    Ok(outcome)
}

async fn change(tx: &mut Tx, before: &ApiKey, after: &ApiKey, told: &[Event]) -> Result<Outcome> {
    let (org, lists) = (before.grants.org, (&after.access_list, &before.access_list));
    if !owners::take(tx, org).await? {
        return Ok(Outcome::Conflict);
    }
    let values = values![
        before.id,
        &after.description,
        roles_to_text(&after.grants)?,
        access_list_to_text(lists.0)?,
        &before.description,
        roles_to_text(&before.grants)?,
        access_list_to_text(lists.1)?,
    ];
    if tx.execute(&CHANGE, values).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    if owners::is_lost(&before.grants, Some(&after.grants)) && !owners::any(tx, org).await? {
        return Ok(Outcome::InUse);
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn remove(tx: &mut Tx, key: &ApiKey, told: &[Event]) -> Result<Outcome> {
    let org = key.grants.org;
    if !owners::take(tx, org).await? {
        return Ok(Outcome::Conflict);
    }
    if tx.execute(&DELETE_IF_SAME, values![key.id, roles_to_text(&key.grants)?]).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    if owners::is_lost(&key.grants, None) && !owners::any(tx, org).await? {
        return Ok(Outcome::InUse);
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

/// Makes an api key an owner of a project, unless it is one by another role. Tells whether it exists.
pub(crate) async fn own(tx: &mut Tx, id: ApiKeyId, project: ProjectId) -> Result<bool> {
    let rows = tx.fetch(&TAKE_ROLES, values![id]).await?;
    let Some(row) = rows.first() else { return Ok(false) };
    let mut fields = row.fields("api_keys");
    let org = fields.parsed()?;
    let grants = roles_from_text(org, &mut fields)?;
    if let Some(grants) = with_project(grants, project) {
        tx.execute(&SET_ROLES, values![id, roles_to_text(&grants)?]).await?;
    }
    Ok(true)
}
