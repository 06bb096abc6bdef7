//! The dry run: a change is tried and told item by item, and nothing is saved.

use std::collections::BTreeMap;

use domain::id::ProjectId;
use serde_json::{Value, json};
use simulators::FaultKind;
use simulators::azure::{Change as AzureChange, NewKey as NewAzureKey};
use simulators::gcp::VersionState;

use crate::client::Got;
use crate::cloud::azure::{USE_KEY as USE_VAULT, VAULT, WRONG_SECRET, version};
use crate::cloud::google;
use crate::database::Database;
use crate::house::{House, Plan};
use crate::on_both_engines;

pub(crate) fn check_of(project: ProjectId) -> String {
    format!("/api/atrest/v1/groups/{project}/encryptionAtRest:check")
}

async fn try_it(house: &House, body: &Value) -> Got {
    house.ask("POST", &check_of(house.project)).json(body).send().await
}

/// Tries a change of one provider, and gives what came of each item: its status, and its code or words.
async fn items(house: &House, body: &Value) -> BTreeMap<String, (String, String)> {
    let before = (house.read().await.body, house.events().await);
    let report = try_it(house, body).await.ok();
    assert_eq!((house.read().await.body, house.events().await), before, "nothing is saved, and nothing is told");
    let [provider] = report["providers"].as_array().unwrap().as_slice() else { panic!("{report}") };
    let all = provider["items"].as_array().unwrap();
    let failed = all.iter().any(|item| item["status"] == "FAILED");
    assert_eq!((&report["passed"], &provider["passed"]), (&json!(!failed), &json!(!failed)), "{report}");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    all.iter()
        .map(|item| {
            assert_eq!(item["code"].is_string(), item["status"] == "FAILED", "{item}");
            let said = if item["code"].is_string() { text(&item["code"]) } else { text(&item["detail"]) };
            (text(&item["check"]), (text(&item["status"]), said))
        })
        .collect()
}

/// Sees that one item failed so, and that a PATCH of the same body is refused with the same code.
async fn fails(house: &House, body: &Value, check: &str, code: &str) -> BTreeMap<String, (String, String)> {
    let found = items(house, body).await;
    assert_eq!(found[check], ("FAILED".to_owned(), code.to_owned()), "{found:?}");
    let got = house.patch(body).await;
    assert_eq!(got.code(), code, "{}", got.text());
    found
}

#[track_caller]
fn all_are(found: &BTreeMap<String, (String, String)>, status: &str, checks: &[&str]) {
    for check in checks {
        assert_eq!(found[*check].0, status, "{check}: {found:?}");
    }
}

async fn a_good_key_passes_and_nothing_is_saved(database: Database) {
    let house = House::open_everywhere(database).await;
    let cloud = house.cloud();
    let report = try_it(&house, &cloud.whole_payload()).await.ok();
    assert_eq!(report["passed"], true, "{report}");
    let of = |at: usize| {
        let items = report["providers"][at]["items"].as_array().unwrap();
        let names: Vec<_> = items.iter().map(|item| item["check"].as_str().unwrap()).collect();
        (report["providers"][at]["provider"].as_str().unwrap(), names)
    };
    let aws = [
        "SETTINGS",
        "IDENTITY",
        "NETWORK_PATH",
        "KEY_STATE",
        "PERMISSION_READ_KEY",
        "PERMISSION_ENCRYPT",
        "PERMISSION_DECRYPT",
        "ROUND_TRIP",
        "KEY_EXPIRY",
    ];
    assert_eq!(of(0), ("AWS", aws.to_vec()));
    let azure = [&aws[..3], &["RESOURCE_GROUP"], &aws[3..], &["SECRET_EXPIRY"]].concat();
    assert_eq!(of(1), ("AZURE", azure));
    assert_eq!(of(2), ("GCP", aws[..8].to_vec()));
    assert_eq!(house.read().await.ok()["awsKms"]["enabled"], false);
    assert!(house.events().await.is_empty());
    let found = items(&house, &cloud.payload()).await;
    assert!(found["IDENTITY"].1.contains("user/atrest"), "{found:?}");
    assert_eq!(found["KEY_STATE"].1, cloud.key.arn);
    // A key in use can be tried again, by itself and with what changes.
    house.patch(&cloud.payload()).await.ok();
    all_are(&items(&house, &cloud.payload()).await, "PASSED", &aws);
    all_are(&items(&house, &json!({"awsKms": {"enabled": false}})).await, "PASSED", &["SETTINGS"]);
    house.end().await;
}

