//! Clusters: POST, GET, PATCH, DELETE and list under `/groups/{groupId}/clusters`.

use std::time::Duration;

use domain::access::{OrgRole, ProjectRole};
use domain::id::ProjectId;
use serde_json::{Value, json};
use simulators::FaultKind;
use tokio::task::JoinSet;

use crate::client::{Call, Got, Key};
use crate::database::Database;
use crate::house::{House, Plan, path_of, until};
use crate::on_both_engines;

on_both_engines! {
    a_cluster_is_created_and_shown
    a_customer_key_is_switched_on_and_off
    a_provider_in_use_is_not_disabled
    no_cluster_is_switched_on_without_a_proven_key
    nothing_is_switched_off_or_resumed_without_the_key
    a_change_keeps_what_it_does_not_mention
    a_deleted_cluster_is_gone_and_its_name_is_free
    of_changes_at_once_each_is_whole_or_refused
    of_a_new_cluster_and_a_disabling_one_wins
    events_tell_of_clusters
}

/// A replica set of three nodes.
pub(crate) fn cluster(name: &str) -> Value {
    json!({
        "name": name,
        "clusterType": "REPLICASET",
        "replicationSpecs": [{"regionConfigs": [{
            "providerName": "AWS", "regionName": "US_EAST_1", "priority": 7,
            "electableSpecs": {"instanceSize": "M10", "nodeCount": 3},
        }]}],
    })
}

