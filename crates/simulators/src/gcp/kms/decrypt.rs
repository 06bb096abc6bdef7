//! Decrypt, on a key only: the ciphertext says which version. It must not know a ciphertext's layout.

use serde_json::{Map, Value, json};

use super::checksum::{checked, checksum};
use super::encrypt::bend;
use super::{base64, ciphertext, crypto_key};
use crate::gcp::error::Status;
use crate::gcp::{Call, Corruption};

/// Bytes: the largest ciphertext that an encryption gives, and some room.
const CIPHERTEXT_LIMIT: usize = 65 * 1024;
const DATA_LIMIT: usize = 64 * 1024;

pub(crate) fn run(call: &mut Call<'_>) -> Result<Value, Status> {
    let (bytes, _) = checked(&mut call.fields, "ciphertext", "ciphertext")?;
    let (data, _) = checked(&mut call.fields, "additionalAuthenticatedData", "additional_authenticated_data")?;
    call.nothing_left()?;
    if bytes.is_empty() || bytes.len() > CIPHERTEXT_LIMIT || data.len() > DATA_LIMIT {
        return Err(Status::invalid("The ciphertext is missing, or it or the additional data is too long."));
    }
    let name = call.name.clone();
    let key = crypto_key(call.state, &name)?;
    key.for_encryption(&name, "Decrypt")?;
    let sealed = ciphertext::read(&bytes)
        .filter(|sealed| sealed.is_of(key))
        .ok_or_else(|| Status::invalid("Decryption failed: verify that 'name' refers to the correct CryptoKey."))?;
    let version = key.versions.get(&sealed.version).ok_or_else(|| Status::bug("a version just found is there"))?;
    version.usable(&name.child("cryptoKeyVersions", &sealed.version.to_string())?.to_string())?;
    let mut plaintext =
        sealed.open(version, &data).ok_or_else(|| Status::invalid("Decryption failed: the ciphertext is invalid."))?;

    let mut sum = checksum(&plaintext);
    match Corruption::take(call.corruptions, Corruption::is_of_decrypt) {
        Some(Corruption::PlaintextCrc32c) => sum = checksum(b"another"),
        Some(Corruption::Plaintext) => bend(&mut plaintext),
        Some(
            Corruption::CiphertextCrc32c | Corruption::Ciphertext | Corruption::Unverified | Corruption::KeyVersion,
        )
        | None => {}
    }
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    // What is empty or false is not sent.
    if !plaintext.is_empty() {
        put("plaintext", base64(&plaintext));
    }
    put("plaintextCrc32c", sum);
    if key.primary == Some(sealed.version) {
        put("usedPrimary", json!(true));
    }
    put("protectionLevel", call.view().enumeration(version.protection));
    Ok(Value::Object(fields))
}
