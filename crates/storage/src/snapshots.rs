//! Tables `snapshots` and `snapshot_keys`: which master keys a snapshot of a cluster needs. While it is not released,
//! none of them is purged. Must not know which keys a snapshot should name.

use std::collections::{BTreeMap, BTreeSet};

use domain::event::Event;
use domain::id::{ClusterId, ProjectId, SnapshotId};
use domain::master_key::MasterKeyId;
use domain::snapshot::Snapshot;
use domain::time::Timestamp;

use crate::engine::Tx;
use crate::error::Result;
use crate::projects::count;
use crate::sql::{Row, Sql, over_items, to_json, values};
use crate::store::transact;
use crate::{Outcome, Store, events};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, project_id, cluster_id, description, taken_at, released_at FROM snapshots WHERE ", $rest)
    };
}

static HOLD_CLUSTER: Sql = Sql::each(
    "hold on to a cluster",
    "SELECT id FROM clusters WHERE project_id = $1 AND id = $2 AND deleted_at IS NULL",
    "SELECT id FROM clusters WHERE project_id = $1 AND id = $2 AND deleted_at IS NULL FOR SHARE",
);
// Whoever purges one of these locks its row first and looks for snapshots after that.
static HOLD_KEYS: Sql = Sql::each(
    "hold on to master keys",
    "SELECT id FROM master_keys
     WHERE id IN (SELECT item.value ->> 'id' FROM json_each($1) AS item)
       AND project_id = $2 AND cluster_id = $3 AND purged_at IS NULL ORDER BY id",
    "SELECT id FROM master_keys
     WHERE id IN (SELECT item.value ->> 'id' FROM json_array_elements(CAST($1 AS json)) AS item(value))
       AND project_id = $2 AND cluster_id = $3 AND purged_at IS NULL ORDER BY id FOR SHARE",
);
static INSERT: Sql = Sql::same(
    "register a snapshot",
    "INSERT INTO snapshots (id, project_id, cluster_id, taken_at, description, created_at)
     VALUES ($1, $2, $3, $4, $5, $4)",
);
static INSERT_KEYS: Sql = over_items!(
    "register the master keys of a snapshot",
    "INSERT INTO snapshot_keys (snapshot_id, master_key_id) SELECT $2, item.value ->> 'id' FROM",
    ""
);
static LIST: Sql = Sql::same(
    "list snapshots",
    select!(
        "project_id = $1 AND cluster_id = $2 AND ($3 = 0 OR released_at IS NULL)
         ORDER BY taken_at DESC, id DESC LIMIT $4 OFFSET $5"
    ),
);
static COUNT: Sql = Sql::same(
    "count snapshots",
    "SELECT COUNT(*) FROM snapshots
     WHERE project_id = $1 AND cluster_id = $2 AND ($3 = 0 OR released_at IS NULL)",
);
static FIND: Sql = Sql::same("find a snapshot", select!("project_id = $1 AND id = $2"));
static KEYS: Sql = over_items!(
    "list the master keys of snapshots",
    "SELECT snapshot_id, master_key_id FROM snapshot_keys WHERE snapshot_id IN (SELECT item.value ->> 'id' FROM",
    ") ORDER BY snapshot_id, master_key_id"
);
static RELEASE: Sql = Sql::same(
    "release a snapshot",
    "UPDATE snapshots SET released_at = $3 WHERE project_id = $1 AND id = $2 AND released_at IS NULL",
);

impl Store {
    /// Registers a snapshot and records it. A conflict means that the cluster is gone, or that one of the master keys
    /// is not the cluster's or was purged.
    /// Cancel: it took place or it did not.
    pub async fn insert_snapshot(&self, snapshot: &Snapshot, told: &[Event]) -> Result<Outcome> {
        transact!(self, "register a snapshot", &[], |tx| insert(tx, snapshot, told).await)
    }

    /// Finds a snapshot of a project.
    pub async fn snapshot_of_project(&self, project: ProjectId, id: SnapshotId) -> Result<Option<Snapshot>> {
        let row = self.read_one(&FIND, values![project, id]).await?;
        let found = self.with_keys(row.as_slice()).await?;
        Ok(found.into_iter().next())
    }

