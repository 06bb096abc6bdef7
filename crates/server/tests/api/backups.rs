//! What is wanted of backups: a project's compliance policy, with what it forbids, and a cluster's schedule.

use domain::access::{OrgRole, ProjectRole};
use domain::id::ProjectId;
use serde_json::{Value, json};

use crate::client::Got;
use crate::clusters::{at_once, cluster};
use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

on_both_engines! {
    a_policy_comes_back_as_sent
    a_policy_is_refused_whole
    a_policy_demands_customer_keys
    a_description_is_looked_over_for_the_policy_too
    a_policy_and_a_bare_cluster_never_both_stand
    a_deleted_cluster_comes_back_only_with_a_key
    a_schedule_comes_back_as_sent
    a_schedule_is_refused_whole
    of_schedules_set_at_once_one_stays_whole
}

const OLD: &str = "application/vnd.atlas.2023-01-01+json";
const POLICY: &str = "application/vnd.atlas.2023-10-01+json";
const DEMANDED: &str = "CANNOT_DISABLE_ENCRYPTION_AT_REST_WITH_BACKUP_COMPLIANCE_POLICY";
const LAST: &str = "CAN_NOT_DISABLE_ALL_ENCRYPTION_AT_REST_SETTINGS_WHILE_BACKUP_COMPLIANCE_POLICY_ENCRYPTION_ENABLED";

fn place(project: ProjectId, tail: &str) -> String {
    format!("/api/atlas/v2/groups/{project}/{tail}")
}

fn policy_of(house: &House) -> String {
    place(house.project, "backupCompliancePolicy")
}

async fn send(house: &House, method: &str, path: &str, body: &Value) -> Got {
    house.ask(method, path).json(body).send().await
}

fn policy(encrypted: bool) -> Value {
    json!({
        "authorizedEmail": "owner@example.com", "authorizedUserFirstName": "Ada", "authorizedUserLastName": "Lovelace",
        "encryptionAtRestEnabled": encrypted,
    })
}

fn encrypted(name: &str) -> Value {
    let mut body = cluster(name);
    body["encryptionAtRestProvider"] = json!("AWS");
    body
}

/// Without what we add: ids of lines, and the time.
fn bare(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.retain(|name, _| {
            !["id", "updatedDate", "links", "clusterId", "state", "deletable"].contains(&name.as_str())
        });
        for member in members.values_mut() {
            *member = bare(member.take());
        }
    } else if let Some(items) = value.as_array_mut() {
        for item in items {
            *item = bare(item.take());
        }
    }
    value
}

