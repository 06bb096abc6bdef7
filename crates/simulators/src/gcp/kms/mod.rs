//! Cloud KMS: key rings, keys and their versions, and what its methods share.
//! It must not know HTTP or tokens.

mod checksum;
mod ciphertext;
pub(crate) mod crypto_key;
pub(crate) mod decrypt;
pub(crate) mod encrypt;
pub(crate) mod key_ring;
pub(crate) mod manage_key;
pub(crate) mod manage_version;
pub(crate) mod purpose;
pub(crate) mod version;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::error::Status;
use super::name::Name;
use super::state::State;
use crypto_key::CryptoKey;
use version::Version;

/// Finds a key, of which the name may be a version's.
/// Errors: NOT_FOUND.
fn crypto_key<'a>(state: &'a State, name: &Name) -> Result<&'a CryptoKey, Status> {
    let name = name.crypto_key().to_string();
    state.crypto_keys.get(&name).ok_or_else(|| Status::not_found(format!("CryptoKey {name} not found.")))
}

/// Errors: NOT_FOUND.
pub(crate) fn crypto_key_mut<'a>(state: &'a mut State, name: &Name) -> Result<&'a mut CryptoKey, Status> {
    let name = name.crypto_key().to_string();
    state.crypto_keys.get_mut(&name).ok_or_else(|| Status::not_found(format!("CryptoKey {name} not found.")))
}

/// Errors: NOT_FOUND.
fn version<'a>(state: &'a State, name: &Name) -> Result<&'a Version, Status> {
    let found = name.version().and_then(|number| crypto_key(state, name).ok()?.versions.get(&number));
    found.ok_or_else(|| Status::not_found(format!("CryptoKeyVersion {name} not found.")))
}

/// Errors: NOT_FOUND.
pub(crate) fn version_mut<'a>(state: &'a mut State, name: &Name) -> Result<&'a mut Version, Status> {
    let found = name.version().and_then(|number| crypto_key_mut(state, name).ok()?.versions.get_mut(&number));
    found.ok_or_else(|| Status::not_found(format!("CryptoKeyVersion {name} not found.")))
}

fn base64(bytes: &[u8]) -> Value {
    Value::String(STANDARD.encode(bytes))
}
