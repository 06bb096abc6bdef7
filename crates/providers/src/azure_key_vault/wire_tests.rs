//! Tests of what arrives over a real socket: every row of the table in Azure's own spelling, and all that
//! is no answer of Azure's at all. The simulator is for what Azure does; this stub is for what it says.

mod identity;
mod private_endpoint;
mod private_path;
mod rig;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::secret::SecretText;
use domain::validity::{Definite, Finding, ForeignText, MassFailure, Validity};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::classify::tests::rows;
use super::*;
use crate::provider::{Deadline, KeyProvider};
use crate::stub::{Reply, Stub};
use rig::*;

/// Asks one thing, by what the provider itself asks it with.
async fn ask(azure: &Azure, operation: Operation) -> Option<Failure> {
    let wire = azure.wires.of(PROJECT).unwrap();
    let (application, key) = (application(), key_named("k", Some("1")));
    let settings = settings(by_secret());
    let refused = match operation {
        Operation::TenantToken => token::take(&wire, &application, Resource::Vaults, operation).await.err(),
        Operation::RoleToken => {
            let abroad = azure.operator.abroad(&guid(TENANT)).unwrap();
            azure.operator.enter(&wire, &abroad, &guid(PRINCIPAL), Resource::Vaults).await.err()
        }
        Operation::OperatorToken => azure.operator.prove().await.err(),
        Operation::ReadVault => {
            let token = taken(&wire).await;
            management::confirm(&wire, &settings, &token, SECRET).await.err()
        }
        Operation::GetKey => {
            let token = taken(&wire).await;
            vault(&wire, &settings, &token).look(&key).await.err()
        }
        Operation::Encrypt => {
            let token = taken(&wire).await;
            vault(&wire, &settings, &token).encrypt(&key, b"clear").await.err()
        }
        Operation::Decrypt => {
            let token = taken(&wire).await;
            vault(&wire, &settings, &token).decrypt(&key, b"sealed").await.err()
        }
    };
    refused.map(|refused| refused.failure)
}

async fn taken(wire: &Wire) -> Arc<Token> {
    let session = token::take(wire, &application(), Resource::Vaults, Operation::TenantToken).await;
    session.ok().unwrap().credentials
}

fn vault<'a>(wire: &'a Wire, settings: &'a Settings, token: &'a Token) -> Vault<'a> {
    Vault::new(wire, (settings.environment, &settings.vault), (token, SECRET)).unwrap()
}

#[tokio::test]
async fn every_row_of_the_table_holds_over_the_wire() {
    let mut asked = JoinSet::new();
    for (operation, code, words, expected) in rows() {
        asked.spawn(async move {
            let message = format!("It {words}. {SECRET} {OPERATOR_SECRET}");
            let rig = Rig::with(operation, Reply::Bytes(spelled(operation, code, &message))).await;
            let azure = rig.azure();
            let failure = ask(&azure, operation).await.expect("an error is an error");
            assert_eq!(failure.reason, expected, "{operation:?} {code} {words}");
            let told: Vec<_> = [&failure.provider_code, &failure.provider_message, &failure.provider_request_id]
                .into_iter()
                .flatten()
                .map(ForeignText::as_str)
                .collect();
            let own = if matches!(operation, Operation::RoleToken | Operation::OperatorToken) {
                OPERATOR_SECRET
            } else {
                SECRET
            };
            assert!(!told.concat().contains(own), "{operation:?} {code} told a secret");
            if expected == Reason::Transient(TransientReason::OperatorIdentity) {
                assert_eq!(told, [""; 0], "{code}: what is said of the operator is not for tenants");
                let health = azure.operator_health();
                assert!(health.identity_broken());
                let noted = health.identity_fault().unwrap().message;
                assert!(noted.as_str().starts_with(code) && !noted.as_str().contains(OPERATOR_SECRET), "{noted:?}");
            } else {
                assert_eq!(told.first(), Some(&code), "{operation:?}");
                assert!(told.get(1).is_some_and(|message| message.contains("[hidden]")), "{told:?}");
                assert_eq!(told.get(2), Some(&REQUEST_ID));
            }
        });
    }
    assert!(asked.len() > 80, "{} codes", asked.len());
    while let Some(done) = asked.join_next().await {
        done.unwrap();
    }
}

