//! Tests of what arrives over a real socket: every row of the table in Google's own spelling, and all that
//! is no answer of Google's at all. The simulator is for what Google does; this stub is for what it says.

#![allow(clippy::wildcard_enum_match_arm, reason = "a stub is told what differs, and does the rest well")]

mod identity;
mod transport;

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::customer_key::gcp_kms::{PrivateKeyId, ServiceAccountEmail};
use domain::id::ProviderRoleId;
use domain::secret::SecretText;
use domain::time::Timestamp;
use domain::validity::{Finding, ForeignText};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::binding::crc32c;
use super::classify::{Operation, tests::rows};
use super::token::tests::pem_of;
use super::*;
use crate::provider::{Deadline, KeyProvider, Punctual};
use crate::stub::{Reply, Stub};

const PROJECT: ProjectId = ProjectId::from_random([7; 12]);
const TOKEN: &str = "ya29.a-secret-that-must-not-turn-up";
const DATE: &str = "Thu, 01 Jan 2026 00:00:00 GMT";
const NOW: Timestamp = Timestamp::from_millis(1_767_225_600_000);
const VERSION: &str = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/2";
const KEY: &str = "projects/p/locations/l/keyRings/r/cryptoKeys/k";
const TENANT: &str = "tenant@p.iam.gserviceaccount.com";
const OPERATOR: &str = "operator@o.iam.gserviceaccount.com";
const ROLE: &str = "role@o.iam.gserviceaccount.com";

static PEM: LazyLock<String> = LazyLock::new(|| pem_of(&KeyPair::generate(KeySize::Rsa2048).unwrap()));

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// A token for the tenant, or for the operator: the scope tells.
    TenantToken,
    OperatorToken,
    Impersonate,
    Account,
    Version,
    Key,
    Permissions,
    Encrypt,
    Decrypt,
}

impl What {
    fn of(request: &str) -> Self {
        let line = request.lines().next().unwrap();
        let path = line.split(' ').nth(1).unwrap();
        match path {
            "/token" if claims(request)["scope"] == "https://www.googleapis.com/auth/iam" => Self::OperatorToken,
            "/token" if claims(request)["scope"] == token::PLATFORM_SCOPE => Self::OperatorToken,
            "/token" => Self::TenantToken,
            path if path.ends_with(":generateAccessToken") => Self::Impersonate,
            path if path.contains("/serviceAccounts") => Self::Account,
            path if path.ends_with(":testIamPermissions") => Self::Permissions,
            path if path.ends_with(":encrypt") => Self::Encrypt,
            path if path.ends_with(":decrypt") => Self::Decrypt,
            path if path.contains("/cryptoKeyVersions/") => Self::Version,
            _ => Self::Key,
        }
    }

    const fn about(operation: Operation) -> Self {
        match operation {
            Operation::TenantToken => Self::TenantToken,
            Operation::OperatorToken => Self::OperatorToken,
            Operation::Impersonate => Self::Impersonate,
            Operation::ManageAccount => Self::Account,
            Operation::LookAtVersion => Self::Version,
            Operation::LookAtKey => Self::Key,
            Operation::TestPermissions => Self::Permissions,
            Operation::Encrypt => Self::Encrypt,
            Operation::Decrypt => Self::Decrypt,
        }
    }
}

fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").unwrap().1
}

fn claims(request: &str) -> Value {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let assertion = body(request).split_once("assertion=").unwrap().1;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

fn http(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nDate: {DATE}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}")
}

fn ok(body: &Value) -> Reply {
    Reply::Bytes(http("200 OK", "application/json; charset=UTF-8", &body.to_string()))
}

/// Writes an error as an API, or the token endpoint, spells it.
fn refusal(what: What, status: &str, message: &str) -> String {
    let body = match what {
        What::TenantToken | What::OperatorToken => json!({ "error": status, "error_description": message }),
        _ => json!({ "error": { "code": 400, "status": status, "message": message } }),
    };
    http("400 Bad Request", "application/json; charset=UTF-8", &body.to_string())
}

fn version(state: &str) -> Reply {
    ok(&json!({ "name": VERSION, "state": state, "algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION" }))
}

