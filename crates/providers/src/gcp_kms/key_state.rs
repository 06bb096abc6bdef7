//! What Google says about a version and its key that rules them out before anything is encrypted.
//! Must not know how it was asked.

use domain::time::Timestamp;
use domain::validity::{DefiniteReason, Failure, ForeignText, Reason, TransientReason};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An answer to a look at a version.
#[derive(Debug, Deserialize)]
pub(super) struct Version {
    pub(super) name: Option<String>,
    state: Option<Enumeration>,
    algorithm: Option<Enumeration>,
    #[serde(rename = "destroyTime")]
    destroy_time: Option<String>,
}

/// An answer to a look at a key.
#[derive(Debug, Deserialize)]
pub(super) struct Key {
    pub(super) name: Option<String>,
    purpose: Option<Enumeration>,
}

/// A value of an enumeration: its name, or its number where something between us asked for numbers.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Enumeration {
    Number(i64),
    Name(String),
}

impl Enumeration {
    fn is(&self, name: &str, number: i64) -> bool {
        match self {
            Self::Number(own) => *own == number,
            Self::Name(own) => own == name,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Name(name) => name.clone(),
        }
    }
}

const ENABLED: (&str, i64) = ("ENABLED", 1);
const DESTROY_SCHEDULED: (&str, i64) = ("DESTROY_SCHEDULED", 4);

/// Which state says what.
/// Source: Cloud KMS API reference, CryptoKeyVersionState; numbers: google/cloud/kms/v1/resources.proto.
const STATES: &[((&str, i64), DefiniteReason)] = &[
    (("DISABLED", 2), DefiniteReason::KeyDisabled),
    (("DESTROYED", 3), DefiniteReason::KeyDestroyed),
    (DESTROY_SCHEDULED, DefiniteReason::KeyPendingDeletion),
    (("PENDING_GENERATION", 5), DefiniteReason::KeyPendingGeneration),
    (("PENDING_IMPORT", 6), DefiniteReason::KeyPendingImport),
    (("IMPORT_FAILED", 7), DefiniteReason::KeyPendingImport),
    (("GENERATION_FAILED", 8), DefiniteReason::KeyPendingGeneration),
    // Destroyed here; an external key manager has not said yet that it is destroyed there, too.
    (("PENDING_EXTERNAL_DESTRUCTION", 9), DefiniteReason::KeyDestroyed),
    (("EXTERNAL_DESTRUCTION_FAILED", 10), DefiniteReason::KeyDestroyed),
];

/// How the names of algorithms begin that no key for encryption has. One that is not here lets the round
/// trip decide.
const OTHER_ALGORITHMS: &[&str] = &["RSA_", "EC_", "HMAC_", "AES_", "PQ_", "ML_", "KEM_"];

const ENCRYPT_DECRYPT: (&str, i64) = ("ENCRYPT_DECRYPT", 1);
const OTHER_PURPOSES: &[(&str, i64)] = &[
    ("ASYMMETRIC_SIGN", 5),
    ("ASYMMETRIC_DECRYPT", 6),
    ("RAW_ENCRYPT_DECRYPT", 7),
    ("MAC", 9),
    ("KEY_ENCAPSULATION", 10),
];

impl Version {
    /// Tells whether the version's kind and state let it encrypt.
    /// Errors: why not, in words made of the provider's. A state that is not known is never definite.
    pub(super) fn usable(&self) -> Result<(), Failure> {
        if let Some(Enumeration::Name(algorithm)) = &self.algorithm
            && OTHER_ALGORITHMS.iter().any(|other| algorithm.starts_with(other))
        {
            let words = format!("algorithm is {algorithm}; a key whose purpose is ENCRYPT_DECRYPT is needed");
            return Err(refuse(Reason::Definite(DefiniteReason::KeyTypeNotSupported), &words));
        }
        let Some(state) = &self.state else { return Err(unexpected("a version was told without its state")) };
        if state.is(ENABLED.0, ENABLED.1) {
            return Ok(());
        }
        let Some(((name, _), reason)) = STATES.iter().find(|((name, number), _)| state.is(name, *number)) else {
            return Err(unexpected(&format!("state is {}, which is not known here", state.words())));
        };
        let words = match &self.destroy_time {
            Some(time) if *name == DESTROY_SCHEDULED.0 => format!("state is {name}; destroyTime is {time}"),
            _ => format!("state is {name}"),
        };
        Err(refuse(Reason::Definite(*reason), &words))
    }

    /// Tells when the version is destroyed, if that is planned.
    pub(super) fn deletion_at(&self) -> Option<Timestamp> {
        let scheduled = self.state.as_ref().is_some_and(|state| state.is(DESTROY_SCHEDULED.0, DESTROY_SCHEDULED.1));
        self.destroy_time.as_deref().filter(|_| scheduled).and_then(timestamp)
    }
}

