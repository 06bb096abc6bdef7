//! Acting as another service account, and the service accounts themselves.

use serde_json::{Value, json};

use crate::gcp_rig::{Assertion, GcpRig, Got, IAM_SCOPE, IMPERSONATE, KMS_SCOPE, USE_KEY, bytes};

/// The customer's account that others act as, which may use the key.
async fn role(rig: &GcpRig) -> String {
    let email = rig.gcp().create_service_account("p1", "customer-role").await.unwrap();
    rig.gcp().grant(&rig.key, &email, USE_KEY).await.unwrap();
    email
}

/// An operator's account of another project, with no grant anywhere, and its token.
async fn operator(rig: &GcpRig) -> (String, String) {
    rig.gcp().create_project("operator").await.unwrap();
    let email = rig.gcp().create_service_account("operator", "atrest").await.unwrap();
    let key = rig.gcp().create_service_account_key(&email).await.unwrap();
    let token = rig.token(&key, IAM_SCOPE).await;
    (email, token)
}

async fn generate(rig: &GcpRig, token: &str, email: &str, body: Value) -> Got {
    let path = format!("projects/-/serviceAccounts/{email}:generateAccessToken");
    rig.call("POST", &path).token(token).json(body).send().await
}

#[tokio::test]
async fn lets_only_those_act_as_an_account_who_may() {
    let rig = GcpRig::start().await;
    let role = role(&rig).await;
    let (operator, token) = operator(&rig).await;
    let body = || json!({ "delegates": null, "scope": [KMS_SCOPE], "lifetime": "3600s" });
    let got = generate(&rig, &token, &role, body()).await;
    assert_eq!((got.code(), got.reason().as_str()), ((403, "PERMISSION_DENIED"), "IAM_PERMISSION_DENIED"));
    assert_eq!(got.detail("ErrorInfo")["metadata"]["permission"], "iam.serviceAccounts.getAccessToken");

    for resource in [format!("projects/p1/serviceAccounts/{role}"), "projects/p1".to_owned()] {
        rig.gcp().grant(&resource, &operator, IMPERSONATE).await.unwrap();
        let got = generate(&rig, &token, &role, body()).await;
        assert_eq!(got.status, 200, "{}", got.body);
        assert!(got.body["expireTime"].as_str().unwrap().ends_with('Z'));
        let acting = got.body["accessToken"].as_str().unwrap().to_owned();
        let encrypt = rig.call("POST", &format!("{}:encrypt", rig.key));
        assert_eq!(encrypt.token(&acting).json(json!({ "plaintext": "YQ==" })).send().await.status, 200);
        let read = rig.call("GET", &rig.key).token(&acting).send().await;
        assert_eq!(read.status, 403, "it acts as the role, which may not look");
        rig.gcp().revoke(&resource, &operator, IMPERSONATE).await.unwrap();
        assert_eq!(generate(&rig, &token, &role, body()).await.status, 403);
    }
    assert_eq!(rig.gcp().requests("GenerateAccessToken"), 5);
}

#[tokio::test]
async fn refuses_impersonation_that_is_malformed_or_of_nobody() {
    let rig = GcpRig::start().await;
    let role = role(&rig).await;
    let (operator, token) = operator(&rig).await;
    let account = format!("projects/p1/serviceAccounts/{role}");
    rig.gcp().grant(&account, &operator, IMPERSONATE).await.unwrap();
    let check = async |body: Value, status: u16| {
        let got = generate(&rig, &token, &role, body.clone()).await;
        assert_eq!(got.status, status, "{body}: {}", got.body);
    };
    check(json!({ "scope": [KMS_SCOPE] }), 200).await;
    check(json!({ "scope": [KMS_SCOPE], "delegates": [], "lifetime": "1s" }), 200).await;
    check(json!({ "scope": [] }), 400).await;
    check(json!({}), 400).await;
    check(json!({ "scope": KMS_SCOPE }), 400).await;
    check(json!({ "scope": ["email"] }), 400).await;
    check(json!({ "scope": [KMS_SCOPE], "lifetime": "3601s" }), 400).await;
    check(json!({ "scope": [KMS_SCOPE], "lifetime": "0s" }), 400).await;
    check(json!({ "scope": [KMS_SCOPE], "lifetime": 3600 }), 400).await;
    check(json!({ "scope": [KMS_SCOPE], "delegates": [account] }), 400).await;
    check(json!({ "scope": [KMS_SCOPE], "colour": "blue" }), 400).await;

    let scope = || json!({ "scope": [KMS_SCOPE] });
    let got = generate(&rig, &token, "nobody@p1.iam.gserviceaccount.com", scope()).await;
    assert_eq!(got.code(), (404, "NOT_FOUND"));
    assert!(got.message().contains("Gaia id not found"), "{}", got.message());
    assert_eq!(generate(&rig, &token, "nobody@example.com", scope()).await.code(), (400, "INVALID_ARGUMENT"));
    rig.gcp().disable_service_account(&role).await.unwrap();
    assert_eq!(generate(&rig, &token, &role, scope()).await.code(), (400, "FAILED_PRECONDITION"));
}

