//! Enrolment: how a token becomes a certificate, once.
//!
//! ```text
//!              an hour, or a newer token of the node
//!   Open ────────────────────────────────────────────────────────────► Void
//!    │                                                                   ▲
//!    │ a request with key K: the certificate is written                  │ any other key,
//!    ▼                                                                   │ or later than 10 minutes
//!   Used(K) ─────────────────────────────────────────────────────────────┘
//!    │    ▲
//!    └────┘ a request with key K within 10 minutes: the same certificate again
//! ```
//!
//! Open to Used happens in the transaction that writes the certificate, so of two requests one wins. A revoked
//! node has no way to any certificate. Must not know how a token is spelled or a key is proved.

use std::time::Duration;

use super::certificate::{KeyHash, NodeCertificate, Serial};
use super::{Node, Standing};
use crate::id::NodeId;
use crate::time::Timestamp;

/// What is kept of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentToken {
    /// SHA-256 of its 256 random bits; the bits themselves are shown once and not kept.
    pub sha256: [u8; 32],
    /// The only node it can enrol.
    pub node: NodeId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it can no longer be used.
    pub expires_at: Timestamp,
    /// What it was used for, if it was.
    pub used: Option<TokenUse>,
}

/// What a token was used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenUse {
    /// When.
    pub at: Timestamp,
    /// The certificate that was written.
    pub serial: Serial,
}

/// What a request that is in order leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolmentStep {
    /// A certificate is to be written.
    Issue,
    /// The answer was lost: the certificate that was written is to be given again.
    Repeat(Serial),
}

/// Why a request leads to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolmentRefusal {
    /// Nobody was given such a token, or a newer one of the same node took its place.
    Unknown,
    /// Its hour is over.
    Expired,
    /// It was used with another key, or too long ago.
    Used,
    /// Its node was revoked.
    NodeRevoked,
    /// The node has had a certificate for that key. A new certificate needs a new key.
    KeyUsedBefore,
}

impl EnrolmentToken {
    /// How long a token can be used. Source: product.md 4.1.
    pub const LASTS: Duration = Duration::from_secs(3600);
    /// How long the same key may ask again. Source: product.md 4.1.
    pub const REPEATS: Duration = Duration::from_secs(600);
}

/// Makes a token of a node that was not revoked.
/// Errors: `NodeRevoked`.
pub fn next_token(node: &Node, sha256: [u8; 32], now: Timestamp) -> Result<EnrolmentToken, EnrolmentRefusal> {
    if node.revoked_at.is_some() {
        return Err(EnrolmentRefusal::NodeRevoked);
    }
    let expires_at = now + EnrolmentToken::LASTS;
    Ok(EnrolmentToken { sha256, node: node.id, created_at: now, expires_at, used: None })
}

/// Decides what a request with a token and a key, whose holder proved it, leads to. `certificates` are all that
/// the node ever had.
/// Errors: why it leads to nothing.
pub fn enrol(
    token: &EnrolmentToken,
    node: &Node,
    certificates: &[NodeCertificate],
    key: &KeyHash,
    now: Timestamp,
) -> Result<EnrolmentStep, EnrolmentRefusal> {
    if token.node != node.id {
        return Err(EnrolmentRefusal::Unknown);
    }
    if node.revoked_at.is_some() {
        return Err(EnrolmentRefusal::NodeRevoked);
    }
    if let Some(TokenUse { at, serial }) = token.used {
        let written = certificates.iter().find(|one| one.serial == serial);
        let same = written.is_some_and(|one| one.public_key == *key && one.standing(now) == Standing::Live);
        let soon = now < at + EnrolmentToken::REPEATS;
        return if same && soon { Ok(EnrolmentStep::Repeat(serial)) } else { Err(EnrolmentRefusal::Used) };
    }
    if now >= token.expires_at {
        return Err(EnrolmentRefusal::Expired);
    }
    if certificates.iter().any(|one| one.public_key == *key) {
        return Err(EnrolmentRefusal::KeyUsedBefore);
    }
    Ok(EnrolmentStep::Issue)
}
