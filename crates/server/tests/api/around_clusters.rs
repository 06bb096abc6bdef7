//! What surrounds a cluster: process options, status, search nodes, network containers, Flex clusters, and the snapshots
//! that are not taken here.

use domain::access::{OrgRole, ProjectRole};
use domain::id::ProjectId;
use serde_json::{Value, json};

use crate::client::Got;
use crate::clusters::{at_once, cluster};
use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

on_both_engines! {
    process_options_come_back_as_sent
    process_options_are_refused_whole
    of_process_options_and_a_cluster_sent_at_once_neither_is_lost
    status_and_scaling_are_told
    search_nodes_live_beside_a_cluster
    search_nodes_are_refused_whole
    search_nodes_follow_key_pause_and_regions
    of_search_nodes_created_at_once_one_stays
    containers_are_found_where_clusters_are
    nothing_flexible_or_serverless_is_here
    snapshots_are_not_taken_but_let_go
    another_projects_cluster_is_nobodys
}

const OLD: &str = "application/vnd.atlas.2023-01-01+json";
const OLDER: &str = "application/vnd.atlas.2024-05-30+json";

fn place(project: ProjectId, tail: &str) -> String {
    format!("/api/atlas/v2/groups/{project}/{tail}")
}

fn of(house: &House, name: &str, tail: &str) -> String {
    place(house.project, &format!("clusters/{name}/{tail}"))
}

async fn send(house: &House, method: &str, path: &str, body: &Value) -> Got {
    house.ask(method, path).json(body).send().await
}

async fn new_cluster(house: &House, body: &Value) {
    let got = send(house, "POST", &place(house.project, "clusters"), body).await;
    assert_eq!(got.status, 201, "{}", got.text());
}

/// A replica set over three regions of two clouds.
fn wide(name: &str) -> Value {
    let region = |cloud: &str, region: &str, priority: u8, count: u8| {
        json!({"providerName": cloud, "regionName": region, "priority": priority,
               "electableSpecs": {"instanceSize": "M30", "nodeCount": count}})
    };
    json!({"name": name, "clusterType": "REPLICASET", "replicationSpecs": [{"regionConfigs": [
        region("AWS", "US_EAST_1", 7, 1), region("AWS", "EU_WEST_1", 6, 1), region("GCP", "CENTRAL_US", 5, 1),
    ]}]})
}

