//! What the simulated vault refuses although it could guess: fields, parameters, versions, hosts, operations.

use reqwest::Method;
use serde_json::{Value, json};

use crate::azure_rig::{Rig, VAULT_SCOPE, read};

#[tokio::test]
async fn refuses_fields_it_does_not_model() {
    let rig = Rig::start().await;
    rig.key("one").await;
    let token = rig.token(VAULT_SCOPE).await;
    let check = async |method: Method, path: &str, body: Value| {
        let got = rig.vault_with(&token, method, path, body.clone()).await;
        assert_eq!((got.status, got.code().as_str()), (400, "BadParameter"), "{path} {body}: {}", got.body);
    };
    let create = "/keys/two/create";
    for body in [
        json!({}),
        json!({ "kty": "oct" }),
        json!({ "kty": "rsa" }),
        json!({ "kty": "RSA", "key_size": 1024 }),
        json!({ "kty": "RSA", "crv": "P-256" }),
        json!({ "kty": "EC", "key_size": 2048 }),
        json!({ "kty": "EC", "crv": "P-256K" }),
        json!({ "kty": "EC", "key_ops": ["encrypt"] }),
        json!({ "kty": "RSA", "key_ops": ["fly"] }),
        json!({ "kty": "RSA", "public_exponent": 3 }),
        json!({ "kty": "RSA", "release_policy": {} }),
        json!({ "kty": "RSA", "attributes": { "exportable": true } }),
        json!({ "kty": "RSA", "attributes": { "exp": 1, "nbf": 2 } }),
        json!({ "kty": "RSA", "attributes": { "exp": "1" } }),
        json!({ "kty": "RSA", "tags": { "a": 1 } }),
        json!(["RSA"]),
    ] {
        check(Method::POST, create, body).await;
    }
    assert_eq!(rig.vault(Method::GET, "/keys/two", Value::Null).await.code(), "KeyNotFound", "nothing was made");
    check(Method::PATCH, "/keys/one", json!({ "enabled": false })).await;
    check(Method::PATCH, "/keys/one", json!({ "attributes": { "recoverableDays": 7 } })).await;
    for body in [
        json!({ "alg": "RSA-OAEP" }),
        json!({ "alg": "RSA1_5", "value": "AAAA" }),
        json!({ "alg": "A256GCM", "value": "AAAA" }),
        json!({ "alg": "RSA-OAEP-256", "value": "not base64url!" }),
        json!({ "alg": "RSA-OAEP-256", "value": "AA==AA" }),
        json!({ "alg": "RSA-OAEP-256", "value": "AAAA", "iv": "AAAA" }),
        json!({ "alg": "RSA-OAEP-256", "value": "A".repeat(400) }),
    ] {
        check(Method::POST, "/keys/one/encrypt", body).await;
    }
    check(Method::POST, "/keys/one/decrypt", json!({ "alg": "RSA-OAEP-256", "value": "AAAA" })).await;
    check(Method::GET, "/keys/a_b", Value::Null).await;
    check(Method::GET, "/keys/a%2Fb", Value::Null).await;
}

#[tokio::test]
async fn refuses_bodies_and_parameters_that_do_nothing() {
    let rig = Rig::start().await;
    rig.key("one").await;
    let token = rig.token(VAULT_SCOPE).await;
    let endpoint = rig.clouds.azure_endpoint();
    let check = async |path: &str, expected: &str| {
        let got = read(rig.http.get(format!("{endpoint}{path}")).bearer_auth(&token)).await;
        assert_eq!(got.code(), expected, "{path}: {}", got.body);
    };
    for version in ["7.4", "7.5", "7.6", "2025-07-01"] {
        check(&format!("/keys/one?api-version={version}"), "ok").await;
    }
    check("/keys/one", "BadParameter").await;
    check("/keys/one?api-version=7.3", "BadParameter").await;
    check("/keys/one?api-version=", "BadParameter").await;
    check("/keys/one?api-version=7.4&api-version=7.4", "BadParameter").await;
    check("/keys/one?api-version=7.4&maxresults=5", "BadParameter").await;
    check("/keys?api-version=7.4&maxresults=5&colour=blue", "BadParameter").await;
    let post = async |path: &str, kind: &str, body: &'static str| {
        let request = rig.http.post(format!("{endpoint}{path}?api-version=7.4")).bearer_auth(&token);
        read(request.header("content-type", kind).body(body)).await.code()
    };
    assert_eq!(post("/keys/one/rotate", "application/json", "{}").await, "BadParameter");
    let sealed = r#"{"alg":"RSA-OAEP","value":"AAAA"}"#;
    assert_eq!(post("/keys/one/encrypt", "application/json; charset=utf-8", sealed).await, "ok");
    assert_eq!(post("/keys/one/encrypt", "text/plain", sealed).await, "BadParameter");
    let doubled = r#"{"alg":"RSA-OAEP","alg":"RSA-OAEP","value":"AAAA"}"#;
    assert_eq!(post("/keys/one/encrypt", "application/json", doubled).await, "BadParameter");
}

#[tokio::test]
async fn refuses_operations_it_does_not_model_by_name() {
    let rig = Rig::start().await;
    rig.key("one").await;
    for (method, path) in [
        (Method::PUT, "/keys/one"),
        (Method::POST, "/keys/one/sign"),
        (Method::POST, "/keys/one/1/verify"),
        (Method::POST, "/keys/one/backup"),
        (Method::POST, "/keys/restore"),
        (Method::GET, "/keys/one/rotationpolicy"),
        (Method::DELETE, "/keys/one/1"),
    ] {
        let got = rig.vault(method.clone(), path, Value::Null).await;
        assert_eq!(got.code(), "BadParameter", "{method} {path}");
        assert!(got.message().contains("not modelled"), "{}", got.message());
    }
    assert_eq!(rig.azure().requests("unknown"), 7);
    for path in ["/secrets/one", "/", "/nowhere"] {
        let got = rig.vault(Method::GET, path, Value::Null).await;
        assert_eq!((got.status, got.code().as_str()), (404, "NotFound"), "{path}");
    }
}

#[tokio::test]
async fn answers_to_its_own_names_only() {
    let rig = Rig::start().await;
    let port = rig.clouds.azure_address().port();
    let url = format!("{}/keys?api-version=7.4", rig.clouds.azure_endpoint());
    for (host, status) in [
        (format!("localhost:{port}"), 401),
        (format!("127.0.0.1:{port}"), 401),
        ("kv.vault.azure.net".to_owned(), 421),
        (format!("localhost.evil.example:{port}"), 421),
        (format!("a.b.localhost:{port}"), 421),
    ] {
        let got = rig.http.get(&url).header("host", &host).send().await.unwrap();
        assert_eq!(got.status(), status, "{host}");
    }
    let nobody = rig.http.get(&url).header("host", format!("nobody.localhost:{port}")).send().await;
    assert!(nobody.is_err(), "a vault that is not there does not answer");
}

#[tokio::test]
async fn counts_requests_and_connections() {
    let rig = Rig::start().await;
    rig.key("one").await;
    let token = rig.token(VAULT_SCOPE).await;
    for _ in 0..3 {
        rig.vault_with(&token, Method::GET, "/keys/one", Value::Null).await;
    }
    let azure = rig.azure();
    assert_eq!((azure.requests("GetKey"), azure.requests("GetToken"), azure.requests("Decrypt")), (3, 1, 0));
    assert_eq!(azure.all_requests(), 4);
    assert_eq!(rig.clouds.azure_connections(), simulators::Connections { accepted: 1, open: 1 });
    assert_eq!(rig.clouds.aws_connections().accepted, 0);
}