async fn a_policy_comes_back_as_sent(database: Database) {
    let house = House::open(database).await;
    let path = policy_of(&house);
    assert_eq!(house.get(&path).await.ok(), json!({}));
    let item = |kind: &str, interval: u8, unit: &str, value: u8| json!({"frequencyType": kind, "frequencyInterval": interval, "retentionUnit": unit, "retentionValue": value});
    let mut sent = policy(false);
    for (name, value) in [
        ("copyProtectionEnabled", json!(true)),
        ("pitEnabled", json!(true)),
        ("restoreWindowDays", json!(7)),
        ("projectId", json!(house.project.to_string())),
        ("onDemandPolicyItem", item("ondemand", 0, "days", 7)),
        ("scheduledPolicyItems", json!([item("hourly", 6, "days", 2), item("monthly", 40, "months", 12)])),
    ] {
        sent[name] = value;
    }
    let got = house.ask("PUT", &format!("{path}?overwriteBackupPolicies=false")).json(&sent).send().await.ok();
    assert_eq!(bare(got.clone()), sent);
    assert_eq!((&got["state"], &got["deletable"]), (&json!("ACTIVE"), &json!(true)));
    assert!(got["updatedDate"].as_str().unwrap().ends_with('Z'));
    assert_eq!(house.get(&path).await.ok(), got);
    // Sent back, it changes nothing, its time neither; a line that changes keeps its id.
    assert_eq!(send(&house, "PUT", &path, &got).await.ok(), got);
    let mut longer = sent.clone();
    longer["scheduledPolicyItems"][0]["retentionValue"] = json!(9);
    let changed = send(&house, "PUT", &path, &longer).await.ok();
    assert_eq!(changed["scheduledPolicyItems"][0]["id"], got["scheduledPolicyItems"][0]["id"]);
    assert_eq!(changed["onDemandPolicyItem"]["id"], got["onDemandPolicyItem"]["id"]);

    // The older date needs no name of a person.
    let old = house.ask("PUT", &path).accept(OLD).json(&json!({"authorizedEmail": "b@example.com"})).send().await.ok();
    assert!(old.get("authorizedUserFirstName").is_none() && old["scheduledPolicyItems"] == json!([]), "{old}");
    let gone = house.ask("DELETE", &path).send().await;
    assert_eq!((gone.status, gone.text()), (204, ""));
    assert_eq!(house.ask("DELETE", &path).send().await.status, 204);
    assert_eq!(house.get(&path).await.ok(), json!({}));
    house.ask("DELETE", &path).accept(POLICY).send().await.is(406, "INVALID_VERSION_DATE");
    let told = house.events().await;
    for (kind, times) in
        [("CPS_DATA_PROTECTION_ENABLED", 1), ("CPS_DATA_PROTECTION_UPDATED", 2), ("CPS_DATA_PROTECTION_DISABLED", 1)]
    {
        assert_eq!(told.iter().filter(|name| *name == kind).count(), times, "{kind} in {told:?}");
    }
    house.end().await;
}

async fn a_policy_is_refused_whole(database: Database) {
    let house = House::open(database).await;
    let path = policy_of(&house);
    let with = |name: &str, value: Value| {
        let mut body = policy(false);
        body[name] = value;
        body
    };
    let item = |kind: &str, interval: i64| json!({"frequencyType": kind, "frequencyInterval": interval, "retentionUnit": "days", "retentionValue": 1});
    for (body, code, faults) in [
        (json!({}), "VALIDATION_ERROR", 3),
        (with("authorizedEmail", json!("nobody")), "INVALID_ATTRIBUTE", 1),
        (with("authorizedEmail", json!("a b@c")), "INVALID_ATTRIBUTE", 1),
        (with("authorizedUserFirstName", json!("A\nB")), "INVALID_ATTRIBUTE", 1),
        (with("restoreWindowDays", json!(-1)), "INVALID_ATTRIBUTE", 1),
        (with("onDemandPolicyItem", item("daily", 1)), "INVALID_ENUM_VALUE", 1),
        (with("scheduledPolicyItems", json!([item("ondemand", 1)])), "INVALID_ENUM_VALUE", 1),
        (with("scheduledPolicyItems", json!([item("hourly", 5)])), "INVALID_ATTRIBUTE", 1),
        (with("scheduledPolicyItems", json!([item("weekly", 8), item("yearly", 13)])), "VALIDATION_ERROR", 2),
        (with("scheduledPolicyItems", json!([{}])), "VALIDATION_ERROR", 4),
        (with("snapshots", json!(true)), "INVALID_ATTRIBUTE", 1),
    ] {
        let got = send(&house, "PUT", &path, &body).await;
        got.is(400, code);
        if faults > 1 {
            assert_eq!(got.fields().len(), faults, "{}", got.text());
        }
    }
    house
        .ask("PUT", &format!("{path}?overwriteBackupPolicies=maybe"))
        .json(&policy(false))
        .send()
        .await
        .is(400, "INVALID_QUERY_PARAMETER");
    assert_eq!(house.get(&path).await.ok(), json!({}));
    let manager = house.new_key(house.grants(OrgRole::Member, &[(house.project, ProjectRole::ClusterManager)])).await;
    for method in ["GET", "PUT", "DELETE"] {
        let refused = house.nobody(method, &path).json(&policy(false)).by(&manager).send().await;
        refused.is(403, "USER_UNAUTHORIZED");
    }
    house.end().await;
}

