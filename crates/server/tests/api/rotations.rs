//! Rotations and customer keys: GET `/rotations`, GET one, GET `/customerKeys`, while a PATCH of the settings exchanges
//! the key and master keys follow.

use std::time::Duration;

use domain::master_key::MasterKeyId;
use serde_json::{Value, json};
use simulators::aws::CreatedKey;

use crate::client::Got;
use crate::database::Database;
use crate::house::{House, until};
use crate::keys::{KeyNode, furnish, ids, ours};
use crate::on_both_engines;

on_both_engines! {
    master_keys_follow_the_customer_key
    a_rotation_that_cannot_go_on_says_why
    a_later_rotation_takes_over
    what_protects_nothing_is_told_apart
    what_is_of_another_project_is_not_found
}

async fn rotations(house: &House) -> Vec<Value> {
    house.get(&ours(house, "rotations")).await.ok()["results"].as_array().unwrap().clone()
}

/// The customer keys of the first project, by number.
async fn customer_keys(house: &House) -> Vec<Value> {
    let list = house.get(&ours(house, "customerKeys")).await.ok();
    let mut keys = list["results"].as_array().unwrap().clone();
    keys.sort_by_key(|key| key["number"].as_i64());
    keys
}

async fn rotate_to(house: &House, key: &CreatedKey) -> Got {
    house.patch(&json!({"awsKms": {"customerMasterKeyID": key.arn}})).await
}

async fn finished(house: &House, rotations_so_far: usize) {
    until("the rotation is finished", async || {
        let found = rotations(house).await;
        assert_eq!(found.len(), rotations_so_far);
        found[0]["state"] == "FINISHED"
    })
    .await;
}

async fn master_keys_follow_the_customer_key(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    let mut keys = vec![key];
    for _ in 0..4 {
        keys.push(node.make_active(&house, &[]).await);
    }
    let before = materials(&house, &node, &keys).await;
    assert_eq!(rotations(&house).await, [Value::Null; 0]);
    let first = &house.cloud().key;
    let [alone] = customer_keys(&house).await.try_into().unwrap();
    assert_eq!(
        (&alone["keyName"], &alone["current"], &alone["masterKeys"], &alone["state"]),
        (&json!(first.arn), &json!(true), &json!(5), &json!("VALID"))
    );
    assert_eq!((&alone["safeToDisable"], &alone["number"]), (&json!(false), &json!(1)));
    let reason = alone["safeToDisableReason"].as_str().unwrap();
    assert!(reason.contains("5 master keys") && reason.contains("inaccessible"), "{reason}");

    let second = house.cloud().new_key("second").await;
    rotate_to(&house, &second).await.ok();
    finished(&house, 1).await;
    let rotation = rotations(&house).await.remove(0);
    assert_eq!((&rotation["done"], &rotation["total"], &rotation["provider"]), (&json!(5), &json!(5), &json!("AWS")));
    assert_eq!(rotation["from"], json!({"keyName": first.arn, "number": 1}));
    assert_eq!(rotation["to"], json!({"keyName": second.arn, "number": 2}));
    assert!(rotation["finishedAt"].as_str() >= rotation["startedAt"].as_str(), "{rotation}");
    assert_eq!((&rotation["lastFailure"], &rotation["supersededAt"]), (&Value::Null, &Value::Null));
    let one = ours(&house, &format!("rotations/{}", rotation["id"].as_str().unwrap()));
    assert_eq!(house.get(&one).await.ok(), rotation);

    let [old, new] = customer_keys(&house).await.try_into().unwrap();
    assert_eq!((&old["keyName"], &old["current"], &old["masterKeys"]), (&json!(first.arn), &json!(false), &json!(0)));
    assert_eq!((&old["safeToDisable"], &new["safeToDisable"]), (&json!(true), &json!(false)));
    assert!(old["retiredAt"].is_string() && new["retiredAt"].is_null() && new["since"].is_string(), "{old} {new}");
    assert_eq!((&new["masterKeys"], &new["current"], &new["keyName"]), (&json!(5), &json!(true), &json!(second.arn)));
    let shown = house.get(&ours(&house, &format!("masterKeys/{key}"))).await.ok();
    assert_eq!(shown["customerKey"], 2);

    // What is said to be safe is safe.
    house.cloud().disable_key(first).await;
    assert_eq!(materials(&house, &node, &keys).await, before);
    let told = house.events().await;
    let at = |kind: &str| told.iter().position(|name| name == kind).unwrap_or_else(|| panic!("{kind}: {told:?}"));
    assert!(at("ENCRYPTION_AT_REST_KEY_ROTATION_STARTED") < at("AWS_ENCRYPTION_KEY_ROTATED"), "{told:?}");

    let reader = house.new_reader().await;
    for path in ["rotations", "customerKeys"] {
        house.nobody("GET", &ours(&house, path)).by(&reader).send().await.ok();
        house.nobody("GET", &ours(&house, path)).send().await.is(401, "UNEXPECTED_ERROR");
        house.get(&ours(&house, &format!("{path}?itemsPerPage=0"))).await.is(400, "INVALID_QUERY_PARAMETER");
    }
    house.end().await;
}

async fn materials(house: &House, node: &KeyNode, keys: &[MasterKeyId]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for key in keys {
        found.push(node.bytes(house, *key).await);
    }
    found
}

