//! A rotation: after a project's customer key at a provider changed, every master key wrapped by an older one is
//! wrapped anew by the present one, and only then can the older ones go (product.md 4.4).
//!
//! ```text
//!   UnderWay ── a pass does not get through ───────────────────────────► Stalled
//!   Stalled ─── a later pass does ─────────────────────────────────────► UnderWay
//!   either ──── no master key is left under an older customer key ─────► Finished
//!   either ──── the customer key changes again ────────────────────────► Superseded
//! ```
//!
//! A superseded rotation ends where it is: its successor takes the master keys from wherever they are straight to the
//! newest customer key. Nothing ends a rotation but these two: a stalled one is tried again for as long as it takes,
//! and its master keys follow the validity of the customer key that they are still under.
//!
//! Must not know how a key is wrapped, when a pass is made, tables or clocks.

use crate::customer_key::{CustomerKeyNumber, ProviderKind};
use crate::id::{ProjectId, RotationId};
use crate::time::Timestamp;

/// The re-wrapping of a project's master keys after its customer key at a provider changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Its id.
    pub id: RotationId,
    /// The project.
    pub project: ProjectId,
    /// The provider.
    pub provider: ProviderKind,
    /// The customer key that was in use until then. Master keys may come from older ones, too.
    pub from: CustomerKeyNumber,
    /// The customer key that everything is to be wrapped by.
    pub to: CustomerKeyNumber,
    /// When the customer key changed.
    pub started_at: Timestamp,
    /// How many master keys were under older customer keys then.
    pub total: i64,
    /// When the last of them was wrapped by the new one.
    pub finished_at: Option<Timestamp>,
    /// When the customer key changed once more.
    pub superseded_at: Option<Timestamp>,
    /// What keeps it from going on, if the last pass did not get through. Never a secret, never a provider's words.
    pub last_failure: Option<String>,
}

/// Where a rotation is. See the drawing in the file header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Master keys are being wrapped anew.
    UnderWay,
    /// The last pass did not get through; another will be made.
    Stalled,
    /// A later rotation took over.
    Superseded,
    /// Everything is under the new customer key.
    Finished,
}

/// How far a rotation is. Unit: master keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many are done.
    pub done: i64,
    /// How many there are to do in all.
    pub total: i64,
}

/// What a customer key protects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Protected {
    /// Master keys that it alone opens, those included that were destroyed and can still be brought back.
    pub master_keys: i64,
    /// Snapshots that need at least one of them.
    pub snapshots: i64,
}

/// Whether the customer may disable or delete a customer key at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Disabling {
    /// Nothing needs it any more.
    Safe,
    /// It is the present one: new master keys are wrapped by it.
    InUse,
    /// Master keys, and perhaps snapshots, would be lost with it.
    StillProtects,
}

impl Rotation {
    /// Tells where it is.
    #[must_use]
    pub const fn state(&self) -> State {
        match (self.finished_at, self.superseded_at, &self.last_failure) {
            (Some(_), _, _) => State::Finished,
            (None, Some(_), _) => State::Superseded,
            (None, None, Some(_)) => State::Stalled,
            (None, None, None) => State::UnderWay,
        }
    }

    /// Tells how far it is, when `left` master keys are still under an older customer key. A superseded one has no
    /// progress of its own any more. It never goes back: nothing is wrapped by an older customer key than the present.
    #[must_use]
    pub fn progress(&self, left: i64) -> Option<Progress> {
        let total = self.total.max(0);
        match self.state() {
            State::Finished => Some(Progress { done: total, total }),
            State::Superseded => None,
            State::UnderWay | State::Stalled => {
                Some(Progress { done: total.saturating_sub(left.clamp(0, total)), total })
            }
        }
    }
}

impl State {
    /// Every state there is.
    pub const ALL: [Self; 4] = [Self::UnderWay, Self::Stalled, Self::Superseded, Self::Finished];

    /// Tells whether there is still something to do.
    #[must_use]
    pub const fn goes_on(self) -> bool {
        match self {
            Self::UnderWay | Self::Stalled => true,
            Self::Superseded | Self::Finished => false,
        }
    }
}

