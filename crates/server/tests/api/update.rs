//! PATCH and GET `encryptionAtRest` with AWS: the rules of merging (product.md 1.4), end to end.

use domain::customer_key::{Policy, StaticCredentials};
use serde_json::{Value, json};
use simulators::{FaultKind, FaultRule};

use crate::cloud::WIRE_REGION;
use crate::database::Database;
use crate::house::{House, Plan};
use crate::on_both_engines;

const UPDATED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED";

/// Counts the changes that were recorded.
async fn changes(house: &House) -> usize {
    house.events().await.iter().filter(|name| *name == UPDATED).count()
}

fn disabled() -> Value {
    json!({
        "accessKeyID": null, "customerMasterKeyID": null, "enabled": false, "region": null,
        "requirePrivateNetworking": null, "roleId": null, "valid": false,
    })
}

async fn enables_with_an_access_key(database: Database) {
    let house = House::open(database).await;
    let got = house.enable().await;
    let expected = json!({
        "accessKeyID": house.cloud().user.access_key_id,
        "customerMasterKeyID": house.cloud().key.arn,
        "enabled": true,
        "region": WIRE_REGION,
        "requirePrivateNetworking": false,
        "roleId": null,
        "valid": true,
    });
    assert_eq!(got["awsKms"], expected);
    assert_eq!((&got["azureKeyVault"]["enabled"], &got["googleCloudKms"]["enabled"]), (&false.into(), &false.into()));
    assert_eq!(house.read().await.ok(), got, "GET answers as PATCH did");
    let proof = ["Encrypt", "Decrypt", "DescribeKey"].map(|operation| house.cloud().requests(operation));
    assert_eq!(proof, [1, 1, 1], "one real round trip");
    assert_eq!(house.events().await, [UPDATED]);
    let standing = house.standing().await;
    assert_eq!((&standing["state"], &standing["lastDefiniteValid"]), (&"VALID".into(), &true.into()));
    house.end().await;
}

async fn enables_with_a_role(database: Database) {
    let house = House::open(database).await;
    let role = house.new_role(house.project, "atrest").await.id.to_string();
    let got = house.patch(&house.cloud().role_payload(&role)).await.ok();
    let aws = &got["awsKms"];
    assert_eq!((&aws["roleId"], &aws["accessKeyID"], &aws["valid"]), (&role.into(), &Value::Null, &true.into()));
    assert_eq!(house.read().await.ok(), got);
    assert_eq!(changes(&house).await, 1);
    house.end().await;
}

async fn takes_every_way_to_name_a_key(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    let key = house.cloud().key.clone();
    let alias_arn = key.arn.replace(&format!("key/{}", key.id), "alias/first");
    for name in [key.id.as_str(), "alias/first", &alias_arn, &key.arn] {
        let got = house.patch(&json!({"awsKms": {"customerMasterKeyID": name}})).await.ok();
        assert_eq!((&got["awsKms"]["customerMasterKeyID"], &got["awsKms"]["valid"]), (&name.into(), &true.into()));
    }
    assert_eq!(changes(&house).await, 5);
    house.end().await;
}

async fn a_change_of_nothing_is_no_change(database: Database) {
    let house = House::open(database).await;
    let before = house.enable().await;
    let asked = house.cloud().requests("Encrypt");
    for body in [
        house.cloud().payload(),
        before.clone(),
        json!({"awsKms": {}}),
        json!({"awsKms": null}),
        json!({"awsKms": {"enabled": true}}),
        json!({"awsKms": {"valid": false}}),
        json!({"awsKms": {}, "azureKeyVault": {}, "googleCloudKms": {}}),
        json!({"awsKms": null, "azureKeyVault": null, "googleCloudKms": null, "enabledForSearchNodes": null}),
        json!({"enabledForSearchNodes": false}),
        json!({"awsKms": {"requirePrivateNetworking": null, "roleId": null}}),
        json!({"azureKeyVault": {"enabled": false}, "googleCloudKms": {"enabled": false}}),
        json!({"azureKeyVault": {"enabled": null, "valid": true}}),
    ] {
        let got = house.patch(&body).await;
        assert_eq!(got.ok(), before, "{body}");
    }
    assert_eq!(changes(&house).await, 1);
    assert_eq!(house.cloud().requests("Encrypt"), asked, "what does not change is not proved again");
    house.end().await;
}

