//! Who may see a master key, and what he may do with it (product.md 3.1, 3.2).
//!
//! A key of a database process or a router is its own. Clients of a cluster share theirs. An owner of the project can
//! let another node of the project read one key for a while, to restore: reading is not changing. To everybody else
//! the object does not exist, in every operation: the same refusal as for an id that nobody has.
//!
//! Must not know how a node proved who it is.

use crate::customer_key::ProviderKind;
use crate::id::{ClusterId, NodeId};
use crate::master_key::{MasterKey, MasterKeyId};
use crate::node::{Node, NodeRole};
use crate::time::Timestamp;

/// Leave to read one key that is another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The key.
    pub key: MasterKeyId,
    /// Who may read it.
    pub node: NodeId,
    /// Until when. From then on it is as if it had never been.
    pub expires_at: Timestamp,
}

/// Among whose objects a name is the only one of its kind, and a search looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// One node's.
    Node(NodeId),
    /// Those of a cluster's clients.
    Clients(ClusterId),
}

/// What is to be done with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Find it.
    Locate,
    /// Read what is said about it.
    ReadAttributes,
    /// Ask whether it can be used.
    Check,
    /// Have it.
    Get,
    /// Decrypt with it.
    Decrypt,
    /// Encrypt with it.
    Encrypt,
    /// Take it into use.
    Activate,
    /// End its use: deactivate or compromise it.
    EndUse,
    /// Destroy it.
    Destroy,
    /// Say other things about it.
    ChangeAttributes,
}

/// Why not. The fault is the request's in both cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessRefusal {
    /// To this node there is no such object. Nothing may tell it from an id that nobody has.
    Unknown,
    /// An owner's grant lets the node read it; its own node changes it.
    ReadOnly,
}

impl Act {
    /// Every act there is.
    pub const ALL: [Self; 10] = [
        Self::Locate,
        Self::ReadAttributes,
        Self::Check,
        Self::Get,
        Self::Decrypt,
        Self::Encrypt,
        Self::Activate,
        Self::EndUse,
        Self::Destroy,
        Self::ChangeAttributes,
    ];

    /// Tells whether it leaves everything as it was. New data under an old node's key would be a change.
    #[must_use]
    pub const fn only_reads(self) -> bool {
        match self {
            Self::Locate | Self::ReadAttributes | Self::Check | Self::Get | Self::Decrypt => true,
            Self::Encrypt | Self::Activate | Self::EndUse | Self::Destroy | Self::ChangeAttributes => false,
        }
    }
}

impl Scope {
    /// Gives the scope of a node's own objects.
    #[must_use]
    pub const fn of_node(node: &Node) -> Self {
        Self::of(node.role, node.id, node.cluster)
    }

    /// Gives the scope that a key belongs to.
    #[must_use]
    pub const fn of_key(key: &MasterKey) -> Self {
        Self::of(key.owner.role, key.owner.node, key.cluster)
    }

    const fn of(role: NodeRole, node: NodeId, cluster: ClusterId) -> Self {
        match role {
            NodeRole::Mongod | NodeRole::Mongos => Self::Node(node),
            NodeRole::Client => Self::Clients(cluster),
        }
    }
}

/// Tells whether a node may do this with a key.
/// Errors: why not.
pub fn allow(act: Act, node: &Node, key: &MasterKey, grants: &[Grant], now: Timestamp) -> Result<(), AccessRefusal> {
    if node.revoked_at.is_some() || node.project != key.project {
        return Err(AccessRefusal::Unknown);
    }
    if Scope::of_node(node) == Scope::of_key(key) {
        return Ok(());
    }
    let granted = grants.iter().any(|grant| grant.key == key.id && grant.node == node.id && now < grant.expires_at);
    match (granted, act.only_reads()) {
        (true, true) => Ok(()),
        (true, false) => Err(AccessRefusal::ReadOnly),
        (false, _) => Err(AccessRefusal::Unknown),
    }
}

