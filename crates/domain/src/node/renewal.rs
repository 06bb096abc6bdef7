//! Renewal: a node gets its next certificate by the present one, without an operator.
//!
//! ```text
//!   newest, live ── a request with a new key, signed by the present key ──► the next certificate; the present one
//!        │                                                                  ends within a day
//!        └───────── the same request again ───────────────────────────────► the same certificate again
//! ```
//!
//! Only the newest certificate renews. So if two hold one key, the one who renews second is refused, and the node's
//! operator hears of it; a thief and a node cannot go on side by side. Must not know how a signature is checked.

use std::time::Duration;

use super::certificate::{KeyHash, NodeCertificate, Serial};
use super::{Node, Standing};
use crate::time::Timestamp;

/// How far the clocks of a node and of Atrest may be apart; a request older than that is nobody's any more.
/// Ours to choose: Kerberos takes the same.
pub const CLOCK_SKEW: Duration = Duration::from_secs(300);

/// What a request that is in order leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalStep {
    /// A certificate is to be written.
    Issue,
    /// The answer was lost: the certificate that was written is to be given again.
    Repeat(Serial),
}

/// Why a request leads to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalRefusal {
    /// We gave that certificate to nobody, or to a node whose cluster was deleted.
    Unknown,
    /// It is not signed with the key of that certificate.
    Signature,
    /// It was signed too long ago, or in times to come.
    Clock,
    /// The node was revoked.
    NodeRevoked,
    /// The certificate's time is over.
    Expired,
    /// The certificate has a successor.
    Succeeded,
    /// The node has had a certificate for that key. A new certificate needs a new key.
    KeyUsedBefore,
}