impl Key {
    /// Tells whether the key's purpose lets it encrypt.
    /// Errors: why not. A purpose that is not known is never definite.
    pub(super) fn usable(&self) -> Result<(), Failure> {
        let Some(purpose) = &self.purpose else { return Err(unexpected("a key was told without its purpose")) };
        if purpose.is(ENCRYPT_DECRYPT.0, ENCRYPT_DECRYPT.1) {
            return Ok(());
        }
        match OTHER_PURPOSES.iter().find(|(name, number)| purpose.is(name, *number)) {
            Some((name, _)) => {
                let words = format!("purpose is {name}; ENCRYPT_DECRYPT is needed");
                Err(refuse(Reason::Definite(DefiniteReason::KeyTypeNotSupported), &words))
            }
            None => Err(unexpected(&format!("purpose is {}, which is not known here", purpose.words()))),
        }
    }
}

/// Reads a time as Google writes it.
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    let nanos = OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp_nanos();
    Some(Timestamp::from_millis(i64::try_from(nanos.div_euclid(1_000_000)).ok()?))
}

fn refuse(reason: Reason, words: &str) -> Failure {
    Failure { provider_message: Some(ForeignText::tame(words, &[])), ..Failure::silent(reason) }
}

fn unexpected(words: &str) -> Failure {
    refuse(Reason::Transient(TransientReason::UnexpectedAnswer), words)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn told(outcome: Result<(), Failure>) -> Option<(&'static str, String)> {
        let failure = outcome.err()?;
        Some((failure.reason.code(), failure.provider_message.unwrap().as_str().to_owned()))
    }

    fn version(json: Value) -> Version {
        serde_json::from_value(json).unwrap()
    }

    fn check(json: Value, expected: Option<(&str, &str)>) {
        let found = told(version(json.clone()).usable());
        assert_eq!(found.as_ref().map(|(reason, words)| (*reason, words.as_str())), expected, "{json}");
    }

    #[test]
    fn an_enabled_version_is_usable() {
        check(json!({ "state": "ENABLED", "algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION" }), None);
        check(json!({ "state": "ENABLED", "algorithm": "EXTERNAL_SYMMETRIC_ENCRYPTION" }), None);
        check(json!({ "state": 1, "algorithm": 1, "protectionLevel": 2 }), None);
        check(json!({ "state": "ENABLED", "algorithm": "BRAND_NEW" }), None);
    }

    #[test]
    fn every_state_has_its_reason_by_name_and_by_number() {
        for ((name, number), reason) in STATES {
            let words = format!("state is {name}");
            check(json!({ "state": name }), Some((reason.code(), &words)));
            check(json!({ "state": number }), Some((reason.code(), &words)));
        }
        check(
            json!({ "state": "DESTROY_SCHEDULED", "destroyTime": "2026-12-22T00:00:00.5Z" }),
            Some(("KEY_PENDING_DELETION", "state is DESTROY_SCHEDULED; destroyTime is 2026-12-22T00:00:00.5Z")),
        );
    }

    #[test]
    fn a_state_that_is_not_known_is_never_definite() {
        for state in [json!("FROZEN"), json!(0), json!(99), json!("")] {
            let Some((reason, _)) = told(version(json!({ "state": state })).usable()) else { panic!("usable") };
            assert_eq!(reason, "UNEXPECTED_ANSWER");
        }
        check(json!({}), Some(("UNEXPECTED_ANSWER", "a version was told without its state")));
    }

    #[test]
    fn another_kind_is_refused_by_name() {
        for algorithm in [
            "RSA_SIGN_PSS_2048_SHA256",
            "RSA_DECRYPT_OAEP_2048_SHA256",
            "EC_SIGN_P256_SHA256",
            "HMAC_SHA256",
            "AES_256_GCM",
        ] {
            let words = format!("algorithm is {algorithm}; a key whose purpose is ENCRYPT_DECRYPT is needed");
            check(json!({ "state": "ENABLED", "algorithm": algorithm }), Some(("KEY_TYPE_NOT_SUPPORTED", &words)));
        }
    }

    #[test]
    fn a_key_has_to_be_for_encryption() {
        let purpose = |purpose: Value| {
            let key: Key = serde_json::from_value(json!({ "purpose": purpose })).unwrap();
            told(key.usable()).map(|(reason, _)| reason)
        };
        assert_eq!(purpose(json!("ENCRYPT_DECRYPT")), None);
        assert_eq!(purpose(json!(1)), None);
        for (name, number) in OTHER_PURPOSES {
            assert_eq!(purpose(json!(name)), Some("KEY_TYPE_NOT_SUPPORTED"));
            assert_eq!(purpose(json!(number)), Some("KEY_TYPE_NOT_SUPPORTED"));
        }
        assert_eq!(purpose(json!("BRAND_NEW")), Some("UNEXPECTED_ANSWER"));
        assert_eq!(purpose(Value::Null), Some("UNEXPECTED_ANSWER"));
    }

    #[test]
    fn a_planned_destruction_has_a_time() {
        let at = |json| version(json).deletion_at().map(Timestamp::as_millis);
        let time = "1970-01-01T00:00:07.123456789Z";
        assert_eq!(at(json!({ "state": "DESTROY_SCHEDULED", "destroyTime": time })), Some(7_123));
        assert_eq!(at(json!({ "state": 4, "destroyTime": time })), Some(7_123));
        assert_eq!(at(json!({ "state": "ENABLED", "destroyTime": time })), None);
        assert_eq!(at(json!({ "state": "DESTROY_SCHEDULED", "destroyTime": "soon" })), None);
        assert_eq!(at(json!({ "state": "DESTROY_SCHEDULED" })), None);
    }
}