const ASKED: [Operation; 6] = [
    Operation::TenantToken,
    Operation::RoleToken,
    Operation::GetKey,
    Operation::Encrypt,
    Operation::Decrypt,
    Operation::ReadVault,
];

async fn check(reply: Reply, expected: &str) {
    for operation in ASKED {
        let rig = Rig::with(operation, reply.clone()).await;
        let failure = ask(&rig.azure(), operation).await.expect("no answer of Azure's is no success");
        assert_eq!(failure.reason.code(), expected, "{operation:?} {failure:?}");
    }
}

#[tokio::test]
async fn what_is_not_an_answer_of_azure_is_transient() {
    let html = "<!DOCTYPE html><html><body>Sign in to the proxy</body></html>";
    let bytes =
        |status: &str, kind: &str, body: &str| Reply::Bytes(http(status, &format!("Content-Type: {kind}\r\n"), body));
    let half = |head: &str| Reply::Last(format!("{head}\r\nDate: {DATE}\r\nContent-Length: 100\r\n\r\n{{\"error"));
    tokio::join!(
        check(bytes("200 OK", "text/html", html), "UNEXPECTED_ANSWER"),
        check(bytes("403 Forbidden", "text/html", html), "UNEXPECTED_ANSWER"),
        check(bytes("401 Unauthorized", "text/html", html), "UNEXPECTED_ANSWER"),
        check(bytes("404 Not Found", "text/html", html), "UNEXPECTED_ANSWER"),
        check(bytes("407 Proxy Authentication Required", "text/html", html), "UNEXPECTED_ANSWER"),
        check(bytes("400 Bad Request", "application/json", ""), "UNEXPECTED_ANSWER"),
        check(bytes("403 Forbidden", "application/json", "{}"), "UNEXPECTED_ANSWER"),
        check(bytes("200 OK", "application/json", "{}"), "UNEXPECTED_ANSWER"),
        check(bytes("200 OK", "application/json", "[1,"), "UNEXPECTED_ANSWER"),
        check(bytes("204 No Content", "application/json", ""), "UNEXPECTED_ANSWER"),
        check(bytes("302 Found", "text/html", ""), "UNEXPECTED_ANSWER"),
        check(bytes("502 Bad Gateway", "text/html", html), "PROVIDER_FAULT"),
        check(bytes("503 Service Unavailable", "text/plain", ""), "PROVIDER_FAULT"),
        check(bytes("429 Too Many Requests", "text/plain", ""), "THROTTLED"),
        check(Reply::Last("SSH-2.0-OpenSSH_9.2\r\n".to_owned()), "UNEXPECTED_ANSWER"),
        check(Reply::Last(String::new()), "CONNECTION_FAILED"),
        check(Reply::Reset, "CONNECTION_FAILED"),
        check(half("HTTP/1.1 200 OK"), "CONNECTION_FAILED"),
        check(half("HTTP/1.1 403 Forbidden"), "CONNECTION_FAILED"),
    );
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let body = json!({"error": {"code": "KeyDisabled", "message": "x".repeat(1024 * 1024)}}).to_string();
    check(Reply::Bytes(http("403 Forbidden", "", &body)), "UNEXPECTED_ANSWER").await;
}

#[tokio::test]
async fn follows_no_redirect() {
    let elsewhere = Stub::start(|_| Reply::Silence).await;
    let location = format!("Location: {}/\r\n", elsewhere.endpoint());
    check(Reply::Bytes(http("307 Temporary Redirect", &location, "")), "UNEXPECTED_ANSWER").await;
    assert_eq!(elsewhere.connections.load(Ordering::SeqCst), 0);
}

async fn finding(key: &impl KeyProvider, deadline: Deadline) -> &'static str {
    match key.check(Tokens::Fresh, deadline).await {
        Finding::Usable => "usable",
        Finding::Failed(failure) => failure.reason.code(),
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_by_its_kind() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let rig = Rig::start(|_| None).await;
    let truth = static_key(&rig.azure());
    assert_eq!(finding(&truth, soon()).await, "usable");
    let check = async |edit: fn(&mut Config, String), place: String, expected: &str| {
        let mut config = rig.config();
        edit(&mut config, place);
        assert_eq!(finding(&static_key(&azure(config)), soon()).await, expected);
    };
    let authority = |config: &mut Config, place: String| config.authority = Some(place);
    check(authority, format!("https://localhost:{closed}"), "CONNECTION_FAILED").await;
    check(authority, "https://no-such-name.invalid".to_owned(), "DNS_FAILED").await;
    let vault = |config: &mut Config, place: String| {
        config.vault_suffixes.azure = domain::customer_key::azure_key_vault::VaultSuffix::parse(&place).unwrap();
    };
    check(vault, format!(":{closed}"), "CONNECTION_FAILED").await;
    check(vault, ".no-such-name.invalid".to_owned(), "DNS_FAILED").await;
}

