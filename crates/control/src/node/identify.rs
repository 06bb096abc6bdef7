//! Recognising a node by its certificate. The door for keys asks this at every message. Must not know TLS.

use domain::cluster::ClusterName;
use domain::id::OrgId;
use domain::node::{Node, Serial, Standing};

use crate::certificate_authority::sha256;
use crate::{Control, Error};

/// A node that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeCaller {
    /// The node, as it is now.
    pub node: Node,
    /// Its cluster's name.
    pub cluster_name: ClusterName,
    /// The organization of its project.
    pub org: OrgId,
    /// The serial number of the certificate it shows.
    pub serial: Serial,
}

/// Why a certificate shows no node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unrecognised {
    /// We gave it to nobody, or to a node whose cluster was deleted.
    Unknown,
    /// We gave it out, but another authority vouches for it here.
    ForeignIssuer,
    /// Its node was revoked.
    NodeRevoked,
    /// A successor ended it.
    Ended,
    /// Its time is over, or has not come.
    Expired,
    /// It is said to be several nodes.
    Ambiguous,
}

impl Control {
    /// Recognises the node that shows a certificate. `leaf` is the certificate as DER, whose chain TLS has verified;
    /// `issuer` is SHA-256 of the public key (SubjectPublicKeyInfo) of the authority that the chain ended in. The
    /// certificate itself is what is looked up, whole: nothing in it is believed, its names least of all. Only where one
    /// of a project's own authorities vouches for it do names count, and only those that the project's owner wrote down.
    /// Where this process owns the database, the answer comes from memory and is never older than the last write;
    /// else it is one read. A revocation counts from the next call on.
    /// Errors: those of the store; then nobody is recognised.
    pub async fn node_by_certificate(
        &self,
        leaf: &[u8],
        issuer: &[u8; 32],
    ) -> Result<Result<NodeCaller, Unrecognised>, Error> {
        let fingerprint = sha256(leaf);
        if let Some(known) = self.store().remembered_external(&fingerprint, issuer) {
            return Ok(self.the_one_node(&known, &fingerprint));
        }
        let Some(found) = self.store().recognise_node(&fingerprint).await? else {
            return self.node_by_external_authority(leaf, &fingerprint, issuer).await;
        };
        if found.authority_key != *issuer {
            return Ok(Err(Unrecognised::ForeignIssuer));
        }
        if found.node.revoked_at.is_some() {
            return Ok(Err(Unrecognised::NodeRevoked));
        }
        match found.certificate.standing(self.now()) {
            Standing::Live => {}
            Standing::Ended => return Ok(Err(Unrecognised::Ended)),
            Standing::Expired => return Ok(Err(Unrecognised::Expired)),
        }
        Ok(Ok(NodeCaller {
            node: found.node.clone(),
            cluster_name: found.cluster_name.clone(),
            org: found.org,
            serial: found.certificate.serial,
        }))
    }
}
