//! Recognising a node by a certificate that one of its project's own authorities gave out: by what the project's owner
//! wrote down, and never by its common name. Must not know TLS, which has verified the chain.

use domain::node::Serial;
use storage::{ExternalNode, RecognisedExternal};

use super::{NodeCaller, Unrecognised};
use crate::external_authority::shown;
use crate::{Control, Error};

impl Control {
    /// Recognises the node that a certificate with this fingerprint was said to be. It counts within its own dates;
    /// these are looked at anew at each message, a connection may outlive them.
    pub(super) async fn node_by_external_authority(
        &self,
        leaf: &[u8],
        fingerprint: &[u8; 32],
        issuer: &[u8; 32],
    ) -> Result<Result<NodeCaller, Unrecognised>, Error> {
        let found = self.store().recognise_external(fingerprint, issuer, || shown(leaf, fingerprint)).await?;
        Ok(found.map_or(Err(Unrecognised::Unknown), |found| self.the_one_node(&found, fingerprint)))
    }

    /// Picks the node, if it is but one.
    pub(super) fn the_one_node(
        &self,
        found: &RecognisedExternal,
        fingerprint: &[u8; 32],
    ) -> Result<NodeCaller, Unrecognised> {
        let RecognisedExternal { nodes, authority_key: _, not_before, not_after } = found;
        if nodes.iter().any(|one| one.node.revoked_at.is_some()) {
            // Even if its other names are somebody else's by now: it may be what the node was revoked for.
            return Err(Unrecognised::NodeRevoked);
        }
        let [ExternalNode { node, cluster_name, org }] = nodes.as_slice() else {
            return Err(if nodes.is_empty() { Unrecognised::Unknown } else { Unrecognised::Ambiguous });
        };
        let now = self.now();
        if now < *not_before || now >= *not_after {
            return Err(Unrecognised::Expired);
        }
        Ok(NodeCaller {
            node: node.clone(),
            cluster_name: cluster_name.clone(),
            org: *org,
            serial: Serial::of_foreign(fingerprint),
        })
    }
}