#[tokio::test]
async fn a_server_with_somebody_elses_certificate_is_not_believed() {
    let rig = Rig::start(|_| None).await;
    let config = Config { trusted_roots: TrustedRoots::System, ..rig.config() };
    assert_eq!(finding(&static_key(&azure(config)), soon()).await, "TLS_FAILED");
    // The name is part of it.
    let elsewhere = Some(format!("https://127.0.0.1:{}", rig.port));
    let config = Config { authority: elsewhere, ..rig.config() };
    assert_eq!(finding(&static_key(&azure(config)), soon()).await, "TLS_FAILED");
    assert_eq!(rig.asked.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn an_address_that_is_refused_is_not_connected_to() {
    let rig = Rig::start(|_| None).await;
    let azure = Arc::new(Azure::new(rig.config(), &Arc::default(), Clock::system(), Arc::default()).unwrap());
    assert_eq!(finding(&static_key(&azure), soon()).await, "ADDRESS_REFUSED");
    assert_eq!(rig.connections(), 0);
}

#[tokio::test]
async fn silence_ends_at_the_deadline() {
    for operation in [Operation::TenantToken, Operation::GetKey, Operation::Encrypt, Operation::Decrypt] {
        let rig = Rig::with(operation, Reply::Silence).await;
        let briefly = Deadline::after(Duration::from_millis(200));
        assert_eq!(finding(&static_key(&rig.azure()), briefly).await, "TIMED_OUT", "{operation:?}");
    }
}

#[tokio::test]
async fn a_fault_is_tried_twice_and_a_refusal_once() {
    let bytes = |status: &str| Reply::Bytes(http(status, "", "<html>"));
    for (reply, expected) in [
        (bytes("500 Internal Server Error"), 2),
        (bytes("503 Service Unavailable"), 2),
        (Reply::Reset, 2),
        (bytes("429 Too Many Requests"), 1),
        (bytes("403 Forbidden"), 1),
        (bytes("200 OK"), 1),
    ] {
        for operation in ASKED {
            let rig = Rig::with(operation, reply.clone()).await;
            ask(&rig.azure(), operation).await.unwrap();
            assert_eq!(rig.count_of(operation), expected, "{operation:?}");
        }
    }
    // What succeeds at the second attempt succeeds.
    let struck = Mutex::new(Vec::new());
    let rig = Rig::start(move |asked| {
        let mut struck = struck.lock().unwrap();
        let first = !struck.contains(&asked.what);
        struck.push(asked.what);
        first.then_some(Reply::Reset)
    })
    .await;
    assert_eq!(finding(&static_key(&rig.azure()), soon()).await, "usable");
}

#[tokio::test]
async fn an_hour_of_trouble_freezes_nobody() {
    let asked = AtomicUsize::new(0);
    let rig = Rig::start(move |_| {
        Some(match asked.fetch_add(1, Ordering::SeqCst) % 5 {
            0 => Reply::Bytes(http("429 Too Many Requests", "Retry-After: 3600\r\n", "")),
            1 => Reply::Bytes(http("502 Bad Gateway", "", "<html>")),
            2 => Reply::Bytes(http("403 Forbidden", "", "<html>")),
            3 => Reply::Bytes(http("200 OK", "", "<html>")),
            _ => Reply::Reset,
        })
    })
    .await;
    let azure = rig.azure();
    let mut checks = JoinSet::new();
    for _ in 0..60 {
        let key = static_key(&azure);
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

#[tokio::test]
async fn a_challenge_chooses_neither_authority_nor_scope() {
    let elsewhere = Rig::start(|_| None).await;
    let port = elsewhere.port;
    for words in [
        format!(r#"Bearer authorization="https://localhost:{port}/{TENANT}", resource="https://vault.azure.net""#),
        format!(
            r#"Bearer authorization="https://localhost:{port}/{TENANT}", scope="https://localhost:{port}/.default""#
        ),
        r#"Bearer authorization="https://login.microsoftonline.com/x", resource="https://management.azure.com""#
            .to_owned(),
    ] {
        let rig = Rig::start(move |asked| {
            if asked.what == What::Asked(Operation::TenantToken) {
                assert!(asked.text.contains("scope=https%3A%2F%2Fvault.azure.net%2F.default"), "{}", asked.text);
                assert!(asked.text.starts_with(&format!("POST /{TENANT}/oauth2/v2.0/token ")), "{}", asked.text);
            }
            (asked.what == What::Challenge).then(|| Reply::Bytes(challenge(&words)))
        })
        .await;
        assert_eq!(finding(&static_key(&rig.azure()), soon()).await, "usable");
        assert_eq!((rig.count_of(Operation::TenantToken), rig.count(What::Challenge)), (1, 1));
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_request_without_a_token_carries_nothing() {
    let rig = Rig::start(|asked| {
        if asked.what == What::Challenge {
            let (_, body) = asked.text.split_once("\r\n\r\n").unwrap();
            assert_eq!(body, "");
        }
        None
    })
    .await;
    let wire = rig.azure();
    assert!(ask(&wire, Operation::Encrypt).await.is_none());
    assert_eq!(rig.count(What::Challenge), 1);
}

#[tokio::test]
async fn another_key_in_an_answer_is_not_taken() {
    let kids = |port: u16| {
        [
            format!("https://localhost:{port}/keys/other/1"),
            format!("https://localhost:{port}/keys/k/2"),
            format!("https://localhost:{port}/keys/k"),
            format!("https://localhost:{port}/secrets/k/1"),
            format!("https://elsewhere:{port}/keys/k/1"),
            "https://localhost/keys/k/1".to_owned(),
            format!("https://localhost:{port}/keys/k/1/"),
            format!("http://localhost:{port}/keys/k/1"),
            String::new(),
        ]
    };
    for index in 0..kids(0).len() {
        for operation in [Operation::GetKey, Operation::Encrypt, Operation::Decrypt] {
            let rig = Rig::start(move |asked| {
                let kid = &kids(asked.port)[index];
                let asked_for = asked.what == What::Asked(operation);
                let body = || if operation == Operation::GetKey { key(kid, "") } else { asked.echo(kid) };
                asked_for.then(|| Reply::Bytes(ok(&body())))
            })
            .await;
            assert_eq!(finding(&static_key(&rig.azure()), soon()).await, "UNEXPECTED_ANSWER", "{operation:?} {index}");
        }
    }
}

#[tokio::test]
async fn the_newest_version_is_used_where_none_is_named_and_told() {
    let rig = Rig::start(|_| None).await;
    let azure = rig.azure();
    let settings = Settings { key: key_named("k", None), ..settings(by_secret()) };
    let key = crate::provider::Punctual(AzureKey::open(azure, PROJECT, &settings, None, None).unwrap());
    assert_eq!(finding(&key, soon()).await, "usable");
    let wrapped = key.wrap(&context(), &data_key(), soon()).await.unwrap();
    let kid = format!("https://localhost:{}/keys/k/9", rig.port);
    assert_eq!(wrapped.customer_key_version, CustomerKeyVersion { key: kid.clone(), material: None });
    assert!(key.unwrap(&context(), &wrapped, soon()).await.unwrap().matches(data_key().expose()));
    assert_eq!(key.describe(soon()).await.unwrap().customer_key_version.unwrap().key, kid);
}

#[tokio::test]
async fn what_is_stored_is_no_address() {
    let elsewhere = Rig::start(|_| None).await;
    let rig = Rig::start(|_| None).await;
    let key = static_key(&rig.azure());
    let wrapped = key.wrap(&context(), &data_key(), soon()).await.unwrap();
    let before = rig.count_of(Operation::Decrypt);
    let (port, other) = (rig.port, elsewhere.port);
    for kid in [
        format!("https://localhost:{other}/keys/k/1"),
        format!("https://user@localhost:{port}/keys/k/1"),
        format!("https://localhost:{port}@localhost:{other}/keys/k/1"),
        format!("https://localhost:{port}/keys/../k/1"),
        format!("https://localhost:{port}/keys/k/1?a=b"),
        format!("https://localhost:{port}/keys/k/1%2f2"),
        format!("https://localhost:{port}/keys/k"),
        "k".to_owned(),
        String::new(),
    ] {
        let customer_key_version = CustomerKeyVersion { key: kid.clone(), material: None };
        let wrapped = WrappedDataKey { customer_key_version, ..wrapped.clone() };
        let failure = key.unwrap(&context(), &wrapped, soon()).await.unwrap_err();
        assert_eq!(failure.reason.code(), "UNEXPECTED_ANSWER", "{kid}");
    }
    assert_eq!((rig.count_of(Operation::Decrypt), elsewhere.connections()), (before, 0));
}

#[tokio::test]
async fn a_disabled_key_that_encrypts_wraps_nothing() {
    let disabled = spelled(Operation::Decrypt, "KeyDisabled", "Operation decrypt is not allowed on a disabled key.");
    let rig = Rig::with(Operation::Decrypt, Reply::Bytes(disabled)).await;
    let failure = static_key(&rig.azure()).wrap(&context(), &data_key(), soon()).await.unwrap_err();
    assert_eq!(failure.reason.code(), "KEY_DISABLED");
    assert_eq!(rig.count_of(Operation::Encrypt), 1);
}

#[tokio::test]
async fn a_vault_that_decrypts_wrongly_is_not_believed() {
    let rig = Rig::start(|asked| {
        let What::Asked(Operation::Decrypt) = asked.what else { return None };
        let mut body = asked.echo(&asked.kid());
        body["value"] = "AAAA".into();
        Some(Reply::Bytes(ok(&body)))
    })
    .await;
    let key = static_key(&rig.azure());
    assert_eq!(finding(&key, soon()).await, "UNEXPECTED_ANSWER");
    assert!(key.wrap(&context(), &data_key(), soon()).await.is_err());
}

#[tokio::test]
async fn the_vaults_own_time_decides_about_a_keys_times() {
    // The vault is ahead of us by half a minute, in which the key's time begins or ends.
    let late = "Thu, 01 Jan 2026 00:00:30 GMT";
    for (attribute, seconds, expected) in
        [("exp", 20, "KEY_EXPIRED"), ("exp", 40, "usable"), ("nbf", 20, "usable"), ("nbf", 40, "KEY_NOT_YET_VALID")]
    {
        let rig = Rig::start(move |asked| {
            let What::Asked(Operation::GetKey) = asked.what else { return None };
            let mut key = key(&asked.kid(), "");
            key["attributes"][attribute] = (NOW.as_secs() + seconds).into();
            Some(Reply::Bytes(ok(&key).replace(DATE, late)))
        })
        .await;
        assert_eq!(finding(&static_key(&rig.azure()), soon()).await, expected, "{attribute} {seconds}");
    }
}

async fn as_candidate(rig: &Rig, candidate: Candidate) -> (&'static str, Option<String>) {
    match static_key(&rig.azure()).check_candidate(candidate, soon()).await {
        Finding::Usable => ("usable", None),
        Finding::Failed(failure) => {
            (failure.reason.code(), failure.provider_message.map(|words| words.as_str().to_owned()))
        }
    }
}

#[tokio::test]
async fn a_vault_elsewhere_is_no_candidate() {
    for code in ["ResourceNotFound", "ResourceGroupNotFound", "SubscriptionNotFound"] {
        let body = json!({"error": {"code": code, "message": "It was not found."}}).to_string();
        let rig = Rig::with(Operation::ReadVault, Reply::Bytes(http("404 Not Found", "", &body))).await;
        for candidate in [Candidate::NewKey, Candidate::SameKey] {
            let expected = ("VAULT_ELSEWHERE", Some("It was not found.".to_owned()));
            assert_eq!(as_candidate(&rig, candidate).await, expected, "{code}");
        }
        // A key in use is never dropped for it.
        assert_eq!(finding(&static_key(&rig.azure()), soon()).await, "usable");
    }
    for uri in ["https://other.vault.azure.net/", "https://localhost/", "http://localhost:1/"] {
        let body = json!({"properties": {"vaultUri": uri}});
        let rig = Rig::with(Operation::ReadVault, Reply::Bytes(ok(&body))).await;
        let (reason, words) = as_candidate(&rig, Candidate::NewKey).await;
        assert_eq!(reason, "VAULT_ELSEWHERE");
        assert!(words.unwrap().contains(uri));
    }
}

#[tokio::test]
async fn a_vault_we_may_not_read_is_not_verified() {
    let error = |status: &str, code: &str| {
        Reply::Bytes(http(status, "", &json!({"error": {"code": code, "message": "no"}}).to_string()))
    };
    let check = async |reply: Reply| {
        let rig = Rig::with(Operation::ReadVault, reply).await;
        assert_eq!(as_candidate(&rig, Candidate::NewKey).await, ("usable", None));
        assert!(rig.count_of(Operation::ReadVault) > 0);
    };
    tokio::join!(
        check(error("403 Forbidden", "AuthorizationFailed")),
        check(error("401 Unauthorized", "InvalidAuthenticationTokenTenant")),
        check(error("404 Not Found", "SomethingElse")),
        check(error("429 Too Many Requests", "SubscriptionRequestsThrottled")),
        check(Reply::Bytes(http("502 Bad Gateway", "", "<html>"))),
        check(Reply::Bytes(http("200 OK", "", "<html>"))),
        check(Reply::Bytes(ok(&json!({"properties": {}})))),
        check(Reply::Reset),
        check(Reply::Silence),
    );
    // Nor where there is no token for Resource Manager.
    let denied = spelled(Operation::TenantToken, "AADSTS500011", "no");
    let rig = Rig::start(move |asked| {
        let management = asked.text.contains("management.azure.com");
        (asked.what == What::Asked(Operation::TenantToken) && management).then(|| Reply::Bytes(denied.clone()))
    })
    .await;
    assert_eq!(as_candidate(&rig, Candidate::NewKey).await, ("usable", None));
}

#[tokio::test]
async fn a_key_about_to_expire_is_no_candidate_and_stays_a_key() {
    let rig = Rig::start(|asked| {
        let What::Asked(Operation::GetKey) = asked.what else { return None };
        let mut key = key(&asked.kid(), "");
        key["attributes"]["exp"] = (NOW.as_secs() + 3600).into();
        Some(Reply::Bytes(ok(&key)))
    })
    .await;
    assert_eq!(as_candidate(&rig, Candidate::NewKey).await.0, "KEY_EXPIRING");
    assert_eq!(as_candidate(&rig, Candidate::SameKey).await.0, "usable");
    assert_eq!(finding(&static_key(&rig.azure()), soon()).await, "usable");
}

#[tokio::test]
async fn a_description_says_who_we_are_and_what_is_missing() {
    let who = format!("application {CLIENT} (service principal {PRINCIPAL}) in tenant {TENANT}");
    let rig = Rig::start(|_| None).await;
    let told = static_key(&rig.azure()).describe(soon()).await.unwrap();
    assert_eq!((told.identity.as_str(), told.missing_permissions.len()), (who.as_str(), 0));
    for (operation, code, missing) in [
        (Operation::GetKey, "ForbiddenByPolicy", "keys/get"),
        (Operation::Encrypt, "ForbiddenByRbac", "keys/encrypt"),
        (Operation::Decrypt, "AccessDenied", "keys/decrypt"),
        (Operation::ReadVault, "AuthorizationFailed", "Microsoft.KeyVault/vaults/read"),
    ] {
        let rig = Rig::with(operation, Reply::Bytes(spelled(operation, code, "no"))).await;
        let told = static_key(&rig.azure()).describe(soon()).await.unwrap();
        assert_eq!(told.missing_permissions, [missing].into());
        let version = (operation != Operation::Encrypt || told.customer_key_version.is_some()).then_some(());
        assert!(version.is_some() && told.identity == who);
    }
}

#[test]
fn all_faults_of_the_settings_are_told_at_once() {
    let config = Config {
        operator: OperatorIdentity::ClientSecret {
            environment: domain::customer_key::azure_key_vault::AzureEnvironment::Azure,
            tenant: guid(OPERATOR_TENANT),
            client_id: guid(OPERATOR_CLIENT),
            secret: Arc::new(SecretText::new(String::new())),
        },
        authority: Some("http://localhost:8443".to_owned()),
        management: Some("https://10.0.0.1".to_owned()),
        trusted_roots: TrustedRoots::Only("no certificate".to_owned()),
        most_projects: 0,
        ..Config::default()
    };
    let faults = Azure::new(config, &Arc::default(), Clock::system(), Arc::default()).err().unwrap();
    let settings: Vec<_> = faults.iter().map(|fault| fault.setting).collect();
    assert_eq!(
        settings,
        ["azure.authority", "azure.management", "azure.operator.secret", "azure.most_projects", "azure.trusted_roots"]
    );
}
