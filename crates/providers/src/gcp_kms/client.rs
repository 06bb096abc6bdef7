//! The four calls of Cloud KMS that are used, each with a tenant's token, and what makes their answers
//! good: the version that was asked for, and checksums both ways.
//! Must not know what an answer counts for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::customer_key::gcp_kms::KeyVersionName;
use domain::secret::SecretBytes;
use domain::validity::Failure;
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use super::binding::crc32c;
use super::classify::{Operation, Refusal};
use super::key_state::{Key, Version};
use super::token::AccessToken;
use super::wire::{Hidden, Wire};
use crate::refused::Refused;

/// An integer of 64 bits, which is a text in JSON.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Number {
    Text(String),
    Number(u64),
}

impl Number {
    fn is(&self, sum: u32) -> bool {
        match self {
            Self::Text(text) => text.parse() == Ok(sum),
            Self::Number(number) => *number == u64::from(sum),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Encrypt<'a> {
    plaintext: &'a str,
    plaintext_crc32c: String,
    additional_authenticated_data: String,
    additional_authenticated_data_crc32c: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Encrypted {
    name: Option<String>,
    ciphertext: Option<String>,
    ciphertext_crc32c: Option<Number>,
    #[serde(default)]
    verified_plaintext_crc32c: bool,
    #[serde(default)]
    verified_additional_authenticated_data_crc32c: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Decrypted {
    plaintext: Option<Hidden>,
    plaintext_crc32c: Option<Number>,
}

#[derive(Deserialize)]
struct Permitted {
    #[serde(default)]
    permissions: Vec<String>,
}

/// Looks at a version.
pub(super) async fn look_at_version(
    wire: &Wire,
    token: &AccessToken,
    version: &KeyVersionName,
) -> Result<Version, Refused> {
    let found: Version = wire.kms((Operation::LookAtVersion, token), version.as_str(), None, &[]).await?;
    match is_named(found.name.as_deref(), version.as_str()) {
        true => Ok(found),
        false => Err(Refused::unexpected("a look at a version was answered with another, or with none")),
    }
}

/// Looks at the key of a version.
pub(super) async fn look_at_key(wire: &Wire, token: &AccessToken, version: &KeyVersionName) -> Result<Key, Refused> {
    let found: Key = wire.kms((Operation::LookAtKey, token), version.key(), None, &[]).await?;
    match is_named(found.name.as_deref(), version.key()) {
        true => Ok(found),
        false => Err(Refused::unexpected("a look at a key was answered with another, or with none")),
    }
}

/// Asks which of some permissions we have on the key of a version.
pub(super) async fn permitted(
    wire: &Wire,
    token: &AccessToken,
    version: &KeyVersionName,
    wanted: &[&str],
) -> Result<Vec<String>, Refused> {
    let act = Some(("testIamPermissions", json!({ "permissions": wanted }).to_string()));
    let found: Permitted = wire.kms((Operation::TestPermissions, token), version.key(), act, &[]).await?;
    Ok(found.permissions)
}

/// Encrypts with a version.
/// Errors: what KMS said, or that the answer is not one to rely on.
pub(super) async fn encrypt(
    wire: &Wire,
    token: &AccessToken,
    version: &KeyVersionName,
    plaintext: &SecretBytes<32>,
    bound_to: &[u8],
) -> Result<Vec<u8>, Refused> {
    let encoded = Zeroizing::new(STANDARD.encode(plaintext.expose()));
    let asked = Encrypt {
        plaintext: &encoded,
        plaintext_crc32c: crc32c(plaintext.expose()).to_string(),
        additional_authenticated_data: STANDARD.encode(bound_to),
        additional_authenticated_data_crc32c: crc32c(bound_to).to_string(),
    };
    // The client takes the body and does not wipe it, as it does not wipe what comes back.
    let asked = serde_json::to_string(&asked).map_err(|_| Refused::unexpected("a request cannot be written"))?;
    let act = Some(("encrypt", asked));
    let answer: Result<Encrypted, Refusal> =
        wire.kms((Operation::Encrypt, token), version.as_str(), act, &[&encoded]).await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(refusal) => return Err(examine(wire, token, version, refusal).await),
    };
    if !is_named(answer.name.as_deref(), version.as_str()) {
        return Err(Refused::unexpected("Encrypt was answered by another version, or by none"));
    }
    if !answer.verified_plaintext_crc32c || !answer.verified_additional_authenticated_data_crc32c {
        return Err(Refused::unexpected("Encrypt did not verify the checksums of what it was given"));
    }
    let ciphertext = answer.ciphertext.and_then(|text| STANDARD.decode(text).ok()).filter(|bytes| !bytes.is_empty());
    let ciphertext = ciphertext.ok_or_else(|| Refused::unexpected("Encrypt answered without a ciphertext"))?;
    match answer.ciphertext_crc32c {
        Some(sum) if sum.is(crc32c(&ciphertext)) => Ok(ciphertext),
        _ => Err(Refused::unexpected("the checksum of what Encrypt returned is missing or wrong")),
    }
}

/// Decrypts with the key of a version, which encrypted it.
/// Errors: what KMS said, or that the answer is not one to rely on.
pub(super) async fn decrypt(
    wire: &Wire,
    token: &AccessToken,
    version: &KeyVersionName,
    ciphertext: &[u8],
    bound_to: &[u8],
) -> Result<SecretBytes<32>, Refused> {
    let asked = json!({
        "ciphertext": STANDARD.encode(ciphertext),
        "ciphertextCrc32c": crc32c(ciphertext).to_string(),
        "additionalAuthenticatedData": STANDARD.encode(bound_to),
        "additionalAuthenticatedDataCrc32c": crc32c(bound_to).to_string(),
    });
    let act = Some(("decrypt", asked.to_string()));
    let answer: Result<Decrypted, Refusal> = wire.kms((Operation::Decrypt, token), version.key(), act, &[]).await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(refusal) => return Err(examine(wire, token, version, refusal).await),
    };
    let encoded = answer.plaintext.map(|Hidden(text)| text);
    let plaintext = SecretBytes::fill(|place| {
        // A slice of 32 is too short for base64's own estimate; decode beside it and wipe.
        let mut decoded = Zeroizing::new([0; 48]);
        let encoded = encoded.as_ref().map(|text| text.expose()).unwrap_or_default();
        let length = STANDARD.decode_slice(encoded, decoded.as_mut_slice()).map_err(drop)?;
        let whole = decoded.get(..length).filter(|bytes| bytes.len() == place.len()).ok_or(())?;
        place.copy_from_slice(whole);
        Ok::<_, ()>(())
    });
    let plaintext = plaintext.map_err(|()| Refused::unexpected("Decrypt answered without 32 bytes of plaintext"))?;
    match answer.plaintext_crc32c {
        Some(sum) if sum.is(crc32c(plaintext.expose())) => Ok(plaintext),
        _ => Err(Refused::unexpected("the checksum of what Decrypt returned is missing or wrong")),
    }
}

/// Looks at the version, and at its key, where Google says that one of them is in no state for it: the
/// looks name the state, and the refusal's own words decide only where we may not look.
async fn examine(wire: &Wire, token: &AccessToken, version: &KeyVersionName, refusal: Refusal) -> Refused {
    let Refusal { refused, is_about_state } = refusal;
    if !is_about_state {
        return refused;
    }
    let (reason, answered_at) = (refused.failure.reason, refused.answered_at);
    // Google's code and request id belong to the refusal, the words to what was found.
    let found = |failure: Failure| {
        let failure = Failure {
            provider_code: refused.failure.provider_code.clone(),
            provider_request_id: refused.failure.provider_request_id.clone(),
            ..failure
        };
        Refused { failure, answered_at }
    };
    match look_at_version(wire, token, version).await.map(|version| version.usable()) {
        Ok(Err(failure)) => return found(failure),
        Ok(Ok(())) => {}
        Err(_) => return refused,
    }
    match look_at_key(wire, token, version).await.map(|key| key.usable()) {
        Ok(Err(failure)) => found(failure),
        // Enabled and of the right kind: whatever was meant is over, or passes.
        Ok(Ok(())) if reason.is_definite() => {
            found(Refused::unexpected("a version was refused for its state, and is enabled by now").failure)
        }
        Ok(Ok(())) | Err(_) => refused,
    }
}

/// Tells whether an answer is about what was asked for. A project may be asked for by its number, and is
/// told by its id.
fn is_named(answered: Option<&str>, asked: &str) -> bool {
    let Some(answered) = answered else { return false };
    fn parts(name: &str) -> Option<(&str, &str)> {
        name.strip_prefix("projects/")?.split_once('/')
    }
    let by_number = |project: &str| project.chars().all(|c| c.is_ascii_digit());
    match (parts(asked), parts(answered)) {
        _ if answered == asked => true,
        (Some((project, asked)), Some((_, answered))) => by_number(project) && asked == answered,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_about_what_was_asked_for() {
        let check = |answered: Option<&str>, asked: &str, expected: bool| {
            assert_eq!(is_named(answered, asked), expected, "{answered:?} {asked}");
        };
        check(Some("projects/p/x"), "projects/p/x", true);
        check(Some("projects/p/x"), "projects/p/y", false);
        check(Some("projects/q/x"), "projects/p/x", false);
        check(Some("projects/p/x"), "projects/123/x", true);
        check(Some("projects/p/y"), "projects/123/x", false);
        check(Some("projects/123/x"), "projects/p/x", false);
        check(Some("x"), "projects/123/x", false);
        check(None, "projects/p/x", false);
        check(Some(""), "projects/p/x", false);
    }
}