impl Progress {
    /// Gives it in whole percent, rounded down: 100 means done. With nothing to do it is done.
    #[must_use]
    pub fn percent(self) -> i64 {
        if self.total <= 0 { 100 } else { self.done.clamp(0, self.total).saturating_mul(100) / self.total }
    }
}

impl Protected {
    /// Tells whether anything would be lost with the customer key.
    #[must_use]
    pub const fn anything(self) -> bool {
        self.master_keys > 0 || self.snapshots > 0
    }
}

impl Disabling {
    /// Decides whether a customer key may go. The present one may not, even while it protects nothing: the next
    /// master key would need it. It is safe once the provider is disabled here, or another key took over.
    #[must_use]
    pub const fn of(is_current: bool, protected: Protected) -> Self {
        match (protected.anything(), is_current) {
            (true, _) => Self::StillProtects,
            (false, true) => Self::InUse,
            (false, false) => Self::Safe,
        }
    }

    /// Tells whether it may go.
    #[must_use]
    pub const fn is_safe(self) -> bool {
        match self {
            Self::Safe => true,
            Self::InUse | Self::StillProtects => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn rotation() -> Rotation {
        Rotation {
            id: RotationId::from_random([4; 12]),
            project: ProjectId::from_random([1; 12]),
            provider: ProviderKind::AwsKms,
            from: CustomerKeyNumber::FIRST,
            to: CustomerKeyNumber::FIRST.next(),
            started_at: NOW,
            total: 200,
            finished_at: None,
            superseded_at: None,
            last_failure: None,
        }
    }

    fn in_state(state: State) -> Rotation {
        let later = Some(NOW + Duration::from_secs(9));
        let failed = Some("AWS KMS: THROTTLED".to_owned());
        match state {
            State::UnderWay => rotation(),
            State::Stalled => Rotation { last_failure: failed, ..rotation() },
            State::Superseded => Rotation { superseded_at: later, last_failure: failed, ..rotation() },
            State::Finished => Rotation { finished_at: later, ..rotation() },
        }
    }

    #[test]
    fn every_state_is_read_off_the_row() {
        for state in State::ALL {
            assert_eq!(in_state(state).state(), state);
            assert_eq!(state.goes_on(), matches!(state, State::UnderWay | State::Stalled));
        }
    }

    #[test]
    fn progress_counts_what_is_not_left() {
        for (state, left, expected) in [
            (State::UnderWay, 200, Some((0, 0))),
            (State::UnderWay, 199, Some((1, 0))),
            (State::UnderWay, 198, Some((2, 1))),
            (State::UnderWay, 1, Some((199, 99))),
            (State::Stalled, 50, Some((150, 75))),
            // All are moved and the last step is still to be written.
            (State::UnderWay, 0, Some((200, 100))),
            // More than there were, or fewer than none: told within its bounds.
            (State::UnderWay, 300, Some((0, 0))),
            (State::UnderWay, -1, Some((200, 100))),
            (State::Finished, 200, Some((200, 100))),
            (State::Superseded, 3, None),
        ] {
            let told = in_state(state).progress(left);
            assert_eq!(told.map(|told| (told.done, told.percent())), expected, "{state:?} {left}");
        }
    }

    #[test]
    fn a_rotation_of_nothing_is_done() {
        let empty = Rotation { total: 0, ..rotation() };
        let told = empty.progress(0);
        assert_eq!(told, Some(Progress { done: 0, total: 0 }));
        assert_eq!(told.map(Progress::percent), Some(100));
    }

    #[test]
    fn a_customer_key_may_go_when_nothing_needs_it() {
        let protected = |master_keys, snapshots| Protected { master_keys, snapshots };
        for (is_current, protected, expected) in [
            (false, protected(0, 0), Disabling::Safe),
            (false, protected(1, 0), Disabling::StillProtects),
            (false, protected(1, 2), Disabling::StillProtects),
            (false, protected(0, 1), Disabling::StillProtects),
            (true, protected(0, 0), Disabling::InUse),
            (true, protected(7, 0), Disabling::StillProtects),
        ] {
            let told = Disabling::of(is_current, protected);
            assert_eq!(told, expected, "{is_current} {protected:?}");
            assert_eq!(told.is_safe(), expected == Disabling::Safe);
        }
    }
}
