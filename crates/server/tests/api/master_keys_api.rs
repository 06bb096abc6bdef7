//! Master keys as owners see them: GET `/masterKeys`, GET one, POST `/{masterKeyId}/return`; and deleted clusters,
//! which come back with theirs: GET `/deletedClusters`, POST `/{clusterId}/return`.

use std::time::Duration;

use domain::access::{OrgRole, ProjectRole};
use serde_json::{Value, json};
use simulators::FaultKind;

use crate::database::Database;
use crate::house::{House, Plan, until};
use crate::keys::{KeyNode, furnish, ids, new_encrypted_cluster, ours};
use crate::on_both_engines;

on_both_engines! {
    master_keys_are_listed_and_shown_without_the_key
    what_nodes_are_told_follows_the_customer_key
    a_destroyed_key_is_brought_back
    a_key_is_not_brought_back_after_its_time
    a_name_that_was_taken_since_stands_in_the_way
    a_deleted_cluster_comes_back_with_its_keys
    a_deleted_project_comes_back
    what_is_of_another_project_is_not_found
}

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn master_keys_are_listed_and_shown_without_the_key(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    new_encrypted_cluster(&house, "d", "AWS").await;
    let client = KeyNode::new(&house, "d", "driver", "client").await;
    let other = client.make(&house, &["a", "b"]).await;

    let got = house.get(&ours(&house, &format!("masterKeys/{key}"))).await;
    let shown = got.ok();
    let cluster = house.get(&format!("/api/atlas/v2/groups/{}/clusters/c", house.project)).await.ok();
    assert_eq!(
        shown,
        json!({
            "algorithm": "AES",
            "clusterId": cluster["id"],
            "clusterName": "c",
            "createdAt": shown["createdAt"],
            "customerKey": 1,
            "destroyedAt": null,
            "groupId": house.project.to_string(),
            "id": key.to_string(),
            "length": 256,
            "names": ["storage"],
            "nodeId": node.id(),
            "nodeRole": "mongod",
            "objectType": "SYMMETRIC_KEY",
            "provider": "AWS",
            "purgeAt": null,
            "purged": false,
            "state": "ACTIVE",
            "stateTold": "ACTIVE",
        })
    );
    let material = node.bytes(&house, key).await;
    for spelled in [hex::encode(&material), hex::encode_upper(&material)] {
        assert!(!got.text().contains(&spelled));
    }

    let list = async |query: &str| house.get(&ours(&house, &format!("masterKeys{query}"))).await;
    let found = async |query: &str| {
        let mut found = ids(&list(query).await.ok());
        found.sort_unstable();
        found
    };
    let (key, other) = (key.to_string(), other.to_string());
    let mut both = [key.as_str(), other.as_str()];
    both.sort_unstable();
    assert_eq!(found("").await, both);
    assert_eq!(found("?clusterName=c").await, [key.as_str()]);
    assert_eq!(found("?clusterName=d&destroyed=false").await, [other.as_str()]);
    assert_eq!(found(&format!("?nodeId={}", node.id())).await, [key.as_str()]);
    assert_eq!(found(&format!("?nodeId={}&clusterName=d", node.id())).await, [""; 0]);
    assert_eq!(found("?destroyed=true").await, [""; 0]);
    let page = list("?itemsPerPage=1&pageNum=2&clusterName=c").await.ok();
    assert_eq!((&page["totalCount"], &page["results"]), (&json!(1), &json!([])));
    assert!(page["links"][0]["href"].as_str().unwrap().contains("clusterName=c"), "{page}");
    let first = list("?itemsPerPage=1").await.ok();
    let second = list("?itemsPerPage=1&pageNum=2").await.ok();
    let mut paged = [ids(&first), ids(&second)].concat();
    paged.sort_unstable();
    assert_eq!(paged, both);
    assert_eq!(first["totalCount"], 2);

    list("?clusterName=nowhere").await.is(404, "CLUSTER_NOT_FOUND");
    for query in ["?destroyed=maybe", "?nodeId=x", "?clusterName=-", "?destroyed=true&destroyed=true"] {
        list(query).await.is(400, "INVALID_QUERY_PARAMETER");
    }
    let shown = house.get(&ours(&house, &format!("masterKeys/{other}"))).await.ok();
    assert_eq!((&shown["names"], &shown["state"]), (&json!(["a", "b"]), &json!("PRE_ACTIVE")));
    house.nobody("GET", &ours(&house, "masterKeys")).send().await.is(401, "UNEXPECTED_ERROR");
    house.end().await;
}

