//! Each kind of fault, as an SDK sees it.

use std::time::{Duration, Instant, SystemTime};

use aws_sdk_kms::error::SdkError;
use aws_sdk_kms::primitives::Blob;
use simulators::{FaultKind, FaultRule};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::rig::{Rig, code};

async fn armed(rule: FaultRule) -> Rig {
    let rig = Rig::start().await;
    rig.clouds.faults().push(rule).unwrap();
    rig
}

#[tokio::test]
async fn denies_and_throttles_in_the_clouds_own_words() {
    let check = async |kind: FaultKind, kms: &str, sts: &str| {
        let rig = armed(FaultRule::aws("*", kind)).await;
        assert_eq!(code(rig.kms().list_keys().send().await), kms);
        assert_eq!(code(rig.sts_as(&rig.admin).get_caller_identity().send().await), sts);
        assert_eq!(rig.clouds.faults().list()[0].requests, 2);
        rig.clouds.faults().clear();
        assert_eq!(code(rig.kms().list_keys().send().await), "ok");
    };
    check(FaultKind::Deny, "AccessDeniedException", "AccessDenied").await;
    check(FaultKind::Throttle, "ThrottlingException", "Throttling").await;
    check(FaultKind::Http500, "KMSInternalException", "InternalFailure").await;
}

#[tokio::test]
async fn strikes_one_operation_so_many_times() {
    let rig = armed(FaultRule::aws("ListKeys", FaultKind::Deny).times(2)).await;
    let kms = rig.kms();
    assert_eq!(code(kms.list_aliases().send().await), "ok");
    assert_eq!(code(kms.list_keys().send().await), "AccessDeniedException");
    assert_eq!(code(kms.list_keys().send().await), "AccessDeniedException");
    assert_eq!(code(kms.list_keys().send().await), "ok");
    assert_eq!(rig.clouds.faults().list()[0].requests, 2);
}

#[tokio::test]
async fn answers_with_a_proxys_page() {
    let rig = armed(FaultRule::aws("*", FaultKind::Html)).await;
    let got = rig.kms_call("ListKeys", "{}").send().await;
    assert_eq!(got.status, 200);
    assert!(got.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    let key = rig.key("one").await;
    let refused = rig.kms().encrypt().key_id(&key.id).plaintext(Blob::new("x")).send().await;
    assert_eq!(code(refused), "", "an answer without an error code");
}

#[tokio::test]
async fn resets_the_connection() {
    let rig = armed(FaultRule::aws("ListKeys", FaultKind::Reset)).await;
    let refused = rig.kms().list_keys().send().await.unwrap_err();
    assert!(matches!(refused, SdkError::DispatchFailure(_)), "{refused:?}");

    // A reset, and not an orderly end.
    let mut tcp = TcpStream::connect(rig.clouds.aws_address()).await.unwrap();
    let request =
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: TrentService.ListKeys\r\nContent-Length: 0\r\n\r\n";
    tcp.write_all(request.as_bytes()).await.unwrap();
    let ended = tcp.read(&mut [0_u8; 64]).await;
    assert_eq!(ended.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn hangs_until_the_client_gives_up() {
    let rig = armed(FaultRule::aws("ListKeys", FaultKind::Timeout)).await;
    let kms = rig.kms();
    let hung = tokio::time::timeout(Duration::from_millis(200), kms.list_keys().send()).await;
    assert!(hung.is_err(), "it answered");
    assert_eq!(rig.clouds.faults().list()[0].requests, 1);
    let other = code(kms.list_aliases().send().await);
    assert_eq!(other, "ok", "others are served meanwhile");
    // And a shutdown does not wait for it.
    let begun = Instant::now();
    rig.clouds.shutdown().await;
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn ends_a_hanging_request_at_its_bound() {
    let rig = armed(FaultRule::aws("ListKeys", FaultKind::Timeout).latency_ms(50)).await;
    let refused = rig.kms().list_keys().send().await.unwrap_err();
    assert!(matches!(refused, SdkError::DispatchFailure(_)), "{refused:?}");
}

#[tokio::test]
async fn delays_a_true_answer() {
    let rig = armed(FaultRule::aws("ListKeys", FaultKind::Latency).latency_ms(80)).await;
    let begun = Instant::now();
    assert_eq!(code(rig.kms().list_keys().send().await), "ok");
    assert!(begun.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn shifts_its_clock() {
    let rig = armed(FaultRule::aws("*", FaultKind::Skew).skew_ms(240_000)).await;
    let got = rig.kms_call("ListKeys", "{}").send().await;
    assert_eq!(got.status, 200, "four minutes are within the window");
    let date = httpdate::parse_http_date(got.headers["date"].to_str().unwrap()).unwrap();
    let ahead = date.duration_since(SystemTime::now()).unwrap();
    assert!((230..=240).contains(&ahead.as_secs()), "{ahead:?}");
    rig.clouds.faults().push(FaultRule::aws("*", FaultKind::Skew).skew_ms(120_000)).unwrap();
    let got = rig.kms_call("ListKeys", "{}").send().await;
    assert_eq!(got.code(), "InvalidSignatureException", "six are not");
    assert!(got.body.contains("Signature expired"), "{}", got.body);
}
