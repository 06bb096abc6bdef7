//! A key: its versions over time, which of them encrypts, and its rotation.
//! It must not know who asks, nor a request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::purpose::{Algorithm, Protection, Purpose};
use super::version::Version;
use crate::gcp::enumeration::{Enumeration, View, timestamp};
use crate::gcp::error::Status;
use crate::gcp::name::Name;
use crate::gcp::policy::Policy;

/// Seconds between a destruction and its time, unless the key says otherwise: 30 days.
/// Source: Cloud KMS API reference.
pub(crate) const DESTROY_AFTER: i64 = 30 * 24 * 3600;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CryptoKey {
    /// Distinguishes its ciphertexts from those of every other key.
    pub(crate) uid: String,
    pub(crate) purpose: Purpose,
    /// Of versions yet to be made.
    pub(crate) algorithm: Algorithm,
    pub(crate) protection: Protection,
    /// Unit: ms since 1970.
    pub(crate) created: i64,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) rotation: Rotation,
    /// Unit: s.
    pub(crate) destroy_after: i64,
    pub(crate) import_only: bool,
    /// Which version encrypts for whoever names the key alone.
    pub(crate) primary: Option<u32>,
    pub(crate) versions: BTreeMap<u32, Version>,
    pub(crate) policy: Policy,
}

/// Rotation by the calendar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// Unit: s.
    pub(crate) period: Option<i64>,
    /// Unit: ms since 1970.
    pub(crate) next: Option<i64>,
}

impl CryptoKey {
    /// A key without versions.
    pub(crate) fn new(purpose: Purpose, algorithm: Algorithm, protection: Protection, now: i64) -> Self {
        Self {
            uid: uuid::Uuid::new_v4().to_string(),
            purpose,
            algorithm,
            protection,
            created: now,
            labels: BTreeMap::new(),
            rotation: Rotation::default(),
            destroy_after: DESTROY_AFTER,
            import_only: false,
            primary: None,
            versions: BTreeMap::new(),
            policy: Policy::default(),
        }
    }

    /// Makes the next version, enabled. Gives its number.
    pub(crate) fn add_version(&mut self, now: i64) -> u32 {
        let number = self.versions.last_key_value().map_or(1, |(last, _)| last + 1);
        self.versions.insert(number, Version::new(self.algorithm, self.protection, now));
        number
    }

    /// Makes the next version, and encrypts with it from now on.
    pub(crate) fn rotate(&mut self, now: i64) -> u32 {
        let number = self.add_version(now);
        self.primary = Some(number);
        number
    }

    /// When a version is destroyed that is given up now. Unit: ms since 1970.
    pub(crate) fn destroy_time(&self, now: i64) -> i64 {
        now.saturating_add(self.destroy_after.saturating_mul(1000))
    }

    /// Lets the calendar act; tells whether anything changed.
    pub(crate) fn settle(&mut self, now: i64) -> bool {
        let mut changed = false;
        if let Some(next) = self.rotation.next.filter(|next| *next <= now) {
            self.rotate(next);
            // A cloud that slept makes up for it with one rotation, not with all that it missed.
            self.rotation.next = self.rotation.period.map(|period| {
                let step = period.saturating_mul(1000).max(1);
                next.saturating_add(step.saturating_mul((now - next) / step + 1))
            });
            changed = true;
        }
        for version in self.versions.values_mut() {
            changed |= version.settle(now);
        }
        changed
    }

    /// Errors: FAILED_PRECONDITION for a key that is not for Encrypt and Decrypt.
    pub(crate) fn for_encryption(&self, name: &Name, operation: &str) -> Result<(), Status> {
        if self.purpose == Purpose::EncryptDecrypt {
            return Ok(());
        }
        let purpose = self.purpose.name();
        Err(Status::precondition(format!("{name} has purpose {purpose}, which does not support {operation}.")))
    }

    pub(crate) fn show(&self, name: &Name, view: View) -> Result<Value, Status> {
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        put("name", json!(name.to_string()));
        if let Some((number, version)) = self.primary.and_then(|primary| self.versions.get_key_value(&primary)) {
            let version_name = name.child("cryptoKeyVersions", &number.to_string())?;
            put("primary", version.show(&version_name.to_string(), view));
        }
        put("purpose", view.enumeration(self.purpose));
        put("createTime", json!(timestamp(self.created)));
        if let Some(period) = self.rotation.period {
            put("rotationPeriod", json!(format!("{period}s")));
        }
        if let Some(next) = self.rotation.next {
            put("nextRotationTime", json!(timestamp(next)));
        }
        let template = json!({
            "protectionLevel": view.enumeration(self.protection),
            "algorithm": view.enumeration(self.algorithm),
        });
        put("versionTemplate", template);
        if !self.labels.is_empty() {
            put("labels", json!(self.labels));
        }
        if self.import_only {
            put("importOnly", json!(true));
        }
        put("destroyScheduledDuration", json!(format!("{}s", self.destroy_after)));
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> CryptoKey {
        CryptoKey::new(Purpose::EncryptDecrypt, Algorithm::GoogleSymmetricEncryption, Protection::Software, 0)
    }

    #[test]
    fn rotates_by_its_calendar_and_keeps_old_versions() {
        let mut key = key();
        key.rotate(0);
        key.rotation = Rotation { period: Some(100), next: Some(100_000) };
        assert!(!key.settle(99_999));
        assert!(key.settle(100_000));
        assert_eq!((key.primary, key.rotation.next), (Some(2), Some(200_000)));
        assert!(key.settle(550_000));
        assert_eq!((key.primary, key.rotation.next), (Some(3), Some(600_000)));
        assert_eq!(key.versions.len(), 3);
    }

    #[test]
    fn rotates_once_without_a_period() {
        let mut key = key();
        key.rotation.next = Some(5);
        assert!(key.settle(9));
        assert!(!key.settle(99));
        assert_eq!(key.primary, Some(1));
    }
}
