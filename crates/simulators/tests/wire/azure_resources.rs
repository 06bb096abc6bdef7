//! Resource Manager: showing and changing vaults, who may, and what it says to the others.

use reqwest::Method;
use serde_json::{Value, json};
use simulators::azure::Role;

use crate::azure_rig::{ARM_SCOPE, Rig, read};

async fn with_role(role: Role) -> Rig {
    let rig = Rig::start().await;
    let scope = format!("/subscriptions/{}", rig.subscription);
    rig.azure().assign_role(&scope, &rig.object_id, role).await.unwrap();
    rig
}

#[tokio::test]
async fn shows_a_vault_and_where_it_stands() {
    let rig = with_role(Role::Reader).await;
    let vault = rig.arm(Method::GET, &rig.vault, Value::Null).await;
    assert_eq!(vault.status, 200, "{}", vault.body);
    assert_eq!((&vault.body["id"], &vault.body["name"]), (&json!(rig.vault), &json!("localhost")));
    let properties = &vault.body["properties"];
    assert_eq!(properties["vaultUri"], json!(format!("{}/", rig.clouds.azure_endpoint())));
    assert_eq!(properties["tenantId"], json!(rig.tenant));
    assert_eq!(properties["enableRbacAuthorization"], json!(false));
    assert_eq!(properties["publicNetworkAccess"], json!("Enabled"));
    assert_eq!(properties["accessPolicies"][0]["objectId"], json!(rig.object_id));
    let other_case = rig.vault.to_uppercase().replace("/SUBSCRIPTIONS", "/subscriptions");
    assert_eq!(rig.arm(Method::GET, &other_case, Value::Null).await.body, vault.body, "case does not count");

    let scope = format!("/subscriptions/{}", rig.subscription);
    for list in ["/providers/Microsoft.KeyVault/vaults", "/resourceGroups/keys/providers/Microsoft.KeyVault/vaults"] {
        let listed = rig.arm(Method::GET, &format!("{scope}{list}"), Value::Null).await;
        assert_eq!(listed.body["value"], json!([vault.body]), "{list}");
    }
    let token = rig.token(ARM_SCOPE).await;
    let get = async |path: &str| {
        let url = format!("{}{path}?api-version=2022-12-01", rig.clouds.azure_endpoint());
        rig.send(&token, Method::GET, &url, Value::Null).await.body
    };
    assert_eq!(get(&scope).await["tenantId"], json!(rig.tenant));
    assert_eq!(get(&format!("{scope}/resourcegroups/KEYS")).await["name"], json!("Keys"));
}

#[tokio::test]
async fn says_what_is_missing_and_who_may_not() {
    let rig = with_role(Role::Reader).await;
    let check = async |path: &str, status: u16, code: &str| {
        let got = rig.arm(Method::GET, path, Value::Null).await;
        assert_eq!((got.status, got.code().as_str()), (status, code), "{path}: {}", got.body);
        got.message().to_owned()
    };
    let scope = format!("/subscriptions/{}", rig.subscription);
    let vaults = "providers/Microsoft.KeyVault/vaults";
    let words = check(&format!("{scope}/resourceGroups/Keys/{vaults}/none"), 404, "ResourceNotFound").await;
    assert!(
        words.starts_with("The Resource 'Microsoft.KeyVault/vaults/none' under resource group 'Keys' was not found.")
    );
    check(&format!("{scope}/resourceGroups/none/{vaults}/localhost"), 404, "ResourceGroupNotFound").await;
    check(&format!("/subscriptions/none/{vaults}"), 404, "SubscriptionNotFound").await;
    check(&format!("{scope}/providers/Microsoft.Compute/disks"), 404, "InvalidResourceType").await;

    let write = rig.arm(Method::PATCH, &rig.vault, json!({ "properties": {} })).await;
    assert_eq!((write.status, write.code().as_str()), (403, "AuthorizationFailed"));
    let words = format!(
        "with object id '{}' does not have authorization to perform action 'Microsoft.KeyVault/vaults/write' over scope",
        rig.object_id
    );
    assert!(write.message().contains(&words), "{}", write.message());

    let stranger = Rig::start().await;
    let got = stranger.arm(Method::GET, &stranger.vault, Value::Null).await;
    assert_eq!((got.status, got.code().as_str()), (403, "AuthorizationFailed"), "no role at all");
    // A subscription of another tenant.
    let other = rig.azure().create_tenant("other").await.unwrap();
    let theirs = rig.azure().create_subscription(&other, "theirs").await.unwrap();
    let got = rig.arm(Method::GET, &format!("/subscriptions/{theirs}/{vaults}"), Value::Null).await;
    assert_eq!((got.status, got.code().as_str()), (401, "InvalidAuthenticationTokenTenant"));
}

