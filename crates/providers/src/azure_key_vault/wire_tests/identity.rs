//! Tests of who we are to Azure: tokens, roles, the operator, and that nobody is taken for somebody else.

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::secret::SecretText;
use domain::validity::Finding;
use serde_json::json;
use tokio::task::JoinSet;

use super::super::*;
use super::finding;
use super::rig::*;
use crate::provider::{KeyProvider, Punctual};
use crate::stub::Reply;

fn unauthorized() -> Reply {
    let words = "AKV10022: Invalid audience.";
    Reply::Bytes(spelled(Operation::GetKey, "Unauthorized", words).replace("403 Forbidden", "401 Unauthorized"))
}

async fn cached(key: &Punctual<AzureKey>) -> &'static str {
    match key.check(Tokens::MayBeCached, soon()).await {
        Finding::Usable => "usable",
        Finding::Failed(failure) => failure.reason.code(),
    }
}

#[tokio::test]
async fn a_token_that_was_ended_is_replaced_once() {
    let ended = Arc::new(AtomicBool::new(false));
    let flag = ended.clone();
    let rig = Rig::start(move |asked| {
        let once = asked.what == What::Asked(Operation::GetKey) && flag.swap(false, Ordering::SeqCst);
        once.then(unauthorized)
    })
    .await;
    let key = static_key(&rig.azure());
    assert_eq!(cached(&key).await, "usable");
    ended.store(true, Ordering::SeqCst);
    assert_eq!((cached(&key).await, rig.count_of(Operation::TenantToken)), ("usable", 2));
    assert_eq!((cached(&key).await, rig.count_of(Operation::TenantToken)), ("usable", 2));
}

#[tokio::test]
async fn a_token_that_is_never_taken_is_a_rejected_credential() {
    let rig = Rig::with(Operation::GetKey, unauthorized()).await;
    let key = static_key(&rig.azure());
    assert_eq!((cached(&key).await, rig.count_of(Operation::TenantToken)), ("CREDENTIAL_REJECTED", 1));
    assert_eq!((cached(&key).await, rig.count_of(Operation::TenantToken)), ("CREDENTIAL_REJECTED", 2));
}

#[tokio::test]
async fn many_callers_share_one_token() {
    let rig = Rig::start(|_| None).await;
    let azure = rig.azure();
    let mut calls = JoinSet::new();
    for _ in 0..50 {
        let key = static_key(&azure);
        calls.spawn(async move { cached(&key).await });
    }
    assert_eq!(calls.join_all().await, ["usable"; 50]);
    assert_eq!(rig.count_of(Operation::TenantToken), 1);
    azure.forget(PROJECT);
    assert_eq!(cached(&static_key(&azure)).await, "usable");
    assert_eq!(rig.count_of(Operation::TenantToken), 2);
    assert_eq!(finding(&static_key(&azure), soon()).await, "usable");
    assert_eq!(rig.count_of(Operation::TenantToken), 3, "a fresh one was asked for");
}

#[tokio::test]
async fn projects_share_neither_connections_nor_tokens() {
    let rig = Rig::start(|_| None).await;
    let azure = rig.azure();
    let of = |project| Punctual(AzureKey::open(azure.clone(), project, &settings(by_secret()), None, None).unwrap());
    let [one, other] = [1, 2].map(|id| ProjectId::from_random([id; 12]));
    for (project, connections, tokens) in [(one, 1, 1), (one, 1, 1), (other, 2, 2), (one, 2, 2)] {
        assert_eq!(cached(&of(project)).await, "usable");
        assert_eq!((rig.connections(), rig.count_of(Operation::TenantToken)), (connections, tokens));
    }
    azure.forget(one);
    assert_eq!(cached(&of(one)).await, "usable");
    assert_eq!((rig.connections(), rig.count_of(Operation::TenantToken)), (3, 3));
}

