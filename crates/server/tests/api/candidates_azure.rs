//! Candidates that Azure refuses: each by its published code, in Azure's words, and the setting stays to the byte.

use std::time::Duration;

use serde_json::{Value, json};
use simulators::azure::{Change, Curve, KeyKind, KeyOp, NewKey};
use simulators::{FaultKind, FaultRule};

use crate::candidates::refuse;
use crate::cloud::azure::{RESOURCES, USE_KEY, VAULT, WRONG_SECRET, guid, version};
use crate::database::Database;
use crate::house::{House, Plan, path_of, until};
use crate::on_both_engines;

const FAILED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_VALIDATION_FAILED";
const DAY: i64 = 24 * 60 * 60;

fn key(id: &str) -> Value {
    json!({"azureKeyVault": {"keyIdentifier": id}})
}

async fn open(database: Database) -> House {
    let house = House::open_everywhere(database).await;
    house.patch(&house.cloud().azure().payload()).await.ok();
    house
}

async fn keys_that_cannot_be_used(database: Database) {
    let house = open(database).await;
    let azure = house.cloud().azure();
    let now = house.control.now().as_secs();
    let second = azure.new_key("second").await;
    let at = || version(&second);
    let not_found = "AZURE_KEY_VAULT_KEY_NOT_FOUND";
    let blind = azure.new_app("blind", &["encrypt", "decrypt"]).await;
    for (change, undo, code) in [
        (Change::DisableKey(at()), Change::EnableKey(at()), "AZURE_KEY_VAULT_KEY_NOT_ENABLED"),
        (Change::ExpireKey(at()), Change::SetKeyExpiry(at(), None), "AZURE_KEY_VAULT_KEY_EXPIRED"),
        (
            Change::SetKeyExpiry(at(), Some(now + 2 * DAY - 60)),
            Change::SetKeyExpiry(at(), None),
            "AZURE_KEY_VAULT_KEY_EXPIRING",
        ),
        (Change::SetKeyStart(at(), Some(now + DAY)), Change::SetKeyStart(at(), None), "AZURE_KEY_VAULT_KEY_NOT_ACTIVE"),
        (Change::DeleteKey(at()), Change::RecoverKey(at()), not_found),
    ] {
        azure.apply(change.clone()).await;
        let got = refuse(&house, &key(&second.id), 400, code).await;
        assert!(got.detail().contains("The provider said: "), "{}", got.detail());
        if code != "AZURE_KEY_VAULT_KEY_EXPIRING" {
            // The same without the permission to look at the key: encrypting and decrypting finds out.
            let body = azure.payload_with(&second, &blind);
            let got = refuse(&house, &body, 400, code).await;
            assert!(got.detail().contains("The provider said: "), "{}", got.detail());
        }
        azure.apply(undo).await;
    }
    // The same as a first enabling, in a project that has nothing yet.
    azure.apply(Change::DisableKey(at())).await;
    let fresh = house.new_project("fresh").await;
    let before = house.get(&path_of(fresh)).await.body;
    let got = house.patch_in(fresh, &azure.payload_with(&second, &azure.user)).await;
    got.is(400, "AZURE_KEY_VAULT_KEY_NOT_ENABLED");
    assert_eq!(house.get(&path_of(fresh)).await.body, before);
    assert_eq!(house.events_in(fresh).await, [FAILED]);
    azure.apply(Change::EnableKey(at())).await;
    // Just long enough is long enough, and what was refused works once its fault is mended.
    azure.apply(Change::SetKeyExpiry(at(), Some(now + 2 * DAY + 600))).await;
    house.patch(&key(&second.id)).await.ok();
    house.end().await;
}

async fn keys_that_are_not_there_or_of_another_kind(database: Database) {
    let house = open(database).await;
    let azure = house.cloud().azure();
    let not_found = "AZURE_KEY_VAULT_KEY_NOT_FOUND";
    let good = &azure.key;
    for id in
        [good.id.replace("/first/", "/nowhere/"), good.id.replace(&good.version, "00000000000000000000000000000000")]
    {
        let got = refuse(&house, &key(&id), 400, not_found).await;
        assert!(got.detail().contains(&format!("vault {VAULT}")), "{}", got.detail());
    }
    let curve = KeyKind::Ec { curve: Curve::P256, hsm: false };
    let elliptic = azure.strange_key(NewKey { name: "ec".to_owned(), kind: curve, ..NewKey::default() }).await;
    let wrong = "INVALID_AZURE_API_REQUEST";
    let got = refuse(&house, &key(&elliptic.id), 400, wrong).await;
    assert!(got.detail().contains("RSA key"), "{}", got.detail());
    let only = Some(vec![KeyOp::Encrypt, KeyOp::WrapKey, KeyOp::UnwrapKey]);
    let wrapping = azure.strange_key(NewKey { name: "wrap".to_owned(), key_ops: only, ..NewKey::default() }).await;
    refuse(&house, &key(&wrapping.id), 400, wrong).await;
    house.end().await;
}

