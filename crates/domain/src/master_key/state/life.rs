//! One life: its dates, and the steps taken. The drawing is in `state`. Must not know who asks.

use std::time::Duration;

use super::{Ending, Move, MoveRefusal, State};
use crate::master_key::attribute::is_words;
use crate::time::Timestamp;

/// How long sealed bytes outlive their destruction. Source: product.md 3.7.
pub const PURGE_AFTER: Duration = Duration::from_secs(30 * 24 * 3600);

/// The dates that an owner sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Schedule {
    /// When it is, or was, activated.
    pub activation: Option<Timestamp>,
    /// Before it nothing is decrypted.
    pub process_start: Option<Timestamp>,
    /// From it on nothing is encrypted.
    pub protect_stop: Option<Timestamp>,
    /// When it is, or was, deactivated.
    pub deactivation: Option<Timestamp>,
}

/// Where a key is, and when it got there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// The stored state. A date may have come since; `state_at` knows.
    pub state: State,
    /// The dates that an owner sets.
    pub schedule: Schedule,
    /// When it was made.
    pub initial: Timestamp,
    /// When it was destroyed.
    pub destroyed: Option<Timestamp>,
    /// Since when others may have known it.
    pub compromise_occurred: Option<Timestamp>,
    /// When that was told.
    pub compromised: Option<Timestamp>,
    /// Why its use was ended.
    pub ending: Option<Ending>,
    /// When anything about it changed last.
    pub changed: Timestamp,
}

/// Two dates in the wrong order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleRefusal {
    /// It would be deactivated before it is activated.
    DeactivationBeforeActivation,
    /// It would decrypt before it is activated.
    ProcessStartBeforeActivation,
    /// It would encrypt after it is deactivated.
    ProtectStopAfterDeactivation,
}

/// Why a key is not brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnRefusal {
    /// It is not destroyed.
    NotDestroyed,
    /// Its bytes are gone for good.
    Purged {
        /// Since when.
        since: Timestamp,
    },
}

/// Whether the sealed bytes of a destroyed key can be wiped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purge {
    /// It is not destroyed.
    Never,
    /// Not before then.
    NotBefore(Timestamp),
    /// A snapshot still needs it.
    KeptForSnapshot,
    /// Now.
    Now,
}

impl Schedule {
    /// Tells whether the dates are in order.
    /// Errors: the first two that are not.
    pub fn check(self) -> Result<(), ScheduleRefusal> {
        let in_order = |early: Option<Timestamp>, late: Option<Timestamp>| match (early, late) {
            (Some(early), Some(late)) => early <= late,
            (None, _) | (_, None) => true,
        };
        if !in_order(self.activation, self.deactivation) {
            return Err(ScheduleRefusal::DeactivationBeforeActivation);
        }
        if !in_order(self.activation, self.process_start) {
            return Err(ScheduleRefusal::ProcessStartBeforeActivation);
        }
        if !in_order(self.protect_stop, self.deactivation) {
            return Err(ScheduleRefusal::ProtectStopAfterDeactivation);
        }
        Ok(())
    }
}

impl Life {
    /// Begins a life. An Activation Date that has come makes it Active at once.
    /// Errors: dates in the wrong order.
    pub fn begin(schedule: Schedule, now: Timestamp) -> Result<Self, ScheduleRefusal> {
        schedule.check()?;
        let life = Self {
            state: State::PreActive,
            schedule,
            initial: now,
            destroyed: None,
            compromise_occurred: None,
            compromised: None,
            ending: None,
            changed: now,
        };
        Ok(life.settled(now))
    }

