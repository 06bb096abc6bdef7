//! Notices: what somebody is to be told. They are written in the transaction of the change they tell of and sent
//! afterwards. Must not know how a mail or a webhook is sent, nor the words that people read.

use crate::alert::{AlertKind, AlertState, Severity, Subject};
use crate::cluster::ClusterName;
use crate::id::{AlertConfigId, AlertId, NoticeId, NotifierId, OrgId, ProjectId};
use crate::recipient::Recipients;
use crate::secret::SecretText;
use crate::time::Timestamp;

/// Something to tell somebody. What goes to the same target about the same alert is told in order of `sequence`.
#[derive(Debug)]
pub struct NewNotice {
    /// Its id; a receiver recognises a second delivery by it.
    pub id: NoticeId,
    /// The organization it comes from.
    pub org: OrgId,
    /// The project it comes from, if from one.
    pub project: Option<ProjectId>,
    /// The alert it tells of; none for a letter.
    pub alert: Option<AlertId>,
    /// Counts the notices of its alert, from 1; 1 for a letter.
    pub sequence: i64,
    /// What kind of news it is.
    pub kind: NoticeKind,
    /// Whom it goes to.
    pub to: Target,
    /// What it says.
    pub content: NoticeContent,
    /// When it was written.
    pub at: Timestamp,
}

/// What kind of news a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// An alert opened.
    Opened,
    /// An alert is still open.
    Reminder,
    /// An alert is over.
    Resolved,
    /// No alert at all: an invitation, a reset.
    Letter,
}

impl NoticeKind {
    /// Every kind there is.
    pub const ALL: [Self; 4] = [Self::Opened, Self::Reminder, Self::Resolved, Self::Letter];

    /// Gives its name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "OPENED",
            Self::Reminder => "REMINDER",
            Self::Resolved => "RESOLVED",
            Self::Letter => "LETTER",
        }
    }

    /// Finds a kind by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Whom a notice goes to. Who that is, and a webhook's address and secret, is looked up when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Everybody that these come to, by mail.
    Mail(Recipients),
    /// One mail address.
    MailTo(String),
    /// A webhook. Its address and secret are sealed in the configuration's row.
    Webhook {
        /// The configuration.
        config: AlertConfigId,
        /// The way of telling it has that names the webhook.
        notifier: NotifierId,
    },
}

/// What a notice says.
#[derive(Debug)]
pub enum NoticeContent {
    /// How an alert stands.
    Alert(Box<AlertNotice>),
    /// A letter, written already. It may hold a link that lets somebody in, so it is sealed where it is kept.
    Letter {
        /// Its subject line.
        subject: String,
        /// Its plain text.
        text: SecretText,
    },
}

/// How an alert stood when it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertNotice {
    /// The alert.
    pub alert: AlertId,
    /// The configuration that raised it.
    pub config: AlertConfigId,
    /// What it is about.
    pub kind: AlertKind,
    /// What it happened to.
    pub subject: Subject,
    /// How it stands.
    pub state: AlertState,
    /// How bad it is.
    pub severity: Severity,
    /// The organization.
    pub org: OrgId,
    /// The organization's name.
    pub org_name: String,
    /// The project.
    pub project: ProjectId,
    /// The project's name.
    pub project_name: String,
    /// A stable code of why, if there is one: `KEY_DISABLED`.
    pub reason: Option<String>,
    /// A sentence of why, if there is more to say. Never a secret.
    pub detail: Option<String>,
    /// The moment it is about: when a key expires or goes, if it is about one.
    pub ends_at: Option<Timestamp>,
    /// The clusters that suffer, by name.
    pub clusters: Vec<ClusterName>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was over.
    pub resolved_at: Option<Timestamp>,
    /// Until when somebody has taken note.
    pub acknowledged_until: Option<Timestamp>,
    /// What they said to it.
    pub comment: Option<String>,
    /// Who they are.
    pub acknowledged_by: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        assert!(NoticeKind::ALL.into_iter().all(|kind| NoticeKind::by_name(kind.name()) == Some(kind)));
    }
}