async fn keeps_secrets_and_never_gives_them_back(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    let second = house.cloud().new_key("second").await;
    for keeping in [json!(null), json!(""), Value::Null] {
        let mut aws = json!({"customerMasterKeyID": second.arn, "secretAccessKey": keeping});
        let got = house.patch(&json!({"awsKms": aws})).await;
        assert_eq!(got.ok()["awsKms"]["valid"], true);
        aws["customerMasterKeyID"] = json!(house.cloud().key.arn);
        house.patch(&json!({"awsKms": aws})).await.ok();
    }
    let secret = house.cloud().user.expose_secret();
    for got in [house.read().await, house.patch(&house.cloud().payload()).await] {
        assert!(!got.text().contains(secret) && got.json()["awsKms"].get("secretAccessKey").is_none());
    }
    house.end().await;
}

async fn another_identity_needs_its_own_secret(database: Database) {
    let house = House::open(database).await;
    let before = house.enable().await;
    let other = house.cloud().new_user("other", crate::cloud::USE_KEY).await;
    let mut body = json!({"awsKms": {"accessKeyID": other.access_key_id}});
    for keeping in [None, Some(json!(null)), Some(json!(""))] {
        if let Some(keeping) = keeping {
            body["awsKms"]["secretAccessKey"] = keeping;
        }
        let got = house.patch(&body).await;
        got.is(400, "MISSING_ATTRIBUTE");
        assert_eq!(got.json()["parameters"], json!(["awsKms.secretAccessKey"]));
    }
    assert_eq!(house.read().await.ok(), before);
    body["awsKms"]["secretAccessKey"] = json!(other.expose_secret());
    let got = house.patch(&body).await.ok();
    assert_eq!(got["awsKms"]["accessKeyID"], other.access_key_id);
    // The same identity may get another secret alone; a wrong one is refused and the right one stays.
    house.patch(&json!({"awsKms": {"secretAccessKey": "wrong"}})).await.is(400, "INVALID_AWS_CREDENTIALS");
    assert_eq!(house.read().await.ok(), got);
    assert_eq!(changes(&house).await, 2);
    house.end().await;
}

async fn null_for_something_required_is_missing(database: Database) {
    let house = House::open(database).await;
    let before = house.enable().await;
    for field in ["customerMasterKeyID", "region", "enabled", "accessKeyID"] {
        let got = house.patch(&json!({"awsKms": {field: null, "secretAccessKey": "x"}})).await;
        got.is(400, "MISSING_ATTRIBUTE");
        assert_eq!(got.json()["parameters"], json!([format!("awsKms.{field}")]));
    }
    let got = house.patch(&json!({"awsKms": {"customerMasterKeyID": null, "region": null}})).await;
    got.is(400, "VALIDATION_ERROR");
    assert_eq!(got.fields(), ["awsKms.customerMasterKeyID", "awsKms.region"]);
    assert_eq!(house.read().await.ok(), before);
    house.end().await;
}

async fn a_role_wins_over_a_static_pair_and_there_is_no_way_back(database: Database) {
    let house = House::open(database).await;
    let role = house.new_role(house.project, "atrest").await.id.to_string();
    let mut both = house.cloud().payload();
    both["awsKms"]["roleId"] = json!(role);
    both["awsKms"]["secretAccessKey"] = json!("wrong, and never looked at".replace([' ', ','], "-"));
    let got = house.patch(&both).await.ok();
    assert_eq!((&got["awsKms"]["roleId"], &got["awsKms"]["accessKeyID"]), (&role.as_str().into(), &Value::Null));

    let pair = json!({"awsKms": {"accessKeyID": house.cloud().user.access_key_id, "secretAccessKey": house.cloud().user.expose_secret()}});
    let mut null_role = pair.clone();
    null_role["awsKms"]["roleId"] = Value::Null;
    for back in [
        pair,
        null_role,
        json!({"awsKms": {"secretAccessKey": "x"}}),
        json!({"awsKms": {"accessKeyID": "AKIAIOSFODNN7EXAMPLE"}}),
    ] {
        let refused = house.patch(&back).await;
        refused.is(400, "AWS_KMS_CREDENTIALS_AUTH_DEPRECATED");
        assert!(refused.detail().contains("no way back"), "{}", refused.detail());
    }
    house.patch(&json!({"awsKms": {"roleId": null}})).await.is(400, "MISSING_ATTRIBUTE");
    assert_eq!(house.read().await.ok(), got);
    // From a static pair to a role is welcome; and after disabling, everything is.
    house.patch(&json!({"awsKms": {"enabled": false}})).await.ok();
    house.enable().await;
    let got = house.patch(&json!({"awsKms": {"roleId": role}})).await.ok();
    assert_eq!((&got["awsKms"]["roleId"], &got["awsKms"]["accessKeyID"]), (&role.into(), &Value::Null));
    house.end().await;
}

