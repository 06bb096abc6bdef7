//! Tests of the HTTP client over a real socket.

use std::sync::atomic::Ordering;

use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::*;
use crate::stub::{Reply, Stub};

fn loopback() -> Arc<AddressPolicy> {
    Arc::new(AddressPolicy::allowing(vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]))
}

fn plain() -> Transport {
    Transport::new(&TrustedRoots::System, false, &loopback()).unwrap()
}

fn get(url: &str) -> Request {
    Request::new(reqwest::Method::GET, url.parse().unwrap())
}

async fn ask(transport: &Transport, url: &str) -> Result<(u16, String), &'static str> {
    match transport.send(get(url)).await {
        Ok(answer) => Ok((answer.status.as_u16(), String::from_utf8(answer.body.to_vec()).unwrap())),
        Err(unanswered) => Err(unanswered.reason.code()),
    }
}

fn http(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

async fn check(reply: Reply, expected: Result<(u16, &str), &str>) {
    let stub = Stub::start(move |_| reply.clone()).await;
    let found = ask(&plain(), &stub.endpoint()).await;
    assert_eq!(found.as_ref().map(|(status, body)| (*status, body.as_str())).map_err(|reason| *reason), expected);
}

#[tokio::test]
async fn an_answer_is_handed_on_and_none_is_told_by_its_kind() {
    check(Reply::Bytes(http("200 OK", "{}")), Ok((200, "{}"))).await;
    check(Reply::Bytes(http("503 No", "<html>")), Ok((503, "<html>"))).await;
    check(Reply::Last("HTTP/1.1 200 OK\r\n\r\nto the end".to_owned()), Ok((200, "to the end"))).await;
    check(Reply::Last(String::new()), Err("CONNECTION_FAILED")).await;
    check(Reply::Reset, Err("CONNECTION_FAILED")).await;
    check(Reply::Last("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf".to_owned()), Err("CONNECTION_FAILED")).await;
    check(Reply::Last("SSH-2.0-OpenSSH_9.2\r\n\r\n".to_owned()), Err("UNEXPECTED_ANSWER")).await;
}

#[tokio::test]
async fn an_answer_has_a_bounded_size() {
    let fits = "x".repeat(ANSWER_LIMIT);
    check(Reply::Bytes(http("200 OK", &fits)), Ok((200, &fits))).await;
    check(Reply::Last(format!("HTTP/1.1 200 OK\r\n\r\n{fits}")), Ok((200, &fits))).await;
    check(Reply::Bytes(http("200 OK", &format!("{fits}x"))), Err("UNEXPECTED_ANSWER")).await;
    check(Reply::Last(format!("HTTP/1.1 200 OK\r\n\r\n{fits}x")), Err("UNEXPECTED_ANSWER")).await;
    let lies = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n";
    check(Reply::Last(format!("{lies}{fits}x")), Err("UNEXPECTED_ANSWER")).await;
}

#[tokio::test]
async fn follows_no_redirect_and_keeps_no_cookie() {
    let elsewhere = Stub::start(|_| Reply::Silence).await;
    let location = elsewhere.endpoint();
    let stub = Stub::start(move |request| {
        assert!(!request.to_lowercase().contains("cookie"), "{request}");
        let head = format!("HTTP/1.1 307 Temporary Redirect\r\nLocation: {location}/\r\nSet-Cookie: a=b\r\n");
        Reply::Bytes(format!("{head}Content-Length: 0\r\n\r\n"))
    })
    .await;
    let transport = plain();
    for _ in 0..2 {
        assert_eq!(ask(&transport, &stub.endpoint()).await, Ok((307, String::new())));
    }
    assert_eq!(elsewhere.connections.load(Ordering::SeqCst), 0);
    assert_eq!(stub.connections.load(Ordering::SeqCst), 1, "a connection serves again");
}

#[tokio::test]
async fn an_address_that_is_refused_is_not_connected_to() {
    let stub = Stub::start(|_| Reply::Bytes(http("200 OK", ""))).await;
    let port = stub.address.port();
    let strict = Transport::new(&TrustedRoots::System, false, &Arc::default()).unwrap();
    for url in [
        format!("http://127.0.0.1:{port}"),
        format!("http://2130706433:{port}"),
        format!("http://0x7f.1:{port}"),
        format!("http://[::ffff:127.0.0.1]:{port}"),
        format!("http://localhost:{port}"),
        format!("https://localhost:{port}"),
        format!("https://127.0.0.1:{port}"),
        "http://169.254.169.254/computeMetadata/v1/".to_owned(),
    ] {
        assert_eq!(ask(&strict, &url).await, Err("ADDRESS_REFUSED"), "{url}");
    }
    // Plain http is for loopback only, whatever the policy says.
    assert_eq!(ask(&plain(), "http://kms.example.com").await, Err("ADDRESS_REFUSED"));
    assert_eq!(stub.connections.load(Ordering::SeqCst), 0);
    assert_eq!(ask(&plain(), &format!("http://localhost:{port}")).await, Ok((200, String::new())));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_by_its_kind() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_eq!(ask(&plain(), &format!("http://{closed}")).await, Err("CONNECTION_FAILED"));
    assert_eq!(ask(&plain(), &format!("https://{closed}")).await, Err("CONNECTION_FAILED"));
    assert_eq!(ask(&plain(), "https://no-such-name.invalid").await, Err("DNS_FAILED"));
    // The stub waits for the end of a head that TLS never sends, so this server answers by itself.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream.read_to_end(&mut Vec::new()).await.unwrap_or(0);
    });
    assert_eq!(ask(&plain(), &format!("https://{address}")).await, Err("TLS_FAILED"));
}

