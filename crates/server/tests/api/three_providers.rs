//! All three providers in one PATCH: the documents' example, all or nothing, and each for itself.

use domain::provider_role::ProviderRole;
use serde_json::{Value, json};
use simulators::{FaultKind, FaultRule};

use crate::cloud::azure::{RESOURCES, VAULT, WRONG_SECRET};
use crate::cloud::google::altered;
use crate::cloud::{WIRE_REGION, together};
use crate::database::Database;
use crate::house::{House, Plan, path_of};
use crate::on_both_engines;

const UPDATED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED";
const ROTATION_STARTED: &str = "ENCRYPTION_AT_REST_KEY_ROTATION_STARTED";
const FAILED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_VALIDATION_FAILED";

/// The documents' example of a request, with what is a placeholder there replaced.
fn example(house: &House, aws_role: &ProviderRole, google_role: &ProviderRole) -> Value {
    let (cloud, azure, google) = (house.cloud(), house.cloud().azure(), house.cloud().google());
    json!({
        "awsKms": {
            "accessKeyID": "019dd98d94b4bb778e7552e4",
            "customerMasterKeyID": cloud.key.arn,
            "enabled": true,
            "region": WIRE_REGION,
            "requirePrivateNetworking": true,
            "roleId": aws_role.id.to_string(),
            "secretAccessKey": "string",
        },
        "azureKeyVault": {
            "azureEnvironment": "AZURE",
            "clientID": azure.user.client_id,
            "enabled": true,
            "keyIdentifier": azure.key.id,
            "keyVaultName": VAULT,
            "requirePrivateNetworking": true,
            "resourceGroupName": RESOURCES,
            "secret": azure.user.secret.expose_secret(),
            "subscriptionID": azure.subscription,
            "tenantID": azure.tenant,
        },
        "enabledForSearchNodes": true,
        "googleCloudKms": {
            "enabled": true,
            "keyVersionResourceID": google.version(),
            "roleId": google_role.id.to_string(),
            "serviceAccountKey": "string",
        },
    })
}

async fn the_documents_example_enables_all_three_in_one_patch(database: Database) {
    let house = House::open_everywhere(database).await;
    let aws_role = house.new_role(house.project, "atrest").await;
    let google_role = house.new_google_role(house.project).await;
    let request = example(&house, &aws_role, &google_role);
    let got = house.patch(&request).await.ok();
    // The request's fields but for the secrets, `valid`, and of two ways into a cloud the one that counts.
    let mut expected = request.clone();
    for (provider, secret) in
        [("awsKms", "secretAccessKey"), ("azureKeyVault", "secret"), ("googleCloudKms", "serviceAccountKey")]
    {
        expected[provider].as_object_mut().unwrap().remove(secret);
        expected[provider]["valid"] = json!(true);
    }
    expected["awsKms"]["accessKeyID"] = Value::Null;
    expected["azureKeyVault"]["roleId"] = Value::Null;
    assert_eq!(got, expected);
    assert_eq!(house.read().await.ok(), expected, "GET answers as PATCH did");
    assert_eq!(house.events().await, [UPDATED], "one change, one event");
    let (cloud, azure, google) = (house.cloud(), house.cloud().azure(), house.cloud().google());
    let proofs = [cloud.requests("Encrypt"), azure.azure.requests("Encrypt"), google.gcp.requests("Encrypt")];
    assert_eq!(proofs, [1, 1, 1], "one real round trip with each");
    let standings = house.standings_in(house.project).await;
    let stands = standings.iter().map(|standing| (&standing["provider"], &standing["state"]));
    let valid = json!("VALID");
    let expected = [json!("AWS"), json!("AZURE"), json!("GCP")];
    assert!(stands.eq(expected.iter().map(|provider| (provider, &valid))), "{standings:?}");
    // What was answered can be sent back, and the example again: nothing changes.
    for body in [got.clone(), request] {
        assert_eq!(house.patch(&body).await.ok(), got);
    }
    assert_eq!(house.events().await, [UPDATED]);
    house.end().await;
}

