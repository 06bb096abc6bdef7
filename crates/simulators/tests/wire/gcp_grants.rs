//! Allow policies of the simulated Google Cloud: what roles let whom do, and how they come and go.

use serde_json::{Value, json};
use simulators::Refused;
use simulators::gcp::{Change, Grant, VersionState};

use crate::gcp_rig::{GcpRig, Got, IMPERSONATE, USE_KEY, VIEW_KEY, base64};

async fn encrypt(rig: &GcpRig, token: &str, name: &str) -> Got {
    let body = json!({ "plaintext": base64(b"secret") });
    rig.call("POST", &format!("{name}:encrypt")).token(token).json(body).send().await
}

async fn policy(rig: &GcpRig, name: &str) -> Value {
    rig.read(&format!("{name}:getIamPolicy")).await
}

async fn set(rig: &GcpRig, name: &str, policy: Value) -> Got {
    rig.call("POST", &format!("{name}:setIamPolicy")).json(json!({ "policy": policy })).send().await
}

#[tokio::test]
async fn takes_leave_away_over_the_wire_and_gives_it_back() {
    let rig = GcpRig::start().await;
    let token = rig.user_token().await;
    assert_eq!(encrypt(&rig, &token, &rig.version(1)).await.status, 200);
    let before = policy(&rig, &rig.key).await;
    assert_eq!(before["bindings"].as_array().unwrap().len(), 2);

    let bare = json!({ "etag": before["etag"], "bindings": [] });
    let after = set(&rig, &rig.key, bare.clone()).await;
    assert_eq!(after.status, 200, "{}", after.body);
    assert_ne!(after.body["etag"], before["etag"]);
    let got = encrypt(&rig, &token, &rig.version(1)).await;
    assert_eq!((got.code(), got.reason().as_str()), ((403, "PERMISSION_DENIED"), "IAM_PERMISSION_DENIED"));
    let words = format!(
        "Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource '{}' (or it may not exist).",
        rig.key
    );
    assert_eq!(got.message(), words);
    assert_eq!(got.detail("ErrorInfo")["metadata"]["resource"], rig.key);

    let stale = set(&rig, &rig.key, bare).await;
    assert_eq!(stale.code(), (409, "ABORTED"));
    let back = set(&rig, &rig.key, json!({ "version": 1, "bindings": before["bindings"] })).await;
    assert_eq!(back.status, 200, "{}", back.body);
    assert_eq!(encrypt(&rig, &token, &rig.version(1)).await.status, 200);
}

#[tokio::test]
async fn gives_each_role_its_permissions_and_no_more() {
    let rig = GcpRig::start().await;
    let sealed = rig.encrypt(&rig.key).await.body["ciphertext"].clone();
    let email = rig.gcp().create_service_account("p1", "someone").await.unwrap();
    let key = rig.gcp().create_service_account_key(&email).await.unwrap();
    let token = rig.token(&key, crate::gcp_rig::KMS_SCOPE).await;
    // Encrypt, decrypt, read the version, disable it.
    let check = async |resource: &str, role: &str, expected: [u16; 4]| {
        rig.gcp().grant(resource, &email, role).await.unwrap();
        let post =
            |verb: &str, body: Value| rig.call("POST", &format!("{}:{verb}", rig.key)).token(&token).json(body).send();
        let opened = post("decrypt", json!({ "ciphertext": sealed, "additionalAuthenticatedData": base64(b"data") }));
        let disable = rig.call("PATCH", &format!("{}?updateMask=state", rig.version(1))).token(&token);
        let got = [
            post("encrypt", json!({ "plaintext": "YQ==" })).await.status,
            opened.await.status,
            rig.call("GET", &rig.version(1)).token(&token).send().await.status,
            disable.json(json!({ "state": "DISABLED" })).send().await.status,
        ];
        assert_eq!(got, expected, "{role} on {resource}");
        rig.gcp().set_version_state(&rig.version(1), VersionState::Enabled).await.unwrap();
        rig.gcp().revoke(resource, &email, role).await.unwrap();
    };
    for resource in [rig.key.as_str(), rig.ring.as_str(), "projects/p1"] {
        check(resource, USE_KEY, [200, 200, 403, 403]).await;
        check(resource, "roles/cloudkms.cryptoKeyEncrypter", [200, 403, 403, 403]).await;
        check(resource, "roles/cloudkms.cryptoKeyDecrypter", [403, 200, 403, 403]).await;
        check(resource, VIEW_KEY, [403, 403, 200, 403]).await;
        check(resource, "roles/cloudkms.admin", [403, 403, 200, 200]).await;
        check(resource, "roles/owner", [200, 200, 200, 200]).await;
    }
    let elsewhere = rig.gcp().create_key_ring("p1", "us-east4", "r2").await.unwrap();
    check(&elsewhere, "roles/owner", [403, 403, 403, 403]).await;
}