async fn process_options_come_back_as_sent(database: Database) {
    let house = House::open(database).await;
    new_cluster(&house, &cluster("c")).await;
    let path = of(&house, "c", "processArgs");
    assert_eq!(house.get(&path).await.ok(), json!({"javascriptEnabled": true, "noTableScan": false}));

    let sent = json!({
        "changeStreamOptionsPreAndPostImagesExpireAfterSeconds": -1,
        "chunkMigrationConcurrency": 4,
        "customOpensslCipherConfigTls12": ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
        "customOpensslCipherConfigTls13": ["TLS_AES_256_GCM_SHA384"],
        "defaultMaxTimeMS": 30000,
        "defaultWriteConcern": "majority",
        "javascriptEnabled": false,
        "minimumEnabledTlsProtocol": "TLS1_2",
        "noTableScan": true,
        "oplogMinRetentionHours": 24,
        "oplogSizeMB": 1000,
        "queryStatsLogVerbosity": 1,
        "sampleRefreshIntervalBIConnector": 300,
        "sampleSizeBIConnector": 5000,
        "tlsCipherConfigMode": "CUSTOM",
        "transactionLifetimeLimitSeconds": 120,
    });
    assert_eq!(send(&house, "PATCH", &path, &sent).await.ok(), sent);
    assert_eq!(house.get(&path).await.ok(), sent);

    // What the older date says more is kept for it, and not shown by the newer one.
    let old = json!({"defaultReadConcern": "local", "failIndexKeyTooLong": false});
    let got = house.ask("PATCH", &path).accept(OLD).json(&old).send().await;
    assert_eq!(got.header("sunset"), Some("Thu, 1 Jul 2027 00:00:00 GMT"));
    let shown = got.ok();
    assert_eq!((&shown["defaultReadConcern"], &shown["oplogSizeMB"]), (&json!("local"), &json!(1000)));
    assert_eq!(house.ask("GET", &path).accept(OLD).send().await.ok(), shown);
    assert_eq!(house.get(&path).await.ok(), sent);

    // TLS is said in two places and kept in one.
    let cluster = house.get(&place(house.project, "clusters/c")).await.ok();
    assert_eq!(
        cluster["advancedConfiguration"],
        json!({
            "customOpensslCipherConfigTls12": ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
            "customOpensslCipherConfigTls13": ["TLS_AES_256_GCM_SHA384"],
            "minimumEnabledTlsProtocol": "TLS1_2",
            "tlsCipherConfigMode": "CUSTOM",
        })
    );
    let tls = json!({"advancedConfiguration": {"minimumEnabledTlsProtocol": "TLS1_3"}});
    send(&house, "PATCH", &place(house.project, "clusters/c"), &tls).await.ok();
    assert_eq!(house.get(&path).await.ok()["minimumEnabledTlsProtocol"], "TLS1_3");

    // Null is the default again; a change of nothing is told to nobody.
    let less = json!({"oplogSizeMB": null, "oplogMinRetentionHours": null, "tlsCipherConfigMode": null});
    let left = send(&house, "PATCH", &path, &less).await.ok();
    assert!(left.get("oplogSizeMB").is_none() && left["defaultMaxTimeMS"] == 30000, "{left}");
    assert_eq!(send(&house, "PATCH", &path, &json!({})).await.ok(), left);
    let told = house.events().await;
    assert_eq!(told.iter().filter(|kind| *kind == "CLUSTER_PROCESS_ARGS_UPDATE_SUBMITTED").count(), 3, "{told:?}");
    house.end().await;
}

async fn process_options_are_refused_whole(database: Database) {
    let house = House::open(database).await;
    new_cluster(&house, &cluster("c")).await;
    let path = of(&house, "c", "processArgs");
    let before = house.get(&path).await.ok();
    let bad = json!({
        "oplogSizeMB": -1, "oplogMinRetentionHours": 1.5, "minimumEnabledTlsProtocol": "SSL3", "noTableScan": "yes",
        "transactionLifetimeLimitSeconds": 0, "defaultWriteConcern": "", "defaultReadConcern": "local", "slowMs": 1,
    });
    let got = send(&house, "PATCH", &path, &bad).await;
    got.is(400, "VALIDATION_ERROR");
    assert_eq!(got.fields().len(), 8, "{}", got.text());
    for (body, code) in [
        (json!({"oplogSizeMB": 2_147_483_648_u64}), "INVALID_ATTRIBUTE"),
        (json!({"minimumEnabledTlsProtocol": "TLS2"}), "INVALID_ENUM_VALUE"),
        (json!({"noTableScan": 1}), "INVALID_JSON_ATTRIBUTE"),
        (json!({"failIndexKeyTooLong": true}), "INVALID_ATTRIBUTE"),
        (json!([]), "INVALID_JSON"),
    ] {
        send(&house, "PATCH", &path, &body).await.is(400, code);
    }
    assert_eq!(house.get(&path).await.ok(), before);

    send(&house, "PATCH", &place(house.project, "clusters/c"), &json!({"paused": true})).await.ok();
    let refused = send(&house, "PATCH", &path, &json!({"noTableScan": true})).await;
    refused.is(409, "CANNOT_UPDATE_PAUSED_CLUSTER");
    assert_eq!(send(&house, "PATCH", &path, &json!({"noTableScan": false})).await.status, 409);
    assert_eq!(send(&house, "PATCH", &path, &json!({})).await.ok(), before);
    send(&house, "PATCH", &of(&house, "d", "processArgs"), &json!({})).await.is(404, "CLUSTER_NOT_FOUND");
    let reader = house.new_reader().await;
    house.nobody("PATCH", &path).json(&json!({})).by(&reader).send().await.is(403, "USER_UNAUTHORIZED");
    house.end().await;
}

