//! What private networking means for clusters and nodes while it is engaged (product.md 5.4): which clusters it stops
//! and lets go, what is refused, where nodes may come, and what a project's own view says of it.

use serde_json::{Value, json};

use crate::client::Got;
use crate::clusters::cluster;
use crate::database::Database;
use crate::endpoints::{AWS, AZURE};
use crate::house::House;
use crate::on_both_engines;

on_both_engines! {
    a_cluster_in_several_clouds_is_disabled_while_key_calls_are_private
    a_cluster_outside_azure_is_disabled_while_its_vault_is_private
    a_persons_own_pause_is_left_alone
    a_cluster_that_becomes_single_cloud_is_disabled_no_more
    a_disabled_cluster_is_not_resumed_by_hand
    a_disabled_cluster_can_be_deleted_and_brought_back
    a_new_cluster_in_several_clouds_is_refused
    a_new_cluster_outside_azure_is_refused
    new_clusters_come_only_where_an_endpoint_is_active
    new_nodes_come_only_where_an_endpoint_is_active
    the_view_tells_where_each_cluster_stands
}

const DISABLED: &str = "CLUSTER_DISABLED_FOR_PRIVATE_NETWORKING";
const NO_LONGER: &str = "CLUSTER_ENABLED_AFTER_PRIVATE_NETWORKING";
const NOT_SUPPORTED: (u16, &str) = (400, "CLUSTER_NOT_SUPPORTED_OVER_PRIVATE_ENDPOINTS");
const NO_ENDPOINT: (u16, &str) = (400, "CLUSTER_REGION_HAS_NO_PRIVATE_ENDPOINT");

const IN_AZURE: &[&str] = &["AZURE:US_EAST_2"];
const IN_AWS: &[&str] = &["AWS:US_EAST_1"];
const IN_BOTH: &[&str] = &["AZURE:US_EAST_2", "AWS:US_EAST_1"];

/// The shards of a replica set in these places.
fn shards(places: &[&str]) -> Value {
    let configs = places.iter().zip((1..=7).rev()).map(|(place, priority)| {
        let (cloud, region) = place.split_once(':').unwrap();
        let count = match (places.len(), priority) {
            (1, _) => 3,
            (2, 7) => 2,
            _ => 1,
        };
        json!({
            "providerName": cloud, "regionName": region, "priority": priority,
            "electableSpecs": {"instanceSize": "M10", "nodeCount": count},
        })
    });
    json!([{"regionConfigs": configs.collect::<Vec<_>>()}])
}

/// A replica set in these places with a provider's customer key.
pub(crate) fn hosted(name: &str, key: &str, places: &[&str]) -> Value {
    let mut body = cluster(name);
    body["replicationSpecs"] = shards(places);
    body["encryptionAtRestProvider"] = json!(key);
    body
}

fn clusters_of(house: &House) -> String {
    format!("/api/atlas/v2/groups/{}/clusters", house.project)
}

async fn post(house: &House, body: &Value) -> Got {
    house.ask("POST", &clusters_of(house)).json(body).send().await
}

async fn patch(house: &House, name: &str, body: &Value) -> Got {
    house.ask("PATCH", &format!("{}/{name}", clusters_of(house))).json(body).send().await
}

async fn made(house: &House, body: &Value) {
    let got = post(house, body).await;
    assert_eq!(got.status, 201, "{}", got.text());
}

/// Which clusters are shown as paused, by the list and each by itself.
async fn paused(house: &House) -> Vec<String> {
    let list = house.get(&clusters_of(house)).await.ok();
    let mut paused = Vec::new();
    for cluster in list["results"].as_array().unwrap() {
        let name = cluster["name"].as_str().unwrap();
        let alone = house.get(&format!("{}/{name}", clusters_of(house))).await.ok();
        assert_eq!(cluster["paused"], alone["paused"], "{name}");
        if cluster["paused"] == true {
            paused.push(name.to_owned());
        }
    }
    paused
}

async fn count(house: &House, event: &str) -> usize {
    house.events().await.iter().filter(|name| *name == event).count()
}

