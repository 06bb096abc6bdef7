//! Requests whose signature is missing, malformed, stale or wrong, as KMS and as STS spell their refusal.

use std::time::{Duration, SystemTime};

use simulators::aws::{Change, KeyStatus};
use simulators::{FaultKind, FaultRule};

use crate::rig::{Call, EVERYTHING, Got, Keys, Rig};

/// Bends a request; whoever does not sign it sends it unsigned.
type Bend = fn(&mut Call);

async fn check(rig: &Rig, what: &str, bend: Bend, kms: &str, sts: (u16, &str)) {
    let mut call = rig.kms_call("ListKeys", "{}");
    bend(&mut call);
    let got = call.send_unsigned().await;
    assert_eq!((got.status, got.code().as_str()), (400, kms), "{what}, kms: {}", got.body);
    assert!(got.headers.contains_key("x-amzn-requestid") && got.headers.contains_key("date"), "{what}");

    let mut call = rig.sts_call("Action=GetCallerIdentity");
    bend(&mut call);
    let got = call.send_unsigned().await;
    assert_eq!((got.status, got.code().as_str()), sts, "{what}, sts: {}", got.body);
    assert!(got.headers.contains_key("x-amzn-requestid") && got.headers.contains_key("date"), "{what}");
}

fn resigned(call: &mut Call, change: impl FnOnce(String) -> String) {
    call.sign();
    let header = call.headers["authorization"].to_str().unwrap().to_owned();
    let changed = change(header);
    call.header("authorization", &changed);
}

#[tokio::test]
async fn refuses_what_is_not_signed_as_it_should_be() {
    let rig = Rig::start().await;
    const INCOMPLETE: (u16, &str) = (400, "IncompleteSignature");
    const MISMATCH: (u16, &str) = (403, "SignatureDoesNotMatch");
    const UNKNOWN: (u16, &str) = (403, "InvalidClientTokenId");

    check(&rig, "no signature", |_| {}, "MissingAuthenticationTokenException", (403, "MissingAuthenticationToken"))
        .await;
    check(
        &rig,
        "another scheme",
        |call| call.header("authorization", "Basic YTpi"),
        "IncompleteSignatureException",
        INCOMPLETE,
    )
    .await;
    check(
        &rig,
        "no Signature part",
        |call| resigned(call, |header| header.split(", Signature=").next().unwrap().to_owned()),
        "IncompleteSignatureException",
        INCOMPLETE,
    )
    .await;
    check(
        &rig,
        "a credential of three parts",
        |call| resigned(call, |header| header.replace("/aws4_request", "")),
        "IncompleteSignatureException",
        INCOMPLETE,
    )
    .await;
    check(
        &rig,
        "no date",
        |call| {
            call.sign();
            call.headers.remove("x-amz-date");
        },
        "IncompleteSignatureException",
        INCOMPLETE,
    )
    .await;
    check(
        &rig,
        "scoped to another service",
        |call| {
            call.service = "s3";
            call.sign();
        },
        "InvalidSignatureException",
        MISMATCH,
    )
    .await;
    check(
        &rig,
        "scoped to no region",
        |call| {
            call.region = "GLOBAL";
            call.sign();
        },
        "InvalidSignatureException",
        MISMATCH,
    )
    .await;
    check(
        &rig,
        "a region of another partition",
        |call| {
            call.region = "cn-north-1";
            call.sign();
        },
        "UnrecognizedClientException",
        UNKNOWN,
    )
    .await;
    check(
        &rig,
        "six minutes old",
        |call| {
            call.at = SystemTime::now() - Duration::from_secs(360);
            call.sign();
        },
        "InvalidSignatureException",
        MISMATCH,
    )
    .await;
    check(
        &rig,
        "six minutes ahead",
        |call| {
            call.at = SystemTime::now() + Duration::from_secs(360);
            call.sign();
        },
        "InvalidSignatureException",
        MISMATCH,
    )
    .await;
    check(
        &rig,
        "unknown access key",
        |call| {
            call.keys.id = "AKIAUNKNOWN000000000".to_owned();
            call.sign();
        },
        "UnrecognizedClientException",
        UNKNOWN,
    )
    .await;
    check(
        &rig,
        "wrong secret",
        |call| {
            call.keys.secret.push('x');
            call.sign();
        },
        "InvalidSignatureException",
        MISMATCH,
    )
    .await;
    check(
        &rig,
        "a session token nobody gave",
        |call| {
            call.keys.token = Some("bogus".to_owned());
            call.sign();
        },
        "UnrecognizedClientException",
        UNKNOWN,
    )
    .await;
    check(
        &rig,
        "a body changed on the way",
        |call| {
            call.sign();
            call.body.push(' ');
        },
        "InvalidSignatureException",
        MISMATCH,
    )
    .await;
    check(
        &rig,
        "a query added on the way",
        |call| {
            call.sign();
            call.url.push_str("?a=b");
        },
        "InvalidSignatureException",
        MISMATCH,
    )
    .await;
    check(
        &rig,
        "a session token that is not signed",
        |call| {
            call.sign();
            call.header("x-amz-security-token", "added");
        },
        "UnrecognizedClientException",
        UNKNOWN,
    )
    .await;
}