async fn a_policy_demands_customer_keys(database: Database) {
    let house = House::open(database).await;
    let (path, clusters) = (policy_of(&house), place(house.project, "clusters"));
    // It cannot demand what nobody could do, nor what is not so.
    send(&house, "PUT", &path, &policy(true)).await.is(400, "ENCRYPTION_AT_REST_NOT_ENABLED");
    house.enable().await;
    assert_eq!(send(&house, "POST", &clusters, &cluster("bare")).await.status, 201);
    let refused = send(&house, "PUT", &path, &policy(true)).await;
    refused.is(400, "BACKUP_COMPLIANCE_POLICY_CLUSTERS_NOT_ENCRYPTED");
    assert_eq!(refused.json()["parameters"], json!(["bare"]));
    assert_eq!(house.get(&path).await.ok(), json!({}));
    let bare = format!("{clusters}/bare");
    send(&house, "PATCH", &bare, &json!({"encryptionAtRestProvider": "AWS"})).await.ok();
    assert_eq!(send(&house, "PUT", &path, &policy(true)).await.ok()["encryptionAtRestEnabled"], true);

    // From now on no cluster is without one, and the last provider stays.
    send(&house, "PATCH", &bare, &json!({"encryptionAtRestProvider": "NONE"})).await.is(400, DEMANDED);
    send(&house, "POST", &clusters, &cluster("other")).await.is(400, DEMANDED);
    assert_eq!(send(&house, "POST", &clusters, &encrypted("other")).await.status, 201);
    assert_eq!(send(&house, "PATCH", &bare, &json!({"tags": [{"key": "a", "value": "b"}]})).await.status, 200);
    let off = json!({"awsKms": {"enabled": false}});
    house.patch(&off).await.is(409, "CANNOT_DISABLE_ENCRYPTION_AT_REST");
    for name in ["bare", "other"] {
        assert_eq!(house.ask("DELETE", &format!("{clusters}/{name}")).send().await.status, 202);
    }
    house.patch(&off).await.is(400, LAST);
    assert_eq!(house.read().await.ok()["awsKms"]["enabled"], true);
    // Without the demand all of it is possible again.
    send(&house, "PUT", &path, &policy(false)).await.ok();
    assert_eq!(send(&house, "POST", &clusters, &cluster("free")).await.status, 201);
    house.patch(&off).await.ok();
    house.end().await;
}

async fn a_description_is_looked_over_for_the_policy_too(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    let (path, clusters) = (policy_of(&house), place(house.project, "clusters"));
    assert_eq!(send(&house, "POST", &clusters, &encrypted("c0")).await.status, 201);
    send(&house, "PUT", &path, &policy(true)).await.ok();
    let validate = place(house.project, "clusterConfigurations:validate");
    let new = |description: Value| json!({"editing": false, "clusterDescription": description});
    let change = |description: Value| json!({"editing": true, "clusterName": "c0", "clusterDescription": description});
    let off = json!({"encryptionAtRestProvider": "NONE"});
    // It finds what the creation or the change is refused for, in the same words.
    for (body, method, at, sent) in [
        (new(cluster("c1")), "POST", clusters.clone(), cluster("c1")),
        (new(cluster("c0")), "POST", clusters.clone(), cluster("c0")),
        (change(off.clone()), "PATCH", format!("{clusters}/c0"), off),
    ] {
        let found = send(&house, "POST", &validate, &body).await.ok();
        let refused = send(&house, method, &at, &sent).await;
        refused.is(400, DEMANDED);
        let error = json!({"errorCode": DEMANDED, "validationIssue": refused.json()["detail"]});
        assert_eq!((&found["valid"], &found["errors"]), (&json!(false), &json!([error])), "{body}");
    }
    for body in [new(encrypted("c1")), change(json!({"backupEnabled": true}))] {
        assert_eq!(send(&house, "POST", &validate, &body).await.ok()["valid"], true, "{body}");
    }
    // Without the demand nothing stands against it.
    send(&house, "PUT", &path, &policy(false)).await.ok();
    assert_eq!(send(&house, "POST", &validate, &new(cluster("c1"))).await.ok()["valid"], true);
    house.end().await;
}

