//! Table `master_key_names`: which names are taken, scope by scope. A key has its names here while it lives; its row
//! says them for ever. Must not know what else is said about a key.

use std::collections::BTreeSet;

use domain::master_key::MasterKey;
use serde::Serialize;

use super::row::MasterKeyRow;
use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::sql::{Sql, over_items, to_json, values};

static INSERT: Sql = over_items!(
    "take names for a master key",
    "INSERT INTO master_key_names (scope, name, master_key_id) SELECT $2, item.value ->> 'name', $3 FROM",
    "WHERE true ON CONFLICT DO NOTHING"
);
static DELETE: Sql = over_items!(
    "give names of a master key free",
    "DELETE FROM master_key_names WHERE scope = $2 AND master_key_id = $3
       AND name IN (SELECT item.value ->> 'name' FROM",
    ")"
);

/// A name leads to a key that does not have it.
pub(super) const CORRUPT: StoreError = StoreError::Corrupt { table: "master_key_names", what: "name" };

/// A name in a batch.
#[derive(Serialize)]
pub(super) struct Item<'n> {
    name: &'n str,
}

/// Orders names, so that two who take the same ones wait for each other in turn.
pub(super) fn to_items<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<Item<'n>> {
    let names: BTreeSet<&str> = names.into_iter().collect();
    names.into_iter().map(|name| Item { name }).collect()
}

/// Gives the names that a key holds.
pub(super) fn living(key: &MasterKey, has_bytes: bool) -> BTreeSet<&str> {
    let lives = has_bytes && !key.life.state.is_destroyed();
    key.names().filter(|_| lives).map(|name| name.value.as_str()).collect()
}

/// Takes names for a key. Tells whether all were free; if not, none was taken.
pub(super) async fn take(tx: &mut Tx, row: &MasterKeyRow, names: &BTreeSet<&str>) -> Result<bool> {
    if names.is_empty() {
        return Ok(true);
    }
    let items = to_json(&to_items(names.iter().copied()))?;
    let taken = tx.execute(&INSERT, values![&items, &row.scope, &row.id]).await?;
    if usize::try_from(taken) == Ok(names.len()) {
        return Ok(true);
    }
    tx.execute(&DELETE, values![&items, &row.scope, &row.id]).await?;
    Ok(false)
}

/// Gives names of a key free.
pub(super) async fn give_free(tx: &mut Tx, row: &MasterKeyRow, names: &BTreeSet<&str>) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let items = to_json(&to_items(names.iter().copied()))?;
    tx.execute(&DELETE, values![&items, &row.scope, &row.id]).await.map(drop)
}
