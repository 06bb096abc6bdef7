//! Configurations of alerts: which alerts a project wants, and whom to tell how. Must not know how a notice is sent, nor
//! what raises an alert.

mod change;
mod draft;
mod list;

use domain::alert::AlertConfig;
use domain::id::ProjectId;

pub use draft::{AlertConfigDraft, MatcherDraft, NotificationDraft, ThresholdDraft};

use crate::{Control, Error};

/// The most configurations that a project can have. Ours.
pub const MOST_ALERT_CONFIGS: i64 = 500;
/// The most ways of telling that a configuration can have. Source: contract.md 4.2.
pub const MOST_NOTIFICATIONS: usize = 25;

/// A configuration, and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertConfigView {
    /// The configuration.
    pub config: AlertConfig,
    /// The names of the teams it names, in the order of its ways of telling; empty for the others and for teams that
    /// are gone.
    pub team_names: Vec<Option<String>>,
}

/// What can go wrong with alerts and their configurations.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlertError {
    /// No such configuration in the project. The id is told as it was given.
    #[error("find alert configuration {id}")]
    ConfigNotFound {
        /// The project.
        project: ProjectId,
        /// The id.
        id: String,
    },
    /// No such alert in the project. The id is told as it was given.
    #[error("find alert {id}")]
    NotFound {
        /// The project.
        project: ProjectId,
        /// The id.
        id: String,
    },
    /// The project has as many configurations as it may have.
    #[error("add an alert configuration to a project that has {MOST_ALERT_CONFIGS}")]
    TooMany,
    /// Somebody else changed it first.
    #[error("change an alert that somebody else changed meanwhile")]
    Conflict,
    /// Rules stand against it.
    #[error("configure an alert against the rules")]
    Refused(Vec<AlertFault>),
}

/// One thing wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertFault {
    /// The field, as a path of wire names.
    pub field: String,
    /// What is wrong with it.
    pub kind: AlertFaultKind,
}

/// What can be wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertFaultKind {
    /// The field is needed.
    Missing,
    /// There is nobody to tell.
    NobodyToTell,
    /// There are too many ways of telling.
    TooManyNotifications,
    /// The alert is raised by a threshold, and has none.
    ThresholdMissing,
    /// The alert has no threshold.
    ThresholdNotAllowed,
    /// The threshold is compared otherwise.
    OperatorNotAllowed {
        /// How it is compared.
        allowed: &'static str,
    },
    /// The threshold counts something else.
    UnitsNotAllowed {
        /// What it counts.
        allowed: &'static str,
    },
    /// The number is out of bounds.
    OutOfRange {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// How often to tell is out of bounds.
    IntervalOutOfRange,
    /// Neither mail nor a message is wanted.
    MailOrMessageNeeded,
    /// We do not tell that way.
    NotSupported {
        /// Which way, as half a sentence's subject.
        what: String,
    },
    /// The field belongs to another way of telling.
    NotOfThisType {
        /// The way that was named.
        type_name: String,
    },
    /// The alert is about no cluster, so there is nothing to match.
    MatchersNotAllowed,
    /// It is no mail address.
    NotAnAddress,
    /// There is no such role.
    NoSuchRole {
        /// The roles that there are begin so.
        prefix: &'static str,
    },
    /// The organization has no such team.
    NoSuchTeam,
    /// The webhook's address is not one that we call.
    AddressRefused {
        /// Why, as half a sentence.
        why: String,
    },
    /// It is masked, and nothing is stored that it stands for.
    MaskOfNothing,
}

impl Control {
    /// Gives a configuration with the names of its teams.
    async fn alert_config_view(&self, org: domain::id::OrgId, config: AlertConfig) -> Result<AlertConfigView, Error> {
        let mut views = self.alert_config_views(org, vec![config]).await?;
        views.pop().ok_or(Error::Bug(domain::Bug("one configuration gives one view")))
    }
}
