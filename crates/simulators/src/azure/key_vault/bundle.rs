//! How a key is shown: bundles, items of lists, and what a deleted one adds. It must not know who looks.

use serde_json::{Map, Value, json};

use super::key::{DeletedKey, Key, Version};
use crate::azure::error::ApiError;
use crate::azure::vault::{RETENTION_DAYS, Vault};

/// The identifier of a key, or of one of its versions.
pub(crate) fn kid(base: &str, key: &str, version: Option<&str>) -> String {
    match version {
        Some(version) => format!("{base}/keys/{key}/{version}"),
        None => format!("{base}/keys/{key}"),
    }
}

/// A version with its public key.
pub(super) fn bundle(vault: &Vault, base: &str, key: &Key, version: &Version) -> Value {
    let mut jwk = Map::new();
    jwk.insert("kid".to_owned(), json!(kid(base, &key.name, Some(&version.id))));
    jwk.insert("kty".to_owned(), json!(version.material.kind.kty()));
    jwk.insert("key_ops".to_owned(), json!(version.key_ops));
    for (name, value) in &version.material.public {
        jwk.insert(name.clone(), json!(value));
    }
    let mut bundle = json!({ "key": jwk, "attributes": attributes(vault, version) });
    add_tags(&mut bundle, version);
    bundle
}

/// A version as lists show it; without `version` it stands for the whole key.
pub(super) fn item(vault: &Vault, kid: String, version: &Version) -> Value {
    let mut item = json!({ "kid": kid, "attributes": attributes(vault, version) });
    add_tags(&mut item, version);
    item
}

/// Adds what is known of a deletion.
pub(super) fn add_deletion(mut shown: Value, base: &str, deleted: &DeletedKey) -> Result<Value, ApiError> {
    let fields = shown.as_object_mut().ok_or_else(|| ApiError::bug("a bundle is an object"))?;
    fields.insert("recoveryId".to_owned(), json!(format!("{base}/deletedkeys/{}", deleted.key.name)));
    fields.insert("deletedDate".to_owned(), json!(deleted.deleted));
    fields.insert("scheduledPurgeDate".to_owned(), json!(deleted.purge_at));
    Ok(shown)
}

fn attributes(vault: &Vault, version: &Version) -> Value {
    let level = if vault.retention_days == RETENTION_DAYS {
        "Recoverable+Purgeable"
    } else {
        "CustomizedRecoverable+Purgeable"
    };
    let mut shown = json!({
        "enabled": version.attributes.enabled,
        "created": version.created,
        "updated": version.updated,
        "recoveryLevel": level,
        "recoverableDays": vault.retention_days,
        "exportable": false,
    });
    if let Some(fields) = shown.as_object_mut() {
        if let Some(from) = version.attributes.not_before {
            fields.insert("nbf".to_owned(), json!(from));
        }
        if let Some(expires) = version.attributes.expires {
            fields.insert("exp".to_owned(), json!(expires));
        }
    }
    shown
}

fn add_tags(shown: &mut Value, version: &Version) {
    if let Some(fields) = shown.as_object_mut().filter(|_| !version.tags.is_empty()) {
        fields.insert("tags".to_owned(), json!(version.tags));
    }
}
