//! Key Vault's keys: every operation, and every state that a key can be in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};
use simulators::azure::{Change, Curve, KeyKind, KeyOp, KeyRef, NewKey, RsaBits, VaultAccess};

use crate::azure_rig::{EVERYTHING, Rig, VAULT_SCOPE, client};

fn ok() -> [String; 4] {
    ["ok"; 4].map(str::to_owned)
}

fn now() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}

#[tokio::test]
async fn creates_reads_and_uses_a_key() {
    let rig = Rig::start().await;
    let asked = json!({
        "kty": "RSA", "key_size": 2048, "key_ops": ["encrypt", "decrypt"], "tags": { "atrest-project": "p" },
        "attributes": { "enabled": true, "exp": 4_000_000_000_i64 },
    });
    let made = rig.vault(Method::POST, "/keys/One/create", asked).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let kid = made.body["key"]["kid"].as_str().unwrap();
    let version = kid.rsplit('/').next().unwrap();
    assert_eq!(kid, format!("{}/keys/One/{version}", rig.clouds.azure_endpoint()));
    assert_eq!(version.len(), 32);
    let jwk = &made.body["key"];
    assert_eq!(
        (&jwk["kty"], &jwk["e"], &jwk["key_ops"]),
        (&json!("RSA"), &json!("AQAB"), &json!(["encrypt", "decrypt"]))
    );
    let attributes = &made.body["attributes"];
    assert_eq!((&attributes["enabled"], &attributes["exp"]), (&json!(true), &json!(4_000_000_000_i64)));
    assert_eq!(
        (&attributes["recoveryLevel"], &attributes["recoverableDays"]),
        (&json!("Recoverable+Purgeable"), &json!(90))
    );
    assert_eq!(made.body["tags"], json!({ "atrest-project": "p" }));

    for path in ["/keys/One", "/keys/one/", &format!("/keys/one/{version}"), &format!("//keys//one//{version}")] {
        assert_eq!(rig.vault(Method::GET, path, Value::Null).await.body, made.body, "{path}");
    }
    let clear = URL_SAFE_NO_PAD.encode("secret");
    for (path, alg) in [
        ("/keys/one/encrypt".to_owned(), "RSA-OAEP"),
        ("/keys/one//encrypt".to_owned(), "RSA-OAEP-256"),
        (format!("/keys/one/{version}/encrypt"), "RSA-OAEP-256"),
    ] {
        let sealed = rig.vault(Method::POST, &path, json!({ "alg": alg, "value": clear })).await;
        assert_eq!((sealed.status, &sealed.body["kid"]), (200, &json!(kid)), "{path}: {}", sealed.body);
        let path = path.replace("encrypt", "decrypt");
        let opened = rig.vault(Method::POST, &path, json!({ "alg": alg, "value": sealed.body["value"] })).await;
        assert_eq!((opened.status, &opened.body["value"]), (200, &json!(clear)), "{path}: {}", opened.body);
    }
    assert_eq!(rig.use_key("one", "wrapkey", &clear).await.code(), "Forbidden/KeyOperationForbidden");
}

#[tokio::test]
async fn lets_a_disabled_key_encrypt_and_refuses_to_decrypt() {
    let rig = Rig::start().await;
    let key = rig.key("one").await;
    let sealed = rig.sealed("one").await;
    assert_eq!(rig.uses("one", &sealed).await, ok());
    let disabled = ["ok", "ok", "Forbidden/KeyDisabled", "Forbidden/KeyDisabled"].map(str::to_owned);
    let turn = async |on: bool| {
        let path = format!("/keys/one/{}", key.version);
        rig.vault(Method::PATCH, &path, json!({ "attributes": { "enabled": on } })).await
    };
    assert_eq!(turn(false).await.body["attributes"]["enabled"], json!(false));
    assert_eq!(rig.uses("one", &sealed).await, disabled);
    let got = rig.use_key("one", "decrypt", &sealed).await;
    assert_eq!((got.status, got.message()), (403, "Operation decrypt is not allowed on a disabled key."));
    let read = rig.vault(Method::GET, "/keys/one", Value::Null).await;
    assert_eq!(read.body["attributes"]["enabled"], json!(false), "it can be read");
    turn(true).await;
    assert_eq!(rig.uses("one", &sealed).await, ok());
    rig.azure().apply(Change::DisableKey(KeyRef::newest("localhost", "one"))).await.unwrap();
    assert_eq!(rig.uses("one", &sealed).await, disabled);
}