async fn permissions_that_are_missing(database: Database) {
    let house = open(database).await;
    let azure = house.cloud().azure();
    for (name, permissions) in [
        ("no-encrypt", &["get", "decrypt"][..]),
        ("no-decrypt", &["get", "encrypt"]),
        ("only-get", &["get"]),
        ("nothing", &[]),
    ] {
        let app = azure.new_app(name, permissions).await;
        let got = refuse(&house, &azure.payload_with(&azure.key, &app), 400, "NO_PERMISSION_TO_ENCRYPT_DECRYPT").await;
        assert!(got.detail().contains("The provider said: "), "{}", got.detail());
        assert!(got.detail().contains("request id"), "{}", got.detail());
        assert!(!got.text().contains(app.secret.expose_secret()));
    }
    // Looking is not needed.
    let modest = azure.new_app("modest", &["encrypt", "decrypt"]).await;
    house.patch(&azure.payload_with(&azure.key, &modest)).await.ok();
    house.end().await;
}

async fn credentials_that_are_wrong(database: Database) {
    let house = open(database).await;
    let azure = house.cloud().azure();
    let other = azure.new_app("other", USE_KEY).await;
    let foreign = azure.azure.create_tenant("foreign").await.unwrap();
    let good = azure.payload_with(&azure.key, &other);
    let with = |field: &str, value: &str| {
        let mut body = good.clone();
        body["azureKeyVault"][field] = json!(value);
        body
    };
    let nobody = "0c1e57a0-0000-4000-8000-00000000000c";
    for body in [
        with("secret", WRONG_SECRET),
        with("secret", azure.user.secret.expose_secret()),
        with("clientID", nobody),
        with("tenantID", nobody),
        with("tenantID", &foreign),
    ] {
        let got = refuse(&house, &body, 400, "INVALID_AZURE_CREDENTIALS").await;
        assert!(got.detail().contains("The provider said: AADSTS"), "{}", got.detail());
        for secret in [WRONG_SECRET, other.secret.expose_secret(), azure.user.secret.expose_secret()] {
            assert!(!got.text().contains(secret), "{}", got.text());
        }
    }
    let id = || other.secret.id.clone();
    for (change, undo) in [
        (Change::ExpireSecret(id()), Change::RenewSecret(id())),
        (Change::RemoveSecret(id()), Change::RestoreSecret(id())),
        (
            Change::RemoveServicePrincipal(other.object_id.clone()),
            Change::RestoreServicePrincipal(other.object_id.clone()),
        ),
    ] {
        azure.apply(change).await;
        refuse(&house, &good, 400, "INVALID_AZURE_CREDENTIALS").await;
        azure.apply(undo).await;
    }
    house.patch(&good).await.ok();
    house.end().await;
}

