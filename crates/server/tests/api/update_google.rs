//! PATCH and GET `encryptionAtRest` with Google: the rules of merging (product.md 1.4), end to end.

use domain::customer_key::{Policy, StaticCredentials};
use serde_json::{Value, json};

use crate::cloud::google::{USE_KEY, VIEW_KEY, altered, private_key};
use crate::database::Database;
use crate::house::{House, Plan};
use crate::on_both_engines;

const UPDATED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED";

async fn changes(house: &House) -> usize {
    house.events().await.iter().filter(|name| *name == UPDATED).count()
}

fn disabled() -> Value {
    json!({"enabled": false, "keyVersionResourceID": null, "roleId": null, "valid": false})
}

fn google(fields: Value) -> Value {
    json!({ "googleCloudKms": fields })
}

async fn first_enabling_needs_everything_and_lists_all_that_is_missing(database: Database) {
    let house = House::open_everywhere(database).await;
    let customer = house.cloud().google();
    let connections = house.cloud().connections();
    let got = house.patch(&google(json!({"enabled": true}))).await;
    got.is(400, "VALIDATION_ERROR");
    assert_eq!(got.fields(), ["googleCloudKms.keyVersionResourceID", "googleCloudKms.roleId"]);
    let whole = customer.payload();
    for (field, code, told) in [
        ("enabled", "MISSING_ATTRIBUTE", "enabled"),
        ("keyVersionResourceID", "MISSING_ATTRIBUTE", "keyVersionResourceID"),
        ("serviceAccountKey", "MISSING_ONE_OF_ATTRIBUTES", "roleId"),
    ] {
        let mut body = whole.clone();
        body["googleCloudKms"].as_object_mut().unwrap().remove(field);
        let got = house.patch(&body).await;
        got.is(400, code);
        assert_eq!(got.json()["parameters"], json!([format!("googleCloudKms.{told}")]));
    }
    assert_eq!(house.cloud().connections(), connections);
    let got = house.patch(&whole).await.ok();
    let expected = json!({"enabled": true, "keyVersionResourceID": customer.version(), "roleId": null, "valid": true});
    assert_eq!(got["googleCloudKms"], expected);
    assert_eq!((&got["awsKms"]["enabled"], &got["azureKeyVault"]["enabled"]), (&false.into(), &false.into()));
    assert_eq!(house.read().await.ok(), got);
    let proof = ["Encrypt", "Decrypt", "GetCryptoKeyVersion"].map(|operation| customer.gcp.requests(operation));
    assert_eq!(proof, [1, 1, 1], "one real round trip");
    assert_eq!(house.events().await, [UPDATED]);
    house.end().await;
}

async fn later_only_what_changed(database: Database) {
    let house = House::open_everywhere(database).await;
    let customer = house.cloud().google();
    let before = house.patch(&customer.payload()).await.ok();
    let asked = customer.gcp.requests("Encrypt");
    for body in [
        customer.payload(),
        before.clone(),
        google(json!({})),
        google(Value::Null),
        google(json!({"enabled": true})),
        google(json!({"valid": false, "roleId": null})),
        google(json!({"serviceAccountKey": customer.user.expose_json()})),
    ] {
        assert_eq!(house.patch(&body).await.ok(), before, "{body}");
    }
    assert_eq!(
        (changes(&house).await, customer.gcp.requests("Encrypt")),
        (1, asked),
        "nothing changed, nothing proved"
    );
    let second = customer.gcp.create_version(&customer.key).await.unwrap();
    let got = house.patch(&google(json!({"keyVersionResourceID": second}))).await.ok();
    assert_eq!(
        (&got["googleCloudKms"]["keyVersionResourceID"], &got["googleCloudKms"]["valid"]),
        (&second.into(), &true.into())
    );
    assert_eq!(house.read().await.ok(), got);
    assert_eq!(changes(&house).await, 2);
    house.end().await;
}

