//! Table `release_grants`: leave that an owner gave one node to read one master key of another. Must not know what such
//! leave permits.

use domain::event::Event;
use domain::id::{GrantId, NodeId, ProjectId};
use domain::master_key::MasterKeyId;
use domain::master_key::access::Grant;
use domain::release_grant::ReleaseGrant;
use domain::time::Timestamp;

use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Row, Sql, values};
use crate::store::transact;
use crate::{Outcome, Store, events, nodes};

static HOLD_KEY: Sql = Sql::each(
    "hold on to a master key",
    "SELECT m.id FROM master_keys AS m JOIN nodes AS n ON n.id = $3 AND n.project_id = m.project_id
     WHERE m.project_id = $1 AND m.id = $2 AND m.purged_at IS NULL",
    "SELECT m.id FROM master_keys AS m JOIN nodes AS n ON n.id = $3 AND n.project_id = m.project_id
     WHERE m.project_id = $1 AND m.id = $2 AND m.purged_at IS NULL FOR SHARE OF m",
);
static INSERT: Sql = Sql::same(
    "give a node leave to read a master key",
    "INSERT INTO release_grants (id, project_id, master_key_id, node_id, expires_at, created_at, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
static OF_KEY: Sql = Sql::same(
    "list the leaves to read a master key",
    "SELECT id, project_id, master_key_id, node_id, expires_at, created_at, created_by FROM release_grants
     WHERE project_id = $1 AND master_key_id = $2 AND expires_at > $3 ORDER BY created_at, id",
);
static FOR_NODE: Sql = Sql::same(
    "list a node's leaves to read a master key",
    "SELECT expires_at FROM release_grants WHERE master_key_id = $1 AND node_id = $2 AND expires_at > $3",
);
static DELETE: Sql = Sql::same(
    "take back the leave to read a master key",
    "DELETE FROM release_grants WHERE project_id = $1 AND id = $2",
);
static PURGE: Sql = Sql::same("purge leaves to read a master key", "DELETE FROM release_grants WHERE expires_at <= $1");

impl Store {
    /// Gives leave, and records it. A conflict means that the project has no such master key, or no such node.
    /// Cancel: it took place or it did not.
    pub async fn insert_release_grant(&self, grant: &ReleaseGrant, told: &[Event]) -> Result<Outcome> {
        transact!(self, "give a node leave to read a master key", &[], |tx| insert(tx, grant, told).await)
    }

    /// Lists who has leave to read a key of a project now, the oldest leave first.
    pub async fn release_grants_of_key(
        &self,
        project: ProjectId,
        key: MasterKeyId,
        now: Timestamp,
    ) -> Result<Vec<ReleaseGrant>> {
        self.read(&OF_KEY, values![project, key, now]).await?.iter().map(from_row).collect()
    }

    /// Lists a node's leaves to read a key now.
    pub async fn grants_for(&self, key: MasterKeyId, node: NodeId, now: Timestamp) -> Result<Vec<Grant>> {
        let rows = self.read(&FOR_NODE, values![key, node, now]).await?;
        let grant = |row: &Row| Ok(Grant { key, node, expires_at: row.fields("release_grants").time()? });
        rows.iter().map(grant).collect()
    }

    /// Takes leave back, and records it. A conflict means there is none.
    /// Cancel: it took place or it did not.
    pub async fn delete_release_grant(&self, project: ProjectId, id: GrantId, told: &[Event]) -> Result<Outcome> {
        transact!(self, "take back the leave to read a master key", &[], |tx| delete(tx, project, id, told).await)
    }

    /// Forgets leaves that have expired, and counts them.
    pub async fn purge_release_grants(&self, now: Timestamp) -> Result<u64> {
        self.execute(&PURGE, values![now], &[]).await
    }
}

async fn insert(tx: &mut Tx, given: &ReleaseGrant, told: &[Event]) -> Result<Outcome> {
    let ReleaseGrant { id, project, grant: Grant { key, node, expires_at }, created_at, created_by } = given;
    // A revoked node reads nothing any more; holding on to it keeps it from being revoked in between.
    if !nodes::take(tx, *node).await? || tx.fetch(&HOLD_KEY, values![*project, *key, *node]).await?.is_empty() {
        return Ok(Outcome::Conflict);
    }
    let values = values![*id, *project, *key, *node, *expires_at, *created_at, created_by];
    tx.execute(&INSERT, values).await?;
    events::insert(tx, told).await?;
    Ok(Outcome::Saved)
}

async fn delete(tx: &mut Tx, project: ProjectId, id: GrantId, told: &[Event]) -> Result<Outcome> {
    let outcome = Outcome::of_rows(tx.execute(&DELETE, values![project, id]).await?);
    if outcome == Outcome::Saved {
        events::insert(tx, told).await?;
    }
    Ok(outcome)
}

fn from_row(row: &Row) -> Result<ReleaseGrant> {
    let mut fields = row.fields("release_grants");
    let (id, project) = (fields.parsed()?, fields.parsed()?);
    let grant = Grant { key: fields.parsed()?, node: fields.parsed()?, expires_at: fields.time()? };
    Ok(ReleaseGrant { id, project, grant, created_at: fields.time()?, created_by: fields.text()? })
}
