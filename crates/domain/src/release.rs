//! A release: a master key was handed to a node, or used for it (product.md 3.5). Must not know how the record of
//! releases is kept.

use std::net::IpAddr;

use crate::cluster::ClusterName;
use crate::customer_key::{CustomerKeyNumber, CustomerKeyVersion, ProviderKind};
use crate::id::{ClusterId, NodeId, ProjectId};
use crate::master_key::MasterKeyId;
use crate::node::{NodeName, NodeRole, Serial};
use crate::time::Timestamp;

/// What was done with the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReleaseAct {
    /// It was handed out.
    Get,
    /// The node had data encrypted with it.
    Encrypt,
    /// The node had data decrypted with it.
    Decrypt,
}

/// One or several releases of a key to a node within a minute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The project whose key it is.
    pub project: ProjectId,
    /// What was done.
    pub act: ReleaseAct,
    /// The key.
    pub key: MasterKeyId,
    /// Whose customer key protected it.
    pub provider: ProviderKind,
    /// Which of the project's customer keys at that provider.
    pub customer_key: CustomerKeyNumber,
    /// That key and its material as the provider names them.
    pub customer_key_version: CustomerKeyVersion,
    /// Who got it.
    pub node: NodeId,
    /// That node's name.
    pub node_name: NodeName,
    /// What that node is.
    pub role: NodeRole,
    /// The node's cluster.
    pub cluster: ClusterId,
    /// That cluster's name.
    pub cluster_name: ClusterName,
    /// The serial number of the certificate that the node showed.
    pub serial: Serial,
    /// Where the node asked from.
    pub address: IpAddr,
    /// When, or the last time of several.
    pub at: Timestamp,
    /// How often.
    pub times: u64,
}

impl ReleaseAct {
    /// Every act there is.
    pub const ALL: [Self; 3] = [Self::Get, Self::Encrypt, Self::Decrypt];

    /// Gives the word that the record uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Encrypt => "encrypt",
            Self::Decrypt => "decrypt",
        }
    }

    /// Finds an act by its word.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }
}
