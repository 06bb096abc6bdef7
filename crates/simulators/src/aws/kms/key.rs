//! One KMS key: its state, its material over time, and the moves between states.
//!
//! ```text
//!                 EnableKey                 ScheduleKeyDeletion
//!   Enabled <----------------> Disabled ---------------------------> PendingDeletion --date--> gone
//!      |      DisableKey          ^                                        |
//!      +------------------------- | ---- ScheduleKeyDeletion ------------->|
//!                                 +------------ CancelKeyDeletion ---------+
//!   PendingImport (origin EXTERNAL) ---- ScheduleKeyDeletion ----> PendingDeletion ----> PendingImport
//! ```
//!
//! It must not know who asks, nor a wire protocol.
//! Source: "Key states of AWS KMS keys", KMS Developer Guide.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::aws::arn;
use crate::aws::error::ServiceError;
use crate::aws::policy::Policy;
use crate::aws::secret::{Secret, random};

/// Milliseconds of a day.
pub(crate) const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// On-demand rotations a key may have. Source: KMS resource quotas.
const ON_DEMAND_LIMIT: usize = 25;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) account: String,
    /// Of a multi-Region key, the one that was asked last.
    pub(crate) region: String,
    /// The regions of a multi-Region key. It is one key here, with one state and one policy; AWS has one per replica.
    #[serde(default)]
    pub(crate) replicas: BTreeSet<String>,
    pub(crate) description: String,
    pub(crate) kind: KeyKind,
    pub(crate) state: KeyState,
    /// Unit: ms since 1970.
    pub(crate) created: i64,
    pub(crate) policy: Policy,
    /// The policy that the console took away and can bring back.
    pub(crate) removed_policy: Option<Policy>,
    pub(crate) tags: BTreeMap<String, String>,
    /// Oldest first; the last one encrypts.
    pub(crate) materials: Vec<Material>,
    pub(crate) schedule: Option<Schedule>,
}

/// What a key is made for. All but `Symmetric` are states only: no such material is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KeyKind {
    Symmetric,
    /// Symmetric too, kept by AWS for its own services.
    AwsManaged,
    /// Symmetric, to be filled by its owner. Import itself is not modelled.
    External,
    RsaEncrypt,
    RsaSign,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KeyState {
    Enabled,
    Disabled,
    PendingImport,
    /// Unit: ms since 1970.
    PendingDeletion {
        at: i64,
        window_days: u32,
        from_import: bool,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Material {
    /// 64 hex digits, as KMS names key material.
    pub(crate) id: String,
    pub(crate) secret: Secret,
    /// Unit: ms since 1970; of the first one, the key's creation.
    pub(crate) since: i64,
    pub(crate) origin: MaterialOrigin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MaterialOrigin {
    First,
    Automatic,
    OnDemand,
}

/// Automatic rotation.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Schedule {
    pub(crate) period_days: u32,
    /// Unit: ms since 1970.
    pub(crate) next: i64,
}

impl Material {
    fn new(since: i64, origin: MaterialOrigin) -> Self {
        Self { id: hex::encode(random::<32>()), secret: Secret::default(), since, origin }
    }
}

impl KeyState {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingImport => "PendingImport",
            Self::PendingDeletion { .. } => "PendingDeletion",
        }
    }
}

