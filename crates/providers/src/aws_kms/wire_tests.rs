//! Tests of what arrives over a real socket: every row of the table in AWS's own spelling, and all that
//! is no answer of AWS's at all. The simulator is for what AWS does; this stub is for what it says.

mod private_endpoint;
mod private_path;

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::customer_key::aws_kms::{AwsKeyName, AwsRegion};
use domain::id::ProviderRoleId;
use domain::private_endpoint::{EndpointRegion, PrivateProvider};
use domain::secret::SecretText;
use domain::validity::{Definite, Finding, ForeignText, MassFailure, Validity};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::classify::{Operation, tests::rows};
use super::*;
use crate::provider::{Deadline, KeyProvider, Punctual};
use crate::stub::{Reply, Stub};

const PROJECT: ProjectId = ProjectId::from_random([7; 12]);
const SECRET: &str = "a-secret-that-must-not-turn-up";
const DATE: &str = "Thu, 01 Jan 2026 00:00:00 GMT";
const NOW: Timestamp = Timestamp::from_millis(1_767_225_600_000);

fn http(status: &str, kind: &str, body: &str) -> String {
    let id = "x-amzn-RequestId: 11111111-2222-3333-4444-555555555555";
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nDate: {DATE}\r\n{id}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// Writes an error as KMS, or as STS, spells it.
fn spelled(operation: Operation, code: &str, message: &str) -> String {
    match operation {
        Operation::DescribeKey | Operation::Encrypt | Operation::Decrypt => {
            let body = format!(r#"{{"__type":"{code}","message":"{message}"}}"#);
            http("400 Bad Request", "application/x-amz-json-1.1", &body)
        }
        Operation::TenantIdentity | Operation::AssumeRole | Operation::OperatorIdentity => {
            let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
            let body = format!(
                r#"<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">{error}<RequestId>1</RequestId></ErrorResponse>"#
            );
            http("403 Forbidden", "text/xml", &body)
        }
    }
}

fn aws_at(endpoint: &str, operator: OperatorIdentity) -> Arc<Aws> {
    let addresses = Arc::new(AddressPolicy::allowing(vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]));
    let endpoint = Some(endpoint.to_owned());
    let config = Config { operator, kms_endpoint: endpoint.clone(), sts_endpoint: endpoint, ..Config::default() };
    Arc::new(Aws::new(config, &addresses, Clock::new(|| NOW), Arc::default()).unwrap())
}

fn operator() -> OperatorIdentity {
    OperatorIdentity::Static {
        access_key_id: "AKIAOPERATOR0000000A".to_owned(),
        secret_access_key: Arc::new(SecretText::new(SECRET.to_owned())),
        session_token: None,
    }
}

fn tenant() -> TenantCredentials {
    TenantCredentials {
        access_key_id: "AKIATENANT00000000AA".to_owned(),
        secret_access_key: Arc::new(SecretText::new(SECRET.to_owned())),
        session_token: None,
    }
}

fn settings(credentials: AwsCredentials) -> AwsKms {
    AwsKms {
        key: AwsKeyName::parse("alias/one").unwrap(),
        region: AwsRegion::parse("US_EAST_1").unwrap(),
        credentials,
        require_private_networking: false,
    }
}

fn static_key(aws: &Arc<Aws>) -> Punctual<AwsKmsKey> {
    let credentials = AwsCredentials::Static {
        access_key_id: tenant().access_key_id,
        secret_access_key: Arc::new(SecretText::new(SECRET.to_owned())),
    };
    Punctual(AwsKmsKey::open(aws.clone(), PROJECT, &settings(credentials), None, &KeyPath::Public).unwrap())
}

async fn ask(aws: &Aws, operation: Operation) -> Option<Failure> {
    let (clients, who) = (&aws.clients, tenant());
    let probe = SecretBytes::fill(|_| Ok::<_, ()>(())).unwrap();
    let context = EncryptionContext::new();
    let region = "us-east-1";
    let role = operator::Wanted { role_arn: "arn:aws:iam::123456789012:role/r", session_name: "s", external_id: None };
    let refused = match operation {
        Operation::DescribeKey => clients.public(region).describe_key(&who, "k").await.err(),
        Operation::Encrypt => clients.public(region).encrypt(&who, "k", &probe, &context).await.err(),
        Operation::Decrypt => clients.public(region).decrypt(&who, "k", b"sealed", &context).await.err(),
        Operation::TenantIdentity => clients.caller(region, &who).await.err(),
        Operation::AssumeRole => aws.operator.assume(region, &role).await.err(),
        Operation::OperatorIdentity => aws.operator.prove(region).await.err(),
    };
    refused.map(|refused| refused.failure)
}

#[tokio::test]
async fn every_row_of_the_table_holds_over_the_wire() {
    let mut asked = JoinSet::new();
    for (operation, code, words, expected) in rows() {
        asked.spawn(async move {
            let message = format!("It {words}. {SECRET}");
            let answer = spelled(operation, code, &message);
            let stub = Stub::start(move |_| Reply::Bytes(answer.clone())).await;
            let aws = aws_at(&stub.endpoint(), operator());
            let failure = ask(&aws, operation).await.expect("an error is an error");
            assert_eq!(failure.reason, expected, "{operation:?} {code} {words}");
            let told: Vec<_> = [&failure.provider_code, &failure.provider_message, &failure.provider_request_id]
                .into_iter()
                .flatten()
                .map(ForeignText::as_str)
                .collect();
            assert!(!told.concat().contains(SECRET), "{operation:?} {code} told a secret");
            if expected == Reason::Transient(TransientReason::OperatorIdentity) {
                assert_eq!(told, [""; 0], "{code}: what is said of the operator is not for tenants");
                let health = aws.operator_health();
                assert!(health.identity_broken());
                let noted = health.identity_fault().unwrap().message;
                assert!(noted.as_str().starts_with(code) && !noted.as_str().contains(SECRET), "{noted:?}");
            } else {
                assert_eq!(told.first(), Some(&code), "{operation:?}");
                assert!(told.get(1).is_some_and(|message| message.contains("[hidden]")), "{told:?}");
                assert_eq!(told.get(2), Some(&"11111111-2222-3333-4444-555555555555"));
            }
        });
    }
    assert!(asked.len() > 100, "{} codes", asked.len());
    while let Some(done) = asked.join_next().await {
        done.unwrap();
    }
}

async fn check(reply: Reply, expected: &str) {
    let stub = Stub::start(move |_| reply.clone()).await;
    let aws = aws_at(&stub.endpoint(), operator());
    for operation in [
        Operation::DescribeKey,
        Operation::Encrypt,
        Operation::Decrypt,
        Operation::AssumeRole,
        Operation::TenantIdentity,
    ] {
        let failure = ask(&aws, operation).await.expect("no answer of AWS's is no success");
        assert_eq!(failure.reason.code(), expected, "{operation:?} {failure:?}");
    }
}

#[tokio::test]
async fn what_is_not_an_answer_of_aws_is_transient() {
    let html = "<!DOCTYPE html><html><body>Sign in to the proxy</body></html>";
    let bytes = |status: &str, kind: &str, body: &str| Reply::Bytes(http(status, kind, body));
    tokio::join!(
        check(bytes("200 OK", "text/html", html), "UNEXPECTED_ANSWER"),
        check(bytes("403 Forbidden", "text/html", html), "UNEXPECTED_ANSWER"),
        check(bytes("407 Proxy Authentication Required", "text/html", html), "UNEXPECTED_ANSWER"),
        check(bytes("400 Bad Request", "application/x-amz-json-1.1", ""), "UNEXPECTED_ANSWER"),
        check(bytes("400 Bad Request", "application/x-amz-json-1.1", "{}"), "UNEXPECTED_ANSWER"),
        check(bytes("200 OK", "application/x-amz-json-1.1", "{}"), "UNEXPECTED_ANSWER"),
        check(bytes("200 OK", "application/x-amz-json-1.1", "[1,"), "UNEXPECTED_ANSWER"),
        check(bytes("200 OK", "text/xml", "<a></b>"), "UNEXPECTED_ANSWER"),
        check(bytes("302 Found", "text/html", ""), "UNEXPECTED_ANSWER"),
        check(bytes("502 Bad Gateway", "text/html", html), "PROVIDER_FAULT"),
        check(bytes("503 Service Unavailable", "text/plain", ""), "PROVIDER_FAULT"),
        check(bytes("429 Too Many Requests", "text/plain", ""), "THROTTLED"),
        check(Reply::Last("SSH-2.0-OpenSSH_9.2\r\n".to_owned()), "UNEXPECTED_ANSWER"),
        check(Reply::Last(String::new()), "CONNECTION_FAILED"),
        check(Reply::Reset, "CONNECTION_FAILED"),
        check(
            Reply::Last(format!("HTTP/1.1 200 OK\r\nDate: {DATE}\r\nContent-Length: 100\r\n\r\n{{\"Key")),
            "CONNECTION_FAILED"
        ),
        check(
            Reply::Last("HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\n\r\n{\"__type\":\"DisabledExc".to_owned()),
            "CONNECTION_FAILED"
        ),
    );
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let body = format!(r#"{{"__type":"DisabledException","message":"{}"}}"#, "x".repeat(1024 * 1024));
    check(Reply::Bytes(http("400 Bad Request", "application/x-amz-json-1.1", &body)), "UNEXPECTED_ANSWER").await;
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
async fn a_server_that_is_not_there_is_told_by_its_kind() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let plain = Stub::start(|_| Reply::Last("HTTP/1.1 400 Bad Request\r\n\r\n".to_owned())).await;
    for (endpoint, expected) in [
        (format!("http://{closed}"), "CONNECTION_FAILED"),
        (format!("https://{closed}"), "CONNECTION_FAILED"),
        ("https://no-such-name.invalid".to_owned(), "DNS_FAILED"),
    ] {
        let failure = ask(&aws_at(&endpoint, operator()), Operation::Encrypt).await.unwrap();
        assert_eq!(failure.reason.code(), expected, "{endpoint}");
    }
    let tls = aws_at(&format!("https://{}", plain.address), operator());
    let told = ask(&tls, Operation::Encrypt);
    // The stub waits for the end of a head that TLS never sends.
    let finding = Deadline::after(Duration::from_millis(200)).enforce(async { Err::<(), _>(told.await.unwrap()) });
    assert_eq!(finding.await.unwrap_err().reason.code(), "TIMED_OUT");
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_told_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).await.unwrap_or(0);
        }
    });
    let aws = aws_at(&format!("https://{address}"), operator());
    assert_eq!(ask(&aws, Operation::Encrypt).await.unwrap().reason.code(), "TLS_FAILED");
}

