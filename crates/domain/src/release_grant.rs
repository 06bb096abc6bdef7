//! An owner's leave for a node to read another's master key, to restore: for a while, and to a node of the same
//! project. What such a leave permits is in `master_key::access`. Must not know tables or clocks.

use std::time::Duration;

use crate::id::{GrantId, ProjectId};
use crate::master_key::MasterKey;
use crate::master_key::access::{Grant, Scope};
use crate::node::Node;
use crate::time::Timestamp;

/// The longest that a leave may last. A restore takes hours; this is for the slowest.
pub const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

/// An owner's leave, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseGrant {
    /// Its id.
    pub id: GrantId,
    /// The project of node and key.
    pub project: ProjectId,
    /// What is permitted, to whom, until when.
    pub grant: Grant,
    /// When it was given.
    pub created_at: Timestamp,
    /// Who gave it, as people know them.
    pub created_by: String,
}

/// Why a leave is not given. The fault is the request's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantRefusal {
    /// It would end before it begins.
    EndsAtOnce,
    /// It would last longer than [`LONGEST`].
    TooLong,
    /// The node belongs to another project, or was revoked.
    NoSuchNode,
    /// The node has the key anyway: it is its own, or its cluster's clients'.
    OwnKey,
}

/// Decides whether a node may be let read a key until `expires_at`.
/// Errors: why not.
pub fn grant(key: &MasterKey, node: &Node, expires_at: Timestamp, now: Timestamp) -> Result<Grant, GrantRefusal> {
    if node.project != key.project || node.revoked_at.is_some() {
        return Err(GrantRefusal::NoSuchNode);
    }
    if Scope::of_node(node) == Scope::of_key(key) {
        return Err(GrantRefusal::OwnKey);
    }
    if expires_at <= now {
        return Err(GrantRefusal::EndsAtOnce);
    }
    if expires_at.since(now) > LONGEST {
        return Err(GrantRefusal::TooLong);
    }
    Ok(Grant { key: key.id, node: node.id, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master_key::fixture::{DAY, NOW, SECOND, key, node};
    use crate::node::NodeRole;

    #[test]
    fn a_leave_is_for_another_node_of_the_project_and_for_a_while() {
        let (key, other) = (key(), node(NodeRole::Mongod, 4));
        let ends = NOW + DAY;
        let elsewhere = Node { project: ProjectId::from_random([7; 12]), ..other.clone() };
        let revoked = Node { revoked_at: Some(NOW), ..other.clone() };
        for (node, expires_at, expected) in [
            (&other, ends, Ok(())),
            (&other, NOW + LONGEST, Ok(())),
            (&other, NOW + LONGEST + SECOND, Err(GrantRefusal::TooLong)),
            (&other, NOW, Err(GrantRefusal::EndsAtOnce)),
            (&other, NOW - SECOND, Err(GrantRefusal::EndsAtOnce)),
            (&elsewhere, ends, Err(GrantRefusal::NoSuchNode)),
            (&revoked, ends, Err(GrantRefusal::NoSuchNode)),
            (&node(NodeRole::Client, 4), ends, Ok(())),
            (&node(NodeRole::Mongod, 3), ends, Err(GrantRefusal::OwnKey)),
        ] {
            let given = grant(&key, node, expires_at, NOW);
            assert_eq!(given.map(drop), expected, "{node:?} {expires_at:?}");
            if let Ok(given) = given {
                assert_eq!(given, Grant { key: key.id, node: node.id, expires_at });
            }
        }
    }
}