#[tokio::test]
async fn holds_nbf_and_exp_against_encrypting_only() {
    let rig = Rig::start().await;
    rig.key("one").await;
    let sealed = rig.sealed("one").await;
    let at = || KeyRef::newest("localhost", "one");
    let barred = |code: &str| [code, code, "ok", "ok"].map(str::to_owned);
    let (azure, hour) = (rig.azure(), 3600);
    azure.apply(Change::ExpireKey(at())).await.unwrap();
    assert_eq!(rig.uses("one", &sealed).await, barred("Forbidden/KeyExpired"));
    azure.apply(Change::SetKeyExpiry(at(), Some(now() + hour))).await.unwrap();
    assert_eq!(rig.uses("one", &sealed).await, ok(), "it expires in an hour");
    azure.apply(Change::SetKeyExpiry(at(), None)).await.unwrap();
    azure.apply(Change::SetKeyStart(at(), Some(now() + hour))).await.unwrap();
    assert_eq!(rig.uses("one", &sealed).await, barred("Forbidden/KeyNotYetValid"));
    azure.apply(Change::SetKeyStart(at(), Some(now() - hour))).await.unwrap();
    assert_eq!(rig.uses("one", &sealed).await, ok());
    // Over the wire too.
    let path = "/keys/one";
    let past = rig.vault(Method::PATCH, path, json!({ "attributes": { "nbf": 1, "exp": 2 } })).await;
    assert_eq!((&past.body["attributes"]["nbf"], &past.body["attributes"]["exp"]), (&json!(1), &json!(2)));
    assert_eq!(rig.uses("one", &sealed).await, barred("Forbidden/KeyExpired"));
}

#[tokio::test]
async fn keeps_old_versions_for_what_they_encrypted() {
    let rig = Rig::start().await;
    let first = rig.key("one").await;
    let sealed = rig.sealed("one").await;
    let rotated = rig.vault(Method::POST, "/keys/one/rotate", Value::Null).await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);
    let seeded = rig.azure().rotate_key("localhost", "one").await.unwrap();
    let created = rig.vault(Method::POST, "/keys/one/create", json!({ "kty": "RSA", "key_size": 3072 })).await;
    let newest = created.body["key"]["kid"].as_str().unwrap().to_owned();
    let latest = rig.vault(Method::GET, "/keys/one", Value::Null).await;
    assert_eq!(latest.body["key"]["kid"], json!(newest));
    let body = json!({ "alg": "RSA-OAEP-256", "value": sealed });
    let by = async |version: &str| rig.vault(Method::POST, &format!("/keys/one/{version}/decrypt"), body.clone()).await;
    assert_eq!(by(&first.version).await.code(), "ok");
    assert_eq!(by(&seeded.version).await.code(), "BadParameter", "another version's ciphertext");
    assert_eq!(by("0123456789abcdef0123456789abcdef").await.code(), "KeyNotFound");

    let versions = rig.vault(Method::GET, "/keys/one/versions", Value::Null).await;
    let listed: Vec<&Value> = versions.body["value"].as_array().unwrap().iter().map(|item| &item["kid"]).collect();
    assert_eq!(listed.len(), 4);
    assert!(listed.contains(&&json!(first.id)) && listed.contains(&&json!(newest)), "{listed:?}");

    // One version is disabled; the others are not.
    rig.vault(Method::PATCH, &format!("/keys/one/{}", first.version), json!({ "attributes": { "enabled": false } }))
        .await;
    assert_eq!(by(&first.version).await.code(), "Forbidden/KeyDisabled");
    let sealed = rig.sealed("one").await;
    assert_eq!(rig.use_key("one", "decrypt", &sealed).await.code(), "ok");
}