async fn disabling_forgets_everything(database: Database) {
    let house = House::open(database).await;
    let disable = json!({"awsKms": {"enabled": false}});
    assert_eq!(house.patch(&disable).await.ok()["awsKms"], disabled(), "also for one never configured");
    assert!(house.events().await.is_empty());
    house.enable().await;
    // Whatever stands beside `false` is not read.
    let beside =
        json!({"awsKms": {"enabled": false, "customerMasterKeyID": "alias/x", "secretAccessKey": "x", "valid": true}});
    assert_eq!(house.patch(&beside).await.ok()["awsKms"], disabled());
    assert_eq!(house.read().await.ok()["awsKms"], disabled());
    assert_eq!(house.standing().await["state"], "NOT_CONFIGURED");
    let again = json!({"awsKms": {"enabled": true}});
    let got = house.patch(&again).await;
    assert_eq!(got.fields(), ["awsKms.customerMasterKeyID", "awsKms.region", "awsKms.roleId"], "no credential is left");
    let mut keeping = house.cloud().payload();
    keeping["awsKms"]["secretAccessKey"] = json!("");
    house.patch(&keeping).await.is(400, "MISSING_ATTRIBUTE");
    house.patch(&disable).await.ok();
    assert_eq!(changes(&house).await, 2);
    house.enable().await;
    assert_eq!(changes(&house).await, 3);
    house.end().await;
}

async fn flags_are_stored_and_come_back(database: Database) {
    let house = House::open(database).await;
    let got = house.patch(&json!({"enabledForSearchNodes": true})).await.ok();
    assert_eq!((&got["enabledForSearchNodes"], &got["awsKms"]), (&true.into(), &disabled()));
    house.enable().await;
    let asked = house.cloud().requests("Encrypt");
    let got = house.patch(&json!({"awsKms": {"requirePrivateNetworking": true}})).await.ok();
    assert_eq!(
        (&got["awsKms"]["requirePrivateNetworking"], &got["enabledForSearchNodes"]),
        (&true.into(), &true.into())
    );
    assert!(house.cloud().requests("Encrypt") >= asked);
    let got =
        house.patch(&json!({"awsKms": {"requirePrivateNetworking": false}, "enabledForSearchNodes": false})).await.ok();
    assert_eq!(
        (&got["awsKms"]["requirePrivateNetworking"], &got["enabledForSearchNodes"]),
        (&false.into(), &false.into())
    );
    assert_eq!(changes(&house).await, 4);
    let mut with_flag = house.cloud().payload();
    with_flag["awsKms"]["requirePrivateNetworking"] = json!(true);
    let other = house.new_project("other").await;
    let got = house.patch_in(other, &with_flag).await.ok();
    assert_eq!(got["awsKms"]["requirePrivateNetworking"], true);
    house.end().await;
}

