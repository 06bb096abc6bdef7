//! Who gets a token at the simulated Google Cloud, and what a token is good for.

use serde_json::{Value, json};
use simulators::{FaultKind, FaultRule};

use crate::gcp_rig::{Assertion, GcpRig, Got, IAM_SCOPE, KMS_SCOPE, PLATFORM_SCOPE, now};

#[tokio::test]
async fn gives_a_token_for_a_signed_assertion() {
    let rig = GcpRig::start().await;
    let got = rig.exchange(&Assertion::new(&rig.user, KMS_SCOPE).sign()).await;
    assert_eq!(got.status, 200, "{}", got.body);
    assert_eq!((&got.body["token_type"], &got.body["expires_in"]), (&json!("Bearer"), &json!(3599)));
    let token = got.body["access_token"].as_str().unwrap();
    assert!(token.starts_with("ya29."));
    assert_eq!(rig.call("GET", &rig.key).token(token).send().await.status, 200);
    assert_eq!(rig.gcp().requests("GetToken"), 2, "the owner's and this");
    assert_eq!(rig.gcp().requests("GetCryptoKey"), 1);
}

#[tokio::test]
async fn refuses_assertions_in_googles_words() {
    let rig = GcpRig::start().await;
    let endpoint = rig.clouds.gcp_endpoint();
    let other = rig.gcp().add_service_account_key(&rig.user.email).await.unwrap();
    let check = async |bend: &dyn Fn(&mut Assertion), expected: &str, words: &str| {
        let mut assertion = Assertion::new(&rig.user, KMS_SCOPE);
        bend(&mut assertion);
        let got = rig.exchange(&assertion.sign()).await;
        let status = if expected == "unauthorized_client" { 401 } else { 400 };
        assert_eq!((got.status, got.body["error"].as_str()), (status, Some(expected)), "{}", got.body);
        let description = got.body["error_description"].as_str().unwrap();
        assert!(description.contains(words), "{words}: {description}");
    };
    check(&|a| a.header["kid"] = json!(other.id), "invalid_grant", "Invalid JWT Signature.").await;
    check(&|a| a.header["kid"] = json!("unknown"), "invalid_grant", "Invalid JWT Signature.").await;
    check(&|a| a.header["alg"] = json!("none"), "invalid_grant", "Invalid JWT").await;
    check(&|a| a.header["crit"] = json!(["exp"]), "invalid_grant", "Invalid JWT").await;
    let nobody = "nobody@p1.iam.gserviceaccount.com";
    check(&|a| a.claims["iss"] = json!(nobody), "invalid_grant", "account not found").await;
    check(&|a| a.claims["aud"] = json!("https://elsewhere.example/token"), "invalid_grant", "audience").await;
    check(&|a| a.claims["aud"] = Value::Null, "invalid_grant", "audience").await;
    check(&|a| a.claims["exp"] = json!(now() + 3700), "invalid_grant", "short-lived token").await;
    check(&|a| a.claims["exp"] = json!(now() - 1), "invalid_grant", "short-lived token").await;
    let future = |a: &mut Assertion| {
        a.claims["iat"] = json!(now() + 700);
        a.claims["exp"] = json!(now() + 1000);
    };
    check(&future, "invalid_grant", "short-lived token").await;
    check(&|a| a.claims["scope"] = json!(""), "invalid_scope", "Empty or missing scope").await;
    check(&|a| a.claims["scope"] = json!("email"), "invalid_scope", "Invalid OAuth scope").await;
    check(&|a| a.claims["sub"] = json!("boss@example.com"), "unauthorized_client", "unauthorized").await;
    check(&|a| a.claims["target_audience"] = json!("x"), "invalid_grant", "does not model").await;

    // The endpoint's own address is an audience too, and so is one's own name as the subject.
    let mut own = Assertion::new(&rig.user, KMS_SCOPE);
    own.claims["aud"] = json!(format!("{endpoint}/token"));
    own.claims["sub"] = own.claims["iss"].clone();
    assert_eq!(rig.exchange(&own.sign()).await.status, 200);
    let signed = Assertion::new(&rig.user, KMS_SCOPE).sign();
    let mut bent = signed.into_bytes();
    let last = bent.len() - 10;
    bent[last] = if bent[last] == b'A' { b'B' } else { b'A' };
    let got = rig.exchange(std::str::from_utf8(&bent).unwrap()).await;
    assert_eq!(got.body["error_description"], "Invalid JWT Signature.");
}

