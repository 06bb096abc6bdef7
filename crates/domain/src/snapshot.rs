//! A snapshot of a cluster, as far as keys go: whoever restores it needs the master keys its files are encrypted
//! under, so these are kept until the snapshot is released. Must not know where snapshots lie, nor tables.

use crate::id::{ClusterId, ProjectId, SnapshotId};
use crate::master_key::MasterKeyId;
use crate::time::Timestamp;

/// The longest description. Unit: bytes.
pub const DESCRIPTION_MAX: usize = 1024;
/// The most master keys that one snapshot names: far more than a cluster has processes.
pub const MASTER_KEYS_MAX: usize = 10_000;

/// A snapshot of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its id.
    pub id: SnapshotId,
    /// The project.
    pub project: ProjectId,
    /// The cluster it was taken of.
    pub cluster: ClusterId,
    /// What its owner says about it.
    pub description: Option<String>,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// When it ceased to need its master keys.
    pub released_at: Option<Timestamp>,
    /// The master keys it needs.
    pub master_keys: Vec<MasterKeyId>,
}

/// Why a snapshot cannot be registered so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotRefusal {
    /// The description is too long, or has control characters.
    Description,
    /// The cluster has no master key that a snapshot could need.
    NoMasterKeys,
    /// It names more master keys than a snapshot may.
    TooManyMasterKeys,
    /// It names a master key that the cluster does not have, or whose bytes are gone for good.
    MasterKey(MasterKeyId),
}

/// Reads a description; an empty one is none.
/// Errors: `Description`.
pub fn description(text: Option<String>) -> Result<Option<String>, SnapshotRefusal> {
    match text {
        None => Ok(None),
        Some(text) if text.is_empty() => Ok(None),
        Some(text) if text.len() <= DESCRIPTION_MAX && !text.chars().any(char::is_control) => Ok(Some(text)),
        Some(_) => Err(SnapshotRefusal::Description),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_short_and_printable() {
        let refused = Err(SnapshotRefusal::Description);
        for (given, expected) in [
            (None, Ok(None)),
            (Some(String::new()), Ok(None)),
            (Some("nightly".to_owned()), Ok(Some("nightly".to_owned()))),
            (Some("x".repeat(DESCRIPTION_MAX)), Ok(Some("x".repeat(DESCRIPTION_MAX)))),
            (Some("x".repeat(DESCRIPTION_MAX + 1)), refused.clone()),
            (Some("two\nlines".to_owned()), refused),
        ] {
            assert_eq!(description(given.clone()), expected, "{given:?}");
        }
    }
}