/// What encryption answers that hands the plaintext back for a ciphertext.
fn encrypted(request: &str) -> Value {
    let asked: Value = serde_json::from_str(body(request)).unwrap();
    json!({
        "name": VERSION,
        "ciphertext": asked["plaintext"],
        "ciphertextCrc32c": asked["plaintextCrc32c"],
        "verifiedPlaintextCrc32c": true,
        "verifiedAdditionalAuthenticatedDataCrc32c": true,
        "protectionLevel": "SOFTWARE",
    })
}

fn decrypted(request: &str) -> Value {
    let asked: Value = serde_json::from_str(body(request)).unwrap();
    json!({ "plaintext": asked["ciphertext"], "plaintextCrc32c": asked["ciphertextCrc32c"], "usedPrimary": true })
}

fn good(what: What, request: &str) -> Reply {
    match what {
        What::TenantToken | What::OperatorToken => {
            ok(&json!({ "access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer" }))
        }
        What::Impersonate => ok(&json!({ "accessToken": TOKEN, "expireTime": "2026-01-01T01:00:00Z" })),
        What::Account => ok(&json!({ "name": "projects/p/serviceAccounts/a@p.iam.gserviceaccount.com" })),
        What::Version => version("ENABLED"),
        What::Key => ok(&json!({ "name": KEY, "purpose": "ENCRYPT_DECRYPT" })),
        What::Permissions => {
            let asked: Value = serde_json::from_str(body(request)).unwrap();
            ok(&json!({ "permissions": asked["permissions"] }))
        }
        What::Encrypt => ok(&encrypted(request)),
        What::Decrypt => ok(&decrypted(request)),
    }
}

/// A Google that does as told, and well where it is told nothing.
async fn google(told: impl Fn(What, &str) -> Option<Reply> + Send + Sync + 'static) -> Stub {
    Stub::start(move |request| {
        let what = What::of(request);
        told(what, request).unwrap_or_else(|| good(what, request))
    })
    .await
}

/// A Google that answers one thing so, and the rest well.
async fn google_saying(on: What, reply: Reply) -> Stub {
    google(move |what, _| (what == on).then(|| reply.clone())).await
}

fn at(endpoint: &str, operator: OperatorIdentity) -> Arc<Google> {
    let addresses = Arc::new(AddressPolicy::allowing(vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]));
    let config = Config {
        operator,
        kms_endpoint: Some(endpoint.to_owned()),
        iam_endpoint: Some(endpoint.to_owned()),
        iam_credentials_endpoint: Some(endpoint.to_owned()),
        token_uri: Some(format!("{endpoint}/token")),
        ..Config::default()
    };
    Arc::new(Google::new(config, &addresses, Clock::new(|| NOW), Arc::default()).unwrap())
}

fn email(text: &str) -> ServiceAccountEmail {
    ServiceAccountEmail::parse(text).unwrap()
}

fn operator() -> OperatorIdentity {
    OperatorIdentity::ServiceAccountKey {
        client_email: email(OPERATOR),
        private_key_id: PrivateKeyId::parse("0f").unwrap(),
        private_key: Arc::new(SecretText::new(PEM.clone())),
    }
}

fn account_key(client_email: &str, pem: &str) -> GcpCredentials {
    GcpCredentials::ServiceAccountKey {
        client_email: email(client_email),
        private_key_id: PrivateKeyId::parse("0a").unwrap(),
        private_key: Arc::new(SecretText::new(pem.to_owned())),
    }
}

fn settings(credentials: GcpCredentials) -> Settings {
    Settings { key_version: KeyVersionName::parse(VERSION).unwrap(), credentials }
}

fn static_key(google: &Arc<Google>) -> Punctual<GcpKmsKey> {
    let settings = settings(account_key(TENANT, &PEM));
    Punctual(GcpKmsKey::open(google.clone(), PROJECT, &settings, None).unwrap())
}

fn role() -> ProviderRole {
    ProviderRole {
        id: ProviderRoleId::from_random([3; 12]),
        project: PROJECT,
        identity: RoleIdentity::Gcp { service_account: email(ROLE), made: true },
        authorized_at: Some(NOW),
        created_at: NOW,
    }
}

fn role_key(google: &Arc<Google>) -> Punctual<GcpKmsKey> {
    let role = role();
    let settings = settings(GcpCredentials::Role(role.id));
    Punctual(GcpKmsKey::open(google.clone(), PROJECT, &settings, Some(&role)).unwrap())
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(60))
}

