//! One version of a key: its state, its material, and the moves between states.
//!
//! ```text
//!                 update                  destroy
//!   ENABLED <---------------> DISABLED -------------> DESTROY_SCHEDULED --its time--> DESTROYED
//!      |                         ^                     ^       |
//!      +------------------------ | --- destroy --------+       |
//!                                +--------- restore -----------+
//!   PENDING_GENERATION, PENDING_IMPORT: seeded only, and no method leads out of them
//! ```
//!
//! It must not know who asks, nor its key.
//! Source: "Key version states", Cloud KMS documentation.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::purpose::{Algorithm, Protection};
use crate::gcp::enumeration::{Enumeration, View, timestamp};
use crate::gcp::error::Status;
use crate::secret::Secret;

/// The state of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VersionState {
    /// It can be used.
    Enabled,
    /// It cannot be used, and can be enabled.
    Disabled,
    /// Its material is gone.
    Destroyed,
    /// It will be destroyed when its time comes, and can be restored until then.
    DestroyScheduled,
    /// Its material is being made.
    PendingGeneration,
    /// Its material is yet to be imported.
    PendingImport,
}

impl Enumeration for VersionState {
    const ALL: &'static [(Self, &'static str, i64)] = &[
        (Self::Enabled, "ENABLED", 1),
        (Self::Disabled, "DISABLED", 2),
        (Self::Destroyed, "DESTROYED", 3),
        (Self::DestroyScheduled, "DESTROY_SCHEDULED", 4),
        (Self::PendingGeneration, "PENDING_GENERATION", 5),
        (Self::PendingImport, "PENDING_IMPORT", 6),
    ];
}