async fn what_aws_refuses(database: Database) {
    let house = House::open(database).await;
    let cloud = house.cloud();
    let off = cloud.new_key("off").await;
    cloud.disable_key(&off).await;
    let not_enabled = "AWS_KMS_CUSTOMER_MASTER_KEY_NOT_ENABLED";
    let found = fails(&house, &cloud.payload_with(&off.arn, &cloud.user), "KEY_STATE", not_enabled).await;
    all_are(&found, "PASSED", &["SETTINGS", "IDENTITY", "NETWORK_PATH"]);
    let absent = cloud.key.arn.replace(&cloud.key.id, "00000000-1111-2222-3333-444444444444");
    fails(&house, &cloud.payload_with(&absent, &cloud.user), "KEY_STATE", "AWS_CUSTOMER_MASTER_KEY_NOT_FOUND").await;
    let no = "NO_PERMISSION_TO_ENCRYPT_DECRYPT";
    let reader = cloud.new_user("reader", &["kms:DescribeKey"]).await;
    let found = fails(&house, &cloud.payload_with(&cloud.key.arn, &reader), "PERMISSION_ENCRYPT", no).await;
    all_are(&found, "SKIPPED", &["ROUND_TRIP", "PERMISSION_DECRYPT"]);
    let writer = cloud.new_user("writer", &["kms:DescribeKey", "kms:Encrypt"]).await;
    let found = fails(&house, &cloud.payload_with(&cloud.key.arn, &writer), "PERMISSION_DECRYPT", no).await;
    all_are(&found, "PASSED", &["PERMISSION_ENCRYPT", "KEY_STATE"]);
    let blind = cloud.new_user("blind", &["kms:Encrypt", "kms:Decrypt"]).await;
    let found = items(&house, &cloud.payload_with(&cloud.key.arn, &blind)).await;
    all_are(&found, "WARNING", &["PERMISSION_READ_KEY"]);
    assert!(found["PERMISSION_READ_KEY"].1.contains("kms:DescribeKey"), "{found:?}");
    let mut wrong = cloud.payload();
    wrong["awsKms"]["secretAccessKey"] = json!("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let found = fails(&house, &wrong, "IDENTITY", "INVALID_AWS_CREDENTIALS").await;
    all_are(&found, "SKIPPED", &["NETWORK_PATH", "KEY_STATE", "ROUND_TRIP"]);
    let got = try_it(&house, &wrong).await;
    assert!(!got.text().contains("wJalrXUt"), "{}", got.text());
    let role = house.control.create_aws_role(house.project).await.unwrap().id.to_string();
    let unauthorized = "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED";
    fails(&house, &cloud.role_payload(&role), "IDENTITY", unauthorized).await;
    let arn = cloud.new_role("nobodys", "x").await;
    fails(&house, &cloud.role_payload(&arn), "SETTINGS", unauthorized).await;
    house.end().await;
}

async fn a_network_that_is_down(database: Database) {
    let mut plan = Plan::default();
    plan.timings.update_deadline = std::time::Duration::from_secs(3);
    plan.timings.check_deadline = std::time::Duration::from_secs(1);
    let house = House::open_as(database, plan).await;
    let cloud = house.cloud();
    let denied = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED";
    for (kind, check) in [
        (FaultKind::Reset, "NETWORK_PATH"),
        (FaultKind::Timeout, "NETWORK_PATH"),
        (FaultKind::Html, "ROUND_TRIP"),
        (FaultKind::Throttle, "ROUND_TRIP"),
        (FaultKind::Http500, "ROUND_TRIP"),
    ] {
        cloud.fail("*", kind);
        fails(&house, &cloud.payload(), check, denied).await;
        cloud.mend();
    }
    all_are(&items(&house, &cloud.payload()).await, "PASSED", &["NETWORK_PATH", "ROUND_TRIP"]);
    house.end().await;
}

async fn what_azure_refuses(database: Database) {
    let house = House::open_everywhere(database).await;
    let azure = house.cloud().azure();
    let off = azure.new_key("off").await;
    azure.apply(AzureChange::DisableKey(version(&off))).await;
    fails(&house, &azure.payload_with(&off, &azure.user), "KEY_STATE", "AZURE_KEY_VAULT_KEY_NOT_ENABLED").await;
    // Who may read no more than the vault hears that he may not, wherever he looks in vain.
    let scope = format!("/subscriptions/{}", azure.subscription);
    azure.azure.assign_role(&scope, &azure.user.object_id, simulators::azure::Role::Reader).await.unwrap();
    let mut elsewhere = azure.payload();
    elsewhere["azureKeyVault"]["resourceGroupName"] = json!("Elsewhere");
    fails(&house, &elsewhere, "RESOURCE_GROUP", "INVALID_AZURE_API_REQUEST").await;
    let blind = azure.new_app("blind", USE_VAULT).await;
    let found = items(&house, &azure.payload_with(&azure.key, &blind)).await;
    all_are(&found, "WARNING", &["RESOURCE_GROUP"]);
    all_are(&found, "SKIPPED", &["SECRET_EXPIRY"]);
    let mut wrong = azure.payload();
    wrong["azureKeyVault"]["secret"] = json!(WRONG_SECRET);
    fails(&house, &wrong, "IDENTITY", "INVALID_AZURE_CREDENTIALS").await;
    azure.set_public(false).await;
    let denied = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED";
    fails(&house, &azure.payload(), "NETWORK_PATH", denied).await;
    // The vault is closed and private networking required: a PATCH would be saved, and waits for the first endpoint.
    let mut private = azure.payload();
    private["azureKeyVault"]["requirePrivateNetworking"] = json!(true);
    let found = items(&house, &private).await;
    all_are(&found, "WARNING", &["NETWORK_PATH"]);
    azure.set_public(true).await;
    let role = house.new_azure_role(house.project).await.id.to_string();
    let tags = std::collections::BTreeMap::new();
    azure.azure.set_key_tags(VAULT, &azure.key.name, tags).await.unwrap();
    let untagged = "CLOUD_PROVIDER_ACCESS_KEY_NOT_TAGGED";
    let found = fails(&house, &azure.role_payload(&role), "KEY_TAG", untagged).await;
    assert!(!found.contains_key("SECRET_EXPIRY"), "a role has no secret: {found:?}");
    house.end().await;
}

async fn a_key_that_expires(database: Database) {
    let house = House::open_everywhere(database).await;
    let azure = house.cloud().azure();
    let now = house.control.now().as_secs();
    let mut number = 0;
    let mut key = async |days: i64| {
        number += 1;
        let expires = Some(now + days * 24 * 3600);
        azure.strange_key(NewAzureKey { name: format!("ends-{number}"), expires, ..NewAzureKey::default() }).await
    };
    let tomorrow = key(1).await;
    let expiring = "AZURE_KEY_VAULT_KEY_EXPIRING";
    let found = fails(&house, &azure.payload_with(&tomorrow, &azure.user), "KEY_EXPIRY", expiring).await;
    all_are(&found, "PASSED", &["ROUND_TRIP", "KEY_STATE"]);
    let soon = key(20).await;
    let found = items(&house, &azure.payload_with(&soon, &azure.user)).await;
    all_are(&found, "WARNING", &["KEY_EXPIRY"]);
    let late = key(90).await;
    all_are(&items(&house, &azure.payload_with(&late, &azure.user)).await, "PASSED", &["KEY_EXPIRY"]);
    house.end().await;
}

async fn what_google_refuses(database: Database) {
    let house = House::open_everywhere(database).await;
    let google = house.cloud().google();
    let no = "NO_PERMISSION_TO_ENCRYPT_DECRYPT";
    let encrypter = google.new_user("encrypter", &["roles/cloudkms.cryptoKeyEncrypter", google::VIEW_KEY]).await;
    let body = google.payload_with(&google.version(), &encrypter);
    let found = fails(&house, &body, "PERMISSION_DECRYPT", no).await;
    all_are(&found, "PASSED", &["PERMISSION_ENCRYPT"]);
    let blind = google.new_user("blind", &[google::USE_KEY]).await;
    let found = items(&house, &google.payload_with(&google.version(), &blind)).await;
    all_are(&found, "WARNING", &["PERMISSION_READ_KEY"]);
    let off = google.usable("off", simulators::gcp::NewKey::default()).await;
    google.gcp.set_version_state(&off, VersionState::Disabled).await.unwrap();
    let disabled = "GOOGLE_CLOUD_KMS_KEY_VERSION_DISABLED";
    fails(&house, &google.payload_with(&off, &google.user), "KEY_STATE", disabled).await;
    house.end().await;
}

async fn settings_that_make_no_sense(database: Database) {
    let house = House::open_everywhere(database).await;
    let connections = house.cloud().connections();
    let report = try_it(&house, &json!({"awsKms": {"enabled": true}, "googleCloudKms": {"enabled": true}})).await.ok();
    assert_eq!(report["passed"], false);
    let fields = |at: usize| -> Vec<String> {
        let items = report["providers"][at]["items"].as_array().unwrap();
        assert!(items.iter().all(|item| item["check"] == "SETTINGS" && item["status"] == "FAILED"), "{report}");
        items.iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(fields(0), ["MISSING_ATTRIBUTE", "MISSING_ATTRIBUTE", "MISSING_ONE_OF_ATTRIBUTES"]);
    assert_eq!(fields(1), ["MISSING_ATTRIBUTE", "MISSING_ONE_OF_ATTRIBUTES"]);
    try_it(&house, &json!({})).await.is(400, "MISSING_ENCRYPTION_AT_REST_PROVIDER");
    try_it(&house, &json!({"awsKms": {"rolId": 1}})).await.is(400, "INVALID_ATTRIBUTE");
    try_it(&house, &json!({"awsKms": {"region": "x"}})).await.is(400, "INVALID_ENUM_VALUE");
    assert_eq!(try_it(&house, &json!({"awsKms": {}})).await.ok(), json!({"passed": true, "providers": []}));
    assert_eq!(house.cloud().connections(), connections, "nobody was asked");
    // One provider's faults do not keep the others from being looked at.
    let mut half = house.cloud().payload();
    half["googleCloudKms"] = json!({"enabled": true});
    let report = try_it(&house, &half).await.ok();
    assert_eq!((&report["providers"][0]["passed"], &report["passed"]), (&json!(true), &json!(false)), "{report}");
    house.end().await;
}

async fn a_provider_in_use_is_not_disabled(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    crate::keys::new_encrypted_cluster(&house, "cluster0", "AWS").await;
    let found = items(&house, &json!({"awsKms": {"enabled": false}})).await;
    assert_eq!(found["SETTINGS"], ("FAILED".to_owned(), "CANNOT_DISABLE_ENCRYPTION_AT_REST".to_owned()));
    house.end().await;
}

async fn a_demand_of_the_project_is_looked_at_over_all_providers(database: Database) {
    let house = House::open_everywhere(database).await;
    let cloud = house.cloud();
    house.enable().await;
    house.patch(&cloud.google().payload()).await.ok();
    let policy = json!({
        "authorizedEmail": "owner@example.com", "authorizedUserFirstName": "Ada", "authorizedUserLastName": "Lovelace",
        "encryptionAtRestEnabled": true,
    });
    let path = format!("/api/atlas/v2/groups/{}/backupCompliancePolicy", house.project);
    house.ask("PUT", &path).json(&policy).send().await.ok();
    // Either can go while the other stays, and not both.
    let mut both = json!({"awsKms": {"enabled": false}, "googleCloudKms": {"enabled": false}});
    all_are(&items(&house, &json!({"awsKms": {"enabled": false}})).await, "PASSED", &["SETTINGS"]);
    all_are(&items(&house, &json!({"googleCloudKms": {"enabled": false}})).await, "PASSED", &["SETTINGS"]);
    let last = "CAN_NOT_DISABLE_ALL_ENCRYPTION_AT_REST_SETTINGS_WHILE_BACKUP_COMPLIANCE_POLICY_ENCRYPTION_ENABLED";
    let report = try_it(&house, &both).await.ok();
    assert_eq!(report["passed"], false, "{report}");
    for provider in report["providers"].as_array().unwrap() {
        assert_eq!((&provider["passed"], &provider["items"][0]["code"]), (&json!(false), &json!(last)), "{report}");
    }
    house.patch(&both).await.is(400, last);
    house.patch(&json!({"googleCloudKms": {"enabled": false}})).await.ok();
    fails(&house, &json!({"awsKms": {"enabled": false}}), "SETTINGS", last).await;
    // The last one can go when another comes with the same change.
    both["googleCloudKms"] = cloud.google().payload()["googleCloudKms"].clone();
    let report = try_it(&house, &both).await.ok();
    assert_eq!(report["passed"], true, "{report}");
    house.patch(&both).await.ok();
    house.end().await;
}

async fn the_operators_own_faults_are_told_as_that(database: Database) {
    let house = House::open(database).await;
    let cloud = house.cloud();
    let role = house.new_role(house.project, "atrest").await.id.to_string();
    let operator = cloud.operator.access_key_id.clone();
    let inactive = simulators::aws::KeyStatus::Inactive;
    cloud.apply(simulators::aws::Change::SetAccessKey(operator, inactive)).await;
    fails(&house, &cloud.role_payload(&role), "IDENTITY", "OPERATOR_IDENTITY_UNAVAILABLE").await;
    house.end().await;
}

async fn only_an_owner_tries_keys(database: Database) {
    let house = House::open(database).await;
    let reader = house.new_reader().await;
    let connections = house.cloud().connections();
    let call = house.nobody("POST", &check_of(house.project)).json(&house.cloud().payload());
    call.clone().by(&reader).send().await.is(403, "USER_UNAUTHORIZED");
    call.send().await.is(401, "UNEXPECTED_ERROR");
    assert_eq!(house.cloud().connections(), connections);
    house.end().await;
}

on_both_engines! {
    a_good_key_passes_and_nothing_is_saved
    what_aws_refuses
    a_network_that_is_down
    what_azure_refuses
    a_key_that_expires
    what_google_refuses
    settings_that_make_no_sense
    a_provider_in_use_is_not_disabled
    a_demand_of_the_project_is_looked_at_over_all_providers
    the_operators_own_faults_are_told_as_that
    only_an_owner_tries_keys
}