async fn of_process_options_and_a_cluster_sent_at_once_neither_is_lost(database: Database) {
    let house = House::open(database).await;
    new_cluster(&house, &cluster("c")).await;
    let path = of(&house, "c", "processArgs");
    let calls = (1..=6).flat_map(|n| {
        let tags = json!({"tags": [{"key": "n", "value": n.to_string()}]});
        [
            house.ask("PATCH", &path).json(&json!({"oplogSizeMB": 1000 + n})),
            house.ask("PATCH", &place(house.project, "clusters/c")).json(&tags),
        ]
    });
    let got = at_once(calls.collect()).await;
    for answer in &got {
        assert!(answer.status == 200 || answer.code() == "CLUSTER_UPDATE_IN_PROGRESS", "{}", answer.text());
    }
    let succeeded = |field: &str| got.iter().any(|answer| answer.status == 200 && answer.json().get(field).is_some());
    let (options, tags) = (succeeded("javascriptEnabled"), succeeded("clusterType"));
    assert!(options || tags);
    let cluster = house.get(&place(house.project, "clusters/c")).await.ok();
    assert_eq!(house.get(&path).await.ok().get("oplogSizeMB").is_some(), options);
    assert_eq!(cluster["tags"].as_array().unwrap().len(), usize::from(tags));
    house.end().await;
}

async fn status_and_scaling_are_told(database: Database) {
    let house = House::open(database).await;
    new_cluster(&house, &cluster("c")).await;
    let status = house.get(&of(&house, "c", "status")).await.ok();
    assert_eq!(status["changeStatus"], "APPLIED");
    assert!(status["links"][0]["href"].as_str().unwrap().ends_with("/clusters/c/status"));
    let scaling = of(&house, "c", "autoScalingConfiguration");
    assert_eq!(house.get(&scaling).await.ok(), json!({"autoScalingMode": "CLUSTER_WIDE_SCALING"}));
    let shard = |size: &str| {
        json!({"regionConfigs": [{"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7,
               "electableSpecs": {"instanceSize": size, "nodeCount": 3}}]})
    };
    let uneven = json!({"name": "u", "clusterType": "SHARDED", "replicationSpecs": [shard("M30"), shard("M40")]});
    new_cluster(&house, &uneven).await;
    let uneven = house.get(&of(&house, "u", "autoScalingConfiguration")).await.ok();
    assert_eq!(uneven, json!({"autoScalingMode": "INDEPENDENT_SHARD_SCALING"}));
    house.ask("GET", &scaling).accept(OLD).send().await.is(406, "INVALID_VERSION_DATE");
    house.get(&of(&house, "d", "status")).await.is(404, "CLUSTER_NOT_FOUND");
    house.get(&of(&house, "d", "autoScalingConfiguration")).await.is(404, "CLUSTER_NOT_FOUND");
    house.end().await;
}

