//! Tests of the body of POST and PATCH of a cluster.

use serde_json::{Value, json};

use super::ClusterBody;
use crate::fault::FaultKind;
use crate::patch::Patch;

fn cluster() -> Value {
    json!({
        "name": "cluster0",
        "clusterType": "REPLICASET",
        "encryptionAtRestProvider": "AWS",
        "replicationSpecs": [{"zoneName": "Zone 1", "regionConfigs": [{
            "providerName": "AWS", "regionName": "US_EAST_1", "priority": 7,
            "electableSpecs": {"instanceSize": "M10", "nodeCount": 3, "diskSizeGB": 10.0, "diskIOPS": 3000, "ebsVolumeType": "STANDARD"},
            "autoScaling": {"compute": {"enabled": true, "maxInstanceSize": "M40_NVME"}, "diskGB": {"enabled": true}},
        }]}],
        "tags": [{"key": "a", "value": "b"}],
    })
}

fn faults(body: &Value) -> Vec<(String, FaultKind)> {
    match ClusterBody::read_new(body.to_string().as_bytes()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.into_iter().map(|fault| (fault.path, fault.kind)).collect(),
    }
}

fn paths(body: &Value) -> Vec<String> {
    faults(body).into_iter().map(|(path, _)| path).collect()
}

#[test]
fn reads_a_cluster() {
    let body = ClusterBody::read_new(cluster().to_string().as_bytes()).unwrap();
    assert_eq!(body.encryption_at_rest_provider, Patch::Value("AWS".to_owned()));
    assert!(body.paused.is_absent());
    let Patch::Value(specs) = body.replication_specs else { panic!("specs") };
    let Patch::Value(configs) = &specs[0].region_configs else { panic!("configs") };
    let Patch::Value(electable) = &configs[0].electable_specs else { panic!("electable") };
    assert_eq!(
        (&electable.disk_size_gb, &electable.node_count),
        (&Patch::Value(10), &Patch::Value(3)),
        "10.0 is a whole number"
    );
}

#[test]
fn needs_a_name_a_type_and_shards_in_a_post_only() {
    assert_eq!(paths(&json!({})), ["clusterType", "name", "replicationSpecs"]);
    assert!(ClusterBody::read_change(b"{}").unwrap().name.is_absent());
}

#[test]
fn ignores_what_answers_show() {
    let mut body = cluster();
    for (name, value) in [
        ("id", json!(1)),
        ("links", json!([])),
        ("connectionStrings", json!({"standard": "x"})),
        ("effectiveReplicationSpecs", json!("anything")),
        ("mongoDBEmployeeAccessGrant", json!(null)),
        ("stateName", json!("IDLE")),
    ] {
        body[name] = value;
    }
    body["replicationSpecs"][0]["id"] = json!("0123456789abcdef01234567");
    body["replicationSpecs"][0]["regionConfigs"][0]["effectiveElectableSpecs"] = json!({"x": 1});
    body["replicationSpecs"][0]["regionConfigs"][0]["electableSpecs"]["diskThroughput"] = json!(125);
    assert_eq!(faults(&body), []);
}

#[test]
fn finds_every_fault_of_shape() {
    let mut body = cluster();
    body["diskSizeGB"] = json!(10);
    body["paused"] = json!("no");
    body["replicationSpecs"][0]["numShards"] = json!(1);
    body["replicationSpecs"][0]["regionConfigs"][0]["priority"] = json!(8);
    body["replicationSpecs"][0]["regionConfigs"][0]["electableSpecs"]["diskSizeGB"] = json!(10.5);
    body["tags"] = json!([{"key": "a"}]);
    let mut found = paths(&body);
    found.sort();
    assert_eq!(
        found,
        [
            "diskSizeGB",
            "paused",
            "replicationSpecs[0].numShards",
            "replicationSpecs[0].regionConfigs[0].electableSpecs.diskSizeGB",
            "replicationSpecs[0].regionConfigs[0].priority",
            "tags[0].value",
        ]
    );
}

#[test]
fn holds_regions_and_sizes_against_their_cloud() {
    let check = |change: &dyn Fn(&mut Value), expected: &[&str]| {
        let mut body = cluster();
        change(&mut body["replicationSpecs"][0]["regionConfigs"][0]);
        let ends = paths(&body);
        assert_eq!(ends.len(), expected.len(), "{ends:?}");
        for (end, expected) in ends.iter().zip(expected) {
            assert!(end.ends_with(expected), "{end} {expected}");
        }
    };
    check(&|config| config["regionName"] = json!("EASTERN_US"), &["regionName"]);
    check(&|config| config["regionName"] = json!("us-east-1"), &["regionName"]);
    check(&|config| config["electableSpecs"]["instanceSize"] = json!("M90"), &["instanceSize"]);
    check(&|config| config["electableSpecs"]["instanceSize"] = json!("M0"), &[]);
    check(&|config| config["autoScaling"]["compute"]["minInstanceSize"] = json!("M1"), &["minInstanceSize"]);
    check(&|config| config["backingProviderName"] = json!("AWS"), &["backingProviderName"]);
    check(
        &|config| config["providerName"] = json!("GCP"),
        &["regionName", "diskIOPS", "ebsVolumeType", "maxInstanceSize"],
    );
    check(
        &|config| {
            config["providerName"] = json!("AZURE");
            config["regionName"] = json!("US_EAST_2");
        },
        &["ebsVolumeType", "maxInstanceSize"],
    );
    check(
        &|config| {
            *config = json!({"providerName": "TENANT", "backingProviderName": "AWS", "regionName": "US_EAST_1", "priority": 7,
                "electableSpecs": {"instanceSize": "M0"}});
        },
        &[],
    );
}

#[test]
fn says_which_region_was_meant() {
    let mut body = cluster();
    body["replicationSpecs"][0]["regionConfigs"][0]["regionName"] = json!("EU_WEST_9");
    let kind = faults(&body).pop().unwrap().1;
    let FaultKind::NoSuchRegion { region, provider, .. } = kind else { panic!("{kind:?}") };
    assert_eq!((region.as_str(), provider), ("EU_WEST_9", "AWS"));
}
