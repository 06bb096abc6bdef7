//! Who is at the other end: the certificate that the handshake proved, and the node it stands for, asked again at each
//! message so that a revoked node stops at the next one. This is the one place where a certificate becomes a node.
//! Must not know what a node may.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use control::Control;
use control::node::{NodeCaller, Unrecognised};
use domain::id::NodeId;
use rustls::ServerConnection;
use rustls::pki_types::{CertificateDer, UnixTime};

use super::verifier::{Issuer, Trust};

/// Whoever a handshake showed.
pub(super) struct Peer {
    leaf: CertificateDer<'static>,
    issuer: Issuer,
    pub(super) address: SocketAddr,
}

impl Peer {
    /// Reads who a handshake showed. The chain is held against what is believed now: a resumed session brings its
    /// certificate from a ticket, and nobody looked at it.
    /// Errors: nobody believed vouches for it.
    pub(super) fn of(
        tls: &ServerConnection,
        address: SocketAddr,
        trust: &Trust,
        now: UnixTime,
    ) -> Result<Self, rustls::Error> {
        let chain = tls.peer_certificates().unwrap_or_default();
        let (leaf, others) = chain.split_first().ok_or(rustls::Error::NoCertificatesPresented)?;
        let issuer = trust.issuer_of(leaf, others, now)?;
        Ok(Self { leaf: leaf.clone().into_owned(), issuer, address })
    }

    /// Finds the node. Ask at each message.
    /// Errors: those of the store; then nobody is recognised.
    pub(super) async fn recognise(
        &self,
        control: &Control,
    ) -> Result<Result<NodeCaller, Unrecognised>, control::Error> {
        control.node_by_certificate(&self.leaf, &self.issuer).await
    }
}

/// How many connections each node has.
#[derive(Debug, Clone, Default)]
pub(super) struct Roll(Arc<Mutex<HashMap<NodeId, usize>>>);

/// A node's place on the roll; given back when dropped.
#[derive(Debug)]
pub(super) struct Place {
    roll: Roll,
    node: NodeId,
}

impl Roll {
    /// Enters one more connection of a node, unless it has `most` already.
    pub(super) fn enter(&self, node: NodeId, most: usize) -> Option<Place> {
        let mut roll = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = roll.entry(node).or_default();
        if *count >= most {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Place { roll: self.clone(), node })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut roll = self.roll.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = roll.get_mut(&self.node) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                roll.remove(&self.node);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_has_so_many_connections_and_no_more() {
        let roll = Roll::default();
        let node = |byte| NodeId::from_random([byte; 12]);
        let first = roll.enter(node(1), 2).unwrap();
        let _second = roll.enter(node(1), 2).unwrap();
        assert!(roll.enter(node(1), 2).is_none());
        let others = roll.enter(node(2), 2);
        assert!(others.is_some());
        drop(first);
        assert!(roll.enter(node(1), 2).is_some());
        drop(others);
        assert_eq!(roll.0.lock().unwrap().len(), 1);
    }
}
