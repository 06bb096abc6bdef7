//! UpdateKey, and reading attributes, which creating needs too. It must not know who asks.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::key::{Attributes, KeyOp, Version};
use super::{Call, bundle, not_found};
use crate::azure::error::ApiError;
use crate::azure::request::vault_json;

/// Tags that a key may have. Source: Key Vault's page on keys.
const TAG_LIMIT: usize = 15;
/// Characters of a tag's name or value.
const TAG_LENGTH: usize = 256;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    key_ops: Option<Vec<KeyOp>>,
    attributes: Option<AttributeFields>,
    tags: Option<BTreeMap<String, String>>,
}

/// What is absent or null stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttributeFields {
    enabled: Option<bool>,
    nbf: Option<i64>,
    exp: Option<i64>,
    exportable: Option<bool>,
}

impl AttributeFields {
    pub(super) fn apply(self, to: &mut Attributes) -> Result<(), ApiError> {
        if self.exportable == Some(true) {
            return Err(ApiError::bad_parameter("Exportable keys are not modelled by this simulator."));
        }
        let next = Attributes {
            enabled: self.enabled.unwrap_or(to.enabled),
            not_before: self.nbf.or(to.not_before),
            expires: self.exp.or(to.expires),
        };
        let backwards = matches!((next.not_before, next.expires), (Some(from), Some(until)) if until <= from);
        if backwards || [next.not_before, next.expires].into_iter().flatten().any(i64::is_negative) {
            return Err(ApiError::bad_parameter("Invalid attributes: exp must be later than nbf, and both a date."));
        }
        *to = next;
        Ok(())
    }
}

pub(super) fn run(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let fields: Fields = vault_json(call.request)?;
    let (now, asked) = (call.now, call.route.version.clone());
    let key = call.key_mut()?;
    let name = key.name.clone();
    let version = key.version_mut(asked.as_deref()).ok_or_else(|| not_found(&name, asked.as_deref()))?;
    let mut attributes = version.attributes;
    if let Some(fields) = fields.attributes {
        fields.apply(&mut attributes)?;
    }
    if let Some(ops) = fields.key_ops {
        set_ops(version, ops)?;
    }
    if let Some(tags) = fields.tags {
        version.tags = checked_tags(tags)?;
    }
    version.attributes = attributes;
    version.updated = now;
    let key = call.key()?;
    let version = key.version(asked.as_deref()).ok_or_else(|| not_found(&name, asked.as_deref()))?;
    Ok(bundle::bundle(call.vault, &call.base, key, version))
}

/// Errors: `BadParameter` for what such a key can never do.
pub(super) fn set_ops(version: &mut Version, ops: Vec<KeyOp>) -> Result<(), ApiError> {
    let possible = KeyOp::all(version.material.kind.encrypts());
    if ops.iter().any(|op| !possible.contains(op)) {
        return Err(ApiError::bad_parameter("Invalid key_ops for this type of key."));
    }
    let mut kept: Vec<KeyOp> = Vec::new();
    for op in ops {
        if !kept.contains(&op) {
            kept.push(op);
        }
    }
    version.key_ops = kept;
    Ok(())
}

/// Errors: `BadParameter` for too many tags, or too long ones.
pub(super) fn checked_tags(tags: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, ApiError> {
    let too_long = |text: &String| text.chars().count() > TAG_LENGTH;
    if tags.len() > TAG_LIMIT || tags.iter().any(|(name, value)| too_long(name) || too_long(value)) {
        return Err(ApiError::bad_parameter("A key has 15 tags at most, of 256 characters each."));
    }
    Ok(tags)
}