#[tokio::test]
async fn refuses_forms_it_does_not_model() {
    let rig = GcpRig::start().await;
    let endpoint = rig.clouds.gcp_endpoint();
    let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
    let check = async |form: &str, expected: &str| {
        let got = rig.post_form(form).await;
        assert_eq!((got.status, got.body["error"].as_str()), (400, Some(expected)), "{form}: {}", got.body);
    };
    check("", "unsupported_grant_type").await;
    check("grant_type=client_credentials", "unsupported_grant_type").await;
    check(grant, "invalid_request").await;
    check(&format!("{grant}&assertion=x&colour=blue"), "invalid_request").await;
    check(&format!("{grant}&assertion=x&assertion=y"), "invalid_request").await;
    check(&format!("{grant}&assertion=x"), "invalid_grant").await;
    let plain = crate::rig::http().post(format!("{endpoint}/token")).body(format!("{grant}&assertion=x"));
    assert_eq!(Got::of(plain.send().await.unwrap()).await.body["error"], "invalid_request");
    let read = crate::rig::http().get(format!("{endpoint}/token")).send().await.unwrap();
    assert_eq!(read.status(), 404);
}

#[tokio::test]
async fn keeps_tokens_alive_that_outlive_their_key() {
    let rig = GcpRig::start().await;
    let token = rig.user_token().await;
    let read = async || rig.call("GET", &rig.key).token(&token).send().await;
    let sign_in = async || {
        let got = rig.exchange(&Assertion::new(&rig.user, KMS_SCOPE).sign()).await;
        got.body["error_description"].as_str().unwrap_or("ok").to_owned()
    };
    let keys = format!("projects/-/serviceAccounts/{}/keys/{}", rig.user.email, rig.user.id);
    assert_eq!(rig.call("POST", &format!("{keys}:disable")).json(json!({})).send().await.status, 200);
    assert_eq!(sign_in().await, "Invalid JWT Signature.");
    assert_eq!(read().await.status, 200);
    assert_eq!(rig.call("POST", &format!("{keys}:enable")).json(json!({})).send().await.status, 200);
    assert_eq!(sign_in().await, "ok");
    rig.gcp().delete_service_account_key(&rig.user.email, &rig.user.id).await.unwrap();
    assert_eq!(sign_in().await, "Invalid JWT Signature.");
    assert_eq!(read().await.status, 200);

    rig.gcp().disable_service_account(&rig.user.email).await.unwrap();
    let got = read().await;
    assert_eq!((got.code(), got.reason().as_str()), ((401, "UNAUTHENTICATED"), "ACCOUNT_STATE_INVALID"));
    assert_eq!(sign_in().await, "Invalid grant: account not found");
    rig.gcp().enable_service_account(&rig.user.email).await.unwrap();
    assert_eq!(read().await.status, 200);

    // An account made anew under the same name is another one.
    rig.gcp().delete_service_account(&rig.user.email).await.unwrap();
    rig.gcp().create_service_account("p1", "atrest").await.unwrap();
    assert_eq!(read().await.reason(), "ACCOUNT_STATE_INVALID");
}

#[tokio::test]
async fn ends_tokens_after_an_hour() {
    let rig = GcpRig::start().await;
    let token = rig.user_token().await;
    let read = async || rig.call("GET", &rig.key).token(&token).send().await;
    let skew = |minutes: i64| FaultRule::gcp("GetCryptoKey", FaultKind::Skew).skew_ms(minutes * 60_000);
    rig.clouds.faults().push(skew(59)).unwrap();
    assert_eq!(read().await.status, 200);
    rig.clouds.faults().push(skew(2)).unwrap();
    let got = read().await;
    assert_eq!((got.code(), got.reason().as_str()), ((401, "UNAUTHENTICATED"), "ACCESS_TOKEN_EXPIRED"));
    assert!(got.headers["www-authenticate"].to_str().unwrap().contains("invalid_token"));
}

