//! What is asked of clusters beside themselves: all of them at once, regions and sizes, a description to look over, what
//! nobody can do from here, where to connect, and how a lost key stops them.

use std::time::Duration;

use domain::access::{OrgRole, ProjectRole};
use serde_json::{Value, json};
use simulators::FaultKind;

use crate::client::Got;
use crate::clusters::{cluster, encrypted, list_of, made, place_of, with};
use crate::database::Database;
use crate::house::{House, Plan};
use crate::nodes::{enrolled, mongod, new_key, new_node};
use crate::on_both_engines;

on_both_engines! {
    all_clusters_are_listed_by_project
    a_description_is_looked_over_and_nothing_saved
    hosts_that_enrolled_make_the_connection_string
    a_lost_key_pauses_what_uses_it_and_a_persons_pause_stays
}

async fn patch(house: &House, name: &str, body: &Value) -> Got {
    house.ask("PATCH", &place_of(house, name)).json(body).send().await
}

async fn shown(house: &House, name: &str) -> Value {
    house.get(&place_of(house, name)).await.ok()
}

async fn all_clusters_are_listed_by_project(database: Database) {
    let house = House::open(database).await;
    let other = house.new_project("other").await;
    made(&house, &with(cluster("c1"), &json!({"backupEnabled": true}))).await;
    made(&house, &cluster("c0")).await;
    let sharded = json!({"clusterType": "SHARDED", "replicationSpecs": [cluster("x")["replicationSpecs"][0], cluster("x")["replicationSpecs"][0]]});
    let got = house.ask("POST", &list_of(other)).json(&with(cluster("c2"), &sharded)).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
    patch(&house, "c0", &json!({"paused": true})).await.ok();

    let list = house.get("/api/atlas/v2/clusters").await;
    assert_eq!(list.header("content-type"), Some("application/vnd.atlas.2023-01-01+json;charset=utf-8"));
    let list = list.ok();
    assert_eq!(list["totalCount"], 2);
    let of = |project: &str| {
        let found = list["results"].as_array().unwrap().iter().find(|one| one["groupId"] == project);
        found.unwrap().clone()
    };
    let (first, second) = (of(&house.project.to_string()), of(&other.to_string()));
    let names = |project: &Value| -> Vec<String> {
        project["clusters"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((names(&first), names(&second)), (vec!["c0".to_owned(), "c1".to_owned()], vec!["c2".to_owned()]));
    assert_eq!(first["orgId"], house.org.to_string());
    assert_eq!(first["clusters"][0]["availability"], "unavailable");
    assert!(first["clusters"][1].get("availability").is_none(), "what is not known is not said");
    assert_eq!((&first["clusters"][1]["backupEnabled"], &first["clusters"][1]["nodeCount"]), (&json!(true), &json!(3)));
    assert_eq!(
        (&second["clusters"][0]["type"], &second["clusters"][0]["nodeCount"]),
        (&json!("SHARDED_CLUSTER"), &json!(6))
    );

    // Everybody sees what is theirs; pages are of projects.
    let key = house.new_key(house.grants(OrgRole::Member, &[(other, ProjectRole::ReadOnly)])).await;
    let theirs = house.nobody("GET", "/api/atlas/v2/clusters").by(&key).send().await.ok();
    assert_eq!((&theirs["totalCount"], &theirs["results"][0]), (&json!(1), &second));
    let page = house.get("/api/atlas/v2/clusters?itemsPerPage=1&pageNum=2").await.ok();
    assert_eq!((page["results"].as_array().unwrap().len(), &page["totalCount"]), (1, &json!(2)));
    assert!(house.get("/api/atlas/v2/clusters?pageNum=9").await.ok()["results"].as_array().unwrap().is_empty());
    house.end().await;
}

async fn a_description_is_looked_over_and_nothing_saved(database: Database) {
    let house = House::open(database).await;
    made(&house, &cluster("c0")).await;
    let path = format!("/api/atlas/v2/groups/{}/clusterConfigurations:validate", house.project);
    let ask = async |body: Value| house.ask("POST", &path).json(&body).send().await;
    let findings = async |body: Value| {
        let got = ask(body).await.ok();
        let codes: Vec<String> = got["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["errorCode"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(got["valid"], codes.is_empty());
        codes
    };
    let new = |description: Value| json!({"editing": false, "clusterDescription": description});
    let change = |description: Value| json!({"editing": true, "clusterName": "c0", "clusterDescription": description});
    let events = house.events().await;
    let none: [&str; 0] = [];
    assert_eq!(findings(new(cluster("c1"))).await, none);
    assert_eq!(findings(new(cluster("c0"))).await, ["DUPLICATE_CLUSTER_NAME"]);
    assert_eq!(findings(new(json!({"name": "c1"}))).await, ["VALIDATION_ERROR"]);
    assert_eq!(findings(new(encrypted("c1", "AWS"))).await, ["ENCRYPTION_AT_REST_NOT_ENABLED"]);
    assert_eq!(findings(change(json!({"backupEnabled": true}))).await, none);
    assert_eq!(
        findings(change(json!({"backupEnabled": true, "paused": true}))).await,
        ["CANNOT_UPDATE_AND_PAUSE_CLUSTER"]
    );
    assert_eq!(
        findings(change(json!({"encryptionAtRestProvider": "AZURE"}))).await,
        ["ENCRYPTION_AT_REST_NOT_ENABLED"]
    );
    let nobody = json!({"editing": true, "clusterName": "nobody", "clusterDescription": {}});
    assert_eq!(findings(nobody).await, ["CLUSTER_NOT_FOUND"]);
    let mut small = cluster("c1");
    small["replicationSpecs"][0]["regionConfigs"][0]["electableSpecs"]["instanceSize"] = json!("M2");
    assert_eq!(findings(new(small)).await, ["CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"]);
    ask(json!({})).await.is(400, "VALIDATION_ERROR");
    ask(json!({"editing": true, "clusterDescription": {}})).await.is(400, "MISSING_ATTRIBUTE");
    let wrong = ask(new(json!({"paused": "no"}))).await;
    wrong.is(400, "INVALID_JSON_ATTRIBUTE");
    assert_eq!(wrong.json()["parameters"], json!(["clusterDescription.paused"]));
    assert_eq!(house.events().await, events);
    assert_eq!(house.get(&list_of(house.project)).await.ok()["totalCount"], 1);
    let reader = house.new_reader().await;
    let refused = house.nobody("POST", &path).by(&reader).json(&new(cluster("c1"))).send().await;
    refused.is(403, "USER_UNAUTHORIZED");
    house.end().await;
}

#[tokio::test]
async fn regions_and_sizes_are_listed_by_cloud() {
    let house = House::open(Database::sqlite()).await;
    let path = format!("{}/provider/regions", list_of(house.project));
    let clouds = async |query: &str| -> Vec<(String, usize)> {
        let got = house.get(&format!("{path}{query}")).await.ok();
        let count = |cloud: &Value| cloud["instanceSizes"].as_array().unwrap().len();
        got["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["provider"].as_str().unwrap().to_owned(), count(one)))
            .collect()
    };
    let all = clouds("").await;
    assert_eq!(all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["AWS", "AZURE", "GCP"]);
    assert_eq!(clouds("?providers=GCP&providers=AWS&tier=M10").await, [("AWS".to_owned(), 1), ("GCP".to_owned(), 1)]);
    assert_eq!(clouds("?tier=M90").await, [("AZURE".to_owned(), 1)]);
    assert_eq!(clouds("?itemsPerPage=1&pageNum=2").await.len(), 1);
    assert_eq!(clouds("?tier=M11").await, []);
    house.get(&format!("{path}?providers=IBM")).await.is(400, "INVALID_QUERY_PARAMETER");
    let aws = house.get(&format!("{path}?providers=AWS&tier=M10")).await.ok();
    let regions = aws["results"][0]["instanceSizes"][0]["availableRegions"].as_array().unwrap().clone();
    assert!(regions.contains(&json!({"default": true, "name": "US_EAST_1"})));
    assert!(!regions.iter().any(|region| region["name"] == "GLOBAL"));
    // A cluster may be called as that path's first part is.
    made(&house, &cluster("provider")).await;
    assert_eq!(shown(&house, "provider").await["name"], "provider");
    house.end().await;
}

#[tokio::test]
async fn what_nobody_can_do_from_here_is_refused() {
    let house = House::open(Database::sqlite()).await;
    made(&house, &cluster("c0")).await;
    let (list, place) = (list_of(house.project), place_of(&house, "c0"));
    let pin = json!({"expirationDate": "2027-01-01T00:00:00Z"});
    for (path, body) in [
        (format!("{place}/restartPrimaries"), None),
        (format!("{place}:pinFeatureCompatibilityVersion"), Some(&pin)),
        (format!("{place}:pinFeatureCompatibilityVersion"), None),
        (format!("{place}:unpinFeatureCompatibilityVersion"), None),
        (format!("{list}/tenantUpgrade"), Some(&json!({"name": "c0", "providerSettings": {"providerName": "AWS"}}))),
    ] {
        let ask = |path: &str| {
            let call = house.ask("POST", path);
            if let Some(body) = body { call.json(body) } else { call }
        };
        let refused = ask(&path).send().await;
        refused.is(403, "FEATURE_UNSUPPORTED");
        assert_eq!(refused.json()["parameters"], json!(["c0"]), "{path}");
        if path.contains("c0") {
            ask(&path.replace("c0", "nobody")).send().await.is(404, "CLUSTER_NOT_FOUND");
        }
    }
    let upgrade = format!("{list}/tenantUpgrade");
    house.ask("POST", &upgrade).json(&json!({"name": "nobody"})).send().await.is(404, "CLUSTER_NOT_FOUND");
    house.ask("POST", &upgrade).json(&json!({})).send().await.is(400, "MISSING_ATTRIBUTE");
    // A cluster may be called as that path ends.
    made(&house, &cluster("tenantUpgrade")).await;
    assert_eq!(shown(&house, "tenantUpgrade").await["name"], "tenantUpgrade");
    assert_eq!(patch(&house, "tenantUpgrade", &json!({"backupEnabled": true})).await.ok()["backupEnabled"], true);
    house.get(&format!("{upgrade}/processArgs")).await.ok();
    assert_eq!(house.ask("DELETE", &upgrade).send().await.status, 202);
    let wrong = house.ask("PUT", &upgrade).send().await;
    let allow = wrong.is(405, "METHOD_NOT_ALLOWED").header("allow").unwrap_or_default().to_owned();
    for method in ["GET", "PATCH", "DELETE", "POST"] {
        assert!(allow.split(',').any(|one| one.trim() == method), "{allow}");
    }
    let wrong =
        house.ask("POST", &format!("{place}:pinFeatureCompatibilityVersion")).json(&json!({"expirationDate": 4}));
    wrong.send().await.is(400, "INVALID_JSON_ATTRIBUTE");
    let reader = house.new_reader().await;
    let refused = house.nobody("POST", &format!("{place}/restartPrimaries")).by(&reader).send().await;
    refused.is(403, "USER_UNAUTHORIZED");
    house.end().await;
}

async fn hosts_that_enrolled_make_the_connection_string(database: Database) {
    let house = House::open(database).await;
    made(&house, &cluster("c0")).await;
    assert_eq!(shown(&house, "c0").await["connectionStrings"], json!({}));
    let enrol = async |cluster: &str, body: &Value| {
        let node = new_node(&house, cluster, body).await;
        enrolled(&house, &node, &new_key()).await;
        node
    };
    new_node(&house, "c0", &mongod("db9.example.com")).await;
    assert_eq!(shown(&house, "c0").await["connectionStrings"], json!({}), "one that never came counts for nothing");
    let second = enrol("c0", &mongod("db2.example.com")).await;
    enrol("c0", &mongod("db1.example.com")).await;
    enrol("c0", &mongod("no-host")).await;
    enrol("c0", &json!({"name": "app.example.com", "role": "client"})).await;
    let expected = "mongodb://db1.example.com,db2.example.com/";
    assert_eq!(shown(&house, "c0").await["connectionStrings"], json!({"standard": expected}));
    let list = house.get(&list_of(house.project)).await.ok();
    assert_eq!(list["results"][0]["connectionStrings"]["standard"], expected);
    let oldest = house.ask("GET", &place_of(&house, "c0")).accept("application/vnd.atlas.2023-01-01+json").send().await;
    assert_eq!(oldest.ok()["mongoURI"], expected);
    house.ask("DELETE", &second).send().await.ok();
    assert_eq!(shown(&house, "c0").await["connectionStrings"]["standard"], "mongodb://db1.example.com/");
    // Whoever connects to a sharded cluster connects to its routers.
    made(&house, &with(cluster("c1"), &json!({"clusterType": "SHARDED"}))).await;
    enrol("c1", &mongod("db3.example.com")).await;
    assert_eq!(shown(&house, "c1").await["connectionStrings"], json!({}));
    enrol("c1", &json!({"name": "router.example.com", "role": "mongos", "region": "US_EAST_1"})).await;
    assert_eq!(shown(&house, "c1").await["connectionStrings"]["standard"], "mongodb://router.example.com/");
    house.end().await;
}

async fn a_lost_key_pauses_what_uses_it_and_a_persons_pause_stays(database: Database) {
    let house = House::open_as(database, Plan::watchful()).await;
    house.enable().await;
    for name in ["c0", "c1"] {
        made(&house, &encrypted(name, "AWS")).await;
    }
    made(&house, &cluster("c2")).await;
    patch(&house, "c1", &json!({"paused": true})).await.ok();
    let beside = format!("{}/search/deployment", place_of(&house, "c0"));
    let nodes = json!({"specs": [{"instanceSize": "S20_HIGHCPU_NVME", "nodeCount": 2}]});
    assert_eq!(house.ask("POST", &beside).json(&nodes).send().await.status, 201);
    let search = async || house.get(&beside).await.ok()["stateName"].clone();
    let told = async |kind: &str| {
        let events = format!("/api/atlas/v2/groups/{}/events?eventType={kind}", house.project);
        let events = house.get(&events).await.ok();
        let name = |event: &Value| event["clusterName"].as_str().unwrap().to_owned();
        let mut names: Vec<String> = events["results"].as_array().unwrap().iter().map(name).collect();
        names.sort();
        names
    };
    house.cloud().disable_key(&house.cloud().key).await;
    house.read().await.ok();
    house.pass(Duration::from_secs(2));
    assert_eq!(house.read().await.ok()["awsKms"]["valid"], false);

    let paused = async |name: &str| shown(&house, name).await["paused"].clone();
    assert_eq!((paused("c0").await, paused("c1").await, paused("c2").await), (json!(true), json!(true), json!(false)));
    let list = house.get(&list_of(house.project)).await.ok();
    assert_eq!(list["results"][0]["paused"], true);
    assert_eq!(search().await, "PAUSED", "and what stands beside it");
    assert_eq!(told("CLUSTER_INSTANCE_DISABLED").await, ["c0", "c1"], "each cluster is told, and no other");
    // A lost key that cannot be asked after is no key that came back.
    house.cloud().fail("*", FaultKind::Reset);
    house.pass(Duration::from_secs(2));
    assert_eq!(house.read().await.ok()["awsKms"]["valid"], false);
    assert_eq!((paused("c0").await, paused("c2").await), (json!(true), json!(false)));
    patch(&house, "c0", &json!({"paused": false})).await.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
    let body = json!({"encryptionAtRestProvider": "NONE"});
    patch(&house, "c0", &body).await.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
    house.cloud().mend();
    house.pass(Duration::from_secs(2));
    assert_eq!(house.read().await.ok()["awsKms"]["valid"], false);
    let all = house.get("/api/atlas/v2/clusters").await.ok();
    assert_eq!(all["results"][0]["clusters"][0]["availability"], "unavailable");
    // It cannot be resumed by hand; other changes are taken, also with the pause that was read.
    let refused = patch(&house, "c0", &json!({"paused": false})).await;
    refused.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
    assert!(refused.detail().contains("KEY_DISABLED"), "{}", refused.detail());
    patch(&house, "c1", &json!({"paused": false})).await.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
    let echoed = with(shown(&house, "c0").await, &json!({"backupEnabled": true}));
    assert_eq!(patch(&house, "c0", &echoed).await.ok()["paused"], true);

    house.cloud().enable_key(&house.cloud().key).await;
    house.pass(Duration::from_secs(2));
    assert_eq!(house.read().await.ok()["awsKms"]["valid"], true);
    assert_eq!((paused("c0").await, paused("c1").await), (json!(false), json!(true)), "a person's own pause stays");
    assert_eq!((search().await, told("CLUSTER_INSTANCE_DISABLED").await.len()), (json!("IDLE"), 2), "it was told once");
    assert_eq!(told("CLUSTER_INSTANCE_ENABLED").await, ["c0", "c1"]);
    assert_eq!(shown(&house, "c0").await["backupEnabled"], true);
    patch(&house, "c1", &json!({"paused": false})).await.ok();
    house.end().await;
}
