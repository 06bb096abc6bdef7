//! Webhooks over the wire, to a receiver that the test plays itself.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls_pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;

/// A receiver on loopback, and a sender that believes its certificate.
struct Receiver {
    listener: TcpListener,
    tls: TlsAcceptor,
    pem: String,
}

const BODY: &str = r#"{"status":"OPEN"}"#;

impl Receiver {
    async fn open() -> Self {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
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

    fn url(&self, host: &str) -> String {
        format!("https://{host}:{}/hook?a=b", self.listener.local_addr().unwrap().port())
    }

    fn sender(&self, refusal: Refusal) -> WebhookSender {
        let roots = Roots::only(&self.pem).unwrap();
        WebhookSender::new(WebhookConfig { roots, refusal, agent: "atrest/test".to_owned() }).unwrap()
    }

    /// Takes one request and answers it; gives what was asked.
    async fn take(&self, answer: &str) -> String {
        let (stream, _) = self.listener.accept().await.unwrap();
        let mut stream = self.tls.accept(stream).await.unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(BODY.as_bytes()) {
            assert_ne!(stream.read_buf(&mut asked).await.unwrap(), 0, "the whole request comes");
        }
        let _gone = stream.write_all(answer.as_bytes()).await;
        let _gone = stream.shutdown().await;
        String::from_utf8(asked).unwrap()
    }
}

fn anything_goes() -> Refusal {
    Arc::new(|_| None)
}

fn no_loopback() -> Refusal {
    Arc::new(|address| address.to_canonical().is_loopback().then_some("loopback"))
}

fn delivery(url: &str) -> Delivery<'_> {
    Delivery {
        id: "0123",
        event: "alert.open",
        url,
        secret: None,
        body: BODY,
        at: UNIX_EPOCH + Duration::from_secs(1_800_000_000),
    }
}

async fn answered(answer: &str) -> Outcome {
    let receiver = Receiver::open().await;
    let (sender, url) = (receiver.sender(anything_goes()), receiver.url("localhost"));
    let (outcome, _) = tokio::join!(sender.deliver(delivery(&url)), receiver.take(answer));
    outcome
}

#[tokio::test]
async fn delivers_and_signs() {
    let receiver = Receiver::open().await;
    let (sender, url) = (receiver.sender(anything_goes()), receiver.url("localhost"));
    let secret = Password::new("s3cret".to_owned());
    let delivery = Delivery { secret: Some(&secret), ..delivery(&url) };
    let answer = "HTTP/1.1 204 No Content\r\n\r\n";
    let (outcome, asked) = tokio::join!(sender.deliver(delivery), receiver.take(answer));
    assert_eq!(outcome, Outcome::Sent);
    assert!(asked.starts_with("POST /hook?a=b HTTP/1.1\r\n"), "{asked}");
    // What Python's hmac module makes of the same.
    for line in [
        "content-type: application/json",
        "user-agent: atrest/test",
        "x-atrest-delivery: 0123",
        "x-mms-event: alert.open",
        "x-mms-signature: MMS",
        "x-atrest-signature: t=1800000000,v1=ATREST",
    ] {
        let line = line
            .replace("MMS", "84IKYs4cB7kBke8rC5rLKbrS76s=")
            .replace("ATREST", "6de00e3ca275863427d07d623a889d69ff7e3eefe0243885733bb56d19759c04");
        assert!(asked.contains(&format!("\r\n{line}\r\n")), "{line} is missing in {asked}");
    }
}

#[tokio::test]
async fn an_unsigned_delivery_bears_no_signature() {
    let receiver = Receiver::open().await;
    let (sender, url) = (receiver.sender(anything_goes()), receiver.url("127.0.0.1"));
    let (outcome, asked) = tokio::join!(sender.deliver(delivery(&url)), receiver.take("HTTP/1.1 200 OK\r\n\r\n"));
    assert_eq!(outcome, Outcome::Sent);
    assert!(!asked.to_ascii_lowercase().contains("signature"), "{asked}");
}

#[tokio::test]
async fn follows_no_redirect() {
    let outcome = answered("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\n\r\n").await;
    assert!(matches!(&outcome, Outcome::Refused { words } if words.contains("redirects")), "{outcome:?}");
}

