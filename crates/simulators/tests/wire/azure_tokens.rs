//! Entra: who gets a token, for what, and what Entra says to the others; the challenge of a vault.

use reqwest::Method;
use serde_json::{Value, json};
use simulators::azure::Change;

use crate::azure_rig::{API, ARM_API, ARM_SCOPE, EVERYTHING, Got, Rig, VAULT_SCOPE, client, read};

/// What Entra calls the error: its name and its number.
fn entra(got: &Got) -> (u16, &str, i64) {
    let number = got.body["error_codes"][0].as_i64().unwrap_or_default();
    (got.status, got.body["error"].as_str().unwrap_or_default(), number)
}

#[tokio::test]
async fn gives_a_token_for_each_resource_it_knows() {
    let rig = Rig::start().await;
    for scope in [
        VAULT_SCOPE,
        ARM_SCOPE,
        "https://vault.azure.cn/.default",
        "https://vault.usgovcloudapi.net/.default",
        "https://management.chinacloudapi.cn/.default",
        "https://management.usgovcloudapi.net/.default",
        "https://management.core.windows.net//.default",
    ] {
        let got = rig.ask_token(&rig.tenant, &[("scope", scope), ("client_info", "1"), ("claims", "{}")]).await;
        assert_eq!(got.status, 200, "{scope}: {}", got.body);
        assert_eq!((&got.body["token_type"], &got.body["expires_in"]), (&json!("Bearer"), &json!(3599)));
        assert_eq!(got.headers["cache-control"], "no-store, no-cache");
    }
    assert_eq!(rig.azure().requests("GetToken"), 7);
}

#[tokio::test]
async fn refuses_in_entras_own_words() {
    let rig = Rig::start().await;
    let check = async |tenant: &str, fields: &[(&str, &str)], expected: (u16, &str, i64)| {
        let got = rig.ask_token(tenant, fields).await;
        assert_eq!(entra(&got), expected, "{fields:?}: {}", got.body);
        let words = got.body["error_description"].as_str().unwrap();
        assert!(words.starts_with(&format!("AADSTS{}: ", expected.2)), "{words}");
        assert!(words.contains(" Trace ID: ") && words.contains(" Correlation ID: "), "{words}");
        assert!(!words.contains(rig.secret.expose_secret()));
        let uri = format!("https://login.microsoftonline.com/error?code={}", expected.2);
        assert_eq!(got.body["error_uri"], json!(uri));
    };
    let nobody = "11111111-1111-1111-1111-111111111111";
    let own = rig.tenant.as_str();
    check(own, &[("client_secret", "wrong")], (401, "invalid_client", 7_000_215)).await;
    check(own, &[("client_secret", "")], (401, "invalid_client", 7_000_216)).await;
    check(own, &[("client_secret", &rig.secret.id)], (401, "invalid_client", 7_000_215)).await;
    check(own, &[("client_id", nobody)], (400, "unauthorized_client", 700_016)).await;
    check(nobody, &[], (400, "invalid_tenant", 90_002)).await;
    check("customer", &[], (400, "invalid_tenant", 90_002)).await;
    check(own, &[("scope", "https://graph.microsoft.com/.default")], (400, "invalid_resource", 500_011)).await;
    check(own, &[("scope", "https://vault.azure.net")], (400, "invalid_scope", 1_002_012)).await;
    check(own, &[("scope", "https://vault.azure.net.evil.example/.default")], (400, "invalid_resource", 500_011)).await;
    check(own, &[("scope", "")], (400, "invalid_request", 900_144)).await;
    check(own, &[("client_id", "")], (400, "invalid_request", 900_144)).await;
    check(own, &[("grant_type", "")], (400, "invalid_request", 900_144)).await;
    check(own, &[("grant_type", "password")], (400, "unsupported_grant_type", 70_003)).await;
    check(own, &[("client_assertion", "x"), ("client_secret", "")], (400, "invalid_request", 9_002_313)).await;
}

