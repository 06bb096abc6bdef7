//! Mail over SMTP: one message, one receiver, one connection. Encrypted, unless the server is on this machine.
//! Must not know what a mail says.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters, TlsParametersBuilder};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Category;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use crate::outcome::{Outcome, chain};
use crate::password::Password;
use crate::roots::Roots;

/// How long one mail may take, from the connection to the server's last word. Servers that look a sender up, or
/// hold a first mail back on purpose, need tens of seconds.
const MAIL_DEADLINE: Duration = Duration::from_secs(30);
/// How long one command may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(20);

/// How a connection to the mail server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// TLS from the first byte, as on port 465.
    Implicit,
    /// TLS after STARTTLS, as on port 587. A server that does not offer it gets no mail.
    StartTls,
    /// None. For a server on this machine only.
    Off,
}

/// The mail server, and how we come to it.
#[derive(Debug, Clone)]
pub struct MailerConfig {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept private.
    pub tls: SmtpTls,
    /// Whose certificates it may show.
    pub roots: Roots,
    /// As whom we come, if it asks.
    pub login: Option<(String, Password)>,
    /// Who mails are from: an address, with a name before it or without.
    pub from: String,
}

/// One mail to one receiver.
#[derive(Debug, Clone, Copy)]
pub struct Mail<'m> {
    /// Names this mail for ever: the same one sent twice is recognised by it.
    pub id: &'m str,
    /// The receiver's address.
    pub to: &'m str,
    /// The subject.
    pub subject: &'m str,
    /// The text.
    pub text: &'m str,
    /// When it was written.
    pub at: SystemTime,
}

/// Sends mails by one server.
#[derive(Debug, Clone)]
pub struct Mailer {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// What stands behind the @ of a mail's id.
    domain: String,
}

impl Mailer {
    /// Prepares for a server; nobody is asked yet.
    /// Errors: all that is wrong with its settings.
    pub fn new(config: &MailerConfig) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        if config.tls == SmtpTls::Off && !is_this_machine(&config.host) {
            faults.push(format!("tls: mail to {} must be encrypted: \"none\" is for this machine only", config.host));
        }
        let from = config.from.parse::<Mailbox>().map_err(|error| faults.push(format!("from: {error}"))).ok();
        let tls = tls(config).map_err(|error| faults.push(format!("tls: {error}"))).ok();
        let (Some(from), Some(tls), true) = (from, tls, faults.is_empty()) else { return Err(faults) };
        let domain = from.email.domain().to_owned();
        let mut server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .tls(tls)
            .hello_name(ClientId::Domain(domain.clone()))
            .timeout(Some(COMMAND_TIMEOUT));
        if let Some((user, password)) = &config.login {
            server = server.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
        }
        Ok(Self { server: server.build(), from, domain })
    }

    /// Sends one mail.
    /// Cancel: the server may have taken it.
    pub async fn send(&self, mail: Mail<'_>) -> Outcome {
        let message = match self.message(mail) {
            Ok(message) => message,
            Err(words) => return Outcome::refused(words),
        };
        match tokio::time::timeout(MAIL_DEADLINE, self.server.send(message)).await {
            Ok(Ok(_)) => Outcome::Sent,
            // A 5xx is the server's last word on this mail, unless it is about us; anything else may change.
            Ok(Err(error)) if error.is_permanent() && !is_about_login(&error) => Outcome::refused(chain(&error)),
            Ok(Err(error)) => Outcome::later(chain(&error)),
            Err(_) => Outcome::later("the mail server was too slow"),
        }
    }

    fn message(&self, mail: Mail<'_>) -> Result<Message, String> {
        let Mail { id, to, subject, text, at } = mail;
        let to: Address = to.parse().map_err(|error| format!("the receiver's address cannot be one: {error}"))?;
        let builder: MessageBuilder = Message::builder()
            .message_id(Some(format!("<{id}@{}>", self.domain)))
            .date(at)
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            // So that no machine answers it. Source: RFC 3834 section 5.
            .header(AutoSubmitted)
            .subject(one_line(subject))
            .header(ContentType::TEXT_PLAIN);
        builder.body(text.to_owned()).map_err(|error| format!("the mail cannot be written: {error}"))
    }
}

/// Tells whether an address can be mailed to.
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}

fn tls(config: &MailerConfig) -> Result<Tls, String> {
    let parameters = || -> Result<TlsParameters, lettre::transport::smtp::Error> {
        let mut builder: TlsParametersBuilder =
            TlsParameters::builder(config.host.clone()).certificate_store(CertificateStore::None);
        for root in config.roots.certificates() {
            builder = builder.add_root_certificate(Certificate::from_der(root.to_vec())?);
        }
        builder.build()
    };
    Ok(match config.tls {
        SmtpTls::Off => Tls::None,
        SmtpTls::Implicit => Tls::Wrapper(parameters().map_err(|error| chain(&error))?),
        SmtpTls::StartTls => Tls::Required(parameters().map_err(|error| chain(&error))?),
    })
}

/// Tells whether a server refuses us rather than a mail: the operator puts that right, and every mail waits until then.
/// Source: RFC 4954 section 6: 530, 534, 535, 538.
fn is_about_login(error: &lettre::transport::smtp::Error) -> bool {
    error.status().is_some_and(|code| code.category == Category::Unspecified3)
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// A subject is one line, whatever names stand in it.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[derive(Clone)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
#[path = "mail_tests.rs"]
mod tests;