async fn a_policy_and_a_bare_cluster_never_both_stand(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    let (path, clusters) = (policy_of(&house), place(house.project, "clusters"));
    for round in 0..5 {
        let name = format!("c{round}");
        let got = at_once(vec![
            house.ask("PUT", &path).json(&policy(true)),
            house.ask("POST", &clusters).json(&cluster(&name)),
        ])
        .await;
        let demanded = house.get(&path).await.ok()["encryptionAtRestEnabled"] == true;
        let there = house.get(&format!("{clusters}/{name}")).await.status == 200;
        assert!(demanded != there, "{} {}", got[0].text(), got[1].text());
        let answered = |status: u16| got.iter().any(|answer| answer.status == status);
        assert_eq!((answered(200), answered(201)), (demanded, there));
        if there {
            assert_eq!(house.ask("DELETE", &format!("{clusters}/{name}")).send().await.status, 202);
        }
        assert_eq!(house.ask("DELETE", &path).send().await.status, 204);
    }
    house.end().await;
}

async fn a_deleted_cluster_comes_back_only_with_a_key(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    let (path, clusters) = (policy_of(&house), place(house.project, "clusters"));
    let made = send(&house, "POST", &clusters, &cluster("bare")).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(house.ask("DELETE", &format!("{clusters}/bare")).send().await.status, 202);
    send(&house, "PUT", &path, &policy(true)).await.ok();
    let back = format!("/api/atrest/v1/groups/{}/deletedClusters/{id}/return", house.project);
    house.ask("POST", &back).send().await.is(400, DEMANDED);
    assert_eq!(house.ask("DELETE", &path).send().await.status, 204);
    assert_eq!(house.ask("POST", &back).send().await.status, 200);
    house.end().await;
}

async fn a_schedule_comes_back_as_sent(database: Database) {
    let house = House::open(database).await;
    let made = send(&house, "POST", &place(house.project, "clusters"), &cluster("c")).await.json();
    let path = place(house.project, "clusters/c/backup/schedule");
    let unset = house.get(&path).await.ok();
    assert_eq!(unset["policies"], json!([{"id": made["id"], "policyItems": []}]));
    assert_eq!((&unset["clusterId"], &unset["clusterName"]), (&made["id"], &json!("c")));
    let item = |kind: &str, interval: u8, unit: &str, value: u8| json!({"frequencyType": kind, "frequencyInterval": interval, "retentionUnit": unit, "retentionValue": value});
    let sent = json!({
        "policies": [{"policyItems": [item("hourly", 6, "days", 7), item("weekly", 6, "weeks", 4)]}],
        "referenceHourOfDay": 3, "referenceMinuteOfHour": 45, "restoreWindowDays": 4,
        "extraRetentionSettings": [{"frequencyType": "ON_DEMAND", "retentionDays": 30}],
        "autoExportEnabled": false, "copySettings": [], "useOrgAndGroupNamesInExportPrefix": true,
        "autoCopySettingsEnabled": false, "copyPolicyItemsEnabled": false,
    });
    let mut asked = sent.clone();
    asked["updateSnapshots"] = json!(true);
    let got = send(&house, "PATCH", &path, &asked).await.ok();
    let mut shown = bare(got.clone());
    assert_eq!(shown.as_object_mut().unwrap().remove("clusterName"), Some(json!("c")));
    assert_eq!(shown, sent);
    assert_eq!(house.get(&path).await.ok(), got);
    assert_eq!(send(&house, "PATCH", &path, &got).await.ok(), got, "an answer sent back changes nothing");
    let later = send(&house, "PATCH", &path, &json!({"referenceHourOfDay": 4})).await.ok();
    assert_eq!((&later["policies"], &later["referenceHourOfDay"]), (&got["policies"], &json!(4)));
    let old = house.ask("GET", &path).accept(OLD).send().await.ok();
    assert!(old.get("autoCopySettingsEnabled").is_none() && old["policies"] == got["policies"], "{old}");
    let told = house.events().await;
    assert_eq!(told.iter().filter(|name| *name == "CPS_SNAPSHOT_SCHEDULE_UPDATED_AUDIT").count(), 2, "{told:?}");
    house.end().await;
}

