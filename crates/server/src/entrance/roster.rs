//! Who may be asked to leave when there is no room: connections without a request in flight, those
//! that have never sent one first, then whoever has been silent longest.
//! Must not know sockets, nor what is spoken on them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

/// All connections that are waiting for a request.
#[derive(Debug, Default)]
pub(crate) struct Roster(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    connections: BTreeMap<Ticket, CancellationToken>,
}

/// A place in the order of leaving: lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ticket {
    has_spoken: bool,
    number: u64,
}

/// What one connection is doing.
#[derive(Debug)]
pub(crate) struct Life {
    roster: Arc<Roster>,
    dismissal: CancellationToken,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    ticket: Option<Ticket>,
    requests: u64,
}

/// The phases of a connection. Quiet → Head when a byte comes, → Busy when the head is whole,
/// → Quiet when the whole answer is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing has come since the last answer.
    Quiet,
    /// A part of a request's head has come.
    Head,
    /// A request is being answered.
    Busy,
}

/// Says that the connection was told to leave.
#[derive(Debug)]
pub(crate) struct Dismissed;

impl fmt::Display for Dismissed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection made room for another")
    }
}

impl std::error::Error for Dismissed {}

impl Roster {
    /// Asks up to `count` connections to leave.
    pub(crate) fn dismiss(&self, count: usize) {
        let mut waiting = self.lock();
        for _ in 0..count {
            let Some((_, dismissal)) = waiting.connections.pop_first() else { return };
            dismissal.cancel();
        }
    }

    fn enter(&self, has_spoken: bool, dismissal: CancellationToken) -> Ticket {
        let mut waiting = self.lock();
        let ticket = Ticket { has_spoken, number: waiting.next };
        waiting.next = waiting.next.wrapping_add(1);
        waiting.connections.insert(ticket, dismissal);
        ticket
    }

    /// Tells whether the ticket was still there: if not, its holder was dismissed.
    fn leave(&self, ticket: Ticket) -> bool {
        self.lock().connections.remove(&ticket).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Life {
    /// Begins a connection's life: it waits for its first request.
    pub(crate) fn begin(roster: &Arc<Roster>) -> Arc<Self> {
        let dismissal = CancellationToken::new();
        let ticket = roster.enter(false, dismissal.clone());
        let state = State { phase: Phase::Quiet, ticket: Some(ticket), requests: 0 };
        Arc::new(Self { roster: Arc::clone(roster), dismissal, state: Mutex::new(state) })
    }

    /// Waits until the connection is told to leave.
    pub(crate) async fn dismissed(&self) {
        self.dismissal.cancelled().await;
    }

    /// Gives the phase, and how many requests have begun.
    pub(crate) fn phase(&self) -> (Phase, u64) {
        let state = self.lock();
        (state.phase, state.requests)
    }

    /// Takes note that bytes came: out of silence, they begin a head.
    pub(crate) fn heard(&self) {
        let mut state = self.lock();
        if state.phase == Phase::Quiet {
            state.phase = Phase::Head;
        }
    }

    /// Begins a request, which nobody interrupts; it lasts until the guard is dropped.
    /// Errors: `Dismissed` if the connection was told to leave before.
    pub(crate) fn begin_request(self: &Arc<Self>) -> Result<Busy, Dismissed> {
        let mut state = self.lock();
        state.phase = Phase::Busy;
        state.requests = state.requests.wrapping_add(1);
        match state.ticket.take() {
            Some(ticket) if !self.roster.leave(ticket) => Err(Dismissed),
            Some(_) | None => Ok(Busy(Arc::clone(self))),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        if let Some(ticket) = self.lock().ticket.take() {
            self.roster.leave(ticket);
        }
    }
}

/// Marks a request in flight.
#[derive(Debug)]
pub(crate) struct Busy(Arc<Life>);

impl Drop for Busy {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.phase = Phase::Quiet;
        state.ticket = Some(self.0.roster.enter(true, self.0.dismissal.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_never_spoke_leaves_first_then_who_was_silent_longest() {
        let roster = Arc::new(Roster::default());
        let lives: Vec<_> = (0..4).map(|_| Life::begin(&roster)).collect();
        drop(lives[0].begin_request().unwrap());
        drop(lives[1].begin_request().unwrap());
        let busy = lives[2].begin_request().unwrap();
        let gone = || lives.iter().map(|life| life.dismissal.is_cancelled()).collect::<Vec<_>>();
        roster.dismiss(1);
        assert_eq!(gone(), [false, false, false, true]);
        roster.dismiss(1);
        assert_eq!(gone(), [true, false, false, true]);
        roster.dismiss(5);
        assert_eq!(gone(), [true, true, false, true], "a request in flight is never interrupted");
        drop(busy);
        roster.dismiss(1);
        assert_eq!(gone(), [true, true, true, true]);
    }

    #[test]
    fn who_was_dismissed_begins_no_request() {
        let roster = Arc::new(Roster::default());
        let life = Life::begin(&roster);
        roster.dismiss(1);
        assert!(life.begin_request().is_err());
    }

    #[test]
    fn who_is_gone_is_off_the_roster() {
        let roster = Arc::new(Roster::default());
        let life = Life::begin(&roster);
        drop(life.begin_request().unwrap());
        drop(life);
        assert!(roster.lock().connections.is_empty());
    }
}
