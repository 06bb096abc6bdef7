//! Nodes: the processes of a cluster that may fetch keys, who they are and how they get their certificates
//! (product.md 3.1, 3.6, 4.1). Must not know certificates' bytes, tables, or what a node asks for.

mod certificate;
mod enrolment;
mod name;
mod renewal;

use crate::cluster::{ClusterType, RegionName, Settings};
use crate::id::{ClusterId, NodeId, ProjectId};
use crate::time::Timestamp;
use crate::violation::Violation;

pub use certificate::{KeyHash, NodeCertificate, Serial, Standing, ends_of_predecessors};
pub use enrolment::{EnrolmentRefusal, EnrolmentStep, EnrolmentToken, TokenUse, enrol, next_token};
pub use name::NodeName;
pub use renewal::{CLOCK_SKEW, RenewalRefusal, RenewalStep, renew};

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// The project it belongs to.
    pub project: ProjectId,
    /// The cluster it belongs to.
    pub cluster: ClusterId,
    /// Its name, the only one of its kind among the cluster's nodes that were not revoked.
    pub name: NodeName,
    /// What it is.
    pub role: NodeRole,
    /// Where it is; a client is nowhere in particular.
    pub region: Option<RegionName>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was revoked, if it was. There is no way back.
    pub revoked_at: Option<Timestamp>,
}

/// A node to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNode {
    /// Its name.
    pub name: NodeName,
    /// What it is.
    pub role: NodeRole,
    /// Where it is.
    pub region: Option<RegionName>,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeRole {
    /// A database process with data of its own. Its keys are its own.
    Mongod,
    /// A router of a sharded cluster.
    Mongos,
    /// Anything else that needs the cluster's keys: a driver, another database's key plug-in, an agent. Clients
    /// of a cluster share its keys.
    Client,
}

impl NodeRole {
    /// Every role there is.
    pub const ALL: [Self; 3] = [Self::Mongod, Self::Mongos, Self::Client];

    /// Gives the name that our API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mongod => "mongod",
            Self::Mongos => "mongos",
            Self::Client => "client",
        }
    }

    /// Finds a role by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Tells whether a cluster can have such a node.
/// Errors: every rule it breaks.
pub fn admit(cluster: &Settings, wanted: &NewNode) -> Result<(), Vec<Violation>> {
    let NewNode { name: _, role, region } = wanted;
    let mut violations = Vec::new();
    if *role == NodeRole::Mongos && cluster.cluster_type == ClusterType::ReplicaSet {
        violations.push(Violation::rule("role", "A replica set has no mongos; it is for sharded clusters."));
    }
    match (role, region) {
        (NodeRole::Client, None) => {}
        (NodeRole::Client, Some(_)) => {
            violations.push(Violation::rule("region", "A client is in no region; leave it out."));
        }
        (NodeRole::Mongod | NodeRole::Mongos, None) => violations.push(Violation::missing("region")),
        (NodeRole::Mongod | NodeRole::Mongos, Some(region)) if !has_region(cluster, region) => {
            violations.push(Violation::rule("region", "It must be a region that the cluster's replicationSpecs name."));
        }
        (NodeRole::Mongod | NodeRole::Mongos, Some(_)) => {}
    }
    if violations.is_empty() { Ok(()) } else { Err(violations) }
}

fn has_region(cluster: &Settings, region: &RegionName) -> bool {
    cluster.shards.iter().flat_map(|shard| &shard.placements).any(|placement| placement.region == *region)
}

#[cfg(test)]
mod tests;