async fn write_only_fields_keep_what_is_stored_and_are_never_returned(database: Database) {
    let house = House::open_everywhere(database).await;
    let customer = house.cloud().google();
    // With nothing stored they are missing.
    for nothing in [json!(null), json!("")] {
        let mut body = customer.payload();
        body["googleCloudKms"]["serviceAccountKey"] = nothing;
        house.patch(&body).await.is(400, "MISSING_ONE_OF_ATTRIBUTES");
    }
    house.patch(&customer.payload()).await.ok();
    let (first, second) = (customer.version(), customer.gcp.create_version(&customer.key).await.unwrap());
    for (keeping, version) in [(Some(json!(null)), &second), (Some(json!("")), &first), (None, &second)] {
        let mut body = google(json!({"keyVersionResourceID": version}));
        if let Some(keeping) = keeping {
            body["googleCloudKms"]["serviceAccountKey"] = keeping;
        }
        assert_eq!(house.patch(&body).await.ok()["googleCloudKms"]["valid"], true);
    }
    let secret = private_key(&customer.user);
    let secret = secret.lines().nth(1).unwrap();
    for got in [house.read().await, house.patch(&customer.payload()).await] {
        assert!(!got.text().contains(secret) && got.json()["googleCloudKms"].get("serviceAccountKey").is_none());
        assert!(!got.text().contains(&customer.user.email), "the account came with the key");
    }
    house.end().await;
}

async fn another_account_comes_with_its_key(database: Database) {
    let house = House::open_everywhere(database).await;
    let customer = house.cloud().google();
    let before = house.patch(&customer.payload()).await.ok();
    let other = customer.new_user("other", &[USE_KEY, VIEW_KEY]).await;
    let connections = house.cloud().connections();
    // Named without its key, the account would be reached with nobody's.
    let unkeyed = altered(&other, "private_key", Value::Null);
    house.patch(&google(json!({"serviceAccountKey": unkeyed}))).await.is(400, "INVALID_ATTRIBUTE");
    assert_eq!(house.cloud().connections(), connections);
    assert_eq!(house.read().await.ok(), before);
    house.patch(&google(json!({"serviceAccountKey": other.expose_json()}))).await.ok();
    // The account may get another key; one that is not its own is refused and the right one stays.
    let fresh = customer.gcp.add_service_account_key(&other.email).await.unwrap();
    house.patch(&google(json!({"serviceAccountKey": fresh.expose_json()}))).await.ok();
    let wrong = altered(&fresh, "private_key", json!(private_key(&customer.user)));
    let got = house.patch(&google(json!({"serviceAccountKey": wrong}))).await;
    got.is(400, "INVALID_GOOGLE_CLOUD_CREDENTIALS");
    assert_eq!(changes(&house).await, 3);
    house.end().await;
}

async fn both_at_once_the_role_wins_and_there_is_no_way_back(database: Database) {
    let house = House::open_everywhere(database).await;
    let customer = house.cloud().google();
    let role = house.new_google_role(house.project).await.id.to_string();
    let mut both = customer.payload();
    both["googleCloudKms"]["roleId"] = json!(role);
    both["googleCloudKms"]["serviceAccountKey"] = json!("string");
    let got = house.patch(&both).await.ok();
    assert_eq!(
        (&got["googleCloudKms"]["roleId"], &got["googleCloudKms"]["valid"]),
        (&role.as_str().into(), &true.into())
    );
    let key = json!(customer.user.expose_json());
    for back in [google(json!({"serviceAccountKey": key})), google(json!({"serviceAccountKey": key, "roleId": null}))] {
        let refused = house.patch(&back).await;
        refused.is(400, "GOOGLE_CLOUD_KMS_CREDENTIALS_DEPRECATED");
        assert!(refused.detail().contains("no way back"), "{}", refused.detail());
    }
    house.patch(&google(json!({"roleId": null}))).await.is(400, "MISSING_ATTRIBUTE");
    assert_eq!(house.read().await.ok(), got);
    // From a key to a role is welcome; and after disabling, everything is.
    house.patch(&google(json!({"enabled": false}))).await.ok();
    house.patch(&customer.payload()).await.ok();
    let got = house.patch(&google(json!({"roleId": role}))).await.ok();
    assert_eq!(got["googleCloudKms"]["roleId"], role);
    house.end().await;
}

