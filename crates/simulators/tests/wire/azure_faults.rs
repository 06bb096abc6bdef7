//! Each kind of fault in the shape of the service that it strikes.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;
use simulators::azure::Role;
use simulators::{FaultKind, FaultRule};

use crate::azure_rig::{ARM_API, ARM_SCOPE, Got, Rig, VAULT_SCOPE, read};

/// A rig with a key, and a token for each service.
async fn ready() -> (Rig, String, String) {
    let rig = Rig::start().await;
    rig.azure().assign_role(&rig.vault, &rig.object_id, Role::Reader).await.unwrap();
    rig.key("one").await;
    let (vault, arm) = (rig.token(VAULT_SCOPE).await, rig.token(ARM_SCOPE).await);
    (rig, vault, arm)
}

#[tokio::test]
async fn denies_throttles_and_fails_in_each_services_words() {
    let (rig, vault, arm) = ready().await;
    let check = async |kind: FaultKind, entra: (u16, i64), on_vault: (u16, &str), on_arm: (u16, &str)| {
        rig.clouds.faults().push(FaultRule::azure("*", kind)).unwrap();
        let token = rig.ask_token(&rig.tenant, &[]).await;
        assert_eq!((token.status, token.body["error_codes"][0].as_i64().unwrap()), entra, "{kind:?}");
        let key = rig.vault_with(&vault, Method::GET, "/keys/one", Value::Null).await;
        assert_eq!((key.status, key.code().as_str()), on_vault, "{kind:?}");
        let url = format!("{}{}?{ARM_API}", rig.clouds.azure_endpoint(), rig.vault);
        let resource = rig.send(&arm, Method::GET, &url, Value::Null).await;
        assert_eq!((resource.status, resource.code().as_str()), on_arm, "{kind:?}");
        let waits = |got: &Got| got.headers.get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        let expected = (kind == FaultKind::Throttle).then(|| "1".to_owned());
        assert_eq!([waits(&token), waits(&key), waits(&resource)], [expected.clone(), expected.clone(), expected]);
        assert_eq!(rig.clouds.faults().list()[0].requests, 3);
        rig.clouds.faults().clear();
    };
    let by_policy = (403, "Forbidden/ForbiddenByPolicy");
    check(FaultKind::Deny, (401, 7_000_215), by_policy, (403, "AuthorizationFailed")).await;
    check(FaultKind::Throttle, (429, 90_055), (429, "Throttled"), (429, "SubscriptionRequestsThrottled")).await;
    let internal = (500, "InternalServerError");
    check(FaultKind::Http500, (500, 50_000), internal, internal).await;
    assert_eq!(rig.vault_with(&vault, Method::GET, "/keys/one", Value::Null).await.code(), "ok");
}

#[tokio::test]
async fn strikes_one_operation_so_many_times_and_no_challenge() {
    let (rig, token, _) = ready().await;
    rig.clouds.faults().push(FaultRule::azure("GetKey", FaultKind::Throttle).times(1)).unwrap();
    let url = format!("{}/keys/one?api-version=7.4", rig.clouds.azure_endpoint());
    for _ in 0..2 {
        assert_eq!(read(rig.http.get(&url)).await.status, 401, "a client without a token is challenged all the same");
    }
    assert_eq!(rig.vault_with(&token, Method::GET, "/keys", Value::Null).await.code(), "ok");
    let get = async || rig.vault_with(&token, Method::GET, "/keys/one", Value::Null).await.code();
    assert_eq!((get().await.as_str(), get().await.as_str()), ("Throttled", "ok"));
    assert_eq!(rig.clouds.faults().list()[0].requests, 1);
}

#[tokio::test]
async fn breaks_connections_and_answers() {
    let (rig, token, _) = ready().await;
    let url = format!("{}/keys/one?api-version=7.4", rig.clouds.azure_endpoint());
    let arm = |rule| {
        rig.clouds.faults().clear();
        rig.clouds.faults().push(rule).unwrap();
    };
    let get = || rig.http.get(&url).bearer_auth(&token).send();
    arm(FaultRule::azure("*", FaultKind::Reset));
    assert!(get().await.is_err());
    arm(FaultRule::azure("*", FaultKind::Html));
    let page = get().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    arm(FaultRule::azure("GetKey", FaultKind::Timeout));
    assert!(tokio::time::timeout(Duration::from_millis(200), get()).await.is_err(), "it answered");
    arm(FaultRule::azure("GetKey", FaultKind::Timeout).latency_ms(20));
    assert!(get().await.is_err());
    arm(FaultRule::azure("GetKey", FaultKind::Latency).latency_ms(80));
    let begun = Instant::now();
    assert_eq!(get().await.unwrap().status(), 200);
    assert!(begun.elapsed() >= Duration::from_millis(80));
    arm(FaultRule::azure("GetKey", FaultKind::Skew).skew_ms(-120_000));
    let dated = get().await.unwrap();
    let date = httpdate::parse_http_date(dated.headers()["date"].to_str().unwrap()).unwrap();
    let behind = std::time::SystemTime::now().duration_since(date).unwrap();
    assert!((119..=125).contains(&behind.as_secs()), "{behind:?}");
    // A fault of another cloud's.
    arm(FaultRule::aws("*", FaultKind::Reset));
    assert_eq!(get().await.unwrap().status(), 200);
}

#[test]
fn knows_the_names_of_its_operations() {
    let push = |operation: &str| {
        simulators::Faults::default().push(FaultRule::azure(operation, FaultKind::Deny)).map(drop).is_ok()
    };
    for known in ["*", "GetToken", "GetKey", "Encrypt", "Decrypt", "WrapKey", "UnwrapKey", "GetVault"] {
        assert!(push(known), "{known}");
    }
    for unknown in ["encrypt", "AssumeRole", "Challenge", "unknown", ""] {
        assert!(!push(unknown), "{unknown}");
    }
}