#[tokio::test]
async fn deletes_so_that_a_key_can_be_recovered_until_it_is_purged() {
    let rig = Rig::start().await;
    let key = rig.key("one").await;
    let sealed = rig.sealed("one").await;
    let gone = rig.vault(Method::DELETE, "/keys/one", Value::Null).await;
    assert_eq!(gone.status, 200, "{}", gone.body);
    let endpoint = rig.clouds.azure_endpoint();
    assert_eq!(gone.body["recoveryId"], json!(format!("{endpoint}/deletedkeys/one")));
    let days = gone.body["scheduledPurgeDate"].as_i64().unwrap() - gone.body["deletedDate"].as_i64().unwrap();
    assert_eq!(days, 90 * 24 * 60 * 60);
    let get = rig.vault(Method::GET, &format!("/keys/one/{}", key.version), Value::Null).await;
    assert_eq!((get.status, get.code().as_str()), (404, "KeyNotFound"));
    assert!(get.message().contains("recently deleted"), "{}", get.message());
    assert_eq!(rig.uses("one", &sealed).await, ["KeyNotFound"; 4].map(str::to_owned));
    let again = rig.vault(Method::POST, "/keys/one/create", json!({ "kty": "RSA" })).await;
    assert_eq!((again.status, again.code().as_str()), (409, "Conflict/ObjectIsDeletedButRecoverable"));
    assert_eq!(rig.key("one").await, key, "a seeder finds the deleted one");
    let shown = rig.vault(Method::GET, "/deletedkeys/one", Value::Null).await;
    assert_eq!(shown.body, gone.body);
    let listed = rig.vault(Method::GET, "/deletedkeys", Value::Null).await;
    assert_eq!(listed.body["value"][0]["recoveryId"], gone.body["recoveryId"]);
    assert_eq!(rig.vault(Method::GET, "/keys", Value::Null).await.body["value"], json!([]));

    let back = rig.vault(Method::POST, "/deletedkeys/one/recover", Value::Null).await;
    assert_eq!((back.status, &back.body["key"]["kid"]), (200, &json!(key.id)));
    assert_eq!(rig.uses("one", &sealed).await, ok());
    assert_eq!(rig.vault(Method::POST, "/deletedkeys/one/recover", Value::Null).await.code(), "KeyNotFound");
    assert_eq!(rig.vault(Method::DELETE, "/deletedkeys/one", Value::Null).await.code(), "KeyNotFound");

    rig.azure().apply(Change::DeleteKey(KeyRef::newest("localhost", "ONE"))).await.unwrap();
    assert_eq!(rig.vault(Method::DELETE, "/deletedkeys/one", Value::Null).await.status, 204);
    assert_eq!(rig.vault(Method::GET, "/deletedkeys/one", Value::Null).await.code(), "KeyNotFound");
    assert_ne!(rig.key("one").await.version, key.version, "the name is free again");
}