impl Key {
    pub(crate) fn new(account: &str, region: &str, kind: KeyKind, policy: Policy, now: i64) -> Self {
        let (state, materials) = match kind {
            KeyKind::Symmetric | KeyKind::AwsManaged => {
                (KeyState::Enabled, vec![Material::new(now, MaterialOrigin::First)])
            }
            KeyKind::External => (KeyState::PendingImport, Vec::new()),
            KeyKind::RsaEncrypt | KeyKind::RsaSign => (KeyState::Enabled, Vec::new()),
        };
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            account: account.to_owned(),
            region: region.to_owned(),
            replicas: BTreeSet::new(),
            description: String::new(),
            kind,
            state,
            created: now,
            policy,
            removed_policy: None,
            tags: BTreeMap::new(),
            materials,
            schedule: None,
        }
    }

    /// Makes it a multi-Region key with replicas in these regions. Its id changes, so it must be new.
    pub(crate) fn replicate(&mut self, regions: &[String]) {
        self.id = format!("mrk-{}", self.id.replace('-', ""));
        self.replicas = regions.iter().cloned().chain([self.region.clone()]).collect();
    }

    pub(crate) fn arn(&self) -> String {
        arn::kms_key(&self.region, &self.account, &self.id)
    }

    /// The material that encrypts now.
    pub(crate) fn current(&self) -> Option<&Material> {
        self.materials.last()
    }

    pub(crate) fn material(&self, id: &str) -> Option<&Material> {
        self.materials.iter().find(|material| material.id == id)
    }

    pub(crate) fn usage(&self) -> &'static str {
        match self.kind {
            KeyKind::RsaSign => "SIGN_VERIFY",
            KeyKind::Symmetric | KeyKind::AwsManaged | KeyKind::External | KeyKind::RsaEncrypt => "ENCRYPT_DECRYPT",
        }
    }

    pub(crate) fn spec(&self) -> &'static str {
        match self.kind {
            KeyKind::RsaEncrypt | KeyKind::RsaSign => "RSA_2048",
            KeyKind::Symmetric | KeyKind::AwsManaged | KeyKind::External => "SYMMETRIC_DEFAULT",
        }
    }

    pub(crate) fn origin(&self) -> &'static str {
        if self.kind == KeyKind::External { "EXTERNAL" } else { "AWS_KMS" }
    }

    /// What policies may ask about the key.
    pub(crate) fn facts(&self) -> Vec<(String, Vec<String>)> {
        let mut facts = vec![
            ("kms:KeyOrigin".to_owned(), vec![self.origin().to_owned()]),
            ("kms:KeySpec".to_owned(), vec![self.spec().to_owned()]),
            ("kms:KeyUsage".to_owned(), vec![self.usage().to_owned()]),
        ];
        facts.extend(self.tags.iter().map(|(tag, value)| (format!("aws:ResourceTag/{tag}"), vec![value.clone()])));
        facts
    }

    /// Errors: `DisabledException`, `KMSInvalidStateException` unless the key can be used now.
    pub(crate) fn usable(&self) -> Result<(), ServiceError> {
        match self.state {
            KeyState::Enabled => Ok(()),
            KeyState::Disabled => Err(ServiceError::new("DisabledException", format!("{} is disabled.", self.arn()))),
            KeyState::PendingImport | KeyState::PendingDeletion { .. } => self.not_pending(),
        }
    }

    /// Errors: `KMSInvalidStateException` where the key waits for its deletion or its material.
    pub(crate) fn not_pending(&self) -> Result<(), ServiceError> {
        match self.state {
            KeyState::Enabled | KeyState::Disabled => Ok(()),
            KeyState::PendingImport => Err(self.invalid_state("is pending import.")),
            KeyState::PendingDeletion { .. } => self.not_doomed(),
        }
    }

    /// Errors: `KMSInvalidStateException` where the key waits for its deletion.
    pub(crate) fn not_doomed(&self) -> Result<(), ServiceError> {
        match self.state {
            KeyState::Enabled | KeyState::Disabled | KeyState::PendingImport => Ok(()),
            KeyState::PendingDeletion { .. } => Err(self.invalid_state("is pending deletion.")),
        }
    }

    pub(crate) fn enable(&mut self) -> Result<(), ServiceError> {
        self.not_pending()?;
        self.state = KeyState::Enabled;
        Ok(())
    }

    pub(crate) fn disable(&mut self) -> Result<(), ServiceError> {
        self.not_pending()?;
        self.state = KeyState::Disabled;
        Ok(())
    }

    /// Gives the deletion date. Unit: ms since 1970.
    pub(crate) fn schedule_deletion(&mut self, window_days: u32, now: i64) -> Result<i64, ServiceError> {
        self.not_doomed()?;
        let at = now + i64::from(window_days) * DAY_MS;
        let from_import = self.state == KeyState::PendingImport;
        self.state = KeyState::PendingDeletion { at, window_days, from_import };
        Ok(at)
    }

    pub(crate) fn cancel_deletion(&mut self) -> Result<(), ServiceError> {
        match self.state {
            KeyState::PendingDeletion { from_import, .. } => {
                self.state = if from_import { KeyState::PendingImport } else { KeyState::Disabled };
                Ok(())
            }
            KeyState::Enabled | KeyState::Disabled | KeyState::PendingImport => {
                Err(self.invalid_state("is not pending deletion."))
            }
        }
    }

    pub(crate) fn is_gone(&self, now: i64) -> bool {
        matches!(self.state, KeyState::PendingDeletion { at, .. } if at <= now)
    }

    /// Errors: `UnsupportedOperationException` for keys that have no material of KMS's own.
    pub(crate) fn rotatable(&self) -> Result<(), ServiceError> {
        match self.kind {
            KeyKind::Symmetric | KeyKind::AwsManaged => Ok(()),
            KeyKind::External | KeyKind::RsaEncrypt | KeyKind::RsaSign => Err(ServiceError::new(
                "UnsupportedOperationException",
                format!(
                    "{} does not support rotation: its spec is {}, its origin {}.",
                    self.arn(),
                    self.spec(),
                    self.origin()
                ),
            )),
        }
    }

    pub(crate) fn rotate_on_demand(&mut self, now: i64) -> Result<(), ServiceError> {
        self.rotatable()?;
        self.usable()?;
        let made = self.materials.iter().filter(|material| material.origin == MaterialOrigin::OnDemand).count();
        if made >= ON_DEMAND_LIMIT {
            return Err(ServiceError::new(
                "LimitExceededException",
                format!("{} has reached the limit of {ON_DEMAND_LIMIT} on-demand rotations.", self.arn()),
            ));
        }
        self.materials.push(Material::new(now, MaterialOrigin::OnDemand));
        Ok(())
    }

    /// Rotates where the schedule says so; tells whether it did.
    pub(crate) fn rotate_if_due(&mut self, now: i64) -> bool {
        let enabled = self.state == KeyState::Enabled;
        match &mut self.schedule {
            Some(schedule) if enabled && schedule.next <= now => {
                schedule.next = now + i64::from(schedule.period_days) * DAY_MS;
                self.materials.push(Material::new(now, MaterialOrigin::Automatic));
                true
            }
            Some(_) | None => false,
        }
    }

    fn invalid_state(&self, words: &str) -> ServiceError {
        ServiceError::new("KMSInvalidStateException", format!("{} {words}", self.arn()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::policy::Attached;

    fn key(kind: KeyKind) -> Key {
        let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}}"#;
        Key::new("111122223333", "us-east-1", kind, Policy::parse(policy, Attached::Key).unwrap(), 0)
    }

    #[test]
    fn moves_only_along_the_drawn_table() {
        type Move = fn(&mut Key) -> Result<(), ServiceError>;
        let schedule: Move = |key| key.schedule_deletion(7, 0).map(|_| ());
        let moves: [(&str, Move); 4] = [
            ("enable", Key::enable),
            ("disable", Key::disable),
            ("schedule", schedule),
            ("cancel", Key::cancel_deletion),
        ];
        let check = |from: KeyState, expected: [&str; 4]| {
            for ((name, act), expected) in moves.iter().zip(expected) {
                let mut key = key(KeyKind::External);
                key.state = from;
                let got = match act(&mut key) {
                    Ok(()) => key.state.name(),
                    Err(error) => error.code,
                };
                assert_eq!(got, expected, "{name} from {from:?}");
            }
        };
        const NO: &str = "KMSInvalidStateException";
        check(KeyState::Enabled, ["Enabled", "Disabled", "PendingDeletion", NO]);
        check(KeyState::Disabled, ["Enabled", "Disabled", "PendingDeletion", NO]);
        check(KeyState::PendingImport, [NO, NO, "PendingDeletion", NO]);
        let doomed = |from_import| KeyState::PendingDeletion { at: 9, window_days: 7, from_import };
        check(doomed(false), [NO, NO, NO, "Disabled"]);
        check(doomed(true), [NO, NO, NO, "PendingImport"]);
    }

    #[test]
    fn rotates_by_its_schedule_and_keeps_old_material() {
        let mut key = key(KeyKind::Symmetric);
        let first = key.current().unwrap().id.clone();
        key.schedule = Some(Schedule { period_days: 90, next: 90 * DAY_MS });
        assert!(!key.rotate_if_due(90 * DAY_MS - 1));
        assert!(key.rotate_if_due(90 * DAY_MS));
        assert!(!key.rotate_if_due(90 * DAY_MS));
        assert_ne!(key.current().unwrap().id, first);
        assert!(key.material(&first).is_some());
    }

    #[test]
    fn is_gone_at_its_deletion_date() {
        let mut key = key(KeyKind::Symmetric);
        let at = key.schedule_deletion(7, 0).unwrap();
        assert!(!key.is_gone(at - 1));
        assert!(key.is_gone(at));
    }
}