async fn what_nodes_are_told_follows_the_customer_key(database: Database) {
    let house = House::open_as(database, Plan::watchful()).await;
    let (_, key) = furnish(&house).await;
    let states = async || {
        let shown = house.get(&ours(&house, &format!("masterKeys/{key}"))).await.ok();
        (shown["state"].clone(), shown["stateTold"].clone())
    };
    // What is told is at most a second old.
    let told = async |expected: Value| {
        until("it is told", async || {
            let (stored, told) = states().await;
            assert_eq!(stored, "ACTIVE");
            told == expected
        })
        .await;
    };
    told(json!("ACTIVE")).await;
    house.cloud().disable_key(&house.cloud().key).await;
    house.read().await.ok();
    told(json!("DEACTIVATED")).await;
    house.cloud().enable_key(&house.cloud().key).await;
    house.read().await.ok();
    told(json!("ACTIVE")).await;
    // Past lease and grace nothing is told.
    house.cloud().fail("*", FaultKind::Http500);
    house.pass(DAY);
    told(Value::Null).await;
    house.cloud().mend();
    house.end().await;
}

async fn a_destroyed_key_is_brought_back(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    let material = node.bytes(&house, key).await;
    let place = ours(&house, &format!("masterKeys/{key}"));
    let back = async || house.ask("POST", &format!("{place}/return")).send().await;
    back().await.is(409, "MASTER_KEY_NOT_DESTROYED");

    node.destroy(&house, key).await;
    assert!(node.release(&house, key).await.is_err());
    let shown = house.get(&place).await.ok();
    assert_eq!((&shown["state"], &shown["stateTold"]), (&json!("DESTROYED"), &json!("DESTROYED")));
    assert!(shown["destroyedAt"].is_string() && shown["purgeAt"].as_str() > shown["destroyedAt"].as_str(), "{shown}");
    assert_eq!(ids(&house.get(&ours(&house, "masterKeys?destroyed=true")).await.ok()), [key.to_string()]);

    let reader = house.new_reader().await;
    house.nobody("POST", &format!("{place}/return")).by(&reader).send().await.is(403, "USER_UNAUTHORIZED");
    house.nobody("POST", &format!("{place}/return")).send().await.is(401, "UNEXPECTED_ERROR");
    let shown = back().await.ok();
    assert_eq!((&shown["state"], &shown["purgeAt"]), (&json!("DEACTIVATED"), &Value::Null));
    assert_eq!(house.get(&place).await.ok(), shown);
    assert_eq!(node.bytes(&house, key).await, material, "it is the same key");
    back().await.is(409, "MASTER_KEY_NOT_DESTROYED");
    let told = house.events().await;
    for kind in ["MASTER_KEY_DESTROYED", "MASTER_KEY_RETURNED"] {
        assert_eq!(told.iter().filter(|name| *name == kind).count(), 1, "{kind}: {told:?}");
    }
    house.end().await;
}

async fn a_key_is_not_brought_back_after_its_time(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    node.destroy(&house, key).await;
    house.pass(31 * DAY);
    let back = house.ask("POST", &ours(&house, &format!("masterKeys/{key}/return"))).send().await;
    back.is(409, "MASTER_KEY_PURGED");
    let shown = house.get(&ours(&house, &format!("masterKeys/{key}"))).await.ok();
    assert_eq!(shown["state"], "DESTROYED");
    house.end().await;
}

async fn a_name_that_was_taken_since_stands_in_the_way(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    node.destroy(&house, key).await;
    let younger = node.make_active(&house, &["storage"]).await;
    let back = async || house.ask("POST", &ours(&house, &format!("masterKeys/{key}/return"))).send().await;
    let refused = back().await;
    refused.is(409, "DUPLICATE_MASTER_KEY_NAME");
    assert_eq!(refused.json()["parameters"], json!(["storage"]));
    node.destroy(&house, younger).await;
    back().await.ok();
    house.end().await;
}

async fn a_deleted_cluster_comes_back_with_its_keys(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    let material = node.bytes(&house, key).await;
    let place = format!("/api/atlas/v2/groups/{}/clusters/c", house.project);
    let before = house.get(&place).await.ok();
    assert_eq!(house.get(&ours(&house, "deletedClusters")).await.ok()["totalCount"], 0);
    assert_eq!(house.ask("DELETE", &place).send().await.status, 202);

    let list = house.get(&ours(&house, "deletedClusters")).await.ok();
    let deleted = &list["results"][0];
    assert_eq!((&deleted["id"], &deleted["name"]), (&before["id"], &json!("c")));
    assert_eq!(
        (&deleted["encryptionAtRestProvider"], &deleted["groupId"]),
        (&json!("AWS"), &json!(house.project.to_string()))
    );
    assert!(deleted["purgeAt"].as_str() > deleted["deletedAt"].as_str(), "{deleted}");
    assert!(!node.is_known(&house).await, "its use ended at once");

    let id = before["id"].as_str().unwrap();
    let back = format!("{}/return", ours(&house, &format!("deletedClusters/{id}")));
    let reader = house.new_reader().await;
    house.nobody("POST", &back).by(&reader).send().await.is(403, "USER_UNAUTHORIZED");
    new_encrypted_cluster(&house, "c", "AWS").await;
    house.ask("POST", &back).send().await.is(400, "DUPLICATE_CLUSTER_NAME");
    assert_eq!(house.ask("DELETE", &place).send().await.status, 202);
    let got = house.ask("POST", &back).send().await;
    assert_eq!((&got.ok()["id"], &got.ok()["name"]), (&before["id"], &json!("c")));
    assert!(got.header("location").unwrap().ends_with(&place), "{:?}", got.header("location"));
    assert_eq!(house.get(&place).await.ok()["id"], before["id"]);
    assert_eq!(house.get(&ours(&house, "deletedClusters")).await.ok()["totalCount"], 1, "the other one");
    house.ask("POST", &back).send().await.is(404, "DELETED_CLUSTER_NOT_FOUND");
    assert!(house.events().await.contains(&"CLUSTER_RETURNED".to_owned()));
    assert!(node.is_known(&house).await);
    assert_eq!(node.bytes(&house, key).await, material);

    assert_eq!(house.ask("DELETE", &place).send().await.status, 202);
    house.pass(31 * DAY);
    house.ask("POST", &back).send().await.is(404, "DELETED_CLUSTER_NOT_FOUND");
    assert_eq!(house.get(&ours(&house, "deletedClusters")).await.ok()["totalCount"], 0);
    house.end().await;
}

