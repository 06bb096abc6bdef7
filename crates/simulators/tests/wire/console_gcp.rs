//! The console's Google Cloud: what it shows, and that its buttons act.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use serde_json::{Value, json};
use simulators::gcp::NewKey;
use simulators::{Clouds, Options};

use crate::rig::http;

async fn ask(clouds: &Clouds, method: Method, path: &str) -> (u16, Value) {
    let url = format!("{}{path}", clouds.console_url());
    let request = http().request(method, url).header("x-console-token", clouds.console_token());
    let got = request.send().await.unwrap();
    (got.status().as_u16(), got.json().await.unwrap_or_default())
}

/// A name as one segment of a path.
fn one(name: &str) -> String {
    utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()
}

#[tokio::test]
async fn plays_the_customer_of_google_cloud() {
    let clouds = Clouds::start(Options::default()).await.unwrap();
    let gcp = clouds.gcp();
    gcp.create_project("p1").await.unwrap();
    let ring = gcp.create_key_ring("p1", "us-east4", "r1").await.unwrap();
    let key = gcp.create_crypto_key(&ring, "k1", NewKey::default()).await.unwrap();
    let account = gcp.create_service_account("p1", "customer").await.unwrap();
    gcp.grant_once(&key, &account, "roles/cloudkms.viewer").await.unwrap();
    let version = format!("gcp/versions/{}", one(&format!("{key}/cryptoKeyVersions/1")));
    let state = |shown: &Value| shown["projects"][0]["keyRings"][0]["cryptoKeys"][0]["versions"][0]["state"].clone();
    for (act, status, expected) in [
        ("disable", 200, "DISABLED"),
        ("enable", 200, "ENABLED"),
        ("restore", 409, "ENABLED"),
        ("destroy", 200, "DESTROY_SCHEDULED"),
        ("restore", 200, "DISABLED"),
        ("explode", 404, "DISABLED"),
    ] {
        assert_eq!(ask(&clouds, Method::POST, &format!("{version}/{act}")).await.0, status, "{act}");
        let (_, shown) = ask(&clouds, Method::GET, "gcp").await;
        assert_eq!(state(&shown), json!(expected), "{act}");
    }
    let (status, shown) = ask(&clouds, Method::POST, &format!("gcp/keys/{}/rotate", one(&key))).await;
    assert_eq!(status, 200);
    let versions = &shown["projects"][0]["keyRings"][0]["cryptoKeys"][0]["versions"];
    assert_eq!((versions.as_array().unwrap().len(), &versions[1]["primary"]), (2, &json!(true)));

    let grant = format!("gcp/grants/{}/{}/{}", one(&key), one("roles/cloudkms.viewer"), one(&account));
    let grants = |shown: &Value| shown["projects"][0]["keyRings"][0]["cryptoKeys"][0]["grants"][0]["state"].clone();
    let (status, shown) = ask(&clouds, Method::POST, &format!("{grant}/remove")).await;
    assert_eq!((status, grants(&shown)), (200, json!("removed")));
    assert_eq!(ask(&clouds, Method::POST, &format!("{grant}/remove")).await.0, 404);
    let (status, shown) = ask(&clouds, Method::POST, &format!("{grant}/restore")).await;
    assert_eq!((status, grants(&shown)), (200, json!("in force")));

    let accounts = |shown: &Value| shown["projects"][0]["serviceAccounts"][0]["state"].clone();
    for (act, expected) in [("disable", "disabled"), ("enable", "enabled")] {
        let (status, shown) =
            ask(&clouds, Method::POST, &format!("gcp/service-accounts/{}/{act}", one(&account))).await;
        assert_eq!((status, accounts(&shown)), (200, json!(expected)));
    }
    assert_eq!(ask(&clouds, Method::POST, "gcp/service-account-keys/none/delete").await.0, 404);
    assert_eq!(ask(&clouds, Method::POST, "gcp/nowhere").await.0, 404);
}