async fn search_nodes_live_beside_a_cluster(database: Database) {
    let house = House::open(database).await;
    new_cluster(&house, &cluster("c")).await;
    let path = of(&house, "c", "search/deployment");
    // None: the newest version says so with an empty object, the others with a code that clients know.
    assert_eq!(house.get(&path).await.ok(), json!({}));
    for accept in [OLD, OLDER] {
        let got = house.ask("GET", &path).accept(accept).send().await;
        got.is(400, "ATLAS_SEARCH_DEPLOYMENT_DOES_NOT_EXIST");
    }
    let wanted = json!({"specs": [{"instanceSize": "S20_HIGHCPU_NVME", "nodeCount": 2}]});
    let none = send(&house, "PATCH", &path, &wanted).await;
    none.is(400, "ATLAS_SEARCH_DEPLOYMENT_DOES_NOT_EXIST");
    house.ask("DELETE", &path).send().await.is(400, "ATLAS_SEARCH_DEPLOYMENT_DOES_NOT_EXIST");

    let got = send(&house, "POST", &path, &wanted).await;
    assert_eq!(got.status, 201, "{}", got.text());
    let made = got.json();
    assert_eq!(made["specs"], wanted["specs"]);
    let region = json!([{"cloudProvider": "AWS", "instanceSize": "S20_HIGHCPU_NVME", "nodeCount": 2,
                         "regionName": "US_EAST_1"}]);
    assert_eq!(made["effectiveSpecs"], region);
    assert_eq!((&made["stateName"], &made["encryptionAtRestProvider"]), (&json!("IDLE"), &json!("NONE")));
    assert_eq!((&made["groupId"], made["id"].as_str().unwrap().len()), (&json!(house.project.to_string()), 24));
    for accept in [OLD, OLDER, "application/json"] {
        assert_eq!(house.ask("GET", &path).accept(accept).send().await.ok(), made);
    }
    send(&house, "POST", &path, &wanted).await.is(409, "ATLAS_SEARCH_DEPLOYMENT_ALREADY_EXISTS");

    // An answer can be sent back, and changes nothing.
    assert_eq!(send(&house, "PATCH", &path, &made).await.ok(), made);
    let more = json!({"specs": [{"instanceSize": "S30_HIGHCPU_NVME", "nodeCount": 4}]});
    let changed = send(&house, "PATCH", &path, &more).await.ok();
    assert_eq!((&changed["specs"], &changed["id"]), (&more["specs"], &made["id"]));

    let gone = house.ask("DELETE", &path).send().await;
    assert_eq!((gone.status, gone.text()), (204, ""));
    assert_eq!(house.get(&path).await.ok(), json!({}));
    // The older date answers both with 200.
    let got = house.ask("POST", &path).accept(OLD).json(&wanted).send().await;
    assert_eq!((got.status, &got.json()["specs"]), (200, &wanted["specs"]));
    let got = house.ask("DELETE", &format!("{path}?envelope=true")).accept(OLD).send().await;
    assert_eq!((got.status, got.json()), (200, json!({"status": 200, "content": {}})));
    let told = house.events().await;
    for (kind, times) in
        [("SEARCH_DEPLOYMENT_CREATED", 2), ("SEARCH_DEPLOYMENT_UPDATED", 1), ("SEARCH_DEPLOYMENT_DELETED", 2)]
    {
        assert_eq!(told.iter().filter(|name| *name == kind).count(), times, "{kind} in {told:?}");
    }
    house.end().await;
}

async fn search_nodes_are_refused_whole(database: Database) {
    let house = House::open(database).await;
    new_cluster(&house, &wide("c")).await;
    let path = of(&house, "c", "search/deployment");
    let spec = |place: Value| {
        let mut spec = json!({"instanceSize": "S20_HIGHCPU_NVME", "nodeCount": 2});
        spec.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        spec
    };
    let here = || spec(json!({"cloudProvider": "AWS", "regionName": "US_EAST_1"}));
    for (body, code, faults) in [
        (json!({}), "MISSING_ATTRIBUTE", 1),
        (json!({"specs": []}), "MISSING_ATTRIBUTE", 1),
        (json!({"specs": [{"instanceSize": "S20_HIGHCPU_NVME"}]}), "MISSING_ATTRIBUTE", 1),
        (json!({"specs": [{"instanceSize": "M10", "nodeCount": 2}]}), "INVALID_ENUM_VALUE", 1),
        (json!({"specs": [{"instanceSize": "S20_HIGHCPU_NVME", "nodeCount": 1}]}), "INVALID_ATTRIBUTE", 1),
        (json!({"specs": [{"instanceSize": "S20_HIGHCPU_NVME", "nodeCount": 33}]}), "INVALID_ATTRIBUTE", 1),
        (json!({"specs": [spec(json!({})), spec(json!({}))]}), "VALIDATION_ERROR", 2),
        (json!({"specs": [here(), here()]}), "INVALID_ATTRIBUTE", 1),
        (json!({"specs": [spec(json!({"regionName": "US_EAST_1"}))]}), "MISSING_ATTRIBUTE", 1),
        (json!({"specs": [spec(json!({"cloudProvider": "AWS"}))]}), "MISSING_ATTRIBUTE", 1),
        (json!({"specs": [spec(json!({"cloudProvider": "GCP", "regionName": "US_EAST_1"}))]}), "INVALID_ATTRIBUTE", 1),
        (json!({"specs": [spec(json!({"color": 1})), {"nodeCount": 0}], "x": 1}), "VALIDATION_ERROR", 4),
    ] {
        let got = send(&house, "POST", &path, &body).await;
        got.is(400, code);
        if faults > 1 {
            assert_eq!(got.fields().len(), faults, "{}", got.text());
        }
    }
    assert_eq!(house.get(&path).await.ok(), json!({}));
    let reader = house.new_reader().await;
    let body = json!({"specs": [spec(json!({}))]});
    house.nobody("POST", &path).json(&body).by(&reader).send().await.is(403, "USER_UNAUTHORIZED");
    let manager = house.new_key(house.grants(OrgRole::Member, &[(house.project, ProjectRole::ClusterManager)])).await;
    let refused = house.nobody("POST", &path).json(&body).by(&manager).send().await;
    refused.is(403, "USER_UNAUTHORIZED");
    assert!(refused.detail().contains("GROUP_OWNER"), "{}", refused.detail());
    send(&house, "POST", &of(&house, "d", "search/deployment"), &body).await.is(404, "CLUSTER_NOT_FOUND");
    house.end().await;
}

