//! Atrest's own certificate authority: how long one signs, and how long it is believed after its successor has
//! come.
//!
//! ```text
//!   made at first need        a year                                      its last certificate has ended,
//!   ──────────────────► signs ──────► a successor signs; it is believed ─────────────────────────────────► gone
//! ```
//!
//! All that are believed are in the bundle, so nodes that were given the bundle before the change and after it
//! understand each other. Must not know keys, or how a certificate is made.

use std::time::Duration;

use crate::id::CertificateAuthorityId;
use crate::node::NodeCertificate;
use crate::time::Timestamp;

/// A certificate authority, as far as everybody may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateAuthority {
    /// Its id.
    pub id: CertificateAuthorityId,
    /// Counts them, from 1; the greatest signs.
    pub generation: i64,
    /// Its certificate, as DER.
    pub certificate: Vec<u8>,
    /// SHA-256 of its public key, as certificates carry it.
    pub public_key: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
    /// The end its certificate carries.
    pub expires_at: Timestamp,
}

impl CertificateAuthority {
    /// How long one lasts. Ours to choose: long enough to sign for a year and to outlive what it signed.
    pub const LASTS: Duration = Duration::from_secs(2 * 365 * 24 * 3600);
    /// How long one signs.
    pub const SIGNS: Duration = Duration::from_secs(365 * 24 * 3600);

    /// Tells whether it signs, or is to have a successor first.
    #[must_use]
    pub fn signs(&self, now: Timestamp) -> bool {
        now < self.created_at + Self::SIGNS && now < self.expires_at
    }

    /// Tells whether it is still believed. The newest is; one with a successor is as long as anything it signed
    /// counts, and at least as long as what it may have signed while the successor was being made.
    #[must_use]
    pub fn is_believed(
        &self,
        successor_made_at: Option<Timestamp>,
        last_certificate_ends_at: Option<Timestamp>,
        now: Timestamp,
    ) -> bool {
        if now >= self.expires_at {
            return false;
        }
        let Some(succeeded_at) = successor_made_at else { return true };
        let signed_last = succeeded_at + NodeCertificate::OVERLAP;
        now < last_certificate_ends_at.map_or(signed_last, |end| end.max(signed_last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADE: Timestamp = Timestamp::from_millis(1_790_000_000_000);
    const DAY: Duration = Duration::from_secs(24 * 3600);

    fn authority() -> CertificateAuthority {
        CertificateAuthority {
            id: CertificateAuthorityId::from_random([1; 12]),
            generation: 1,
            certificate: Vec::new(),
            public_key: [0; 32],
            created_at: MADE,
            expires_at: MADE + CertificateAuthority::LASTS,
        }
    }

    #[test]
    fn one_signs_for_a_year_and_outlives_all_it_signed() {
        assert!(authority().signs(MADE));
        assert!(authority().signs(MADE + 365 * DAY - Duration::from_millis(1)));
        assert!(!authority().signs(MADE + 365 * DAY));
        assert!(CertificateAuthority::SIGNS + NodeCertificate::LASTS < CertificateAuthority::LASTS);
    }

    #[test]
    fn one_is_believed_until_its_last_certificate_has_ended() {
        let succeeded = MADE + 365 * DAY;
        let check = |successor, last_end: Option<Timestamp>, now, expected| {
            assert_eq!(
                authority().is_believed(successor, last_end, now),
                expected,
                "{successor:?} {last_end:?} {now:?}"
            );
        };
        check(None, None, MADE, true);
        check(None, None, MADE + 729 * DAY, true);
        check(None, None, MADE + 730 * DAY, false);
        check(Some(succeeded), None, succeeded, true);
        check(Some(succeeded), None, succeeded + DAY, false);
        check(Some(succeeded), Some(succeeded + 30 * DAY), succeeded + 29 * DAY, true);
        check(Some(succeeded), Some(succeeded + 30 * DAY), succeeded + 30 * DAY, false);
        check(Some(succeeded), Some(MADE), succeeded, true);
        check(Some(succeeded), Some(MADE + 900 * DAY), MADE + 730 * DAY, false);
    }
}
