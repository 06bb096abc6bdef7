//! What the folder keeps of the simulated Azure.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use simulators::azure::{Change, KeyRef, VaultAccess};
use simulators::{Clouds, Error, Options};

use crate::azure_rig::{Rig, VAULT_SCOPE};

fn options(dir: &Path) -> Options {
    Options { dir: Some(dir.to_owned()), ..Options::default() }
}

#[tokio::test]
async fn keeps_keys_tokens_and_what_its_customer_broke() {
    let dir = tempfile::tempdir().unwrap();
    let rig = Rig::with(options(dir.path()), VaultAccess::Policies).await;
    let (key, sealed, token) = (rig.key("one").await, rig.sealed("one").await, rig.token(VAULT_SCOPE).await);
    rig.vault(Method::PATCH, "/keys/one", json!({ "attributes": { "enabled": false } })).await;
    rig.key("two").await;
    rig.azure().apply(Change::DeleteKey(KeyRef::newest("localhost", "two"))).await.unwrap();
    rig.azure().apply(Change::ExpireSecret(rig.secret.id.clone())).await.unwrap();
    let (endpoint, secret) = (rig.clouds.azure_endpoint(), rig.secret.expose_secret().to_owned());
    let (tenant, object_id, vault) = (rig.tenant.clone(), rig.object_id.clone(), rig.vault.clone());
    rig.clouds.shutdown().await;
    drop(rig.http);

    let rig = Rig::with(options(dir.path()), VaultAccess::Policies).await;
    assert_eq!(rig.clouds.azure_endpoint(), endpoint, "a free port is remembered");
    assert_eq!((&rig.tenant, &rig.object_id, &rig.vault), (&tenant, &object_id, &vault));
    assert_eq!(rig.secret.expose_secret(), secret);
    assert_eq!(rig.key("one").await, key, "seeding finds it");
    let expired = rig.ask_token(&rig.tenant, &[]).await;
    assert_eq!(expired.body["error_codes"][0], json!(7_000_222), "seeding does not renew it");
    let get = rig.vault_with(&token, Method::GET, "/keys/one", Value::Null).await;
    assert_eq!(get.body["attributes"]["enabled"], json!(false), "an old token opens: {}", get.body);
    rig.azure().apply(Change::EnableKey(KeyRef::newest("localhost", "one"))).await.unwrap();
    let body = json!({ "alg": "RSA-OAEP-256", "value": sealed });
    assert_eq!(rig.vault_with(&token, Method::POST, "/keys/one/decrypt", body).await.code(), "ok");
    let two = rig.vault_with(&token, Method::GET, "/deletedkeys/two", Value::Null).await;
    assert_eq!(two.code(), "ok");
}

#[tokio::test]
async fn takes_a_folder_from_before_there_were_three_clouds() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let free = taken.local_addr().unwrap().port();
    drop(taken);
    std::fs::write(dir.path().join("ports.json"), format!("{{\"aws\":{free},\"console\":null}}")).unwrap();
    let clouds = Clouds::start(options(dir.path())).await.unwrap();
    assert_eq!(clouds.aws_address().port(), free);
    let ports: Value = serde_json::from_slice(&std::fs::read(dir.path().join("ports.json")).unwrap()).unwrap();
    assert_eq!(ports["azure"], json!(clouds.azure_address().port()));
    assert_eq!(ports["gcp"], json!(clouds.gcp_address().port()));
}

#[tokio::test]
async fn refuses_a_folder_that_does_not_read() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("azure.json"), b"{\"tenants\":").unwrap();
    assert!(matches!(Clouds::start(options(dir.path())).await, Err(Error::Corrupt { .. })));
}