#[tokio::test]
async fn refuses_an_operation_changed_on_the_way() {
    let rig = Rig::start().await;
    let mut call = rig.kms_call("ListKeys", "{}");
    call.sign();
    call.header("x-amz-target", "TrentService.ListAliases");
    assert_eq!(call.send_unsigned().await.code(), "InvalidSignatureException");

    // A header that the signature leaves out could be anything.
    let mut call = rig.kms_call("ListKeys", "{}");
    let target = call.headers.remove("x-amz-target").unwrap();
    call.sign();
    call.headers.insert("x-amz-target", target);
    assert_eq!(call.send_unsigned().await.code(), "IncompleteSignatureException");
}

#[tokio::test]
async fn takes_a_query_that_is_signed() {
    let rig = Rig::start().await;
    let mut call = rig.kms_call("ListKeys", "{}");
    call.url.push_str("?b=2&a=%20x&c");
    assert_eq!(call.send().await.status, 200);
}

#[tokio::test]
async fn refuses_an_access_key_while_it_is_inactive() {
    let rig = Rig::start().await;
    let set = |status| rig.clouds.aws().apply(Change::SetAccessKey(rig.admin.id.clone(), status));
    let codes = || async {
        let kms = rig.kms_call("ListKeys", "{}").send().await.code();
        let sts = rig.sts_call("Action=GetCallerIdentity").send().await.code();
        (kms, sts)
    };
    assert_eq!(codes().await, (String::new(), String::new()));
    set(KeyStatus::Inactive).await.unwrap();
    assert_eq!(codes().await, ("UnrecognizedClientException".to_owned(), "InvalidClientTokenId".to_owned()));
    set(KeyStatus::Active).await.unwrap();
    assert_eq!(codes().await, (String::new(), String::new()));
}

#[tokio::test]
async fn refuses_a_session_after_its_end() {
    let rig = Rig::start().await;
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Action":"sts:AssumeRole"}}}}"#,
        rig.account
    );
    let role = rig.clouds.aws().create_role(&rig.account, "role", &trust, Some(EVERYTHING)).await.unwrap();
    let ago = Duration::from_secs(1000);
    rig.clouds.faults().push(FaultRule::aws("AssumeRole", FaultKind::Skew).skew_ms(-1_000_000)).unwrap();
    let mut call = rig.sts_call(&format!("Action=AssumeRole&RoleArn={role}&RoleSessionName=test&DurationSeconds=900"));
    call.at = SystemTime::now() - ago;
    let got = call.send().await;
    assert_eq!(got.status, 200, "{}", got.body);
    let keys = Keys {
        id: element(&got, "AccessKeyId"),
        secret: element(&got, "SecretAccessKey"),
        token: Some(element(&got, "SessionToken")),
    };
    let mut call = rig.kms_call("ListKeys", "{}");
    call.keys = keys.clone();
    let got = call.send().await;
    assert_eq!((got.status, got.code().as_str()), (400, "ExpiredTokenException"));
    let mut call = rig.sts_call("Action=GetCallerIdentity");
    call.keys = keys;
    let got = call.send().await;
    assert_eq!((got.status, got.code().as_str()), (403, "ExpiredToken"));
}

fn element(got: &Got, name: &str) -> String {
    let after = got.body.split_once(&format!("<{name}>")).unwrap().1;
    after.split_once('<').unwrap().0.to_owned()
}
