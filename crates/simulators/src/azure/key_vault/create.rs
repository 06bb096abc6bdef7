//! CreateKey, which makes the next version of a key that is there, and RotateKey.
//! It must not know who asks, nor how long making a key takes.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::key::{Key, KeyOp, Version};
use super::material::{Curve, KeyKind, RsaBits};
use super::update::{AttributeFields, checked_tags, set_ops};
use super::{Call, Operation, Route, bundle, check_name};
use crate::azure::error::ApiError;
use crate::azure::request::vault_json;
use crate::azure::vault::Vault;
use crate::door::Incoming;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    kty: Option<String>,
    key_size: Option<u32>,
    crv: Option<String>,
    key_ops: Option<Vec<KeyOp>>,
    attributes: Option<AttributeFields>,
    tags: Option<BTreeMap<String, String>>,
}

impl Fields {
    fn kind(&self) -> Result<KeyKind, ApiError> {
        let kty = self.kty.as_deref().ok_or_else(|| ApiError::bad_parameter("Property kty is missing."))?;
        match kty {
            "RSA" | "RSA-HSM" => {
                if self.crv.is_some() {
                    return Err(ApiError::bad_parameter("Property crv does not fit kty RSA."));
                }
                let bits = match self.key_size {
                    None | Some(2048) => RsaBits::B2048,
                    Some(3072) => RsaBits::B3072,
                    Some(4096) => RsaBits::B4096,
                    Some(size) => return Err(ApiError::bad_parameter(format!("Key size is not supported: {size}"))),
                };
                Ok(KeyKind::Rsa { bits, hsm: kty == "RSA-HSM" })
            }
            "EC" | "EC-HSM" => {
                if self.key_size.is_some() {
                    return Err(ApiError::bad_parameter("Property key_size does not fit kty EC."));
                }
                let curve = match self.crv.as_deref() {
                    None | Some("P-256") => Curve::P256,
                    Some("P-384") => Curve::P384,
                    Some("P-521") => Curve::P521,
                    Some(_) => return Err(ApiError::bad_parameter("This curve is not modelled by this simulator.")),
                };
                Ok(KeyKind::Ec { curve, hsm: kty == "EC-HSM" })
            }
            _ => Err(ApiError::bad_parameter("This kty is for a Managed HSM, unknown, or not modelled.")),
        }
    }
}

/// What has to be made before the call can run, so that nobody waits on the state meanwhile.
pub(crate) fn kind_to_make(vault: &Vault, route: &Route, request: &Incoming) -> Option<KeyKind> {
    if route.operation == Operation::CreateKey {
        return vault_json::<Fields>(request).ok()?.kind().ok();
    }
    if route.operation == Operation::RotateKey {
        let name = route.key.as_deref()?.to_ascii_lowercase();
        return vault.keys.get(&name)?.version(None).map(|version| version.material.kind);
    }
    None
}

pub(super) fn create(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let fields: Fields = vault_json(call.request)?;
    let name = call.key_name()?.to_owned();
    check_name(&name)?;
    let kind = fields.kind()?;
    free(call.vault, &name)?;
    let material = call.material.take().filter(|made| made.kind == kind);
    let mut version = Version::new(material.ok_or_else(|| ApiError::bug("the material was made"))?, call.now);
    if let Some(attributes) = fields.attributes {
        attributes.apply(&mut version.attributes)?;
    }
    if let Some(ops) = fields.key_ops {
        set_ops(&mut version, ops)?;
    }
    version.tags = checked_tags(fields.tags.unwrap_or_default())?;
    let order = name.to_ascii_lowercase();
    let key = call.vault.keys.entry(order).or_insert_with(|| Key { name, versions: Vec::new() });
    key.versions.push(version);
    newest(call)
}

pub(super) fn rotate(call: &mut Call<'_>) -> Result<Value, ApiError> {
    call.no_body()?;
    let now = call.now;
    call.key()?;
    // The key may have become another between the making and now; the client's next try will see that.
    let material = call.material.take().ok_or_else(|| ApiError::bug("the material was made"))?;
    call.key_mut()?.rotate(material, now).ok_or_else(|| ApiError::bug("a key has a version"))?;
    newest(call)
}

fn newest(call: &Call<'_>) -> Result<Value, ApiError> {
    let key = call.key()?;
    let version = key.version(None).ok_or_else(|| ApiError::bug("a key has a version"))?;
    Ok(bundle::bundle(call.vault, &call.base, key, version))
}

/// Errors: `Conflict` where a deleted key still holds the name.
fn free(vault: &Vault, name: &str) -> Result<(), ApiError> {
    if !vault.deleted.contains_key(&name.to_ascii_lowercase()) {
        return Ok(());
    }
    let message = format!(
        "Key {name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the \
         key can only be recovered or purged."
    );
    Err(ApiError { inner: Some("ObjectIsDeletedButRecoverable"), ..ApiError::new(409, "Conflict", message) })
}