/// A house with AWS and Azure enabled, that requires private networking with Azure.
async fn open(database: Database) -> House {
    let house = House::open_everywhere(database).await;
    house.enable().await;
    house.require_private(AZURE).await;
    house
}

/// Deletes an endpoint and gives private networking up.
async fn go_public(house: &House, provider: &str, endpoint: &str) {
    assert_eq!(house.delete_endpoint(provider, endpoint).await.status, 204);
    house.until_gone(provider, endpoint).await;
    house.set_required(provider, false).await.ok();
}

async fn a_cluster_in_several_clouds_is_disabled_while_key_calls_are_private(database: Database) {
    let house = open(database).await;
    made(&house, &hosted("azure-in-both", AZURE, IN_BOTH)).await;
    made(&house, &hosted("aws-in-both", AWS, IN_BOTH)).await;
    made(&house, &hosted("none-in-both", "NONE", IN_BOTH)).await;
    made(&house, &hosted("azure-in-azure", AZURE, IN_AZURE)).await;
    made(&house, &hosted("aws-in-aws", AWS, IN_AWS)).await;
    assert_eq!(paused(&house).await, [""; 0], "key calls are public");
    let endpoint = house.active_endpoint(AZURE, "US_EAST_2").await;
    assert_eq!(paused(&house).await, ["aws-in-both", "azure-in-both"]);
    assert_eq!(count(&house, DISABLED).await, 2);
    let second = house.active_endpoint(AZURE, "US_CENTRAL").await;
    assert_eq!(count(&house, DISABLED).await, 2, "each is told once");

    for endpoint in [&endpoint, &second] {
        assert_eq!(house.delete_endpoint(AZURE, endpoint).await.status, 204);
        house.until_gone(AZURE, endpoint).await;
        assert_eq!(paused(&house).await, ["aws-in-both", "azure-in-both"], "no endpoint is no public path");
    }
    assert_eq!(count(&house, NO_LONGER).await, 0);
    house.set_required(AZURE, false).await.ok();
    assert_eq!(paused(&house).await, [""; 0]);
    assert_eq!((count(&house, DISABLED).await, count(&house, NO_LONGER).await), (2, 2));
    house.end().await;
}

async fn a_cluster_outside_azure_is_disabled_while_its_vault_is_private(database: Database) {
    let house = open(database).await;
    made(&house, &hosted("azure-in-aws", AZURE, IN_AWS)).await;
    made(&house, &hosted("aws-in-azure", AWS, IN_AZURE)).await;
    let endpoint = house.active_endpoint(AZURE, "US_EAST_2").await;
    assert_eq!(paused(&house).await, ["azure-in-aws"]);
    assert_eq!(count(&house, DISABLED).await, 1);
    // Its nodes fetch their keys as before: pausing is what stops it.
    go_public(&house, AZURE, &endpoint).await;
    assert_eq!(paused(&house).await, [""; 0]);
    assert_eq!(count(&house, NO_LONGER).await, 1);
    house.end().await;
}

async fn a_persons_own_pause_is_left_alone(database: Database) {
    let house = open(database).await;
    made(&house, &hosted("both", AZURE, IN_BOTH)).await;
    patch(&house, "both", &json!({"paused": true})).await.ok();
    let endpoint = house.active_endpoint(AZURE, "US_EAST_2").await;
    go_public(&house, AZURE, &endpoint).await;
    assert_eq!(paused(&house).await, ["both"]);
    assert_eq!(patch(&house, "both", &json!({"paused": false})).await.ok()["paused"], false);
    house.end().await;
}

