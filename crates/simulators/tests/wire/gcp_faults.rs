//! Each kind of fault, as a client of the simulated Google Cloud sees it.

use std::time::{Duration, Instant, SystemTime};

use simulators::{FaultKind, FaultRule};

use crate::gcp_rig::{Assertion, GcpRig, Got, KMS_SCOPE};

async fn armed(rule: FaultRule) -> GcpRig {
    let rig = GcpRig::start().await;
    rig.clouds.faults().push(rule).unwrap();
    rig
}

async fn sign_in(rig: &GcpRig) -> Got {
    rig.exchange(&Assertion::new(&rig.user, KMS_SCOPE).sign()).await
}

#[tokio::test]
async fn denies_and_throttles_in_the_clouds_own_words() {
    let check = async |kind: FaultKind, kms: (u16, &str), reason: &str, oauth: (u16, &str)| {
        let rig = armed(FaultRule::gcp("*", kind)).await;
        let got = rig.encrypt(&rig.version(1)).await;
        assert_eq!((got.code(), got.reason().as_str()), (kms, reason), "{}", got.body);
        let got = sign_in(&rig).await;
        assert_eq!((got.status, got.body["error"].as_str().unwrap()), oauth);
        assert_eq!(rig.clouds.faults().list()[0].requests, 2);
        rig.clouds.faults().clear();
        assert_eq!(rig.encrypt(&rig.version(1)).await.status, 200);
    };
    check(FaultKind::Deny, (403, "PERMISSION_DENIED"), "IAM_PERMISSION_DENIED", (400, "invalid_grant")).await;
    let throttled = (429, "RESOURCE_EXHAUSTED");
    check(FaultKind::Throttle, throttled, "RATE_LIMIT_EXCEEDED", (429, "rate_limit_exceeded")).await;
    check(FaultKind::Http500, (500, "INTERNAL"), "", (500, "internal_failure")).await;
}

#[tokio::test]
async fn strikes_one_operation_so_many_times() {
    let rig = armed(FaultRule::gcp("GetCryptoKeyVersion", FaultKind::Deny).times(2)).await;
    assert_eq!(rig.encrypt(&rig.key).await.status, 200);
    let read = async || rig.call("GET", &rig.version(1)).send().await.status;
    assert_eq!([read().await, read().await, read().await], [403, 403, 200]);
    let unknown = rig.clouds.faults().push(FaultRule::gcp("AssumeRole", FaultKind::Deny));
    assert!(unknown.is_err(), "that is another cloud's");
    for operation in ["GetToken", "GenerateAccessToken", "Encrypt", "Decrypt", "SetIamPolicy"] {
        rig.clouds.faults().push(FaultRule::gcp(operation, FaultKind::Deny)).unwrap();
    }
}

#[tokio::test]
async fn answers_with_a_proxys_page() {
    let rig = armed(FaultRule::gcp("*", FaultKind::Html)).await;
    let got = rig.encrypt(&rig.key).await;
    assert_eq!((got.status, got.body.is_null()), (200, true));
    assert!(got.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert_eq!(sign_in(&rig).await.status, 200);
}

#[tokio::test]
async fn resets_and_hangs() {
    let rig = armed(FaultRule::gcp("GetCryptoKey", FaultKind::Reset)).await;
    let read = || rig.call("GET", &rig.key).request().send();
    assert!(read().await.is_err());
    rig.clouds.faults().clear();
    rig.clouds.faults().push(FaultRule::gcp("GetCryptoKey", FaultKind::Timeout)).unwrap();
    let hung = tokio::time::timeout(Duration::from_millis(200), read()).await;
    assert!(hung.is_err(), "it answered");
    assert_eq!(rig.encrypt(&rig.key).await.status, 200, "others are served meanwhile");
    rig.clouds.faults().clear();
    rig.clouds.faults().push(FaultRule::gcp("GetCryptoKey", FaultKind::Timeout).latency_ms(50)).unwrap();
    assert!(read().await.is_err());
}

#[tokio::test]
async fn delays_and_shifts_its_clock() {
    let rig = armed(FaultRule::gcp("GetCryptoKey", FaultKind::Latency).latency_ms(80)).await;
    let begun = Instant::now();
    assert_eq!(rig.call("GET", &rig.key).send().await.status, 200);
    assert!(begun.elapsed() >= Duration::from_millis(80));

    rig.clouds.faults().push(FaultRule::gcp("*", FaultKind::Skew).skew_ms(240_000)).unwrap();
    let got = rig.call("GET", &rig.key).send().await;
    let date = httpdate::parse_http_date(got.headers["date"].to_str().unwrap()).unwrap();
    let ahead = date.duration_since(SystemTime::now()).unwrap();
    assert!((230..=240).contains(&ahead.as_secs()), "{ahead:?}");
    assert_eq!(sign_in(&rig).await.status, 200, "four minutes are within the window");
    rig.clouds.faults().push(FaultRule::gcp("*", FaultKind::Skew).skew_ms(-1_000_000)).unwrap();
    let got = sign_in(&rig).await;
    assert!(got.body["error_description"].as_str().unwrap().contains("short-lived token"), "{}", got.body);
}