fn code(finding: Finding) -> &'static str {
    match finding {
        Finding::Usable => "usable",
        Finding::Failed(failure) => failure.reason.code(),
    }
}

async fn reason_of(key: &Punctual<GcpKmsKey>) -> &'static str {
    code(key.check(Tokens::Fresh, soon()).await)
}

fn data_key() -> SecretBytes<32> {
    SecretBytes::fill(|place| aws_lc_rs::rand::fill(place)).unwrap()
}

fn context() -> WrapContext {
    WrapContext { project: PROJECT, cluster: Some("cluster0".to_owned()), key: "a".to_owned() }
}

fn wrapped() -> WrappedDataKey {
    let customer_key_version = CustomerKeyVersion { key: VERSION.to_owned(), material: None };
    WrappedDataKey { ciphertext: data_key().expose().to_vec(), customer_key_version }
}

/// Asks one thing, with a token in hand where one is needed.
async fn ask(google: &Google, operation: Operation) -> Option<Failure> {
    let wire = &google.wire;
    let token = AccessToken(SecretText::new(TOKEN.to_owned()));
    let version = KeyVersionName::parse(VERSION).unwrap();
    let key = AccountKey {
        client_email: TENANT.to_owned(),
        private_key_id: "0a".to_owned(),
        private_key: Arc::new(SecretText::new(PEM.clone())),
    };
    let refused = match operation {
        Operation::TenantToken => wire.exchange(operation, &key, token::KMS_SCOPE).await.err(),
        Operation::OperatorToken => google.operator.prove().await.err(),
        Operation::Impersonate => google.operator.impersonate(ROLE).await.err(),
        Operation::ManageAccount => google.operator.make_account("p-operator", "atrest-1", "for a test").await.err(),
        Operation::LookAtVersion => client::look_at_version(wire, &token, &version).await.err(),
        Operation::LookAtKey => client::look_at_key(wire, &token, &version).await.err(),
        Operation::TestPermissions => client::permitted(wire, &token, &version, &[LOOK]).await.err(),
        Operation::Encrypt => client::encrypt(wire, &token, &version, &data_key(), b"bound").await.err(),
        Operation::Decrypt => client::decrypt(wire, &token, &version, b"sealed", b"bound").await.err(),
    };
    refused.map(|refused| refused.failure)
}

