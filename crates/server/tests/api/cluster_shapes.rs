//! Clusters in the shapes of 2023-01-01 and 2023-02-01: each is shown, taken and changed, or refused by name.

use domain::access::{OrgRole, ProjectRole};
use serde_json::{Value, json};

use crate::client::Got;
use crate::clusters::{cluster, list_of, made, place_of, with};
use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

on_both_engines! {
    a_cluster_is_shown_in_each_shape
    zones_are_created_and_changed_by_the_shape_before
    a_whole_cluster_is_created_and_changed_by_the_oldest_shape
    what_a_shape_cannot_tell_is_refused_and_left_alone
    legacy_backup_is_refused
}

const OLDEST: &str = "2023-01-01";
const OLDER: &str = "2023-02-01";
const NEWEST: &str = "2024-10-23";

fn dated(date: &str) -> String {
    format!("application/vnd.atlas.{date}+json")
}

async fn send(house: &House, date: &str, method: &str, path: &str, body: &Value) -> Got {
    let call = house.ask(method, path).accept(&dated(date));
    let call = if method == "GET" { call } else { call.json(body) };
    call.send().await
}

async fn post(house: &House, date: &str, body: &Value) -> Got {
    send(house, date, "POST", &list_of(house.project), body).await
}

async fn patch(house: &House, date: &str, name: &str, body: &Value) -> Got {
    send(house, date, "PATCH", &place_of(house, name), body).await
}

async fn read(house: &House, date: &str, name: &str) -> Got {
    send(house, date, "GET", &place_of(house, name), &Value::Null).await
}

