//! The door for keys: KMIP 1.0 to 1.4 over mutual TLS (product.md 3.6), between a node and the use cases in `control`.
//!
//! Read it in the order of a message: `listener` (room, TLS), `connection` (whole messages within limits),
//! `identity` (who it is, asked again each time), `dispatch` (a batch), `operation/<name>` (one item; `from_wire` and
//! `to_wire` beside them), `error` (the one table of refusals). Must not know a rule: what may be done is decided in
//! `control`.

mod connection;
mod dispatch;
mod error;
mod from_wire;
mod identity;
mod listener;
mod operation;
mod tls;
mod to_wire;
mod verifier;

use std::sync::Arc;
use std::time::Duration;

use control::Control;
use kmip_wire::Limits;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub use self::listener::{Door, serve};
pub use self::tls::KmipFault;
use crate::probes::Metrics;

/// What the operator can say about the door for keys.
#[derive(Debug)]
pub struct KmipSettings {
    /// What it shows to nodes.
    pub certificate: DoorCertificate,
    /// How long and how much.
    pub limits: KmipLimits,
}

/// What the door shows to nodes, so that they know it.
#[derive(Debug)]
pub enum DoorCertificate {
    /// A certificate of Atrest's own authority under these names and addresses, renewed by itself.
    Own {
        /// DNS names and IP addresses by which nodes reach the door.
        names: Vec<String>,
    },
    /// A certificate of the operator's, who renews it.
    Given {
        /// The chain, leaf first.
        chain: Vec<CertificateDer<'static>>,
        /// Its private key.
        key: PrivateKeyDer<'static>,
    },
}

/// How long and how much a node may. Every step of every connection has an end.
#[derive(Debug, Clone)]
pub struct KmipLimits {
    /// How long, deep and full of items a message may be.
    pub message: Limits,
    /// How many connections are open at once. When there is no room, whoever has been silent longest makes some.
    /// Each costs a file descriptor.
    pub connections: usize,
    /// How many connections one node may have open. One more is told so, and closed.
    pub connections_per_node: usize,
    /// Whether a node always comes from the same address, so that another one is worth an event.
    pub fixed_addresses: bool,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long a connection may stay silent between two messages.
    pub idle: Duration,
    /// How long a message that has begun may pause.
    pub pause: Duration,
    /// How long a message may take from its first byte to its last.
    pub whole: Duration,
    /// How long an answer may take to be written.
    pub write: Duration,
    /// How long messages in flight may go on after shutdown began.
    pub drain: Duration,
}

impl Default for KmipLimits {
    /// PyKMIP's clients keep a connection and may use it rarely, so silence is long; every other step is a matter of
    /// milliseconds for a healthy client. A node has one connection or opens one for each request; a driver's pool
    /// may open some dozens.
    fn default() -> Self {
        Self {
            message: Limits::default(),
            connections: 8192,
            connections_per_node: 256,
            fixed_addresses: false,
            handshake: Duration::from_secs(10),
            idle: Duration::from_secs(30 * 60),
            pause: Duration::from_secs(10),
            whole: Duration::from_secs(30),
            write: Duration::from_secs(30),
            drain: Duration::from_secs(10),
        }
    }
}

impl Default for KmipSettings {
    fn default() -> Self {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        Self { certificate: DoorCertificate::Own { names }, limits: KmipLimits::default() }
    }
}

/// The door, ready to be opened. Clones share everything.
#[derive(Debug, Clone)]
pub struct Kmip(Arc<Inner>);

struct Inner {
    control: Control,
    limits: KmipLimits,
    metrics: Metrics,
    tls: tls::Tls,
    roll: identity::Roll,
}

impl Kmip {
    /// Prepares the door: reads whom to believe and makes what it shows.
    /// Errors: the certificate does not fit its key, a name fits no certificate, or the store is away.
    pub async fn prepare(control: Control, settings: KmipSettings, metrics: Metrics) -> Result<Self, KmipFault> {
        let KmipSettings { certificate, limits } = settings;
        let tls = tls::Tls::prepare(&control, certificate).await?;
        Ok(Self(Arc::new(Inner { control, limits, metrics, tls, roll: identity::Roll::default() })))
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kmip").field("limits", &self.limits).finish_non_exhaustive()
    }
}
