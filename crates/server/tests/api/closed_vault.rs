//! A vault that is closed to the public before its first private endpoint is active (product.md 5.3): it is taken up
//! unproven, nothing begins to use it before the first round trip over an endpoint, and then it is valid by itself.

use std::time::Duration;

use serde_json::{Value, json};
use simulators::{FaultKind, FaultRule, Via};

use crate::cloud::azure::WRONG_SECRET;
use crate::database::Database;
use crate::endpoints::{AZURE, connection_of};
use crate::house::{House, Plan, until};
use crate::on_both_engines;
use crate::private_consequences::hosted;

on_both_engines! {
    a_vault_closed_from_the_start_is_proven_by_its_first_endpoint
    a_closed_vault_is_refused_without_private_networking
    a_closed_vault_is_no_excuse_for_another_fault
    a_vault_closed_meanwhile_keeps_its_last_definite_answer
    another_key_in_a_closed_vault_is_not_taken_for_valid
}

const REFUSED: (u16, &str) = (400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED");
const AWAITING: &str = "AWAITING_PRIVATE_ENDPOINT";

async fn closed(database: Database) -> House {
    let house = House::open_everywhere_as(database, Plan::watchful()).await;
    house.cloud().azure().set_public(false).await;
    house
}

/// Where Azure's key stands: its state, its reason, and the last definite answer.
async fn standing(house: &House) -> (String, Value, Value) {
    let standing = house.standings_in(house.project).await.swap_remove(1);
    (standing["state"].as_str().unwrap().to_owned(), standing["reason"].clone(), standing["lastDefiniteValid"].clone())
}

async fn new_cluster(house: &House, name: &str) -> crate::client::Got {
    let path = format!("/api/atlas/v2/groups/{}/clusters", house.project);
    house.ask("POST", &path).json(&hosted(name, AZURE, &["AZURE:US_EAST_2"])).send().await
}

async fn a_vault_closed_from_the_start_is_proven_by_its_first_endpoint(database: Database) {
    let house = closed(database).await;
    let saved = house.require_private(AZURE).await;
    assert_eq!((&saved["azureKeyVault"]["enabled"], &saved["azureKeyVault"]["valid"]), (&json!(true), &json!(false)));
    assert_eq!(house.read().await.ok(), saved);
    assert_eq!(standing(&house).await, ("UNKNOWN".to_owned(), json!(AWAITING), Value::Null));
    let refused = new_cluster(&house, "c").await;
    assert!(refused.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID").text().contains(AWAITING), "{}", refused.text());

    let id = house.new_endpoint(AZURE, "US_EAST_2").await;
    let pending = house.until_status(AZURE, &id, "PENDING_ACCEPTANCE").await;
    new_cluster(&house, "c").await.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
    house.cloud().azure().approve(connection_of(&pending)).await;
    house.until_status(AZURE, &id, "ACTIVE").await;
    until("it is proven by itself", || async {
        let stored = house.store.project_snapshot(house.project).await.unwrap().unwrap();
        stored.validities.values().all(|stored| stored.validity.failure().is_none())
    })
    .await;
    assert_eq!(house.read().await.ok()["azureKeyVault"]["valid"], true);
    assert_eq!(standing(&house).await.0, "VALID");
    let events = house.events().await;
    assert!(events.iter().any(|name| name == "ENCRYPTION_AT_REST_CONFIGURATION_VALIDATION_SUCCEEDED"), "{events:?}");
    assert_eq!(new_cluster(&house, "c").await.status, 201);
    house.end().await;
}

async fn a_closed_vault_is_refused_without_private_networking(database: Database) {
    let house = closed(database).await;
    house.patch(&house.cloud().azure().payload()).await.is(REFUSED.0, REFUSED.1);
    assert_eq!(house.read().await.ok()["azureKeyVault"]["enabled"], false);
    house.end().await;
}

async fn a_closed_vault_is_no_excuse_for_another_fault(database: Database) {
    let house = closed(database).await;
    let mut wrong = house.private_payload(AZURE);
    wrong["azureKeyVault"]["secret"] = json!(WRONG_SECRET);
    let got = house.patch(&wrong).await;
    assert_eq!(got.status, 400, "{}", got.text());
    assert!(!got.text().contains(AWAITING), "{}", got.text());
    // Neither is a fault of the network that no endpoint would mend.
    house.cloud().azure().set_public(true).await;
    for kind in [FaultKind::Reset, FaultKind::Http500] {
        house.cloud().clouds.faults().push(FaultRule::azure("GetKey", kind)).unwrap();
        house.patch(&house.private_payload(AZURE)).await.is(REFUSED.0, REFUSED.1);
        house.cloud().mend();
    }
    assert_eq!(house.read().await.ok()["azureKeyVault"]["enabled"], false);
    house.end().await;
}

async fn a_vault_closed_meanwhile_keeps_its_last_definite_answer(database: Database) {
    let house = House::open_everywhere_as(database, Plan::watchful()).await;
    house.patch(&house.cloud().azure().payload()).await.ok();
    house.cloud().azure().set_public(false).await;
    house
        .patch(&json!({"azureKeyVault": {"keyIdentifier": house.cloud().azure().new_key("b").await.id}}))
        .await
        .is(REFUSED.0, REFUSED.1);
    let saved = house.set_required(AZURE, true).await.ok();
    assert_eq!(saved["azureKeyVault"]["valid"], true);
    assert_eq!(standing(&house).await, ("UNKNOWN".to_owned(), json!(AWAITING), json!(true)));
    new_cluster(&house, "c").await.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
    let azure = &house.cloud().clouds.azure();
    house.active_endpoint(AZURE, "US_EAST_2").await;
    let public = azure.requests_via(&Via::Public, "GetKey");
    assert_eq!(standing(&house).await, ("VALID".to_owned(), Value::Null, json!(true)));
    assert_eq!(azure.requests_via(&Via::Public, "GetKey"), public);
    house.end().await;
}

async fn another_key_in_a_closed_vault_is_not_taken_for_valid(database: Database) {
    let mut plan = Plan::default();
    plan.timings.check_freshness = Duration::ZERO;
    let house = House::open_everywhere_as(database, plan).await;
    house.require_private(AZURE).await;
    house.cloud().azure().set_public(false).await;
    let second = house.cloud().azure().new_key("second").await;
    let saved = house.patch(&json!({"azureKeyVault": {"keyIdentifier": second.id}})).await.ok();
    assert_eq!(saved["azureKeyVault"]["valid"], false, "what was known of the first says nothing about it");
    assert_eq!(standing(&house).await, ("UNKNOWN".to_owned(), json!(AWAITING), Value::Null));
    house.active_endpoint(AZURE, "US_EAST_2").await;
    assert_eq!(house.read().await.ok()["azureKeyVault"]["valid"], true);
    house.end().await;
}