    /// Lists a page of a cluster's snapshots, the latest first, and counts them: all of them, or only those that are
    /// not released.
    pub async fn snapshots_of_cluster(
        &self,
        project: ProjectId,
        cluster: ClusterId,
        offset: i64,
        limit: i64,
        kept_only: bool,
    ) -> Result<(Vec<Snapshot>, i64)> {
        let kept = i64::from(kept_only);
        let total = self.read_one(&COUNT, values![project, cluster, kept]).await?.map_or(Ok(0), |row| count(&row))?;
        let rows = self.read(&LIST, values![project, cluster, kept, limit, offset]).await?;
        Ok((self.with_keys(&rows).await?, total))
    }

    /// Lets go of the master keys of a snapshot, and records it. A conflict means there is none, or it was released.
    /// Cancel: it took place or it did not.
    pub async fn release_snapshot(
        &self,
        project: ProjectId,
        id: SnapshotId,
        at: Timestamp,
        told: &[Event],
    ) -> Result<Outcome> {
        transact!(self, "release a snapshot", &[], |tx| release(tx, project, id, at, told).await)
    }

    async fn with_keys(&self, rows: &[Row]) -> Result<Vec<Snapshot>> {
        let mut snapshots: Vec<Snapshot> = rows.iter().map(from_row).collect::<Result<_>>()?;
        if snapshots.is_empty() {
            return Ok(snapshots);
        }
        let mut keys: BTreeMap<SnapshotId, Vec<MasterKeyId>> = BTreeMap::new();
        let ids = to_json(&ids(snapshots.iter().map(|snapshot| snapshot.id)))?;
        for row in self.read(&KEYS, values![ids]).await? {
            let mut fields = row.fields("snapshot_keys");
            keys.entry(fields.parsed()?).or_default().push(fields.parsed()?);
        }
        for snapshot in &mut snapshots {
            snapshot.master_keys = keys.remove(&snapshot.id).unwrap_or_default();
        }
        Ok(snapshots)
    }
}

async fn insert(tx: &mut Tx, snapshot: &Snapshot, told: &[Event]) -> Result<Outcome> {
    let Snapshot { id, project, cluster, description, taken_at, released_at: _, master_keys } = snapshot;
    if tx.fetch(&HOLD_CLUSTER, values![*project, *cluster]).await?.is_empty() {
        return Ok(Outcome::Conflict);
    }
    let named: BTreeSet<MasterKeyId> = master_keys.iter().copied().collect();
    let keys = to_json(&ids(named.iter()))?;
    if tx.fetch(&HOLD_KEYS, values![&keys, *project, *cluster]).await?.len() != named.len() {
        return Ok(Outcome::Conflict);
    }
    tx.execute(&INSERT, values![*id, *project, *cluster, *taken_at, description.as_deref()]).await?;
    tx.execute(&INSERT_KEYS, values![&keys, *id]).await?;
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn release(tx: &mut Tx, project: ProjectId, id: SnapshotId, at: Timestamp, told: &[Event]) -> Result<Outcome> {
    let outcome = Outcome::of_rows(tx.execute(&RELEASE, values![project, id, at]).await?);
    if outcome == Outcome::Saved {
        events::insert(tx, told).await?;
    }
    Ok(outcome)
}

fn ids(ids: impl Iterator<Item = impl std::fmt::Display>) -> Vec<serde_json::Value> {
    ids.map(|id| serde_json::json!({ "id": id.to_string() })).collect()
}

fn from_row(row: &Row) -> Result<Snapshot> {
    let mut fields = row.fields("snapshots");
    Ok(Snapshot {
        id: fields.parsed()?,
        project: fields.parsed()?,
        cluster: fields.parsed()?,
        description: fields.text_if_any()?,
        taken_at: fields.time()?,
        released_at: fields.time_if_any()?,
        master_keys: Vec::new(),
    })
}