#[tokio::test]
async fn tries_again_what_may_change() {
    let later = |words: &str, after| Outcome::Later { words: words.to_owned(), after };
    let pause = Some(Duration::from_secs(7));
    let busy = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\n\r\n";
    assert_eq!(answered(busy).await, later("the receiver answered 503 Service Unavailable", pause));
    let lost = "HTTP/1.1 404 Not Found\r\n\r\n";
    assert_eq!(answered(lost).await, later("the receiver answered 404 Not Found", None));
    assert!(matches!(answered("HTTP/1.1 410 Gone\r\n\r\n").await, Outcome::Refused { .. }));
    assert!(matches!(answered("nonsense\r\n\r\n").await, Outcome::Later { .. }));
    let long = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(1_000_000));
    assert_eq!(answered(&long).await, Outcome::Sent, "what an answer says does not matter");
}

#[tokio::test]
async fn a_name_that_leads_out_of_bounds_is_not_connected_to() {
    let receiver = Receiver::open().await;
    // Only the resolver's answer gives it away: as it is written it could be anybody.
    let refusal: Refusal = Arc::new({
        let asked = std::sync::atomic::AtomicBool::new(false);
        move |address| {
            let before = asked.swap(true, std::sync::atomic::Ordering::SeqCst);
            (before && address.is_loopback()).then_some("loopback")
        }
    });
    let (sender, url) = (receiver.sender(refusal), receiver.url("localhost"));
    let outcome = sender.deliver(delivery(&url)).await;
    let words = "the receiver's address is out of bounds (loopback)";
    assert_eq!(outcome, Outcome::Refused { words: words.to_owned() });
    let called = tokio::time::timeout(Duration::from_millis(50), receiver.listener.accept()).await;
    assert!(called.is_err(), "nobody called");
}

#[tokio::test]
async fn a_receiver_that_shows_a_foreign_certificate_gets_nothing() {
    let (receiver, other) = (Receiver::open().await, Receiver::open().await);
    let (sender, url) = (other.sender(anything_goes()), receiver.url("localhost"));
    let refuse = async {
        let (stream, _) = receiver.listener.accept().await.unwrap();
        assert!(receiver.tls.accept(stream).await.is_err());
    };
    let (outcome, ()) = tokio::join!(sender.deliver(delivery(&url)), refuse);
    assert!(matches!(outcome, Outcome::Later { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_silent_receiver_costs_five_seconds_at_most() {
    let receiver = Receiver::open().await;
    let (sender, url) = (receiver.sender(anything_goes()), receiver.url("127.0.0.1"));
    // The kernel takes the connection; nobody ever speaks. Time is the test's.
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let outcome = sender.deliver(delivery(&url)).await;
    assert_eq!(outcome, Outcome::later("the receiver was too slow"));
    assert!(begun.elapsed() <= DELIVERY_DEADLINE + Duration::from_millis(100));
}

#[test]
fn judges_addresses_as_they_are_written() {
    let roots = Roots::default();
    let config = WebhookConfig { roots, refusal: no_loopback(), agent: String::new() };
    let sender = WebhookSender::new(config).unwrap();
    let check = |url: &str, fits: bool| assert_eq!(sender.judge(url).is_ok(), fits, "{url}");
    check("https://hooks.example.com/atrest?token=1", true);
    check("https://hooks.example.com:8443", true);
    check("HTTPS://HOOKS.example.com", true);
    check("https://198.18.0.1/", true);
    check("http://hooks.example.com/", false);
    check("ftp://hooks.example.com/", false);
    check("https://user:secret@hooks.example.com/", false);
    check("https://user@hooks.example.com/", false);
    check("https://127.0.0.1/", false);
    check("https://2130706433/", false);
    check("https://0x7f.1/", false);
    check("https://[::1]/", false);
    check("https://[::ffff:127.0.0.1]/", false);
    check("https://localhost/", false);
    check("https://a.LOCALHOST./", false);
    check("hooks.example.com", false);
    check("https://", false);
    check("", false);
}