async fn a_cluster_that_becomes_single_cloud_is_disabled_no_more(database: Database) {
    let house = open(database).await;
    for name in ["both", "asleep", "off"] {
        made(&house, &hosted(name, AZURE, IN_BOTH)).await;
    }
    patch(&house, "asleep", &json!({"paused": true})).await.ok();
    house.active_endpoint(AZURE, "US_EAST_2").await;
    assert_eq!(paused(&house).await, ["asleep", "both", "off"]);

    patch(&house, "both", &json!({"replicationSpecs": shards(IN_AWS)})).await.is(NOT_SUPPORTED.0, NOT_SUPPORTED.1);
    patch(&house, "both", &json!({"tags": [{"key": "a", "value": "b"}]})).await.is(NOT_SUPPORTED.0, NOT_SUPPORTED.1);
    let elsewhere = json!({"replicationSpecs": shards(&["AZURE:US_CENTRAL"])});
    patch(&house, "both", &elsewhere).await.is(NO_ENDPOINT.0, NO_ENDPOINT.1);
    assert_eq!(count(&house, NO_LONGER).await, 0);

    // A client sends back what it read, the pause too, which was not a person's.
    let whole = json!({"paused": true, "replicationSpecs": shards(IN_AZURE)});
    assert_eq!(patch(&house, "both", &whole).await.ok()["paused"], false);
    // A person's own pause stands in nobody's way, and stays.
    let mended = patch(&house, "asleep", &json!({"replicationSpecs": shards(IN_AZURE)})).await.ok();
    assert_eq!(mended["paused"], true);
    // Without a customer key it is left alone too.
    assert_eq!(patch(&house, "off", &json!({"encryptionAtRestProvider": "NONE"})).await.ok()["paused"], false);
    assert_eq!(paused(&house).await, ["asleep"]);
    assert_eq!(count(&house, NO_LONGER).await, 3);
    assert_eq!(patch(&house, "asleep", &json!({"paused": false})).await.ok()["paused"], false);
    house.end().await;
}

async fn a_disabled_cluster_is_not_resumed_by_hand(database: Database) {
    let house = open(database).await;
    for name in ["both", "asleep"] {
        made(&house, &hosted(name, AZURE, IN_BOTH)).await;
    }
    patch(&house, "asleep", &json!({"paused": true})).await.ok();
    let endpoint = house.active_endpoint(AZURE, "US_EAST_2").await;
    for name in ["both", "asleep"] {
        patch(&house, name, &json!({"paused": false})).await.is(NOT_SUPPORTED.0, NOT_SUPPORTED.1);
    }
    assert_eq!(paused(&house).await, ["asleep", "both"]);
    go_public(&house, AZURE, &endpoint).await;
    assert_eq!(paused(&house).await, ["asleep"], "nothing of it was stored");
    house.end().await;
}

async fn a_disabled_cluster_can_be_deleted_and_brought_back(database: Database) {
    let house = open(database).await;
    let mut body = hosted("both", AZURE, IN_BOTH);
    body["terminationProtectionEnabled"] = json!(true);
    made(&house, &body).await;
    house.active_endpoint(AZURE, "US_EAST_2").await;
    let open = patch(&house, "both", &json!({"terminationProtectionEnabled": false})).await.ok();
    assert_eq!((&open["terminationProtectionEnabled"], &open["paused"]), (&json!(false), &json!(true)));
    let id = open["id"].as_str().unwrap().to_owned();
    let got = house.ask("DELETE", &format!("{}/both", clusters_of(&house))).send().await;
    assert_eq!(got.status, 202, "{}", got.text());
    let back = format!("/api/atrest/v1/groups/{}/deletedClusters/{id}/return", house.project);
    let deleted = house.get(&format!("/api/atrest/v1/groups/{}/deletedClusters", house.project)).await.ok();
    assert_eq!(deleted["results"][0]["id"], id.as_str());
    let got = house.ask("POST", &back).send().await;
    assert_eq!((got.status, &got.json()["paused"]), (200, &json!(true)), "{}", got.text());
    assert_eq!(count(&house, DISABLED).await, 2, "when it began, and when it came back");
    house.end().await;
}

async fn a_new_cluster_in_several_clouds_is_refused(database: Database) {
    let house = open(database).await;
    made(&house, &hosted("off", "NONE", IN_BOTH)).await;
    house.active_endpoint(AZURE, "US_EAST_2").await;
    post(&house, &hosted("new", AZURE, IN_BOTH)).await.is(NOT_SUPPORTED.0, NOT_SUPPORTED.1);
    // Any customer key of the project's.
    post(&house, &hosted("new", AWS, IN_BOTH)).await.is(NOT_SUPPORTED.0, NOT_SUPPORTED.1);
    for key in [AZURE, AWS] {
        let on = json!({"encryptionAtRestProvider": key});
        patch(&house, "off", &on).await.is(NOT_SUPPORTED.0, NOT_SUPPORTED.1);
    }
    made(&house, &hosted("new", "NONE", IN_BOTH)).await;
    made(&house, &hosted("aws", AWS, IN_AWS)).await;
    let wider = json!({"replicationSpecs": shards(&["AWS:US_EAST_1", "AZURE:US_EAST_2"])});
    patch(&house, "aws", &wider).await.is(NOT_SUPPORTED.0, NOT_SUPPORTED.1);
    assert_eq!(count(&house, DISABLED).await, 0);
    house.end().await;
}