async fn a_deleted_project_comes_back(database: Database) {
    let house = House::open(database).await;
    let list = format!("/api/atrest/v1/orgs/{}/deletedGroups", house.org);
    assert_eq!(house.get(&list).await.ok()["totalCount"], 0);
    let (node, key) = furnish(&house).await;
    let material = node.bytes(&house, key).await;
    let project = format!("/api/atlas/v2/groups/{}", house.project);
    let cluster = house.get(&format!("{project}/clusters/c")).await.ok()["id"].as_str().unwrap().to_owned();
    for path in [format!("{project}/clusters/c"), project.clone()] {
        assert_eq!(house.ask("DELETE", &path).send().await.status, 202);
    }
    let deleted = house.get(&list).await.ok()["results"][0].clone();
    assert_eq!((&deleted["id"], &deleted["name"]), (&json!(house.project.to_string()), &json!("first")));
    assert!(deleted["purgeAt"].as_str() > deleted["deletedAt"].as_str(), "{deleted}");

    let back = format!("{list}/{}/return", house.project);
    let member = house.new_key(house.grants(OrgRole::Member, &[])).await;
    house.nobody("POST", &back).by(&member).send().await.is(403, "USER_UNAUTHORIZED");
    house.nobody("POST", &back).send().await.is(401, "UNEXPECTED_ERROR");
    let namesake = house.new_project("first").await;
    house.ask("POST", &back).send().await.is(409, "GROUP_ALREADY_EXISTS");
    assert_eq!(house.ask("DELETE", &format!("/api/atlas/v2/groups/{namesake}")).send().await.status, 202);
    let got = house.ask("POST", &back).send().await;
    assert_eq!(got.ok()["name"], "first");
    assert!(got.header("location").unwrap().ends_with(&project), "{:?}", got.header("location"));
    house.ask("POST", &back).send().await.is(404, "DELETED_GROUP_NOT_FOUND");

    // Its credentials were destroyed: the customer's key is enabled again, then the cluster comes back.
    let return_cluster = ours(&house, &format!("deletedClusters/{cluster}/return"));
    house.ask("POST", &return_cluster).send().await.is(400, "ENCRYPTION_AT_REST_NOT_ENABLED");
    house.enable().await;
    house.ask("POST", &return_cluster).send().await.ok();
    assert_eq!(node.bytes(&house, key).await, material);
    house.end().await;
}

async fn what_is_of_another_project_is_not_found(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    node.destroy(&house, key).await;
    let other = house.new_project("other").await;
    let place = |path: &str| format!("/api/atrest/v1/groups/{other}/{path}");
    let absent = "00000000-0000-4000-8000-000000000000";
    for id in [key.to_string(), absent.to_owned()] {
        for (method, path) in [("GET", format!("masterKeys/{id}")), ("POST", format!("masterKeys/{id}/return"))] {
            let got = house.ask(method, &place(&path)).send().await;
            got.is(404, "MASTER_KEY_NOT_FOUND");
            assert_eq!(got.json()["parameters"], json!([id]));
        }
    }
    assert_eq!(house.get(&place("masterKeys")).await.ok()["totalCount"], 0);
    let cluster = house.get(&format!("/api/atlas/v2/groups/{}/clusters/c", house.project)).await.ok();
    let path = format!("/api/atlas/v2/groups/{}/clusters/c", house.project);
    assert_eq!(house.ask("DELETE", &path).send().await.status, 202);
    assert_eq!(house.get(&place("deletedClusters")).await.ok()["totalCount"], 0);
    let back = place(&format!("deletedClusters/{}/return", cluster["id"].as_str().unwrap()));
    house.ask("POST", &back).send().await.is(404, "DELETED_CLUSTER_NOT_FOUND");
    let stranger = house.new_key(house.grants(OrgRole::Member, &[(other, ProjectRole::Owner)])).await;
    let path = ours(&house, &format!("masterKeys/{key}"));
    house.nobody("GET", &path).by(&stranger).send().await.is(404, "GROUP_NOT_FOUND");
    house.end().await;
}
