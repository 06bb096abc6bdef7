//! What a look at a key says that rules it out before anything is encrypted: Key Vault encrypts with a
//! disabled key. Must not know how it was asked.

use std::time::Duration;

use azure_core::time::OffsetDateTime;
use azure_security_keyvault_keys::models::{Key, KeyAttributes, KeyType};
use domain::id::ProjectId;
use domain::time::Timestamp;
use domain::validity::{DefiniteReason, Failure, ForeignText, Reason};

/// What a key must be allowed to do.
const OPERATIONS: [&str; 2] = ["encrypt", "decrypt"];
/// How long a key must live to be taken up. Source: product.md 2.3.
const LEAST_LIFE: Duration = Duration::from_secs(48 * 60 * 60);
/// The tag that says whose key it is. Source: product.md 1.6.
const TAG: &str = "atrest-project";

fn refuse(reason: DefiniteReason, words: &str) -> Result<(), Failure> {
    let provider_message = Some(ForeignText::tame(words, &[]));
    Err(Failure { provider_message, ..Failure::silent(Reason::Definite(reason)) })
}

/// Tells whether a key's kind, state and times let it encrypt and decrypt.
/// Errors: why not, in words made of the provider's.
pub(super) fn usable(key: &Key, now: Timestamp) -> Result<(), Failure> {
    let material = key.key.as_ref();
    if let Some(kind) = material.and_then(|material| material.kty.as_ref())
        && !matches!(kind, KeyType::Rsa | KeyType::RsaHsm)
    {
        return refuse(DefiniteReason::KeyTypeNotSupported, &format!("kty is {kind}; RSA or RSA-HSM is needed"));
    }
    if let Some(allowed) = material.and_then(|material| material.key_ops.as_ref()) {
        let missing = OPERATIONS.into_iter().find(|wanted| !allowed.iter().any(|allowed| allowed == wanted));
        if let Some(missing) = missing {
            let words = format!("key_ops is [{}]; {missing} is needed", allowed.join(", "));
            return refuse(DefiniteReason::KeyTypeNotSupported, &words);
        }
    }
    let Some(attributes) = &key.attributes else { return Ok(()) };
    if attributes.enabled == Some(false) {
        return refuse(DefiniteReason::KeyDisabled, "enabled is false");
    }
    if let Some(from) = attributes.not_before.filter(|from| now < moment(*from)) {
        return refuse(DefiniteReason::KeyNotYetValid, &format!("nbf is {}", written(from)));
    }
    if let Some(until) = attributes.expires.filter(|until| moment(*until) <= now) {
        return refuse(DefiniteReason::KeyExpired, &format!("exp is {}", written(until)));
    }
    Ok(())
}

/// Tells whether a key lives long enough to be taken up.
pub(super) fn lives_on(key: &Key, now: Timestamp) -> Result<(), Failure> {
    match key.attributes.as_ref().and_then(|attributes| attributes.expires) {
        Some(until) if moment(until) <= now + LEAST_LIFE => {
            refuse(DefiniteReason::KeyExpiring, &format!("exp is {}, within 48 hours", written(until)))
        }
        _ => Ok(()),
    }
}

/// Tells whether a key says that it is for a project.
pub(super) fn is_for(key: &Key, project: ProjectId) -> Result<(), Failure> {
    let project = project.to_string();
    let tag = key.tags.as_ref().and_then(|tags| tags.get(TAG));
    if tag.is_some_and(|tag| *tag == project) {
        return Ok(());
    }
    // What another project's id is, is not this one's business.
    let found = if tag.is_some() { "has another value" } else { "is missing" };
    refuse(DefiniteReason::KeyNotTagged, &format!("the key's tag {TAG} {found}; {TAG}={project} is needed"))
}

/// Gives when a key is over, if it ever is.
pub(super) fn expires_at(key: &Key) -> Option<Timestamp> {
    key.attributes.as_ref().and_then(|attributes: &KeyAttributes| attributes.expires).map(moment)
}

fn moment(time: OffsetDateTime) -> Timestamp {
    Timestamp::from_millis(time.unix_timestamp().saturating_mul(1000))
}

