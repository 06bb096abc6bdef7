//! Snapshots as far as keys go: POST, GET, DELETE under `/clusters/{clusterName}/snapshots`, and Atlas's view of them
//! under `/clusters/{clusterName}/backup/snapshots`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::Got;
use crate::database::Database;
use crate::house::{House, until};
use crate::keys::{KeyNode, furnish, ids, new_encrypted_cluster, ours};
use crate::on_both_engines;

on_both_engines! {
    a_snapshot_is_registered_shown_and_released
    a_snapshot_keeps_its_keys_from_being_wiped
    atlas_sees_what_is_not_released
    a_snapshot_that_makes_no_sense_is_refused
    what_is_of_another_project_or_cluster_is_not_found
}

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn register(house: &House, cluster: &str, body: &Value) -> Got {
    house.ask("POST", &ours(house, &format!("clusters/{cluster}/snapshots"))).json(body).send().await
}

fn sorted(keys: &Value) -> Vec<String> {
    let mut keys: Vec<_> = keys.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    keys.sort_unstable();
    keys
}

async fn a_snapshot_is_registered_shown_and_released(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    let second = KeyNode::new(&house, "c", "n2", "mongod").await.make(&house, &[]).await;
    let place = ours(&house, "clusters/c/snapshots");
    let got = register(&house, "c", &json!({"description": "nightly"})).await;
    assert_eq!(got.status, 201, "{}", got.text());
    let whole = got.json();
    let id = whole["id"].as_str().unwrap();
    assert!(got.header("location").unwrap().ends_with(&format!("{place}/{id}")));
    let mut both = vec![key.to_string(), second.to_string()];
    both.sort_unstable();
    assert_eq!(sorted(&whole["masterKeyIds"]), both);
    assert_eq!(
        (&whole["clusterName"], &whole["description"], &whole["releasedAt"], &whole["groupId"]),
        (&json!("c"), &json!("nightly"), &Value::Null, &json!(house.project.to_string()))
    );
    house.pass(Duration::from_secs(1));
    let part = register(&house, "c", &json!({"masterKeyIds": [key.to_string(), key.to_string()]})).await.json();
    assert_eq!((sorted(&part["masterKeyIds"]), &part["description"]), (vec![key.to_string()], &Value::Null));
    let echoed = register(&house, "c", &whole).await;
    assert_eq!(echoed.status, 201, "a whole answer can be sent back: {}", echoed.text());

    let list = house.get(&format!("{place}?itemsPerPage=2&pageNum=2")).await.ok();
    assert_eq!((ids(&list), &list["totalCount"]), (vec![id.to_owned()], &json!(3)));
    let one = house.get(&format!("{place}/{id}")).await.ok();
    assert_eq!((sorted(&one["masterKeyIds"]), &one["createdAt"]), (both, &whole["createdAt"]));
    let keys = house.get(&ours(&house, "customerKeys")).await.ok();
    assert_eq!((&keys["results"][0]["masterKeys"], &keys["results"][0]["snapshots"]), (&json!(2), &json!(3)));

    let released = house.ask("DELETE", &format!("{place}/{id}")).send().await.ok();
    assert!(released["releasedAt"].is_string(), "{released}");
    let again = house.ask("DELETE", &format!("{place}/{id}")).send().await.ok();
    assert_eq!(again["releasedAt"], released["releasedAt"], "twice changes nothing");
    assert_eq!(house.get(&format!("{place}/{id}")).await.ok()["releasedAt"], released["releasedAt"]);
    let keys = house.get(&ours(&house, "customerKeys")).await.ok();
    assert_eq!(keys["results"][0]["snapshots"], 2);
    node.bytes(&house, key).await;
    let told = house.events().await;
    let count = |kind: &str| told.iter().filter(|name| *name == kind).count();
    assert_eq!((count("SNAPSHOT_REGISTERED"), count("SNAPSHOT_RELEASED")), (3, 1), "{told:?}");
    house.end().await;
}

async fn a_snapshot_keeps_its_keys_from_being_wiped(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    let other = node.make_active(&house, &[]).await;
    let snapshot = register(&house, "c", &json!({"masterKeyIds": [key.to_string()]})).await.json();
    node.destroy(&house, key).await;
    node.destroy(&house, other).await;
    house.pass(31 * DAY);
    let purged = async |id| house.get(&ours(&house, &format!("masterKeys/{id}"))).await.ok()["purged"] == true;
    until("what nothing needs is wiped", async || {
        house.control.purge_master_keys().await.unwrap();
        purged(other).await
    })
    .await;
    assert!(!purged(key).await, "a snapshot needs it");
    let place = ours(&house, &format!("clusters/c/snapshots/{}", snapshot["id"].as_str().unwrap()));
    house.ask("DELETE", &place).send().await.ok();
    until("what was released is wiped too", async || {
        house.control.purge_master_keys().await.unwrap();
        purged(key).await
    })
    .await;
    let shown = house.get(&ours(&house, &format!("masterKeys/{key}"))).await.ok();
    assert_eq!(
        (&shown["provider"], &shown["customerKey"], &shown["state"]),
        (&Value::Null, &Value::Null, &json!("DESTROYED"))
    );
    house.end().await;
}

