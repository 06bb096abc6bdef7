//! Whether an unwrapped key may be served from memory (product.md 3.4). Every release asks, Encrypt and Decrypt too.
//!
//! ```text
//!   what the store says is over COPY_MAX_AGE old          refuse, store away
//!   customer key lost                                     refuse, lost
//!   the provider was asked just now, and said no          refuse, until a second check confirms it or not
//!   memory of the present generation, age below the lease      serve
//!   else, not asked yet                                   ask the provider
//!   asked, away, memory of the present generation, age below the grace    serve
//!   asked, away, else                                     refuse, provider away
//! ```
//!
//! The age counts from the *start* of the last successful check or unwrap, on the clock that runs since boot, sleep
//! included. A check that another process made is brought over from the store's clock. A time that lies ahead is worth
//! nothing: a clock that jumps makes leases shorter, never longer. The generation counts the changes of the customer
//! key's validity: memory from before a loss is not memory, even when the key is back.
//!
//! Must not know a cluster's policy for the loss of its key: no policy hands out a key.

use std::time::Duration;

use crate::master_key::backing::Backing;
use crate::time::Timestamp;

/// The longest lease, and what it is unless the operator wants it shorter. Source: product.md 3.4.
pub const LEASE_MAX: Duration = Duration::from_secs(5 * 60);
/// How long memory serves while a provider is away, unless a project says otherwise. Source: product.md 3.4.
pub const OUTAGE_GRACE: Duration = Duration::from_secs(15 * 60);
/// How old a copy of what the store says can be. Source: product.md 3.4.
pub const COPY_MAX_AGE: Duration = Duration::from_secs(1);

/// A moment on the clock that runs since this machine's boot, sleep included. Unit: time since boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BootTime(Duration);

/// How long memory serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseTerms {
    max: Duration,
    outage_grace: Duration,
}

/// Says that a lease is longer than `LEASE_MAX`: the fault is the setting's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a lease lasts 5 minutes at most")]
pub struct LeaseTooLong;

/// An unwrapped key in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// When the unwrap began that it came from.
    pub unwrapped: BootTime,
    /// The validity's generation, read before that unwrap began.
    pub generation: i64,
}

/// What the store says, or said a moment ago. The object's own state is of the same reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Whether the customer's key stands behind the master key.
    pub backing: Backing,
    /// The validity's generation.
    pub generation: i64,
    /// When the last successful check of that customer key version began.
    pub last_success: Option<BootTime>,
    /// When the store was asked.
    pub read: BootTime,
}

/// What came of asking the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// It was not asked yet.
    NotYet,
    /// It could not be reached.
    Away,
    /// It said no, in a way that counts once it is confirmed.
    Refused,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Serve what is in memory.
    Serve,
    /// Have the provider unwrap the key.
    AskProvider,
    /// Neither.
    Refuse(NoKey),
}

/// Why no key is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoKey {
    /// The customer's key is definitively lost. The customer can give it back; asking again before is no use.
    CustomerKeyLost {
        /// Since when.
        since: Timestamp,
    },
    /// The provider said no, and it is not confirmed yet. It passes, one way or the other, within seconds.
    Unconfirmed,
    /// The provider is away, and has been for longer than memory serves. It passes.
    ProviderAway,
    /// Our store is away: no store, no release. It passes.
    StoreAway,
}

/// Whose fault it is that no key is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The customer's key: its owner withdrew it.
    CustomerKey,
    /// The provider, or the way to it.
    Provider,
    /// Ours.
    Us,
}

impl BootTime {
    /// Takes the time since boot.
    #[must_use]
    pub const fn since_boot(time: Duration) -> Self {
        Self(time)
    }

    /// Brings the start of a check over from the store's clock, where it began at `checked_at` and it is `store_now`.
    /// `before` is what this gave for the same check last time: an age never shrinks. None if the check is of no use:
    /// it lies ahead, or before this machine's boot.
    #[must_use]
    pub fn of_check(checked_at: Timestamp, store_now: Timestamp, now: Self, before: Option<Self>) -> Option<Self> {
        if store_now < checked_at {
            return None;
        }
        let start = Self(now.0.checked_sub(store_now.since(checked_at))?);
        Some(before.map_or(start, |before| before.min(start)))
    }

    /// Tells whether this was less than `limit` ago. What lies ahead is not.
    #[must_use]
    pub fn is_within(self, limit: Duration, now: Self) -> bool {
        now.age_of(self).is_some_and(|age| age < limit)
    }

    /// Gives the moment so much earlier, or that of boot.
    #[must_use]
    pub const fn minus(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(time))
    }

    /// Tells how long ago `earlier` was; none if it lies ahead.
    fn age_of(self, earlier: Self) -> Option<Duration> {
        self.0.checked_sub(earlier.0)
    }
}

impl LeaseTerms {
    /// Sets terms. A lease or a grace of nothing serves nothing from memory.
    /// Errors: `LeaseTooLong`.
    pub fn new(max: Duration, outage_grace: Duration) -> Result<Self, LeaseTooLong> {
        if max > LEASE_MAX { Err(LeaseTooLong) } else { Ok(Self { max, outage_grace }) }
    }
}

impl Default for LeaseTerms {
    fn default() -> Self {
        Self { max: LEASE_MAX, outage_grace: OUTAGE_GRACE }
    }
}

impl NoKey {
    /// Says whose fault it is.
    #[must_use]
    pub const fn blame(self) -> Blame {
        match self {
            Self::CustomerKeyLost { .. } => Blame::CustomerKey,
            Self::Unconfirmed | Self::ProviderAway => Blame::Provider,
            Self::StoreAway => Blame::Us,
        }
    }

    /// Tells whether it stays so until the customer does something.
    #[must_use]
    pub const fn is_definitive(self) -> bool {
        matches!(self, Self::CustomerKeyLost { .. })
    }
}

/// Decides whether a key is served from memory, or unwrapped, or neither.
#[must_use]
pub fn decide(memory: Option<Memory>, reading: Reading, asked: Asked, terms: LeaseTerms, now: BootTime) -> Decision {
    if now.age_of(reading.read).is_none_or(|age| age > COPY_MAX_AGE) {
        return Decision::Refuse(NoKey::StoreAway);
    }
    if let Backing::Lost { since } = reading.backing {
        return Decision::Refuse(NoKey::CustomerKeyLost { since });
    }
    let memory = memory.filter(|memory| memory.generation == reading.generation);
    let age = memory.and_then(|memory| age_of_latest(now, [Some(memory.unwrapped), reading.last_success]));
    let is_below = |limit| age.is_some_and(|age| age < limit);
    match asked {
        Asked::Refused => Decision::Refuse(NoKey::Unconfirmed),
        Asked::NotYet | Asked::Away if is_below(terms.max) => Decision::Serve,
        Asked::NotYet => Decision::AskProvider,
        Asked::Away if is_below(terms.outage_grace) => Decision::Serve,
        Asked::Away => Decision::Refuse(NoKey::ProviderAway),
    }
}

/// Tells whether the last successful check is recent enough for a state to be told by it.
#[must_use]
pub fn covered(last_success: Option<BootTime>, terms: LeaseTerms, now: BootTime) -> bool {
    age_of_latest(now, [last_success]).is_some_and(|age| age < terms.max.max(terms.outage_grace))
}

fn age_of_latest(now: BootTime, starts: impl IntoIterator<Item = Option<BootTime>>) -> Option<Duration> {
    starts.into_iter().flatten().filter_map(|start| now.age_of(start)).min()
}

#[cfg(test)]
mod tests;