#[tokio::test]
async fn every_row_of_the_table_holds_over_the_wire() {
    let mut asked = JoinSet::new();
    for (operation, status, hint, expected) in rows() {
        asked.spawn(async move {
            let what = What::about(operation);
            let answer = refusal(what, status, &format!("It {hint}. {TOKEN}"));
            let denied = refusal(What::Version, "PERMISSION_DENIED", "no looks");
            let stub = google(move |asked, _| match asked {
                asked if asked == what => Some(Reply::Bytes(answer.clone())),
                // The words of a refusal decide where we may not look.
                What::Version => Some(Reply::Bytes(denied.clone())),
                _ => None,
            })
            .await;
            let google = at(&stub.endpoint(), operator());
            let failure = ask(&google, operation).await.expect("an error is an error");
            assert_eq!(failure.reason, expected, "{operation:?} {status} {hint}");
            let told: Vec<_> = [&failure.provider_code, &failure.provider_message]
                .into_iter()
                .flatten()
                .map(ForeignText::as_str)
                .collect();
            if expected == Reason::Transient(TransientReason::OperatorIdentity) {
                assert_eq!(told, [""; 0], "{status}: what is said of the operator is not for tenants");
                let health = google.operator_health();
                assert!(health.identity_broken());
                let noted = health.identity_fault().unwrap().message;
                assert!(noted.as_str().starts_with(status), "{noted:?}");
            } else {
                assert_eq!(told.first(), Some(&status), "{operation:?}");
                // The token endpoint has no token to repeat.
                let knows_token = !matches!(operation, Operation::TenantToken | Operation::OperatorToken);
                assert_eq!(told[1].contains("[hidden]"), knows_token, "{told:?}");
                assert_ne!(told[1].contains(TOKEN), knows_token, "{told:?}");
            }
        });
    }
    assert!(asked.len() > 100, "{} rows", asked.len());
    while let Some(done) = asked.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn what_is_sent_is_what_google_asks_for() {
    let stub = google(|what, request| {
        let head: Vec<&str> = request.split_once("\r\n\r\n").unwrap().0.lines().collect();
        let has = |line: &str| head.iter().any(|own| own.eq_ignore_ascii_case(line));
        let bears_token = has(&format!("authorization: Bearer {TOKEN}"));
        let asked: Value = serde_json::from_str(body(request)).unwrap_or_default();
        match what {
            What::TenantToken => {
                assert!(!bears_token && has("content-type: application/x-www-form-urlencoded"), "{request}");
                let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
                assert!(body(request).starts_with(grant));
                assert_eq!(claims(request)["iss"], TENANT);
            }
            What::Version => {
                assert_eq!((head[0], bears_token), (&*format!("GET /v1/{VERSION} HTTP/1.1"), true));
            }
            What::Encrypt => {
                assert_eq!((head[0], bears_token), (&*format!("POST /v1/{VERSION}:encrypt HTTP/1.1"), true));
                assert!(has("content-type: application/json"));
                for name in ["plaintext", "additionalAuthenticatedData"] {
                    let bytes = STANDARD.decode(asked[name].as_str().unwrap()).unwrap();
                    assert_eq!(asked[format!("{name}Crc32c")], crc32c(&bytes).to_string());
                }
            }
            What::Decrypt => {
                assert_eq!((head[0], bears_token), (&*format!("POST /v1/{KEY}:decrypt HTTP/1.1"), true));
                for name in ["ciphertext", "additionalAuthenticatedData"] {
                    let bytes = STANDARD.decode(asked[name].as_str().unwrap()).unwrap();
                    assert_eq!(asked[format!("{name}Crc32c")], crc32c(&bytes).to_string());
                }
                let bound = STANDARD.decode(asked["additionalAuthenticatedData"].as_str().unwrap()).unwrap();
                assert!(bound == binding::bound_to(&context()) || bound.ends_with(b"probe"));
            }
            What::OperatorToken | What::Impersonate | What::Account | What::Key | What::Permissions => {
                panic!("{request}")
            }
        }
        None
    })
    .await;
    let key = static_key(&at(&stub.endpoint(), OperatorIdentity::None));
    assert_eq!(reason_of(&key).await, "usable");
    let secret = data_key();
    let wrapped = key.wrap(&context(), &secret, soon()).await.unwrap();
    assert_eq!(wrapped.customer_key_version.key, VERSION);
    assert!(key.unwrap(&context(), &wrapped, soon()).await.unwrap().matches(secret.expose()));
    // One token, a look, a round trip; then a wrap and an unwrap.
    assert_eq!(stub.requests.load(Ordering::SeqCst), 6);
}

/// Lets one answer be changed, and expects that it is not relied on.
async fn not_relied_on(on: What, change: fn(&mut Value)) {
    let stub = google(move |what, request| {
        let mut answer = match what {
            What::Encrypt => encrypted(request),
            What::Decrypt => decrypted(request),
            What::Version => json!({ "name": VERSION, "state": "ENABLED" }),
            _ => return None,
        };
        if what == on {
            change(&mut answer);
        }
        Some(ok(&answer))
    })
    .await;
    let key = static_key(&at(&stub.endpoint(), OperatorIdentity::None));
    assert_eq!(reason_of(&key).await, "UNEXPECTED_ANSWER", "{on:?}");
    let outcome = match on {
        What::Encrypt => key.wrap(&context(), &data_key(), soon()).await.err(),
        _ => key.unwrap(&context(), &wrapped(), soon()).await.err(),
    };
    if on != What::Version {
        assert_eq!(outcome.unwrap().reason.code(), "UNEXPECTED_ANSWER", "{on:?}");
    }
}

#[tokio::test]
async fn an_answer_is_relied_on_only_if_all_of_it_is_right() {
    fn remove(answer: &mut Value, name: &str) {
        answer.as_object_mut().unwrap().remove(name).unwrap();
    }
    not_relied_on(What::Encrypt, |answer| answer["ciphertextCrc32c"] = json!("1")).await;
    not_relied_on(What::Encrypt, |answer| answer["ciphertextCrc32c"] = json!("x")).await;
    not_relied_on(What::Encrypt, |answer| remove(answer, "ciphertextCrc32c")).await;
    not_relied_on(What::Encrypt, |answer| answer["ciphertext"] = json!("AAAA")).await;
    not_relied_on(What::Encrypt, |answer| answer["ciphertext"] = json!("!")).await;
    not_relied_on(What::Encrypt, |answer| {
        answer["ciphertext"] = json!("");
        answer["ciphertextCrc32c"] = json!("0");
    })
    .await;
    not_relied_on(What::Encrypt, |answer| answer["verifiedPlaintextCrc32c"] = json!(false)).await;
    not_relied_on(What::Encrypt, |answer| remove(answer, "verifiedPlaintextCrc32c")).await;
    not_relied_on(What::Encrypt, |answer| remove(answer, "verifiedAdditionalAuthenticatedDataCrc32c")).await;
    not_relied_on(What::Encrypt, |answer| answer["name"] = json!(VERSION.replace("/2", "/1"))).await;
    not_relied_on(What::Encrypt, |answer| remove(answer, "name")).await;
    not_relied_on(What::Encrypt, |answer| *answer = json!({})).await;
    not_relied_on(What::Decrypt, |answer| answer["plaintextCrc32c"] = json!(1)).await;
    not_relied_on(What::Decrypt, |answer| remove(answer, "plaintextCrc32c")).await;
    not_relied_on(What::Decrypt, |answer| remove(answer, "plaintext")).await;
    not_relied_on(What::Decrypt, |answer| answer["plaintext"] = json!(STANDARD.encode([0; 31]))).await;
    not_relied_on(What::Decrypt, |answer| answer["plaintext"] = json!(STANDARD.encode([0; 64]))).await;
    not_relied_on(What::Decrypt, |answer| answer["plaintext"] = json!(7)).await;
    not_relied_on(What::Version, |answer| answer["name"] = json!("projects/other")).await;
    not_relied_on(What::Version, |answer| remove(answer, "name")).await;
    not_relied_on(What::Version, |answer| remove(answer, "state")).await;
}

#[tokio::test]
async fn a_checksum_may_be_a_number_and_a_text_may_be_escaped() {
    let stub = google(|what, request| {
        let (mut answer, name) = match what {
            What::Encrypt => (encrypted(request), "ciphertextCrc32c"),
            What::Decrypt => (decrypted(request), "plaintextCrc32c"),
            What::Version => return Some(ok(&json!({ "name": VERSION, "state": 1, "algorithm": 1 }))),
            _ => return None,
        };
        let sum: u64 = answer[name].as_str().unwrap().parse().unwrap();
        answer[name] = json!(sum);
        let escaped = answer.to_string().replace('=', "\\u003d");
        Some(Reply::Bytes(http("200 OK", "application/json", &escaped)))
    })
    .await;
    assert_eq!(reason_of(&static_key(&at(&stub.endpoint(), OperatorIdentity::None))).await, "usable");
}

/// Expects reasons of wrapping with a version in some state, and of a check, for words of some kind.
async fn examined(
    state: Option<&'static str>,
    purpose: &'static str,
    status: &'static str,
    words: &'static str,
) -> &'static str {
    let stub = google(move |what, _| match (what, state) {
        (What::Encrypt | What::Decrypt, _) => Some(Reply::Bytes(refusal(what, status, words))),
        (What::Version, Some(state)) => Some(version(state)),
        (What::Version, None) => Some(Reply::Bytes(refusal(what, "PERMISSION_DENIED", "no looks"))),
        (What::Key, _) => Some(ok(&json!({ "name": KEY, "purpose": purpose }))),
        _ => None,
    })
    .await;
    let key = static_key(&at(&stub.endpoint(), OperatorIdentity::None));
    let wrap = key.wrap(&context(), &data_key(), soon()).await.unwrap_err();
    let unwrap = key.unwrap(&context(), &wrapped(), soon()).await.unwrap_err();
    assert_eq!(wrap.reason, unwrap.reason, "{state:?} {purpose} {status} {words}");
    assert_eq!(wrap.provider_code.unwrap().as_str(), status);
    assert_eq!(reason_of(&key).await, wrap.reason.code());
    wrap.reason.code()
}

