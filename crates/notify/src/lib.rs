//! Senders of notices: mail over SMTP, and webhooks over https. One try each; who tries again, and when, is not
//! decided here.
//!
//! Must not know what a notice is about, who it is for, or where it is kept: it gets addresses, words and bytes.

pub mod mail;
pub mod outcome;
pub mod password;
pub mod roots;
pub mod webhook;

pub use mail::{Mail, Mailer, MailerConfig, SmtpTls};
pub use outcome::Outcome;
pub use password::Password;
pub use roots::Roots;
pub use webhook::{Delivery, Refusal, WebhookConfig, WebhookSender};
