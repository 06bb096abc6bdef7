//! A node and a key to start a test from. Must not know what is tested.

use std::time::Duration;

use crate::id::{ClusterId, NodeId, ProjectId};
use crate::master_key::attribute::{Attribute, Instance, Name};
use crate::master_key::state::{Life, Schedule, State};
use crate::master_key::usage::UsageMask;
use crate::master_key::{Algorithm, Content, KeyFormat, MasterKey, MasterKeyId, Owner};
use crate::node::{Node, NodeName, NodeRole};
use crate::time::Timestamp;

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);

/// A node; the number makes it another one.
pub(crate) fn node(role: NodeRole, number: u8) -> Node {
    Node {
        id: NodeId::from_random([number; 12]),
        project: ProjectId::from_random([1; 12]),
        cluster: ClusterId::from_random([2; 12]),
        name: NodeName::parse("n").unwrap(),
        role,
        region: None,
        created_at: NOW,
        revoked_at: None,
    }
}

/// An active AES key without a name or a use, of the mongod with the number 3.
pub(crate) fn key() -> MasterKey {
    let owner = node(NodeRole::Mongod, 3);
    let schedule = Schedule { activation: Some(NOW), ..Schedule::default() };
    MasterKey {
        id: MasterKeyId::from_random([9; 16]),
        project: owner.project,
        cluster: owner.cluster,
        owner: Owner { node: owner.id, role: owner.role },
        content: Content::SymmetricKey { format: KeyFormat::Raw },
        algorithm: Some(Algorithm::Aes),
        length: Some(256),
        usage: UsageMask::NONE,
        fresh: None,
        life: Life::begin(schedule, NOW).unwrap(),
        described: Vec::new(),
        revision: 1,
    }
}

/// The same key in another stored state, with no dates to move it.
pub(crate) fn key_in(state: State) -> MasterKey {
    let mut key = key();
    key.life.schedule = Schedule::default();
    key.life.state = state;
    key
}

/// The same key with names.
pub(crate) fn named(names: &[&str]) -> MasterKey {
    let mut key = key();
    let names = (0..).zip(names).map(|(index, name)| Instance { index, attribute: Attribute::Name(Name::text(name)) });
    key.described = names.collect();
    key
}
