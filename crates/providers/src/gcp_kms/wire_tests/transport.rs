//! Tests of what is no answer of Google's, and of where nothing may be sent.

use std::process::Command;

use domain::validity::{Definite, MassFailure, Validity};

use super::*;
use crate::trusted_roots::TrustedRoots;

async fn check(reply: Reply, expected: &str) {
    for operation in [
        Operation::TenantToken,
        Operation::Impersonate,
        Operation::LookAtVersion,
        Operation::TestPermissions,
        Operation::Encrypt,
        Operation::Decrypt,
    ] {
        let stub = google_saying(What::about(operation), reply.clone()).await;
        let google = at(&stub.endpoint(), operator());
        let failure = ask(&google, operation).await.expect("no answer of Google's is no success");
        assert_eq!(failure.reason.code(), expected, "{operation:?} {failure:?}");
        assert!(!google.operator_health().identity_broken());
    }
}

#[tokio::test]
async fn what_is_not_an_answer_of_google_is_transient() {
    let html = "<!DOCTYPE html><html><body>Sign in to the proxy</body></html>";
    let bytes = |status: &str, kind: &str, body: &str| Reply::Bytes(http(status, kind, body));
    let json = "application/json";
    tokio::join!(
        check(bytes("200 OK", "text/html", html), "UNEXPECTED_ANSWER"),
        check(bytes("200 OK", json, r#"{"permissions":7,"name":"x"}"#), "UNEXPECTED_ANSWER"),
        check(bytes("200 OK", json, "[1,"), "UNEXPECTED_ANSWER"),
        check(bytes("200 OK", json, ""), "UNEXPECTED_ANSWER"),
        check(bytes("204 No Content", json, ""), "UNEXPECTED_ANSWER"),
        check(bytes("403 Forbidden", "text/html", html), "UNEXPECTED_ANSWER"),
        check(bytes("404 Not Found", "text/html", html), "UNEXPECTED_ANSWER"),
        check(bytes("407 Proxy Authentication Required", "text/html", html), "UNEXPECTED_ANSWER"),
        check(bytes("400 Bad Request", json, ""), "UNEXPECTED_ANSWER"),
        check(bytes("403 Forbidden", json, r#"{"error":"PERMISSION_DENIED_BY_PROXY"}"#), "UNEXPECTED_ANSWER"),
        check(bytes("302 Found", "text/html", ""), "UNEXPECTED_ANSWER"),
        check(bytes("502 Bad Gateway", "text/html", html), "PROVIDER_FAULT"),
        check(bytes("503 Service Unavailable", "text/plain", ""), "PROVIDER_FAULT"),
        check(bytes("429 Too Many Requests", "text/plain", ""), "THROTTLED"),
        check(Reply::Last("SSH-2.0-OpenSSH_9.2\r\n\r\n".to_owned()), "UNEXPECTED_ANSWER"),
        check(Reply::Last(String::new()), "CONNECTION_FAILED"),
        check(Reply::Reset, "CONNECTION_FAILED"),
        check(
            Reply::Last(
                "HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n{\"error\":{\"status\":\"PERM".to_owned()
            ),
            "CONNECTION_FAILED"
        ),
    );
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let body = refusal(What::Encrypt, "PERMISSION_DENIED", &"x".repeat(1024 * 1024));
    check(Reply::Bytes(body), "UNEXPECTED_ANSWER").await;
}

#[tokio::test]
async fn follows_no_redirect() {
    let elsewhere = Stub::start(|_| Reply::Silence).await;
    let location =
        format!("HTTP/1.1 307 Temporary Redirect\r\nLocation: {}/\r\nContent-Length: 0\r\n\r\n", elsewhere.endpoint());
    check(Reply::Bytes(location), "UNEXPECTED_ANSWER").await;
    assert_eq!(elsewhere.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_address_that_is_refused_is_not_connected_to() {
    let stub = Stub::start(|_| Reply::Silence).await;
    let endpoint = format!("http://localhost:{}", stub.address.port());
    let config = Config {
        operator: operator(),
        kms_endpoint: Some(endpoint.clone()),
        iam_credentials_endpoint: Some(endpoint.clone()),
        token_uri: Some(format!("{endpoint}/token")),
        ..Config::default()
    };
    let google = Arc::new(Google::new(config, &Arc::default(), Clock::system(), Arc::default()).unwrap());
    for operation in [Operation::TenantToken, Operation::Impersonate, Operation::LookAtVersion, Operation::Encrypt] {
        assert_eq!(ask(&google, operation).await.unwrap().reason.code(), "ADDRESS_REFUSED");
    }
    assert_eq!(reason_of(&static_key(&google)).await, "ADDRESS_REFUSED");
    assert_eq!(stub.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_silent_server_costs_no_more_than_the_deadline() {
    for silent in [What::TenantToken, What::Version, What::Encrypt, What::Decrypt] {
        let stub = google_saying(silent, Reply::Silence).await;
        let key = static_key(&at(&stub.endpoint(), OperatorIdentity::None));
        let started = tokio::time::Instant::now();
        let finding = key.check(Tokens::MayBeCached, Deadline::after(Duration::from_millis(300))).await;
        assert_eq!(finding, Finding::Failed(Failure::silent(Reason::Transient(TransientReason::Timeout))));
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn throttling_is_tried_twice_and_denial_once() {
    for (status, expected) in
        [("RESOURCE_EXHAUSTED", 2), ("UNAVAILABLE", 2), ("PERMISSION_DENIED", 1), ("NOT_FOUND", 1)]
    {
        let stub = google_saying(What::Version, Reply::Bytes(refusal(What::Version, status, ""))).await;
        let google = at(&stub.endpoint(), OperatorIdentity::None);
        ask(&google, Operation::LookAtVersion).await.unwrap();
        assert_eq!(stub.requests.load(Ordering::SeqCst), expected, "{status}");
    }
    // What succeeds at the second attempt succeeds.
    let asked = AtomicUsize::new(0);
    let stub = google(move |what, _| {
        let first = what == What::Encrypt && asked.fetch_add(1, Ordering::SeqCst) == 0;
        first.then(|| Reply::Bytes(http("503 Service Unavailable", "text/html", "<html>")))
    })
    .await;
    assert_eq!(reason_of(&static_key(&at(&stub.endpoint(), OperatorIdentity::None))).await, "usable");
}

#[tokio::test]
async fn an_hour_of_trouble_freezes_nobody() {
    let asked = AtomicUsize::new(0);
    let stub = google(move |what, _| {
        (what != What::TenantToken).then(|| match asked.fetch_add(1, Ordering::SeqCst) % 4 {
            0 => Reply::Bytes(refusal(what, "RESOURCE_EXHAUSTED", "slow down")),
            1 => Reply::Bytes(http("502 Bad Gateway", "text/html", "<html>")),
            2 => Reply::Bytes(http("403 Forbidden", "text/html", "<html>")),
            _ => Reply::Reset,
        })
    })
    .await;
    let google = at(&stub.endpoint(), OperatorIdentity::None);
    let mut checks = JoinSet::new();
    for _ in 0..60 {
        let key = static_key(&google);
        checks.spawn(async move { key.check(Tokens::MayBeCached, soon()).await });
    }
    let usable = Validity::unchecked().observe(Finding::Usable, NOW, MassFailure::No).next;
    let mut now = NOW;
    let hour_later = checks.join_all().await.into_iter().fold(usable, |validity, finding| {
        now = now + Duration::from_secs(60);
        validity.observe(finding, now, MassFailure::No).next
    });
    assert_eq!(hour_later.last_definite(), Some(Definite::Valid));
    assert!(hour_later.is_unknown());
}

/// Runs one test of this file again in a process whose environment is full of somebody else's identity.
fn with_ambient_identity(test: &str) {
    let name = format!("{}::{test}", module_path!().split_once("::").unwrap().1);
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &name, "--ignored"])
        .env("GOOGLE_APPLICATION_CREDENTIALS", "/dev/null")
        .env("CLOUDSDK_CONFIG", "/nonexistent")
        .env("GCE_METADATA_HOST", "127.0.0.1:1")
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("HTTPS_PROXY", "http://127.0.0.1:1")
        .env("ALL_PROXY", "http://127.0.0.1:1")
        .env("http_proxy", "http://127.0.0.1:1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn the_environment_never_stands_in_for_anybody() {
    with_ambient_identity("in_an_ambient_environment_everybody_is_himself");
}

#[tokio::test]
#[ignore = "run by the test above, in an environment of its own"]
async fn in_an_ambient_environment_everybody_is_himself() {
    let stub = google(|_, _| None).await;
    let google = at(&stub.endpoint(), OperatorIdentity::None);
    assert_eq!(reason_of(&static_key(&google)).await, "usable");
    let answered = stub.requests.load(Ordering::SeqCst);
    assert_eq!(reason_of(&role_key(&google)).await, "OPERATOR_IDENTITY_BROKEN");
    assert_eq!(stub.requests.load(Ordering::SeqCst), answered, "nobody is asked in nobody's name");
}

#[test]
fn all_faults_of_the_settings_are_told_at_once() {
    let secret = "a-secret-that-must-not-turn-up";
    let config = Config {
        operator: OperatorIdentity::ServiceAccountKey {
            client_email: email(OPERATOR),
            private_key_id: PrivateKeyId::parse("0f").unwrap(),
            private_key: Arc::new(SecretText::new(secret.to_owned())),
        },
        operator_project: Some("No/Project".to_owned()),
        kms_endpoint: Some("http://10.0.0.1".to_owned()),
        iam_endpoint: Some("https://iam.example.com?x".to_owned()),
        iam_credentials_endpoint: Some("https://iam.example.com/path".to_owned()),
        token_uri: Some("https://127.0.0.1/token".to_owned()),
        trusted_roots: TrustedRoots::Only("no certificate".to_owned()),
        most_sessions: 0,
    };
    assert!(!format!("{config:?}").contains(secret));
    let faults = Google::new(config, &Arc::default(), Clock::system(), Arc::default()).err().unwrap();
    assert!(!format!("{faults:?}").contains(secret));
    let settings: Vec<_> = faults.iter().map(|fault| fault.setting).collect();
    assert_eq!(
        settings,
        [
            "gcp.kms_endpoint",
            "gcp.iam_endpoint",
            "gcp.iam_credentials_endpoint",
            "gcp.token_uri",
            "gcp.operator_key_file",
            "gcp.operator_project",
            "gcp.most_sessions",
            "gcp.trusted_roots",
        ]
    );
    assert!(Google::new(Config::default(), &Arc::default(), Clock::system(), Arc::default()).is_ok());
}
