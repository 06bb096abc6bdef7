//! DeleteKey, RecoverDeletedKey, PurgeDeletedKey. What takes Azure some seconds is done at once.
//! It must not know who asks.

use serde_json::Value;

use super::key::DeletedKey;
use super::{Call, bundle, not_found};
use crate::azure::error::ApiError;
use crate::azure::vault::Vault;

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

pub(super) fn delete(call: &mut Call<'_>) -> Result<Value, ApiError> {
    call.no_body()?;
    let name = call.key_name()?.to_owned();
    take_away(call.vault, &name, call.now).ok_or_else(|| not_found(&name, None))?;
    super::read::deleted_key(call)
}

pub(super) fn recover(call: &mut Call<'_>) -> Result<Value, ApiError> {
    call.no_body()?;
    let name = call.key_name()?.to_owned();
    bring_back(call.vault, &name).ok_or_else(|| not_found(&name, None))?;
    let key = call.key()?;
    let version = key.version(None).ok_or_else(|| ApiError::bug("a key has a version"))?;
    Ok(bundle::bundle(call.vault, &call.base, key, version))
}

pub(super) fn purge(call: &mut Call<'_>) -> Result<Value, ApiError> {
    call.no_body()?;
    let name = call.key_name()?.to_owned();
    let gone = call.vault.deleted.remove(&name.to_ascii_lowercase());
    gone.map(|_| Value::Null).ok_or_else(|| not_found(&name, None))
}

/// Deletes a key, so that it can be recovered; `None` where there is none. Unit: s since 1970.
pub(crate) fn take_away(vault: &mut Vault, name: &str, now: i64) -> Option<()> {
    let order = name.to_ascii_lowercase();
    let key = vault.keys.remove(&order)?;
    let purge_at = now + i64::from(vault.retention_days) * DAY;
    vault.deleted.insert(order, DeletedKey { key, deleted: now, purge_at });
    Some(())
}

/// Recovers a deleted key; `None` where there is none.
pub(crate) fn bring_back(vault: &mut Vault, name: &str) -> Option<()> {
    let order = name.to_ascii_lowercase();
    let deleted = vault.deleted.remove(&order)?;
    vault.keys.insert(order, deleted.key);
    Some(())
}
