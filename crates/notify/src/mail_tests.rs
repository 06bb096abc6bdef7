//! Mail over the wire, to a server that the test plays itself.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls_pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::*;

/// A mail server on loopback.
struct Server {
    listener: TcpListener,
    tls: TlsAcceptor,
    pem: String,
}

impl Server {
    async fn open() -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener, tls: TlsAcceptor::from(Arc::new(config)), pem: cert.pem() }
    }

    fn mailer(&self, tls: SmtpTls, login: Option<(String, Password)>) -> Mailer {
        Mailer::new(&MailerConfig {
            host: "localhost".to_owned(),
            port: self.listener.local_addr().unwrap().port(),
            tls,
            roots: Roots::only(&self.pem).unwrap(),
            login,
            from: "Atrest <atrest@example.com>".to_owned(),
        })
        .unwrap()
    }

    async fn accept(&self) -> TcpStream {
        self.listener.accept().await.unwrap().0
    }
}

/// Answers commands until the client leaves, and gives all that it said. `refuse` answers one command otherwise.
async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, greets: bool, refuse: Option<(&str, &str)>) -> String {
    let mut stream = BufReader::new(stream);
    if greets {
        stream.write_all(b"220 ready\r\n").await.unwrap();
    }
    let (mut said, mut in_data) = (String::new(), false);
    loop {
        let mut line = String::new();
        match stream.read_line(&mut line).await {
            Ok(length) if length > 0 => said.push_str(&line),
            Ok(_) | Err(_) => return said,
        }
        let answer = match refuse {
            Some((command, answer)) if line.starts_with(command) => format!("{answer}\r\n"),
            _ if in_data && line != ".\r\n" => continue,
            _ if in_data => {
                in_data = false;
                "250 taken\r\n".to_owned()
            }
            _ if line.starts_with("EHLO") => "250-localhost\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n".to_owned(),
            _ if line.starts_with("DATA") => {
                in_data = true;
                "354 go on\r\n".to_owned()
            }
            _ if line.starts_with("AUTH") => "235 welcome\r\n".to_owned(),
            _ if line.starts_with("QUIT") => "221 bye\r\n".to_owned(),
            _ if line.starts_with("STARTTLS") => {
                stream.write_all(b"220 go on\r\n").await.unwrap();
                return said;
            }
            _ => "250 yes\r\n".to_owned(),
        };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return said;
        }
    }
}

const MAIL: Mail<'static> = Mail {
    id: "0123-1",
    to: "owner@example.com",
    subject: "Key \u{fc}nusable\r\nBcc: thief@example.com",
    text: "The key cannot be used.\n.\nDo something.\n",
    at: UNIX_EPOCH,
};

#[tokio::test]
async fn sends_over_a_plain_connection_on_this_machine() {
    let server = Server::open().await;
    let mailer = server.mailer(SmtpTls::Off, None);
    let (outcome, said) = tokio::join!(mailer.send(MAIL), async { talk(server.accept().await, true, None).await });
    assert_eq!(outcome, Outcome::Sent);
    for part in [
        "MAIL FROM:<atrest@example.com>",
        "RCPT TO:<owner@example.com>\r\n",
        "Message-ID: <0123-1@example.com>\r\n",
        "From: Atrest <atrest@example.com>\r\n",
        "To: owner@example.com\r\n",
        "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "The key cannot be used.\r\n..\r\nDo something.\r\n",
    ] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
    assert!(!said.contains("\nBcc:"), "a subject brings no header along: {said}");
    assert_eq!(said.matches("RCPT TO").count(), 1);
}

#[tokio::test]
async fn logs_in_only_after_starttls() {
    let server = Server::open().await;
    let login = Some(("atrest".to_owned(), Password::new("swordfish".to_owned())));
    let mailer = server.mailer(SmtpTls::StartTls, login);
    let play = async {
        let mut stream = server.accept().await;
        let clear = talk(&mut stream, true, None).await;
        (clear, talk(server.tls.accept(stream).await.unwrap(), false, None).await)
    };
    let (outcome, (clear, sealed)) = tokio::join!(mailer.send(MAIL), play);
    assert_eq!(outcome, Outcome::Sent);
    assert!(clear.ends_with("STARTTLS\r\n") && !clear.contains("AUTH"), "{clear}");
    assert!(sealed.contains("AUTH PLAIN ") && sealed.contains("DATA"), "{sealed}");
}

#[tokio::test]
async fn speaks_tls_from_the_first_byte_where_told() {
    let server = Server::open().await;
    let mailer = server.mailer(SmtpTls::Implicit, None);
    let play = async { talk(server.tls.accept(server.accept().await).await.unwrap(), true, None).await };
    let (outcome, said) = tokio::join!(mailer.send(MAIL), play);
    assert_eq!(outcome, Outcome::Sent);
    assert!(said.contains("DATA"), "{said}");
}

#[tokio::test]
async fn no_mail_goes_out_where_tls_is_wanted_and_not_offered() {
    let server = Server::open().await;
    let mailer = server.mailer(SmtpTls::StartTls, None);
    let refuse = Some(("EHLO", "250 localhost"));
    let play = async { talk(server.accept().await, true, refuse).await };
    let (outcome, said) = tokio::join!(mailer.send(MAIL), play);
    assert!(matches!(outcome, Outcome::Later { .. }), "{outcome:?}");
    assert!(!said.contains("MAIL FROM"), "{said}");
}

#[tokio::test]
async fn tells_never_from_later() {
    let answered = async |command, answer| {
        let server = Server::open().await;
        let mailer = server.mailer(SmtpTls::Off, None);
        let play = async { talk(server.accept().await, true, Some((command, answer))).await };
        tokio::join!(mailer.send(MAIL), play).0
    };
    let never = answered("RCPT", "550 no such person").await;
    assert!(matches!(&never, Outcome::Refused { words } if words.contains("no such person")), "{never:?}");
    let later = answered("RCPT", "450 come back").await;
    assert!(matches!(&later, Outcome::Later { words, .. } if words.contains("come back")), "{later:?}");
    let nowhere = {
        let server = Server::open().await;
        let mailer = server.mailer(SmtpTls::Off, None);
        drop(server);
        mailer.send(MAIL).await
    };
    assert!(matches!(nowhere, Outcome::Later { .. }), "{nowhere:?}");
}

#[tokio::test]
async fn a_password_that_is_not_taken_costs_no_mail() {
    let server = Server::open().await;
    let login = Some(("atrest".to_owned(), Password::new("swordfish".to_owned())));
    let mailer = server.mailer(SmtpTls::Off, login);
    let play = async { talk(server.accept().await, true, Some(("AUTH", "535 5.7.8 wrong"))).await };
    let (outcome, said) = tokio::join!(mailer.send(MAIL), play);
    assert!(matches!(&outcome, Outcome::Later { words, .. } if words.contains("wrong")), "{outcome:?}");
    assert!(said.contains("AUTH") && !said.contains("MAIL FROM"), "{said}");
}

#[test]
fn names_every_fault_of_its_settings() {
    let faults = Mailer::new(&MailerConfig {
        host: "mail.example.com".to_owned(),
        port: 25,
        tls: SmtpTls::Off,
        roots: Roots::default(),
        login: None,
        from: "nobody".to_owned(),
    })
    .unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].starts_with("tls:") && faults[1].starts_with("from:"), "{faults:?}");
    assert!(is_address("a@example.com") && !is_address("a@") && !is_address("a b@example.com") && !is_address(""));
}
