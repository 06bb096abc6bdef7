//! Tests of the body of POST and PATCH of a cluster, as dated 2023-01-01.

use serde_json::{Value, json};

use super::ClusterBody;
use crate::patch::Patch;

fn cluster() -> Value {
    json!({
        "name": "cluster0", "diskSizeGB": 40.0, "numShards": 2, "clusterType": "SHARDED",
        "providerBackupEnabled": true, "autoScaling": {"diskGBEnabled": true, "compute": {"enabled": true}},
        "providerSettings": {"providerName": "AWS", "instanceSizeName": "M30", "diskIOPS": 3000,
            "volumeType": "STANDARD", "encryptEBSVolume": true,
            "autoScaling": {"compute": {"maxInstanceSize": "M60", "minInstanceSize": "M10"}}},
        "replicationSpecs": [{"numShards": 2, "zoneName": "Zone 1", "regionsConfig": {
            "US_EAST_1": {"electableNodes": 2, "priority": 7}, "US_WEST_1": {"electableNodes": 1, "priority": 6}}}],
    })
}

fn paths(read: Result<ClusterBody, Vec<crate::fault::Fault>>) -> Vec<String> {
    let mut paths: Vec<_> = read.err().unwrap_or_default().into_iter().map(|fault| fault.path).collect();
    paths.sort();
    paths
}

fn new(body: &Value) -> Vec<String> {
    paths(ClusterBody::read_new(body.to_string().as_bytes()))
}

#[test]
fn reads_a_cluster() {
    let body = ClusterBody::read_new(cluster().to_string().as_bytes()).unwrap();
    assert_eq!((body.num_shards, body.provider_backup_enabled), (Patch::Value(2), Patch::Value(true)));
    assert!(body.backup_enabled.is_absent() && body.same.backup_enabled.is_absent());
    let Patch::Value(settings) = body.provider_settings else { panic!("settings") };
    assert_eq!(settings.max_instance_size, Patch::Value("M60".to_owned()));
    let Patch::Value(specs) = body.replication_specs else { panic!("specs") };
    let Patch::Value(regions) = &specs[0].regions_config else { panic!("regions") };
    assert_eq!((regions[0].0.as_str(), &regions[0].1.electable_nodes), ("US_EAST_1", &Patch::Value(2)));
}

#[test]
fn finds_every_fault_of_shape() {
    assert_eq!(new(&json!({})), ["name", "providerSettings"]);
    let mut body = cluster();
    body["deleteAfterCreationHours"] = json!(4);
    body["diskSizeGB"] = json!(5000);
    body["redactClientLogData"] = json!(true);
    body["providerSettings"]["diskSizeGB"] = json!(10);
    body["replicationSpecs"][0]["regionsConfig"]["US_EAST_1"]["electableNodes"] = json!("3");
    body["replicationSpecs"][0]["regionsConfig"]["US_WEST_1"] = json!(3);
    assert_eq!(
        new(&body),
        [
            "deleteAfterCreationHours",
            "diskSizeGB",
            "providerSettings.diskSizeGB",
            "redactClientLogData",
            "replicationSpecs[0].regionsConfig.US_EAST_1.electableNodes",
            "replicationSpecs[0].regionsConfig.US_WEST_1",
        ]
    );
}

#[test]
fn holds_regions_sizes_and_disks_against_their_cloud() {
    let check = |change: &dyn Fn(&mut Value), expected: &[&str]| {
        let mut body = cluster();
        change(&mut body);
        assert_eq!(new(&body), expected);
    };
    check(&|body| body["providerSettings"]["instanceSizeName"] = json!("M11"), &["providerSettings.instanceSizeName"]);
    check(&|body| body["providerSettings"]["diskTypeName"] = json!("P4"), &["providerSettings.diskTypeName"]);
    check(
        &|body| body["replicationSpecs"][0]["regionsConfig"]["us-east-1"] = json!({}),
        &["replicationSpecs[0].regionsConfig.us-east-1"],
    );
    check(
        &|body| body["providerSettings"]["providerName"] = json!("GCP"),
        &[
            "providerSettings.diskIOPS",
            "providerSettings.volumeType",
            "replicationSpecs[0].regionsConfig.US_EAST_1",
            "replicationSpecs[0].regionsConfig.US_WEST_1",
        ],
    );
    check(
        &|body| {
            body["replicationSpec"] = json!({"US_EAST_1": {"electableNodes": 3}});
        },
        &["replicationSpec"],
    );
    check(
        &|body| {
            body["providerSettings"] = json!({"providerName": "TENANT", "backingProviderName": "AWS",
                "instanceSizeName": "M2", "regionName": "US_EAST_1"});
            body["replicationSpecs"][0]["regionsConfig"] = json!({"nowhere at all": {}});
        },
        &["replicationSpecs[0].regionsConfig.nowhere at all"],
    );
}

#[test]
fn a_change_is_held_against_the_present_cloud() {
    let change = |body: Value| ClusterBody::read_change(body.to_string().as_bytes()).unwrap();
    let larger = change(json!({"providerSettings": {"instanceSizeName": "M90"}}));
    assert!(larger.leaves_cloud_open() && larger.fits_on(Some("AZURE")).is_ok());
    assert_eq!(larger.fits_on(Some("AWS")).unwrap_err()[0].path, "providerSettings.instanceSizeName");
    assert!(change(json!({"replicationSpecs": []})).leaves_cloud_open());
    let other = change(json!({"providerSettings": {"providerName": "AZURE", "instanceSizeName": "M90"}}));
    assert!(!other.leaves_cloud_open() && other.fits_on(None).is_ok());
    assert!(!change(json!({"paused": true})).leaves_cloud_open());
}