async fn a_rotation_that_cannot_go_on_says_why(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    let second = house.cloud().new_key("second").await;
    // Nobody has looked at the old key since, so it is not known to be lost when the new one proves itself.
    house.cloud().disable_key(&house.cloud().key).await;
    rotate_to(&house, &second).await.ok();
    until("it is stalled", async || rotations(&house).await[0]["state"] == "STALLED").await;
    let stalled = rotations(&house).await.remove(0);
    assert_eq!((&stalled["done"], &stalled["total"], &stalled["finishedAt"]), (&json!(0), &json!(1), &Value::Null));
    assert!(stalled["lastFailure"].as_str().unwrap().contains("KEY_DISABLED"), "{stalled}");
    let [old, new] = customer_keys(&house).await.try_into().unwrap();
    assert_eq!((&old["masterKeys"], &old["safeToDisable"], &old["current"]), (&json!(1), &json!(false), &json!(false)));
    let reason = old["safeToDisableReason"].as_str().unwrap();
    assert!(reason.contains("1 master key and 0 snapshots") && reason.contains("inaccessible"), "{reason}");
    assert_eq!((&new["masterKeys"], &new["current"]), (&json!(0), &json!(true)));

    house.cloud().enable_key(&house.cloud().key).await;
    house.pass(Duration::from_secs(60));
    finished(&house, 1).await;
    assert_eq!(rotations(&house).await[0]["lastFailure"], Value::Null);
    node.bytes(&house, key).await;
    house.end().await;
}

async fn a_later_rotation_takes_over(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    let (second, third) = (house.cloud().new_key("second").await, house.cloud().new_key("third").await);
    rotate_to(&house, &second).await.ok();
    rotate_to(&house, &third).await.ok();
    finished(&house, 2).await;
    let found = rotations(&house).await;
    let before = &found[1]["state"];
    assert!(before == "SUPERSEDED" || before == "FINISHED", "{found:?}");
    assert_eq!(found[1]["supersededAt"].is_string(), before == "SUPERSEDED", "{found:?}");
    assert_eq!((&found[0]["from"]["number"], &found[0]["to"]["number"]), (&json!(2), &json!(3)));
    let numbers: Vec<_> = customer_keys(&house).await.iter().map(|key| key["safeToDisable"].clone()).collect();
    assert_eq!(numbers, [true, true, false].map(Value::from));
    let page = house.get(&ours(&house, "rotations?itemsPerPage=1&pageNum=2")).await.ok();
    assert_eq!((ids(&page), &page["totalCount"]), (vec![found[1]["id"].as_str().unwrap().to_owned()], &json!(2)));
    let page = house.get(&ours(&house, "customerKeys?itemsPerPage=2&pageNum=2")).await.ok();
    assert_eq!((page["results"].as_array().unwrap().len(), &page["totalCount"]), (1, &json!(3)));
    house.cloud().disable_key(&house.cloud().key).await;
    house.cloud().disable_key(&second).await;
    node.bytes(&house, key).await;
    house.end().await;
}

async fn what_protects_nothing_is_told_apart(database: Database) {
    let house = House::open(database).await;
    assert_eq!(customer_keys(&house).await, [Value::Null; 0]);
    house.enable().await;
    let [key] = customer_keys(&house).await.try_into().unwrap();
    assert_eq!((&key["masterKeys"], &key["safeToDisable"]), (&json!(0), &json!(false)));
    let reason = key["safeToDisableReason"].as_str().unwrap();
    assert!(reason.contains("the key in use") && reason.contains("Do not disable"), "{reason}");
    // With nothing to re-wrap there is nothing to keep of the old one.
    let second = house.cloud().new_key("second").await;
    rotate_to(&house, &second).await.ok();
    let keys = customer_keys(&house).await;
    let current: Vec<_> = keys.iter().filter(|key| key["current"] == true).collect();
    assert_eq!((current.len(), &current[0]["keyName"]), (1, &json!(second.arn)));
    assert!(keys.iter().filter(|key| key["current"] == false).all(|key| key["safeToDisable"] == true), "{keys:?}");
    // The same key again with other credentials is no rotation.
    let before = rotations(&house).await.len();
    let other = house.cloud().new_user("other", crate::cloud::USE_KEY).await;
    house.patch(&house.cloud().payload_with(&second.arn, &other)).await.ok();
    assert_eq!((rotations(&house).await.len(), customer_keys(&house).await.len()), (before, keys.len()));
    house.end().await;
}

async fn what_is_of_another_project_is_not_found(database: Database) {
    let house = House::open(database).await;
    furnish(&house).await;
    let second = house.cloud().new_key("second").await;
    rotate_to(&house, &second).await.ok();
    let id = rotations(&house).await[0]["id"].as_str().unwrap().to_owned();
    let other = house.new_project("other").await;
    house.get(&format!("/api/atrest/v1/groups/{other}/rotations/{id}")).await.is(404, "ROTATION_NOT_FOUND");
    for path in ["rotations", "customerKeys"] {
        let list = house.get(&format!("/api/atrest/v1/groups/{other}/{path}")).await.ok();
        assert_eq!(list["totalCount"], 0, "{path}");
    }
    let absent = house.get(&ours(&house, "rotations/0123456789abcdef01234567")).await;
    absent.is(404, "ROTATION_NOT_FOUND");
    assert_eq!(absent.json()["parameters"], json!(["0123456789abcdef01234567"]));
    house.end().await;
}
