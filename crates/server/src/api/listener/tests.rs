//! The listener over real sockets: floods, slow clients, shutdown. Deadlines are made short, and
//! each test waits for what it expects to happen rather than for a time to pass.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Request};
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;

use super::*;

const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(200);

/// Limits under which nothing times out by itself.
fn patient() -> ConnectionLimits {
    ConnectionLimits {
        handshake: LONG,
        head: LONG,
        idle: LONG,
        body: LONG,
        write: LONG,
        drain: LONG,
        ..Default::default()
    }
}

struct Opened {
    address: SocketAddr,
    open: Gauge,
    tracker: TaskTracker,
    cancel: CancellationToken,
}

async fn open(limits: ConnectionLimits, tls: Option<Arc<ServerConfig>>, app: Router) -> Opened {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, open) = (listener.local_addr().unwrap(), Gauge::default());
    let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
    let door = Door { listener, tls, limits, app, open: open.clone() };
    tracker.spawn(serve(door, tracker.clone(), cancel.clone()));
    Opened { address, open, tracker, cancel }
}

impl Opened {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn stop(self) {
        self.cancel.cancel();
        self.tracker.close();
        within(self.tracker.wait()).await;
        assert_eq!(self.open.get(), 0);
    }

    async fn wait_for_open(&self, count: i64) {
        within(async {
            while self.open.get() != count {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), future).await.expect("it should have happened by now")
}

async fn say(stream: &mut TcpStream, words: &str) {
    within(stream.write_all(words.as_bytes())).await.unwrap();
}

/// Reads one answer with a content-length.
async fn hear<S: AsyncRead + Unpin>(stream: &mut S) -> String {
    let mut heard = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&heard).to_string();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_ascii_lowercase();
            let length = length.split("content-length: ").nth(1).map(|rest| rest.lines().next().unwrap().to_owned());
            if body.len() >= length.unwrap_or_default().parse().unwrap_or(0) {
                return text;
            }
        }
        let mut piece = [0; 4096];
        let count = within(stream.read(&mut piece)).await.unwrap();
        if count == 0 {
            return text;
        }
        heard.extend_from_slice(&piece[..count]);
    }
}

/// Reads until the other side closes.
async fn hear_the_end(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    // A reset is an end too.
    let _ = within(stream.read_to_end(&mut heard)).await;
    String::from_utf8_lossy(&heard).to_string()
}

fn hello() -> Router {
    Router::new()
        .route("/", get(|Extension(peer): Extension<SocketAddr>| async move { format!("hello {}", peer.ip()) }))
}

const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

#[tokio::test]
async fn serves_many_requests_on_one_connection_and_names_the_peer() {
    let door = open(patient(), None, hello()).await;
    let mut client = door.connect().await;
    for _ in 0..3 {
        say(&mut client, GET).await;
        assert!(hear(&mut client).await.ends_with("hello 127.0.0.1"));
    }
    door.stop().await;
}

#[tokio::test]
async fn a_thousand_half_open_connections_hold_nobody_up() {
    let door = open(patient(), None, hello()).await;
    let mut crowd = Vec::new();
    for number in 0..1000 {
        let mut silent = door.connect().await;
        if number % 2 == 0 {
            say(&mut silent, "GET / HTTP/1.1\r\nhost:").await;
        }
        crowd.push(silent);
    }
    door.wait_for_open(1000).await;
    let mut client = door.connect().await;
    say(&mut client, GET).await;
    assert!(hear(&mut client).await.starts_with("HTTP/1.1 200"));
    drop(crowd);
    door.stop().await;
}

#[tokio::test]
async fn silent_connections_make_room_when_the_door_is_full() {
    let door = open(ConnectionLimits { connections: 4, ..patient() }, None, hello()).await;
    let mut known = door.connect().await;
    say(&mut known, GET).await;
    hear(&mut known).await;
    let mut crowd = Vec::new();
    for _ in 0..40 {
        crowd.push(door.connect().await);
    }
    let mut client = door.connect().await;
    say(&mut client, GET).await;
    assert!(hear(&mut client).await.starts_with("HTTP/1.1 200"));
    say(&mut known, GET).await;
    assert!(hear(&mut known).await.starts_with("HTTP/1.1 200"), "who has spoken stays");
    assert_eq!(hear_the_end(&mut crowd[0]).await, "");
    door.stop().await;
}