/// Tells whether a cluster's keys are still handed out: while it uses a customer key, and after that until its last
/// node has left, because its data is still encrypted.
#[must_use]
pub const fn still_serves(encryption: Option<ProviderKind>, nodes_left: usize) -> bool {
    encryption.is_some() || nodes_left > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ProjectId;
    use crate::master_key::fixture::{MINUTE, NOW, SECOND, key, node};

    fn check(asker: &Node, owner: &Node, expected: Result<(), AccessRefusal>) {
        let mut key = key();
        (key.project, key.cluster) = (owner.project, owner.cluster);
        (key.owner.node, key.owner.role) = (owner.id, owner.role);
        for act in Act::ALL {
            assert_eq!(allow(act, asker, &key, &[], NOW), expected, "{act:?} {asker:?} {owner:?}");
        }
    }

    #[test]
    fn a_key_is_its_nodes_or_its_clusters_clients() {
        use NodeRole::{Client, Mongod, Mongos};
        let unknown = Err(AccessRefusal::Unknown);
        for role in NodeRole::ALL {
            check(&node(role, 3), &node(role, 3), Ok(()));
        }
        check(&node(Mongod, 4), &node(Mongod, 3), unknown);
        check(&node(Mongos, 4), &node(Mongos, 3), unknown);
        check(&node(Client, 4), &node(Client, 3), Ok(()));
        check(&node(Client, 4), &node(Mongod, 3), unknown);
        check(&node(Mongod, 4), &node(Client, 3), unknown);
        check(&node(Mongos, 4), &node(Client, 3), unknown);
        // The same id in another role is nobody we know.
        check(&node(Client, 3), &node(Mongod, 3), unknown);
    }

    #[test]
    fn other_clusters_and_projects_know_nothing() {
        let unknown = Err(AccessRefusal::Unknown);
        for role in NodeRole::ALL {
            let owner = node(role, 3);
            let elsewhere = Node { cluster: ClusterId::from_random([7; 12]), ..node(role, 4) };
            check(&elsewhere, &owner, unknown);
            check(&Node { project: ProjectId::from_random([7; 12]), ..owner.clone() }, &owner, unknown);
            check(&Node { revoked_at: Some(NOW), ..owner.clone() }, &owner, unknown);
        }
    }

    #[test]
    fn a_grant_lets_one_node_read_one_key_for_a_while() {
        let (key, asker) = (key(), node(NodeRole::Mongod, 4));
        let grant = Grant { key: key.id, node: asker.id, expires_at: NOW + MINUTE };
        for act in Act::ALL {
            let granted = if act.only_reads() { Ok(()) } else { Err(AccessRefusal::ReadOnly) };
            let unknown = Err(AccessRefusal::Unknown);
            for (asker, grant, now, expected) in [
                (asker.clone(), grant, NOW, granted),
                (asker.clone(), grant, NOW + MINUTE - SECOND, granted),
                (asker.clone(), grant, NOW + MINUTE, unknown),
                (asker.clone(), Grant { key: MasterKeyId::from_random([8; 16]), ..grant }, NOW, unknown),
                (node(NodeRole::Mongod, 5), grant, NOW, unknown),
                (Node { revoked_at: Some(NOW), ..asker.clone() }, grant, NOW, unknown),
                (Node { project: ProjectId::from_random([7; 12]), ..asker.clone() }, grant, NOW, unknown),
                (Node { cluster: ClusterId::from_random([7; 12]), ..asker.clone() }, grant, NOW, granted),
                (node(NodeRole::Mongod, 3), grant, NOW, Ok(())),
            ] {
                assert_eq!(allow(act, &asker, &key, &[grant], now), expected, "{act:?} {asker:?} {grant:?}");
            }
        }
    }

    #[test]
    fn reading_is_not_changing() {
        let reading = Act::ALL.into_iter().filter(|act| act.only_reads());
        let expected = [Act::Locate, Act::ReadAttributes, Act::Check, Act::Get, Act::Decrypt];
        assert_eq!(reading.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_cluster_switched_off_serves_until_its_last_node_has_left() {
        for (encryption, nodes_left, expected) in [
            (Some(ProviderKind::AwsKms), 0, true),
            (Some(ProviderKind::AwsKms), 3, true),
            (None, 1, true),
            (None, 0, false),
        ] {
            assert_eq!(still_serves(encryption, nodes_left), expected);
        }
    }
}
