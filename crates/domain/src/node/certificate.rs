//! How long a node's certificate counts. It counts until its end; the end moves forward when a successor with
//! another key is written, or when the node is revoked.
//!
//! ```text
//!                  30 days, or its node is revoked
//!   Live ───────────────────────────────────────────► Ended
//!     │                                                 ▲
//!     │ a successor is written        24 hours          │
//!     └──────────────► Live, outgoing ──────────────────┘
//!                         │  the successor's successor is written: at once
//!                         └──────────────────────────────────────────────►
//! ```
//!
//! So a node never has more than two that count, and two only for a day. Must not know X.509.

use std::fmt;
use std::time::Duration;

use super::NodeRole;
use crate::id::{CertificateAuthorityId, NodeId};
use crate::time::Timestamp;

/// SHA-256 of a public key as certificates carry it.
pub type KeyHash = [u8; 32];

/// A certificate's serial number: 127 random bits, the first byte never zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial([u8; 16]);

impl Serial {
    /// Makes a serial of sixteen bytes from the system's random generator.
    #[must_use]
    pub const fn from_random(bytes: [u8; 16]) -> Self {
        let [first, rest @ ..] = bytes;
        let [b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = rest;
        // A positive number of full length, however it is read.
        Self([(first & 0x7f) | 0x40, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
    }

    /// Gives the number as a certificate carries it, the greatest byte first.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads what `Display` writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 32 || !digits.iter().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).ok()?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({self})")
    }
}

/// What is kept of a certificate of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeCertificate {
    /// Its serial number.
    pub serial: Serial,
    /// Whose it is.
    pub node: NodeId,
    /// Who signed it.
    pub authority: CertificateAuthorityId,
    /// The key it is for.
    pub public_key: KeyHash,
    /// SHA-256 of the whole certificate, by which it is recognised.
    pub fingerprint: [u8; 32],
    /// When it was written.
    pub issued_at: Timestamp,
    /// The end it carries.
    pub expires_at: Timestamp,
    /// When it ceases to count; never after `expires_at`.
    pub ends_at: Timestamp,
}

/// Where a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    Live,
    /// Its time is over.
    Expired,
    /// A successor or a revocation ended it early.
    Ended,
}

impl NodeCertificate {
    /// How long a certificate lasts. Source: issue of the key service, "30 days".
    pub const LASTS: Duration = Duration::from_secs(30 * 24 * 3600);
    /// How long a certificate and its successor both count. Source: product.md 3.6.
    pub const OVERLAP: Duration = Duration::from_secs(24 * 3600);

    /// Tells where the certificate stands.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        if now >= self.expires_at {
            Standing::Expired
        } else if now >= self.ends_at {
            Standing::Ended
        } else {
            Standing::Live
        }
    }
}

/// Tells when each certificate of a node ends because a successor is written now: the newest that counts within
/// a day, all before it at once. What has ended is not mentioned.
#[must_use]
pub fn ends_of_predecessors(certificates: &[NodeCertificate], now: Timestamp) -> Vec<(Serial, Timestamp)> {
    let mut live: Vec<_> = certificates.iter().filter(|one| one.standing(now) == Standing::Live).collect();
    live.sort_by_key(|one| std::cmp::Reverse((one.issued_at, one.serial)));
    let ends = std::iter::once(now + NodeCertificate::OVERLAP).chain(std::iter::repeat(now));
    live.into_iter().zip(ends).map(|(one, end)| (one.serial, one.ends_at.min(end))).collect()
}

impl NodeRole {
    /// Tells whether nodes of this role share the keys of their cluster. Source: product.md 3.1.
    #[must_use]
    pub const fn shares_keys(self) -> bool {
        match self {
            Self::Client => true,
            Self::Mongod | Self::Mongos => false,
        }
    }
}
