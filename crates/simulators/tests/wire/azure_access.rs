//! Who may do what in a vault: access policies, roles, the network.

use reqwest::Method;
use serde_json::{Value, json};
use simulators::Options;
use simulators::azure::{Change, Role, VaultAccess};

use crate::azure_rig::{EVERYTHING, Got, Rig};

/// Each operation with the permission it takes, in an order in which all of them can go well.
const OPERATIONS: [(&str, Method, &str); 15] = [
    ("create", Method::POST, "/keys/one/create"),
    ("get", Method::GET, "/keys/one"),
    ("list", Method::GET, "/keys"),
    ("list", Method::GET, "/keys/one/versions"),
    ("update", Method::PATCH, "/keys/one"),
    ("encrypt", Method::POST, "/keys/one/encrypt"),
    ("wrapKey", Method::POST, "/keys/one/wrapkey"),
    ("decrypt", Method::POST, "/keys/one/decrypt"),
    ("unwrapKey", Method::POST, "/keys/one/unwrapkey"),
    ("rotate", Method::POST, "/keys/one/rotate"),
    ("delete", Method::DELETE, "/keys/one"),
    ("get", Method::GET, "/deletedkeys/one"),
    ("list", Method::GET, "/deletedkeys"),
    ("recover", Method::POST, "/deletedkeys/one/recover"),
    ("purge", Method::DELETE, "/deletedkeys/one"),
];

fn body(path: &str) -> Value {
    if path.ends_with("create") {
        json!({ "kty": "RSA" })
    } else if path.ends_with("crypt") || path.ends_with("wrapkey") {
        json!({ "alg": "RSA-OAEP", "value": "AAAA" })
    } else if path == "/keys/one" {
        json!({})
    } else {
        Value::Null
    }
}

async fn run(rig: &Rig, method: &Method, path: &str) -> Got {
    let body = if *method == Method::PATCH || *method == Method::POST { body(path) } else { Value::Null };
    rig.vault(method.clone(), path, body).await
}

#[tokio::test]
async fn asks_for_one_permission_for_each_operation() {
    let rig = Rig::start().await;
    for (permission, method, path) in OPERATIONS {
        let others: Vec<&str> = EVERYTHING.into_iter().filter(|other| *other != permission).collect();
        rig.azure().set_access_policy("localhost", &rig.object_id, &others).await.unwrap();
        let got = run(&rig, &method, path).await;
        assert_eq!((got.status, got.code().as_str()), (403, "Forbidden/ForbiddenByPolicy"), "{method} {path}");
        let words = format!("' does not have keys {permission} permission on key vault 'localhost;location=eastus'");
        assert!(got.message().contains(&words), "{}", got.message());
        let caller = format!("'appid={};oid={};iss=https://sts.windows.net/", rig.app.client_id, rig.object_id);
        assert!(got.message().contains(&caller), "{}", got.message());

        rig.azure().set_access_policy("localhost", &rig.object_id, &[permission]).await.unwrap();
        let got = run(&rig, &method, path).await;
        assert_ne!(got.status, 403, "{method} {path}: {}", got.body);
    }
    rig.azure().set_access_policy("localhost", &rig.object_id, &["all"]).await.unwrap();
    assert_eq!(run(&rig, &Method::POST, "/keys/two/create").await.code(), "ok");
}

#[tokio::test]
async fn takes_a_policy_away_and_gives_it_back() {
    let rig = Rig::start().await;
    rig.key("one").await;
    let get = async || rig.vault(Method::GET, "/keys/one", Value::Null).await;
    assert_eq!(get().await.code(), "ok");
    rig.azure().remove_access_policy("localhost", &rig.object_id).await.unwrap();
    let got = get().await;
    assert_eq!((got.status, got.code().as_str()), (403, "Forbidden/AccessDenied"));
    assert!(got.message().starts_with("Access denied. Caller was not found on any access policy.\r\n"));
    rig.azure().create_access_policy("localhost", &rig.object_id, &EVERYTHING).await.unwrap();
    assert_eq!(get().await.code(), "Forbidden/AccessDenied", "seeding does not undo what a customer did");
    let restore = || Change::RestoreAccessPolicy("localhost".to_owned(), rig.object_id.clone());
    rig.azure().apply(restore()).await.unwrap();
    assert_eq!(get().await.code(), "ok");
    assert!(rig.azure().apply(restore()).await.is_err());
    // Roles mean nothing in a vault of policies.
    rig.azure().remove_access_policy("localhost", &rig.object_id).await.unwrap();
    rig.azure().assign_role(&rig.vault, &rig.object_id, Role::KeyVaultAdministrator).await.unwrap();
    assert_eq!(get().await.code(), "Forbidden/AccessDenied");
}