#[tokio::test]
async fn tells_nobody_what_exists_who_may_not_see_it() {
    let rig = GcpRig::start().await;
    let token = rig.user_token().await;
    let read = async |token: &str, name: &str| rig.call("GET", name).token(token).send().await;
    let missing = format!("{}/cryptoKeyVersions/9", rig.key);
    assert_eq!(read(&token, &missing).await.code(), (404, "NOT_FOUND"));
    let unknown = format!("{}/cryptoKeys/unknown", rig.ring);
    let hidden = [unknown.clone(), rig.ring.clone(), "projects/other/locations/global/keyRings/r".to_owned()];
    for name in &hidden {
        let got = read(&token, name).await;
        assert_eq!(got.code(), (403, "PERMISSION_DENIED"), "{name}");
        assert!(got.message().ends_with("(or it may not exist)."), "{}", got.message());
    }
    assert_eq!(read(&rig.owner, &unknown).await.code(), (404, "NOT_FOUND"));
    assert_eq!(read(&rig.owner, &hidden[2]).await.code(), (403, "PERMISSION_DENIED"), "a project of nobody's");
    assert_eq!(encrypt(&rig, &rig.owner, &unknown).await.code(), (404, "NOT_FOUND"));
}

#[tokio::test]
async fn tells_a_caller_what_it_may() {
    let rig = GcpRig::start().await;
    let token = rig.user_token().await;
    let ask = async |name: &str, permissions: Value| {
        let body = json!({ "permissions": permissions });
        rig.call("POST", &format!("{name}:testIamPermissions")).token(&token).json(body).send().await
    };
    let both = json!(["cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeys.setIamPolicy"]);
    let got = ask(&rig.key, both.clone()).await;
    assert_eq!(got.body, json!({ "permissions": ["cloudkms.cryptoKeyVersions.useToEncrypt"] }));
    assert_eq!(ask(&rig.ring, both.clone()).await.body, json!({}));
    assert_eq!(ask(&format!("{}/cryptoKeys/unknown", rig.ring), both).await.body, json!({}));
    let got = ask(&rig.key, json!(["iam.serviceAccounts.get"])).await;
    assert_eq!(got.code(), (400, "INVALID_ARGUMENT"));
}

#[tokio::test]
async fn refuses_policies_it_does_not_model() {
    let rig = GcpRig::start().await;
    let member = format!("serviceAccount:{}", rig.user.email);
    let bind = |role: &str, member: &str| json!({ "bindings": [{ "role": role, "members": [member] }] });
    let check = async |policy: Value, words: &str| {
        let got = set(&rig, &rig.key, policy.clone()).await;
        assert_eq!(got.code(), (400, "INVALID_ARGUMENT"), "{policy}: {}", got.body);
        assert!(got.message().contains(words), "{words}: {}", got.message());
    };
    check(bind("roles/editor", &member), "Role roles/editor is not supported").await;
    check(bind(IMPERSONATE, &member), "is not supported for this resource").await;
    check(bind("", &member), "is not supported").await;
    check(bind(USE_KEY, "serviceAccount:nobody@p1.iam.gserviceaccount.com"), "does not exist").await;
    check(bind(USE_KEY, "user:a@example.com"), "not modelled").await;
    check(bind(USE_KEY, "allUsers"), "not modelled").await;
    let condition = json!({ "expression": "true" });
    check(
        json!({ "bindings": [{ "role": USE_KEY, "members": [member], "condition": condition }] }),
        "Conditional role bindings are not modelled",
    )
    .await;
    check(json!({ "bindings": [], "auditConfigs": [] }), "auditConfigs").await;
    check(json!({ "bindings": [{ "role": USE_KEY, "members": [member], "colour": 1 }] }), "colour").await;
    check(json!({ "bindings": {} }), "list").await;
    check(json!({ "version": 2 }), "version").await;
    assert_eq!(policy(&rig, &rig.key).await["bindings"].as_array().unwrap().len(), 2, "nothing changed");

    let none = rig.call("POST", &format!("{}:setIamPolicy", rig.key)).json(json!({})).send().await;
    assert_eq!(none.code(), (400, "INVALID_ARGUMENT"));
    let token = rig.user_token().await;
    let body = json!({ "policy": {} });
    let denied = rig.call("POST", &format!("{}:setIamPolicy", rig.key)).token(&token).json(body).send().await;
    assert_eq!(denied.code(), (403, "PERMISSION_DENIED"));
}

