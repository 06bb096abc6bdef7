//! The life of a master key: where it is, when it got there, and every way on.
//!
//! ```text
//!                 activate, or its               deactivate, or its
//!                 Activation Date comes          Deactivation Date comes
//!   Pre-Active ------------------------> Active -------------------------> Deactivated
//!     |     |                              |                                 |     |
//!     |     | compromise        compromise |                      compromise |     |
//!     |     +-------------+                |                +----------------+     |
//!     |                   v                v                v                      |
//!     | destroy         Compromised <------+----------------+              destroy |
//!     |                   |                                                        |
//!     |                   | destroy                                                |
//!     |                   v                                                        |
//!     |                 Destroyed Compromised <--- compromise ---+                 |
//!     |                                                          |                 |
//!     +------------------------------------------------------> Destroyed <---------+
//! ```
//!
//! Every other move is refused; an Active key above all is not destroyed before it is deactivated. Destroyed keys keep
//! all that is said about them. Their sealed bytes stay for `purge_after`, and so long an owner of the project can
//! bring them back to where they were (product.md 3.7): Destroyed to Deactivated if they had been active, to
//! Pre-Active if not, Destroyed Compromised to Compromised. The customer key's loss is not in this drawing: it changes
//! what is told, never what is stored (see `effective`). Source: KMIP 1.4, sections 3.22, 4.19 to 4.21.
//!
//! Must not know what a state permits, nor who asks.

mod life;

use crate::time::Timestamp;

pub use life::{Life, PURGE_AFTER, Purge, ReturnRefusal, Schedule, ScheduleRefusal};

/// Where a key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Made, and not yet to be used for protecting.
    PreActive,
    /// In use.
    Active,
    /// No longer to be used for protecting.
    Deactivated,
    /// Known, or feared, to be known to others.
    Compromised,
    /// Gone.
    Destroyed,
    /// Gone, and compromised before or after.
    DestroyedCompromised,
}

/// Why the use of a key was ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The cause.
    pub cause: Cause,
    /// In somebody's words.
    pub message: Option<String>,
}

/// What ends the use of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// Nobody said.
    Unspecified,
    /// Others may know it.
    KeyCompromise,
    /// Others may know the key that vouches for it.
    CaCompromise,
    /// Its owner belongs elsewhere now.
    AffiliationChanged,
    /// Another key took its place.
    Superseded,
    /// What it was for is over.
    CessationOfOperation,
    /// Its owner may not use it any more.
    PrivilegeWithdrawn,
}

/// A step that somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
    /// Take it into use.
    Activate,
    /// End its use.
    Deactivate,
    /// End its use because others may know it.
    Compromise,
    /// End it.
    Destroy,
}

/// Why a step is refused. The fault is the request's in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveRefusal {
    /// No such way leads on from where it is.
    NoWay {
        /// The step.
        wanted: Move,
        /// Where it is.
        from: State,
    },
    /// It would be active after the date of its deactivation.
    DeactivationPassed {
        /// That date.
        since: Timestamp,
    },
    /// It is said to have been compromised in the future.
    OccurrenceAhead,
    /// The words about its ending are too long, or have a NUL in them.
    MessageNotKept,
}

impl State {
    /// Every state there is.
    pub const ALL: [Self; 6] = [
        Self::PreActive,
        Self::Active,
        Self::Deactivated,
        Self::Compromised,
        Self::Destroyed,
        Self::DestroyedCompromised,
    ];

    /// Gives the name that our API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PreActive => "pre-active",
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::Compromised => "compromised",
            Self::Destroyed => "destroyed",
            Self::DestroyedCompromised => "destroyed-compromised",
        }
    }

    /// Finds a state by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Tells whether it is gone.
    #[must_use]
    pub const fn is_destroyed(self) -> bool {
        matches!(self, Self::Destroyed | Self::DestroyedCompromised)
    }

    /// Gives where a step leads: the drawing in the file header.
    /// Errors: `NoWay`.
    pub const fn after(self, wanted: Move) -> Result<Self, MoveRefusal> {
        Ok(match (wanted, self) {
            (Move::Activate, Self::PreActive) => Self::Active,
            (Move::Deactivate, Self::Active) => Self::Deactivated,
            (Move::Compromise, Self::PreActive | Self::Active | Self::Deactivated) => Self::Compromised,
            (Move::Compromise, Self::Destroyed) | (Move::Destroy, Self::Compromised) => Self::DestroyedCompromised,
            (Move::Destroy, Self::PreActive | Self::Deactivated) => Self::Destroyed,
            (Move::Activate | Move::Deactivate | Move::Compromise | Move::Destroy, from) => {
                return Err(MoveRefusal::NoWay { wanted, from });
            }
        })
    }
}

impl Cause {
    /// Gives the step that it calls for.
    #[must_use]
    pub const fn step(self) -> Move {
        match self {
            Self::KeyCompromise | Self::CaCompromise => Move::Compromise,
            Self::Unspecified
            | Self::AffiliationChanged
            | Self::Superseded
            | Self::CessationOfOperation
            | Self::PrivilegeWithdrawn => Move::Deactivate,
        }
    }
}

#[cfg(test)]
mod tests;
