//! Creating a master key and changing what is said about it. Must not know which changes make sense.

use domain::Bug;
use domain::customer_key::ProviderKind;
use domain::event::Event;
use domain::master_key::MasterKey;
use domain::time::Timestamp;

use super::row::MasterKeyRow;
use super::{KEYS_PER_SCOPE_MAX, MasterKeyOutcome, StoredMasterKey, body_text, names};
use crate::cache::Touched;
use crate::engine::Tx;
use crate::error::Result;
use crate::projects::count;
use crate::sql::{Sql, values};
use crate::store::transact;
use crate::{Store, customer_keys, encryption_at_rest, events, projects};

static HOLD_CLUSTER: Sql = Sql::each(
    "hold on to a cluster that uses a customer key",
    "SELECT id FROM clusters WHERE project_id = $1 AND id = $2 AND name = $3 AND encryption_provider = $4
       AND deleted_at IS NULL",
    "SELECT id FROM clusters WHERE project_id = $1 AND id = $2 AND name = $3 AND encryption_provider = $4
       AND deleted_at IS NULL FOR SHARE",
);
static HOLD_NODE: Sql = Sql::each(
    "hold on to a node",
    "SELECT id FROM nodes WHERE cluster_id = $1 AND id = $2 AND role = $3 AND revoked_at IS NULL",
    "SELECT id FROM nodes WHERE cluster_id = $1 AND id = $2 AND role = $3 AND revoked_at IS NULL FOR SHARE",
);
pub(super) static COUNT: Sql = Sql::same(
    "count the master keys of a scope",
    "SELECT COUNT(*) FROM master_keys WHERE scope = $1 AND purged_at IS NULL",
);
static TAKE_BACK: Sql = Sql::same("take back a master key", "DELETE FROM master_keys WHERE id = $1");

impl Store {
    /// Adds a master key and takes its names, and records that. Its cluster must still use that provider and its
    /// node be there, and it must be wrapped by the customer key that is in use.
    /// Cancel: it took place or it did not.
    pub async fn insert_master_key(&self, stored: &StoredMasterKey, told: &[Event]) -> Result<MasterKeyOutcome> {
        if stored.key.revision != 1 || stored.key.life.state.is_destroyed() || stored.purge_at.is_some() {
            return Err(Bug("a new master key has just begun").into());
        }
        let (act, touched) = ("insert a master key", [Touched::MasterKey(stored.key.id)]);
        transact!(self, act, &touched, |tx| self.insert(tx, stored, told).await)
    }

    /// Saves what is said about a master key that is still at the revision of `changed`, with its names, and records
    /// that. Its wrapped bytes, owner and place stay as they are, whatever `changed` says. `purge_at` goes with
    /// destruction: a destroyed key has such a time, another has none.
    /// Cancel: it took place or it did not.
    pub async fn update_master_key(
        &self,
        changed: &MasterKey,
        purge_at: Option<Timestamp>,
        told: &[Event],
    ) -> Result<MasterKeyOutcome> {
        if changed.life.state.is_destroyed() != purge_at.is_some() {
            return Err(Bug("a master key that is destroyed, and no other, is to be purged some time").into());
        }
        let (act, touched) = ("save a master key", [Touched::MasterKey(changed.id)]);
        transact!(self, act, &touched, |tx| self.update(tx, changed, purge_at, told).await)
    }

    async fn insert(&self, tx: &mut Tx, stored: &StoredMasterKey, told: &[Event]) -> Result<MasterKeyOutcome> {
        let row = MasterKeyRow::of_new(stored)?;
        if !hold_on(tx, stored).await? {
            return Ok(MasterKeyOutcome::Conflict);
        }
        if tx.fetch(&COUNT, values![&row.scope]).await?.first().map_or(Ok(0), count)? >= KEYS_PER_SCOPE_MAX {
            return Ok(MasterKeyOutcome::TooMany);
        }
        if !row.insert(tx, self.sealer()).await? {
            return Ok(MasterKeyOutcome::Conflict);
        }
        if !names::take(tx, &row, &names::living(&stored.key, true)).await? {
            // Nothing of this transaction may stay.
            tx.execute(&TAKE_BACK, values![&row.id]).await?;
            return Ok(MasterKeyOutcome::NameTaken);
        }
        events::insert(tx, told).await?;
        Ok(MasterKeyOutcome::Saved)
    }

    async fn update(
        &self,
        tx: &mut Tx,
        changed: &MasterKey,
        purge_at: Option<Timestamp>,
        told: &[Event],
    ) -> Result<MasterKeyOutcome> {
        let Some(mut row) = MasterKeyRow::take(tx, self.sealer(), changed.id).await? else {
            return Ok(MasterKeyOutcome::Conflict);
        };
        let before = row.clone().open()?;
        let has_bytes = before.wrapped.is_some();
        let comes_back = before.key.life.state.is_destroyed() && !changed.life.state.is_destroyed();
        if before.key.revision != changed.revision || (comes_back && !has_bytes) {
            return Ok(MasterKeyOutcome::Conflict);
        }
        let (had, has) = (names::living(&before.key, has_bytes), names::living(changed, has_bytes));
        // The first that writes, and it takes back what it wrote.
        if !names::take(tx, &row, &has.difference(&had).copied().collect()).await? {
            return Ok(MasterKeyOutcome::NameTaken);
        }
        names::give_free(tx, &row, &had.difference(&has).copied().collect()).await?;
        row.body = body_text::write(changed)?;
        row.revision = row.revision.saturating_add(1);
        row.purge_at = purge_at.map(Timestamp::as_millis);
        row.update(tx, self.sealer()).await?;
        events::insert(tx, told).await?;
        Ok(MasterKeyOutcome::Saved)
    }
}

/// Keeps everything that a new key rests on as it is until the transaction ends. Tells whether it is as it was.
async fn hold_on(tx: &mut Tx, stored: &StoredMasterKey) -> Result<bool> {
    let MasterKey { project, cluster, owner, .. } = &stored.key;
    let Some(wrapped) = &stored.wrapped else { return Ok(false) };
    if !projects::hold(tx, *project).await? {
        return Ok(false);
    }
    encryption_at_rest::hold(tx, *project).await?;
    // A statement of its own after the lock, so that it sees what the lock waited for.
    if customer_keys::number(tx, *project, wrapped.provider).await? != Some(wrapped.customer_key) {
        return Ok(false);
    }
    let provider = ProviderKind::name(wrapped.provider);
    let of_cluster = values![*project, *cluster, &wrapped.cluster_name, provider];
    if tx.fetch(&HOLD_CLUSTER, of_cluster).await?.is_empty() {
        return Ok(false);
    }
    Ok(!tx.fetch(&HOLD_NODE, values![*cluster, owner.node, owner.role.name()]).await?.is_empty())
}