#[tokio::test]
async fn refuses_forms_that_are_none() {
    let rig = Rig::start().await;
    let url = format!("{}/{}/oauth2/v2.0/token", rig.clouds.azure_endpoint(), rig.tenant);
    let as_json = read(rig.http.post(&url).json(&json!({ "grant_type": "client_credentials" }))).await;
    assert_eq!(entra(&as_json), (400, "invalid_request", 9_002_313));
    let doubled = [("client_id", "a"), ("client_id", "b"), ("grant_type", "client_credentials")];
    assert_eq!(entra(&rig.send_form(&rig.tenant, &doubled).await), (400, "invalid_request", 9_002_313));
    assert_eq!(read(rig.http.get(&url)).await.status, 404);
}

#[tokio::test]
async fn lets_secrets_expire_be_renewed_and_taken_away() {
    let rig = Rig::start().await;
    let azure = rig.azure();
    let (id, second) = (rig.secret.id.clone(), "second");
    let ask = async |secret: &str| rig.ask_token(&rig.tenant, &[("client_secret", secret)]).await;
    let first = rig.secret.expose_secret();
    azure.apply(Change::ExpireSecret(id.clone())).await.unwrap();
    let got = ask(first).await;
    assert_eq!(entra(&got), (401, "invalid_client", 7_000_222));
    assert!(got.body["error_description"].as_str().unwrap().contains("are expired"), "{}", got.body);

    let other = azure.create_secret(&rig.app.client_id, second, None).await.unwrap();
    assert_eq!(ask(other.expose_secret()).await.status, 200, "another secret of the app works meanwhile");
    azure.apply(Change::RenewSecret(id.clone())).await.unwrap();
    assert_eq!(ask(first).await.status, 200);
    azure.apply(Change::RemoveSecret(id.clone())).await.unwrap();
    assert_eq!(entra(&ask(first).await), (401, "invalid_client", 7_000_215));
    azure.apply(Change::RestoreSecret(id.clone())).await.unwrap();
    assert_eq!(ask(first).await.status, 200);
    azure.delete_secret(&id).await.unwrap();
    assert_eq!(entra(&ask(first).await), (401, "invalid_client", 7_000_215));
    assert!(azure.delete_secret(&id).await.is_err());
    assert!(!format!("{:?}", rig.secret).contains(first));

    let short = azure.create_secret(&rig.app.client_id, "third", Some(1)).await.unwrap();
    assert_eq!(entra(&ask(short.expose_secret()).await), (401, "invalid_client", 7_000_222));
}

#[tokio::test]
async fn lets_an_app_act_only_where_it_has_a_service_principal() {
    let rig = Rig::start().await;
    let azure = rig.azure();
    let vendor = azure.create_tenant("vendor").await.unwrap();
    let make = async |name: &str, multi: bool| {
        let app = azure.create_app(&vendor, name, multi).await.unwrap();
        let secret = azure.create_secret(&app.client_id, "only", None).await.unwrap();
        (app.client_id, secret.expose_secret().to_owned())
    };
    let (single, multi) = (make("single", false).await, make("multi", true).await);
    let ask = async |tenant: &str, (id, secret): &(String, String)| {
        let got = rig.ask_token(tenant, &[("client_id", id), ("client_secret", secret)]).await;
        got.body["error_codes"][0].as_i64().unwrap_or_default()
    };
    // 0 is a token.
    assert_eq!(ask(&rig.tenant, &single).await, 700_016, "registered elsewhere, for there alone");
    assert_eq!(ask(&rig.tenant, &multi).await, 7_000_229);
    assert_eq!(ask(&vendor, &single).await, 7_000_229);
    assert!(azure.create_service_principal(&rig.tenant, &single.0).await.is_err());
    let here = azure.create_service_principal(&rig.tenant, &multi.0).await.unwrap();
    let there = azure.create_service_principal(&vendor, &multi.0).await.unwrap();
    assert_ne!(here, there, "another object in each tenant");
    assert_eq!(ask(&rig.tenant, &multi).await, 0);

    // The vault asks for the object of its own tenant.
    azure.set_access_policy("localhost", &here, &EVERYTHING).await.unwrap();
    rig.key("one").await;
    let get = async |token: &str| rig.vault_with(token, Method::GET, "/keys/one", Value::Null).await;
    let token = rig.token_of(&rig.tenant, &multi.0, &multi.1, VAULT_SCOPE).await;
    assert_eq!(get(&token).await.code(), "ok");
    let foreign = get(&rig.token_of(&vendor, &multi.0, &multi.1, VAULT_SCOPE).await).await;
    assert_eq!((foreign.status, foreign.code().as_str()), (401, "Unauthorized"));
    assert!(foreign.message().starts_with("AKV10032: Invalid issuer. Expected one of "), "{}", foreign.message());

    azure.apply(Change::RemoveServicePrincipal(here.clone())).await.unwrap();
    assert_eq!(ask(&rig.tenant, &multi).await, 7_000_229);
    assert_eq!(get(&token).await.status, 401, "tokens of one that is gone end at once here");
    azure.apply(Change::RestoreServicePrincipal(here.clone())).await.unwrap();
    assert_eq!(get(&token).await.code(), "ok");
    azure.delete_service_principal(&rig.tenant, &here).await.unwrap();
    let anew = azure.create_service_principal(&rig.tenant, &multi.0).await.unwrap();
    assert_ne!(anew, here);
    assert_eq!(get(&token).await.status, 401);
}

