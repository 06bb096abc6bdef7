//! What becomes of a private endpoint: a pure table of moves.
//!
//! ```text
//!                    SeenPending                  SeenApproved
//!   Initiating -----------------> PendingAcceptance <=========> Active
//!     |  |  |                        |      |       SeenPending  |  |
//!     |  |  +------------------------|------|----------------->--+  |    SeenApproved from Initiating: Active
//!     |  |                           |      |                       |
//!     |  | CreationRefused,          |      | CreationRefused       | CreationRefused
//!     |  | TimedOut                  |      v                       v
//!     |  +---------------------------|----> Failed <----------------+
//!     |                              |        ^
//!     | SeenRefused (the 5th) -------+--------+                          GiveUp
//!     | SeenRefused (the 1st to the 4th), from Initiating, PendingAcceptance and Active: Recreate
//!     v
//!   PendingRecreation -- SuccessorSettled --> (row removed)              Remove
//!
//!   every state but Deleting -- DeleteAsked --> Deleting -- ResourceGone --> (row removed)
//! ```
//!
//! `SeenRefused(ResourceGone)` is news only where the resource was seen before: an endpoint in Initiating without one
//! is simply not there yet. What no arrow names changes nothing. Must not know clouds, clocks or tables.
//! Source: product.md 5.1.

use std::time::Duration;

use super::EndpointState;

/// How many refusals in a row of successors are the last.
pub const MOST_REJECTIONS: u32 = 5;

/// How long an endpoint stays active before what was refused before it is forgotten.
pub const FORGIVEN_AFTER: Duration = Duration::from_secs(3600);

/// How an endpoint came to be unwanted on the vault's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Its connection was rejected.
    Rejected,
    /// Its connection was removed, or its approval ended for good.
    Disconnected,
    /// Our own resource is gone, and not by our hand.
    ResourceGone,
}

/// What happened to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Happening {
    /// The cloud has it, and its connection waits for an approval.
    SeenPending,
    /// The cloud has it, and its connection is approved or needs no approval.
    SeenApproved,
    /// The vault's side wants it no more.
    SeenRefused(Refusal),
    /// The cloud will not make it, or made something that cannot be used.
    CreationRefused,
    /// It was not made in time.
    TimedOut,
    /// Somebody asked for its deletion.
    DeleteAsked,
    /// Its resource is confirmed gone, by our hand.
    ResourceGone,
    /// Its resource is gone and its successor is active, gone, or being recreated or deleted itself.
    SuccessorSettled,
}

/// What a happening makes of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
    /// Nothing changes.
    Stay,
    /// It comes into another state.
    To(EndpointState),
    /// It becomes `PendingRecreation`, and a successor begins.
    Recreate,
    /// It becomes `Failed`: it was refused too often.
    GiveUp,
    /// Its row goes.
    Remove,
}

/// Decides what a happening makes of an endpoint that, with those before it, was refused `rejections` times before.
#[must_use]
pub const fn step(state: EndpointState, rejections: u32, happening: Happening) -> Move {
    use EndpointState as S;
    use Happening as H;
    match (state, happening) {
        (S::Initiating | S::Active, H::SeenPending) => Move::To(S::PendingAcceptance),
        (S::Initiating | S::PendingAcceptance, H::SeenApproved) => Move::To(S::Active),
        // Not there yet, rather than gone: its making goes on until its time is over.
        (S::Initiating, H::SeenRefused(Refusal::ResourceGone)) => Move::Stay,
        (S::Initiating | S::PendingAcceptance | S::Active, H::SeenRefused(_)) => {
            if rejections.saturating_add(1) >= MOST_REJECTIONS { Move::GiveUp } else { Move::Recreate }
        }
        (S::Initiating | S::PendingAcceptance | S::Active, H::CreationRefused) | (S::Initiating, H::TimedOut) => {
            Move::To(S::Failed)
        }
        (S::Initiating | S::PendingAcceptance | S::Active | S::Failed | S::PendingRecreation, H::DeleteAsked) => {
            Move::To(S::Deleting)
        }
        (S::Deleting, H::ResourceGone) | (S::PendingRecreation, H::SuccessorSettled) => Move::Remove,
        (S::Initiating | S::PendingAcceptance | S::Active | S::Failed | S::PendingRecreation | S::Deleting, _) => {
            Move::Stay
        }
    }
}

/// Tells how many refusals in a row count against an endpoint that was refused `rejections` times, with those before
/// it, and has been in its state for so long: none once it was of use for a good while.
#[must_use]
pub fn rejections_that_count(state: EndpointState, rejections: u32, time_in_state: Duration) -> u32 {
    if state == EndpointState::Active && time_in_state >= FORGIVEN_AFTER { 0 } else { rejections }
}