#[tokio::test]
async fn a_refusal_for_a_state_is_believed_after_a_look() {
    let fails = "FAILED_PRECONDITION";
    let (encrypts, disabled) = ("ENCRYPT_DECRYPT", "v is not enabled, current state is: DISABLED.");
    // What is seen decides, whatever the words.
    for (state, expected) in [
        ("DISABLED", "KEY_DISABLED"),
        ("DESTROYED", "KEY_DESTROYED"),
        ("DESTROY_SCHEDULED", "KEY_PENDING_DELETION"),
        ("PENDING_GENERATION", "KEY_PENDING_GENERATION"),
        ("PENDING_IMPORT", "KEY_PENDING_IMPORT"),
    ] {
        assert_eq!(examined(Some(state), encrypts, fails, "no").await, expected);
        assert_eq!(examined(Some(state), encrypts, fails, disabled).await, expected);
    }
    // Where we may not look, the words do.
    assert_eq!(examined(None, encrypts, fails, disabled).await, "KEY_DISABLED");
    assert_eq!(examined(None, encrypts, fails, "no").await, "UNEXPECTED_ANSWER");
    // A state that is over by now, or that we do not know, is no reason.
    assert_eq!(examined(Some("ENABLED"), encrypts, fails, disabled).await, "UNEXPECTED_ANSWER");
    assert_eq!(examined(Some("FROZEN"), encrypts, fails, disabled).await, "UNEXPECTED_ANSWER");
    assert_eq!(
        examined(Some("ENABLED"), encrypts, fails, "the external key manager is away").await,
        "UNEXPECTED_ANSWER"
    );
    // A key of another purpose is told by its name.
    for status in [fails, "INVALID_ARGUMENT"] {
        assert_eq!(examined(Some("ENABLED"), "ASYMMETRIC_SIGN", status, "no").await, "KEY_TYPE_NOT_SUPPORTED");
        assert_eq!(examined(Some("ENABLED"), "MAC", status, "no").await, "KEY_TYPE_NOT_SUPPORTED");
        assert_eq!(examined(Some("ENABLED"), encrypts, status, "no").await, "UNEXPECTED_ANSWER");
    }
}

