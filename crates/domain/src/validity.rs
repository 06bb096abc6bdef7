//! What the last checks of a customer key found, and what a new finding makes of it.
//!
//! ```text
//!              usable                  definitive                definitive again, >= CONFIRM_AFTER later
//!   Unknown ------------> Valid -------------------> Suspect ---------------------------------> Invalid
//!      ^                    ^                         |    |                                       ^
//!      | transient,         | usable,                 |    | ... while many keys fail at once      |
//!      | from every state   | from every state        |    v                                       |
//!      +----                +----                     |   Held ---- definitive, >= HOLD_FOR later -+
//!                                                     |
//!   Unknown -- definitive --> Suspect, or Invalid at once if the last definite answer was Invalid
//! ```
//!
//! Suspect is told as what was known before it; Held and Unknown are told as Unknown, with the last
//! definite answer kept. Must not know how a check is made or stored. Source: product.md 2.2, 2.3.

mod failure;

use std::time::Duration;

use crate::time::Timestamp;
pub use failure::{DefiniteReason, Failure, ForeignText, Reason, TransientReason};

/// How long after a first definitive finding a second one counts. Source: product.md 2.3.
pub const CONFIRM_AFTER: Duration = Duration::from_secs(1);
/// How long a key is held at Unknown while many fail at once. Source: product.md 2.3.
pub const HOLD_FOR: Duration = Duration::from_secs(60);

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The key encrypted and decrypted.
    Usable,
    /// It did not.
    Failed(Failure),
}

/// An answer that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Definite {
    /// The key can be used.
    Valid,
    /// The key cannot be used.
    Invalid,
}

/// Where a customer key stands. See the drawing in the file header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// We do not know.
    Unknown {
        /// What kept us from knowing; nothing before the first check.
        failure: Option<Failure>,
        /// The last answer that counted.
        was: Option<Definite>,
    },
    /// The key can be used.
    Valid,
    /// A first definitive finding waits for its confirmation.
    Suspect {
        /// The first finding.
        failure: Failure,
        /// The last answer that counted.
        was: Option<Definite>,
        /// When the first finding was made.
        since: Timestamp,
    },
    /// A confirmed finding waits, because many keys failed at once.
    Held {
        /// The finding.
        failure: Failure,
        /// The last answer that counted.
        was: Option<Definite>,
        /// When it was first held.
        since: Timestamp,
    },
    /// The key cannot be used.
    Invalid {
        /// Why not.
        failure: Failure,
    },
}

/// Where a customer key stands, and what has been said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validity {
    /// Where it stands.
    pub state: State,
    /// When the last check began that gave a finding.
    pub checked_at: Option<Timestamp>,
    /// Whether it was said that the provider cannot be reached, and not yet that it can.
    pub network_denied: bool,
    /// Whether settings were saved without proof, so that the first definite answer is news.
    pub awaiting_proof: bool,
    /// Counts the changes of the definite answer; whoever remembers an answer compares it.
    pub generation: i64,
}

/// What the world should be told after a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// The key became unusable.
    KeyInvalid,
    /// The key became usable again.
    KeyValid,
    /// The provider cannot be reached.
    NetworkDenied,
    /// The provider can be reached again.
    NetworkRestored,
    /// Settings saved without proof turned out right.
    ProofSucceeded,
    /// Settings saved without proof turned out wrong.
    ProofFailed,
}

/// When to look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recheck {
    /// At the next regular time.
    Regularly,
    /// After this long, with fresh tokens.
    After(Duration),
}

/// Whether many keys are failing at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MassFailure {
    /// They are not.
    No,
    /// They are: one fault of ours or of a cloud must not freeze a fleet.
    Yes,
}

/// Decides whether `turned` credentials of `all` turning definitive within a minute are too many to
/// believe. Source: product.md 2.3.
#[must_use]
pub const fn mass_failure(turned: usize, all: usize) -> MassFailure {
    if turned >= 5 && turned.saturating_mul(5) >= all { MassFailure::Yes } else { MassFailure::No }
}

/// What a finding makes of a validity.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// Where the key stands now.
    pub next: Validity,
    /// What to tell, in order.
    pub facts: Vec<Fact>,
    /// When to look again.
    pub recheck: Recheck,
}

impl Validity {
    /// Gives the validity of a key that was never checked.
    #[must_use]
    pub const fn unchecked() -> Self {
        Self {
            state: State::Unknown { failure: None, was: None },
            checked_at: None,
            network_denied: false,
            awaiting_proof: false,
            generation: 0,
        }
    }

    /// Gives the last answer that counted.
    #[must_use]
    pub const fn last_definite(&self) -> Option<Definite> {
        match &self.state {
            State::Valid => Some(Definite::Valid),
            State::Invalid { .. } => Some(Definite::Invalid),
            State::Unknown { was, .. } | State::Suspect { was, .. } | State::Held { was, .. } => *was,
        }
    }

