//! Encrypt, on a key or on one of its versions. It must not know a ciphertext's layout.

use serde_json::{Map, Value, json};

use super::checksum::{checked, checksum};
use super::purpose::Protection;
use super::{base64, ciphertext, crypto_key};
use crate::gcp::error::Status;
use crate::gcp::{Call, Corruption};

/// Bytes that a software key takes, of plaintext and of additional data alike. Source: Cloud KMS API reference.
const SOFTWARE_LIMIT: usize = 64 * 1024;
/// Bytes that a key of an HSM takes, of both together. Source: as above.
const HSM_LIMIT: usize = 8 * 1024;

pub(crate) fn run(call: &mut Call<'_>) -> Result<Value, Status> {
    let (plaintext, plaintext_verified) = checked(&mut call.fields, "plaintext", "plaintext")?;
    let (data, data_verified) =
        checked(&mut call.fields, "additionalAuthenticatedData", "additional_authenticated_data")?;
    call.nothing_left()?;
    let name = call.name.crypto_key();
    let key = crypto_key(call.state, &name)?;
    key.for_encryption(&name, "Encrypt")?;
    let number = match call.name.version() {
        Some(number) => number,
        None => key
            .primary
            .ok_or_else(|| Status::precondition(format!("CryptoKey {name} has no primary CryptoKeyVersion.")))?,
    };
    let version_name = name.child("cryptoKeyVersions", &number.to_string())?.to_string();
    let version = key
        .versions
        .get(&number)
        .ok_or_else(|| Status::not_found(format!("CryptoKeyVersion {version_name} not found.")))?;
    version.usable(&version_name)?;
    check_size(version.protection, plaintext.len(), data.len())?;
    let mut ciphertext = ciphertext::seal(key, number, &plaintext, &data)?;

    let mut sum = checksum(&ciphertext);
    let mut answered_by = version_name;
    let mut verified = plaintext_verified;
    match Corruption::take(call.corruptions, Corruption::is_of_encrypt) {
        Some(Corruption::CiphertextCrc32c) => sum = checksum(b"another"),
        Some(Corruption::Ciphertext) => bend(&mut ciphertext),
        Some(Corruption::Unverified) => verified = false,
        Some(Corruption::KeyVersion) => {
            answered_by = name.child("cryptoKeyVersions", &number.saturating_add(1).to_string())?.to_string();
        }
        Some(Corruption::PlaintextCrc32c | Corruption::Plaintext) | None => {}
    }
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("name", json!(answered_by));
    put("ciphertext", base64(&ciphertext));
    put("ciphertextCrc32c", sum);
    // What is false is not sent.
    if verified {
        put("verifiedPlaintextCrc32c", json!(true));
    }
    if data_verified {
        put("verifiedAdditionalAuthenticatedDataCrc32c", json!(true));
    }
    put("protectionLevel", call.view().enumeration(version.protection));
    Ok(Value::Object(fields))
}

/// Flips the last bit.
pub(super) fn bend(bytes: &mut [u8]) {
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
}

fn check_size(protection: Protection, plaintext: usize, data: usize) -> Result<(), Status> {
    let (fits, limit) = match protection {
        Protection::Software => (plaintext <= SOFTWARE_LIMIT && data <= SOFTWARE_LIMIT, SOFTWARE_LIMIT),
        Protection::Hsm => (plaintext + data <= HSM_LIMIT, HSM_LIMIT),
    };
    if fits {
        return Ok(());
    }
    Err(Status::invalid(format!("The plaintext or the additional authenticated data is over {limit} bytes.")))
}
