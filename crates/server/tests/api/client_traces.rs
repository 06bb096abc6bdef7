//! What clients really send, call for call (contract.md 8, clients.md 1.7–1.9 and 3.1).

use serde_json::{Value, json};

use crate::client::Call;
use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

const VERSION: &str = "application/vnd.atlas.2023-01-01+json";
const UPDATED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED";

/// As the Go SDK sends it: one media type, for answer and body.
fn sdk(house: &House, method: &str, body: Option<&Value>) -> Call {
    let call = house.ask(method, &house.path()).accept(VERSION);
    match body {
        Some(body) => call.header("Content-Type", VERSION).body(body.to_string()),
        None => call,
    }
}

async fn changes(house: &House) -> usize {
    house.events().await.iter().filter(|name| *name == UPDATED).count()
}

/// The attributes that Terraform compares with its plan.
fn compared(answer: &Value) -> Value {
    let aws = &answer["awsKms"];
    let names = ["enabled", "customerMasterKeyID", "region", "roleId", "requirePrivateNetworking"];
    names.iter().map(|name| (String::from(*name), aws[name].clone())).collect()
}

async fn terraform_creates_reads_updates_and_deletes(database: Database) {
    let house = House::open(database).await;
    let role = house.new_role(house.project, "atrest").await.id.to_string();
    let key = house.cloud().key.arn.clone();
    let planned = json!({
        "enabled": true, "customerMasterKeyID": key, "region": "US_EAST_1", "roleId": role, "requirePrivateNetworking": false,
    });
    let created =
        sdk(&house, "PATCH", Some(&json!({"awsKms": planned, "enabledForSearchNodes": true}))).send().await.ok();
    assert_eq!(compared(&created), planned, "no inconsistent result after apply");
    assert_eq!(created["awsKms"]["valid"], true);
    for provider in ["awsKms", "azureKeyVault", "googleCloudKms"] {
        assert!(created[provider]["enabled"].is_boolean() && created[provider]["valid"].is_boolean());
    }
    let read = sdk(&house, "GET", None).send().await.ok();
    assert_eq!(read, created, "no drift");

    // Update: the whole answer, one provider replaced, a removed block as `{}`.
    let second = house.cloud().new_key("second").await;
    let mut update = read.clone();
    update["awsKms"]["customerMasterKeyID"] = json!(second.arn);
    let updated = sdk(&house, "PATCH", Some(&update)).send().await.ok();
    assert_eq!(
        (&updated["awsKms"]["customerMasterKeyID"], &updated["awsKms"]["valid"]),
        (&second.arn.into(), &true.into())
    );
    let mut removed = updated.clone();
    removed["azureKeyVault"] = json!({});
    assert_eq!(sdk(&house, "PATCH", Some(&removed)).send().await.ok(), updated);
    assert_eq!(changes(&house).await, 2);

    let gone = json!({"awsKms": {"enabled": false}, "azureKeyVault": {"enabled": false}, "googleCloudKms": {"enabled": false}});
    sdk(&house, "GET", None).send().await.ok();
    let deleted = sdk(&house, "PATCH", Some(&gone)).send().await.ok();
    for answer in [&deleted, &sdk(&house, "GET", None).send().await.ok()] {
        assert_eq!(
            answer["awsKms"],
            json!({
                "accessKeyID": null, "customerMasterKeyID": null, "enabled": false, "region": null,
                "requirePrivateNetworking": null, "roleId": null, "valid": false,
            })
        );
    }
    // Destroying what is destroyed works as well.
    sdk(&house, "PATCH", Some(&gone)).send().await.ok();
    assert_eq!(changes(&house).await, 3);
    house.end().await;
}

async fn terraform_keeps_a_static_secret_it_does_not_send(database: Database) {
    let house = House::open(database).await;
    let mut create = house.cloud().payload();
    create["enabledForSearchNodes"] = json!(false);
    let created = sdk(&house, "PATCH", Some(&create)).send().await.ok();
    let mut update = created.clone();
    update["enabledForSearchNodes"] = json!(true);
    let updated = sdk(&house, "PATCH", Some(&update)).send().await.ok();
    assert_eq!((&updated["awsKms"], &updated["enabledForSearchNodes"]), (&created["awsKms"], &true.into()));
    house.end().await;
}