#[tokio::test]
async fn holds_tokens_to_their_scopes() {
    let rig = GcpRig::start().await;
    let iam = format!("projects/p1/serviceAccounts/{}", rig.user.email);
    rig.gcp().grant("projects/p1", &rig.user.email, "roles/owner").await.unwrap();
    let check = async |scope: &str, kms: u16, accounts: u16| {
        let token = rig.token(&rig.user, scope).await;
        let got = rig.call("GET", &rig.key).token(&token).send().await;
        assert_eq!(got.status, kms, "{scope}: {}", got.body);
        if kms == 403 {
            assert_eq!(got.reason(), "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
        }
        assert_eq!(rig.call("GET", &iam).token(&token).send().await.status, accounts, "{scope}");
    };
    check(KMS_SCOPE, 200, 403).await;
    check(IAM_SCOPE, 403, 200).await;
    check(PLATFORM_SCOPE, 200, 200).await;
    check(&format!("{KMS_SCOPE} {IAM_SCOPE}"), 200, 200).await;
}

#[tokio::test]
async fn takes_a_token_that_its_bearer_signed() {
    let rig = GcpRig::start().await;
    let endpoint = rig.clouds.gcp_endpoint();
    let check = async |bend: &dyn Fn(&mut Assertion), expected: &str| {
        let mut own = Assertion::new(&rig.user, KMS_SCOPE);
        own.claims["sub"] = own.claims["iss"].clone();
        bend(&mut own);
        let got = rig.call("GET", &rig.key).token(&own.sign()).send().await;
        let status = if got.status == 200 { "ok".to_owned() } else { got.reason() };
        assert_eq!(status, expected, "{}", got.body);
    };
    let aimed = |audience: String| {
        move |a: &mut Assertion| {
            a.claims["aud"] = json!(audience);
            a.claims["scope"] = Value::Null;
        }
    };
    check(&aimed("https://cloudkms.googleapis.com/".to_owned()), "ok").await;
    check(&aimed("https://cloudkms.googleapis.com".to_owned()), "ok").await;
    check(&aimed(format!("{endpoint}/")), "ok").await;
    check(&|a| a.claims["aud"] = Value::Null, "ok").await;
    check(&|_| (), "ACCESS_TOKEN_TYPE_UNSUPPORTED").await;
    check(&aimed("https://iam.googleapis.com/".to_owned()), "ACCESS_TOKEN_TYPE_UNSUPPORTED").await;
    check(&aimed("https://oauth2.googleapis.com/token".to_owned()), "ACCESS_TOKEN_TYPE_UNSUPPORTED").await;
    let without_subject = |a: &mut Assertion| {
        a.claims["aud"] = Value::Null;
        a.claims["sub"] = Value::Null;
    };
    check(&without_subject, "ACCESS_TOKEN_TYPE_UNSUPPORTED").await;
    let other_scope = |a: &mut Assertion| {
        a.claims["aud"] = Value::Null;
        a.claims["scope"] = json!(IAM_SCOPE);
    };
    check(&other_scope, "ACCESS_TOKEN_SCOPE_INSUFFICIENT").await;
    let old = |a: &mut Assertion| {
        a.claims["aud"] = Value::Null;
        a.claims["iat"] = json!(now() - 3601);
        a.claims["exp"] = json!(now() - 1);
    };
    check(&old, "ACCESS_TOKEN_EXPIRED").await;
    // Unlike an access token, it dies with its key.
    rig.gcp().delete_service_account_key(&rig.user.email, &rig.user.id).await.unwrap();
    check(&|a| a.claims["aud"] = Value::Null, "ACCESS_TOKEN_TYPE_UNSUPPORTED").await;
}

#[tokio::test]
async fn refuses_requests_of_nobody() {
    let rig = GcpRig::start().await;
    let got = rig.call("GET", &rig.key).nobody().send().await;
    assert_eq!((got.code(), got.reason().as_str()), ((401, "UNAUTHENTICATED"), "CREDENTIALS_MISSING"));
    let realm = got.headers["www-authenticate"].to_str().unwrap();
    assert!(realm.starts_with("Bearer realm="), "{realm}");
    let method = &got.detail("ErrorInfo")["metadata"]["method"];
    assert_eq!(method, "google.cloud.kms.v1.KeyManagementService.GetCryptoKey");
    for token in ["x", "ya29.x", "ya29.", "a.b.c"] {
        let got = rig.call("GET", &rig.key).token(token).send().await;
        assert_eq!(got.reason(), "ACCESS_TOKEN_TYPE_UNSUPPORTED", "{token}");
    }
    let basic = rig.call("GET", &rig.key).nobody().request().basic_auth("a", Some("b"));
    assert_eq!(Got::of(basic.send().await.unwrap()).await.status, 401);
    let twice = rig.call("GET", &rig.key).request().header("authorization", "Bearer x");
    assert_eq!(Got::of(twice.send().await.unwrap()).await.status, 401);
    let billed = rig.call("GET", &rig.key).request().header("x-goog-user-project", "p1");
    assert_eq!(Got::of(billed.send().await.unwrap()).await.reason(), "USER_PROJECT_DENIED");
}