async fn null_for_a_required_field_is_missing_and_disabling_forgets_everything(database: Database) {
    let house = House::open_everywhere(database).await;
    let customer = house.cloud().google();
    let disable = google(json!({"enabled": false}));
    assert_eq!(house.patch(&disable).await.ok()["googleCloudKms"], disabled(), "also for one never configured");
    assert!(house.events().await.is_empty());
    let before = house.patch(&customer.payload()).await.ok();
    for field in ["enabled", "keyVersionResourceID"] {
        let got = house.patch(&google(json!({field: null}))).await;
        got.is(400, "MISSING_ATTRIBUTE");
        assert_eq!(got.json()["parameters"], json!([format!("googleCloudKms.{field}")]));
    }
    assert_eq!(house.read().await.ok(), before);
    // Whatever stands beside `false` is not read.
    let beside = google(json!({"enabled": false, "keyVersionResourceID": "string", "serviceAccountKey": "string"}));
    assert_eq!(house.patch(&beside).await.ok()["googleCloudKms"], disabled());
    assert_eq!(house.read().await.ok()["googleCloudKms"], disabled());
    assert_eq!(house.standings_in(house.project).await[2]["state"], "NOT_CONFIGURED");
    let got = house.patch(&google(json!({"enabled": true}))).await;
    assert_eq!(got.fields().len(), 2, "no credential is left: {:?}", got.fields());
    assert_eq!(changes(&house).await, 2);
    house.end().await;
}

async fn the_policy_may_refuse_new_static_credentials(database: Database) {
    let lenient = House::open_everywhere(database).await;
    lenient.patch(&lenient.cloud().google().payload()).await.ok();
    let (org, project, key) = (lenient.org, lenient.project, lenient.owner.clone());
    let policy = Policy { static_credentials: StaticCredentials::RefuseNew, ..Policy::default() };
    let house = House::reopen(lenient.end().await, Plan { policy, ..Plan::default() }, org, project, key).await;
    let customer = house.cloud().google();
    // What is stored stays, and can be echoed.
    let stored = house.read().await.ok();
    assert_eq!(house.patch(&stored).await.ok(), stored);
    assert_eq!(house.patch(&customer.payload()).await.ok(), stored);
    let second = customer.gcp.create_version(&customer.key).await.unwrap();
    house.patch(&google(json!({"keyVersionResourceID": second}))).await.ok();
    let fresh_key = customer.gcp.add_service_account_key(&customer.user.email).await.unwrap();
    let refused = house.patch(&google(json!({"serviceAccountKey": fresh_key.expose_json()}))).await;
    refused.is(400, "GOOGLE_CLOUD_KMS_CREDENTIALS_DEPRECATED");
    assert!(
        refused.detail().starts_with("Credentials based authentication is no longer supported for Google Cloud KMS.")
    );
    let fresh = house.new_project("fresh").await;
    house.patch_in(fresh, &customer.payload()).await.is(400, "GOOGLE_CLOUD_KMS_CREDENTIALS_DEPRECATED");
    let role = house.new_google_role(fresh).await.id.to_string();
    house.patch_in(fresh, &customer.role_payload(&role)).await.ok();
    house.end().await;
}

on_both_engines! {
    first_enabling_needs_everything_and_lists_all_that_is_missing
    later_only_what_changed
    write_only_fields_keep_what_is_stored_and_are_never_returned
    another_account_comes_with_its_key
    both_at_once_the_role_wins_and_there_is_no_way_back
    null_for_a_required_field_is_missing_and_disabling_forgets_everything
    the_policy_may_refuse_new_static_credentials
}