impl VersionState {
    /// As a violated precondition names it.
    fn violation(self) -> &'static str {
        match self {
            Self::Enabled => "KEY_ENABLED",
            Self::Disabled => "KEY_DISABLED",
            Self::Destroyed => "KEY_DESTROYED",
            Self::DestroyScheduled => "KEY_DESTROY_SCHEDULED",
            Self::PendingGeneration => "KEY_PENDING_GENERATION",
            Self::PendingImport => "KEY_PENDING_IMPORT",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Version {
    pub(crate) state: VersionState,
    pub(crate) algorithm: Algorithm,
    pub(crate) protection: Protection,
    /// Unit: ms since 1970.
    pub(crate) created: i64,
    /// When it is to be destroyed. Unit: ms since 1970.
    pub(crate) destroy_at: Option<i64>,
    /// When it was destroyed. Unit: ms since 1970.
    pub(crate) destroyed: Option<i64>,
    /// Gone once it is destroyed; keys that are states only have none.
    pub(crate) material: Option<Secret>,
}

impl Version {
    pub(crate) fn new(algorithm: Algorithm, protection: Protection, now: i64) -> Self {
        let material = (algorithm == Algorithm::GoogleSymmetricEncryption).then(Secret::default);
        Self {
            state: VersionState::Enabled,
            algorithm,
            protection,
            created: now,
            destroy_at: None,
            destroyed: None,
            material,
        }
    }

    /// Errors: FAILED_PRECONDITION unless it can be used now. The words are the service's own.
    pub(crate) fn usable(&self, name: &str) -> Result<(), Status> {
        if self.state == VersionState::Enabled { Ok(()) } else { Err(self.not(name, "is not enabled")) }
    }

    /// Enables or disables.
    /// Errors: INVALID_ARGUMENT for another state; FAILED_PRECONDITION where it is in another.
    pub(crate) fn update(&mut self, to: VersionState, name: &str) -> Result<(), Status> {
        match (self.state, to) {
            (VersionState::Enabled | VersionState::Disabled, VersionState::Enabled | VersionState::Disabled) => {
                self.state = to;
                Ok(())
            }
            (_, VersionState::Enabled | VersionState::Disabled) => {
                Err(self.not(name, &format!("cannot be updated to {}", to.name())))
            }
            _ => Err(Status::invalid(format!("The state of a CryptoKeyVersion cannot be set to {}.", to.name()))),
        }
    }

    /// Unit of `at`: ms since 1970.
    /// Errors: FAILED_PRECONDITION unless it is enabled or disabled.
    pub(crate) fn destroy(&mut self, at: i64, name: &str) -> Result<(), Status> {
        match self.state {
            VersionState::Enabled | VersionState::Disabled => {
                self.state = VersionState::DestroyScheduled;
                self.destroy_at = Some(at);
                Ok(())
            }
            VersionState::Destroyed
            | VersionState::DestroyScheduled
            | VersionState::PendingGeneration
            | VersionState::PendingImport => Err(self.not(name, "cannot be destroyed")),
        }
    }

    /// Errors: FAILED_PRECONDITION unless its destruction is scheduled.
    pub(crate) fn restore(&mut self, name: &str) -> Result<(), Status> {
        if self.state != VersionState::DestroyScheduled {
            return Err(self.not(name, "cannot be restored"));
        }
        self.state = VersionState::Disabled;
        self.destroy_at = None;
        Ok(())
    }

    /// Destroys what is due; tells whether it did.
    pub(crate) fn settle(&mut self, now: i64) -> bool {
        let due = self.state == VersionState::DestroyScheduled && self.destroy_at.is_some_and(|at| at <= now);
        if due {
            self.state = VersionState::Destroyed;
            self.destroyed = self.destroy_at;
            self.material = None;
        }
        due
    }

    /// Puts it into a state, as no method could. Unit of `at`: ms since 1970.
    /// Errors: FAILED_PRECONDITION where its material is gone.
    pub(crate) fn force(&mut self, to: VersionState, (now, at): (i64, i64), name: &str) -> Result<(), Status> {
        if self.state == VersionState::Destroyed && to != VersionState::Destroyed {
            return Err(self.not(name, "has no material any more"));
        }
        self.state = to;
        self.destroy_at = (to == VersionState::DestroyScheduled).then_some(at);
        if to == VersionState::Destroyed {
            self.destroyed = Some(now);
            self.material = None;
        }
        Ok(())
    }

    fn not(&self, name: &str, words: &str) -> Status {
        Status::precondition(format!("{name} {words}, current state is: {}.", self.state.name()))
            .with_violation(self.state.violation(), name)
    }

    pub(crate) fn show(&self, name: &str, view: View) -> Value {
        let mut fields = Map::new();
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        put("name", json!(name));
        put("state", view.enumeration(self.state));
        put("protectionLevel", view.enumeration(self.protection));
        put("algorithm", view.enumeration(self.algorithm));
        put("createTime", json!(timestamp(self.created)));
        match self.state {
            VersionState::PendingGeneration | VersionState::PendingImport => {}
            VersionState::Enabled
            | VersionState::Disabled
            | VersionState::Destroyed
            | VersionState::DestroyScheduled => {
                put("generateTime", json!(timestamp(self.created)));
            }
        }
        if let Some(at) = self.destroy_at.filter(|_| self.state == VersionState::DestroyScheduled) {
            put("destroyTime", json!(timestamp(at)));
        }
        if let Some(at) = self.destroyed {
            put("destroyEventTime", json!(timestamp(at)));
        }
        Value::Object(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gcp::error::Code;

    type Move = fn(&mut Version) -> Result<(), Status>;

    #[test]
    fn moves_as_the_table_says() {
        let moves: [(&str, Move); 4] = [
            ("enable", |version| version.update(VersionState::Enabled, "v")),
            ("disable", |version| version.update(VersionState::Disabled, "v")),
            ("destroy", |version| version.destroy(9, "v")),
            ("restore", |version| version.restore("v")),
        ];
        let check = |from: VersionState, expected: [&str; 4]| {
            for ((name, act), expected) in moves.iter().zip(expected) {
                let mut version = Version::new(Algorithm::GoogleSymmetricEncryption, Protection::Software, 1);
                version.force(from, (1, 9), "v").unwrap();
                let got = match act(&mut version) {
                    Ok(()) => version.state.name(),
                    Err(status) if status.code == Code::FailedPrecondition => "no",
                    Err(_) => "?",
                };
                assert_eq!(got, expected, "{name} from {from:?}");
            }
        };
        check(VersionState::Enabled, ["ENABLED", "DISABLED", "DESTROY_SCHEDULED", "no"]);
        check(VersionState::Disabled, ["ENABLED", "DISABLED", "DESTROY_SCHEDULED", "no"]);
        check(VersionState::DestroyScheduled, ["no", "no", "no", "DISABLED"]);
        check(VersionState::Destroyed, ["no", "no", "no", "no"]);
        check(VersionState::PendingGeneration, ["no", "no", "no", "no"]);
        check(VersionState::PendingImport, ["no", "no", "no", "no"]);
    }

    #[test]
    fn is_destroyed_when_its_time_comes() {
        let mut version = Version::new(Algorithm::GoogleSymmetricEncryption, Protection::Software, 1);
        version.destroy(9, "v").unwrap();
        assert!(!version.settle(8));
        assert!(version.material.is_some());
        assert!(version.settle(9));
        assert!(version.material.is_none());
        assert!(!version.settle(10));
        assert!(version.force(VersionState::Enabled, (10, 20), "v").is_err());
    }
}