async fn search_nodes_follow_key_pause_and_regions(database: Database) {
    let house = House::open_everywhere(database).await;
    house.patch(&house.cloud().whole_payload()).await.ok();
    new_cluster(&house, &wide("c")).await;
    let (path, cluster) = (of(&house, "c", "search/deployment"), place(house.project, "clusters/c"));
    let spec = |cloud: &str, region: &str, count: u8| json!({"instanceSize": "S20_HIGHCPU_NVME", "nodeCount": count, "cloudProvider": cloud, "regionName": region});
    let wanted = json!({"specs": [spec("AWS", "US_EAST_1", 2), spec("GCP", "CENTRAL_US", 3)]});
    let made = send(&house, "POST", &path, &wanted).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let regions: Vec<Value> =
        made.json()["effectiveSpecs"].as_array().unwrap().iter().map(|spec| spec["regionName"].clone()).collect();
    assert_eq!(regions, [json!("US_EAST_1"), json!("CENTRAL_US")]);

    // Whose key: the cluster's, if the project says that search nodes are encrypted.
    let provider = async || house.get(&path).await.ok()["encryptionAtRestProvider"].clone();
    house.patch(&json!({"enabledForSearchNodes": false})).await.ok();
    send(&house, "PATCH", &cluster, &json!({"encryptionAtRestProvider": "AWS"})).await.ok();
    assert_eq!(provider().await, "NONE");
    house.patch(&json!({"enabledForSearchNodes": true})).await.ok();
    assert_eq!(provider().await, "AWS");
    send(&house, "PATCH", &cluster, &json!({"encryptionAtRestProvider": "NONE"})).await.ok();
    assert_eq!(provider().await, "NONE");

    let more = json!({"defaultNodeCount": 5, "specs": [{"instanceSize": "S30_HIGHCPU_NVME"}]});
    let all = send(&house, "PATCH", &path, &more).await.ok();
    assert_eq!(all["effectiveSpecs"].as_array().unwrap().len(), 3);
    assert_eq!(all["specs"], json!([{"instanceSize": "S30_HIGHCPU_NVME", "nodeCount": 5}]));

    send(&house, "PATCH", &cluster, &json!({"paused": true})).await.ok();
    assert_eq!(house.get(&path).await.ok()["stateName"], "PAUSED");
    send(&house, "PATCH", &path, &wanted).await.is(409, "CANNOT_UPDATE_PAUSED_CLUSTER");
    send(&house, "PATCH", &cluster, &json!({"paused": false})).await.ok();

    // A deleted cluster takes them along, and has them again when it is brought back.
    let id = house.get(&cluster).await.ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(house.ask("DELETE", &cluster).send().await.status, 202);
    house.get(&path).await.is(404, "CLUSTER_NOT_FOUND");
    let back = format!("/api/atrest/v1/groups/{}/deletedClusters/{id}/return", house.project);
    assert_eq!(house.ask("POST", &back).send().await.status, 200);
    assert_eq!(house.get(&path).await.ok()["specs"], all["specs"]);
    house.end().await;
}

