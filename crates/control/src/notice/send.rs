//! One turn of a lane: what to tell next, whom, and what became of it. Everything is written down before the next turn;
//! a crash in between tells it again. Must not know when lanes get their turn.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest;
use domain::event::{Actor, Event, EventKind};
use domain::id::{EventId, NoticeId};
use domain::notice::{NoticeContent, NoticeKind, Target};
use domain::time::Timestamp;
use notify::{Delivery, Mail, Mailer, Outcome, Password, WebhookSender};
use storage::{Claim, NoticeEnd, NoticeStep, PendingNotice, Webhook};
use tokio::time::Instant;

use super::letter::{Written, write};
use super::message::cut_to_fit;
use super::{AlertMessage, Hosts, WriteAlert, WrittenAlert};
use crate::{Control, Error, random_id};

/// How many are under way at once.
pub(crate) const NOTICES_AT_ONCE: usize = 64;
/// How long a turn may go on to the next mail address. With one mail's deadline it stays well within a claim.
const TURN: Duration = Duration::from_secs(60);
/// The name of the mail server among the hosts: no receiver's host has it.
const MAIL_SERVER: &str = "mail";
/// Marks a mail address that will never take it.
const NEVER: char = '!';

/// How a turn is taken.
enum Way<'w> {
    Mail(&'w Mailer),
    Webhook(&'w WebhookSender, WriteAlert, Box<Webhook>),
}

/// What became of a try.
struct Tried {
    end: NoticeEnd,
    delivered: Vec<String>,
}

impl Control {
    /// Takes a lane's turn. Its claim ends with it.
    /// Errors: those of the store; the claim may still hold then.
    /// Cancel: something may have been told that will be told again.
    pub(crate) async fn tell_lane(&self, hosts: &Hosts, claim: &Claim) -> Result<(), Error> {
        let pending = self.store().pending_notices(&claim.id).await?;
        let superseded = superseded(&pending);
        let Some(notice) = pending.iter().find(|notice| !superseded.contains(&notice.id)) else {
            self.store().finish_lane(claim, self.now()).await?;
            return Ok(());
        };
        let (way, host) = match self.way(notice).await? {
            Ok(way) => way,
            Err(end) => {
                let tried = Tried { end, delivered: notice.delivered.clone() };
                return self.write_down(claim, notice, &superseded, tried).await;
            }
        };
        let room = match hosts.enter(&host, || self.now()).await {
            Ok(room) => room,
            Err(next) => {
                self.store().finish_work(claim, next).await?;
                return Ok(());
            }
        };
        let begun = Instant::now();
        let tried = match way {
            Way::Mail(mailer) => self.mail(mailer, notice).await?,
            Way::Webhook(sender, write, webhook) => self.call(sender, write, &webhook, notice).await,
        };
        room.took(begun.elapsed());
        drop(room);
        self.write_down(claim, notice, &superseded, tried).await
    }

    /// Finds how a notice goes out and by which host, or why it does not.
    async fn way(&self, notice: &PendingNotice) -> Result<Result<(Way<'_>, String), NoticeEnd>, Error> {
        let notifiers = self.notifiers();
        Ok(match &notice.to {
            Target::Mail(_) | Target::MailTo(_) => match &notifiers.mailer {
                Some(mailer) => Ok((Way::Mail(mailer), MAIL_SERVER.to_owned())),
                None => Err(NoticeEnd::Failed("no SMTP server is configured".to_owned())),
            },
            Target::Webhook { config, notifier } => {
                let Some((sender, write)) = &notifiers.webhooks else {
                    return Ok(Err(NoticeEnd::Failed("this server makes no webhooks".to_owned())));
                };
                let Some(webhook) = self.store().webhook(*config, *notifier).await? else {
                    return Ok(Err(NoticeEnd::Dropped("its webhook is gone")));
                };
                match sender.judge(webhook.url.expose()) {
                    Ok(url) => {
                        let host = format!("{}:{:?}", url.host_str().unwrap_or_default(), url.port_or_known_default());
                        Ok((Way::Webhook(sender, *write, Box::new(webhook)), host))
                    }
                    Err(words) => Err(NoticeEnd::Failed(format!("the webhook's address {words}"))),
                }
            }
        })
    }

    /// Mails a notice to everybody who does not have it yet.
    async fn mail(&self, mailer: &Mailer, notice: &PendingNotice) -> Result<Tried, Error> {
        let addresses = match (&notice.to, notice.project) {
            (Target::MailTo(address), _) => vec![address.clone()],
            (Target::Mail(recipients), Some(project)) => {
                let people = self.store().recipients(project, recipients).await?;
                people.into_iter().map(|person| person.email).collect()
            }
            (Target::Mail(_), None) | (Target::Webhook { .. }, _) => Vec::new(),
        };
        let mut delivered = notice.delivered.clone();
        if addresses.is_empty() && delivered.is_empty() {
            return Ok(Tried { end: NoticeEnd::Dropped("nobody is there to be told"), delivered });
        }
        let Written { subject, text } = write(notice, self.notifiers().base_url.as_deref());
        let (begun, mut later, mut left) = (Instant::now(), None, false);
        for address in in_turn(addresses, notice.attempts) {
            let never = format!("{NEVER}{address}");
            if delivered.contains(&address) || delivered.contains(&never) {
                continue;
            }
            if begun.elapsed() > TURN {
                left = true;
                break;
            }
            let id = mail_id(notice.id, &address);
            let mail =
                Mail { id: &id, to: &address, subject: &subject, text: text.expose(), at: system_time(notice.at) };
            match mailer.send(mail).await {
                Outcome::Sent => delivered.push(address),
                Outcome::Refused { words } => {
                    tracing::warn!(notice = %notice.id, words, "a mail was refused");
                    delivered.push(never);
                }
                Outcome::Later { words, after } => later = Some((words, after)),
            }
        }
        let end = match later {
            Some((words, after)) => self.again(notice, words, after),
            None if left => NoticeEnd::Later("more are to be told".to_owned(), self.now()),
            None if delivered.iter().any(|address| address.starts_with(NEVER)) => {
                NoticeEnd::Failed("the mail server refused some of its receivers".to_owned())
            }
            None => NoticeEnd::Sent,
        };
        Ok(Tried { end, delivered })
    }

    /// Makes a webhook.
    async fn call(
        &self,
        sender: &WebhookSender,
        write: WriteAlert,
        webhook: &Webhook,
        notice: &PendingNotice,
    ) -> Tried {
        let NoticeContent::Alert(alert) = &notice.content else {
            return Tried { end: NoticeEnd::Dropped("letters go by mail"), delivered: Vec::new() };
        };
        let PendingNotice { id, kind, sequence, .. } = notice;
        let base_url = self.notifiers().base_url.as_deref();
        let WrittenAlert { event, body } = cut_to_fit(alert, |alert| {
            write(AlertMessage { id: *id, kind: *kind, sequence: *sequence, alert, base_url })
        });
        let secret = webhook.secret.as_ref().map(|secret| Password::new(secret.expose().to_owned()));
        let delivery = Delivery {
            id: &id.to_string(),
            event,
            url: webhook.url.expose(),
            secret: secret.as_ref(),
            body: &body,
            at: system_time(self.now()),
        };
        let end = match sender.deliver(delivery).await {
            Outcome::Sent => NoticeEnd::Sent,
            Outcome::Refused { words } => NoticeEnd::Failed(words),
            Outcome::Later { words, after } => self.again(notice, words, after),
        };
        Tried { end, delivered: Vec::new() }
    }

    /// Decides on another try.
    fn again(&self, notice: &PendingNotice, words: String, after: Option<Duration>) -> NoticeEnd {
        let (now, timings) = (self.now(), self.timings());
        let trying = notice.first_tried_at.map(|first| now.since(first)).unwrap_or_default();
        if trying >= timings.notice_give_up {
            return NoticeEnd::Failed(words);
        }
        let wait = after.unwrap_or_default().max(pause(notice.attempts, timings.notice_retry));
        NoticeEnd::Later(words, now + wait)
    }

    async fn write_down(
        &self,
        claim: &Claim,
        notice: &PendingNotice,
        superseded: &[NoticeId],
        tried: Tried,
    ) -> Result<(), Error> {
        let Tried { end, delivered } = tried;
        let mut told = Vec::new();
        if let NoticeEnd::Failed(words) = &end {
            tracing::warn!(notice = %notice.id, words, "a notice could not be delivered");
            // Without a mail server this is so for all; the operator sees it in the metrics.
            if self.notifiers().mailer.is_some() || matches!(notice.to, Target::Webhook { .. }) {
                told.push(self.not_delivered(notice, words)?);
            }
        }
        let step = NoticeStep {
            claim,
            notice: notice.id,
            end: &end,
            delivered: &delivered,
            superseded,
            told: &told,
            at: self.now(),
        };
        if !self.store().save_notice_step(step).await? {
            tracing::debug!(lane = claim.id, "somebody else has taken the lane over");
        }
        Ok(())
    }

    fn not_delivered(&self, notice: &PendingNotice, words: &str) -> Result<Event, Error> {
        let by = match notice.to {
            Target::Mail(_) | Target::MailTo(_) => "mail",
            Target::Webhook { .. } => "webhook",
        };
        let about = notice.alert.map(|alert| format!(" of alert {alert}")).unwrap_or_default();
        Ok(Event {
            id: EventId::from_random(random_id()?),
            org: notice.org,
            project: notice.project,
            cluster: None,
            kind: EventKind::NoticeNotDelivered,
            actor: Actor::System,
            remote_address: None,
            detail: Some(format!("{by}{about}: {words}")),
            created_at: self.now(),
        })
    }
}

/// Finds reminders that something after them makes needless.
fn superseded(pending: &[PendingNotice]) -> Vec<NoticeId> {
    let before_the_last = pending.len().saturating_sub(1);
    let all = pending.iter().take(before_the_last);
    all.filter(|notice| notice.kind == NoticeKind::Reminder).map(|notice| notice.id).collect()
}

/// Begins with another receiver at each try, so that those whose mails take long do not keep all turns for themselves.
fn in_turn(mut addresses: Vec<String>, attempts: i64) -> Vec<String> {
    let first = usize::try_from(attempts).unwrap_or(0).checked_rem(addresses.len()).unwrap_or(0);
    addresses.rotate_left(first);
    addresses
}

/// How long to wait before another try: twice as long each time.
fn pause(attempts: i64, [first, longest]: [Duration; 2]) -> Duration {
    let doubled = u32::try_from(attempts.clamp(0, 20)).unwrap_or(20);
    first.saturating_mul(1_u32.checked_shl(doubled).unwrap_or(u32::MAX)).min(longest)
}

/// Names a mail: one for each notice and address, and always the same.
fn mail_id(notice: NoticeId, address: &str) -> String {
    let hash = hex::encode(digest::digest(&digest::SHA256, address.as_bytes()));
    format!("{notice}.{}", hash.get(..12).unwrap_or(&hash))
}

fn system_time(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_twice_as_long_each_time_up_to_an_hour() {
        let timings = [Duration::from_secs(5), Duration::from_secs(3600)];
        let waits: Vec<u64> = (0..12).map(|attempts| pause(attempts, timings).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
        assert_eq!(pause(i64::MAX, timings), timings[1]);
    }

    #[test]
    fn every_receiver_is_the_first_in_turn() {
        let all = || ["a", "b", "c"].map(str::to_owned).to_vec();
        let firsts: Vec<String> = (0..4).map(|attempts| in_turn(all(), attempts).swap_remove(0)).collect();
        assert_eq!(firsts, ["a", "b", "c", "a"]);
        assert_eq!(in_turn(all(), 1), ["b", "c", "a"]);
        assert!(in_turn(Vec::new(), 7).is_empty());
    }

    #[test]
    fn a_mail_has_one_name_for_each_receiver() {
        let notice = NoticeId::from_random([7; 12]);
        assert_eq!(mail_id(notice, "a@example.com"), mail_id(notice, "a@example.com"));
        assert_ne!(mail_id(notice, "a@example.com"), mail_id(notice, "b@example.com"));
    }
}