#[tokio::test]
async fn a_stored_name_that_is_none_goes_nowhere() {
    let stub = google(|_, request| panic!("{request}")).await;
    let key = static_key(&at(&stub.endpoint(), OperatorIdentity::None));
    for name in [
        "",
        "key",
        KEY,
        "projects/p/../x",
        "//evil.com",
        "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/2/../1",
    ] {
        let mut wrapped = wrapped();
        wrapped.customer_key_version.key = name.to_owned();
        let refused = key.unwrap(&context(), &wrapped, soon()).await.unwrap_err();
        assert_eq!(refused.reason.code(), "UNEXPECTED_ANSWER", "{name}");
    }
    assert_eq!(stub.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_is_missing_is_told_by_name() {
    let describe = async |told: fn(What, &str) -> Option<Reply>| {
        let stub = google(told).await;
        let described = static_key(&at(&stub.endpoint(), OperatorIdentity::None)).describe(soon()).await;
        described.map_err(|failure| failure.reason.code())
    };
    let all = describe(|_, _| None).await.unwrap();
    assert_eq!((all.identity.as_str(), all.missing_permissions.len(), all.deletion_at), (TENANT, 0, None));
    assert_eq!(all.customer_key_version.unwrap().key, VERSION);

    let some = describe(|what, _| match what {
        What::Permissions => Some(ok(&json!({ "permissions": [LOOK, DECRYPT] }))),
        What::Version => {
            Some(ok(&json!({ "name": VERSION, "state": "DESTROY_SCHEDULED", "destroyTime": "1970-01-01T00:00:07Z" })))
        }
        _ => None,
    })
    .await
    .unwrap();
    assert_eq!(some.missing_permissions.into_iter().collect::<Vec<_>>(), [ENCRYPT, LOOK_AT_KEY]);
    assert_eq!(some.deletion_at, Some(Timestamp::from_millis(7_000)));

    // Where nobody may ask what he may, it is tried.
    let tried = describe(|what, _| match what {
        What::Permissions | What::Version | What::Decrypt => {
            Some(Reply::Bytes(refusal(what, "PERMISSION_DENIED", "no")))
        }
        _ => None,
    })
    .await
    .unwrap();
    assert_eq!(tried.missing_permissions.into_iter().collect::<Vec<_>>(), [LOOK, DECRYPT]);
    let gone = describe(|what, _| match what {
        What::Version => Some(Reply::Bytes(refusal(what, "NOT_FOUND", "no"))),
        _ => None,
    });
    assert_eq!(gone.await.unwrap_err(), "KEY_NOT_FOUND");
}
