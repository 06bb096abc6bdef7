//! Wiping the bytes of master keys whose time is over. The row stays, and with it all that was said about the key. Must
//! not know how long that time is.

use domain::event::Event;
use domain::master_key::MasterKeyId;
use domain::time::Timestamp;

use super::names;
use super::row::MasterKeyRow;
use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::Result;
use crate::sql::{Sql, values};
use crate::store::transact;
use crate::{Outcome, Store, encryption_at_rest, events};

// Two searches by index rather than one through all keys.
pub(super) static TO_PURGE: Sql = Sql::same(
    "list master keys to purge",
    "SELECT m.id FROM master_keys AS m
     WHERE m.purge_at IS NOT NULL AND m.purge_at <= $1 AND m.purged_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM snapshot_keys AS k JOIN snapshots AS s ON s.id = k.snapshot_id
                       WHERE k.master_key_id = m.id AND s.released_at IS NULL)
     UNION
     SELECT m.id FROM master_keys AS m
     WHERE m.cluster_id IN (SELECT c.id FROM clusters AS c WHERE c.deleted_at < $2) AND m.purged_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM snapshot_keys AS k JOIN snapshots AS s ON s.id = k.snapshot_id
                       WHERE k.master_key_id = m.id AND s.released_at IS NULL)
     LIMIT $3",
);
static GONE: Sql = Sql::each(
    "look whether a cluster was deleted",
    "SELECT id FROM clusters WHERE id = $1 AND deleted_at IS NOT NULL",
    "SELECT id FROM clusters WHERE id = $1 AND deleted_at IS NOT NULL FOR SHARE",
);
static KEPT: Sql = Sql::same(
    "look for a snapshot that needs a master key",
    "SELECT s.id FROM snapshot_keys AS k JOIN snapshots AS s ON s.id = k.snapshot_id
     WHERE k.master_key_id = $1 AND s.released_at IS NULL LIMIT 1",
);

impl Store {
    /// Lists master keys that can be purged: their time has come, or their cluster was deleted before `deleted_before`,
    /// and no snapshot needs them.
    pub async fn master_keys_to_purge(
        &self,
        now: Timestamp,
        deleted_before: Timestamp,
        limit: i64,
    ) -> Result<Vec<MasterKeyId>> {
        let rows = self.read(&TO_PURGE, values![now, deleted_before, limit]).await?;
        rows.iter().map(|row| row.fields("master_keys").parsed()).collect()
    }

    /// Wipes the bytes of a master key of this revision, in the database and its log, and records that. Its names are
    /// free. A conflict means that it changed meanwhile, that its time has not come while its cluster is there, or
    /// that it was purged already; "in use" that a snapshot needs it.
    /// Cancel: it took place or it did not.
    pub async fn purge_master_key(
        &self,
        id: MasterKeyId,
        expected_revision: i64,
        at: Timestamp,
        told: &[Event],
    ) -> Result<Outcome> {
        let (act, touched) = ("purge a master key", [Touched::MasterKey(id)]);
        let outcome = transact!(self, act, &touched, |tx| self.purge(tx, id, expected_revision, at, told).await)?;
        if outcome == Outcome::Saved {
            encryption_at_rest::forget_destroyed(self).await;
        }
        Ok(outcome)
    }

    async fn purge(
        &self,
        tx: &mut Tx,
        id: MasterKeyId,
        expected_revision: i64,
        at: Timestamp,
        told: &[Event],
    ) -> Result<Outcome> {
        let Some(mut row) = MasterKeyRow::take(tx, self.sealer(), id).await? else { return Ok(Outcome::Conflict) };
        if row.revision != expected_revision || row.purged_at.is_some() {
            return Ok(Outcome::Conflict);
        }
        let is_time = row.purge_at.is_some_and(|due| due <= at.as_millis());
        if !is_time && tx.fetch(&GONE, values![&row.cluster]).await?.is_empty() {
            return Ok(Outcome::Conflict);
        }
        // A statement of its own after the lock on the key, which a new snapshot's row waits for or has had.
        if !tx.fetch(&KEPT, values![id]).await?.is_empty() {
            return Ok(Outcome::InUse);
        }
        let before = row.clone().open()?;
        names::give_free(tx, &row, &names::living(&before.key, true)).await?;
        (row.wrapped_data_key, row.sealed, row.purged_at) = (None, None, Some(at.as_millis()));
        row.revision = row.revision.saturating_add(1);
        row.update(tx, self.sealer()).await?;
        events::insert(tx, told).await?;
        Ok(Outcome::Saved)
    }
}