#[tokio::test]
async fn asks_roles_in_a_vault_of_roles() {
    let rig = Rig::with(Options::default(), VaultAccess::Rbac).await;
    let key = rig.key("one").await;
    let check = async |role: Option<Role>, scope: &str, expected: [bool; 5]| {
        let id = match role {
            Some(role) => Some(rig.azure().assign_role(scope, &rig.object_id, role).await.unwrap()),
            None => None,
        };
        let sealed = json!({ "alg": "RSA-OAEP", "value": "AAAA" });
        let got = [
            rig.vault(Method::GET, "/keys/one", Value::Null).await,
            rig.vault(Method::POST, "/keys/one/encrypt", sealed.clone()).await,
            rig.vault(Method::POST, "/keys/one/wrapkey", sealed).await,
            rig.vault(Method::PATCH, "/keys/one", json!({})).await,
            rig.vault(Method::POST, "/keys/one/create", json!({ "kty": "EC" })).await,
        ];
        // Whatever a new version was made of, the next round needs RSA again.
        if expected[4] {
            rig.vault(Method::POST, "/keys/one/create", json!({ "kty": "RSA" })).await;
        }
        let codes = got.each_ref().map(Got::code);
        let wanted = expected.map(|may| if may { "ok" } else { "Forbidden/ForbiddenByRbac" });
        assert_eq!(codes, wanted.map(str::to_owned), "{role:?} at {scope}");
        if let Some(id) = id {
            rig.azure().remove_role_assignment(&id).await.unwrap();
        }
    };
    let (all, none) = ([true; 5], [false; 5]);
    let subscription = format!("/subscriptions/{}", rig.subscription);
    let group = format!("{subscription}/resourceGroups/keys");
    check(None, "", none).await;
    check(Some(Role::KeyVaultCryptoUser), &rig.vault, [true, true, true, true, false]).await;
    check(Some(Role::KeyVaultCryptoServiceEncryptionUser), &group, [true, false, true, false, false]).await;
    check(Some(Role::KeyVaultReader), &subscription, [true, false, false, false, false]).await;
    check(Some(Role::KeyVaultCryptoOfficer), &group, all).await;
    check(Some(Role::KeyVaultAdministrator), &rig.vault, all).await;
    check(Some(Role::Owner), &subscription, none).await;
    check(Some(Role::KeyVaultAdministrator), &format!("{group}-2"), none).await;
    check(Some(Role::KeyVaultCryptoUser), &format!("{}/keys/one", rig.vault), [true, true, true, true, false]).await;
    check(Some(Role::KeyVaultCryptoUser), &format!("{}/keys/two", rig.vault), none).await;

    let got = rig.vault(Method::GET, &format!("/keys/one/{}", key.version), Value::Null).await;
    let words = got.message().to_owned();
    assert!(words.starts_with("Caller is not authorized to perform action on resource.\r\n"), "{words}");
    assert!(words.contains("\r\nAction: 'Microsoft.KeyVault/vaults/keys/read'\r\n"), "{words}");
    assert!(words.contains("\r\nAssignment: (not found)\r\n"), "{words}");
}

#[tokio::test]
async fn shuts_out_by_network() {
    let rig = Rig::start().await;
    rig.key("one").await;
    let get = async || rig.vault(Method::GET, "/keys/one", Value::Null).await;
    rig.azure().set_public_access("localhost", false).await.unwrap();
    let got = get().await;
    assert_eq!((got.status, got.code().as_str()), (403, "Forbidden/ForbiddenByConnection"));
    let words = "Public network access is disabled and request is not from a trusted service nor via an approved \
                 private link.\r\nCaller: appid=";
    assert!(got.message().starts_with(words), "{}", got.message());
    assert!(got.message().ends_with("\r\nVault: localhost;location=eastus"), "{}", got.message());
    rig.azure().set_public_access("localhost", true).await.unwrap();
    assert_eq!(get().await.code(), "ok");
    rig.azure().apply(Change::SetFirewall("localhost".to_owned(), true)).await.unwrap();
    let got = get().await;
    assert_eq!((got.status, got.code().as_str()), (403, "Forbidden/ForbiddenByFirewall"));
    rig.azure().apply(Change::SetFirewall("localhost".to_owned(), false)).await.unwrap();
    assert_eq!(get().await.code(), "ok");
}
