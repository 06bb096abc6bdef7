//! One key of a vault: its versions, and what each state lets through. A version is a key pair with attributes;
//! they are not one state but three facts:
//!
//! ```text
//!                         encrypt, wrapKey                  decrypt, unwrapKey
//!   enabled = false       let through                       403 KeyDisabled
//!   before nbf            403 KeyNotYetValid                let through
//!   from exp on           403 KeyExpired                    let through
//!   not in key_ops        403 KeyOperationForbidden         403 KeyOperationForbidden
//! ```
//!
//! DELETE takes the whole key, with all versions, to the deleted ones; there it can be recovered until its
//! retention ends or somebody purges it.
//!
//! Sure, from reports about live vaults: a disabled key encrypts and wraps; 403 KeyDisabled with its words;
//! KeyOperationForbidden with its words. Sure, from Microsoft's pages: which operations nbf and exp bar. Not sure:
//! the codes and words KeyExpired and KeyNotYetValid, made after the ones that a vault gives for secrets.
//! It must not know who asks, nor a wire protocol.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::material::Material;
use crate::azure::error::ApiError;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    /// As it was first written; found without regard to case.
    pub(crate) name: String,
    /// Oldest first; the last one is meant where no version is named.
    pub(crate) versions: Vec<Version>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Version {
    /// 32 hex digits.
    pub(crate) id: String,
    pub(crate) material: Material,
    pub(crate) attributes: Attributes,
    pub(crate) key_ops: Vec<KeyOp>,
    pub(crate) tags: BTreeMap<String, String>,
    /// Unit: s since 1970.
    pub(crate) created: i64,
    /// Unit: s since 1970.
    pub(crate) updated: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attributes {
    pub(crate) enabled: bool,
    /// Unit: s since 1970.
    pub(crate) not_before: Option<i64>,
    /// Unit: s since 1970.
    pub(crate) expires: Option<i64>,
}

impl Default for Attributes {
    fn default() -> Self {
        Self { enabled: true, not_before: None, expires: None }
    }
}

/// What a key may be used for, as a JWK spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyOp {
    /// Encrypting.
    Encrypt,
    /// Decrypting.
    Decrypt,
    /// Wrapping a key.
    WrapKey,
    /// Unwrapping a key.
    UnwrapKey,
    /// Signing, which nobody can ask of this simulator.
    Sign,
    /// Verifying, which nobody can ask of this simulator.
    Verify,
}

/// A key that can still be recovered.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeletedKey {
    pub(crate) key: Key,
    /// Unit: s since 1970.
    pub(crate) deleted: i64,
    /// Unit: s since 1970.
    pub(crate) purge_at: i64,
}

impl KeyOp {
    /// As Key Vault's messages say it: in lower case.
    fn words(self) -> &'static str {
        match self {
            Self::Encrypt => "encrypt",
            Self::Decrypt => "decrypt",
            Self::WrapKey => "wrapkey",
            Self::UnwrapKey => "unwrapkey",
            Self::Sign => "sign",
            Self::Verify => "verify",
        }
    }

    /// Every one that a kind of key can have.
    pub(crate) fn all(encrypts: bool) -> Vec<Self> {
        if encrypts {
            vec![Self::Encrypt, Self::Decrypt, Self::Sign, Self::Verify, Self::WrapKey, Self::UnwrapKey]
        } else {
            vec![Self::Sign, Self::Verify]
        }
    }
}

impl Key {
    /// The version that is meant: the named one, or the newest.
    pub(crate) fn version(&self, id: Option<&str>) -> Option<&Version> {
        match id {
            Some(id) => self.versions.iter().find(|version| version.id.eq_ignore_ascii_case(id)),
            None => self.versions.last(),
        }
    }

    pub(crate) fn version_mut(&mut self, id: Option<&str>) -> Option<&mut Version> {
        match id {
            Some(id) => self.versions.iter_mut().find(|version| version.id.eq_ignore_ascii_case(id)),
            None => self.versions.last_mut(),
        }
    }

    /// Begins a new version as its predecessor was: its uses and tags, its length of life from now on.
    /// `None` only for a key without versions.
    pub(crate) fn rotate(&mut self, material: Material, now: i64) -> Option<()> {
        let last = self.versions.last()?;
        let mut next = Version::new(material, now);
        next.key_ops.clone_from(&last.key_ops);
        next.tags.clone_from(&last.tags);
        next.attributes.expires = last.attributes.expires.map(|expires| now + (expires - last.created).max(0));
        self.versions.push(next);
        Some(())
    }
}

