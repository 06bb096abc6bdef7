//! The letters that people get about their access. They hold a token, so they are secrets until they are sent.

use domain::id::{NoticeId, OrgId};
use domain::notice::{NewNotice, NoticeContent, NoticeKind, Target};
use domain::secret::SecretText;
use domain::user::EmailAddress;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::{Control, Error, random_id};

/// Why somebody is written to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Occasion<'a> {
    /// They are invited, by somebody.
    Invitation(&'a str),
    /// They are to set a new password.
    Reset,
}

impl Control {
    /// Writes the letter that carries a token.
    pub(super) fn letter(
        &self,
        org: (OrgId, &str),
        to: &EmailAddress,
        occasion: Occasion<'_>,
        token: &SecretText,
        expires_at: domain::time::Timestamp,
    ) -> Result<NewNotice, Error> {
        let (subject, first) = match occasion {
            Occasion::Invitation(by) => (
                format!("You are invited to {} on Atrest", org.1),
                format!("{by} invites you to the organization {} on Atrest.", org.1),
            ),
            Occasion::Reset => (
                format!("Set a new password for {} on Atrest", org.1),
                format!("An owner of the organization {} on Atrest asks you to set a new password.", org.1),
            ),
        };
        // The operator's own setting: what a caller sends as a host never gets into a letter.
        let base = self.notifiers().base_url.as_deref().unwrap_or_default();
        let text = format!(
            "{first}\n\nYour token, which works once and until {}:\n\n    {}\n\nTo use it, send it with a password of at \
             least 12 characters to your Atrest server:\n\n    POST {base}/api/atrest/v1/invitations/accept\n    \
             {{\"token\": \"…\", \"password\": \"…\", \"firstName\": \"…\", \"lastName\": \"…\"}}\n\nIf you did not expect \
             this letter, ignore it: nothing happens without the token.\n",
            shown(expires_at),
            token.expose(),
        );
        Ok(NewNotice {
            id: NoticeId::from_random(random_id()?),
            org: org.0,
            project: None,
            alert: None,
            sequence: 1,
            kind: NoticeKind::Letter,
            to: Target::MailTo(to.as_str().to_owned()),
            content: NoticeContent::Letter { subject, text: SecretText::new(text) },
            at: self.now(),
        })
    }
}

fn shown(at: domain::time::Timestamp) -> String {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    let moment = OffsetDateTime::from_unix_timestamp(at.as_millis().div_euclid(1000));
    moment.ok().and_then(|moment| moment.format(&format).ok()).unwrap_or_default()
}