#[tokio::test]
async fn challenges_whoever_shows_no_token() {
    let rig = Rig::start().await;
    let url = |path: &str| format!("{}{path}", rig.clouds.azure_endpoint());
    for (method, path) in [
        (Method::GET, "/keys/one/?api-version=2025-07-01"),
        (Method::POST, "/keys/one//encrypt?api-version=7.4"),
        (Method::GET, "/keys/none"),
        (Method::PUT, "/keys/one"),
    ] {
        let got = read(rig.http.request(method, url(path))).await;
        assert_eq!((got.status, got.code().as_str()), (401, "Unauthorized"), "{path}");
        assert_eq!(got.message(), "AKV10000: Request is missing a Bearer or PoP token.");
        let expected = format!(
            "Bearer authorization=\"{}/{}\", resource=\"https://vault.azure.net\"",
            rig.clouds.azure_endpoint(),
            rig.tenant
        );
        assert_eq!(got.headers["www-authenticate"], expected);
    }
    assert_eq!((rig.azure().requests("Challenge"), rig.azure().requests("GetKey")), (4, 0));
}

#[tokio::test]
async fn opens_with_its_own_tokens_for_the_right_resource_only() {
    let rig = Rig::start().await;
    rig.key("one").await;
    let (good, arm) = (rig.token(VAULT_SCOPE).await, rig.token(ARM_SCOPE).await);
    let get = async |token: &str| rig.vault_with(token, Method::GET, "/keys/one", Value::Null).await;
    assert_eq!(get(&good).await.code(), "ok");
    let wrong = get(&arm).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (401, "Unauthorized"));
    let words = "AKV10022: Invalid audience. Expected https://vault.azure.net, found: https://management.azure.com.";
    assert_eq!(wrong.message(), words);
    assert!(wrong.headers["www-authenticate"].to_str().unwrap().contains("error=\"invalid_token\""));
    for broken in ["x", "a.b.c", &good[..good.len() - 2], &format!("{good}A")] {
        let got = get(broken).await;
        assert_eq!((got.status, got.code().as_str()), (401, "Unauthorized"), "{broken}");
    }
    let stranger = Rig::start().await;
    assert_eq!(get(&stranger.token(VAULT_SCOPE).await).await.status, 401, "another simulator's token");

    let url = format!("{}{}?{ARM_API}", rig.clouds.azure_endpoint(), rig.vault);
    let got = rig.send(&good, Method::GET, &url, Value::Null).await;
    assert_eq!((got.status, got.code().as_str()), (401, "InvalidAuthenticationTokenAudience"));
    let none = read(rig.http.get(&url)).await;
    assert_eq!((none.status, none.code().as_str()), (401, "AuthenticationFailed"));
    let basic = format!("{}/keys/one?{API}", rig.clouds.azure_endpoint());
    assert_eq!(read(rig.http.get(basic).basic_auth("a", Some("b"))).await.status, 401);
}