async fn of_search_nodes_created_at_once_one_stays(database: Database) {
    let house = House::open(database).await;
    new_cluster(&house, &cluster("c")).await;
    let path = of(&house, "c", "search/deployment");
    let body = |n: u8| json!({"specs": [{"instanceSize": "S20_HIGHCPU_NVME", "nodeCount": n}]});
    let got = at_once((2..10).map(|n| house.ask("POST", &path).json(&body(n))).collect()).await;
    let made: Vec<_> = got.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(made.len(), 1);
    assert!(got.iter().all(|answer| answer.status == 201 || answer.code() == "ATLAS_SEARCH_DEPLOYMENT_ALREADY_EXISTS"));
    assert_eq!(house.get(&path).await.ok(), made[0].json());
    house.end().await;
}

async fn containers_are_found_where_clusters_are(database: Database) {
    let house = House::open(database).await;
    let list = |query: &str| place(house.project, &format!("containers{query}"));
    let none = house.get(&list("")).await.ok();
    assert_eq!((&none["totalCount"], &none["results"]), (&json!(0), &json!([])));
    new_cluster(&house, &wide("c")).await;
    new_cluster(&house, &cluster("same-place")).await;
    let mut azure = cluster("z");
    azure["replicationSpecs"][0]["regionConfigs"][0]["providerName"] = json!("AZURE");
    azure["replicationSpecs"][0]["regionConfigs"][0]["regionName"] = json!("US_EAST_2");
    new_cluster(&house, &azure).await;

    let aws = house.get(&list("")).await.ok();
    assert_eq!(aws["totalCount"], 2);
    let regions: Vec<&Value> =
        aws["results"].as_array().unwrap().iter().map(|container| &container["regionName"]).collect();
    assert_eq!(regions, [&json!("EU_WEST_1"), &json!("US_EAST_1")]);
    assert_eq!(house.get(&list("?providerName=AZURE")).await.ok()["results"][0]["region"], "US_EAST_2");
    let google = house.get(&list("?providerName=GCP")).await.ok();
    assert_eq!(google["results"][0]["regions"], json!(["CENTRAL_US"]));
    house.get(&list("?providerName=TENANT")).await.is(400, "INVALID_QUERY_PARAMETER");

    let all = house.get(&list("/all")).await.ok();
    assert_eq!(all["totalCount"], 4);
    for container in all["results"].as_array().unwrap() {
        assert_eq!(container["provisioned"], false);
        let one = list(&format!("/{}", container["id"].as_str().unwrap()));
        assert_eq!(&house.get(&one).await.ok(), container);
    }
    assert_eq!(house.get(&list("/all")).await.ok(), all, "the ids stay");
    let page = house.get(&list("/all?itemsPerPage=3&pageNum=2")).await.ok();
    assert_eq!((&page["results"], &page["totalCount"]), (&json!([all["results"][3]]), &json!(4)));
    let next = house.get(&list("?providerName=AWS&itemsPerPage=1")).await.ok()["links"].to_string();
    assert!(next.contains("providerName=AWS") && next.contains("pageNum=2"), "{next}");
    for id in ["0123456789abcdef01234567", "nothing"] {
        house.get(&list(&format!("/{id}"))).await.is(404, "CLOUD_PROVIDER_CONTAINER_NOT_FOUND");
    }
    let other = house.new_project("other").await;
    let id = all["results"][0]["id"].as_str().unwrap();
    house.get(&place(other, &format!("containers/{id}"))).await.is(404, "CLOUD_PROVIDER_CONTAINER_NOT_FOUND");
    house.end().await;
}

