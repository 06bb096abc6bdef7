//! GetKey and GetDeletedKey. A disabled key can be read. It must not know who asks.

use serde_json::Value;

use super::{Call, bundle, not_found};
use crate::azure::error::ApiError;

pub(super) fn key(call: &mut Call<'_>) -> Result<Value, ApiError> {
    call.no_body()?;
    let key = call.key()?;
    let asked = call.route.version.as_deref();
    let version = key.version(asked).ok_or_else(|| not_found(&key.name, asked))?;
    Ok(bundle::bundle(call.vault, &call.base, key, version))
}

pub(super) fn deleted_key(call: &mut Call<'_>) -> Result<Value, ApiError> {
    call.no_body()?;
    let name = call.key_name()?;
    let found = call.vault.deleted.get(&name.to_ascii_lowercase());
    let deleted = found.ok_or_else(|| not_found(name, None))?;
    let version = deleted.key.version(None).ok_or_else(|| ApiError::bug("a key has a version"))?;
    let shown = bundle::bundle(call.vault, &call.base, &deleted.key, version);
    bundle::add_deletion(shown, &call.base, deleted)
}