#[tokio::test]
async fn lets_tokens_end_after_an_hour() {
    let rig = Rig::start().await;
    rig.key("one").await;
    let token = rig.token(VAULT_SCOPE).await;
    let shift = |seconds: i64| {
        rig.clouds.faults().clear();
        let rule = simulators::FaultRule::azure("*", simulators::FaultKind::Skew).skew_ms(seconds * 1000);
        rig.clouds.faults().push(rule).unwrap();
    };
    let get = async || rig.vault_with(&token, Method::GET, "/keys/one", Value::Null).await;
    shift(3500);
    assert_eq!(get().await.code(), "ok");
    shift(3600);
    let late = get().await;
    assert_eq!((late.status, late.message()), (401, "Error validating token: IDX10223"));
    shift(-400);
    assert_eq!(get().await.status, 401, "before it was given");
    shift(-200);
    assert_eq!(get().await.code(), "ok", "clocks may differ a little");
    shift(3600);
    let url = format!("{}{}?{ARM_API}", rig.clouds.azure_endpoint(), rig.vault);
    rig.clouds.faults().clear();
    let arm = rig.token(ARM_SCOPE).await;
    shift(3600);
    let late = rig.send(&arm, Method::GET, &url, Value::Null).await;
    assert_eq!((late.status, late.code().as_str()), (401, "ExpiredAuthenticationToken"));
}

#[tokio::test]
async fn tells_clients_where_everything_is() {
    let rig = Rig::start().await;
    let endpoint = rig.clouds.azure_endpoint();
    let found = read(rig.http.get(format!("{endpoint}/{}/v2.0/.well-known/openid-configuration", rig.tenant))).await;
    let token = format!("{endpoint}/{}/oauth2/v2.0/token", rig.tenant);
    assert_eq!((found.status, &found.body["token_endpoint"]), (200, &json!(token)));
    let missing = read(rig.http.get(format!("{endpoint}/nobody/v2.0/.well-known/openid-configuration"))).await;
    assert_eq!(entra(&missing), (400, "invalid_tenant", 90_002));

    let asked = format!("{endpoint}/{}/oauth2/v2.0/authorize", rig.tenant);
    let url = |query: &str| format!("{endpoint}/common/discovery/instance?{query}");
    let known = read(rig.http.get(url(&format!("api-version=1.1&authorization_endpoint={asked}")))).await;
    let there = format!("{endpoint}/{}/v2.0/.well-known/openid-configuration", rig.tenant);
    assert_eq!((known.status, &known.body["tenant_discovery_endpoint"]), (200, &json!(there)));
    let elsewhere = url("api-version=1.1&authorization_endpoint=https://evil.example/t/oauth2/v2.0/authorize");
    assert_eq!(entra(&read(rig.http.get(elsewhere)).await), (400, "invalid_instance", 50_049));
}

#[tokio::test]
async fn speaks_tls_with_its_own_authority_alone() {
    let rig = Rig::start().await;
    let url = format!("{}/keys", rig.clouds.azure_endpoint());
    let stranger = crate::rig::http();
    assert!(stranger.get(&url).send().await.is_err(), "a client of the public authorities");
    let by_address = url.replace("localhost", "127.0.0.1");
    assert_eq!(read(rig.http.get(by_address)).await.status, 401, "the certificate has the address too");
    let plain = url.replace("https", "http");
    assert!(stranger.get(plain).send().await.is_err());
    let http = client(&rig.clouds, &["other.localhost", "other"]);
    for name in ["other.localhost", "other"] {
        let url = url.replace("localhost", name);
        assert!(http.get(&url).send().await.is_err(), "{name}: there is no such vault to answer");
    }
}
