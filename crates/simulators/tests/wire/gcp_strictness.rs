//! What the simulated Google Cloud does not model is refused, and so is what no client should send.

use serde_json::json;
use simulators::gcp::NewKey;

use crate::gcp_rig::{GcpRig, Got};
use crate::rig::http;

#[tokio::test]
async fn refuses_fields_it_does_not_model() {
    let rig = GcpRig::start().await;
    let check = async |path: &str, body: &str| {
        let got = rig.call("POST", path).text(body).send().await;
        assert_eq!(got.code(), (400, "INVALID_ARGUMENT"), "{path} {body}: {}", got.body);
    };
    let encrypt = format!("{}:encrypt", rig.key);
    check(&encrypt, r#"{"plaintext":"YQ==","colour":"blue"}"#).await;
    check(&encrypt, r#"{"plaintext":"YQ==","plaintext":"Yg=="}"#).await;
    check(&encrypt, r#"{"plaintextCrc32c":"1","plaintext_crc32c":"1"}"#).await;
    check(&encrypt, r#"{"plaintext":"not base64"}"#).await;
    check(&encrypt, r#"{"plaintext":["YQ=="]}"#).await;
    check(&encrypt, r#"{"name":"elsewhere"}"#).await;
    check(&encrypt, r#"["YQ=="]"#).await;
    check(&encrypt, r#"{"plaintext":"#).await;
    check(&format!("{}:destroy", rig.version(1)), r#"{"force":true}"#).await;
    check(&format!("{}/cryptoKeyVersions", rig.key), r#"{"state":"DISABLED"}"#).await;
    check(&format!("{encrypt}?colour=blue"), "{}").await;
    check(&format!("{encrypt}?alt=media"), "{}").await;
    check(&format!("{encrypt}?key=AIza"), "{}").await;
    check(&format!("{encrypt}?alt=json&alt=json"), "{}").await;
    let got = rig.call("POST", &encrypt).text(r#"{"colour":1}"#).send().await;
    assert_eq!(got.detail("BadRequest")["fieldViolations"][0]["field"], "colour");

    let body = rig.call("GET", &rig.key).text("{}").send().await;
    assert_eq!(body.code(), (400, "INVALID_ARGUMENT"), "a read has no body");
    let plain = rig.call("POST", &encrypt).request().body("{}").header("content-type", "text/plain");
    assert_eq!(Got::of(plain.send().await.unwrap()).await.status, 400);
    let filtered = rig.call("GET", &format!("{}/cryptoKeys?filter=x", rig.ring)).send().await;
    assert_eq!(filtered.code(), (400, "INVALID_ARGUMENT"));
}

#[tokio::test]
async fn refuses_paths_that_are_no_methods() {
    let rig = GcpRig::start().await;
    let endpoint = rig.clouds.gcp_endpoint();
    let check = async |method: &str, path: &str, status: u16| {
        let got = rig.call(method, path).send().await;
        assert_eq!(got.status, status, "{method} {path}: {}", got.body);
        assert_eq!(got.body["error"]["status"].is_string(), status != 200);
    };
    check("POST", &format!("{}:rawEncrypt", rig.key), 404).await;
    check("POST", &format!("{}:asymmetricSign", rig.version(1)), 404).await;
    check("DELETE", &rig.key, 404).await;
    check("PUT", &rig.key, 404).await;
    check("GET", &format!("{}/", rig.key), 404).await;
    check("GET", &format!("{}/importJobs", rig.ring), 404).await;
    check("GET", "projects/p1/locations", 404).await;
    // A slash that is encoded never becomes one that parts.
    let slashed = rig.key.replacen("/cryptoKeys/", "%2FcryptoKeys%2F", 1);
    check("GET", &slashed, 400).await;
    check("GET", &format!("{}%2FcryptoKeyVersions%2F1", rig.key), 400).await;
    check("POST", &format!("{}%3Aencrypt", rig.key), 404).await;
    check("GET", &rig.key.replace("k1", "k%001"), 400).await;
    check("GET", &rig.key.replace("k1", "k%2531"), 400).await;
    check("GET", &rig.key.replace("k1", "k%31"), 200).await;
    check("GET", &rig.key.replace("k1", "k.1"), 400).await;
    check("GET", &format!("{}/cryptoKeyVersions/01", rig.key), 400).await;
    assert_eq!(http().get(format!("{endpoint}/")).send().await.unwrap().status(), 404);
    assert_eq!(http().post(format!("{endpoint}/v2/x")).send().await.unwrap().status(), 404);
    assert!(rig.gcp().requests("unknown") >= 8);
}

#[tokio::test]
async fn refuses_other_hosts_and_large_bodies() {
    let rig = GcpRig::start().await;
    let port = rig.clouds.gcp_address().port();
    for (host, status) in [(format!("localhost:{port}"), 200), ("cloudkms.googleapis.com".to_owned(), 421)] {
        let got = rig.call("GET", &rig.key).request().header("host", &host).send().await.unwrap();
        assert_eq!(got.status(), status, "{host}");
    }
    let large = rig.call("POST", &format!("{}:encrypt", rig.key)).text(&"x".repeat(300 * 1024)).send().await;
    assert_eq!(large.status, 413);
}

#[tokio::test]
async fn refuses_seeds_that_cannot_be() {
    let rig = GcpRig::start().await;
    let gcp = rig.gcp();
    assert!(gcp.create_project("P").await.is_err());
    assert!(gcp.create_service_account("p1", "a b").await.is_err());
    assert!(gcp.create_service_account("other", "a").await.is_err());
    assert!(gcp.create_key_ring("other", "global", "r").await.is_err());
    assert!(gcp.create_key_ring("p1", "global", "a/b").await.is_err());
    assert!(gcp.create_crypto_key(&rig.ring, "a/b", NewKey::default()).await.is_err());
    assert!(gcp.create_crypto_key("projects/p1/locations/global/keyRings/x", "k", NewKey::default()).await.is_err());
    assert!(gcp.grant(&rig.key, "nobody@p1.iam.gserviceaccount.com", "roles/owner").await.is_err());
    assert!(gcp.grant(&rig.key, &rig.user.email, "roles/unknown").await.is_err());
    assert!(gcp.grant(&rig.version(1), &rig.user.email, "roles/owner").await.is_err());
    assert!(gcp.revoke(&rig.key, &rig.user.email, "roles/owner").await.is_err());
    assert!(gcp.set_primary_version(&rig.version(9)).await.is_err());
    let again = gcp.create_crypto_key(&rig.ring, "k1", NewKey::default()).await.unwrap();
    assert_eq!(again, rig.key);
    let version = gcp.create_version(&rig.key).await.unwrap();
    gcp.set_primary_version(&version).await.unwrap();
    assert_eq!(rig.encrypt(&rig.key).await.body["name"], json!(version));
}