async fn a_new_cluster_outside_azure_is_refused(database: Database) {
    let house = open(database).await;
    made(&house, &hosted("off", "NONE", IN_AWS)).await;
    made(&house, &hosted("azure", AZURE, IN_AZURE)).await;
    house.active_endpoint(AZURE, "US_EAST_2").await;
    for place in ["AWS:US_EAST_1", "GCP:CENTRAL_US"] {
        post(&house, &hosted("new", AZURE, &[place])).await.is(NOT_SUPPORTED.0, NOT_SUPPORTED.1);
    }
    let on = json!({"encryptionAtRestProvider": AZURE});
    patch(&house, "off", &on).await.is(NOT_SUPPORTED.0, NOT_SUPPORTED.1);
    let moved = json!({"replicationSpecs": shards(IN_AWS)});
    patch(&house, "azure", &moved).await.is(NOT_SUPPORTED.0, NOT_SUPPORTED.1);
    assert_eq!(paused(&house).await, [""; 0]);
    house.end().await;
}

async fn new_clusters_come_only_where_an_endpoint_is_active(database: Database) {
    let house = open(database).await;
    made(&house, &hosted("before", AZURE, &["AZURE:EUROPE_NORTH"])).await;
    made(&house, &hosted("off", "NONE", &["AZURE:US_CENTRAL"])).await;
    house.active_endpoint(AZURE, "US_EAST_2").await;
    let waiting = house.new_endpoint(AZURE, "US_CENTRAL").await;
    house.until_status(AZURE, &waiting, "PENDING_ACCEPTANCE").await;

    let refused = post(&house, &hosted("new", AZURE, &["AZURE:US_CENTRAL"])).await;
    assert!(refused.is(NO_ENDPOINT.0, NO_ENDPOINT.1).text().contains("US_CENTRAL"));
    let two = &["AZURE:US_EAST_2", "AZURE:US_CENTRAL"];
    post(&house, &hosted("new", AZURE, two)).await.is(NO_ENDPOINT.0, NO_ENDPOINT.1);
    patch(&house, "off", &json!({"encryptionAtRestProvider": AZURE})).await.is(NO_ENDPOINT.0, NO_ENDPOINT.1);
    made(&house, &hosted("new", AZURE, IN_AZURE)).await;
    // Other providers' keys, and none, are left alone.
    made(&house, &hosted("aws", AWS, &["AWS:EU_WEST_1"])).await;
    made(&house, &hosted("none", "NONE", &["AZURE:US_CENTRAL"])).await;
    // Of one that was there before only new regions are asked about.
    patch(&house, "before", &json!({"tags": [{"key": "a", "value": "b"}]})).await.ok();
    let wider = json!({"replicationSpecs": shards(&["AZURE:EUROPE_NORTH", "AZURE:US_CENTRAL"])});
    patch(&house, "before", &wider).await.is(NO_ENDPOINT.0, NO_ENDPOINT.1);
    let served = json!({"replicationSpecs": shards(&["AZURE:EUROPE_NORTH", "AZURE:US_EAST_2"])});
    patch(&house, "before", &served).await.ok();
    // As soon as it is active.
    let pending = house.endpoint(AZURE, &waiting).await.ok();
    house.cloud().azure().approve(crate::endpoints::connection_of(&pending)).await;
    house.until_status(AZURE, &waiting, "ACTIVE").await;
    made(&house, &hosted("newer", AZURE, two)).await;
    house.end().await;
}