async fn nothing_flexible_or_serverless_is_here(database: Database) {
    let house = House::open(database).await;
    new_cluster(&house, &cluster("c")).await;
    for list in ["flexClusters", "serverless"] {
        let got = house.get(&place(house.project, list)).await.ok();
        assert_eq!((&got["totalCount"], &got["results"]), (&json!(0), &json!([])), "{list}");
    }
    let flex = |name: &str| place(house.project, &format!("flexClusters/{name}"));
    for method in ["GET", "PATCH", "DELETE"] {
        let body = json!({"tags": []});
        send(&house, method, &flex("c"), &body).await.is(400, "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API");
        send(&house, method, &flex("d"), &body).await.is(404, "CLUSTER_NOT_FOUND");
        send(&house, method, &flex("no%20name"), &body).await.is(404, "CLUSTER_NOT_FOUND");
    }
    let create = json!({"name": "f", "providerSettings": {"backingProviderName": "AWS", "regionName": "US_EAST_1"}});
    let path = place(house.project, "flexClusters");
    let refused = send(&house, "POST", &path, &create).await;
    refused.is(403, "FEATURE_UNSUPPORTED");
    assert!(refused.detail().contains("M10"), "{}", refused.detail());
    send(&house, "POST", &path, &json!({"name": "f"})).await.is(400, "MISSING_ATTRIBUTE");
    let upgrade = format!("{path}:tenantUpgrade");
    send(&house, "POST", &upgrade, &json!({"name": "f"})).await.is(403, "FEATURE_UNSUPPORTED");
    send(&house, "POST", &upgrade, &json!({})).await.is(400, "MISSING_ATTRIBUTE");
    assert_eq!(house.get(&place(house.project, "clusters")).await.ok()["totalCount"], 1);
    house.end().await;
}

async fn snapshots_are_not_taken_but_let_go(database: Database) {
    let house = House::open(database).await;
    new_cluster(&house, &cluster("c")).await;
    let path = of(&house, "c", "backup/snapshots");
    let refused = send(&house, "POST", &path, &json!({"description": "d", "retentionInDays": 3})).await;
    refused.is(403, "FEATURE_UNSUPPORTED");
    assert!(refused.detail().contains("register"), "{}", refused.detail());
    send(&house, "POST", &path, &json!({"retentionInDays": 0, "x": 1})).await.is(400, "VALIDATION_ERROR");
    assert_eq!(house.get(&path).await.ok()["totalCount"], 0);
    let sharded = house.get(&format!("{path}/shardedClusters")).await.ok();
    assert_eq!((&sharded["totalCount"], &sharded["results"]), (&json!(0), &json!([])));
    let nobodys = "0123456789abcdef01234567";
    for method in ["GET", "DELETE"] {
        let one = format!("{path}/shardedCluster/{nobodys}");
        assert_eq!(house.ask(method, &one).send().await.status, 404);
        assert_eq!(house.ask(method, &format!("{path}/{nobodys}")).send().await.status, 404);
    }
    let keep = json!({"retentionUnit": "DAYS", "retentionValue": 5});
    assert_eq!(send(&house, "PATCH", &format!("{path}/{nobodys}"), &keep).await.status, 404);
    send(&house, "PATCH", &format!("{path}/{nobodys}"), &json!({})).await.is(400, "VALIDATION_ERROR");
    house.end().await;
}

async fn another_projects_cluster_is_nobodys(database: Database) {
    let house = House::open(database).await;
    new_cluster(&house, &cluster("c")).await;
    let other = house.new_project("other").await;
    let stranger = house.new_key(house.grants(OrgRole::Member, &[(other, ProjectRole::Owner)])).await;
    let tails = [
        "clusters/c/processArgs",
        "clusters/c/status",
        "clusters/c/autoScalingConfiguration",
        "clusters/c/search/deployment",
        "clusters/c/backup/schedule",
        "backupCompliancePolicy",
        "containers",
        "containers/all",
        "flexClusters",
        "flexClusters/c",
        "serverless",
    ];
    for tail in tails {
        let got = house.nobody("GET", &place(house.project, tail)).by(&stranger).send().await;
        got.is(404, "GROUP_NOT_FOUND");
        if tail.contains("/c") {
            house.nobody("GET", &place(other, tail)).by(&stranger).send().await.is(404, "CLUSTER_NOT_FOUND");
        }
    }
    house.end().await;
}