async fn the_policy_may_refuse_new_static_credentials(database: Database) {
    let lenient = House::open(database).await;
    lenient.enable().await;
    let (org, project, key) = (lenient.org, lenient.project, lenient.owner.clone());
    let policy = Policy { static_credentials: StaticCredentials::RefuseNew, ..Policy::default() };
    let house = House::reopen(lenient.end().await, Plan { policy, ..Plan::default() }, org, project, key).await;
    // What is stored stays, and can be echoed.
    let stored = house.read().await.ok();
    assert_eq!(house.patch(&stored).await.ok(), stored);
    assert_eq!(house.patch(&house.cloud().payload()).await.ok(), stored);
    let second = house.cloud().new_key("second").await;
    house.patch(&json!({"awsKms": {"customerMasterKeyID": second.arn}})).await.ok();
    let other = house.cloud().new_user("other", crate::cloud::USE_KEY).await;
    let new = house.cloud().payload_with(&second.arn, &other);
    let refused = house.patch(&new).await;
    refused.is(400, "AWS_KMS_CREDENTIALS_AUTH_DEPRECATED");
    assert!(refused.detail().starts_with("Credentials based authentication is no longer supported for AWS KMS."));
    let fresh = house.new_project("fresh").await;
    house.patch_in(fresh, &house.cloud().payload()).await.is(400, "AWS_KMS_CREDENTIALS_AUTH_DEPRECATED");
    let role = house.new_role(fresh, "atrest").await.id.to_string();
    house.patch_in(fresh, &house.cloud().role_payload(&role)).await.ok();
    house.end().await;
}

async fn one_change_at_a_time(database: Database) {
    let house = House::open(database).await;
    let slow = FaultRule::aws("Encrypt", FaultKind::Latency).latency_ms(1_500).times(1);
    house.cloud().clouds.faults().push(slow).unwrap();
    let payload = house.cloud().payload();
    let second = async {
        crate::house::until("the first change asks AWS", || async { house.cloud().requests("Encrypt") > 0 }).await;
        let refused = house.patch(&json!({"enabledForSearchNodes": true})).await;
        refused.is(409, "ENCRYPTION_AT_REST_UPDATE_IN_PROGRESS");
        assert_eq!(house.read().await.ok()["awsKms"], disabled(), "a read does not wait");
        let other = house.new_project("other").await;
        house.patch_in(other, &json!({"enabledForSearchNodes": true})).await.ok();
    };
    let (first, ()) = tokio::join!(house.patch(&payload), second);
    assert_eq!(first.ok()["awsKms"]["valid"], true);
    house.patch(&json!({"enabledForSearchNodes": true})).await.ok();
    assert_eq!(changes(&house).await, 2);
    house.end().await;
}

async fn who_goes_away_changes_all_or_nothing_and_blocks_nobody(database: Database) {
    let house = House::open(database).await;
    let slow = FaultRule::aws("Encrypt", FaultKind::Latency).latency_ms(60_000).times(1);
    house.cloud().clouds.faults().push(slow).unwrap();
    let payload = house.cloud().payload();
    tokio::select! {
        got = house.patch(&payload) => panic!("answered: {}", got.text()),
        () = crate::house::until("AWS is asked", || async { house.cloud().requests("Encrypt") > 0 }) => {}
    }
    crate::house::until("the next change is let in", || async {
        house.patch(&json!({"enabledForSearchNodes": true})).await.status == 200
    })
    .await;
    assert_eq!(house.read().await.ok()["awsKms"], disabled());
    assert_eq!(changes(&house).await, 1);
    house.end().await;
}

async fn survives_a_restart(database: Database) {
    let house = House::open(database).await;
    let role = house.new_role(house.project, "atrest").await.id.to_string();
    house.patch(&house.cloud().role_payload(&role)).await.ok();
    let (before, org, project, key) = (house.read().await.body, house.org, house.project, house.owner.clone());
    let again = House::reopen(house.end().await, Plan::watchful(), org, project, key).await;
    assert_eq!(again.read().await.body, before);
    assert_eq!(again.standing().await["state"], "VALID");
    again.end().await;
}

on_both_engines! {
    enables_with_an_access_key
    enables_with_a_role
    takes_every_way_to_name_a_key
    a_change_of_nothing_is_no_change
    keeps_secrets_and_never_gives_them_back
    another_identity_needs_its_own_secret
    null_for_something_required_is_missing
    a_role_wins_over_a_static_pair_and_there_is_no_way_back
    disabling_forgets_everything
    flags_are_stored_and_come_back
    the_policy_may_refuse_new_static_credentials
    one_change_at_a_time
    who_goes_away_changes_all_or_nothing_and_blocks_nobody
    survives_a_restart
}