async fn names(house: &House, date: &str) -> Vec<String> {
    let page = send(house, date, "GET", &list_of(house.project), &Value::Null).await.ok();
    page["results"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

async fn created(house: &House, date: &str, body: &Value) -> Value {
    let got = post(house, date, body).await;
    assert_eq!(got.status, 201, "{}", got.text());
    assert_eq!(got.header("content-type"), Some(format!("{};charset=utf-8", dated(date)).as_str()));
    got.json()
}

/// Three electable nodes on AWS, the way the oldest shape says it.
fn as_one(name: &str) -> Value {
    json!({"name": name, "providerSettings": {"providerName": "AWS", "instanceSizeName": "M10", "regionName": "US_EAST_1"}})
}

/// Two zones with three shards, the way the shape after it says it.
fn by_zone(name: &str) -> Value {
    let zone = |name: &str, shards: u8, region: &str| {
        json!({"zoneName": name, "numShards": shards, "regionConfigs": [{
            "providerName": "AWS", "regionName": region, "priority": 7,
            "electableSpecs": {"instanceSize": "M30", "nodeCount": 3, "diskIOPS": 3000, "ebsVolumeType": "PROVISIONED"},
            "readOnlySpecs": {"instanceSize": "M30", "nodeCount": 0},
        }]})
    };
    json!({
        "name": name, "clusterType": "GEOSHARDED", "diskSizeGB": 40.0, "backupEnabled": true,
        "terminationProtectionEnabled": false, "tags": [{"key": "a", "value": "b"}],
        "replicationSpecs": [zone("East", 2, "US_EAST_1"), zone("West", 1, "US_WEST_1")],
    })
}

async fn a_cluster_is_shown_in_each_shape(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    let body = with(
        cluster("c0"),
        &json!({"encryptionAtRestProvider": "AWS", "backupEnabled": true, "redactClientLogData": true}),
    );
    let newest = made(&house, &body).await;
    let (older, oldest) = (read(&house, OLDER, "c0").await.ok(), read(&house, OLDEST, "c0").await.ok());
    for shown in [&newest, &older, &oldest] {
        for (name, value) in [
            ("id", &newest["id"]),
            ("name", &json!("c0")),
            ("clusterType", &json!("REPLICASET")),
            ("encryptionAtRestProvider", &json!("AWS")),
            ("stateName", &json!("IDLE")),
            ("paused", &json!(false)),
            ("createDate", &newest["createDate"]),
            ("mongoDBVersion", &json!("8.0.0")),
            ("connectionStrings", &json!({})),
            ("links", &newest["links"]),
        ] {
            assert_eq!(&shown[name], value, "{name}");
        }
    }
    assert!(older.get("redactClientLogData").is_none() && oldest.get("redactClientLogData").is_none());
    assert_eq!((&older["backupEnabled"], &oldest["backupEnabled"]), (&json!(true), &json!(false)));
    assert_eq!(oldest["providerBackupEnabled"], true);
    let spec = &older["replicationSpecs"][0];
    assert_eq!((&spec["numShards"], &spec["zoneName"]), (&json!(1), &json!("Zone 1")));
    assert_eq!(spec["id"], newest["replicationSpecs"][0]["id"]);
    assert_eq!(spec["regionConfigs"][0]["electableSpecs"], json!({"instanceSize": "M10", "nodeCount": 3}));
    assert_eq!(
        oldest["providerSettings"],
        json!({"autoScaling": {"compute": {}}, "instanceSizeName": "M10", "providerName": "AWS", "regionName": "US_EAST_1"})
    );
    assert_eq!((&oldest["numShards"], &oldest["replicationFactor"]), (&json!(1), &json!(3)));
    assert_eq!(
        oldest["replicationSpecs"][0]["regionsConfig"],
        json!({"US_EAST_1": {"analyticsNodes": 0, "electableNodes": 3, "priority": 7, "readOnlyNodes": 0}})
    );
    // Each answer can be sent back in its own shape, and changes nothing.
    let events = house.events().await;
    for (date, shown) in [(OLDEST, &oldest), (OLDER, &older), (NEWEST, &newest)] {
        assert_eq!(&patch(&house, date, "c0", shown).await.ok(), shown, "{date}");
        assert_eq!(&patch(&house, date, "c0", &json!({})).await.ok(), shown, "{date}");
        let list = send(&house, date, "GET", &list_of(house.project), &Value::Null).await.ok();
        assert_eq!((&list["totalCount"], &list["results"][0]), (&json!(1), shown));
    }
    assert_eq!(house.events().await, events);
    // Nothing of a cluster is seen from elsewhere.
    let other = house.new_project("other").await;
    for date in [OLDEST, OLDER] {
        send(&house, date, "GET", &format!("{}/c0", list_of(other)), &Value::Null).await.is(404, "CLUSTER_NOT_FOUND");
        send(&house, date, "PATCH", &format!("{}/c0", list_of(other)), &json!({})).await.is(404, "CLUSTER_NOT_FOUND");
    }
    house.end().await;
}

async fn zones_are_created_and_changed_by_the_shape_before(database: Database) {
    let house = House::open(database).await;
    let sent = by_zone("c0");
    let answered = created(&house, OLDER, &sent).await;
    for (name, value) in sent.as_object().unwrap().iter().filter(|(name, _)| *name != "replicationSpecs") {
        assert_eq!(&answered[name], value, "{name}");
    }
    for (at, spec) in sent["replicationSpecs"].as_array().unwrap().iter().enumerate() {
        let answered = &answered["replicationSpecs"][at];
        assert_eq!((&answered["numShards"], &answered["zoneName"]), (&spec["numShards"], &spec["zoneName"]));
        let (config, wanted) = (&answered["regionConfigs"][0], &spec["regionConfigs"][0]);
        for name in ["providerName", "regionName", "priority", "electableSpecs", "readOnlySpecs"] {
            assert_eq!(config[name], wanted[name], "{name}");
        }
    }
    let newest = read(&house, NEWEST, "c0").await.ok();
    let shards = newest["replicationSpecs"].as_array().unwrap();
    assert_eq!(shards.len(), 3);
    assert_eq!(shards[2]["zoneName"], "West");
    assert!(shards.iter().all(|shard| shard["regionConfigs"][0]["electableSpecs"]["diskSizeGB"] == 40.0));
    let events = house.events().await;
    assert_eq!(patch(&house, OLDER, "c0", &answered).await.ok(), answered);
    assert_eq!(house.events().await, events, "an answer that comes back is no change");

    // Disks alone; another shard of the first zone, which leaves the others where they are.
    assert_eq!(patch(&house, OLDER, "c0", &json!({"diskSizeGB": 80})).await.ok()["diskSizeGB"], 80.0);
    let mut specs = answered["replicationSpecs"].clone();
    specs[0]["numShards"] = json!(3);
    let grown = patch(&house, OLDER, "c0", &json!({"replicationSpecs": specs})).await.ok();
    assert_eq!(grown["replicationSpecs"][0]["numShards"], 3);
    assert_eq!(grown["diskSizeGB"], 80.0);
    let after = read(&house, NEWEST, "c0").await.ok();
    let ids = |cluster: &Value| -> Vec<Value> {
        cluster["replicationSpecs"].as_array().unwrap().iter().map(|spec| spec["id"].clone()).collect()
    };
    assert_eq!(ids(&after)[..3], ids(&newest)[..]);
    assert_eq!(ids(&after).len(), 4);
    patch(&house, OLDER, "c0", &json!({"paused": true})).await.ok();
    patch(&house, OLDER, "c0", &json!({"backupEnabled": false})).await.is(409, "CANNOT_UPDATE_PAUSED_CLUSTER");
    house.end().await;
}

async fn a_whole_cluster_is_created_and_changed_by_the_oldest_shape(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    let first = created(&house, OLDEST, &with(as_one("c0"), &json!({"encryptionAtRestProvider": "AWS"}))).await;
    assert_eq!((&first["clusterType"], &first["encryptionAtRestProvider"]), (&json!("REPLICASET"), &json!("AWS")));
    let next = async |change: Value| patch(&house, OLDEST, "c0", &change).await.ok();
    let larger =
        next(json!({"providerSettings": {"instanceSizeName": "M30", "diskIOPS": 3000, "volumeType": "STANDARD"}}))
            .await;
    assert_eq!(larger["providerSettings"]["instanceSizeName"], "M30");
    assert_eq!(larger["replicationSpecs"], first["replicationSpecs"], "where nodes are stays");
    let scaled = next(json!({
        "autoScaling": {"compute": {"enabled": true, "scaleDownEnabled": true}, "diskGBEnabled": true},
        "providerSettings": {"autoScaling": {"compute": {"minInstanceSize": "M10", "maxInstanceSize": "M60"}}},
    }))
    .await;
    assert_eq!(
        scaled["autoScaling"],
        json!({"compute": {"enabled": true, "scaleDownEnabled": true}, "diskGBEnabled": true})
    );
    assert_eq!(scaled["providerSettings"]["diskIOPS"], 3000);
    let newest = read(&house, NEWEST, "c0").await.ok();
    let config = &newest["replicationSpecs"][0]["regionConfigs"][0];
    assert_eq!(config["autoScaling"]["compute"]["maxInstanceSize"], "M60");
    assert_eq!(
        config["electableSpecs"],
        json!({"diskIOPS": 3000, "ebsVolumeType": "STANDARD", "instanceSize": "M30", "nodeCount": 3})
    );
    assert_eq!(next(json!({"diskSizeGB": 100, "replicationFactor": 5})).await["replicationFactor"], 5);
    let spread = next(json!({"replicationSpecs": [{"regionsConfig": {
        "US_EAST_1": {"electableNodes": 2, "priority": 7}, "EU_WEST_1": {"electableNodes": 1, "priority": 6, "analyticsNodes": 1}}}]}))
    .await;
    assert!(spread["providerSettings"].get("regionName").is_none());
    assert_eq!(spread["replicationSpecs"][0]["id"], first["replicationSpecs"][0]["id"]);
    assert_eq!(spread["replicationSpecs"][0]["regionsConfig"]["EU_WEST_1"]["analyticsNodes"], 1);
    assert_eq!(patch(&house, OLDEST, "c0", &spread).await.ok(), spread, "an answer that comes back is no change");
    let sharded = next(json!({"clusterType": "SHARDED", "numShards": 2})).await;
    assert_eq!((&sharded["numShards"], &sharded["replicationSpecs"][0]["numShards"]), (&json!(2), &json!(2)));
    assert_eq!(read(&house, NEWEST, "c0").await.ok()["replicationSpecs"].as_array().unwrap().len(), 2);

    // A name of a disk is a size.
    let azure = json!({"name": "c1", "providerSettings": {"providerName": "AZURE", "instanceSizeName": "M90",
        "regionName": "US_EAST_2", "diskTypeName": "P10"}});
    let shown = created(&house, OLDEST, &azure).await;
    assert_eq!((&shown["diskSizeGB"], &shown["providerSettings"]["diskTypeName"]), (&json!(128.0), &json!("P10")));
    let grown = patch(&house, OLDEST, "c1", &json!({"diskSizeGB": 200})).await.ok();
    assert!(grown["providerSettings"].get("diskTypeName").is_none());
    let both = json!({"diskSizeGB": 100, "providerSettings": {"diskTypeName": "P10"}});
    patch(&house, OLDEST, "c1", &both).await.is(400, "INVALID_ATTRIBUTE");
    // What fits depends on the cloud that the cluster is in.
    patch(&house, OLDEST, "c1", &json!({"providerSettings": {"instanceSizeName": "M300"}}))
        .await
        .is(400, "INVALID_ENUM_VALUE");
    let elsewhere =
        json!({"replicationSpecs": [{"regionsConfig": {"EU_WEST_1": {"electableNodes": 3, "priority": 7}}}]});
    patch(&house, OLDEST, "c1", &elsewhere).await.is(400, "INVALID_REGION");
    patch(&house, OLDEST, "nobody", &elsewhere).await.is(404, "CLUSTER_NOT_FOUND");
    house.end().await;
}

async fn what_a_shape_cannot_tell_is_refused_and_left_alone(database: Database) {
    let house = House::open(database).await;
    let config = |cloud: &str, region: &str, size: &str, priority: u8, count: u8| {
        json!({"providerName": cloud, "regionName": region, "priority": priority,
            "electableSpecs": {"instanceSize": size, "nodeCount": count}})
    };
    let of = |name: &str, specs: Value| json!({"name": name, "clusterType": "SHARDED", "replicationSpecs": specs});
    let uneven = json!([
        {"regionConfigs": [config("AWS", "US_EAST_1", "M10", 7, 3)]},
        {"regionConfigs": [config("AWS", "US_EAST_1", "M30", 7, 3)]},
    ]);
    let clouds =
        json!([{"regionConfigs": [config("AWS", "US_EAST_1", "M10", 7, 2), config("GCP", "EASTERN_US", "M10", 6, 1)]}]);
    let mut mixed = json!([{"regionConfigs": [config("AWS", "US_EAST_1", "M10", 7, 3)]}]);
    mixed[0]["regionConfigs"][0]["analyticsSpecs"] = json!({"instanceSize": "M40", "nodeCount": 1});
    for (name, specs) in [("uneven", uneven), ("clouds", clouds), ("mixed", mixed)] {
        made(&house, &of(name, specs)).await;
    }
    made(&house, &cluster("plain")).await;
    for (date, name, code) in [
        (OLDER, "uneven", Some("ASYMMETRIC_SHARD_UNSUPPORTED")),
        (OLDEST, "uneven", Some("ASYMMETRIC_SHARD_UNSUPPORTED")),
        (OLDER, "clouds", None),
        (OLDEST, "clouds", Some("MULTI_CLOUD_CLUSTER_UNSUPPORTED")),
        (OLDER, "mixed", None),
        (OLDEST, "mixed", Some("MIXED_HARDWARE_CLUSTER_UNSUPPORTED")),
    ] {
        let before = read(&house, NEWEST, name).await.ok();
        let (shown, changed) =
            (read(&house, date, name).await, patch(&house, date, name, &json!({"pitEnabled": true})).await);
        let Some(code) = code else {
            assert_eq!((shown.status, changed.status), (200, 200), "{date} {name}");
            patch(&house, date, name, &json!({"pitEnabled": false})).await.ok();
            continue;
        };
        shown.is(400, code);
        assert_eq!(shown.json()["parameters"], json!([name]));
        changed.is(400, code);
        assert_eq!(read(&house, NEWEST, name).await.ok(), before, "{date} {name}");
    }
    assert_eq!(names(&house, OLDEST).await, ["plain"]);
    assert_eq!(names(&house, OLDER).await, ["clouds", "mixed", "plain"]);
    assert_eq!(names(&house, NEWEST).await, ["clouds", "mixed", "plain", "uneven"]);
    let page = send(&house, OLDEST, "GET", &list_of(house.project), &Value::Null).await.ok();
    assert_eq!(page["totalCount"], 4, "how many there are is told");
    let all = house.get("/api/atlas/v2/clusters").await.ok();
    let listed = all["results"][0]["clusters"].as_array().unwrap().iter();
    let listed: Vec<_> = listed.map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(listed, ["mixed", "plain", "uneven"], "those in several clouds are not listed over all projects");
    house.end().await;
}

async fn legacy_backup_is_refused(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    let (on, off) = (json!({"backupEnabled": true}), json!({"backupEnabled": false}));
    let with_key = with(as_one("c0"), &json!({"encryptionAtRestProvider": "AWS", "backupEnabled": true}));
    post(&house, OLDEST, &with_key).await.is(400, "CANNOT_USE_ENCRYPTION_AT_REST_BACKUP_TYPE");
    post(&house, OLDEST, &with(as_one("c0"), &on)).await.is(403, "FEATURE_UNSUPPORTED");
    let snapshots = json!({"encryptionAtRestProvider": "AWS", "backupEnabled": false, "providerBackupEnabled": true});
    let cluster = created(&house, OLDEST, &with(as_one("c0"), &snapshots)).await;
    assert_eq!((&cluster["backupEnabled"], &cluster["providerBackupEnabled"]), (&json!(false), &json!(true)));
    patch(&house, OLDEST, "c0", &on).await.is(400, "CANNOT_USE_ENCRYPTION_AT_REST_BACKUP_TYPE");
    patch(&house, OLDEST, "c0", &off).await.ok();
    assert_eq!(read(&house, NEWEST, "c0").await.ok()["backupEnabled"], true, "snapshots are another thing");
    house.end().await;
}

#[tokio::test]
async fn every_fault_of_an_older_shape_is_told_where_it_stands() {
    let house = House::open(Database::sqlite()).await;
    let check = async |date: &str, body: Value, code: &str, fields: &[&str]| {
        let got = post(&house, date, &body).await;
        assert_eq!((got.status, got.code().as_str()), (400, code), "{body} {}", got.text());
        let answer = got.json();
        let listed = answer["badRequestDetail"]["fields"].as_array();
        let mut told: Vec<&str> = match listed {
            Some(fields) => fields.iter().map(|field| field["field"].as_str().unwrap()).collect(),
            None => answer["parameters"].as_array().unwrap().iter().filter_map(Value::as_str).collect(),
        };
        told.sort_unstable();
        assert_eq!(told, fields, "{body}");
    };
    check(OLDEST, json!({}), "VALIDATION_ERROR", &["name", "providerSettings"]).await;
    check(OLDER, json!({}), "VALIDATION_ERROR", &["clusterType", "name", "replicationSpecs"]).await;
    let unsaid = json!({"name": "c0", "providerSettings": {}});
    let settings =
        ["providerSettings.instanceSizeName", "providerSettings.providerName", "providerSettings.regionName"];
    check(OLDEST, unsaid, "VALIDATION_ERROR", &settings).await;
    check(OLDEST, with(as_one("c0"), &json!({"numShards": 0})), "INVALID_ATTRIBUTE", &["numShards"]).await;
    check(
        OLDEST,
        with(as_one("c0"), &json!({"deleteAfterCreationHours": 3})),
        "INVALID_ATTRIBUTE",
        &["deleteAfterCreationHours"],
    )
    .await;
    check(
        OLDEST,
        with(as_one("c0"), &json!({"redactClientLogData": true})),
        "INVALID_ATTRIBUTE",
        &["redactClientLogData"],
    )
    .await;
    let regions = |regions: Value| with(as_one("c0"), &json!({"replicationSpecs": [{"regionsConfig": regions}]}));
    let path = "replicationSpecs[0].regionsConfig";
    check(OLDEST, regions(json!({"US_EAST_1": {"electableNodes": 4}})), "INVALID_ATTRIBUTE", &[path]).await;
    check(
        OLDEST,
        regions(json!({"US_EAST_1": {"electableNodes": -3}})),
        "INVALID_ATTRIBUTE",
        &[&format!("{path}.US_EAST_1.electableNodes")],
    )
    .await;
    check(OLDEST, regions(json!({"US_EAST_1": {"electableNodes": 3, "priority": 5}})), "ATLAS_GENERAL_ERROR", &[path])
        .await;
    check(OLDEST, regions(json!({"EASTERN_US": {"electableNodes": 3}})), "INVALID_REGION", &["AWS", "EASTERN_US"])
        .await;
    let both = with(
        regions(json!({"US_EAST_1": {"electableNodes": 3}})),
        &json!({"replicationSpec": {"US_EAST_1": {"electableNodes": 3}}}),
    );
    check(OLDEST, both, "INVALID_JSON_ATTRIBUTE", &["replicationSpec"]).await;
    let mut zone = by_zone("c0");
    zone["replicationSpecs"][1]["zoneName"] = json!("East");
    check(OLDER, zone, "INVALID_ATTRIBUTE", &["replicationSpecs[1].zoneName"]).await;
    let mut zone = by_zone("c0");
    zone["replicationSpecs"][0]["regionConfigs"][0]["electableSpecs"]["diskSizeGB"] = json!(10);
    check(OLDER, zone, "INVALID_ATTRIBUTE", &["replicationSpecs[0].regionConfigs[0].electableSpecs.diskSizeGB"]).await;
    check(
        OLDER,
        with(by_zone("c0"), &json!({"clusterType": "REPLICASET"})),
        "INVALID_ATTRIBUTE",
        &["replicationSpecs"],
    )
    .await;
    for (provider, size, code) in [
        ("TENANT", "M0", "CANNOT_CREATE_FREE_CLUSTER_VIA_PUBLIC_API"),
        ("TENANT", "M2", "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"),
        ("FLEX", "FLEX", "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"),
        ("AWS", "M5", "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"),
    ] {
        let settings = json!({"providerName": provider, "instanceSizeName": size, "regionName": "US_EAST_1"});
        let body = with(as_one("c0"), &json!({"providerSettings": settings}));
        post(&house, OLDEST, &body).await.is(400, code);
    }
    assert_eq!(names(&house, NEWEST).await, [] as [&str; 0]);
    house.end().await;
}

#[tokio::test]
async fn an_older_shape_asks_for_the_same_roles() {
    let house = House::open(Database::sqlite()).await;
    house.enable().await;
    created(&house, OLDEST, &as_one("c0")).await;
    let holder = |role| house.new_key(house.grants(OrgRole::Member, &[(house.project, role)]));
    let (reader, manager) = (holder(ProjectRole::ReadOnly).await, holder(ProjectRole::ClusterManager).await);
    let place = place_of(&house, "c0");
    for date in [OLDEST, OLDER] {
        let by = |key, method: &str, body: &Value| {
            let call = house.nobody(method, &place).by(key).accept(&dated(date));
            if method == "GET" { call } else { call.json(body) }
        };
        by(&reader, "GET", &Value::Null).send().await.ok();
        by(&reader, "PATCH", &json!({"pitEnabled": true})).send().await.is(403, "USER_UNAUTHORIZED");
        let on = by(&manager, "PATCH", &json!({"encryptionAtRestProvider": "AWS"})).send().await;
        on.is(403, "USER_UNAUTHORIZED");
        assert!(on.detail().contains("Project Owner"), "{}", on.detail());
        by(&manager, "PATCH", &json!({"labels": []})).send().await.ok();
    }
    house.end().await;
}