#[tokio::test]
async fn makes_keys_of_every_kind_and_encrypts_with_rsa_only() {
    let rig = Rig::start().await;
    let clear = URL_SAFE_NO_PAD.encode("secret");
    for (asked, kty, member, can) in [
        (json!({ "kty": "RSA", "key_size": 4096 }), "RSA", "n", "ok"),
        (json!({ "kty": "RSA-HSM" }), "RSA-HSM", "n", "ok"),
        (json!({ "kty": "EC" }), "EC", "x", "BadParameter"),
        (json!({ "kty": "EC-HSM", "crv": "P-384" }), "EC-HSM", "y", "BadParameter"),
    ] {
        let made = rig.vault(Method::POST, "/keys/any/create", asked).await;
        assert_eq!((made.status, &made.body["key"]["kty"]), (200, &json!(kty)), "{}", made.body);
        assert!(made.body["key"][member].is_string(), "{}", made.body);
        assert_eq!(rig.use_key("any", "encrypt", &clear).await.code(), can, "{kty}");
    }
    let kind = KeyKind::Ec { curve: Curve::P521, hsm: false };
    let seeded = NewKey { name: "curve".to_owned(), kind, ..NewKey::default() };
    rig.azure().create_key("localhost", seeded).await.unwrap();
    let shown = rig.vault(Method::GET, "/keys/curve", Value::Null).await;
    assert_eq!(shown.body["key"]["key_ops"], json!(["sign", "verify"]));
    let kind = KeyKind::Rsa { bits: RsaBits::B3072, hsm: true };
    let seeded = NewKey { name: "wide".to_owned(), kind, key_ops: Some(vec![KeyOp::WrapKey]), ..NewKey::default() };
    rig.azure().create_key("localhost", seeded).await.unwrap();
    let shown = rig.vault(Method::GET, "/keys/wide", Value::Null).await;
    assert_eq!(URL_SAFE_NO_PAD.decode(shown.body["key"]["n"].as_str().unwrap()).unwrap().len(), 384);
    assert_eq!(rig.use_key("wide", "wrapkey", &clear).await.code(), "ok");
    assert_eq!(rig.use_key("wide", "encrypt", &clear).await.code(), "Forbidden/KeyOperationForbidden");
}

#[tokio::test]
async fn lists_in_pages() {
    let rig = Rig::start().await;
    for name in ["a", "b", "c"] {
        let kind = KeyKind::Ec { curve: Curve::P256, hsm: false };
        let new = NewKey { name: name.to_owned(), kind, ..NewKey::default() };
        rig.azure().create_key("localhost", new).await.unwrap();
    }
    let token = rig.token(VAULT_SCOPE).await;
    let first = rig.vault_with(&token, Method::GET, "/keys?maxresults=2", Value::Null).await;
    let names = |got: &Value| -> Vec<String> {
        let items = got["value"].as_array().unwrap().iter();
        items.map(|item| item["kid"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&first.body), ["a", "b"]);
    let next = first.body["nextLink"].as_str().unwrap();
    let second = rig.send(&token, Method::GET, next, Value::Null).await;
    assert_eq!((names(&second.body), &second.body["nextLink"]), (vec!["c".to_owned()], &Value::Null));
    for size in ["0", "26", "x"] {
        let got = rig.vault_with(&token, Method::GET, &format!("/keys?maxresults={size}"), Value::Null).await;
        assert_eq!(got.code(), "BadParameter", "{size}");
    }
}

#[tokio::test]
async fn keeps_vaults_apart_by_their_names() {
    let rig = Rig::start().await;
    let azure = rig.azure();
    azure.create_vault(&rig.subscription, "Keys", "other", VaultAccess::Policies).await.unwrap();
    azure.set_access_policy("other", &rig.object_id, &EVERYTHING).await.unwrap();
    let here = rig.key("one").await;
    let new = NewKey { name: "one".to_owned(), ..NewKey::default() };
    let there = azure.create_key("other", new).await.unwrap();
    let port = rig.clouds.azure_address().port();
    assert_eq!(azure.vault_url("other"), format!("https://other.localhost:{port}"));
    assert_eq!(there.id, format!("https://other.localhost:{port}/keys/one/{}", there.version));
    let (http, token) = (client(&rig.clouds, &["other.localhost", "other"]), rig.token(VAULT_SCOPE).await);
    for (host, key) in [("localhost", &here), ("other.localhost", &there), ("other", &there)] {
        let url = format!("https://{host}:{port}/keys/one?api-version=7.6");
        let got = crate::azure_rig::read(http.get(&url).bearer_auth(&token)).await;
        let expected = format!("https://{host}:{port}/keys/one/{}", key.version);
        assert_eq!(got.body["key"]["kid"], json!(expected), "{}", got.body);
    }
    let wrong = azure.create_vault(&rig.subscription, "Keys", "a--b", VaultAccess::Rbac).await;
    assert!(wrong.is_err());
}
