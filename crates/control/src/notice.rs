//! Telling people: who sends, what is written, when to try again. Must not know how a mail or a webhook goes out, nor
//! how an alert is spelled for a program: whoever wires the house hands that in.

mod letter;
mod message;
mod pace;
mod send;

use std::sync::Arc;
use std::time::Duration;

use domain::id::NoticeId;
use domain::notice::{AlertNotice, NoticeKind};
use domain::time::Timestamp;
use notify::{Mailer, WebhookSender};

use crate::{Control, Error};

pub(crate) use pace::Hosts;
pub(crate) use send::NOTICES_AT_ONCE;

/// How long what was told is kept.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// What a program is told of an alert.
#[derive(Debug, Clone, Copy)]
pub struct AlertMessage<'m> {
    /// The notice's id.
    pub id: NoticeId,
    /// What kind of news it is.
    pub kind: NoticeKind,
    /// Its place among the notices of its alert.
    pub sequence: i64,
    /// How the alert stood.
    pub alert: &'m AlertNotice,
    /// Where this server is found, if the operator says so.
    pub base_url: Option<&'m str>,
}

/// An alert, written for a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenAlert {
    /// What kind of news it is, in a word of the program's.
    pub event: &'static str,
    /// The JSON.
    pub body: String,
}

/// Writes an alert for a program.
pub type WriteAlert = fn(AlertMessage<'_>) -> WrittenAlert;

/// Who sends. Clones share everything.
#[derive(Clone, Default)]
pub struct Notifiers {
    /// Sends mails; none if the operator names no mail server.
    pub mailer: Option<Mailer>,
    /// Makes webhooks, and how an alert is written for one.
    pub webhooks: Option<(WebhookSender, WriteAlert)>,
    /// Where this server is found, for links; none if the operator does not say.
    pub base_url: Option<Arc<str>>,
}

impl Notifiers {
    /// Judges the address of a webhook before it is stored.
    /// Errors: what is wrong with it, as half a sentence.
    pub fn judge_webhook(&self, url: &str) -> Result<(), String> {
        match &self.webhooks {
            Some((sender, _)) => sender.judge(url).map(drop),
            None => Err("cannot be called: this server makes no webhooks".to_owned()),
        }
    }
}

impl Control {
    /// Gives who sends notices.
    #[must_use]
    pub fn notifiers(&self) -> &Notifiers {
        &self.0.parts.notifiers
    }

    /// Counts notices by state, for metrics.
    /// Errors: those of the store.
    pub async fn notice_counts(&self) -> Result<Vec<(String, u64)>, Error> {
        let counts = self.store().count_notices().await?;
        Ok(counts.into_iter().map(|(state, count)| (state, u64::try_from(count).unwrap_or(0))).collect())
    }

    /// Forgets what was told long ago.
    pub(crate) async fn forget_old_notices(&self, now: Timestamp) -> Result<(), Error> {
        self.store().trim_notices(now - KEPT).await.map(drop).map_err(Error::from)
    }
}
