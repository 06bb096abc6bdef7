//! The state that is told, beside the one that is stored (product.md 3.3, 4.3).
//!
//! ```text
//!   stored                      customer key   told
//!   Deactivated, Compromised,
//!   Destroyed (both)            any            as stored: true whatever the customer does
//!   Pre-Active, Active          usable, or unknown, within lease or grace    as stored
//!                               usable, or unknown, past both                nothing: an error that passes
//!                               lost                                         Deactivated, when the policy says
//! ```
//!
//! The stored state is not touched, so Active returns with the customer's key. A policy delays what is told here and
//! nothing else: whether a key is handed out or used is decided in `lease`, which knows no policy. Nobody is ever told
//! that an object does not exist because a provider cannot be reached: one kind of node would stop for good.
//!
//! Must not know the stored life's rules, nor how an answer is spelled.

use std::time::Duration;

use crate::master_key::backing::Backing;
use crate::master_key::state::State;
use crate::time::Timestamp;

/// What a cluster does when its customer key is definitively lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LossPolicy {
    /// Nodes are told at once, and stop.
    #[default]
    Freeze,
    /// Nodes that run are told nothing; new ones are not let in.
    BlockNewNodes,
    /// Nodes are told nothing. A node that starts gets no key all the same.
    AlertOnly,
    /// Nodes are told after a while.
    Grace(Duration),
}

/// Why a state cannot be told: we do not know it, and do not guess. It passes; asking again later is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untold;

impl LossPolicy {
    /// Tells whether a running node is told of a loss, `since` when it is lost. A clock that went back tells at once.
    #[must_use]
    pub fn tells(self, since: Timestamp, now: Timestamp) -> bool {
        match self {
            Self::Freeze => true,
            Self::BlockNewNodes | Self::AlertOnly => false,
            Self::Grace(grace) => now < since || now.since(since) >= grace,
        }
    }

    /// Tells whether a new node may enrol while the customer's key is so.
    #[must_use]
    pub const fn admits_node(self, backing: Backing) -> bool {
        match (self, backing) {
            (_, Backing::Usable | Backing::Unknown) | (Self::AlertOnly, Backing::Lost { .. }) => true,
            (Self::Freeze | Self::BlockNewNodes | Self::Grace(_), Backing::Lost { .. }) => false,
        }
    }
}

/// Gives the state to tell. `covered` says whether the last successful check is recent enough to be believed (see
/// `lease::covered`).
/// Errors: `Untold`.
pub fn told_state(
    stored: State,
    backing: Backing,
    covered: bool,
    policy: LossPolicy,
    now: Timestamp,
) -> Result<State, Untold> {
    match stored {
        State::Deactivated | State::Compromised | State::Destroyed | State::DestroyedCompromised => Ok(stored),
        State::PreActive | State::Active => match backing {
            Backing::Lost { since } if policy.tells(since, now) => Ok(State::Deactivated),
            Backing::Lost { .. } => Ok(stored),
            Backing::Usable | Backing::Unknown if covered => Ok(stored),
            Backing::Usable | Backing::Unknown => Err(Untold),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master_key::fixture::{DAY, MINUTE, NOW, SECOND};

    const LOST: Backing = Backing::Lost { since: NOW };
    const POLICIES: [LossPolicy; 4] =
        [LossPolicy::Freeze, LossPolicy::BlockNewNodes, LossPolicy::AlertOnly, LossPolicy::Grace(MINUTE)];

    #[test]
    fn every_stored_state_with_every_backing() {
        for stored in State::ALL {
            let follows = matches!(stored, State::PreActive | State::Active);
            for covered in [true, false] {
                for policy in POLICIES {
                    for backing in [Backing::Usable, Backing::Unknown] {
                        let expected = if covered || !follows { Ok(stored) } else { Err(Untold) };
                        assert_eq!(told_state(stored, backing, covered, policy, NOW), expected, "{stored:?}");
                    }
                }
                let expected = if follows { State::Deactivated } else { stored };
                let told = told_state(stored, LOST, covered, LossPolicy::Freeze, NOW);
                assert_eq!(told, Ok(expected), "{stored:?}");
            }
        }
    }

    #[test]
    fn a_policy_delays_what_is_told() {
        let told = |policy, now| told_state(State::Active, LOST, false, policy, now);
        for (policy, now, expected) in [
            (LossPolicy::Freeze, NOW, State::Deactivated),
            (LossPolicy::BlockNewNodes, NOW + DAY, State::Active),
            (LossPolicy::AlertOnly, NOW + DAY, State::Active),
            (LossPolicy::Grace(MINUTE), NOW, State::Active),
            (LossPolicy::Grace(MINUTE), NOW + MINUTE - SECOND, State::Active),
            (LossPolicy::Grace(MINUTE), NOW + MINUTE, State::Deactivated),
            (LossPolicy::Grace(MINUTE), NOW - SECOND, State::Deactivated),
            (LossPolicy::Grace(Duration::ZERO), NOW, State::Deactivated),
        ] {
            assert_eq!(told(policy, now), Ok(expected), "{policy:?} {now:?}");
        }
        assert_eq!(LossPolicy::default(), LossPolicy::Freeze);
    }

    #[test]
    fn new_nodes_wait_for_the_key_unless_alerts_are_all_that_is_wanted() {
        for (policy, expected) in POLICIES.into_iter().zip([false, false, true, false]) {
            assert_eq!(policy.admits_node(LOST), expected, "{policy:?}");
            assert!(policy.admits_node(Backing::Usable));
            assert!(policy.admits_node(Backing::Unknown));
        }
    }
}