    /// Gives the state, with all dates that have come.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> State {
        let has_come = |date: Option<Timestamp>| date.is_some_and(|date| date <= now);
        let Schedule { activation, deactivation, .. } = self.schedule;
        match self.state {
            State::PreActive if has_come(activation) && has_come(deactivation) => State::Deactivated,
            State::PreActive if has_come(activation) => State::Active,
            State::Active if has_come(deactivation) => State::Deactivated,
            State::PreActive
            | State::Active
            | State::Deactivated
            | State::Compromised
            | State::Destroyed
            | State::DestroyedCompromised => self.state,
        }
    }

    /// Writes down what the dates that have come made of it. It changed when the date came, not now.
    #[must_use]
    pub fn settled(self, now: Timestamp) -> Self {
        let state = self.state_at(now);
        let came = match state {
            State::Active => self.schedule.activation,
            State::Deactivated => self.schedule.deactivation,
            State::PreActive | State::Compromised | State::Destroyed | State::DestroyedCompromised => None,
        };
        let came = came.filter(|_| state != self.state);
        let changed = came.map_or(self.changed, |came| came.max(self.changed));
        Self { state, changed, ..self }
    }

    /// Takes it into use.
    /// Errors: why not.
    pub fn activate(self, now: Timestamp) -> Result<Self, MoveRefusal> {
        let life = self.settled(now);
        let state = life.state.after(Move::Activate)?;
        if let Some(since) = life.schedule.deactivation.filter(|date| *date <= now) {
            return Err(MoveRefusal::DeactivationPassed { since });
        }
        let schedule = Schedule { activation: Some(now), ..life.schedule };
        Ok(Self { state, schedule, changed: now, ..life })
    }

    /// Ends its use, as the cause wants it: deactivated, or compromised since `occurred`. Who does not say since when
    /// others may have known it says since it was made.
    /// Errors: why not.
    pub fn end_use(self, ending: Ending, occurred: Option<Timestamp>, now: Timestamp) -> Result<Self, MoveRefusal> {
        let life = self.settled(now);
        let step = ending.cause.step();
        let state = life.state.after(step)?;
        if !ending.message.as_deref().is_none_or(is_words) {
            return Err(MoveRefusal::MessageNotKept);
        }
        let ending = Some(ending);
        if step == Move::Compromise {
            let occurred = occurred.unwrap_or(life.initial);
            if occurred > now {
                return Err(MoveRefusal::OccurrenceAhead);
            }
            let compromise_occurred = Some(occurred);
            return Ok(Self { state, ending, compromise_occurred, compromised: Some(now), changed: now, ..life });
        }
        let schedule = Schedule { deactivation: Some(now), ..life.schedule };
        Ok(Self { state, ending, schedule, changed: now, ..life })
    }

    /// Ends it. All that is said about it stays.
    /// Errors: why not.
    pub fn destroy(self, now: Timestamp) -> Result<Self, MoveRefusal> {
        let life = self.settled(now);
        let state = life.state.after(Move::Destroy)?;
        Ok(Self { state, destroyed: Some(now), changed: now, ..life })
    }

    /// Brings it back to where it was before it was destroyed, for an owner of the project. Dates that came in the
    /// meantime count. Its names may have been taken since; whoever saves it looks.
    /// Errors: why not.
    pub fn bring_back(self, purge_after: Duration, now: Timestamp) -> Result<Self, ReturnRefusal> {
        let (Some(destroyed), true) = (self.destroyed, self.state.is_destroyed()) else {
            return Err(ReturnRefusal::NotDestroyed);
        };
        let since = destroyed + purge_after;
        if since <= now {
            return Err(ReturnRefusal::Purged { since });
        }
        let Schedule { activation, deactivation, .. } = self.schedule;
        let had_ended = activation.is_some() && deactivation.is_some_and(|date| date <= destroyed);
        let state = if self.state == State::DestroyedCompromised {
            State::Compromised
        } else if had_ended {
            State::Deactivated
        } else {
            State::PreActive
        };
        Ok(Self { state, destroyed: None, changed: now, ..self }.settled(now))
    }

    /// Tells whether its sealed bytes can be wiped.
    #[must_use]
    pub fn purge(&self, purge_after: Duration, kept_for_snapshot: bool, now: Timestamp) -> Purge {
        match self.destroyed.filter(|_| self.state.is_destroyed()).map(|destroyed| destroyed + purge_after) {
            None => Purge::Never,
            Some(due) if now < due => Purge::NotBefore(due),
            Some(_) if kept_for_snapshot => Purge::KeptForSnapshot,
            Some(_) => Purge::Now,
        }
    }
}