async fn new_nodes_come_only_where_an_endpoint_is_active(database: Database) {
    let house = open(database).await;
    made(&house, &hosted("c", AZURE, &["AZURE:US_EAST_2", "AZURE:US_CENTRAL"])).await;
    made(&house, &hosted("both", AZURE, IN_BOTH)).await;
    let node = async |cluster: &str, name: &str, role, region: Option<&str>| {
        let body = json!({"name": name, "role": role, "region": region});
        let path = format!("/api/atrest/v1/groups/{}/clusters/{cluster}/nodes", house.project);
        house.ask("POST", &path).json(&body).send().await
    };
    for (name, region) in [("n1", "US_EAST_2"), ("n2", "US_CENTRAL")] {
        assert_eq!(node("c", name, "mongod", Some(region)).await.status, 201);
    }
    house.active_endpoint(AZURE, "US_EAST_2").await;
    assert_eq!(node("c", "n3", "mongod", Some("US_EAST_2")).await.status, 201);
    node("c", "n4", "mongod", Some("US_CENTRAL")).await.is(NO_ENDPOINT.0, NO_ENDPOINT.1);
    node("both", "n5", "mongod", Some("US_EAST_2")).await.is(NOT_SUPPORTED.0, NOT_SUPPORTED.1);
    // A client is nowhere in particular.
    for cluster in ["c", "both"] {
        assert_eq!(node(cluster, "driver", "client", None).await.status, 201);
    }
    house.end().await;
}

async fn the_view_tells_where_each_cluster_stands(database: Database) {
    let house = open(database).await;
    made(&house, &hosted("azure", AZURE, IN_AZURE)).await;
    made(&house, &hosted("wide", AZURE, &["AZURE:US_EAST_2", "AZURE:US_CENTRAL"])).await;
    made(&house, &hosted("aws", AWS, IN_AWS)).await;
    made(&house, &hosted("both", AZURE, IN_BOTH)).await;
    made(&house, &hosted("outside", AZURE, IN_AWS)).await;
    made(&house, &hosted("none", "NONE", IN_BOTH)).await;
    let told = async || {
        let view = house.networking().await;
        let clusters = view["clusters"].as_array().unwrap().clone();
        let told = clusters.into_iter().map(|cluster| {
            let text = |member: &str| cluster[member].as_str().unwrap().to_owned();
            let disabled = cluster["disabled"].as_bool().unwrap();
            (text("name"), text("requirePrivateNetworking"), text("reason"), disabled)
        });
        told.collect::<Vec<_>>()
    };
    let say = |name: &str, standing: &str, reason: &str, disabled| {
        (name.to_owned(), standing.to_owned(), reason.to_owned(), disabled)
    };
    let aws = || say("aws", "INACTIVE", "NOT_REQUIRED", false);
    let none = || say("none", "INACTIVE", "NO_CUSTOMER_KEY", false);
    let awaiting = |name| say(name, "INACTIVE", "AWAITING_PRIVATE_ENDPOINT", false);
    let before = [aws(), awaiting("azure"), awaiting("both"), none(), awaiting("outside"), awaiting("wide")];
    assert_eq!(told().await, before);
    let endpoint = house.active_endpoint(AZURE, "US_EAST_2").await;
    let both = || say("both", "ACTIVE", "MULTI_CLOUD", true);
    let outside = || say("outside", "ACTIVE", "HOSTED_ELSEWHERE", true);
    let lacking = say("wide", "ACTIVE", "REGIONS_WITHOUT_PRIVATE_ENDPOINT", false);
    let private = say("azure", "ACTIVE", "PRIVATE_ENDPOINTS", false);
    assert_eq!(told().await, [aws(), private, both(), none(), outside(), lacking]);
    assert_eq!(house.delete_endpoint(AZURE, &endpoint).await.status, 204);
    let cut = |name| say(name, "ACTIVE", "NO_PRIVATE_ENDPOINT", false);
    assert_eq!(told().await, [aws(), cut("azure"), both(), none(), outside(), cut("wide")]);
    house.until_gone(AZURE, &endpoint).await;
    house.set_required(AZURE, false).await.ok();
    let public = |name| say(name, "INACTIVE", "NOT_REQUIRED", false);
    assert_eq!(told().await, [aws(), public("azure"), public("both"), none(), public("outside"), public("wide")]);
    house.end().await;
}