    /// Gives the answer that counts now; none is "we do not know". A finding that waits for its confirmation does not
    /// count yet.
    #[must_use]
    pub const fn present(&self) -> Option<Definite> {
        match &self.state {
            State::Valid => Some(Definite::Valid),
            State::Invalid { .. } => Some(Definite::Invalid),
            State::Suspect { was, .. } => *was,
            State::Unknown { .. } | State::Held { .. } => None,
        }
    }

    /// Gives what stands between us and a valid key.
    #[must_use]
    pub const fn failure(&self) -> Option<&Failure> {
        match &self.state {
            State::Valid => None,
            State::Unknown { failure, .. } => failure.as_ref(),
            State::Suspect { failure, .. } | State::Held { failure, .. } | State::Invalid { failure } => Some(failure),
        }
    }

    /// Tells whether the key is definitively unusable. One that was found so stays so until it is seen to work: that its
    /// provider cannot be reached meanwhile brings nothing back.
    #[must_use]
    pub const fn is_invalid(&self) -> bool {
        matches!(self.last_definite(), Some(Definite::Invalid))
    }

    /// Tells whether we do not know.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self.state, State::Unknown { .. } | State::Held { .. })
    }

    /// Tells whether a check is older than `freshness`, or was never made.
    #[must_use]
    pub fn is_older_than(&self, freshness: Duration, now: Timestamp) -> bool {
        self.checked_at.is_none_or(|at| now.since(at) > freshness)
    }

    /// Takes in the finding of a check that began at `at`.
    #[must_use]
    pub fn observe(self, finding: Finding, at: Timestamp, mass: MassFailure) -> Step {
        let before = self.last_definite();
        let (state, recheck) = next_state(&self, finding, at, mass);
        let mut next = Self { state, checked_at: Some(at), ..self };
        let mut facts = Vec::new();
        next.tell_network(&mut facts);
        next.tell_definite(before, &mut facts);
        Step { next, facts, recheck }
    }

    fn tell_network(&mut self, facts: &mut Vec<Fact>) {
        let reached = match self.failure().map(|failure| &failure.reason) {
            None | Some(Reason::Definite(_)) => true,
            Some(Reason::Transient(reason)) if reason.is_ours() => return,
            Some(Reason::Transient(_)) => false,
        };
        if reached == self.network_denied {
            facts.push(if reached { Fact::NetworkRestored } else { Fact::NetworkDenied });
            self.network_denied = !reached;
        }
    }

    fn tell_definite(&mut self, before: Option<Definite>, facts: &mut Vec<Fact>) {
        let now = match &self.state {
            State::Valid => Definite::Valid,
            State::Invalid { .. } => Definite::Invalid,
            State::Unknown { .. } | State::Suspect { .. } | State::Held { .. } => return,
        };
        if before != Some(now) {
            self.generation = self.generation.saturating_add(1);
            match (before, now) {
                (Some(Definite::Invalid), Definite::Valid) => facts.push(Fact::KeyValid),
                (_, Definite::Invalid) => facts.push(Fact::KeyInvalid),
                (_, Definite::Valid) => {}
            }
        }
        if self.awaiting_proof {
            self.awaiting_proof = false;
            facts.push(match now {
                Definite::Valid => Fact::ProofSucceeded,
                Definite::Invalid => Fact::ProofFailed,
            });
        }
    }
}

fn next_state(validity: &Validity, finding: Finding, at: Timestamp, mass: MassFailure) -> (State, Recheck) {
    let was = validity.last_definite();
    let failure = match finding {
        Finding::Usable => return (State::Valid, Recheck::Regularly),
        Finding::Failed(failure) => failure,
    };
    if let Reason::Transient(_) = failure.reason {
        return (State::Unknown { failure: Some(failure), was }, Recheck::Regularly);
    }
    let suspect = |failure, since| (State::Suspect { failure, was, since }, Recheck::After(CONFIRM_AFTER));
    let held = |failure, since| (State::Held { failure, was, since }, Recheck::After(HOLD_FOR));
    match &validity.state {
        State::Invalid { .. } | State::Unknown { was: Some(Definite::Invalid), .. } => {
            (State::Invalid { failure }, Recheck::Regularly)
        }
        State::Unknown { .. } | State::Valid => suspect(failure, at),
        State::Suspect { since, .. } if at.since(*since) < CONFIRM_AFTER => suspect(failure, *since),
        State::Suspect { .. } => match mass {
            MassFailure::No => (State::Invalid { failure }, Recheck::Regularly),
            MassFailure::Yes => held(failure, at),
        },
        State::Held { since, .. } if at.since(*since) < HOLD_FOR => held(failure, *since),
        State::Held { .. } => (State::Invalid { failure }, Recheck::Regularly),
    }
}

#[cfg(test)]
mod tests;