async fn atlas_sees_what_is_not_released(database: Database) {
    let house = House::open(database).await;
    let (_, key) = furnish(&house).await;
    let atlas = format!("/api/atlas/v2/groups/{}/clusters/c/backup/snapshots", house.project);
    assert_eq!(house.get(&atlas).await.ok()["totalCount"], 0);
    let first = register(&house, "c", &json!({"description": "first"})).await.json();
    house.pass(Duration::from_secs(1));
    let second = register(&house, "c", &json!({})).await.json();
    let list = house.ask("GET", &atlas).accept("application/vnd.atlas.2023-01-01+json").send().await;
    assert_eq!(list.header("content-type").unwrap(), "application/vnd.atlas.2023-01-01+json;charset=utf-8");
    let list = list.ok();
    assert_eq!(ids(&list), [&second, &first].map(|one| one["id"].as_str().unwrap().to_owned()));
    let one = format!("{atlas}/{}", first["id"].as_str().unwrap());
    let shown = house.get(&one).await.ok();
    assert_eq!(shown, list["results"][1]);
    assert_eq!(
        shown,
        json!({
            "cloudProvider": "AWS",
            "copyRegions": [],
            "createdAt": first["createdAt"],
            "description": "first",
            "id": first["id"],
            "links": [{"href": format!("http://{}{one}", house.address), "rel": "self"}],
            "masterKeyUUID": key.to_string(),
            "policyItems": [],
            "replicaSetName": "c",
            "snapshotType": "onDemand",
            "status": "completed",
            "storageSizeBytes": 0,
            "type": "replicaSet",
        })
    );
    let place = ours(&house, &format!("clusters/c/snapshots/{}", first["id"].as_str().unwrap()));
    house.ask("DELETE", &place).send().await.ok();
    house.get(&one).await.is(404, "SNAPSHOT_NOT_FOUND");
    let list = house.get(&atlas).await.ok();
    assert_eq!((ids(&list), &list["totalCount"]), (vec![second["id"].as_str().unwrap().to_owned()], &json!(1)));
    house.ask("DELETE", &atlas).send().await.is(405, "METHOD_NOT_ALLOWED");
    let reader = house.new_reader().await;
    house.nobody("GET", &atlas).by(&reader).send().await.ok();
    house.nobody("GET", &atlas).send().await.is(401, "UNEXPECTED_ERROR");
    house.end().await;
}

async fn a_snapshot_that_makes_no_sense_is_refused(database: Database) {
    let house = House::open(database).await;
    let (_, key) = furnish(&house).await;
    new_encrypted_cluster(&house, "empty", "AWS").await;
    register(&house, "empty", &json!({})).await.is(400, "SNAPSHOT_NEEDS_NO_MASTER_KEYS");
    register(&house, "empty", &json!({"masterKeyIds": [key.to_string()]})).await.is(404, "MASTER_KEY_NOT_FOUND");
    register(&house, "c", &json!({"masterKeyIds": []})).await.is(400, "SNAPSHOT_NEEDS_NO_MASTER_KEYS");
    for absent in ["00000000-0000-4000-8000-000000000000", "00000000-0000-0000-0000-000000000000"] {
        register(&house, "c", &json!({"masterKeyIds": [absent]})).await.is(404, "MASTER_KEY_NOT_FOUND");
    }
    register(&house, "c", &json!({"masterKeyIds": ["x"]})).await.is(400, "INVALID_ATTRIBUTE");
    register(&house, "c", &json!({"description": "a\nb"})).await.is(400, "INVALID_ATTRIBUTE");
    register(&house, "c", &json!({"description": "x".repeat(257)})).await.is(400, "INVALID_ATTRIBUTE");
    register(&house, "c", &json!({"keys": [], "masterKeyIds": "x"})).await.is(400, "VALIDATION_ERROR");
    register(&house, "nowhere", &json!({})).await.is(404, "CLUSTER_NOT_FOUND");
    let reader = house.new_reader().await;
    let place = ours(&house, "clusters/c/snapshots");
    house.nobody("POST", &place).by(&reader).json(&json!({})).send().await.is(403, "USER_UNAUTHORIZED");
    house.nobody("POST", &place).json(&json!({})).send().await.is(401, "UNEXPECTED_ERROR");
    assert_eq!(house.get(&place).await.ok()["totalCount"], 0);
    house.end().await;
}

async fn what_is_of_another_project_or_cluster_is_not_found(database: Database) {
    let house = House::open(database).await;
    furnish(&house).await;
    let made = register(&house, "c", &json!({})).await.json();
    let id = made["id"].as_str().unwrap();
    new_encrypted_cluster(&house, "d", "AWS").await;
    for method in ["GET", "DELETE"] {
        let there = ours(&house, &format!("clusters/d/snapshots/{id}"));
        house.ask(method, &there).send().await.is(404, "SNAPSHOT_NOT_FOUND");
    }
    let atlas = format!("/api/atlas/v2/groups/{}/clusters/d/backup/snapshots", house.project);
    house.get(&format!("{atlas}/{id}")).await.is(404, "SNAPSHOT_NOT_FOUND");
    assert_eq!(house.get(&atlas).await.ok()["totalCount"], 0);
    let other = house.new_project("other").await;
    let foreign = format!("/api/atrest/v1/groups/{other}/clusters/c/snapshots/{id}");
    house.get(&foreign).await.is(404, "CLUSTER_NOT_FOUND");
    assert!(house.get(&ours(&house, &format!("clusters/c/snapshots/{id}"))).await.ok()["releasedAt"].is_null());
    house.end().await;
}
