//! Grants for restores: POST, GET and DELETE under `/masterKeys/{masterKeyId}/grants`.

use std::time::Duration;

use control::master_key::MasterKeyError;
use serde_json::json;

use crate::client::Got;
use crate::database::Database;
use crate::house::House;
use crate::keys::{KeyNode, furnish, ids, new_encrypted_cluster, ours};
use crate::on_both_engines;

on_both_engines! {
    a_grant_lets_another_node_read_one_key_for_a_while
    a_grant_that_makes_no_sense_is_refused
    what_is_of_another_project_is_not_found
}

const HOUR: Duration = Duration::from_secs(3600);

async fn grant(house: &House, place: &str, node: &str, hours: u32) -> Got {
    house.ask("POST", place).json(&json!({"nodeId": node, "expiresInHours": hours})).send().await
}

async fn a_grant_lets_another_node_read_one_key_for_a_while(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    let second_key = node.make_active(&house, &[]).await;
    new_encrypted_cluster(&house, "d", "AWS").await;
    let restoring = KeyNode::new(&house, "d", "n1", "mongod").await;
    let bystander = KeyNode::new(&house, "c", "n2", "mongod").await;
    assert!(restoring.knows_nothing_of(&house, key).await);

    let place = ours(&house, &format!("masterKeys/{key}/grants"));
    let got = grant(&house, &place, &restoring.id(), 2).await;
    assert_eq!(got.status, 201, "{}", got.text());
    let made = got.json();
    let id = made["id"].as_str().unwrap();
    assert!(got.header("location").unwrap().ends_with(&format!("{place}/{id}")));
    assert_eq!(
        (&made["masterKeyId"], &made["nodeId"], &made["createdBy"]),
        (&json!(key.to_string()), &json!(restoring.id()), &json!(house.owner.public))
    );
    assert!(made["expiresAt"].as_str() > made["createdAt"].as_str());
    let list = house.get(&place).await.ok();
    assert_eq!((&list["results"], &list["totalCount"]), (&json!([made]), &json!(1)));
    let page = house.get(&format!("{place}?pageNum=2")).await.ok();
    assert_eq!((&page["results"], &page["totalCount"]), (&json!([]), &json!(1)));

    let material = node.bytes(&house, key).await;
    assert_eq!(restoring.bytes(&house, key).await, material);
    assert!(restoring.knows_nothing_of(&house, second_key).await, "one key alone");
    assert!(bystander.knows_nothing_of(&house, key).await, "one node alone");
    let changing = house.control.activate_master_key(restoring.asker(), key).await;
    assert!(matches!(changing, Err(control::Error::MasterKey(MasterKeyError::ReadOnly))), "{changing:?}");

    house.ask("DELETE", &format!("{place}/{id}")).send().await.ok();
    assert!(restoring.knows_nothing_of(&house, key).await);
    house.ask("DELETE", &format!("{place}/{id}")).send().await.is(404, "GRANT_NOT_FOUND");
    assert_eq!(house.get(&place).await.ok()["totalCount"], 0);

    assert_eq!(grant(&house, &place, &restoring.id(), 1).await.status, 201);
    restoring.bytes(&house, key).await;
    house.pass(HOUR);
    assert!(restoring.knows_nothing_of(&house, key).await, "it ends by itself");
    assert_eq!(house.get(&place).await.ok()["totalCount"], 0);
    let told = house.events().await;
    let count = |kind: &str| told.iter().filter(|name| *name == kind).count();
    assert_eq!((count("MASTER_KEY_GRANTED"), count("MASTER_KEY_GRANT_ENDED")), (2, 1), "{told:?}");
    house.end().await;
}

async fn a_grant_that_makes_no_sense_is_refused(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    let other = KeyNode::new(&house, "c", "n2", "mongod").await;
    let place = ours(&house, &format!("masterKeys/{key}/grants"));
    let post = async |body: serde_json::Value| house.ask("POST", &place).json(&body).send().await;
    grant(&house, &place, &node.id(), 1).await.is(400, "GRANT_NOT_NEEDED");
    grant(&house, &place, "0123456789abcdef01234567", 1).await.is(404, "NODE_NOT_FOUND");
    grant(&house, &place, &other.id(), 0).await.is(400, "INVALID_ATTRIBUTE");
    grant(&house, &place, &other.id(), 721).await.is(400, "INVALID_ATTRIBUTE");
    post(json!({})).await.is(400, "VALIDATION_ERROR");
    assert_eq!(post(json!({"nodeId": "x", "hours": 1})).await.fields().len(), 3);
    post(json!({"nodeId": other.id(), "expiresInHours": "1"})).await.is(400, "INVALID_JSON_ATTRIBUTE");
    post(json!([])).await.is(400, "INVALID_JSON");
    let revoke = ours(&house, &format!("clusters/c/nodes/{}", other.id()));
    house.ask("DELETE", &revoke).send().await.ok();
    grant(&house, &place, &other.id(), 1).await.is(409, "NODE_REVOKED");
    assert_eq!(ids(&house.get(&place).await.ok()), [""; 0]);

    let body = json!({"nodeId": other.id(), "expiresInHours": 1});
    let reader = house.new_reader().await;
    house.nobody("POST", &place).by(&reader).json(&body).send().await.is(403, "USER_UNAUTHORIZED");
    house.nobody("POST", &place).json(&body).send().await.is(401, "UNEXPECTED_ERROR");
    house.nobody("GET", &place).by(&reader).send().await.ok();
    house.end().await;
}

async fn what_is_of_another_project_is_not_found(database: Database) {
    let house = House::open(database).await;
    let (_, key) = furnish(&house).await;
    let other = KeyNode::new(&house, "c", "n2", "mongod").await;
    let place = ours(&house, &format!("masterKeys/{key}/grants"));
    let made = grant(&house, &place, &other.id(), 1).await.json();
    let elsewhere = house.new_project("other").await;
    let foreign = format!("/api/atrest/v1/groups/{elsewhere}/masterKeys/{key}/grants");
    house.get(&foreign).await.is(404, "MASTER_KEY_NOT_FOUND");
    grant(&house, &foreign, &other.id(), 1).await.is(404, "MASTER_KEY_NOT_FOUND");
    let one = format!("{foreign}/{}", made["id"].as_str().unwrap());
    house.ask("DELETE", &one).send().await.is(404, "MASTER_KEY_NOT_FOUND");
    let absent = ours(&house, "masterKeys/00000000-0000-4000-8000-000000000000/grants");
    house.get(&absent).await.is(404, "MASTER_KEY_NOT_FOUND");
    assert_eq!(house.get(&place).await.ok()["totalCount"], 1);
    house.end().await;
}