#[tokio::test]
async fn a_full_door_interrupts_no_request() {
    let (gate, entered) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let app = {
        let (gate, entered) = (Arc::clone(&gate), Arc::clone(&entered));
        Router::new().route(
            "/",
            get(async move || {
                entered.add_permits(1);
                gate.acquire().await.unwrap().forget();
                "done"
            }),
        )
    };
    let door = open(ConnectionLimits { connections: 1, ..patient() }, None, app).await;
    let mut first = door.connect().await;
    say(&mut first, GET).await;
    within(entered.acquire()).await.unwrap().forget();
    let mut second = door.connect().await;
    say(&mut second, GET).await;
    gate.add_permits(1);
    assert!(hear(&mut first).await.ends_with("done"));
    gate.add_permits(1);
    assert!(hear(&mut second).await.ends_with("done"), "the backlog comes after");
    door.stop().await;
}

#[tokio::test]
async fn a_head_that_drips_ends_with_408() {
    let door = open(ConnectionLimits { head: SHORT, ..patient() }, None, hello()).await;
    let mut client = door.connect().await;
    let (mut reading, mut writing) = client.split();
    let drip = async {
        // Each byte alone would be in time; the whole is not.
        for byte in "GET / HTTP/1.1\r\nx: ".bytes().chain(std::iter::repeat(b'a')) {
            if writing.write_all(&[byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(SHORT / 20).await;
        }
    };
    let answer = within(async {
        tokio::select! {
            answer = hear(&mut reading) => answer,
            () = drip => String::new(),
        }
    })
    .await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    door.wait_for_open(0).await;
    door.stop().await;
}

#[tokio::test]
async fn silence_ends_without_a_word() {
    let door = open(ConnectionLimits { head: SHORT, idle: SHORT, ..patient() }, None, hello()).await;
    assert_eq!(hear_the_end(&mut door.connect().await).await, "", "never spoke");
    let mut client = door.connect().await;
    say(&mut client, GET).await;
    hear(&mut client).await;
    assert_eq!(hear_the_end(&mut client).await, "", "spoke once");
    door.stop().await;
}

#[tokio::test]
async fn silence_between_requests_may_last_longer_than_a_head() {
    let door = open(ConnectionLimits { head: SHORT, ..patient() }, None, hello()).await;
    let mut client = door.connect().await;
    say(&mut client, GET).await;
    hear(&mut client).await;
    // Somebody else's head runs out meanwhile, so the time has passed.
    let mut other = door.connect().await;
    say(&mut other, "GET").await;
    assert!(hear(&mut other).await.starts_with("HTTP/1.1 408"));
    say(&mut client, GET).await;
    assert!(hear(&mut client).await.starts_with("HTTP/1.1 200"));
    door.stop().await;
}

#[tokio::test]
async fn a_slow_body_is_an_error_the_handler_can_tell() {
    let app = Router::new().route(
        "/",
        post(|request: Request| async move {
            match axum::body::to_bytes(request.into_body(), 1000).await {
                Ok(_) => "whole".to_owned(),
                Err(error) => format!("slow: {}", is_slow_body(&error)),
            }
        }),
    );
    let door = open(ConnectionLimits { body: SHORT, ..patient() }, None, app).await;
    let mut client = door.connect().await;
    say(&mut client, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nonly this").await;
    assert!(hear(&mut client).await.ends_with("slow: true"));
    door.wait_for_open(0).await;
    let mut client = door.connect().await;
    say(&mut client, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbody").await;
    assert!(hear(&mut client).await.ends_with("whole"));
    door.stop().await;
}

#[tokio::test]
async fn an_unread_body_leaves_the_connection_usable() {
    let app = Router::new().route("/", post(|| async { "no thanks" }));
    let door = open(patient(), None, app).await;
    let mut client = door.connect().await;
    for size in [10, 100_000, 10 * 1024 * 1024] {
        say(&mut client, &format!("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {size}\r\n\r\n")).await;
        let (mut reading, mut writing) = client.split();
        let body = vec![b'x'; size];
        let (sent, answer) = tokio::join!(within(writing.write_all(&body)), hear(&mut reading));
        sent.unwrap();
        assert!(answer.ends_with("no thanks"), "{answer}");
    }
    door.stop().await;
}

#[tokio::test]
async fn an_unread_body_that_was_not_asked_for_is_not_waited_for() {
    let app = Router::new().route("/", post(|| async { "no thanks" }));
    let door = open(patient(), None, app).await;
    let mut client = door.connect().await;
    say(&mut client, "POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n").await;
    assert!(hear(&mut client).await.starts_with("HTTP/1.1 200"));
    door.stop().await;
}

#[tokio::test]
async fn malformed_and_overlong_heads_are_answered() {
    let door = open(patient(), None, hello()).await;
    let check = async |words: &str, expected: &str| {
        let mut client = door.connect().await;
        say(&mut client, words).await;
        let answer = hear(&mut client).await;
        assert!(answer.starts_with(expected), "{words:.40}: {answer}");
    };
    check("nonsense\r\n\r\n", "HTTP/1.1 400").await;
    check("GET / HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n", "HTTP/1.1 400").await;
    check("GET / HTTP/1.1\r\nhost: a\rb\r\n\r\n", "HTTP/1.1 400").await;
    check(&format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(200_000)), "HTTP/1.1 4").await;
    check(&format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "a".repeat(200_000)), "HTTP/1.1 431").await;
    check(&format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(200)), "HTTP/1.1 431").await;
    door.stop().await;
}

#[tokio::test]
async fn a_client_that_takes_no_answer_is_dropped() {
    let app = Router::new().route("/", get(|| async { vec![b'x'; 64 * 1024 * 1024] }));
    let door = open(ConnectionLimits { write: SHORT, ..patient() }, None, app).await;
    let mut client = door.connect().await;
    say(&mut client, GET).await;
    door.wait_for_open(1).await;
    door.wait_for_open(0).await;
    door.stop().await;
}

#[tokio::test]
async fn shutdown_finishes_the_request_in_flight_and_closes_the_idle() {
    let (gate, entered) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let app = {
        let (gate, entered) = (Arc::clone(&gate), Arc::clone(&entered));
        hello().route(
            "/slow",
            get(async move || {
                entered.add_permits(1);
                gate.acquire().await.unwrap().forget();
                "done"
            }),
        )
    };
    let door = open(patient(), None, app).await;
    let (mut idle, mut silent, mut slow) = (door.connect().await, door.connect().await, door.connect().await);
    say(&mut idle, GET).await;
    hear(&mut idle).await;
    say(&mut slow, "GET /slow HTTP/1.1\r\nhost: a\r\n\r\n").await;
    within(entered.acquire()).await.unwrap().forget();
    door.wait_for_open(3).await;
    door.cancel.cancel();
    assert_eq!(hear_the_end(&mut idle).await, "");
    assert_eq!(hear_the_end(&mut silent).await, "");
    door.wait_for_open(1).await;
    gate.add_permits(1);
    let answer = hear(&mut slow).await;
    assert!(answer.ends_with("done") && answer.contains("connection: close"), "{answer}");
    let address = door.address;
    door.stop().await;
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn shutdown_waits_no_longer_than_its_limit() {
    let app = Router::new().route("/", get(std::future::pending::<&'static str>));
    let door = open(ConnectionLimits { drain: SHORT, ..patient() }, None, app).await;
    let mut client = door.connect().await;
    say(&mut client, GET).await;
    door.wait_for_open(1).await;
    door.stop().await;
    assert_eq!(hear_the_end(&mut client).await, "");
}

fn certificate() -> (Arc<ServerConfig>, tokio_rustls::TlsConnector) {
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let server = crate::tls::from_parts(vec![own.cert.der().clone()], key).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(own.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Arc::new(server), Arc::new(client).into())
}

#[tokio::test]
async fn speaks_tls_while_a_thousand_handshakes_hang() {
    let (server, connector) = certificate();
    let door = open(patient(), Some(server), hello()).await;
    let mut crowd = Vec::new();
    for _ in 0..1000 {
        crowd.push(door.connect().await);
    }
    let mut client = connector.connect("localhost".try_into().unwrap(), door.connect().await).await.unwrap();
    client.write_all(GET.as_bytes()).await.unwrap();
    assert!(hear(&mut client).await.ends_with("hello 127.0.0.1"));
    drop(crowd);
    door.stop().await;
}

#[tokio::test]
async fn a_handshake_has_a_deadline() {
    let (server, _) = certificate();
    let door = open(ConnectionLimits { handshake: SHORT, ..patient() }, Some(server), hello()).await;
    let mut client = door.connect().await;
    say(&mut client, "\u{16}\u{3}\u{1}").await;
    assert_eq!(hear_the_end(&mut client).await, "");
    door.wait_for_open(0).await;
    let mut plain = door.connect().await;
    say(&mut plain, GET).await;
    hear_the_end(&mut plain).await;
    door.stop().await;
}