/// A change of each provider that works, and then one fault in one of them.
fn faults(house: &House, good: &Value) -> Vec<(&'static str, Value, u16, &'static str)> {
    let google = house.cloud().google();
    let with = |provider: &str, field: &str, value: Value| {
        let mut body = good.clone();
        body[provider][field] = value;
        body
    };
    let nowhere = json!(google.version().replace("Versions/1", "Versions/7"));
    vec![
        // Of the values.
        ("a region", with("awsKms", "region", json!("GLOBAL")), 400, "AWS_KMS_REGION_NOT_SUPPORTED"),
        ("a key name", with("awsKms", "customerMasterKeyID", json!("a b")), 400, "INVALID_ATTRIBUTE"),
        ("a null", with("azureKeyVault", "tenantID", Value::Null), 400, "MISSING_ATTRIBUTE"),
        (
            "another host",
            with("azureKeyVault", "keyIdentifier", json!("https://evil.example/keys/a/1")),
            400,
            "AZURE_KEY_VAULT_KEY_IDENTIFIER_INVALID_FORMAT",
        ),
        ("a key file", with("googleCloudKms", "serviceAccountKey", json!("string")), 400, "INVALID_ATTRIBUTE"),
        ("a version", with("googleCloudKms", "keyVersionResourceID", json!("string")), 400, "INVALID_ATTRIBUTE"),
        (
            "a role that is nobody's",
            with("googleCloudKms", "roleId", json!("0123456789abcdef01234567")),
            400,
            "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED",
        ),
        // Of what the clouds say.
        (
            "a key that is not there",
            with("awsKms", "customerMasterKeyID", json!("alias/nowhere")),
            404,
            "AWS_CUSTOMER_MASTER_KEY_NOT_FOUND",
        ),
        ("a wrong secret", with("azureKeyVault", "secret", json!(WRONG_SECRET)), 400, "INVALID_AZURE_CREDENTIALS"),
        (
            "a version that is not there",
            with("googleCloudKms", "keyVersionResourceID", nowhere),
            400,
            "GOOGLE_CLOUD_KMS_KEY_VERSION_NOT_FOUND",
        ),
    ]
}