#[tokio::test]
async fn keeps_policies_of_projects_rings_and_accounts() {
    let rig = GcpRig::start().await;
    let member = format!("serviceAccount:{}", rig.user.email);
    let account = format!("projects/p1/serviceAccounts/{}", rig.user.email);
    for (name, method, role) in
        [(account.as_str(), "POST", IMPERSONATE), (&rig.ring, "GET", VIEW_KEY), ("projects/p1", "POST", VIEW_KEY)]
    {
        let read = async || rig.call(method, &format!("{name}:getIamPolicy")).send().await.body;
        let mut bindings = read().await["bindings"].as_array().cloned().unwrap_or_default();
        bindings.push(json!({ "role": role, "members": [member] }));
        let got = set(&rig, name, json!({ "bindings": bindings })).await;
        assert_eq!(got.status, 200, "{name}: {}", got.body);
        assert_eq!(read().await, got.body);
        assert!(got.body.to_string().contains(role));
    }
    // A deleted account leaves its name behind, and one made anew gets nothing by it.
    rig.gcp().delete_service_account(&rig.user.email).await.unwrap();
    let left = policy(&rig, &rig.key).await;
    let gone = left["bindings"][0]["members"][0].as_str().unwrap().to_owned();
    assert!(gone.starts_with(&format!("deleted:{member}?uid=")), "{gone}");
    assert_eq!(set(&rig, &rig.key, left).await.status, 200, "it may stay where it is");
}

#[tokio::test]
async fn plays_the_customer_at_the_console() {
    let rig = GcpRig::start().await;
    let token = rig.user_token().await;
    let gcp = rig.gcp();
    let grant = || Grant { resource: rig.key.clone(), role: USE_KEY.to_owned(), member: rig.user.email.clone() };
    let usable = async || encrypt(&rig, &token, &rig.version(1)).await.code().1.to_owned();

    gcp.apply(Change::RemoveGrant(grant())).await.unwrap();
    assert_eq!(usable().await, "PERMISSION_DENIED");
    assert!(matches!(gcp.apply(Change::RemoveGrant(grant())).await, Err(Refused::NotFound(_))));
    gcp.apply(Change::RestoreGrant(grant())).await.unwrap();
    assert_eq!(usable().await, "OK");
    gcp.apply(Change::DisableVersion(rig.version(1))).await.unwrap();
    assert_eq!(usable().await, "FAILED_PRECONDITION");
    gcp.apply(Change::EnableVersion(rig.version(1))).await.unwrap();
    gcp.apply(Change::DestroyVersion(rig.version(1))).await.unwrap();
    assert!(matches!(gcp.apply(Change::EnableVersion(rig.version(1))).await, Err(Refused::State(_))));
    gcp.apply(Change::RestoreVersion(rig.version(1))).await.unwrap();
    gcp.apply(Change::EnableVersion(rig.version(1))).await.unwrap();
    gcp.apply(Change::RotateKey(rig.key.clone())).await.unwrap();
    assert_eq!(rig.read(&rig.key).await["primary"]["name"], rig.version(2));
    gcp.apply(Change::DisableServiceAccount(rig.user.email.clone())).await.unwrap();
    assert_eq!(usable().await, "UNAUTHENTICATED");
    gcp.apply(Change::EnableServiceAccount(rig.user.email.clone())).await.unwrap();
    assert_eq!(usable().await, "OK");
    gcp.apply(Change::DeleteServiceAccountKey(rig.user.id.clone())).await.unwrap();
    assert!(matches!(gcp.apply(Change::DeleteServiceAccountKey(rig.user.id.clone())).await, Err(Refused::State(_))));
    gcp.apply(Change::RestoreServiceAccountKey(rig.user.id.clone())).await.unwrap();
    rig.user_token().await;
    let missing = Change::DisableVersion(rig.version(9));
    assert!(matches!(gcp.apply(missing).await, Err(Refused::NotFound(_))));
}
