//! Table `network_access_entries`. An entry whose time is over counts for nothing; the next change of its project's
//! list takes its row away.

use std::collections::BTreeSet;

use domain::event::Event;
use domain::id::ProjectId;
use domain::project::{AccessEntry, AccessNetwork};
use domain::time::Timestamp;

use crate::engine::Tx;
use crate::error::Result;
use crate::projects::count;
use crate::sql::{Row, Sql, values};
use crate::store::transact;
use crate::{Outcome, Store, events, projects};

static LIST: Sql = Sql::same(
    "list network access entries",
    "SELECT value, comment, delete_after, created_at FROM network_access_entries
     WHERE project_id = $1 AND (delete_after IS NULL OR delete_after > $2) ORDER BY value LIMIT $3 OFFSET $4",
);
static COUNT: Sql = Sql::same(
    "count network access entries",
    "SELECT COUNT(*) FROM network_access_entries
     WHERE project_id = $1 AND (delete_after IS NULL OR delete_after > $2)",
);
static FIND: Sql = Sql::same(
    "find a network access entry",
    "SELECT value, comment, delete_after, created_at FROM network_access_entries
     WHERE project_id = $1 AND value = $2 AND (delete_after IS NULL OR delete_after > $3)",
);
static VALUES: Sql =
    Sql::same("list the networks of access entries", "SELECT value FROM network_access_entries WHERE project_id = $1");
static SAVE: Sql = Sql::same(
    "save a network access entry",
    "INSERT INTO network_access_entries (project_id, value, comment, delete_after, created_at)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (project_id, value) DO UPDATE SET comment = excluded.comment, delete_after = excluded.delete_after",
);
static DELETE: Sql = Sql::same(
    "delete a network access entry",
    "DELETE FROM network_access_entries
     WHERE project_id = $1 AND value = $2 AND (delete_after IS NULL OR delete_after > $3)",
);
static FORGET_OVER: Sql = Sql::same(
    "forget network access entries that are over",
    "DELETE FROM network_access_entries WHERE project_id = $1 AND delete_after <= $2",
);

/// What became of entries that were to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessOutcome {
    /// They are there.
    Saved,
    /// The project is gone.
    Missing,
    /// There would be more than this many.
    TooMany(u64),
}

impl Store {
    /// Lists a page of a project's entries, and counts all.
    pub async fn access_entries(
        &self,
        project: ProjectId,
        now: Timestamp,
        offset: i64,
        limit: i64,
    ) -> Result<(Vec<AccessEntry>, i64)> {
        let rows = self.read(&LIST, values![project, now, limit, offset]).await?;
        let total = self.read_one(&COUNT, values![project, now]).await?.map_or(Ok(0), |row| count(&row))?;
        Ok((rows.iter().map(entry).collect::<Result<_>>()?, total))
    }

    /// Finds one entry of a project.
    pub async fn access_entry(
        &self,
        project: ProjectId,
        network: AccessNetwork,
        now: Timestamp,
    ) -> Result<Option<AccessEntry>> {
        self.read_one(&FIND, values![project, network.to_string(), now]).await?.as_ref().map(entry).transpose()
    }

    /// Adds entries, or changes those that are there, and records it.
    /// Cancel: all of them are there or none.
    pub async fn save_access_entries(
        &self,
        project: ProjectId,
        entries: &[AccessEntry],
        at_most: u64,
        now: Timestamp,
        told: &[Event],
    ) -> Result<AccessOutcome> {
        transact!(self, "save network access entries", &[], |tx| {
            save(tx, project, entries, at_most, now, told).await
        })
    }

    /// Deletes an entry and records it. A conflict means there is none.
    /// Cancel: it took place or it did not.
    pub async fn delete_access_entry(
        &self,
        project: ProjectId,
        network: AccessNetwork,
        now: Timestamp,
        told: &[Event],
    ) -> Result<Outcome> {
        transact!(self, "delete a network access entry", &[], |tx| delete(tx, project, network, now, told).await)
    }
}

async fn save(
    tx: &mut Tx,
    project: ProjectId,
    entries: &[AccessEntry],
    at_most: u64,
    now: Timestamp,
    told: &[Event],
) -> Result<AccessOutcome> {
    if !projects::take(tx, project).await? {
        return Ok(AccessOutcome::Missing);
    }
    tx.execute(&FORGET_OVER, values![project, now]).await?;
    let rows = tx.fetch(&VALUES, values![project]).await?;
    let mut networks: BTreeSet<String> = rows.iter().map(text).collect::<Result<_>>()?;
    networks.extend(entries.iter().map(|entry| entry.network.to_string()));
    if u64::try_from(networks.len()).unwrap_or(u64::MAX) > at_most {
        return Ok(AccessOutcome::TooMany(at_most));
    }
    for AccessEntry { network, comment, delete_after, created_at } in entries {
        let values = values![project, network.to_string(), comment.as_deref(), *delete_after, *created_at];
        tx.execute(&SAVE, values).await?;
    }
    events::insert(tx, told).await?;
    Ok(AccessOutcome::Saved)
}

async fn delete(
    tx: &mut Tx,
    project: ProjectId,
    network: AccessNetwork,
    now: Timestamp,
    told: &[Event],
) -> Result<Outcome> {
    if tx.execute(&DELETE, values![project, network.to_string(), now]).await? == 0 {
        return Ok(Outcome::Conflict);
    }
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

fn text(row: &Row) -> Result<String> {
    row.fields("network_access_entries").text()
}

fn entry(row: &Row) -> Result<AccessEntry> {
    let mut fields = row.fields("network_access_entries");
    Ok(AccessEntry {
        network: fields.parsed()?,
        comment: fields.text_if_any()?,
        delete_after: fields.time_if_any()?,
        created_at: fields.time()?,
    })
}