#[tokio::test]
async fn reads_by_roles_that_may_read() {
    for (role, may) in [
        (Role::KeyVaultReader, true),
        (Role::KeyVaultContributor, true),
        (Role::KeyVaultCryptoUser, false),
        (Role::Contributor, true),
    ] {
        let rig = with_role(role).await;
        let got = rig.arm(Method::GET, &rig.vault, Value::Null).await;
        assert_eq!(got.status, if may { 200 } else { 403 }, "{role:?}");
    }
}

#[tokio::test]
async fn opens_and_closes_the_network() {
    let rig = with_role(Role::Contributor).await;
    rig.key("one").await;
    let patch = async |properties: Value| {
        let got = rig.arm(Method::PATCH, &rig.vault, json!({ "properties": properties })).await;
        assert_eq!(got.status, 200, "{}", got.body);
        let code = rig.vault(Method::GET, "/keys/one", Value::Null).await.code();
        (got.body["properties"].clone(), code)
    };
    let (shown, code) = patch(json!({ "publicNetworkAccess": "disabled" })).await;
    assert_eq!((&shown["publicNetworkAccess"], code.as_str()), (&json!("Disabled"), "Forbidden/ForbiddenByConnection"));
    let (shown, code) = patch(json!({ "publicNetworkAccess": "Enabled" })).await;
    assert_eq!((&shown["publicNetworkAccess"], code.as_str()), (&json!("Enabled"), "ok"));
    let (shown, code) = patch(json!({ "networkAcls": { "defaultAction": "Deny", "bypass": "None" } })).await;
    assert_eq!(
        (&shown["networkAcls"]["defaultAction"], code.as_str()),
        (&json!("Deny"), "Forbidden/ForbiddenByFirewall")
    );
    let (shown, code) = patch(json!({ "networkAcls": { "ipRules": [{ "value": "127.0.0.0/8" }] } })).await;
    let expected = json!({
        "bypass": "None", "defaultAction": "Deny", "ipRules": [{ "value": "127.0.0.0/8" }], "virtualNetworkRules": [],
    });
    assert_eq!((&shown["networkAcls"], code.as_str()), (&expected, "ok"));
}

#[tokio::test]
async fn gives_and_takes_access_policies() {
    let rig = with_role(Role::Contributor).await;
    rig.key("one").await;
    let act = async |kind: &str, keys: &[&str]| {
        let policy = json!({ "tenantId": rig.tenant, "objectId": rig.object_id, "permissions": { "keys": keys } });
        let body = json!({ "properties": { "accessPolicies": [policy] } });
        let got = rig.arm(Method::PUT, &format!("{}/accessPolicies/{kind}", rig.vault), body).await;
        assert_eq!(got.status, 200, "{kind}: {}", got.body);
        let code = rig.vault(Method::GET, "/keys/one", Value::Null).await.code();
        (got.body["properties"]["accessPolicies"][0]["permissions"]["keys"].clone(), code)
    };
    assert_eq!(act("replace", &["get"]).await, (json!(["get"]), "ok".to_owned()));
    assert_eq!(act("add", &["Decrypt", "get"]).await, (json!(["get", "decrypt"]), "ok".to_owned()));
    assert_eq!(act("remove", &["get"]).await, (json!(["decrypt"]), "Forbidden/ForbiddenByPolicy".to_owned()));
    assert_eq!(act("remove", &["decrypt"]).await, (Value::Null, "Forbidden/AccessDenied".to_owned()));
    rig.azure().create_access_policy("localhost", &rig.object_id, &["get"]).await.unwrap();
    assert_eq!(rig.vault(Method::GET, "/keys/one", Value::Null).await.code(), "Forbidden/AccessDenied");
    assert_eq!(act("add", &["get"]).await, (json!(["get"]), "ok".to_owned()));
}

