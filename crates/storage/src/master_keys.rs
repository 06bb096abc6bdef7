//! Table `master_keys`: managed objects, with their bytes in wrapped form only. Each row carries a keyed hash over all
//! of its columns, and every read verifies it: a row that somebody else wrote is an error, never an answer.
//!
//! Must not know what a state permits, nor how anything is wrapped.

mod body_text;
mod described_text;
mod names;
mod purge;
mod rewrap;
mod row;
mod save;

use std::sync::Arc;

use domain::id::{ClusterId, NodeId, ProjectId};
use domain::master_key::access::Scope;
use domain::master_key::wrapped::WrappedKey;
use domain::master_key::{MasterKey, MasterKeyId};
use domain::time::Timestamp;

use crate::Store;
use crate::error::Result;
use crate::projects::count;
use crate::sql::{Row, Sql, Value, over_items, to_json, values};
use row::{MasterKeyRow, master_key_columns, scope_text};

pub use rewrap::CustomerKeyUse;
pub(crate) use rewrap::needs;
pub(crate) use row::{reseal_all, verify_all};

/// How many keys one node, or a cluster's clients together, can keep at most; purged ones do not count.
pub const KEYS_PER_SCOPE_MAX: i64 = 100_000;

/// A master key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMasterKey {
    /// What is said about it.
    pub key: MasterKey,
    /// Its bytes, wrapped. None once they were purged.
    pub wrapped: Option<WrappedKey>,
    /// From when on its bytes may be purged: a destroyed key has such a time, another has none.
    pub purge_at: Option<Timestamp>,
}

/// What became of a master key's creation or change.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MasterKeyOutcome {
    /// It is durable, its events too.
    Saved,
    /// Nothing was written: another living key of its scope has one of its names.
    NameTaken,
    /// Nothing was written: the key, its cluster, its node or the customer key changed meanwhile; read again.
    Conflict,
    /// Nothing was written: its scope has [`KEYS_PER_SCOPE_MAX`] keys.
    TooMany,
}

/// Which of a project's master keys to list. An absent part admits all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MasterKeyFilter {
    /// Only those of this cluster.
    pub cluster: Option<ClusterId>,
    /// Only those of this node.
    pub node: Option<NodeId>,
    /// Only those that are destroyed, or purged with their cluster; or only the others.
    pub destroyed: Option<bool>,
}

macro_rules! filtered {
    ($what:expr, $rest:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM master_keys AS m WHERE m.project_id = $1 AND ($2 = '' OR m.cluster_id = $2)
               AND ($3 = '' OR m.node_id = $3)
               AND ($4 < 0 OR $4 = CASE WHEN m.purge_at IS NULL AND m.purged_at IS NULL THEN 0 ELSE 1 END)",
            $rest
        )
    };
}

static FIND: Sql =
    Sql::same("find a master key", concat!("SELECT ", master_key_columns!(), " FROM master_keys AS m WHERE m.id = $1"));
static IN_SCOPE: Sql = Sql::same(
    "list the master keys of a scope",
    concat!(
        "SELECT ",
        master_key_columns!(),
        " FROM master_keys AS m WHERE m.scope = $1 AND m.id > $2 ORDER BY m.id LIMIT $3"
    ),
);
static NAMED: Sql = over_items!(
    "find master keys by name",
    concat!(
        "SELECT ",
        master_key_columns!(),
        " FROM master_keys AS m WHERE m.id IN (
              SELECT master_key_id FROM master_key_names
              WHERE scope = $2 AND name IN (SELECT item.value ->> 'name' FROM"
    ),
    ")) ORDER BY m.id"
);
static LIST: Sql = Sql::same(
    "list the master keys of a project",
    filtered!(master_key_columns!(), " ORDER BY m.created_at, m.id LIMIT $5 OFFSET $6"),
);
static COUNT: Sql = Sql::same("count the master keys of a project", filtered!("COUNT(*)", ""));

impl Store {
    /// Finds a master key. Remembered where we own the database; elsewhere read each time.
    /// Errors: `Sealed` if the row is not what we wrote.
    pub async fn master_key(&self, id: MasterKeyId) -> Result<Option<Arc<StoredMasterKey>>> {
        let cache = self.caches().map(|caches| &caches.master_keys);
        if let Some(known) = cache.and_then(|cache| cache.recall(&id)) {
            return Ok(Some(known));
        }
        let ticket = cache.map(|cache| cache.begin_load(&id));
        let Some(row) = self.read_one(&FIND, values![id]).await? else { return Ok(None) };
        let found = self.open_master_key(&row)?;
        if let (Some(cache), Some(ticket)) = (cache, ticket) {
            cache.remember(&id, Arc::clone(&found), ticket);
        }
        Ok(Some(found))
    }

    /// Lists the master keys of a scope, destroyed and purged ones too, by id from after `after` on.
    /// Errors: as [`Self::master_key`].
    pub async fn master_keys_in_scope(
        &self,
        scope: Scope,
        after: Option<MasterKeyId>,
        limit: i64,
    ) -> Result<Vec<Arc<StoredMasterKey>>> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        self.load_master_keys(&IN_SCOPE, values![scope_text(scope), after, limit]).await
    }

    /// Finds the living master keys of a scope that have any of these names, by id.
    /// Errors: as [`Self::master_key`].
    pub async fn master_keys_named(&self, scope: Scope, wanted: &[String]) -> Result<Vec<Arc<StoredMasterKey>>> {
        let items = names::to_items(wanted.iter().map(String::as_str));
        let found = self.load_master_keys(&NAMED, values![to_json(&items)?, scope_text(scope)]).await?;
        let fits = |stored: &Arc<StoredMasterKey>| {
            Scope::of_key(&stored.key) == scope && stored.key.names().any(|name| wanted.contains(&name.value))
        };
        if found.iter().all(fits) { Ok(found) } else { Err(names::CORRUPT) }
    }

    /// Lists a page of a project's master keys, oldest first, and counts them all.
    /// Errors: as [`Self::master_key`].
    pub async fn master_keys_of_project(
        &self,
        project: ProjectId,
        filter: MasterKeyFilter,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<Arc<StoredMasterKey>>, i64)> {
        let MasterKeyFilter { cluster, node, destroyed } = filter;
        let cluster = cluster.map_or_else(String::new, |id| id.to_string());
        let node = node.map_or_else(String::new, |id| id.to_string());
        let destroyed = destroyed.map_or(-1, i64::from);
        let total = self.read_one(&COUNT, values![project, &cluster, &node, destroyed]).await?;
        let total = total.map_or(Ok(0), |row| count(&row))?;
        let found = self.load_master_keys(&LIST, values![project, &cluster, &node, destroyed, limit, offset]).await?;
        Ok((found, total))
    }

    async fn load_master_keys(&self, sql: &Sql, values: &[Value<'_>]) -> Result<Vec<Arc<StoredMasterKey>>> {
        self.read(sql, values).await?.iter().map(|row| self.open_master_key(row)).collect()
    }

    fn open_master_key(&self, row: &Row) -> Result<Arc<StoredMasterKey>> {
        MasterKeyRow::verified(row, self.sealer())?.open().map(Arc::new)
    }
}

#[cfg(test)]
mod tests;