#[tokio::test(start_paused = true)]
async fn silence_ends() {
    let stub = Stub::start(|_| Reply::Silence).await;
    // Time runs ahead while everybody waits.
    assert_eq!(ask(&plain(), &stub.endpoint()).await, Err("TIMED_OUT"));
}

/// A server that speaks TLS, and the certificate to believe it by.
async fn speaks_tls() -> (SocketAddr, String, JoinSet<()>) {
    let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = own.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let protocol = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec).unwrap_or_default();
            let mut head = vec![0; 4096];
            assert!(stream.read(&mut head).await.unwrap() > 0);
            let answer = http("200 OK", &String::from_utf8(protocol).unwrap());
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    (address, authority_pem, tasks)
}

#[tokio::test]
async fn believes_those_certificates_it_is_told_to() {
    let (address, pem, _tasks) = speaks_tls().await;
    let url = format!("https://{address}");
    let ask_trusting = async |trust: TrustedRoots| ask(&Transport::new(&trust, true, &loopback()).unwrap(), &url).await;
    assert_eq!(ask_trusting(TrustedRoots::Only(pem.clone())).await, Ok((200, "http/1.1".to_owned())));
    assert_eq!(ask_trusting(TrustedRoots::SystemAnd(pem)).await, Ok((200, "http/1.1".to_owned())));
    assert_eq!(ask_trusting(TrustedRoots::System).await, Err("TLS_FAILED"));
    let (_, other, _tasks) = speaks_tls().await;
    assert_eq!(ask_trusting(TrustedRoots::Only(other)).await, Err("TLS_FAILED"));
}

#[test]
fn refuses_certificates_it_cannot_read() {
    let check = |pem: &str| {
        assert!(Transport::new(&TrustedRoots::Only(pem.to_owned()), false, &Arc::default()).is_err(), "{pem}");
        assert!(Transport::new(&TrustedRoots::SystemAnd(pem.to_owned()), true, &Arc::default()).is_err(), "{pem}");
    };
    check("");
    check("not a certificate");
    check("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
}

#[tokio::test]
async fn a_pinned_client_goes_to_one_origin_by_the_addresses_it_was_given() {
    let stub = Stub::start(|request| {
        assert!(request.to_lowercase().contains("host: kms.example.test:"), "{request}");
        Reply::Bytes(http("200 OK", "{}"))
    })
    .await;
    let port = stub.address.port();
    let url = format!("http://kms.example.test:{port}/");
    let pin = Pin::new(&url.parse().unwrap(), vec![stub.address.ip()]).unwrap();
    // The name is nobody's, and the address policy lets nothing private through: neither is asked.
    let public = Transport::new(&TrustedRoots::System, false, &Arc::default()).unwrap();
    assert_eq!(ask(&public, &url.replace("http:", "https:")).await, Err("DNS_FAILED"));
    let pinned = public.pinned(pin.clone()).unwrap();
    assert_eq!((pinned.pin(), public.pin()), (Some(&pin), None));
    for _ in 0..2 {
        assert_eq!(ask(&pinned, &url).await, Ok((200, "{}".to_owned())));
    }
    let elsewhere = [
        format!("http://localhost:{port}/"),
        format!("http://{}/", stub.address),
        format!("https://kms.example.test:{port}/"),
        "http://kms.example.test/".to_owned(),
        format!("http://other.example.test:{port}/"),
    ];
    for url in elsewhere {
        assert_eq!(ask(&pinned, &url).await, Err("ADDRESS_REFUSED"), "{url}");
    }
    assert_eq!(stub.connections.load(Ordering::SeqCst), 1);
    assert_eq!(ask(&pinned.apart().unwrap(), &url).await, Ok((200, "{}".to_owned())));
    assert_eq!(stub.connections.load(Ordering::SeqCst), 2, "a client apart shares no connection");
}

#[tokio::test]
async fn a_client_may_be_told_to_read_more() {
    let long = "x".repeat(ANSWER_LIMIT + 1);
    let reply = http("200 OK", &long);
    let stub = Stub::start(move |_| Reply::Bytes(reply.clone())).await;
    assert_eq!(ask(&plain(), &stub.endpoint()).await, Err("UNEXPECTED_ANSWER"));
    let patient = plain().with_answers_up_to(ANSWER_LIMIT + 1);
    assert_eq!(ask(&patient, &stub.endpoint()).await, Ok((200, long)));
    let other = plain().with_answers_up_to(ANSWER_LIMIT);
    assert_eq!(ask(&other, &stub.endpoint()).await, Err("UNEXPECTED_ANSWER"));
}