impl Version {
    pub(crate) fn new(material: Material, now: i64) -> Self {
        let encrypts = material.kind.encrypts();
        Self {
            id: uuid::Uuid::new_v4().simple().to_string(),
            material,
            attributes: Attributes::default(),
            key_ops: KeyOp::all(encrypts),
            tags: BTreeMap::new(),
            created: now,
            updated: now,
        }
    }

    /// Errors: 403, as drawn above. Unit: s since 1970.
    pub(crate) fn lets_through(&self, op: KeyOp, now: i64) -> Result<(), ApiError> {
        let words = op.words();
        if !self.key_ops.contains(&op) {
            return Err(ApiError::forbidden(
                "KeyOperationForbidden",
                format!("Operation {words} is not permitted on this key."),
            ));
        }
        match op {
            KeyOp::Encrypt | KeyOp::WrapKey => {
                if self.attributes.expires.is_some_and(|expires| expires <= now) {
                    let message = format!("Operation {words} is not allowed on an expired key.");
                    return Err(ApiError::forbidden("KeyExpired", message));
                }
                if self.attributes.not_before.is_some_and(|from| from > now) {
                    let message = format!("Operation {words} is not allowed on a key that is not yet valid.");
                    return Err(ApiError::forbidden("KeyNotYetValid", message));
                }
                Ok(())
            }
            KeyOp::Decrypt | KeyOp::UnwrapKey | KeyOp::Sign | KeyOp::Verify => {
                if self.attributes.enabled {
                    return Ok(());
                }
                let message = format!("Operation {words} is not allowed on a disabled key.");
                Err(ApiError::forbidden("KeyDisabled", message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::key_vault::material::{Curve, KeyKind};

    fn version() -> Version {
        // The states do not care what the material is, and this kind is made at once.
        let material = Material::generate(KeyKind::Ec { curve: Curve::P256, hsm: false }).unwrap();
        Version { key_ops: KeyOp::all(true), ..Version::new(material, 100) }
    }

    #[test]
    fn lets_through_as_drawn() {
        let check = |name: &str, change: fn(&mut Version), expected: [&str; 4]| {
            let mut version = version();
            change(&mut version);
            let ops = [KeyOp::Encrypt, KeyOp::WrapKey, KeyOp::Decrypt, KeyOp::UnwrapKey];
            let got = ops.map(|op| match version.lets_through(op, 100) {
                Ok(()) => "ok",
                Err(error) => error.inner.unwrap(),
            });
            assert_eq!(got, expected, "{name}");
        };
        check("fresh", |_| {}, ["ok"; 4]);
        check("disabled", |key| key.attributes.enabled = false, ["ok", "ok", "KeyDisabled", "KeyDisabled"]);
        check("expired", |key| key.attributes.expires = Some(100), ["KeyExpired", "KeyExpired", "ok", "ok"]);
        check("about to expire", |key| key.attributes.expires = Some(101), ["ok"; 4]);
        let early = |key: &mut Version| key.attributes.not_before = Some(101);
        check("early", early, ["KeyNotYetValid", "KeyNotYetValid", "ok", "ok"]);
        check("just begun", |key| key.attributes.not_before = Some(100), ["ok"; 4]);
        let narrow = |key: &mut Version| key.key_ops = vec![KeyOp::WrapKey];
        check("narrow", narrow, ["KeyOperationForbidden", "ok", "KeyOperationForbidden", "KeyOperationForbidden"]);
    }

    #[test]
    fn rotates_into_a_version_of_the_same_kind() {
        let mut key = Key { name: "one".to_owned(), versions: vec![version()] };
        key.versions[0].attributes.expires = Some(150);
        key.versions[0].tags.insert("a".to_owned(), "b".to_owned());
        let old = key.versions[0].id.clone();
        let material = Material::generate(KeyKind::Ec { curve: Curve::P256, hsm: false }).unwrap();
        key.rotate(material, 1000).unwrap();
        let new = key.version(None).unwrap();
        assert_eq!((new.attributes.expires, new.tags["a"].as_str()), (Some(1050), "b"));
        assert_ne!(new.id, old);
        assert!(key.version(Some(&old.to_uppercase())).is_some());
    }
}
