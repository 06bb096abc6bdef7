//! Sections `[smtp]` and `[webhooks]`: how people and programs are told. Must not know what they are told.

use std::sync::Arc;

use control::notice::Notifiers;
use ipnet::IpNet;
use notify::{Mailer, MailerConfig, Password, Roots, SmtpTls, WebhookConfig, WebhookSender};
use providers::address::AddressPolicy;

use super::section::{Faults, Section};

/// The ports that mail servers take mail from programs at. Source: RFC 8314 section 7.3, RFC 6409.
const STARTTLS_PORT: u16 = 587;
const TLS_PORT: u16 = 465;
const PLAIN_PORT: u16 = 25;

/// Who sends.
#[derive(Debug, Clone)]
pub(crate) struct NoticesConfig {
    mailer: Option<Mailer>,
    webhooks: WebhooksConfig,
}

/// Where webhooks may go.
#[derive(Debug, Clone)]
pub(crate) struct WebhooksConfig {
    /// Networks that are out of bounds otherwise.
    pub(crate) allow: Vec<IpNet>,
    /// The certificates that receivers may show.
    pub(crate) roots: Roots,
}

impl NoticesConfig {
    /// Makes who sends.
    /// Errors: no client can be made.
    pub(crate) fn notifiers(&self, base_url: Option<&str>) -> anyhow::Result<Notifiers> {
        notifiers(self.mailer.clone(), self.webhooks.clone(), base_url)
    }
}

/// Makes who sends.
/// Errors: no client can be made.
pub(crate) fn notifiers(
    mailer: Option<Mailer>,
    webhooks: WebhooksConfig,
    base_url: Option<&str>,
) -> anyhow::Result<Notifiers> {
    let WebhooksConfig { allow, roots } = webhooks;
    let addresses = AddressPolicy::allowing(allow);
    let sender = WebhookSender::new(WebhookConfig {
        roots,
        refusal: Arc::new(move |address| addresses.refusal(address)),
        agent: concat!("atrest/", env!("CARGO_PKG_VERSION")).to_owned(),
    });
    let sender = sender.map_err(|words| anyhow::anyhow!("webhooks: {words}"))?;
    Ok(Notifiers {
        mailer,
        webhooks: Some((sender, server::api::atlas::webhook_body::write)),
        base_url: base_url.map(Arc::from),
    })
}

pub(super) fn read(root: &mut Section<'_>, faults: &Faults) -> NoticesConfig {
    let mailer = if root.names("smtp") {
        let mut smtp = root.section("smtp");
        let mailer = read_mailer(&mut smtp, faults);
        smtp.finish();
        mailer
    } else {
        None
    };
    let mut webhooks = root.section("webhooks");
    let allow = webhooks.all_parsed("allow");
    let roots = read_roots(&mut webhooks, faults);
    webhooks.finish();
    NoticesConfig { mailer, webhooks: WebhooksConfig { allow, roots } }
}

fn read_mailer(smtp: &mut Section<'_>, faults: &Faults) -> Option<Mailer> {
    let tls =
        smtp.one_of("tls", &[("starttls", SmtpTls::StartTls), ("tls", SmtpTls::Implicit), ("none", SmtpTls::Off)]);
    let tls = tls.unwrap_or(SmtpTls::StartTls);
    let usual = match tls {
        SmtpTls::StartTls => STARTTLS_PORT,
        SmtpTls::Implicit => TLS_PORT,
        SmtpTls::Off => PLAIN_PORT,
    };
    let port = smtp.number("port", 1, 65535).and_then(|port| u16::try_from(port).ok()).unwrap_or(usual);
    let roots = read_roots(smtp, faults);
    let login = match (smtp.text("user"), smtp.secret_file("password_file")) {
        (Some(user), Some(password)) => Some((user, Password::new(password.expose().to_owned()))),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            faults.add("smtp", "user and password_file go together: set both or neither");
            None
        }
    };
    let mut needed = |key: &str, what: &str| {
        let text = smtp.text(key);
        if text.is_none() {
            faults.add(&smtp.path(key), what);
        }
        text
    };
    let host = needed("host", "is missing: name the mail server");
    let from =
        needed("from", "is missing: name the address that mails are from, such as \"Atrest <atrest@example.com>\"");
    let config = MailerConfig { host: host?, port, tls, roots, login, from: from? };
    match Mailer::new(&config) {
        Ok(mailer) => Some(mailer),
        Err(found) => {
            for fault in found {
                let (key, words) = fault.split_once(": ").unwrap_or(("", &fault));
                faults.add(&smtp.path(key), words);
            }
            None
        }
    }
}

fn read_roots(section: &mut Section<'_>, faults: &Faults) -> Roots {
    let pem = section.file("ca_file");
    Roots::system_and(pem.as_deref()).unwrap_or_else(|fault| {
        faults.add(&section.path("ca_file"), fault);
        Roots::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let faults = Faults::default();
        let mut root = Section::root(text.parse().unwrap(), &faults);
        let _config = read(&mut root, &faults);
        root.finish();
        faults.list().lines().map(str::to_owned).collect()
    }

    #[test]
    fn nothing_is_needed_and_little_is_enough() {
        assert_eq!(faults(""), [""; 0]);
        assert_eq!(faults("[smtp]\nhost = \"mail.example.com\"\nfrom = \"atrest@example.com\"\n"), [""; 0]);
        assert_eq!(faults("[webhooks]\nallow = [\"10.0.0.0/8\"]\n"), [""; 0]);
    }

    #[test]
    fn names_every_fault_at_once() {
        let found = faults(
            "[smtp]\nport = 0\ntls = \"maybe\"\nuser = \"u\"\nca_file = \"/no/such\"\n[webhooks]\nallow = [\"all\"]\nca_file = \"/no/such\"\nurl = 1\n",
        )
        .join("\n");
        for part in [
            "smtp.port",
            "smtp.tls",
            "smtp: user and password_file",
            "smtp.host",
            "smtp.from",
            "smtp.ca_file",
            "webhooks.allow",
            "webhooks.ca_file",
            "webhooks.url",
        ] {
            assert!(found.contains(part), "{part} is missing in\n{found}");
        }
    }

    #[test]
    fn mail_leaves_the_machine_encrypted_or_not_at_all() {
        let with = |host: &str| {
            faults(&format!("[smtp]\nhost = \"{host}\"\ntls = \"none\"\nfrom = \"atrest@example.com\"\n")).join("\n")
        };
        assert!(with("mail.example.com").contains("smtp.tls"), "{}", with("mail.example.com"));
        assert!(with("10.0.0.1").contains("smtp.tls"));
        assert_eq!(with("127.0.0.1"), "");
        assert_eq!(with("localhost"), "");
    }
}