fn written(time: OffsetDateTime) -> String {
    azure_core::time::to_rfc3339(&time)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_767_225_600_000);

    fn key(edit: impl FnOnce(&mut Value)) -> Key {
        let mut key = json!({
            "key": {"kid": "https://v.vault.azure.net/keys/k/1", "kty": "RSA", "key_ops": ["encrypt", "decrypt", "wrapKey"]},
            "attributes": {"enabled": true},
            "tags": {"atrest-project": ProjectId::from_random([1; 12]).to_string()},
        });
        edit(&mut key);
        serde_json::from_value(key).unwrap()
    }

    fn told(found: Result<(), Failure>) -> Option<(&'static str, String)> {
        let words = |failure: &Failure| failure.provider_message.as_ref().unwrap().as_str().to_owned();
        found.err().map(|failure| (failure.reason.code(), words(&failure)))
    }

    fn check(edit: impl FnOnce(&mut Value), expected: Option<(&'static str, &str)>) {
        assert_eq!(told(usable(&key(edit), NOW)), expected.map(|(code, words)| (code, words.to_owned())));
    }

    #[test]
    fn a_key_of_the_right_kind_that_is_enabled_is_usable() {
        check(|_| (), None);
        check(|key| key["key"]["kty"] = "RSA-HSM".into(), None);
        check(|key| *key = json!({"key": {}}), None);
        check(|key| *key = json!({}), None);
    }

    #[test]
    fn another_kind_is_refused_by_name() {
        let kind = "KEY_TYPE_NOT_SUPPORTED";
        check(|key| key["key"]["kty"] = "EC".into(), Some((kind, "kty is EC; RSA or RSA-HSM is needed")));
        check(|key| key["key"]["kty"] = "oct-HSM".into(), Some((kind, "kty is oct-HSM; RSA or RSA-HSM is needed")));
        check(
            |key| key["key"]["key_ops"] = json!(["sign", "encrypt"]),
            Some((kind, "key_ops is [sign, encrypt]; decrypt is needed")),
        );
    }

    #[test]
    fn a_key_has_its_time() {
        let now = NOW.as_secs();
        check(|key| key["attributes"]["enabled"] = false.into(), Some(("KEY_DISABLED", "enabled is false")));
        check(|key| key["attributes"]["exp"] = now.into(), Some(("KEY_EXPIRED", "exp is 2026-01-01T00:00:00Z")));
        check(|key| key["attributes"]["exp"] = (now + 1).into(), None);
        check(
            |key| key["attributes"]["nbf"] = (now + 1).into(),
            Some(("KEY_NOT_YET_VALID", "nbf is 2026-01-01T00:00:01Z")),
        );
        check(|key| key["attributes"]["nbf"] = now.into(), None);
    }

    #[test]
    fn a_new_key_must_live_for_two_days() {
        let check = |seconds: i64, expected: Option<&str>| {
            let key = key(|key| key["attributes"]["exp"] = (NOW.as_secs() + seconds).into());
            assert_eq!(told(lives_on(&key, NOW)).map(|(code, _)| code), expected, "{seconds}");
            assert_eq!(expires_at(&key), Some(NOW + Duration::from_secs(seconds.unsigned_abs())));
        };
        check(48 * 3600, Some("KEY_EXPIRING"));
        check(48 * 3600 + 1, None);
        assert_eq!(told(lives_on(&key(|_| ()), NOW)), None);
    }

    #[test]
    fn a_tag_names_the_project_and_never_another_one() {
        let check = |edit: fn(&mut Value), expected: Option<&str>| {
            let found = told(is_for(&key(edit), ProjectId::from_random([1; 12])));
            assert_eq!(found.as_ref().map(|(code, _)| *code), expected.map(|_| "KEY_NOT_TAGGED"));
            assert!(expected.is_none_or(|words| found.unwrap().1.contains(words)));
        };
        check(|_| (), None);
        check(|key| key["tags"]["atrest-project"] = "020202020202020202020202".into(), Some("has another value"));
        check(|key| key["tags"] = json!({"other": "tag"}), Some("is missing"));
        check(|key| key["tags"] = Value::Null, Some("is missing"));
    }
}