#[tokio::test]
async fn makes_a_vault_once() {
    let rig = with_role(Role::Contributor).await;
    let path = rig.vault.replace("localhost", "fresh");
    let body = json!({
        "location": "eastus",
        "properties": {
            "tenantId": rig.tenant, "sku": { "family": "A", "name": "standard" }, "enableRbacAuthorization": true,
            "softDeleteRetentionInDays": 7,
        },
    });
    let made = rig.arm(Method::PUT, &path, body.clone()).await;
    assert_eq!(
        (made.status, &made.body["properties"]["enableRbacAuthorization"]),
        (201, &json!(true)),
        "{}",
        made.body
    );
    assert_eq!(rig.arm(Method::PUT, &path, body.clone()).await.status, 200);
    rig.azure().create_resource_group(&rig.subscription, "Other").await.unwrap();
    let elsewhere = path.replace("/Keys/", "/Other/").replace("/keys/", "/Other/");
    let taken = rig.arm(Method::PUT, &elsewhere, body.clone()).await;
    assert_eq!((taken.status, taken.code().as_str()), (409, "VaultAlreadyExists"));
    let wrong = rig.arm(Method::PUT, &rig.vault.replace("localhost", "a_b"), body).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (400, "VaultNameNotValid"));
}

#[tokio::test]
async fn refuses_what_it_does_not_model() {
    let rig = with_role(Role::Owner).await;
    let check = async |body: Value| {
        let got = rig.arm(Method::PATCH, &rig.vault, body.clone()).await;
        assert_eq!((got.status, got.code().as_str()), (400, "BadRequest"), "{body}: {}", got.body);
    };
    check(json!({ "colour": "blue" })).await;
    check(json!({ "properties": { "colour": "blue" } })).await;
    check(json!({ "properties": [] })).await;
    check(json!([])).await;
    check(json!({ "properties": { "enablePurgeProtection": true } })).await;
    check(json!({ "properties": { "publicNetworkAccess": "maybe" } })).await;
    check(json!({ "properties": { "networkAcls": { "ipRules": [{ "value": "x" }] } } })).await;
    check(json!({ "properties": { "networkAcls": { "virtualNetworkRules": [{ "id": "x" }] } } })).await;
    check(json!({ "properties": { "enableSoftDelete": false } })).await;
    check(json!({ "location": "westus" })).await;
    check(json!({ "properties": { "tenantId": "11111111-1111-1111-1111-111111111111" } })).await;
    let policy = json!({ "tenantId": rig.tenant, "objectId": rig.object_id, "permissions": { "keys": ["fly"] } });
    check(json!({ "properties": { "accessPolicies": [policy] } })).await;
    let shown = rig.arm(Method::GET, &rig.vault, Value::Null).await;
    assert_eq!(shown.body["properties"]["accessPolicies"].as_array().unwrap().len(), 1, "nothing changed");

    let token = rig.token(ARM_SCOPE).await;
    for (query, code) in [
        ("", "MissingApiVersionParameter"),
        ("?api-version=2015-01-01", "InvalidApiVersionParameter"),
        ("?api-version=2023-07-01&$expand=all", "BadRequest"),
        ("?api-version=2023-07-01&api-version=2023-07-01", "BadRequest"),
    ] {
        let url = format!("{}{}{query}", rig.clouds.azure_endpoint(), rig.vault);
        let got = read(rig.http.get(url).bearer_auth(&token)).await;
        assert_eq!((got.status, got.code().as_str()), (400, code), "{query}");
    }
}
