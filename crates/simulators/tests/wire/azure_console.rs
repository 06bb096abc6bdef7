//! The console's Azure: what it shows, and that its buttons act.

use reqwest::Method;
use serde_json::{Value, json};
use simulators::Options;
use simulators::azure::{Role, VaultAccess};

use crate::azure_rig::Rig;

async fn ask(rig: &Rig, method: Method, path: &str) -> (u16, Value) {
    let url = format!("{}{path}", rig.clouds.console_url());
    let request = rig.http.request(method, url).header("x-console-token", rig.clouds.console_token());
    let got = request.send().await.unwrap();
    (got.status().as_u16(), got.json().await.unwrap_or_default())
}

#[tokio::test]
async fn shows_everything_and_no_secret() {
    let rig = Rig::start().await;
    let key = rig.key("one").await;
    rig.azure().assign_role(&rig.vault, &rig.object_id, Role::Reader).await.unwrap();
    let (status, shown) = ask(&rig, Method::GET, "azure").await;
    assert_eq!(status, 200);
    let tenant = &shown["tenants"][0];
    assert_eq!((&tenant["id"], &tenant["name"]), (&json!(rig.tenant), &json!("customer")));
    assert_eq!(tenant["apps"][0]["secrets"][0]["state"], json!("in force"));
    assert_eq!(tenant["servicePrincipals"][0]["objectId"], json!(rig.object_id));
    let vault = &shown["vaults"][0];
    assert_eq!((&vault["name"], &vault["publicAccess"]), (&json!("localhost"), &json!(true)));
    assert_eq!(vault["policies"][0]["app"], json!("client"));
    assert_eq!(vault["keys"][0]["versions"][0]["id"], json!(key.id));
    assert_eq!(shown["roleAssignments"][0]["role"], json!("Reader"));
    assert!(!shown.to_string().contains(rig.secret.expose_secret()), "a secret is shown");
    assert!(!shown.to_string().contains("private"), "key material is shown");
}

#[tokio::test]
async fn plays_the_customer() {
    let rig = Rig::start().await;
    let key = rig.key("one").await;
    let sealed = rig.sealed("one").await;
    let press = async |path: &str| ask(&rig, Method::POST, &format!("azure/{path}")).await.0;
    let body = json!({ "alg": "RSA-OAEP-256", "value": sealed });
    let path = format!("/keys/one/{}/decrypt", key.version);
    let open = async || rig.vault(Method::POST, &path, body.clone()).await.code();
    let seal = async || rig.use_key("one", "encrypt", "AAAA").await.code();
    let version = format!("vaults/localhost/keys/one/versions/{}", key.version);
    let policy = format!("vaults/localhost/policies/{}", rig.object_id);
    for (act, status, opens, seals) in [
        (format!("{version}/disable"), 200, "Forbidden/KeyDisabled", "ok"),
        (format!("{version}/enable"), 200, "ok", "ok"),
        (format!("{version}/expire"), 200, "ok", "Forbidden/KeyExpired"),
        (format!("{version}/clear-expiry"), 200, "ok", "ok"),
        ("vaults/localhost/keys/one/delete".to_owned(), 200, "KeyNotFound", "KeyNotFound"),
        ("vaults/localhost/keys/one/delete".to_owned(), 409, "KeyNotFound", "KeyNotFound"),
        ("vaults/localhost/keys/one/recover".to_owned(), 200, "ok", "ok"),
        ("vaults/localhost/keys/one/purge".to_owned(), 404, "ok", "ok"),
        ("vaults/localhost/keys/one/rotate".to_owned(), 200, "ok", "ok"),
        (format!("{policy}/remove"), 200, "Forbidden/AccessDenied", "Forbidden/AccessDenied"),
        (format!("{policy}/remove"), 409, "Forbidden/AccessDenied", "Forbidden/AccessDenied"),
        (format!("{policy}/restore"), 200, "ok", "ok"),
        (
            "vaults/localhost/public-access/off".to_owned(),
            200,
            "Forbidden/ForbiddenByConnection",
            "Forbidden/ForbiddenByConnection",
        ),
        ("vaults/localhost/public-access/on".to_owned(), 200, "ok", "ok"),
        (
            "vaults/localhost/firewall/on".to_owned(),
            200,
            "Forbidden/ForbiddenByFirewall",
            "Forbidden/ForbiddenByFirewall",
        ),
        ("vaults/localhost/firewall/off".to_owned(), 200, "ok", "ok"),
        ("vaults/localhost/firewall/maybe".to_owned(), 404, "ok", "ok"),
        ("vaults/none/public-access/off".to_owned(), 404, "ok", "ok"),
        (format!("{version}/explode"), 404, "ok", "ok"),
        ("nowhere".to_owned(), 404, "ok", "ok"),
    ] {
        assert_eq!(press(&act).await, status, "{act}");
        assert_eq!((open().await.as_str(), seal().await.as_str()), (opens, seals), "{act}");
    }
    let token = async || rig.ask_token(&rig.tenant, &[]).await.body["error_codes"][0].as_i64().unwrap_or_default();
    let (secret, principal) = (rig.secret.id.clone(), rig.object_id.clone());
    for (act, number) in [
        (format!("secrets/{secret}/expire"), 7_000_222),
        (format!("secrets/{secret}/renew"), 0),
        (format!("secrets/{secret}/remove"), 7_000_215),
        (format!("secrets/{secret}/restore"), 0),
        (format!("service-principals/{principal}/remove"), 7_000_229),
        (format!("service-principals/{principal}/restore"), 0),
    ] {
        assert_eq!(press(&act).await, 200, "{act}");
        assert_eq!(token().await, number, "{act}");
    }
}

#[tokio::test]
async fn takes_roles_away_and_gives_them_back() {
    let rig = Rig::with(Options::default(), VaultAccess::Rbac).await;
    let id = rig.azure().assign_role(&rig.vault, &rig.object_id, Role::KeyVaultCryptoUser).await.unwrap();
    rig.key("one").await;
    for (act, expected) in [("remove", "Forbidden/ForbiddenByRbac"), ("restore", "ok")] {
        assert_eq!(ask(&rig, Method::POST, &format!("azure/role-assignments/{id}/{act}")).await.0, 200);
        assert_eq!(rig.vault(Method::GET, "/keys/one", Value::Null).await.code(), expected);
        let again = rig.azure().assign_role(&rig.vault, &rig.object_id, Role::KeyVaultCryptoUser).await.unwrap();
        assert_eq!(again, id, "seeding finds it, removed or not");
    }
}

#[tokio::test]
async fn arms_faults_for_azure() {
    let rig = Rig::start().await;
    let url = format!("{}faults", rig.clouds.console_url());
    let arm = async |rule: Value| {
        let request = rig.http.post(&url).header("x-console-token", rig.clouds.console_token()).json(&rule);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(arm(json!({ "provider": "azure", "operation": "GetToken", "kind": "throttle", "times": 1 })).await, 201);
    assert_eq!(arm(json!({ "provider": "azure", "operation": "AssumeRole", "kind": "throttle" })).await, 400);
    assert_eq!(rig.ask_token(&rig.tenant, &[]).await.status, 429);
    assert_eq!(rig.ask_token(&rig.tenant, &[]).await.status, 200);
}