#[tokio::test]
async fn tenants_never_use_each_others_identity() {
    let rig = Rig::start(|asked| {
        // Who asks for the token, whose token it is, and which key it opens must agree.
        match asked.what {
            What::Asked(Operation::TenantToken) => {
                let number = asked.text.split_once("client_secret=secret").unwrap().1.get(..4).unwrap();
                let given = format!("token-of-{number}");
                let body = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": given});
                Some(Reply::Bytes(ok(&body)))
            }
            What::Asked(_) => {
                let bearer = asked.text.split_once("token-of-").unwrap().1.get(..4).unwrap();
                assert!(asked.text.contains(&format!("/keys/k{bearer}/")), "{}", asked.text);
                None
            }
            What::Challenge => None,
        }
    })
    .await;
    let azure = rig.azure();
    let mut calls = JoinSet::new();
    for tenant in 0..60 {
        let number = format!("{tenant:04}");
        let secret = Arc::new(SecretText::new(format!("secret{number}")));
        let credentials = AzureCredentials::ClientSecret { client_id: guid(CLIENT), secret };
        let key = key_named(&format!("k{number}"), Some("1"));
        let settings = Settings { key, ..settings(credentials) };
        // Some of them in one project, as a candidate and what it replaces are.
        let project = ProjectId::from_random([tenant / 3; 12]);
        let key = Punctual(AzureKey::open(azure.clone(), project, &settings, None, None).unwrap());
        calls.spawn(async move { cached(&key).await });
    }
    assert_eq!(calls.join_all().await, ["usable"; 60]);
    assert_eq!(rig.count_of(Operation::TenantToken), 60);
}