async fn terraform_waits_for_the_role_to_be_authorized(database: Database) {
    let house = House::open(database).await;
    let role = house.control.create_aws_role(house.project).await.unwrap();
    let create = house.cloud().role_payload(&role.id.to_string());
    let refused = sdk(&house, "PATCH", Some(&create)).send().await;
    // The provider looks for this word in the text, and tries again.
    assert!(refused.code().contains("CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED"));
    let external_id = crate::house::external_id(&role);
    let arn = house.cloud().new_role("late", external_id).await;
    house.control.authorize_aws_role(role, &arn).await.unwrap();
    sdk(&house, "PATCH", Some(&create)).send().await.ok();
    house.end().await;
}

async fn cloudformation_deletes_by_disabling_one(database: Database) {
    let house = House::open(database).await;
    let role = house.new_role(house.project, "atrest").await.id.to_string();
    let stanza = house.cloud().role_payload(&role);
    sdk(&house, "PATCH", Some(&stanza)).send().await.ok();
    let read = sdk(&house, "GET", None).send().await.ok();
    assert_eq!((&read["awsKms"]["enabled"], &read["awsKms"]["roleId"]), (&true.into(), &role.into()));
    sdk(&house, "PATCH", Some(&json!({"awsKms": {"enabled": false}}))).send().await.ok();
    let read = sdk(&house, "GET", None).send().await.ok();
    assert_eq!(read["awsKms"]["enabled"], false, "which it takes for not found");
    house.end().await;
}

async fn the_kubernetes_operator_comes_to_rest(database: Database) {
    let house = House::open(database).await;
    let mut wanted = house.cloud().payload();
    wanted["awsKms"]["valid"] = json!(true);
    wanted["azureKeyVault"] = json!({"enabled": false});
    wanted["googleCloudKms"] = json!({"enabled": false});
    let mut patches = 0;
    for _ in 0..3 {
        // Its debug log reads with a Content-Type before each change.
        let read = sdk(&house, "GET", None).header("Content-Type", VERSION).send().await.ok();
        let rest = ["clientID", "azureEnvironment", "resourceGroupName", "tenantID"];
        let azure_is_bare = rest.iter().all(|name| read["azureKeyVault"][name].is_null());
        let same = ["enabled", "region", "valid"].iter().all(|name| read["awsKms"][name] == wanted["awsKms"][name]);
        if !(same && azure_is_bare) {
            patches += 1;
            sdk(&house, "PATCH", Some(&wanted)).send().await.ok();
        }
    }
    assert_eq!((patches, changes(&house).await), (1, 1));
    // And where it sends its wish every time, nothing happens more than once.
    sdk(&house, "PATCH", Some(&wanted)).send().await.ok();
    assert_eq!(changes(&house).await, 1);
    house.end().await;
}

async fn the_mcp_server_asks_whether_the_key_is_valid(database: Database) {
    let house = House::open(database).await;
    let call = house.ask("GET", &house.path()).accept("application/vnd.atlas.2025-03-12+json");
    let call = call.header("Content-Type", "application/json");
    let read = call.send().await.ok();
    assert_eq!((&read["awsKms"]["enabled"], &read["awsKms"]["valid"]), (&false.into(), &false.into()));
    house.enable().await;
    let read = call.send().await.ok();
    assert_eq!((&read["awsKms"]["enabled"], &read["awsKms"]["valid"]), (&true.into(), &true.into()));
    house.end().await;
}

on_both_engines! {
    terraform_creates_reads_updates_and_deletes
    terraform_keeps_a_static_secret_it_does_not_send
    terraform_waits_for_the_role_to_be_authorized
    cloudformation_deletes_by_disabling_one
    the_kubernetes_operator_comes_to_rest
    the_mcp_server_asks_whether_the_key_is_valid
}