#[tokio::test]
async fn an_address_that_is_refused_is_not_connected_to() {
    let stub = Stub::start(|_| Reply::Silence).await;
    let endpoint = Some(format!("http://localhost:{}", stub.address.port()));
    let config =
        Config { operator: operator(), kms_endpoint: endpoint.clone(), sts_endpoint: endpoint, ..Config::default() };
    let aws = Arc::new(Aws::new(config, &Arc::default(), Clock::system(), Arc::default()).unwrap());
    for operation in [Operation::DescribeKey, Operation::AssumeRole, Operation::TenantIdentity] {
        assert_eq!(ask(&aws, operation).await.unwrap().reason.code(), "ADDRESS_REFUSED");
    }
    let finding = static_key(&aws).check(Tokens::MayBeCached, Deadline::after(Duration::from_secs(60))).await;
    let Finding::Failed(failure) = finding else { panic!("usable") };
    assert_eq!(failure.reason.code(), "ADDRESS_REFUSED");
    assert_eq!(stub.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_silent_server_costs_no_more_than_the_deadline() {
    let stub = Stub::start(|_| Reply::Silence).await;
    let key = static_key(&aws_at(&stub.endpoint(), operator()));
    let started = tokio::time::Instant::now();
    let finding = key.check(Tokens::MayBeCached, Deadline::after(Duration::from_millis(100))).await;
    assert_eq!(finding, Finding::Failed(Failure::silent(Reason::Transient(TransientReason::Timeout))));
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(stub.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn throttling_is_tried_twice_and_denial_once() {
    let internal = spelled(Operation::Encrypt, "KMSInternalException", "").replace("400 Bad Request", "500 Oh");
    for (answer, expected) in [
        (spelled(Operation::Encrypt, "ThrottlingException", ""), 2),
        (internal, 2),
        (spelled(Operation::Encrypt, "AccessDeniedException", ""), 1),
    ] {
        let stub = Stub::start(move |_| Reply::Bytes(answer.clone())).await;
        let aws = aws_at(&stub.endpoint(), operator());
        // A region of its own: the SDK has one budget of retries per region, and other tests spend it.
        aws.clients.public("eu-north-1").describe_key(&tenant(), "k").await.unwrap_err();
        assert_eq!(stub.requests.load(Ordering::SeqCst), expected);
    }
}

#[tokio::test]
async fn an_hour_of_throttling_freezes_nobody() {
    let answer = spelled(Operation::DescribeKey, "ThrottlingException", "slow down");
    let stub = Stub::start(move |_| Reply::Bytes(answer.clone())).await;
    let aws = aws_at(&stub.endpoint(), operator());
    let mut checks = JoinSet::new();
    for _ in 0..60 {
        let key = static_key(&aws);
        checks.spawn(async move { key.check(Tokens::MayBeCached, Deadline::after(Duration::from_secs(60))).await });
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

#[tokio::test]
async fn an_identity_failure_counts_only_while_the_clocks_agree() {
    let late = "Thu, 01 Jan 2026 00:01:01 GMT";
    let early = "Wed, 31 Dec 2025 23:58:59 GMT";
    let near = "Thu, 01 Jan 2026 00:01:00 GMT";
    for (date, expected) in
        [(DATE, "CREDENTIAL_REJECTED"), (near, "CREDENTIAL_REJECTED"), (late, "CLOCK_SKEW"), (early, "CLOCK_SKEW")]
    {
        let answer = spelled(Operation::DescribeKey, "UnrecognizedClientException", "no").replace(DATE, date);
        let stub = Stub::start(move |_| Reply::Bytes(answer.clone())).await;
        let aws = aws_at(&stub.endpoint(), operator());
        let finding = static_key(&aws).check(Tokens::Fresh, Deadline::after(Duration::from_secs(60))).await;
        let Finding::Failed(failure) = finding else { panic!("usable") };
        assert_eq!(failure.reason.code(), expected, "{date}");
        assert_eq!(aws.operator_health().clock_skewed(), expected == "CLOCK_SKEW");
    }
}

fn role() -> ProviderRole {
    ProviderRole {
        id: ProviderRoleId::from_random([3; 12]),
        project: PROJECT,
        identity: RoleIdentity::Aws {
            role_arn: Some("arn:aws:iam::123456789012:role/r".to_owned()),
            external_id: "external".to_owned(),
        },
        authorized_at: Some(NOW),
        created_at: NOW,
    }
}

fn role_key(aws: &Arc<Aws>) -> Punctual<AwsKmsKey> {
    let role = role();
    Punctual(
        AwsKmsKey::open(aws.clone(), PROJECT, &settings(AwsCredentials::Role(role.id)), Some(&role), &KeyPath::Public)
            .unwrap(),
    )
}

/// Answers STS by `identity` and `assumed`, and KMS by `key`.
async fn three(identity: String, assumed: String, key: String) -> Stub {
    Stub::start(move |request| {
        Reply::Bytes(match request {
            request if request.contains("Action=GetCallerIdentity") => identity.clone(),
            request if request.contains("Action=AssumeRole") => assumed.clone(),
            _ => key.clone(),
        })
    })
    .await
}

fn caller_is(account: &str) -> String {
    let result = format!("<Arn>arn:aws:iam::{account}:user/o</Arn><UserId>U</UserId><Account>{account}</Account>");
    let body = format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult>{result}</GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    http("200 OK", "text/xml", &body)
}

fn session_given() -> String {
    let credentials = "<AccessKeyId>ASIASESSION00000000A</AccessKeyId><SecretAccessKey>session-secret</SecretAccessKey>\
                       <SessionToken>session-token</SessionToken><Expiration>2026-01-01T01:00:00Z</Expiration>";
    let body = format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials>{credentials}</Credentials></AssumeRoleResult></AssumeRoleResponse>"
    );
    http("200 OK", "text/xml", &body)
}

async fn reason_of(key: &Punctual<AwsKmsKey>) -> &'static str {
    match key.check(Tokens::Fresh, Deadline::after(Duration::from_secs(60))).await {
        Finding::Usable => "usable",
        Finding::Failed(failure) => failure.reason.code(),
    }
}

#[tokio::test]
async fn a_refused_role_counts_only_while_the_operator_is_somebody() {
    let broken = spelled(Operation::OperatorIdentity, "InvalidClientTokenId", "no");
    let throttled = spelled(Operation::OperatorIdentity, "Throttling", "slow");
    let denied = || spelled(Operation::AssumeRole, "AccessDenied", "no");
    let unknown = || spelled(Operation::Encrypt, "UnrecognizedClientException", "no");
    let forbidden = || spelled(Operation::Encrypt, "AccessDeniedException", "no");
    for (identity, assumed, key, expected) in [
        (caller_is("1"), denied(), String::new(), "ROLE_NOT_ASSUMABLE"),
        (broken.clone(), denied(), String::new(), "OPERATOR_IDENTITY_BROKEN"),
        (throttled.clone(), denied(), String::new(), "THROTTLED"),
        (caller_is("1"), session_given(), unknown(), "CREDENTIAL_REJECTED"),
        (broken.clone(), session_given(), unknown(), "OPERATOR_IDENTITY_BROKEN"),
        (caller_is("1"), session_given(), forbidden(), "ACCESS_DENIED"),
        (broken.clone(), session_given(), forbidden(), "OPERATOR_IDENTITY_BROKEN"),
        (throttled, session_given(), forbidden(), "THROTTLED"),
        (broken.clone(), broken, String::new(), "OPERATOR_IDENTITY_BROKEN"),
    ] {
        let stub = three(identity, assumed, key).await;
        let aws = aws_at(&stub.endpoint(), operator());
        assert_eq!(reason_of(&role_key(&aws)).await, expected);
        assert_eq!(aws.operator_health().identity_broken(), expected == "OPERATOR_IDENTITY_BROKEN");
    }
}

#[tokio::test]
async fn an_operator_without_identity_is_nobodys_fault_but_his() {
    let aws = aws_at("http://127.0.0.1:1", OperatorIdentity::None);
    assert_eq!(reason_of(&role_key(&aws)).await, "OPERATOR_IDENTITY_BROKEN");
    assert!(aws.operator_health().identity_broken());
    assert_eq!(aws.prove_operator().await, Ok(()));
}

#[tokio::test]
async fn a_session_that_was_ended_is_replaced_once() {
    let ended = spelled(
        Operation::DescribeKey,
        "ExpiredTokenException",
        "The security token included in the request is expired",
    );
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let disabled = spelled(Operation::DescribeKey, "DisabledException", "disabled");
    let stub = Stub::start(move |request| {
        Reply::Bytes(match request {
            request if request.contains("Action=AssumeRole") => session_given(),
            request if request.contains("Action=GetCallerIdentity") => caller_is("1"),
            // The second call of the first session, and it alone, is refused.
            _ if count.fetch_add(1, Ordering::SeqCst) == 1 => ended.clone(),
            _ => disabled.clone(),
        })
    })
    .await;
    let aws = aws_at(&stub.endpoint(), operator());
    let key = role_key(&aws);
    for calls in [1, 3, 4] {
        let finding = key.check(Tokens::MayBeCached, Deadline::after(Duration::from_secs(60))).await;
        let Finding::Failed(failure) = finding else { panic!("usable") };
        assert_eq!(failure.reason.code(), "KEY_DISABLED");
        assert_eq!(asked.load(Ordering::SeqCst), calls);
    }
}

#[tokio::test]
async fn many_callers_share_one_session() {
    let stub = three(caller_is("1"), session_given(), spelled(Operation::Encrypt, "DisabledException", "")).await;
    let aws = aws_at(&stub.endpoint(), operator());
    let mut calls = JoinSet::new();
    for _ in 0..50 {
        let key = role_key(&aws);
        calls.spawn(async move { key.check(Tokens::MayBeCached, Deadline::after(Duration::from_secs(60))).await });
    }
    calls.join_all().await;
    assert_eq!(stub.requests.load(Ordering::SeqCst), 51);
    aws.forget(PROJECT);
    role_key(&aws).check(Tokens::MayBeCached, Deadline::after(Duration::from_secs(60))).await;
    assert_eq!(stub.requests.load(Ordering::SeqCst), 53);
}

/// Runs one test of this file again in a process whose environment is full of somebody else's identity.
fn with_ambient_identity(test: &str) {
    let name = format!("{}::{test}", module_path!().split_once("::").unwrap().1);
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &name, "--ignored"])
        .env("AWS_ACCESS_KEY_ID", "AKIAAMBIENT00000000A")
        .env("AWS_SECRET_ACCESS_KEY", "ambient")
        .env("AWS_SESSION_TOKEN", "ambient")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("HTTPS_PROXY", "http://127.0.0.1:1")
        .env("ALL_PROXY", "http://127.0.0.1:1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn the_environment_never_stands_in_for_a_tenant() {
    with_ambient_identity("in_an_ambient_environment_tenants_are_themselves");
}

#[tokio::test]
#[ignore = "run by the test above, in an environment of its own"]
async fn in_an_ambient_environment_tenants_are_themselves() {
    let stub = Stub::start(|request| {
        assert!(!request.to_lowercase().contains("ambient"), "{request}");
        let signer = if request.contains("AKIATENANT00000000AA") { "tenant" } else { "somebody" };
        Reply::Bytes(spelled(Operation::Encrypt, "DisabledException", signer))
    })
    .await;
    let aws = aws_at(&stub.endpoint(), OperatorIdentity::None);
    let failure = ask(&aws, Operation::Encrypt).await.unwrap();
    assert_eq!(failure.provider_message.unwrap().as_str(), "tenant");
    let answered = stub.requests.load(Ordering::SeqCst);

    // A call whose credentials were forgotten has none to fall back on, and is not sent.
    let forgotten = aws.clients.bare_kms("us-east-1").describe_key().key_id("k").send().await;
    assert!(forgotten.is_err_and(|error| error.raw_response().is_none()));
    let forgotten = aws.clients.bare_sts("us-east-1").get_caller_identity().send().await;
    assert!(forgotten.is_err_and(|error| error.raw_response().is_none()));
    assert_eq!(ask(&aws, Operation::AssumeRole).await.unwrap().reason.code(), "OPERATOR_IDENTITY_BROKEN");
    assert_eq!(stub.requests.load(Ordering::SeqCst), answered);
}

#[test]
fn the_environment_is_the_operators_where_he_says_so() {
    with_ambient_identity("in_an_ambient_environment_the_operator_may_be_found");
}

#[tokio::test]
#[ignore = "run by the test above, in an environment of its own"]
async fn in_an_ambient_environment_the_operator_may_be_found() {
    let stub = Stub::start(|request| {
        let ambient = request.contains("AKIAAMBIENT00000000A");
        Reply::Bytes(match request {
            request if request.contains("Action=GetCallerIdentity") && ambient => caller_is("1"),
            request if request.contains("Action=AssumeRole") && ambient => session_given(),
            request if request.contains("ASIASESSION00000000A") => {
                spelled(Operation::Encrypt, "DisabledException", "session")
            }
            request => panic!("{request}"),
        })
    })
    .await;
    let aws = aws_at(&stub.endpoint(), OperatorIdentity::Environment);
    assert_eq!(aws.prove_operator().await, Ok(()));
    assert_eq!(reason_of(&role_key(&aws)).await, "KEY_DISABLED");
}

#[test]
fn a_project_costs_little_memory() {
    with_ambient_identity("in_a_process_of_its_own_memory_is_counted");
}

#[tokio::test]
#[ignore = "run by the test above, in a process of its own"]
async fn in_a_process_of_its_own_memory_is_counted() {
    /// Unit: bytes per project, its cached token included.
    const BUDGET: usize = 16 * 1024;
    const PROJECTS: u16 = 1000;
    // As long as a long token of STS.
    let session = session_given().replace("session-token", &"t".repeat(1500)).replace("Content-Length: ", "X-Was: ");
    let session = session.replace("X-Was: ", "Connection: close\r\nX-Was: ");
    let disabled = spelled(Operation::DescribeKey, "DisabledException", "");
    let stub = Stub::start(move |request| {
        if request.contains("Action=AssumeRole") {
            Reply::Last(session.clone())
        } else {
            Reply::Bytes(disabled.clone())
        }
    })
    .await;
    let aws = aws_at(&stub.endpoint(), operator());
    let mut kept = Vec::new();
    let mut open = async |projects: std::ops::Range<u16>| {
        for number in projects {
            let [high, low] = number.to_be_bytes();
            let project = ProjectId::from_random([high, low, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            let role = ProviderRole { project, ..role() };
            let settings = settings(AwsCredentials::Role(role.id));
            let key =
                Punctual(AwsKmsKey::open(aws.clone(), project, &settings, Some(&role), &KeyPath::Public).unwrap());
            let finding = key.check(Tokens::MayBeCached, Deadline::after(Duration::from_secs(60))).await;
            assert!(matches!(finding, Finding::Failed(failure) if failure.reason.code() == "KEY_DISABLED"));
            kept.push(key);
        }
        resident()
    };
    let before = open(0..100).await;
    let after = open(100..100 + PROJECTS).await;
    let each = after.saturating_sub(before) / usize::from(PROJECTS);
    println!("{each} bytes per project");
    assert!(each <= BUDGET, "{each} bytes per project");
}

/// Counts the bytes of memory that the process holds.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() * 1024
}

#[test]
fn an_environment_without_identity_is_the_operators_fault() {
    let name = format!("{}::in_an_empty_environment", module_path!().split_once("::").unwrap().1);
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &name, "--ignored"])
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "run by the test above, in an environment of its own"]
async fn in_an_empty_environment() {
    let stub = Stub::start(|request| panic!("{request}")).await;
    let aws = aws_at(&stub.endpoint(), OperatorIdentity::Environment);
    assert_eq!(reason_of(&role_key(&aws)).await, "OPERATOR_IDENTITY_BROKEN");
    assert!(aws.operator_health().identity_broken());
    assert_eq!(stub.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn tenants_on_one_client_never_use_each_others_identity() {
    let stub = Stub::start(|request| {
        // Which project the request is about, and who signed it, must agree.
        let signer = request.split_once("Credential=AKIATENANT").unwrap().1.get(..10).unwrap().to_owned();
        let named = request.split_once("alias/").unwrap().1.get(..10).unwrap().to_owned();
        assert_eq!(signer, named);
        Reply::Bytes(spelled(Operation::DescribeKey, "DisabledException", &signer))
    })
    .await;
    let aws = aws_at(&stub.endpoint(), OperatorIdentity::None);
    let mut calls = JoinSet::new();
    for tenant in 0..100 {
        let number = format!("{tenant:010}");
        let credentials = AwsCredentials::Static {
            access_key_id: format!("AKIATENANT{number}"),
            secret_access_key: Arc::new(SecretText::new(format!("secret{number}"))),
        };
        let key = AwsKeyName::parse(&format!("alias/{number}")).unwrap();
        let settings = AwsKms { key, ..settings(credentials) };
        let key = Punctual(AwsKmsKey::open(aws.clone(), PROJECT, &settings, None, &KeyPath::Public).unwrap());
        calls.spawn(async move {
            let Finding::Failed(failure) = key.check(Tokens::Fresh, Deadline::after(Duration::from_secs(60))).await
            else {
                panic!("usable")
            };
            assert_eq!(failure.provider_message.unwrap().as_str(), number);
        });
    }
    while let Some(done) = calls.join_next().await {
        done.unwrap();
    }
    assert_eq!(stub.requests.load(Ordering::SeqCst), 100);
}

#[tokio::test]
async fn a_role_is_opened_only_where_it_belongs() {
    let aws = aws_at("http://127.0.0.1:1", OperatorIdentity::None);
    let open = |edit: fn(&mut ProviderRole)| {
        let mut role = role();
        let settings = settings(AwsCredentials::Role(role.id));
        edit(&mut role);
        AwsKmsKey::open(aws.clone(), PROJECT, &settings, Some(&role), &KeyPath::Public).err()
    };
    assert_eq!(open(|_| {}), None);
    assert_eq!(open(|role| role.project = ProjectId::from_random([8; 12])), Some(RoleFault::OtherProject));
    assert_eq!(open(|role| role.id = ProviderRoleId::from_random([8; 12])), Some(RoleFault::Missing));
    assert_eq!(open(|role| role.authorized_at = None), Some(RoleFault::NotAuthorized));
    let no_arn = |role: &mut ProviderRole| {
        role.identity = RoleIdentity::Aws { role_arn: None, external_id: "external".to_owned() };
    };
    assert_eq!(open(no_arn), Some(RoleFault::NotAuthorized));
    let settings = settings(AwsCredentials::Role(role().id));
    assert_eq!(AwsKmsKey::open(aws, PROJECT, &settings, None, &KeyPath::Public).err(), Some(RoleFault::Missing));
}

#[test]
fn all_faults_of_the_settings_are_told_at_once() {
    let config = Config {
        operator: OperatorIdentity::Static {
            access_key_id: String::new(),
            secret_access_key: Arc::new(SecretText::new(String::new())),
            session_token: None,
        },
        operator_region: "US_EAST_1".to_owned(),
        own_accounts: vec!["123".to_owned()],
        kms_endpoint: Some("http://10.0.0.1".to_owned()),
        sts_endpoint: Some("https://127.0.0.1".to_owned()),
        trusted_roots: TrustedRoots::Only("no certificate".to_owned()),
        most_sessions: 0,
        ec2_endpoint: Some("http://ec2.example.com".to_owned()),
        places: vec![
            AwsPlace {
                region: EndpointRegion::parse(PrivateProvider::AwsKms, "GLOBAL").unwrap(),
                vpc: "vpc-1".to_owned(),
                subnets: Vec::new(),
                security_groups: Vec::new(),
                addresses: Vec::new(),
            };
            2
        ],
        ..Config::default()
    };
    let faults = Aws::new(config, &Arc::default(), Clock::system(), Arc::default()).err().unwrap();
    let settings: Vec<_> = faults.iter().map(|fault| fault.setting).collect();
    assert_eq!(
        settings,
        [
            "aws.kms_endpoint",
            "aws.sts_endpoint",
            "aws.ec2_endpoint",
            "aws.operator_region",
            "aws.operator.access_key_id",
            "aws.operator.secret_access_key",
            "aws.own_accounts",
            PLACES,
            PLACES,
            PLACES,
            PLACES,
            PLACES,
            "aws.most_sessions",
            "aws.trusted_roots",
        ]
    );
}