#[tokio::test]
async fn keeps_service_accounts_and_their_keys() {
    let rig = GcpRig::start().await;
    let accounts = "projects/p1/serviceAccounts";
    let create = || {
        let body = json!({ "accountId": "worker-1", "serviceAccount": { "displayName": "Worker" } });
        rig.call("POST", accounts).json(body).send()
    };
    let made = create().await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert_eq!(made.body["email"], "worker-1@p1.iam.gserviceaccount.com");
    assert_eq!(create().await.code(), (409, "ALREADY_EXISTS"));
    let name = made.body["name"].as_str().unwrap();
    assert_eq!(rig.read(name).await, made.body);
    let by_id = format!("projects/-/serviceAccounts/{}", made.body["uniqueId"].as_str().unwrap());
    assert_eq!(rig.read(&by_id).await, made.body);
    assert_eq!(rig.read(accounts).await["accounts"].as_array().unwrap().len(), 3);

    // The key that was made over the wire signs in.
    let keys = format!("{name}/keys");
    let made = rig.call("POST", &keys).json(json!({})).send().await;
    assert_eq!(made.body["keyAlgorithm"], "KEY_ALG_RSA_2048", "{}", made.body);
    let key = made.body["name"].as_str().unwrap().to_owned();
    let file: Value = serde_json::from_slice(&bytes(&made.body["privateKeyData"])).unwrap();
    assert_eq!(file["token_uri"], format!("{}/token", rig.clouds.gcp_endpoint()));
    assert!(key.ends_with(file["private_key_id"].as_str().unwrap()));
    assert!(rig.read(&key).await.get("privateKeyData").is_none());
    assert_eq!(rig.read(&keys).await["keys"].as_array().unwrap().len(), 1);
    assert_eq!(rig.call("DELETE", &key).send().await.status, 200);
    assert_eq!(rig.call("GET", &key).send().await.code(), (404, "NOT_FOUND"));
    assert_eq!(rig.read(&keys).await, json!({}));

    assert_eq!(rig.call("POST", &format!("{name}:disable")).json(json!({})).send().await.status, 200);
    assert_eq!(rig.read(name).await["disabled"], true);
    assert_eq!(rig.call("POST", &format!("{name}:enable")).json(json!({})).send().await.status, 200);
    assert_eq!(rig.call("DELETE", name).send().await.status, 200);
    assert_eq!(rig.call("GET", name).send().await.code(), (404, "NOT_FOUND"));
    let token = rig.token(&rig.user, IAM_SCOPE).await;
    assert_eq!(rig.call("GET", name).token(&token).send().await.code(), (403, "PERMISSION_DENIED"));
}

#[tokio::test]
async fn finds_seeded_keys_again_and_makes_others_on_demand() {
    let rig = GcpRig::start().await;
    let again = rig.gcp().create_service_account_key(&rig.user.email).await.unwrap();
    assert_eq!(again.expose_json(), rig.user.expose_json());
    let other = rig.gcp().add_service_account_key(&rig.user.email).await.unwrap();
    assert_ne!(other.id, rig.user.id);
    for key in [&rig.user, &other] {
        assert_eq!(rig.exchange(&Assertion::new(key, KMS_SCOPE).sign()).await.status, 200);
        assert!(!format!("{key:?}").contains("PRIVATE"));
    }
}
