//! Who sends in dev mode: mails to a server on this machine, webhooks to this machine and to the internet.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context as _;
use control::notice::Notifiers;
use notify::{Mailer, MailerConfig, Roots, SmtpTls};

use crate::config::{WebhooksConfig, notifiers as wire};

/// Who dev mode's mails are from. No such domain can exist.
const FROM: &str = "Atrest <atrest@dev.invalid>";

/// Makes who sends.
/// Errors: the mail server is not on this machine; the certificates cannot be read.
pub(super) fn notifiers(
    smtp: Option<SocketAddr>,
    webhooks_ca: Option<&Path>,
    base_url: &str,
) -> anyhow::Result<Notifiers> {
    let mailer = smtp.map(mailer).transpose()?;
    let pem = webhooks_ca.map(|file| std::fs::read_to_string(file).with_context(|| format!("read {}", file.display())));
    let roots =
        Roots::system_and(pem.transpose()?.as_deref()).map_err(|words| anyhow::anyhow!("--webhooks-ca: {words}"))?;
    let allow = vec!["127.0.0.0/8".parse()?, "::1/128".parse()?];
    wire(mailer, WebhooksConfig { allow, roots }, Some(base_url))
}

fn mailer(smtp: SocketAddr) -> anyhow::Result<Mailer> {
    let config = MailerConfig {
        host: smtp.ip().to_string(),
        port: smtp.port(),
        tls: SmtpTls::Off,
        roots: Roots::default(),
        login: None,
        from: FROM.to_owned(),
    };
    Mailer::new(&config).map_err(|faults| anyhow::anyhow!("--smtp: {}", faults.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_go_to_this_machine_only() {
        let with = |address: &str| notifiers(Some(address.parse().unwrap()), None, "http://127.0.0.1:8080");
        assert!(with("127.0.0.1:1025").unwrap().mailer.is_some());
        assert!(with("[::1]:1025").unwrap().mailer.is_some());
        assert!(with("192.0.2.1:25").is_err());
    }

    #[test]
    fn webhooks_may_go_to_this_machine_and_not_to_its_neighbours() {
        let notifiers = notifiers(None, None, "http://127.0.0.1:8080").unwrap();
        assert!(notifiers.judge_webhook("https://127.0.0.1:9443/hook").is_ok());
        assert!(notifiers.judge_webhook("https://10.0.0.1/hook").is_err());
        assert!(notifiers.judge_webhook("https://169.254.169.254/").is_err());
        assert!(notifiers.judge_webhook("http://127.0.0.1:9443/hook").is_err());
    }
}