/// Decides what a request leads to that the holder of `present` signed at `signed_at`, for a key whose holder proved
/// it. `certificates` are all that the node ever had.
/// Errors: why it leads to nothing.
pub fn renew(
    node: &Node,
    certificates: &[NodeCertificate],
    present: &NodeCertificate,
    key: &KeyHash,
    signed_at: Timestamp,
    now: Timestamp,
) -> Result<RenewalStep, RenewalRefusal> {
    if present.node != node.id {
        return Err(RenewalRefusal::Unknown);
    }
    if signed_at.as_millis().abs_diff(now.as_millis()) > u64::try_from(CLOCK_SKEW.as_millis()).unwrap_or(u64::MAX) {
        return Err(RenewalRefusal::Clock);
    }
    if node.revoked_at.is_some() {
        return Err(RenewalRefusal::NodeRevoked);
    }
    match present.standing(now) {
        Standing::Live => {}
        Standing::Expired => return Err(RenewalRefusal::Expired),
        Standing::Ended => return Err(RenewalRefusal::Succeeded),
    }
    let age = |one: &NodeCertificate| (one.issued_at, one.serial);
    let newest = certificates.iter().max_by_key(|one| age(one)).unwrap_or(present);
    if let Some(written) = certificates.iter().find(|one| one.public_key == *key) {
        let again = written.serial == newest.serial && age(written) > age(present);
        let live = written.standing(now) == Standing::Live;
        return if again && live {
            Ok(RenewalStep::Repeat(written.serial))
        } else {
            Err(RenewalRefusal::KeyUsedBefore)
        };
    }
    if newest.serial == present.serial { Ok(RenewalStep::Issue) } else { Err(RenewalRefusal::Succeeded) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{CertificateAuthorityId, ClusterId, NodeId, ProjectId};
    use crate::node::{NodeName, NodeRole};

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
    const DAY: Duration = Duration::from_secs(24 * 3600);

    fn node(revoked_at: Option<Timestamp>) -> Node {
        Node {
            id: NodeId::from_random([4; 12]),
            project: ProjectId::from_random([3; 12]),
            cluster: ClusterId::from_random([2; 12]),
            name: NodeName::parse("n").unwrap(),
            role: NodeRole::Client,
            region: None,
            created_at: NOW,
            revoked_at,
        }
    }

    /// The certificate for key `number`, written so long after the start.
    fn certificate(number: u8, after: Duration) -> NodeCertificate {
        let issued_at = NOW + after;
        NodeCertificate {
            serial: Serial::from_random([number; 16]),
            node: node(None).id,
            authority: CertificateAuthorityId::from_random([5; 12]),
            public_key: [number; 32],
            fingerprint: [number; 32],
            issued_at,
            expires_at: issued_at + NodeCertificate::LASTS,
            ends_at: issued_at + NodeCertificate::LASTS,
        }
    }

    #[test]
    fn the_newest_certificate_renews_with_a_new_key_and_no_other() {
        use RenewalRefusal as R;
        let first = certificate(1, Duration::ZERO);
        let outgoing = NodeCertificate { ends_at: NOW + 21 * DAY, ..first.clone() };
        let second = certificate(2, 20 * DAY);
        let both = [outgoing.clone(), second.clone()];
        let check = |had: &[NodeCertificate], present: &NodeCertificate, key: u8, after: Duration, expected| {
            let now = NOW + after;
            assert_eq!(renew(&node(None), had, present, &[key; 32], now, now), expected, "key {key} after {after:?}");
        };
        let alone = [first.clone()];
        check(&alone, &first, 2, Duration::ZERO, Ok(RenewalStep::Issue));
        check(&alone, &first, 2, 30 * DAY - Duration::from_millis(1), Ok(RenewalStep::Issue));
        check(&alone, &first, 2, 30 * DAY, Err(R::Expired));
        check(&alone, &first, 1, DAY, Err(R::KeyUsedBefore));
        // The same request again, as long as the old certificate counts.
        check(&both, &outgoing, 2, 20 * DAY, Ok(RenewalStep::Repeat(second.serial)));
        check(&both, &outgoing, 2, 21 * DAY - Duration::from_millis(1), Ok(RenewalStep::Repeat(second.serial)));
        check(&both, &outgoing, 2, 21 * DAY, Err(R::Succeeded));
        // Somebody else holds the old key and comes second.
        check(&both, &outgoing, 3, 20 * DAY, Err(R::Succeeded));
        check(&both, &second, 3, 20 * DAY, Ok(RenewalStep::Issue));
        check(&both, &second, 1, 20 * DAY, Err(R::KeyUsedBefore));
        check(&both, &second, 2, 20 * DAY, Err(R::KeyUsedBefore));
        // What was repeated once is not, once it has a successor itself.
        let third = certificate(3, 20 * DAY + Duration::from_secs(1));
        check(&[outgoing.clone(), second, third], &outgoing, 2, 20 * DAY + CLOCK_SKEW, Err(R::KeyUsedBefore));
    }

    #[test]
    fn clocks_may_be_five_minutes_apart() {
        let one = certificate(1, Duration::ZERO);
        let check = |signed_at: Timestamp, expected| {
            let now = NOW + DAY;
            let found = renew(&node(None), std::slice::from_ref(&one), &one, &[2; 32], signed_at, now);
            assert_eq!(found, expected, "{signed_at:?}");
        };
        let (now, skew, more) = (NOW + DAY, CLOCK_SKEW, CLOCK_SKEW + Duration::from_millis(1));
        for good in [now, now - skew, now + skew] {
            check(good, Ok(RenewalStep::Issue));
        }
        for bad in [now - more, now + more, Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MAX)] {
            check(bad, Err(RenewalRefusal::Clock));
        }
    }

    #[test]
    fn a_revoked_node_and_a_foreign_one_renew_nothing() {
        let one = certificate(1, Duration::ZERO);
        let had = [one.clone()];
        assert_eq!(renew(&node(Some(NOW)), &had, &one, &[2; 32], NOW, NOW), Err(RenewalRefusal::NodeRevoked));
        let other = Node { id: NodeId::from_random([7; 12]), ..node(None) };
        assert_eq!(renew(&other, &had, &one, &[2; 32], NOW, NOW), Err(RenewalRefusal::Unknown));
    }
}