pub(crate) fn with(mut body: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

pub(crate) fn encrypted(name: &str, provider: &str) -> Value {
    with(cluster(name), &json!({"encryptionAtRestProvider": provider}))
}

pub(crate) fn list_of(project: ProjectId) -> String {
    format!("/api/atlas/v2/groups/{project}/clusters")
}

pub(crate) fn place_of(house: &House, name: &str) -> String {
    format!("{}/{name}", list_of(house.project))
}

pub(crate) async fn post(house: &House, body: &Value) -> Got {
    house.ask("POST", &list_of(house.project)).json(body).send().await
}

async fn patch(house: &House, name: &str, body: &Value) -> Got {
    house.ask("PATCH", &place_of(house, name)).json(body).send().await
}

async fn read(house: &House, name: &str) -> Got {
    house.get(&place_of(house, name)).await
}

pub(crate) async fn made(house: &House, body: &Value) -> Value {
    let got = post(house, body).await;
    assert_eq!(got.status, 201, "{}", got.text());
    got.json()
}

/// Sends calls all at the same time.
pub(crate) async fn at_once(calls: Vec<Call>) -> Vec<Got> {
    let mut sending = JoinSet::new();
    for call in calls {
        sending.spawn(async move { call.send().await });
    }
    sending.join_all().await
}

async fn a_cluster_is_created_and_shown(database: Database) {
    let house = House::open(database).await;
    let empty = house.get(&list_of(house.project)).await.ok();
    assert_eq!((&empty["totalCount"], empty["results"].as_array().unwrap().len()), (&0.into(), 0));

    let got = post(&house, &cluster("Cluster-0")).await;
    assert_eq!(got.status, 201, "{}", got.text());
    let address = format!("http://{}{}", house.address, place_of(&house, "Cluster-0"));
    assert_eq!(got.header("location"), Some(address.as_str()));
    assert_eq!(got.header("content-type"), Some("application/vnd.atlas.2024-10-23+json;charset=utf-8"));
    let body = got.json();
    for (name, value) in [
        ("name", json!("Cluster-0")),
        ("stateName", json!("IDLE")),
        ("encryptionAtRestProvider", json!("NONE")),
        ("connectionStrings", json!({})),
        ("groupId", json!(house.project.to_string())),
        ("mongoDBMajorVersion", json!("8.0")),
        ("mongoDBVersion", json!("8.0.0")),
        ("paused", json!(false)),
        ("backupEnabled", json!(false)),
        ("terminationProtectionEnabled", json!(false)),
        ("links", json!([{"href": address, "rel": "self"}])),
        ("tags", json!([])),
    ] {
        assert_eq!(body[name], value, "{name}");
    }
    assert!(body["createDate"].as_str().unwrap().ends_with('Z'));
    let spec = &body["replicationSpecs"][0];
    assert_eq!((&spec["zoneName"], spec["id"].as_str().unwrap().len()), (&"Zone 1".into(), 24));
    assert_eq!(spec["regionConfigs"][0]["electableSpecs"], json!({"instanceSize": "M10", "nodeCount": 3}));
    assert!(spec["regionConfigs"][0].get("effectiveElectableSpecs").is_none());

    assert_eq!(read(&house, "Cluster-0").await.ok(), body);
    let list = house.get(&list_of(house.project)).await.ok();
    assert_eq!((&list["totalCount"], &list["results"]), (&1.into(), &json!([body])));
    let group = house.get(&format!("/api/atlas/v2/groups/{}", house.project)).await.ok();
    assert_eq!(group["clusterCount"], 1);
    assert_eq!(house.get("/api/atlas/v2/groups").await.ok()["results"][0]["clusterCount"], 1);

    // Another project has nothing of it.
    let other = house.new_project("other").await;
    let missing = house.get(&format!("{}/Cluster-0", list_of(other))).await;
    assert_eq!(
        missing.text(),
        format!(
            r#"{{"detail":"No cluster named Cluster-0 exists in group {other}.","error":404,"errorCode":"CLUSTER_NOT_FOUND","parameters":["Cluster-0","{other}"],"reason":"Not Found"}}"#
        )
    );
    missing.is(404, "CLUSTER_NOT_FOUND");
    house.end().await;
}

async fn a_customer_key_is_switched_on_and_off(database: Database) {
    let house = House::open_everywhere(database).await;
    let refused = post(&house, &encrypted("c0", "AWS")).await;
    refused.is(400, "ENCRYPTION_AT_REST_NOT_ENABLED");
    assert_eq!(refused.json()["parameters"], json!([house.project.to_string()]));
    assert!(refused.detail().contains("AWS KMS"), "{}", refused.detail());
    made(&house, &cluster("c0")).await;
    let on = json!({"encryptionAtRestProvider": "AWS"});
    patch(&house, "c0", &on).await.is(400, "ENCRYPTION_AT_REST_NOT_ENABLED");

    house.patch(&house.cloud().whole_payload()).await.ok();
    assert_eq!(patch(&house, "c0", &on).await.ok()["encryptionAtRestProvider"], "AWS");
    assert_eq!(made(&house, &encrypted("c1", "AZURE")).await["encryptionAtRestProvider"], "AZURE");
    assert_eq!(made(&house, &encrypted("c2", "GCP")).await["encryptionAtRestProvider"], "GCP");
    assert_eq!(patch(&house, "c0", &on).await.ok()["encryptionAtRestProvider"], "AWS", "the same is no change");
    for provider in ["AZURE", "GCP"] {
        let change = json!({"encryptionAtRestProvider": provider});
        patch(&house, "c0", &change).await.is(409, "CANNOT_CHANGE_ENCRYPTION_AT_REST_PROVIDER");
    }
    assert_eq!(read(&house, "c0").await.ok()["encryptionAtRestProvider"], "AWS");
    let off = json!({"encryptionAtRestProvider": "NONE"});
    assert_eq!(patch(&house, "c0", &off).await.ok()["encryptionAtRestProvider"], "NONE");
    let azure = json!({"encryptionAtRestProvider": "AZURE"});
    assert_eq!(patch(&house, "c0", &azure).await.ok()["encryptionAtRestProvider"], "AZURE");
    // A provider is enabled in its own project only.
    let other = house.new_project("other").await;
    let got = house.ask("POST", &list_of(other)).json(&encrypted("c0", "AWS")).send().await;
    got.is(400, "ENCRYPTION_AT_REST_NOT_ENABLED");
    house.end().await;
}

async fn a_provider_in_use_is_not_disabled(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    made(&house, &encrypted("c0", "AWS")).await;
    made(&house, &encrypted("c1", "AWS")).await;
    let (before, events) = (house.read().await.body, house.events().await);
    let disable = json!({"awsKms": {"enabled": false}});
    let refused = house.patch(&disable).await;
    refused.is(409, "CANNOT_DISABLE_ENCRYPTION_AT_REST");
    assert!(refused.detail().contains("c0, c1"), "it names them: {}", refused.detail());
    let all = json!({"awsKms": {"enabled": false}, "azureKeyVault": {"enabled": false}, "enabledForSearchNodes": true});
    house.patch(&all).await.is(409, "CANNOT_DISABLE_ENCRYPTION_AT_REST");
    assert_eq!(house.read().await.body, before);
    assert_eq!(house.events().await, events);
    house.patch(&json!({"azureKeyVault": {"enabled": false}})).await.ok();

    patch(&house, "c0", &json!({"encryptionAtRestProvider": "NONE"})).await.ok();
    house.patch(&disable).await.is(409, "CANNOT_DISABLE_ENCRYPTION_AT_REST");
    assert_eq!(house.ask("DELETE", &place_of(&house, "c1")).send().await.status, 202);
    assert_eq!(house.patch(&disable).await.ok()["awsKms"]["enabled"], false);
    patch(&house, "c0", &json!({"encryptionAtRestProvider": "AWS"})).await.is(400, "ENCRYPTION_AT_REST_NOT_ENABLED");
    house.end().await;
}

async fn no_cluster_is_switched_on_without_a_proven_key(database: Database) {
    let house = House::open_as(database, Plan::watchful()).await;
    house.enable().await;
    made(&house, &cluster("c0")).await;
    let on = json!({"encryptionAtRestProvider": "AWS"});

    // Whatever keeps us from knowing keeps the cluster from it; the provider's word is told.
    house.cloud().fail("*", FaultKind::Http500);
    let unknown = patch(&house, "c0", &on).await;
    unknown.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
    post(&house, &encrypted("c1", "AWS")).await.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
    house.cloud().mend();
    house.cloud().disable_key(&house.cloud().key).await;
    let suspect = patch(&house, "c0", &on).await;
    suspect.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
    assert!(suspect.detail().contains("KEY_DISABLED"), "{}", suspect.detail());
    house.pass(Duration::from_secs(2));
    patch(&house, "c0", &on).await.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
    assert_eq!(house.read().await.ok()["awsKms"]["valid"], false);
    post(&house, &encrypted("c1", "AWS")).await.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
    assert_eq!(house.get(&list_of(house.project)).await.ok()["totalCount"], 1);

    house.cloud().enable_key(&house.cloud().key).await;
    assert_eq!(patch(&house, "c0", &on).await.ok()["encryptionAtRestProvider"], "AWS");
    house.end().await;
}

async fn nothing_is_switched_off_or_resumed_without_the_key(database: Database) {
    let house = House::open_as(database, Plan::watchful()).await;
    house.enable().await;
    for name in ["c0", "c1", "c2"] {
        made(&house, &encrypted(name, "AWS")).await;
    }
    patch(&house, "c1", &json!({"paused": true})).await.ok();
    let off = json!({"encryptionAtRestProvider": "NONE"});
    // We do not know: nothing speaks against it.
    house.cloud().fail("*", FaultKind::Http500);
    patch(&house, "c2", &off).await.ok();
    house.cloud().mend();

    house.cloud().disable_key(&house.cloud().key).await;
    house.read().await.ok();
    house.pass(Duration::from_secs(2));
    assert_eq!(house.read().await.ok()["awsKms"]["valid"], false);
    patch(&house, "c0", &off).await.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
    patch(&house, "c1", &json!({"paused": false})).await.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
    // What needs no key goes on: marks, protection, deletion.
    patch(&house, "c0", &json!({"tags": [{"key": "a", "value": "b"}]})).await.ok();
    assert_eq!(house.ask("DELETE", &place_of(&house, "c0")).send().await.status, 202);
    house.cloud().enable_key(&house.cloud().key).await;
    patch(&house, "c1", &json!({"paused": false})).await.ok();
    patch(&house, "c1", &off).await.ok();
    house.end().await;
}

async fn a_change_keeps_what_it_does_not_mention(database: Database) {
    let house = House::open(database).await;
    let whole = with(
        cluster("c0"),
        &json!({
            "backupEnabled": true, "pitEnabled": true, "retainBackups": true,
            "tags": [{"key": "team", "value": "α"}], "labels": [{"key": "l", "value": "m"}],
            "mongoDBMajorVersion": "7.0", "versionReleaseSystem": "LTS", "rootCertType": "ISRGROOTX1",
            "biConnector": {"enabled": true, "readPreference": "SECONDARY"},
            "advancedConfiguration": {"minimumEnabledTlsProtocol": "TLS1_2", "customOpensslCipherConfigTls12": ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"], "tlsCipherConfigMode": "CUSTOM"},
            "adaptiveCapacity": "ENABLED", "diskWarmingMode": "VISIBLE_EARLIER", "redactClientLogData": true,
            "replicaSetScalingStrategy": "NODE_TYPE", "configServerManagementMode": "FIXED_TO_DEDICATED",
            "globalClusterSelfManagedSharding": true, "useAwsTimeBasedSnapshotCopyForFastInitialSync": true,
            "acceptDataRisksAndForceReplicaSetReconfig": "2026-08-10T03:04:14Z",
            "replicationSpecs": [{"zoneName": "Europe", "regionConfigs": [
                {"providerName": "AWS", "regionName": "EU_WEST_1", "priority": 7,
                 "electableSpecs": {"instanceSize": "M30", "nodeCount": 2, "diskSizeGB": 40.0, "diskIOPS": 3000, "ebsVolumeType": "PROVISIONED"},
                 "analyticsSpecs": {"instanceSize": "M40", "nodeCount": 1, "diskSizeGB": 40},
                 "autoScaling": {"compute": {"enabled": true, "scaleDownEnabled": true, "minInstanceSize": "M30", "maxInstanceSize": "M60"}, "diskGB": {"enabled": true}}},
                {"providerName": "AZURE", "regionName": "EUROPE_WEST", "priority": 6,
                 "electableSpecs": {"instanceSize": "M30", "nodeCount": 1}},
                {"providerName": "GCP", "regionName": "WESTERN_EUROPE", "priority": 0,
                 "readOnlySpecs": {"instanceSize": "M30", "nodeCount": 1}},
            ]}],
        }),
    );
    let created = made(&house, &whole).await;
    // What was sent comes back.
    for (name, value) in whole.as_object().unwrap().iter().filter(|(name, _)| *name != "replicationSpecs") {
        assert_eq!(&created[name], value, "{name}");
    }
    let configs = &created["replicationSpecs"][0]["regionConfigs"];
    assert_eq!(configs[0]["electableSpecs"]["diskSizeGB"], 40.0);
    assert_eq!(configs[1]["electableSpecs"]["diskSizeGB"], 40.0, "one size for all");
    assert_eq!(configs[0]["autoScaling"], whole["replicationSpecs"][0]["regionConfigs"][0]["autoScaling"]);
    assert_eq!((&configs[2]["readOnlySpecs"]["nodeCount"], configs[2].get("electableSpecs")), (&1.into(), None));

    // An answer can be sent back, and changes nothing.
    let events = house.events().await;
    assert_eq!(patch(&house, "c0", &created).await.ok(), created);
    assert_eq!(patch(&house, "c0", &json!({})).await.ok(), created);
    let nulls = json!({"backupEnabled": null, "tags": null, "encryptionAtRestProvider": null, "paused": null});
    assert_eq!(patch(&house, "c0", &nulls).await.ok(), created);
    assert_eq!(house.events().await, events);

    let backup = patch(&house, "c0", &json!({"backupEnabled": false, "tags": []})).await.ok();
    assert_eq!(backup, with(created.clone(), &json!({"backupEnabled": false, "tags": []})));
    // Shards are replaced whole; their ids and the size of their disks stay.
    let shards = json!({"replicationSpecs": cluster("x")["replicationSpecs"]});
    let next = patch(&house, "c0", &shards).await.ok();
    assert_eq!(next["replicationSpecs"][0]["id"], created["replicationSpecs"][0]["id"]);
    assert_eq!(next["replicationSpecs"][0]["regionConfigs"].as_array().unwrap().len(), 1);
    assert_eq!(next["replicationSpecs"][0]["regionConfigs"][0]["electableSpecs"]["diskSizeGB"], 40.0);
    assert_eq!(next["mongoDBMajorVersion"], "7.0");
    patch(&house, "c0", &json!({"name": "c0"})).await.ok();
    patch(&house, "c0", &json!({"name": "c1"})).await.is(400, "ATTRIBUTE_READ_ONLY");
    house.end().await;
}

async fn a_deleted_cluster_is_gone_and_its_name_is_free(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    let first = made(&house, &encrypted("c0", "AWS")).await;
    post(&house, &cluster("c0")).await.is(400, "DUPLICATE_CLUSTER_NAME");
    let place = place_of(&house, "c0");
    patch(&house, "c0", &json!({"terminationProtectionEnabled": true})).await.ok();
    let kept = house.ask("DELETE", &place).send().await;
    kept.is(400, "CANNOT_TERMINATE_CLUSTER_WHEN_TERMINATION_PROTECTION_ENABLED");
    patch(&house, "c0", &json!({"terminationProtectionEnabled": false})).await.ok();
    // A body is not read, however broken.
    let gone = house.ask("DELETE", &format!("{place}?retainBackups=false")).body("{not json").send().await;
    assert_eq!((gone.status, gone.text()), (202, "{}"));
    for method in ["GET", "PATCH", "DELETE"] {
        let call = house.ask(method, &place);
        let call = if method == "PATCH" { call.json(&json!({"paused": true})) } else { call };
        call.send().await.is(404, "CLUSTER_NOT_FOUND");
    }
    for query in ["", "?includeDeletedWithRetainedBackups=true"] {
        assert_eq!(house.get(&format!("{}{query}", list_of(house.project))).await.ok()["totalCount"], 0);
    }
    let again = made(&house, &cluster("c0")).await;
    assert_ne!(again["id"], first["id"]);
    house.end().await;
}

async fn of_changes_at_once_each_is_whole_or_refused(database: Database) {
    let house = House::open(database).await;
    let new = house.ask("POST", &list_of(house.project)).json(&cluster("c0"));
    let got = at_once(vec![new; 6]).await;
    let mut codes: Vec<_> =
        got.iter().map(|got| (got.status, if got.status == 201 { String::new() } else { got.code() })).collect();
    codes.sort();
    assert_eq!(codes[0], (201, String::new()));
    assert!(codes[1..].iter().all(|code| *code == (400, "DUPLICATE_CLUSTER_NAME".to_owned())), "{codes:?}");

    let bodies: Vec<_> = (0..8).map(|number| json!({"tags": [{"key": "n", "value": number.to_string()}]})).collect();
    let got = at_once(bodies.iter().map(|body| house.ask("PATCH", &place_of(&house, "c0")).json(body)).collect()).await;
    let mut saved = 0;
    for got in &got {
        if got.status == 200 {
            saved += 1;
        } else {
            got.is(409, "CLUSTER_UPDATE_IN_PROGRESS");
        }
    }
    assert!(saved >= 1);
    let events = house.events().await;
    assert_eq!(events.iter().filter(|name| *name == "CLUSTER_UPDATE_SUBMITTED").count(), saved);
    let tag = read(&house, "c0").await.ok()["tags"].clone();
    assert!(bodies.iter().any(|body| body["tags"] == tag), "{tag}");
    house.end().await;
}

async fn of_a_new_cluster_and_a_disabling_one_wins(database: Database) {
    let house = House::open(database).await;
    for round in 0..6 {
        house.enable().await;
        let (body, disable) = (encrypted(&format!("c{round}"), "AWS"), json!({"awsKms": {"enabled": false}}));
        let (created, disabled) = tokio::join!(post(&house, &body), house.patch(&disable));
        let enabled = house.read().await.ok()["awsKms"]["enabled"] == true;
        let there = read(&house, &format!("c{round}")).await.status == 200;
        assert_eq!(there, enabled, "round {round}: {} {}", created.text(), disabled.text());
        if there {
            assert_eq!(created.status, 201);
            assert!(disabled.status == 409, "{}", disabled.text());
            house.ask("DELETE", &place_of(&house, &format!("c{round}"))).send().await;
        } else {
            created.is(400, "ENCRYPTION_AT_REST_NOT_ENABLED");
            assert_eq!(disabled.status, 200, "{}", disabled.text());
        }
    }
    house.end().await;
}

async fn events_tell_of_clusters(database: Database) {
    let house = House::open(database).await;
    made(&house, &cluster("c0")).await;
    made(&house, &cluster("c1")).await;
    patch(&house, "c0", &json!({"backupEnabled": true, "tags": [{"key": "secret-mark", "value": "v"}]})).await.ok();
    house.ask("DELETE", &place_of(&house, "c0")).send().await;
    let of = |query: &str| format!("/api/atlas/v2/groups/{}/events?includeRaw=true{query}", house.project);
    let got = house.get(&of("&clusterNames=c0")).await;
    assert!(!got.text().contains("secret-mark"), "what changed is told, not to what");
    let got = got.ok();
    let events: Vec<_> = got["results"].as_array().unwrap().iter().rev().collect();
    let names: Vec<_> = events.iter().map(|event| event["eventTypeName"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "CLUSTER_CREATED",
            "CLUSTER_READY",
            "CLUSTER_UPDATE_SUBMITTED",
            "CLUSTER_UPDATE_STARTED",
            "CLUSTER_UPDATE_COMPLETED",
            "CLUSTER_DELETE_SUBMITTED",
            "CLUSTER_DELETED",
        ]
    );
    assert!(events.iter().all(|event| event["clusterName"] == "c0"));
    assert_eq!(events[0]["publicKey"], house.owner.public.as_str());
    assert_eq!(events[1].get("publicKey"), None, "what follows by itself has no actor");
    assert_eq!(events[2]["raw"]["detail"], "backup; tags");
    assert_eq!(house.get(&of("&clusterNames=c0&clusterNames=c1")).await.ok()["totalCount"], 9);
    assert_eq!(house.get(&of("&clusterNames=nobody")).await.ok()["totalCount"], 0);
    let one = events[0]["id"].as_str().unwrap();
    let one = house.get(&format!("/api/atlas/v2/groups/{}/events/{one}", house.project)).await.ok();
    assert_eq!(one["clusterName"], "c0");
    house.end().await;
}

#[tokio::test]
async fn each_call_answers_in_its_versions() {
    let house = House::open(Database::sqlite()).await;
    let body = cluster("c0");
    let dated = |date: &str| format!("application/vnd.atlas.{date}+json");
    let created = house.ask("POST", &list_of(house.project)).accept(&dated("2024-08-05")).json(&body).send().await;
    assert_eq!(created.status, 201, "{}", created.text());
    assert_eq!(created.header("content-type"), Some("application/vnd.atlas.2024-08-05+json;charset=utf-8"));
    assert_eq!(created.header("deprecation"), Some("Wed, 23 Oct 2024 00:00:00 GMT"));
    assert_eq!(created.header("sunset"), Some("Mon, 1 Mar 2027 00:00:00 GMT"));
    let place = place_of(&house, "c0");
    for (asked, resolved) in [("2024-08-05", "2024-08-05"), ("2024-10-23", "2024-08-05"), ("2025-03-12", "2024-08-05")]
    {
        for path in [&place, &list_of(house.project)] {
            let got = house.ask("GET", path).accept(&dated(asked)).send().await;
            assert_eq!(got.status, 200);
            assert_eq!(got.header("content-type"), Some(format!("{};charset=utf-8", dated(resolved)).as_str()));
            assert_eq!((got.header("deprecation"), got.header("sunset")), (None, None));
        }
    }
    let newer =
        house.ask("PATCH", &place).accept(&dated("2025-03-12")).json(&json!({"backupEnabled": true})).send().await;
    assert_eq!(newer.header("content-type"), Some("application/vnd.atlas.2024-10-23+json;charset=utf-8"));
    for (asked, resolved, since) in [
        ("2023-01-01", "2023-01-01", "Wed, 1 Feb 2023 00:00:00 GMT"),
        ("2023-02-01", "2023-02-01", "Mon, 5 Aug 2024 00:00:00 GMT"),
        ("2024-05-30", "2023-02-01", "Mon, 5 Aug 2024 00:00:00 GMT"),
    ] {
        for path in [&place, &list_of(house.project)] {
            let got = house.ask("GET", path).accept(&dated(asked)).send().await;
            assert_eq!(got.status, 200, "{}", got.text());
            assert_eq!(got.header("content-type"), Some(format!("{};charset=utf-8", dated(resolved)).as_str()));
            assert_eq!(got.header("deprecation"), Some(since));
            assert_eq!(got.header("sunset"), Some("Thu, 1 Jul 2027 00:00:00 GMT"));
        }
    }
    house.ask("GET", &place).accept(&dated("2022-12-31")).send().await.is(406, "INVALID_VERSION_DATE");
    // Clients delete with the date before, with which this call stopped changing.
    for (name, asked) in [("c0", "2023-02-01"), ("c1", "2024-08-05"), ("c2", "2023-01-01")] {
        post(&house, &cluster(name)).await;
        let got = house.ask("DELETE", &place_of(&house, name)).accept(&dated(asked)).send().await;
        assert_eq!((got.status, got.text()), (202, "{}"), "{asked}");
        assert_eq!(got.header("sunset").is_some(), asked == "2023-01-01");
    }
    house.end().await;
}

#[tokio::test]
async fn headers_ask_for_nodes_as_they_are() {
    let house = House::open(Database::sqlite()).await;
    made(&house, &cluster("c0")).await;
    let ask = |method: &str, instance: &str, specs: &str| {
        let call = house.ask(method, &place_of(&house, "c0"));
        let call = if method == "PATCH" { call.json(&json!({})) } else { call };
        call.header("Use-Effective-Instance-Fields", instance).header("use-effective-fields-replication-specs", specs)
    };
    for method in ["GET", "PATCH"] {
        let bare = ask(method, "false", "false").send().await.ok();
        let config = |body: &Value| body["replicationSpecs"][0]["regionConfigs"][0].clone();
        assert!(config(&bare).get("effectiveElectableSpecs").is_none());
        assert!(bare.get("effectiveReplicationSpecs").is_none());
        let both = ask(method, "true", "true").send().await.ok();
        assert_eq!(config(&both)["effectiveElectableSpecs"], config(&both)["electableSpecs"]);
        assert_eq!(both["effectiveReplicationSpecs"], bare["replicationSpecs"]);
        let wrong = ask(method, "yes", "true").send().await;
        wrong.is(400, "INVALID_QUERY_PARAMETER");
        assert_eq!(wrong.json()["parameters"], json!(["Use-Effective-Instance-Fields"]));
    }
    let list = house.ask("GET", &list_of(house.project)).header("Use-Effective-Instance-Fields", "true").send().await;
    assert!(list.text().contains("effectiveElectableSpecs"));
    house.end().await;
}

async fn by(house: &House, key: &Key, method: &str, path: &str, body: &Value) -> Got {
    let call = house.nobody(method, path).by(key);
    let call: Call = if method == "DELETE" { call } else { call.json(body) };
    call.send().await
}

#[tokio::test]
async fn each_call_needs_its_role() {
    let house = House::open(Database::sqlite()).await;
    house.enable().await;
    made(&house, &cluster("c0")).await;
    let holder = |role| house.new_key(house.grants(OrgRole::Member, &[(house.project, role)]));
    let reader = holder(ProjectRole::ReadOnly).await;
    let (creator, manager) = (holder(ProjectRole::ClusterCreator).await, holder(ProjectRole::ClusterManager).await);
    let owner = holder(ProjectRole::Owner).await;
    let (list, place) = (list_of(house.project), place_of(&house, "c0"));
    let refused = |got: Got, role: &str| {
        got.is(403, "USER_UNAUTHORIZED");
        assert!(got.detail().contains(role), "{}", got.detail());
    };
    let nothing = json!({});
    let tags = json!({"tags": [{"key": "a", "value": "b"}]});
    let on = json!({"encryptionAtRestProvider": "AWS"});
    for key in [&reader, &creator, &manager, &owner] {
        assert_eq!(house.nobody("GET", &place).by(key).send().await.status, 200);
        assert_eq!(house.nobody("GET", &list).by(key).send().await.status, 200);
    }
    for key in [&reader, &manager] {
        refused(
            by(&house, key, "POST", &list, &cluster("c1")).await,
            "Project Cluster Creator (GROUP_CLUSTER_CREATOR)",
        );
    }
    for key in [&reader, &creator] {
        refused(by(&house, key, "PATCH", &place, &tags).await, "Project Cluster Manager (GROUP_CLUSTER_MANAGER)");
    }
    for key in [&reader, &creator, &manager] {
        refused(by(&house, key, "DELETE", &place, &nothing).await, "Project Owner (GROUP_OWNER)");
    }
    assert_eq!(by(&house, &creator, "POST", &list, &cluster("c1")).await.status, 201);
    by(&house, &manager, "PATCH", &place, &tags).await.ok();
    // Whatever touches encryption is for the owner.
    refused(by(&house, &creator, "POST", &list, &encrypted("c2", "AWS")).await, "Project Owner");
    refused(by(&house, &manager, "PATCH", &place, &on).await, "Project Owner");
    by(&house, &owner, "PATCH", &place, &on).await.ok();
    by(&house, &manager, "PATCH", &place, &on).await.ok();
    for provider in ["NONE", "AZURE"] {
        let change = json!({"encryptionAtRestProvider": provider});
        refused(by(&house, &manager, "PATCH", &place, &change).await, "Project Owner");
    }
    assert_eq!(by(&house, &creator, "POST", &list, &encrypted("c2", "NONE")).await.status, 201);
    assert_eq!(by(&house, &owner, "DELETE", &place, &nothing).await.status, 202);
    house.end().await;
}

#[tokio::test]
async fn small_tiers_are_refused_with_atlas_words() {
    let house = House::open(Database::sqlite()).await;
    house.enable().await;
    let small = |provider: &str, size: &str| {
        let mut body = cluster("c0");
        let config = &mut body["replicationSpecs"][0]["regionConfigs"][0];
        config["providerName"] = json!(provider);
        config["electableSpecs"]["instanceSize"] = json!(size);
        if provider != "AWS" {
            config["backingProviderName"] = json!("AWS");
        }
        body
    };
    for (provider, size, code) in [
        ("TENANT", "M0", "CANNOT_CREATE_FREE_CLUSTER_VIA_PUBLIC_API"),
        ("TENANT", "M2", "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"),
        ("TENANT", "M5", "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"),
        ("FLEX", "FLEX", "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"),
        ("AWS", "M0", "CANNOT_CREATE_FREE_CLUSTER_VIA_PUBLIC_API"),
        ("AWS", "M5", "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"),
    ] {
        post(&house, &small(provider, size)).await.is(400, code);
        let with_key = with(small(provider, size), &json!({"encryptionAtRestProvider": "AWS"}));
        post(&house, &with_key).await.is(400, "CANNOT_USE_ENCRYPTION_AT_REST_TENANT");
    }
    made(&house, &encrypted("c0", "AWS")).await;
    let shrunk = json!({"replicationSpecs": small("AWS", "M2")["replicationSpecs"]});
    patch(&house, "c0", &shrunk).await.is(400, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API");
    assert_eq!(house.get(&list_of(house.project)).await.ok()["totalCount"], 1);
    house.end().await;
}

#[tokio::test]
async fn a_paused_cluster_can_be_resumed_and_nothing_else() {
    let house = House::open(Database::sqlite()).await;
    let (pause, resume, backup) = (json!({"paused": true}), json!({"paused": false}), json!({"backupEnabled": true}));
    post(&house, &with(cluster("c0"), &pause)).await.is(400, "CANNOT_CREATE_PAUSED_CLUSTER");
    made(&house, &cluster("c0")).await;
    patch(&house, "c0", &with(pause.clone(), &backup)).await.is(409, "CANNOT_UPDATE_AND_PAUSE_CLUSTER");
    assert_eq!(patch(&house, "c0", &pause).await.ok()["paused"], true);
    let refused = patch(&house, "c0", &backup).await;
    refused.is(409, "CANNOT_UPDATE_PAUSED_CLUSTER");
    assert_eq!(refused.json()["parameters"], json!(["c0"]));
    patch(&house, "c0", &with(resume.clone(), &backup)).await.is(409, "CANNOT_UPDATE_PAUSED_CLUSTER");
    patch(&house, "c0", &pause).await.is(409, "CLUSTER_ALREADY_PAUSED");
    patch(&house, "c0", &json!({"encryptionAtRestProvider": "AWS"})).await.is(409, "CANNOT_UPDATE_PAUSED_CLUSTER");
    assert_eq!(patch(&house, "c0", &resume).await.ok()["paused"], false);
    patch(&house, "c0", &backup).await.ok();
    patch(&house, "c0", &pause).await.ok();
    assert_eq!(house.ask("DELETE", &place_of(&house, "c0")).send().await.status, 202);
    house.end().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_code() {
    let house = House::open(Database::sqlite()).await;
    let config = "replicationSpecs[0].regionConfigs[0]";
    let check = async |change: &dyn Fn(&mut Value), code: &str, detail: &str| {
        let mut body = cluster("c0");
        change(&mut body);
        let got = post(&house, &body).await;
        assert_eq!((got.status, got.code().as_str()), (400, code), "{body} {}", got.text());
        assert!(got.text().contains(detail), "{detail}: {}", got.text());
    };
    fn first(body: &mut Value) -> &mut Value {
        &mut body["replicationSpecs"][0]["regionConfigs"][0]
    }
    let remove = |body: &mut Value, name: &str| {
        body.as_object_mut().unwrap().remove(name);
    };
    check(&|body| remove(body, "name"), "MISSING_ATTRIBUTE", "name").await;
    check(&|body| remove(body, "replicationSpecs"), "MISSING_ATTRIBUTE", "replicationSpecs").await;
    check(&|body| remove(body, "clusterType"), "MISSING_ATTRIBUTE", "clusterType").await;
    check(&|body| remove(&mut body["replicationSpecs"][0], "regionConfigs"), "MISSING_ATTRIBUTE", "regionConfigs")
        .await;
    check(&|body| remove(first(body), "priority"), "MISSING_ATTRIBUTE", "priority").await;
    check(&|body| *body = json!({}), "VALIDATION_ERROR", "replicationSpecs").await;
    for name in ["-c", "c_0", "c 0", "ü", "", &"c".repeat(65)] {
        let code = if name.is_empty() || name.len() > 60 { "INVALID_ATTRIBUTE" } else { "CLUSTER_NAME_INVALID" };
        let code = if name.is_empty() { "CLUSTER_NAME_INVALID" } else { code };
        check(&|body| body["name"] = json!(name), code, "name").await;
    }
    check(&|body| body["clusterType"] = json!("TRIANGLE"), "INVALID_ENUM_VALUE", "REPLICASET").await;
    check(&|body| body["encryptionAtRestProvider"] = json!("AWSKMS"), "INVALID_ENUM_VALUE", "NONE or AWS").await;
    check(&|body| body["diskSizeGB"] = json!(10), "INVALID_ATTRIBUTE", "diskSizeGB").await;
    check(&|body| body["paused"] = json!("true"), "INVALID_JSON_ATTRIBUTE", "paused").await;
    check(&|body| body["replicationSpecs"] = json!({}), "INVALID_JSON_ATTRIBUTE", "replicationSpecs").await;
    check(&|body| body["mongoDBMajorVersion"] = json!("8"), "INVALID_ATTRIBUTE", "8.0").await;
    check(
        &|body| first(body)["regionName"] = json!("EASTERN_US"),
        "INVALID_REGION",
        "No region EASTERN_US exists for provider AWS.",
    )
    .await;
    check(&|body| first(body)["electableSpecs"]["instanceSize"] = json!("M11"), "INVALID_ENUM_VALUE", "instanceSize")
        .await;
    check(&|body| first(body)["electableSpecs"]["nodeCount"] = json!(4), "INVALID_ATTRIBUTE", "3, 5 or 7").await;
    check(&|body| first(body)["electableSpecs"]["diskSizeGB"] = json!(9), "INVALID_ATTRIBUTE", "diskSizeGB").await;
    check(&|body| first(body)["electableSpecs"]["diskSizeGB"] = json!(10.5), "INVALID_ATTRIBUTE", "whole number").await;
    check(
        &|body| first(body)["priority"] = json!(6),
        "ATLAS_GENERAL_ERROR",
        "A replication spec must specify a region with priority 7",
    )
    .await;
    check(&|body| first(body)["priority"] = json!(8), "INVALID_ATTRIBUTE", config).await;
    let twice = |body: &mut Value| {
        let spec = body["replicationSpecs"][0].clone();
        body["replicationSpecs"].as_array_mut().unwrap().push(spec);
    };
    check(&twice, "INVALID_ATTRIBUTE", "exactly one element").await;
    check(
        &|body| {
            first(body)["electableSpecs"]["nodeCount"] = json!(4);
            first(body)["priority"] = json!(1);
        },
        "VALIDATION_ERROR",
        "3, 5 or 7",
    )
    .await;
    let sharded = |body: &mut Value| {
        twice(body);
        body["clusterType"] = json!("SHARDED");
    };
    let mut body = cluster("sharded");
    sharded(&mut body);
    let shards = made(&house, &body).await["replicationSpecs"].clone();
    assert_eq!(shards.as_array().unwrap().len(), 2);
    assert!(shards[0]["id"] != shards[1]["id"] && shards[0]["zoneId"] == shards[1]["zoneId"]);
    patch(&house, "sharded", &json!({"clusterType": "REPLICASET"})).await.is(400, "INVALID_ATTRIBUTE");
    for name in ["-x", "a_b", "%20", "%ff", "x%00", &"c".repeat(65)] {
        read(&house, name).await.is(404, "CLUSTER_NOT_FOUND");
    }
    assert_eq!(house.get(&list_of(house.project)).await.ok()["totalCount"], 1);
    house.end().await;
}

#[tokio::test]
async fn lists_are_pages() {
    let house = House::open(Database::sqlite()).await;
    for name in ["c3", "c1", "c2"] {
        made(&house, &cluster(name)).await;
    }
    let names = |page: &Value| -> Vec<String> {
        page["results"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let list = list_of(house.project);
    let page = house.get(&format!("{list}?itemsPerPage=2&pageNum=1")).await.ok();
    assert_eq!((names(&page), &page["totalCount"]), (vec!["c1".to_owned(), "c2".to_owned()], &3.into()));
    assert_eq!(page["links"][1]["rel"], "next");
    let last = house.get(&format!("{list}?itemsPerPage=2&pageNum=2&includeCount=false")).await.ok();
    assert_eq!((names(&last), last.get("totalCount")), (vec!["c3".to_owned()], None));
    let far = house.get(&format!("{list}?pageNum=2147483647&itemsPerPage=500")).await.ok();
    assert!(names(&far).is_empty());
    let envelope = house.get(&format!("{list}?envelope=true")).await.ok();
    assert_eq!((&envelope["status"], names(&envelope).len()), (&200.into(), 3));
    house.end().await;
}

#[tokio::test]
async fn the_sweep_and_the_clusters_go_on_beside_each_other() {
    let house = House::open_as(Database::sqlite(), Plan::sweeping()).await;
    house.enable().await;
    made(&house, &encrypted("c0", "AWS")).await;
    house.cloud().disable_key(&house.cloud().key).await;
    until("the key is invalid", || async { house.read().await.ok()["awsKms"]["valid"] == false }).await;
    assert_eq!(read(&house, "c0").await.ok()["encryptionAtRestProvider"], "AWS");
    let got = house.ask("PATCH", &path_of(house.project)).json(&json!({"awsKms": {"enabled": false}})).send().await;
    assert!(got.status == 400 || got.status == 409, "{}", got.text());
    house.cloud().enable_key(&house.cloud().key).await;
    until("the key is back", || async { house.read().await.ok()["awsKms"]["valid"] == true }).await;
    house.end().await;
}
