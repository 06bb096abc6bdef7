//! Requests that no honest client sends, byte by byte: a clear answer, nothing stored, no panic.
//! (What is wrong inside a body has tests of its own in `bodies`.)

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Call, Got, SignIn, authorization, exchange};
use crate::database::Database;
use crate::house::{House, Plan};
use crate::on_both_engines;

const JSON: &str = "application/json";
const MIB: usize = 1024 * 1024;

/// A PATCH of the owner's, signed, that would change the flag.
async fn signed(house: &House, body: Vec<u8>) -> (Call, String) {
    let call = house.nobody("PATCH", &house.path()).header("Content-Type", JSON).body(body);
    let nonce = house.nobody("GET", &house.path()).send().await.nonce();
    (call, authorization(&house.owner, &nonce, 1, "PATCH", &house.path()))
}

async fn a_body_of_ten_mebibytes_is_refused(database: Database) {
    let house = House::open(database).await;
    let before = house.read().await.body;
    for filler in [vec![b' '; 10 * MIB], vec![b'['; 10 * MIB], vec![0xff; 10 * MIB]] {
        let (call, authorization) = signed(&house, filler.clone()).await;
        let got = call.send_with(Some(&authorization)).await;
        got.is(413, "REQUEST_BODY_TOO_LARGE");
        // Unsigned, it is challenged as any other, and read off so that the client hears it.
        assert_eq!(call.send_with(None).await.status, 401);
    }
    // Chunked, nobody knows beforehand how much will come.
    let (call, authorization) = signed(&house, Vec::new()).await;
    let mut chunked = call.header("Transfer-Encoding", "chunked").bytes(Some(&authorization));
    for _ in 0..10 {
        chunked.extend_from_slice(format!("{MIB:x}\r\n").as_bytes());
        chunked.extend_from_slice(&vec![b' '; MIB]);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    Got::parse("PATCH", &exchange(house.address, &chunked).await).is(413, "REQUEST_BODY_TOO_LARGE");
    // Just under the cap is read, and told what is wrong with it.
    let mut long = br#"{"awsKms":{"customerMasterKeyID":""#.to_vec();
    long.resize(MIB - 3, b'x');
    long.extend_from_slice(br#""}}"#);
    let (call, authorization) = signed(&house, long).await;
    let got = call.send_with(Some(&authorization)).await;
    got.is(400, "INVALID_ATTRIBUTE");
    assert!(got.body.len() < 1000, "a long value is not sent back");
    assert_eq!(house.read().await.body, before);
    assert!(house.events().await.is_empty());
    house.end().await;
}

async fn a_slow_body_is_given_up(database: Database) {
    let mut plan = Plan::default();
    plan.limits.body = Duration::from_millis(400);
    let house = House::open_as(database, plan).await;
    let whole = br#"{"enabledForSearchNodes":true}"#;
    let (call, authorization) = signed(&house, whole.to_vec()).await;
    let bytes = call.bytes(Some(&authorization));
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    let begun = Instant::now();
    stream.write_all(&bytes[..bytes.len() - 5]).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    Got::parse("PATCH", &answer).is(408, "REQUEST_TIMEOUT");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!(house.read().await.ok()["enabledForSearchNodes"], false);
    assert!(house.events().await.is_empty());
    house.end().await;
}

async fn a_body_that_ends_early_changes_nothing(database: Database) {
    let house = House::open(database).await;
    let whole = br#"{"enabledForSearchNodes":true}"#;
    for cut in [1, 10, whole.len() - 1] {
        let (call, authorization) = signed(&house, whole.to_vec()).await;
        let bytes = call.bytes(Some(&authorization));
        let mut stream = TcpStream::connect(house.address).await.unwrap();
        stream.write_all(&bytes[..bytes.len() - cut]).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        // Whether a client that hung up hears anything is nobody's promise.
        let _ = stream.read_to_end(&mut answer).await;
        if !answer.is_empty() {
            assert_eq!(Got::parse("PATCH", &answer).status, 400);
        }
    }
    assert_eq!(house.read().await.ok()["enabledForSearchNodes"], false);
    assert!(house.events().await.is_empty());
    house.end().await;
}

#[tokio::test]
async fn chunks_and_expectations_are_understood() {
    let house = House::open(Database::sqlite()).await;
    // The Atlas CLI streams a file without saying how long it is.
    let (call, authorization) =
        signed(&house, b"b\r\n{\"enabledFo\r\n13\r\nrSearchNodes\":true}\r\n0\r\n\r\n".to_vec()).await;
    let got = call.header("Transfer-Encoding", "chunked").send_with(Some(&authorization)).await;
    assert_eq!(got.ok()["enabledForSearchNodes"], true);
    let (call, authorization) = signed(&house, b"zz\r\nnonsense\r\n0\r\n\r\n".to_vec()).await;
    let got = call.header("Transfer-Encoding", "chunked").send_with(Some(&authorization)).await;
    assert_eq!(got.status, 400, "{}", got.text());
    // curl waits for 100 Continue before it sends a large body.
    let body = br#"{"enabledForSearchNodes":false}"#;
    let (call, authorization) = signed(&house, body.to_vec()).await;
    let call = call.header("Expect", "100-continue");
    let bytes = call.bytes(Some(&authorization));
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    stream.write_all(&bytes[..bytes.len() - body.len()]).await.unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert_eq!(Got::parse("PATCH", &answer).ok()["enabledForSearchNodes"], false);
    house.end().await;
}

/// Sends bytes as they are, and gives the status of the answer; 0 if the connection just ends.
async fn status(house: &House, bytes: &[u8]) -> u16 {
    let answer = exchange(house.address, bytes).await;
    if answer.is_empty() { 0 } else { Got::parse("GET", &answer).status }
}

#[tokio::test]
async fn broken_heads_are_refused_and_inject_nothing() {
    let house = House::open(Database::sqlite()).await;
    let path = house.path();
    let head =
        |line: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{line}\r\n\r\n").into_bytes();
    for (why, line) in [
        ("a bare CR in a value", "X-A: b\rc"),
        ("a NUL in a value", "X-A: b\0c"),
        ("a blank before the colon", "X-A : b"),
        ("no colon", "nonsense"),
        ("a name with a bracket", "X(A): b"),
        ("a folded line", "X-A: b\r\n c"),
        ("no name", ": b"),
        ("two lengths", "Content-Length: 1\r\nContent-Length: 2"),
        ("a length that is no number", "Content-Length: x"),
        ("a negative length", "Content-Length: -1"),
        ("a length and chunks", "Content-Length: 4\r\nTransfer-Encoding: chunked"),
        ("chunks and then more", "Transfer-Encoding: chunked, gzip"),
    ] {
        let got = status(&house, &head(line)).await;
        // Some of these are legal and only useless; none may be more than a call by nobody.
        assert!(matches!(got, 0 | 400 | 401), "{why}: {got}");
    }
    for (why, bytes) in [
        ("TLS on a plain door", &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..]),
        ("HTTP/2 without asking", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("HTTP/0.9", b"GET /\r\n\r\n"),
        ("no target", b"GET HTTP/1.1\r\n\r\n"),
        ("a blank in the target", b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("HTTP/9", b"GET / HTTP/9.9\r\nHost: a\r\n\r\n"),
        ("a method of control characters", b"G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("not HTTP", b"\0\0\0\0\0\0\0\0\r\n\r\n"),
    ] {
        let got = status(&house, bytes).await;
        assert!(matches!(got, 0 | 400 | 404 | 505), "{why}: {got}");
    }
    let long = |bytes: usize| head(&format!("X-A: {}", "a".repeat(bytes)));
    assert_eq!(status(&house, &long(8_000)).await, 401);
    assert_eq!(status(&house, &long(100_000)).await, 431);
    let many = head("X-A: b\r\n".repeat(500).trim_end());
    assert!(matches!(status(&house, &many).await, 431 | 400));
    house.read().await.ok();
    house.end().await;
}

#[tokio::test]
async fn line_breaks_never_reach_an_answers_head() {
    let house = House::open(Database::sqlite()).await;
    let evil = "%0d%0aSet-Cookie:%20a=b";
    for path in [
        format!("/api/atlas/v2/groups/{evil}"),
        format!("/api/atlas/v2/groups/{}/events/{evil}", house.project),
        format!("/{evil}"),
        format!("{}?pretty={evil}", house.path()),
        format!("{}?{evil}=1", house.path()),
        format!("/api/atlas/v2/groups?itemsPerPage=1&x={evil}"),
    ] {
        let got = house.get(&path).await;
        assert!(got.header("set-cookie").is_none(), "{path}");
        assert!(!got.text().contains('\r') && !got.text().contains("\\r"), "{path}: {}", got.text());
    }
    // Headers that are echoed: the host in links.
    for host in ["a\"b", "a/b", "a@b", "evil.example", "[::1", "a b"] {
        let got = house.ask("GET", "/api/atlas/v2/groups").header("Host", host).send().await;
        assert!(matches!(got.status, 200 | 400), "{host}: {}", got.status);
        got.json();
    }
    house.end().await;
}

#[tokio::test]
async fn strange_texts_are_no_internal_errors() {
    let house = House::open(Database::sqlite()).await;
    for target in [
        "/api/atlas/v2/groups/%ff",
        "/api/atlas/v2/groups/%",
        "/api/atlas/v2/groups/%zz/encryptionAtRest",
        "/api/atlas/v2/groups?itemsPerPage=99999999999999999999",
        "/api/atlas/v2/groups?itemsPerPage=-1",
        "/api/atlas/v2/groups?pageNum=4294967295&itemsPerPage=500",
        "/api/atlas/v2/groups?pageNum=%f0%9f%94%91",
        "/api/atlas/v2/groups?envelope=%ff",
        "/api/atlas/v2/groups?&&&=&=&",
        "http://elsewhere.example/api/atlas/v2/groups",
        "*",
        "/api/atlas/v2/groups#fragment",
        "/api/atlas/v2/../v2/groups",
        "//api/atlas/v2/groups",
    ] {
        let got = house.ask("GET", target).send().await;
        assert!((200..500).contains(&got.status), "{target}: {}", got.text());
        if got.status >= 400 && !got.body.is_empty() {
            assert!(!got.code().is_empty(), "{target}: {}", got.text());
        }
    }
    let events = format!("/api/atlas/v2/groups/{}/events", house.project);
    for query in [
        "pageNum=9999999&itemsPerPage=500",
        "minDate=9999-12-31T23:59:59Z",
        "maxDate=0000-01-01T00:00:00Z",
        "minDate=2026-02-30T00:00:00Z",
    ] {
        let got = house.get(&format!("{events}?{query}")).await;
        assert!(matches!(got.status, 200 | 400), "{query}: {}", got.text());
    }
    let long = format!("/api/atlas/v2/groups/{}", "a".repeat(2_000));
    let got = house.get(&long).await;
    assert!(got.status == 404 && got.body.len() < 1_000, "{}", got.text());
    house.end().await;
}

#[tokio::test]
async fn one_connection_serves_many_requests_bad_ones_too() {
    let house = House::open(Database::sqlite()).await;
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    let nonce = house.nobody("GET", &house.path()).send().await.nonce();
    let mut asked = Vec::new();
    for (count, (method, body)) in
        [("GET", ""), ("PATCH", "nonsense"), ("PATCH", "{}"), ("GET", "")].into_iter().enumerate()
    {
        let authorization =
            authorization(&house.owner, &nonce, u32::try_from(count).unwrap() + 1, method, &house.path());
        let connection = if count == 3 { "close" } else { "keep-alive" };
        asked.extend_from_slice(
            format!(
                "{method} {} HTTP/1.1\r\nHost: a\r\nConnection: {connection}\r\nContent-Type: {JSON}\r\nContent-Length: {}\r\nAuthorization: {authorization}\r\n\r\n{body}",
                house.path(),
                body.len()
            )
            .as_bytes(),
        );
    }
    // All at once: they are answered in order.
    stream.write_all(&asked).await.unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.unwrap();
    let statuses: Vec<&str> = answers.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["200", "400", "400", "200"]);
    house.end().await;
}

#[tokio::test]
async fn a_method_may_not_be_smuggled() {
    let house = House::open(Database::sqlite()).await;
    for name in ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"] {
        let body = json!({"enabledForSearchNodes": true});
        let call = Call { sign_in: SignIn::Nobody, ..house.nobody("POST", &house.path()) };
        call.by(&house.owner).header(name, "PATCH").json(&body).send().await.is(405, "METHOD_NOT_ALLOWED");
    }
    assert_eq!(house.read().await.ok()["enabledForSearchNodes"], false);
    house.end().await;
}

on_both_engines! {
    a_body_of_ten_mebibytes_is_refused
    a_slow_body_is_given_up
    a_body_that_ends_early_changes_nothing
}