#[tokio::test]
async fn a_refused_role_counts_only_while_the_operator_is_somebody() {
    use Operation::{Encrypt, GetKey, OperatorToken, RoleToken};
    let home = || None;
    let broken = || Some(spelled(OperatorToken, "AADSTS7000215", "no"));
    let slow = || Some(spelled(OperatorToken, "AADSTS90055", "slow"));
    let denied = || (RoleToken, spelled(RoleToken, "AADSTS7000229", "no"));
    let forbidden = || (Encrypt, spelled(Encrypt, "ForbiddenByRbac", "no"));
    let unknown = || (GetKey, spelled(GetKey, "Unauthorized", "no"));
    let disabled = || (Encrypt, spelled(Encrypt, "KeyDisabled", "no"));
    for (at_home, (operation, said), expected) in [
        (home(), denied(), "ROLE_NOT_ASSUMABLE"),
        (broken(), denied(), "OPERATOR_IDENTITY_BROKEN"),
        (slow(), denied(), "THROTTLED"),
        (home(), unknown(), "CREDENTIAL_REJECTED"),
        (broken(), unknown(), "OPERATOR_IDENTITY_BROKEN"),
        (home(), forbidden(), "ACCESS_DENIED"),
        (broken(), forbidden(), "OPERATOR_IDENTITY_BROKEN"),
        (slow(), forbidden(), "THROTTLED"),
        (broken(), disabled(), "KEY_DISABLED"),
        (home(), (RoleToken, spelled(RoleToken, "AADSTS7000222", "over")), "OPERATOR_IDENTITY_BROKEN"),
    ] {
        let rig = Rig::start(move |asked| match asked.what {
            What::Asked(Operation::OperatorToken) => at_home.clone().map(Reply::Bytes),
            What::Asked(asked) if asked == operation => Some(Reply::Bytes(said.clone())),
            What::Asked(_) | What::Challenge => None,
        })
        .await;
        let azure = rig.azure();
        assert_eq!(finding(&role_key(&azure), soon()).await, expected);
        assert_eq!(azure.operator_health().identity_broken(), expected == "OPERATOR_IDENTITY_BROKEN");
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_doubted_before_a_credential() {
    for (date, expected) in [
        ("Thu, 01 Jan 2026 00:01:00 GMT", "CREDENTIAL_REJECTED"),
        ("Thu, 01 Jan 2026 00:01:01 GMT", "CLOCK_SKEW"),
        ("Wed, 31 Dec 2025 23:58:59 GMT", "CLOCK_SKEW"),
    ] {
        let refused = spelled(Operation::TenantToken, "AADSTS7000215", "no").replace(DATE, date);
        let rig = Rig::with(Operation::TenantToken, Reply::Bytes(refused.clone())).await;
        let azure = rig.azure();
        assert_eq!(finding(&static_key(&azure), soon()).await, expected, "{date}");
        assert_eq!(azure.operator_health().clock_skewed(), expected == "CLOCK_SKEW");
        // A proxy's clock is nobody's business.
        let page = refused.replace("x-ms-request-id", "x-proxy-id");
        let rig = Rig::with(Operation::TenantToken, Reply::Bytes(page)).await;
        let azure = rig.azure();
        finding(&static_key(&azure), soon()).await;
        assert!(!azure.operator_health().clock_skewed());
    }
}

#[tokio::test]
async fn a_role_is_one_service_principal_of_one_tenant() {
    let other = "99999999-0000-4000-8000-000000000009";
    let check = async |claims: serde_json::Value, expected: &str| {
        let rig = Rig::with(Operation::RoleToken, Reply::Bytes(token(&claims))).await;
        let azure = rig.azure();
        assert_eq!(finding(&role_key(&azure), soon()).await, expected, "{claims}");
        let proof = azure.prove_role(&guid(TENANT), &guid(PRINCIPAL)).await;
        assert_eq!(proof.err().map_or("usable", |failure| failure.reason.code()), expected, "{claims}");
        assert_eq!(rig.count(What::Challenge), usize::from(expected == "usable"));
    };
    check(claims(OPERATOR_CLIENT, PRINCIPAL, TENANT), "usable").await;
    check(claims(OPERATOR_CLIENT, &PRINCIPAL.to_uppercase(), TENANT), "usable").await;
    check(claims(OPERATOR_CLIENT, other, TENANT), "ROLE_NOT_ASSUMABLE").await;
    check(claims(OPERATOR_CLIENT, PRINCIPAL, other), "UNEXPECTED_ANSWER").await;
    check(json!({"appid": OPERATOR_CLIENT, "tid": TENANT}), "UNEXPECTED_ANSWER").await;
}

#[tokio::test]
async fn a_tenant_of_the_operators_own_is_not_safe() {
    let rig = Rig::start(|_| None).await;
    let more = "12121212-0000-4000-8000-000000000012";
    let azure = azure(Config { own_tenants: vec![guid(more)], ..rig.config() });
    for tenant in [OPERATOR_TENANT, &OPERATOR_TENANT.to_uppercase(), more] {
        let failure = azure.prove_role(&guid(tenant), &guid(PRINCIPAL)).await.unwrap_err();
        assert_eq!(failure.reason.code(), "ROLE_NOT_SAFE");
    }
    assert_eq!(rig.connections(), 0);
}

#[tokio::test]
async fn an_operator_without_identity_is_nobodys_fault_but_his() {
    let rig = Rig::start(|_| None).await;
    let azure = azure(Config { operator: OperatorIdentity::None, ..rig.config() });
    let failure = role_key(&azure).wrap(&context(), &data_key(), soon()).await.unwrap_err();
    assert_eq!(failure.reason.code(), "OPERATOR_IDENTITY_BROKEN");
    let failure = azure.prove_role(&guid(TENANT), &guid(PRINCIPAL)).await.unwrap_err();
    assert_eq!(failure.reason.code(), "OPERATOR_IDENTITY_BROKEN");
    assert!(azure.operator_health().identity_broken());
    assert_eq!(azure.prove_operator().await, Ok(()));
    assert_eq!(rig.connections(), 0);
}

#[tokio::test]
async fn nothing_is_done_with_a_key_that_is_not_the_projects() {
    let tag = Arc::new(Mutex::new(String::new()));
    let said = tag.clone();
    let rig = Rig::start(move |asked| {
        let What::Asked(Operation::GetKey) = asked.what else { return None };
        Some(Reply::Bytes(ok(&key(&asked.kid(), &said.lock().unwrap()))))
    })
    .await;
    let key = role_key(&rig.azure());
    for other in ["", "010101010101010101010101"] {
        other.clone_into(&mut tag.lock().unwrap());
        assert_eq!(finding(&key, soon()).await, "KEY_NOT_TAGGED");
        let refused = key.wrap(&context(), &data_key(), soon()).await.unwrap_err();
        assert_eq!(refused.reason.code(), "KEY_NOT_TAGGED");
        let words = refused.provider_message.unwrap();
        assert!(words.as_str().contains(&format!("atrest-project={PROJECT}")));
        assert!(other.is_empty() || !words.as_str().contains(other));
    }
    assert_eq!(rig.count_of(Operation::Encrypt), 0);
    *tag.lock().unwrap() = PROJECT.to_string();
    assert_eq!(finding(&key, soon()).await, "usable");
    // Who may not look cannot know whose the key is.
    let denied = spelled(Operation::GetKey, "ForbiddenByRbac", "no");
    let rig = Rig::with(Operation::GetKey, Reply::Bytes(denied)).await;
    let azure = rig.azure();
    assert_eq!(finding(&role_key(&azure), soon()).await, "ACCESS_DENIED");
    assert_eq!(finding(&static_key(&azure), soon()).await, "usable");
}

#[tokio::test]
async fn a_role_is_opened_only_where_it_belongs() {
    let azure = azure(config(1));
    let open = |edit: fn(&mut ProviderRole)| {
        let mut role = role();
        let settings = settings(AzureCredentials::Role(role.id));
        edit(&mut role);
        AzureKey::open(azure.clone(), PROJECT, &settings, Some(&role), None).err()
    };
    assert_eq!(open(|_| {}), None);
    assert_eq!(open(|role| role.project = ProjectId::from_random([8; 12])), Some(RoleFault::OtherProject));
    assert_eq!(open(|role| role.id = ProviderRoleId::from_random([8; 12])), Some(RoleFault::Missing));
    assert_eq!(open(|role| role.authorized_at = None), Some(RoleFault::NotAuthorized));
    let another_tenant = |role: &mut ProviderRole| {
        let tenant = guid("99999999-0000-4000-8000-000000000009");
        role.identity = RoleIdentity::Azure { tenant, service_principal: guid(PRINCIPAL) };
    };
    assert_eq!(open(another_tenant), Some(RoleFault::Elsewhere));
    let another_cloud = |role: &mut ProviderRole| {
        role.identity = RoleIdentity::Aws { role_arn: None, external_id: "external".to_owned() };
    };
    assert_eq!(open(another_cloud), Some(RoleFault::Elsewhere));
    let credentials = AzureCredentials::Role(role().id);
    assert_eq!(
        AzureKey::open(azure.clone(), PROJECT, &settings(credentials.clone()), None, None).err(),
        Some(RoleFault::Missing)
    );
    let environment = domain::customer_key::azure_key_vault::AzureEnvironment::AzureChina;
    let elsewhere = Settings { environment, ..settings(credentials) };
    assert_eq!(AzureKey::open(azure, PROJECT, &elsewhere, Some(&role()), None).err(), Some(RoleFault::Elsewhere));
}

/// Runs one test of this file again in a process whose environment is full of somebody else's identity.
fn with_ambient_identity(test: &str) {
    let name = format!("{}::{test}", module_path!().split_once("::").unwrap().1);
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &name, "--ignored", "--nocapture"])
        .env("AZURE_TENANT_ID", "ambient")
        .env("AZURE_CLIENT_ID", "ambient")
        .env("AZURE_CLIENT_SECRET", "ambient")
        .env("AZURE_AUTHORITY_HOST", "https://127.0.0.1:1")
        .env("AZURE_FEDERATED_TOKEN_FILE", "/nonexistent")
        .env("IDENTITY_ENDPOINT", "http://127.0.0.1:1")
        .env("MSI_ENDPOINT", "http://127.0.0.1:1")
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("HTTPS_PROXY", "http://127.0.0.1:1")
        .env("ALL_PROXY", "http://127.0.0.1:1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&run.stderr));
    println!("{said}");
}

#[test]
fn the_environment_never_stands_in_for_anybody() {
    with_ambient_identity("in_an_ambient_environment_everybody_is_himself");
}

#[tokio::test]
#[ignore = "run by the test above, in an environment of its own"]
async fn in_an_ambient_environment_everybody_is_himself() {
    let rig = Rig::start(|asked| {
        assert!(!asked.text.to_lowercase().contains("ambient"), "{}", asked.text);
        None
    })
    .await;
    let azure = rig.azure();
    assert_eq!(finding(&static_key(&azure), soon()).await, "usable");
    assert_eq!(finding(&role_key(&azure), soon()).await, "usable");
    let nobody = super::rig::azure(Config { operator: OperatorIdentity::None, ..rig.config() });
    assert_eq!(finding(&role_key(&nobody), soon()).await, "OPERATOR_IDENTITY_BROKEN");
}

#[test]
fn a_project_costs_little_memory() {
    with_ambient_identity("in_a_process_of_its_own_memory_is_counted");
}

#[tokio::test]
#[ignore = "run by the test above, in a process of its own"]
async fn in_a_process_of_its_own_memory_is_counted() {
    /// Bytes per project: its client, its token and what the SDK keeps, connections closed.
    const BUDGET: usize = 32 * 1024;
    const PROJECTS: u16 = 200;
    let rig = Rig::start(|asked| {
        let Reply::Bytes(text) = asked.truth() else { return None };
        Some(Reply::Last(text.replacen("\r\n", "\r\nConnection: close\r\n", 1)))
    })
    .await;
    let azure = rig.azure();
    let open = async |projects: std::ops::Range<u16>| {
        for number in projects {
            let [high, low] = number.to_be_bytes();
            let project = ProjectId::from_random([high, low, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            let key = Punctual(AzureKey::open(azure.clone(), project, &settings(by_secret()), None, None).unwrap());
            assert_eq!(cached(&key).await, "usable");
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