async fn a_schedule_is_refused_whole(database: Database) {
    let house = House::open(database).await;
    send(&house, "POST", &place(house.project, "clusters"), &cluster("c")).await;
    let path = place(house.project, "clusters/c/backup/schedule");
    let before = house.get(&path).await.ok();
    let item = |kind: &str, interval: i64| json!({"frequencyType": kind, "frequencyInterval": interval, "retentionUnit": "days", "retentionValue": 1});
    let nobodys = "0123456789abcdef01234567";
    for (body, status, code) in [
        (json!({"policies": [{}]}), 400, "MISSING_ATTRIBUTE"),
        (json!({"policies": [{"policyItems": []}, {"policyItems": []}]}), 400, "INVALID_ATTRIBUTE"),
        (json!({"policies": [{"id": nobodys, "policyItems": []}]}), 400, "INVALID_ATTRIBUTE"),
        (json!({"policies": [{"policyItems": [item("daily", 2), item("hourly", 5)]}]}), 400, "VALIDATION_ERROR"),
        (json!({"referenceHourOfDay": 24, "referenceMinuteOfHour": 60}), 400, "VALIDATION_ERROR"),
        (json!({"copySettings": [{"regionName": "US_EAST_1", "zoneId": nobodys}]}), 403, "FEATURE_UNSUPPORTED"),
        (json!({"export": {"exportBucketId": nobodys, "frequencyType": "monthly"}}), 403, "FEATURE_UNSUPPORTED"),
        (json!({"autoExportEnabled": true}), 403, "FEATURE_UNSUPPORTED"),
    ] {
        send(&house, "PATCH", &path, &body).await.is(status, code);
    }
    assert_eq!(house.get(&path).await.ok(), before);
    let missing = place(house.project, "clusters/d/backup/schedule");
    house.get(&missing).await.is(404, "CLUSTER_NOT_FOUND");
    send(&house, "PATCH", &missing, &json!({})).await.is(404, "CLUSTER_NOT_FOUND");
    let reader = house.new_reader().await;
    house.nobody("PATCH", &path).json(&json!({})).by(&reader).send().await.is(403, "USER_UNAUTHORIZED");
    house.end().await;
}

async fn of_schedules_set_at_once_one_stays_whole(database: Database) {
    let house = House::open(database).await;
    send(&house, "POST", &place(house.project, "clusters"), &cluster("c")).await;
    let path = place(house.project, "clusters/c/backup/schedule");
    let calls = (0..8_u8).map(|n| {
        let body = json!({"referenceHourOfDay": n, "referenceMinuteOfHour": n, "restoreWindowDays": n});
        house.ask("PATCH", &path).json(&body)
    });
    let got = at_once(calls.collect()).await;
    assert!(got.iter().all(|one| one.status == 200 || one.code() == "CLUSTER_UPDATE_IN_PROGRESS"));
    let left = house.get(&path).await.ok();
    assert!(got.iter().any(|one| one.status == 200 && one.json() == left), "{left}");
    assert_eq!(
        (&left["referenceHourOfDay"], &left["restoreWindowDays"]),
        (&left["referenceMinuteOfHour"], &left["referenceMinuteOfHour"])
    );
    house.end().await;
}
