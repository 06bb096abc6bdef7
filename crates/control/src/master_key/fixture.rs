//! A key to start a test from. Must not know what is tested.

use domain::id::{ClusterId, NodeId, ProjectId};
use domain::master_key::state::{Life, Schedule};
use domain::master_key::usage::UsageMask;
use domain::master_key::{Algorithm, Content, KeyFormat, MasterKey, MasterKeyId, Owner};
use domain::node::NodeRole;
use domain::time::Timestamp;

/// A new AES key of a mongod.
pub(super) fn key() -> MasterKey {
    MasterKey {
        id: MasterKeyId::from_random([9; 16]),
        project: ProjectId::from_random([1; 12]),
        cluster: ClusterId::from_random([2; 12]),
        owner: Owner { node: NodeId::from_random([3; 12]), role: NodeRole::Mongod },
        content: Content::SymmetricKey { format: KeyFormat::Raw },
        algorithm: Some(Algorithm::Aes),
        length: Some(256),
        usage: UsageMask::NONE,
        fresh: None,
        life: Life::begin(Schedule::default(), Timestamp::from_millis(1_790_000_000_000)).unwrap(),
        described: Vec::new(),
        revision: 1,
    }
}