/// Tells how long the making of an endpoint waits after it and those before it were refused `rejections` times: not
/// at all at first and after the first refusal, then the pauses of `backoff` in turn.
#[must_use]
pub const fn wait_before(rejections: u32, backoff: &[Duration; 3]) -> Duration {
    let [second, third, further] = *backoff;
    match rejections {
        0 | 1 => Duration::ZERO,
        2 => second,
        3 => third,
        4.. => further,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EndpointState as S;
    use Happening as H;

    const HAPPENINGS: [Happening; 10] = [
        H::SeenPending,
        H::SeenApproved,
        H::SeenRefused(Refusal::Rejected),
        H::SeenRefused(Refusal::Disconnected),
        H::SeenRefused(Refusal::ResourceGone),
        H::CreationRefused,
        H::TimedOut,
        H::DeleteAsked,
        H::ResourceGone,
        H::SuccessorSettled,
    ];

    fn check(state: EndpointState, happening: Happening, expected: Move) {
        assert_eq!(step(state, 0, happening), expected, "{state:?} {happening:?}");
    }

    #[test]
    fn what_was_refused_is_forgotten_once_an_endpoint_was_of_use() {
        let short = FORGIVEN_AFTER.saturating_sub(Duration::from_millis(1));
        assert_eq!(rejections_that_count(S::Active, 4, FORGIVEN_AFTER), 0);
        assert_eq!(rejections_that_count(S::Active, 4, short), 4);
        for state in S::ALL.into_iter().filter(|state| *state != S::Active) {
            assert_eq!(rejections_that_count(state, 4, FORGIVEN_AFTER), 4, "{state:?}");
        }
    }

    #[test]
    fn an_endpoint_that_is_made_waits_for_its_approval() {
        check(S::Initiating, H::SeenPending, Move::To(S::PendingAcceptance));
    }

    #[test]
    fn an_endpoint_that_needs_no_approval_is_active_at_once() {
        check(S::Initiating, H::SeenApproved, Move::To(S::Active));
    }

    #[test]
    fn an_approval_makes_it_active() {
        check(S::PendingAcceptance, H::SeenApproved, Move::To(S::Active));
    }

    #[test]
    fn an_approval_taken_back_makes_it_wait_again() {
        check(S::Active, H::SeenPending, Move::To(S::PendingAcceptance));
    }

    #[test]
    fn a_refusal_calls_for_a_successor_from_every_state_it_is_seen_in() {
        for state in [S::Initiating, S::PendingAcceptance, S::Active] {
            check(state, H::SeenRefused(Refusal::Rejected), Move::Recreate);
            check(state, H::SeenRefused(Refusal::Disconnected), Move::Recreate);
        }
        for state in [S::PendingAcceptance, S::Active] {
            check(state, H::SeenRefused(Refusal::ResourceGone), Move::Recreate);
        }
    }

    #[test]
    fn a_resource_that_is_not_there_yet_is_not_gone() {
        check(S::Initiating, H::SeenRefused(Refusal::ResourceGone), Move::Stay);
        check(S::Initiating, H::ResourceGone, Move::Stay);
    }

    #[test]
    fn the_fifth_refusal_is_the_last() {
        for state in [S::Initiating, S::PendingAcceptance, S::Active] {
            let refused = |before| step(state, before, H::SeenRefused(Refusal::Rejected));
            assert_eq!([0, 1, 2, 3].map(refused), [Move::Recreate; 4]);
            assert_eq!([4, 5, u32::MAX].map(refused), [Move::GiveUp; 3]);
        }
    }

    #[test]
    fn what_the_cloud_refuses_fails() {
        for state in [S::Initiating, S::PendingAcceptance, S::Active] {
            check(state, H::CreationRefused, Move::To(S::Failed));
        }
    }

    #[test]
    fn only_the_making_has_an_end_of_its_time() {
        check(S::Initiating, H::TimedOut, Move::To(S::Failed));
        for state in [S::PendingAcceptance, S::Active, S::Failed, S::PendingRecreation, S::Deleting] {
            check(state, H::TimedOut, Move::Stay);
        }
    }

    #[test]
    fn it_can_be_deleted_from_every_state() {
        for state in [S::Initiating, S::PendingAcceptance, S::Active, S::Failed, S::PendingRecreation] {
            check(state, H::DeleteAsked, Move::To(S::Deleting));
        }
        check(S::Deleting, H::DeleteAsked, Move::Stay);
    }

    #[test]
    fn a_deleted_one_goes_when_its_resource_is_gone_and_not_before() {
        for happening in HAPPENINGS {
            let expected = if happening == H::ResourceGone { Move::Remove } else { Move::Stay };
            check(S::Deleting, happening, expected);
        }
    }

    #[test]
    fn a_replaced_one_goes_when_its_successor_is_settled() {
        for happening in HAPPENINGS {
            let expected = if happening == H::SuccessorSettled {
                Move::Remove
            } else if happening == H::DeleteAsked {
                Move::To(S::Deleting)
            } else {
                Move::Stay
            };
            check(S::PendingRecreation, happening, expected);
        }
    }

    #[test]
    fn a_failed_one_stays_until_somebody_deletes_it() {
        for happening in HAPPENINGS {
            let expected = if happening == H::DeleteAsked { Move::To(S::Deleting) } else { Move::Stay };
            check(S::Failed, happening, expected);
        }
    }

    #[test]
    fn what_is_so_already_changes_nothing() {
        check(S::PendingAcceptance, H::SeenPending, Move::Stay);
        check(S::Active, H::SeenApproved, Move::Stay);
        for state in [S::Initiating, S::PendingAcceptance, S::Active] {
            check(state, H::SuccessorSettled, Move::Stay);
        }
    }

    #[test]
    fn refusals_space_out_the_attempts() {
        let backoff = [1, 5, 30].map(Duration::from_secs);
        let waits = [0, 1, 2, 3, 4, 5].map(|rejections| wait_before(rejections, &backoff).as_secs());
        assert_eq!(waits, [0, 0, 1, 5, 30, 30]);
    }
}