async fn a_fault_in_one_leaves_all_three_as_they_were(database: Database) {
    let house = House::open_everywhere(database).await;
    let cloud = house.cloud();
    let fresh = house.new_project("fresh").await;
    house.patch(&cloud.whole_payload()).await.ok();
    // All three would change.
    let second = cloud.new_key("second").await;
    let app = cloud.azure().new_app("second", crate::cloud::azure::USE_KEY).await;
    let mut changed = together([
        cloud.payload_with(&second.arn, &cloud.user),
        cloud.azure().payload_with(&cloud.azure().key, &app),
        cloud.google().payload(),
    ]);
    changed["googleCloudKms"]["keyVersionResourceID"] =
        json!(cloud.google().gcp.create_version(&cloud.google().key).await.unwrap());
    for (project, good) in [(house.project, &changed), (fresh, &cloud.whole_payload())] {
        let (before, mut events) = (house.get(&path_of(project)).await.body, house.events_in(project).await);
        for (why, body, status, code) in faults(&house, good) {
            let got = house.patch_in(project, &body).await;
            assert_eq!((got.status, got.code().as_str()), (status, code), "{why}: {}", got.text());
            assert_eq!(house.get(&path_of(project)).await.body, before, "{why}");
            let asked_a_cloud = got.detail().contains("The provider said");
            events.extend(asked_a_cloud.then(|| FAILED.to_owned()));
            assert_eq!(house.events_in(project).await, events, "{why}");
        }
        // One cloud that cannot be reached holds up the others, too.
        for rule in [FaultRule::aws, FaultRule::azure, FaultRule::gcp] {
            cloud.clouds.faults().push(rule("*", FaultKind::Reset)).unwrap();
            let got = house.patch_in(project, good).await;
            got.is(400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED");
            cloud.mend();
            assert_eq!(house.get(&path_of(project)).await.body, before);
            events.push(FAILED.to_owned());
        }
        assert_eq!(house.events_in(project).await, events);
        // Without the fault, all three change at once.
        let got = house.patch_in(project, good).await.ok();
        for provider in ["awsKms", "azureKeyVault", "googleCloudKms"] {
            assert_eq!((&got[provider]["enabled"], &got[provider]["valid"]), (&true.into(), &true.into()));
        }
        events.push(UPDATED.to_owned());
        // Two of the keys are others then. Whether the rotations, of nothing, are over by now is chance.
        let rotations = if project == house.project { 2 } else { 0 };
        events.extend(vec![ROTATION_STARTED.to_owned(); rotations]);
        let told = house.events_in(project).await.into_iter().filter(|name| !name.ends_with("_KEY_ROTATED"));
        assert_eq!(told.collect::<Vec<_>>(), events);
    }
    house.end().await;
}

async fn faults_of_all_three_are_told_at_once(database: Database) {
    let house = House::open_everywhere(database).await;
    let mut body = house.cloud().whole_payload();
    body["awsKms"]["customerMasterKeyID"] = json!("a b");
    body["azureKeyVault"]["keyVaultName"] = json!("a/b");
    body["googleCloudKms"]["serviceAccountKey"] =
        json!(altered(&house.cloud().google().user, "type", json!("external_account")));
    let connections = house.cloud().connections();
    let got = house.patch(&body).await;
    got.is(400, "VALIDATION_ERROR");
    let expected = ["awsKms.customerMasterKeyID", "azureKeyVault.keyVaultName", "googleCloudKms.serviceAccountKey"];
    assert_eq!(got.fields(), expected);
    let nothing =
        json!({"awsKms": {"enabled": true}, "azureKeyVault": {"enabled": true}, "googleCloudKms": {"enabled": true}});
    let got = house.patch(&nothing).await;
    got.is(400, "VALIDATION_ERROR");
    assert_eq!(got.fields().len(), 12, "{:?}", got.fields());
    assert_eq!(house.cloud().connections(), connections);
    house.end().await;
}

async fn each_provider_is_disabled_for_itself(database: Database) {
    let house = House::open_everywhere(database).await;
    let mut wanted = house.patch(&house.cloud().whole_payload()).await.ok();
    for provider in ["googleCloudKms", "awsKms", "azureKeyVault"] {
        let got = house.patch(&json!({provider: {"enabled": false}})).await.ok();
        for (name, value) in wanted[provider].as_object_mut().unwrap() {
            *value = if matches!(name.as_str(), "enabled" | "valid") { json!(false) } else { Value::Null };
        }
        assert_eq!(got, wanted, "{provider}");
        assert_eq!(house.read().await.ok(), wanted);
        // Its credentials are gone: nothing stands in for them.
        let got = house.patch(&json!({provider: {"enabled": true}})).await;
        assert!(matches!(got.code().as_str(), "VALIDATION_ERROR"), "{}", got.text());
        assert!(got.fields().contains(&format!("{provider}.roleId")), "{:?}", got.fields());
    }
    assert_eq!(house.events().await, [UPDATED; 4]);
    house.end().await;
}

async fn a_restart_changes_nothing(database: Database) {
    let house = House::open_everywhere(database).await;
    house.patch(&house.cloud().whole_payload()).await.ok();
    let by_role = house.new_project("by role").await;
    let aws = house.new_role(by_role, "atrest").await.id.to_string();
    let azure = house.new_azure_role(by_role).await.id.to_string();
    let google = house.new_google_role(by_role).await.id.to_string();
    let cloud = house.cloud();
    let roles = [cloud.role_payload(&aws), cloud.azure().role_payload(&azure), cloud.google().role_payload(&google)];
    house.patch_in(by_role, &together(roles)).await.ok();
    let before = [house.read().await.body, house.get(&path_of(by_role)).await.body];
    let (org, project, key) = (house.org, house.project, house.owner.clone());
    let again = House::reopen(house.end().await, Plan::watchful(), org, project, key).await;
    assert_eq!([again.read().await.body, again.get(&path_of(by_role)).await.body], before);
    for project in [project, by_role] {
        let standings = again.standings_in(project).await;
        assert!(standings.iter().all(|standing| standing["state"] == "VALID"), "{standings:?}");
    }
    again.end().await;
}

on_both_engines! {
    the_documents_example_enables_all_three_in_one_patch
    a_fault_in_one_leaves_all_three_as_they_were
    faults_of_all_three_are_told_at_once
    each_provider_is_disabled_for_itself
    a_restart_changes_nothing
}
