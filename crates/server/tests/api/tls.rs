//! The API over TLS, with a certificate read from files, as curl speaks it.

use std::process::Command;

use serde_json::Value;
use server::tls::server_config;

use crate::client::exchange;
use crate::database::Database;
use crate::house::{House, Plan};

/// Runs curl against the house with the house's certificate alone trusted.
async fn curl(house: &House, folder: &std::path::Path, arguments: &[&str]) -> (bool, String) {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--include", "--digest", "-u", &format!("{}:{}", house.owner.public, house.owner.private)])
        .arg("--cacert")
        .arg(folder.join("certificate.pem"))
        .args(arguments)
        .arg(format!("https://localhost:{}{}", house.address.port(), house.path()))
        .args(["--connect-to", &format!("localhost:{0}:127.0.0.1:{0}", house.address.port())]);
    let output = tokio::task::spawn_blocking(move || curl.output().unwrap()).await.unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test]
async fn serves_curl_over_tls_1_2_and_1_3() {
    let folder = tempfile::tempdir().unwrap();
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, own.cert.pem()).unwrap();
    std::fs::write(&key, own.signing_key.serialize_pem()).unwrap();
    let mut plan = Plan { tls: Some(server_config(&certificate, &key).unwrap()), ..Plan::default() };
    plan.settings.speaks_tls = true;
    let house = House::open_as(Database::sqlite(), plan).await;

    let payload = house.cloud().payload().to_string();
    for version in [&["--tlsv1.3"][..], &["--tlsv1.2", "--tls-max", "1.2"]] {
        let patch = [&["-X", "PATCH", "-H", "Content-Type: application/json", "-d", &payload][..], version].concat();
        let (done, answer) = curl(&house, folder.path(), &patch).await;
        assert!(done, "{answer}");
        let last = answer.rsplit("\r\n\r\n").next().unwrap();
        let body: Value = serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {answer}"));
        assert_eq!(body["awsKms"]["valid"], true);
        assert!(answer.contains("strict-transport-security: max-age=31536000; includeSubdomains;"), "{answer}");
        assert!(answer.contains("HTTP/1.1 401"), "curl asks for the challenge first");
    }
    let (done, _) = curl(&house, folder.path(), &["--tls-max", "1.1"]).await;
    assert!(!done, "nothing below 1.2 is spoken");
    let plain = exchange(house.address, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(!plain.starts_with(b"HTTP/"), "nor plain text: {:?}", String::from_utf8_lossy(&plain));
    house.end().await;
}
