//! Alerts: what a project is told of when something about its keys needs a person, and the configurations that say
//! which, to whom and how often. `kind.rs` says what there is and what begins and ends it, `machine.rs` draws what
//! becomes of one, `weigh.rs` brings a project's alerts in line with what happened.
//!
//! Must not know how anything is noticed, stored or sent.

mod config;
#[cfg(test)]
mod fixture;
mod kind;
mod machine;
mod subject;
mod weigh;

use std::collections::BTreeMap;

use crate::cluster::ClusterName;
use crate::id::{AlertConfigId, AlertId, NotifierId, ProjectId};
use crate::time::Timestamp;

pub use config::{
    AlertConfig, Channel, DEFAULT_DELAY, DEFAULT_INTERVAL, Matcher, MatcherOperator, NotificationRule, Threshold,
    WebhookShown, defaults_of_project, defaults_of_provider,
};
pub use kind::{AlertKind, Comparison, Edge, ThresholdRule, ThresholdUnit, calls_for_a_look, edge_of};
pub use machine::{Step, Tell, acknowledge, cancel, resolve, step, unacknowledge};
pub use subject::{NotASubject, Subject};
pub use weigh::{Changed, EdgeSeen, Look, Standing, Term, Weighed, weigh};

/// How an alert stands. See the drawing in `machine.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertState {
    /// It is noticed, and nobody is told yet.
    Tracking,
    /// It needs somebody.
    Open,
    /// It is over.
    Closed,
    /// Its configuration was switched off, changed to something else, or deleted.
    Cancelled,
}

impl AlertState {
    /// Every state there is.
    pub const ALL: [Self; 4] = [Self::Tracking, Self::Open, Self::Closed, Self::Cancelled];

    /// Gives the name the Admin API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tracking => "TRACKING",
            Self::Open => "OPEN",
            Self::Closed => "CLOSED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Finds a state by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Tells whether something can still become of it.
    #[must_use]
    pub const fn is_live(self) -> bool {
        match self {
            Self::Tracking | Self::Open => true,
            Self::Closed | Self::Cancelled => false,
        }
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look at it soon.
    Warning,
    /// Something does not work.
    Error,
    /// Databases stop, or have stopped.
    Critical,
}

impl Severity {
    /// Every one there is.
    pub const ALL: [Self; 4] = [Self::Info, Self::Warning, Self::Error, Self::Critical];

    /// Gives the name the Admin API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
        }
    }

    /// Finds one by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }
}

/// Somebody took note of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Until when it is silent.
    pub until: Timestamp,
    /// What they said to it.
    pub comment: Option<String>,
    /// Who they are.
    pub by: Option<String>,
}

/// What is known of why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Why {
    /// A stable code: `KEY_DISABLED`.
    pub reason: Option<String>,
    /// A sentence. Never a secret.
    pub detail: Option<String>,
    /// The moment it is about, if it is about one.
    pub ends_at: Option<Timestamp>,
}

/// One alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// The project.
    pub project: ProjectId,
    /// The configuration that raised it.
    pub config: AlertConfigId,
    /// What it is about.
    pub kind: AlertKind,
    /// What it happened to.
    pub subject: Subject,
    /// The name of the cluster, if it happened to one or to a part of one.
    pub cluster: Option<ClusterName>,
    /// How it stands.
    pub state: AlertState,
    /// Why.
    pub why: Why,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was over.
    pub resolved_at: Option<Timestamp>,
    /// Who took note.
    pub acknowledgement: Option<Acknowledgement>,
    /// When each way of telling was last used.
    pub told: BTreeMap<NotifierId, Timestamp>,
    /// When anybody was last told.
    pub last_notified: Option<Timestamp>,
    /// How many notices it gave rise to.
    pub notices: i64,
    /// Counts the writes of its row.
    pub revision: i64,
}

impl Alert {
    /// Tells whether somebody has taken note of it, as of now.
    #[must_use]
    pub fn is_acknowledged(&self, now: Timestamp) -> bool {
        self.acknowledgement.as_ref().is_some_and(|taken| taken.until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        assert!(AlertState::ALL.into_iter().all(|state| AlertState::by_name(state.name()) == Some(state)));
        assert!(Severity::ALL.into_iter().all(|severity| Severity::by_name(severity.name()) == Some(severity)));
    }
}