async fn a_vault_that_lets_nobody_in(database: Database) {
    let house = open(database).await;
    let azure = house.cloud().azure();
    let other = azure.new_app("other", USE_KEY).await;
    let body = azure.payload_with(&azure.key, &other);
    for (change, undo, words) in [
        (
            Change::SetPublicAccess(VAULT.to_owned(), false),
            Change::SetPublicAccess(VAULT.to_owned(), true),
            "Public network access is disabled",
        ),
        (
            Change::SetFirewall(VAULT.to_owned(), true),
            Change::SetFirewall(VAULT.to_owned(), false),
            "Client address is not authorized",
        ),
    ] {
        azure.apply(change).await;
        let got = refuse(&house, &body, 400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED").await;
        assert!(got.detail().contains("(NETWORK_ACCESS_DENIED)"), "{}", got.detail());
        assert!(got.detail().contains(words), "{}", got.detail());
        azure.apply(undo).await;
    }
    house.patch(&body).await.ok();
    house.end().await;
}

async fn a_vault_that_is_elsewhere(database: Database) {
    let house = open(database).await;
    let azure = house.cloud().azure();
    let other = azure.azure.create_subscription(&azure.tenant, "other").await.unwrap();
    azure.azure.create_resource_group(&azure.subscription, "Others").await.unwrap();
    // Who may read no more than the vault hears that he may not, wherever he looks in vain.
    for subscription in [&azure.subscription, &other] {
        let scope = format!("/subscriptions/{subscription}");
        azure.azure.assign_role(&scope, &azure.user.object_id, simulators::azure::Role::Reader).await.unwrap();
    }
    let change = |field: &str, value: &str| json!({"azureKeyVault": {field: value}});
    for body in [
        change("subscriptionID", &other),
        change("subscriptionID", "5ab50000-0000-4000-8000-000000000001"),
        change("resourceGroupName", "Others"),
        change("resourceGroupName", "nowhere"),
    ] {
        let asked = azure.azure.requests("GetVault");
        let got = refuse(&house, &body, 400, "INVALID_AZURE_API_REQUEST").await;
        assert!(got.detail().contains("subscriptionID and resourceGroupName"), "{}", got.detail());
        assert!(azure.azure.requests("GetVault") > asked);
    }
    // Azure does not mind the case.
    house.patch(&change("resourceGroupName", &RESOURCES.to_ascii_lowercase())).await.ok();
    // Who may not read the vault as a resource is believed.
    let blind = azure.new_app("blind", USE_KEY).await;
    house.patch(&azure.payload_with(&azure.key, &blind)).await.ok();
    house.patch(&change("resourceGroupName", "nowhere")).await.ok();
    house.end().await;
}

async fn roles_that_do_not_let_us_in(database: Database) {
    let house = open(database).await;
    let azure = house.cloud().azure();
    let (before, events) = (house.read().await.body, house.events().await);

    // Nobody is asked about a role that is not ours to use; all of these look the same.
    let other = house.new_project("other").await;
    let foreign = house.new_azure_role(other).await.id.to_string();
    let (tenant, principal) = (guid(&azure.tenant), guid(&azure.operator.object_id));
    let unproved = house.control.create_azure_role(house.project, tenant, principal).await.unwrap().id.to_string();
    let nobodys = "0123456789abcdef01234567".to_owned();
    let connections = house.cloud().connections();
    let mut answers = Vec::new();
    for role in [foreign, unproved, nobodys] {
        let got = house.patch(&azure.role_payload(&role)).await;
        got.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED");
        answers.push(got.text().replace(&role, "ROLE"));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(house.cloud().connections(), connections);
    assert_eq!((house.read().await.body, house.events().await), (before, events));

    // The key still says that it is the other project's.
    let id = house.new_azure_role(house.project).await.id.to_string();
    let by_role = azure.role_payload(&id);
    azure.tag(&azure.key, other).await;
    let got = refuse(&house, &by_role, 400, "CLOUD_PROVIDER_ACCESS_KEY_NOT_TAGGED").await;
    assert_eq!(got.json()["parameters"], json!([house.project.to_string()]));
    assert!(got.detail().contains(&format!("atrest-project={}", house.project)), "{}", got.detail());
    assert!(!got.text().contains(&other.to_string()), "whose it is instead is nobody's business: {}", got.text());
    azure.azure.set_key_tags(VAULT, &azure.key.name, std::collections::BTreeMap::new()).await.unwrap();
    refuse(&house, &by_role, 400, "CLOUD_PROVIDER_ACCESS_KEY_NOT_TAGGED").await;
    azure.tag(&azure.key, house.project).await;

    // Another tenant than the role's; a role of another cloud.
    let cannot = "CANNOT_AUTHENTICATE_SERVICE_PRINCIPAL";
    let mut elsewhere = by_role.clone();
    elsewhere["azureKeyVault"]["tenantID"] = json!(azure.operator_tenant);
    refuse(&house, &elsewhere, 400, cannot).await;
    let googles = house.new_google_role(house.project).await.id.to_string();
    refuse(&house, &azure.role_payload(&googles), 400, cannot).await;

    // Where we have no identity of our own, nobody is asked.
    let mut china = by_role.clone();
    china["azureKeyVault"]["azureEnvironment"] = json!("AZURE_CHINA");
    let connections = house.cloud().connections();
    let got = house.patch(&china).await;
    got.is(400, "AZURE_KEY_VAULT_ENVIRONMENT_NOT_SUPPORTED");
    assert_eq!(got.json()["parameters"], json!(["AZURE_CHINA"]));
    assert_eq!(house.cloud().connections(), connections);

    let guest = || azure.operator.object_id.clone();
    azure.apply(Change::RemoveServicePrincipal(guest())).await;
    let got = refuse(&house, &by_role, 400, cannot).await;
    assert_eq!(got.json()["parameters"], json!([id]));
    azure.apply(Change::RestoreServicePrincipal(guest())).await;
    azure.apply(Change::RemoveAccessPolicy(VAULT.to_owned(), guest())).await;
    refuse(&house, &by_role, 400, "NO_PERMISSION_TO_ENCRYPT_DECRYPT").await;
    azure.apply(Change::RestoreAccessPolicy(VAULT.to_owned(), guest())).await;
    let got = house.patch(&by_role).await.ok();
    assert_eq!(
        (&got["azureKeyVault"]["roleId"], &got["azureKeyVault"]["clientID"], &got["azureKeyVault"]["valid"]),
        (&id.into(), &Value::Null, &true.into())
    );
    house.end().await;
}

async fn a_role_that_is_not_safe_is_never_authorized(database: Database) {
    let house = House::open_everywhere(database).await;
    let azure = house.cloud().azure();
    let (home, tenant) = (guid(&azure.operator_tenant), guid(&azure.tenant));
    let user = guid(&azure.user.object_id);
    for (tenant, principal, reason) in
        [(home, guid(&azure.operator.object_id), "ROLE_NOT_SAFE"), (tenant, user, "ROLE_NOT_ASSUMABLE")]
    {
        let role = house.control.create_azure_role(house.project, tenant, principal).await.unwrap();
        let id = role.id.to_string();
        let refused = house.control.authorize_role(role).await.unwrap_err();
        let control::Error::CandidateRefused(refused) = refused else { panic!("{refused:?}") };
        assert_eq!(refused.failure.reason.code(), reason);
        let got = house.patch(&azure.role_payload(&id)).await;
        got.is(400, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED");
    }
    house.end().await;
}

async fn a_network_that_is_down(database: Database) {
    let mut plan = Plan::default();
    plan.timings.update_deadline = Duration::from_secs(2);
    let house = House::open_everywhere_as(database, plan).await;
    let (cloud, azure) = (house.cloud(), house.cloud().azure());
    house.patch(&azure.payload()).await.ok();
    let other = azure.new_app("other", USE_KEY).await;
    let body = azure.payload_with(&azure.key, &other);
    for operation in ["GetToken", "Encrypt"] {
        for (kind, reason) in [
            (FaultKind::Reset, "CONNECTION_FAILED"),
            (FaultKind::Html, "UNEXPECTED_ANSWER"),
            (FaultKind::Throttle, "THROTTLED"),
            (FaultKind::Http500, "PROVIDER_FAULT"),
            (FaultKind::Timeout, "TIMED_OUT"),
        ] {
            // One wait for the deadline is enough.
            if operation == "GetToken" && kind == FaultKind::Timeout {
                continue;
            }
            cloud.clouds.faults().push(FaultRule::azure(operation, kind)).unwrap();
            let got = refuse(&house, &body, 400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED").await;
            assert!(got.detail().contains(&format!("({reason})")), "{operation} {kind:?}: {}", got.detail());
            assert!(!got.detail().contains('<'), "no page of a proxy: {}", got.detail());
            cloud.mend();
        }
    }
    // Where the vault stands need not be found out.
    cloud.clouds.faults().push(FaultRule::azure("GetVault", FaultKind::Reset)).unwrap();
    house.patch(&body).await.ok();
    house.end().await;
}

async fn faults_of_ours_are_told_as_ours(database: Database) {
    let house = House::open_everywhere(database).await;
    let azure = house.cloud().azure();
    let role = house.new_azure_role(house.project).await.id.to_string();
    let secret = || azure.operator.secret.id.clone();
    azure.apply(Change::RemoveSecret(secret())).await;
    let got = refuse(&house, &azure.role_payload(&role), 503, "OPERATOR_IDENTITY_UNAVAILABLE").await;
    assert!(!got.text().contains(&azure.operator.client_id), "{}", got.text());
    assert!(house.metrics().await.contains("atrest_operator_identity_broken 1"));
    azure.apply(Change::RestoreSecret(secret())).await;
    house.patch(&azure.role_payload(&role)).await.ok();
    house.end().await;
}

async fn a_permission_granted_a_moment_later_is_waited_for(database: Database) {
    let mut plan = Plan::default();
    plan.timings.grant_patience = Duration::from_secs(10);
    let house = House::open_everywhere_as(database, plan).await;
    let azure = house.cloud().azure();
    let late = azure.new_app("late", &["get"]).await;
    let grant = async {
        until("the first proof is refused", || async { azure.azure.requests("Encrypt") > 0 }).await;
        azure.azure.set_access_policy(VAULT, &late.object_id, USE_KEY).await.unwrap();
    };
    let payload = azure.payload_with(&azure.key, &late);
    let (got, ()) = tokio::join!(house.patch(&payload), grant);
    assert_eq!(got.ok()["azureKeyVault"]["valid"], true);
    assert_eq!(
        house.events().await,
        ["ENCRYPTION_AT_REST_CONFIGURATION_UPDATED"],
        "the refusals meanwhile are no news"
    );
    house.end().await;
}

on_both_engines! {
    keys_that_cannot_be_used
    keys_that_are_not_there_or_of_another_kind
    permissions_that_are_missing
    credentials_that_are_wrong
    a_vault_that_lets_nobody_in
    a_vault_that_is_elsewhere
    roles_that_do_not_let_us_in
    a_role_that_is_not_safe_is_never_authorized
    a_network_that_is_down
    faults_of_ours_are_told_as_ours
    a_permission_granted_a_moment_later_is_waited_for
}
