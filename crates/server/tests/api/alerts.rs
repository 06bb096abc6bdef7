//! Alerts over the wire (product.md 6): each cause raises one, its end ends it, whoever takes note hears no more, and
//! nothing is told twice or never.

use std::time::Duration;

use domain::cluster::ClusterName;
use domain::customer_key::ProviderKind;
use domain::event::{Actor, Event, EventKind};
use domain::id::{EventId, NodeId};
use serde_json::{Value, json};
use simulators::FaultKind;
use simulators::aws::Change;
use storage::WorkKind;

use crate::alert_configs::{config_of, configs_path, everybody};
use crate::database::Database;
use crate::endpoints::{AZURE, connection_of};
use crate::house::{House, Plan, until};
use crate::keys::{KeyNode, new_encrypted_cluster, ours};
use crate::on_both_engines;

pub(crate) const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);

const KEY_INVALID: &str = "AWS_ENCRYPTION_KEY_INVALID";
const NO_LONGER_VALID: &str = "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID";
pub(crate) const DENIED: &str = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED";
const NEEDS_ROTATION: &str = "AWS_ENCRYPTION_KEY_NEEDS_ROTATION";

fn alerts_path(house: &House) -> String {
    format!("/api/atlas/v2/groups/{}/alerts", house.project)
}

/// The alerts of the first project of a type, newest first.
pub(crate) async fn alerts(house: &House, kind: &str) -> Vec<Value> {
    let got = house.get(&format!("{}?itemsPerPage=500", alerts_path(house))).await.ok();
    let all = got["results"].as_array().unwrap().clone();
    all.into_iter().filter(|alert| alert["eventTypeName"] == kind).collect()
}

/// Waits until the newest alert of a type stands so, and gives it.
pub(crate) async fn until_stands(house: &House, kind: &str, status: &str) -> Value {
    let what = format!("{kind} is {status}");
    until(&what, || async { alerts(house, kind).await.first().is_some_and(|alert| alert["status"] == status) }).await;
    alerts(house, kind).await.swap_remove(0)
}

/// How many notices there are about anything.
async fn notices(house: &House) -> i64 {
    house.store.count_notices().await.unwrap().iter().map(|(_, count)| count).sum()
}

/// Waits until nothing is due to be looked at.
pub(crate) async fn until_looked(house: &House) {
    let looked = || async { house.store.next_due(WorkKind::Alerts).await.unwrap() > Some(house.control.now()) };
    until("somebody looked", looked).await;
}

pub(crate) async fn add(house: &House, kind: &str, more: Value) -> String {
    let mut body = everybody(kind);
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let got = house.ask("POST", &configs_path(house)).json(&body).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
    got.json()["id"].as_str().unwrap().to_owned()
}

async fn a_lost_key_raises_alerts_and_its_return_ends_them(database: Database) {
    let house = House::open_as(database, Plan::sweeping()).await;
    house.enable().await;
    add(&house, NO_LONGER_VALID, json!({})).await;
    house.cloud().disable_key(&house.cloud().key).await;
    let lost = until_stands(&house, KEY_INVALID, "OPEN").await;
    until_stands(&house, NO_LONGER_VALID, "OPEN").await;
    let config = config_of(&house, KEY_INVALID).await;
    assert_eq!(lost["alertConfigId"], config["id"]);
    assert_eq!((&lost["groupId"], &lost["orgId"]), (&house.project.to_string().into(), &house.org.to_string().into()));
    assert!(lost["lastNotified"].as_str().unwrap().ends_with('Z'), "{lost}");
    assert!(lost.get("resolved").is_none() && lost.get("acknowledgedUntil").is_none(), "{lost}");
    let one = format!("{}/{}", alerts_path(&house), lost["id"].as_str().unwrap());
    assert_eq!(house.get(&one).await.ok(), lost);
    let of_config =
        house.get(&format!("{}/{}/alerts", configs_path(&house), config["id"].as_str().unwrap())).await.ok();
    assert_eq!((&of_config["results"], &of_config["totalCount"]), (&json!([lost]), &json!(1)));
    let configs = house.get(&format!("{one}/alertConfigs")).await.ok();
    assert_eq!((&configs["results"], &configs["totalCount"]), (&json!([config]), &json!(1)));
    let open = house.get(&format!("{}?status=OPEN", alerts_path(&house))).await.ok();
    assert_eq!(open["totalCount"], 2);
    assert!(open["links"][0]["href"].as_str().unwrap().contains("status=OPEN"), "{open}");

    house.cloud().enable_key(&house.cloud().key).await;
    let found = until_stands(&house, KEY_INVALID, "CLOSED").await;
    until_stands(&house, NO_LONGER_VALID, "CLOSED").await;
    assert_eq!(found["id"], lost["id"]);
    assert!(found["resolved"].as_str().is_some(), "{found}");
    assert_eq!(notices(&house).await, 4, "both ends of both alerts");
    assert_eq!(alerts(&house, KEY_INVALID).await.len(), 1);
    let open = house.get(&format!("{}?status=OPEN", alerts_path(&house))).await.ok();
    assert_eq!((&open["totalCount"], &open["results"]), (&json!(0), &json!([])));
    house.get(&format!("{}?status=CANCELLED", alerts_path(&house))).await.is(400, "INVALID_QUERY_PARAMETER");
    house.end().await;
}

async fn a_provider_that_cannot_be_reached_is_told_of(database: Database) {
    let house = House::open_as(database, Plan::sweeping()).await;
    house.enable().await;
    house.cloud().fail("*", FaultKind::Http500);
    until_stands(&house, DENIED, "OPEN").await;
    assert!(alerts(&house, KEY_INVALID).await.is_empty(), "nobody knows whether the key is lost");
    house.cloud().clouds.faults().clear();
    until_stands(&house, DENIED, "CLOSED").await;
    assert_eq!(notices(&house).await, 2);
    house.end().await;
}

async fn a_key_is_to_be_rotated_after_ninety_days(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    let clock = async || house.store.rotation_clocks(house.project).await.unwrap()[&ProviderKind::AwsKms];
    let enabled_at = clock().await;
    house.pass_everywhere(HOUR);
    let second = house.cloud().new_key("second").await;
    house.patch(&json!({"awsKms": {"customerMasterKeyID": second.arn}})).await.ok();
    until("the rotation starts the clock anew", || async { clock().await >= enabled_at + HOUR }).await;
    house.pass(90 * DAY - HOUR);
    add(&house, DENIED, json!({})).await;
    until_looked(&house).await;
    assert!(alerts(&house, NEEDS_ROTATION).await.is_empty());
    house.pass(HOUR);
    until_stands(&house, NEEDS_ROTATION, "OPEN").await;
    assert!(house.events().await.iter().any(|name| name == NEEDS_ROTATION));
    // No cloud lets its clock be moved so far, so that another rotation is told rather than made.
    let rotated = Event {
        cluster: None,
        kind: EventKind::KeyRotated(ProviderKind::AwsKms),
        actor: Actor::System,
        ..news_of_a_node(&house)
    };
    house.store.record_events(&[rotated]).await.unwrap();
    until_stands(&house, NEEDS_ROTATION, "CLOSED").await;
    house.pass(89 * DAY);
    add(&house, DENIED, json!({})).await;
    until_looked(&house).await;
    assert_eq!(alerts(&house, NEEDS_ROTATION).await.len(), 1);
    house.pass(2 * DAY);
    until_stands(&house, NEEDS_ROTATION, "OPEN").await;
    house.end().await;
}

/// A node's change of address, as the door tells it.
fn news_of_a_node(house: &House) -> Event {
    Event {
        id: EventId::from_random([7; 12]),
        org: house.org,
        project: Some(house.project),
        cluster: ClusterName::parse("cluster0"),
        kind: EventKind::NodeAddressChanged,
        actor: Actor::Node { id: NodeId::from_random([8; 12]) },
        remote_address: None,
        detail: Some("node 8, from 192.0.2.1 to 192.0.2.2".to_owned()),
        created_at: house.control.now(),
    }
}

async fn whoever_takes_note_is_left_alone(database: Database) {
    let house = House::open_as(database, Plan::sweeping()).await;
    house.enable().await;
    house.cloud().disable_key(&house.cloud().key).await;
    let lost = until_stands(&house, KEY_INVALID, "OPEN").await;
    let one = format!("{}/{}", alerts_path(&house), lost["id"].as_str().unwrap());
    assert_eq!(notices(&house).await, 1);
    house.pass(HOUR);
    until("a reminder", || async { notices(&house).await == 2 }).await;

    let year = "application/vnd.atlas.2023-01-01+json";
    let later = "application/vnd.atlas.2024-05-30+json";
    let ask = |body: Value, version: &str| house.ask("PATCH", &one).json(&body).accept(version);
    let known = json!({"acknowledgedUntil": "2126-08-10T03:04:14Z", "acknowledgementComment": "I know"});
    let taken = ask(known, year).send().await.ok();
    assert_eq!(taken["acknowledgedUntil"], "2126-08-10T03:04:14Z");
    assert_eq!(taken["acknowledgementComment"], "I know");
    assert_eq!(
        (&taken["acknowledgingUsername"], &taken["status"]),
        (&house.owner.public.as_str().into(), &"OPEN".into())
    );
    house.pass(5 * HOUR);
    add(&house, NO_LONGER_VALID, json!({})).await;
    until_stands(&house, NO_LONGER_VALID, "OPEN").await;
    assert_eq!(notices(&house).await, 3, "no reminder of what is known");

    let taken_back = ask(json!({"unacknowledgeAlert": true}), later).send().await.ok();
    assert!(taken_back.get("acknowledgedUntil").is_none(), "{taken_back}");
    until("a reminder", || async { notices(&house).await == 4 }).await;
    // A time that is over takes it back too.
    ask(json!({"acknowledgedUntil": "2126-08-10T03:04:14Z"}), later).send().await.ok();
    let over = ask(json!({"acknowledgedUntil": "2020-08-10T03:04:14Z"}), later).send().await.ok();
    assert!(over.get("acknowledgedUntil").is_none(), "{over}");
    let events = house.events().await;
    let count = |name: &str| events.iter().filter(|event| *event == name).count();
    assert_eq!((count("ALERT_ACKNOWLEDGED_AUDIT"), count("ALERT_UNACKNOWLEDGED_AUDIT")), (2, 2));

    ask(json!({}), later).send().await.is(400, "MISSING_ATTRIBUTE");
    ask(json!({"acknowledgedUntil": "soon"}), later).send().await.is(400, "INVALID_ATTRIBUTE");
    let long = json!({"acknowledgedUntil": "2126-08-10T03:04:14Z", "acknowledgementComment": "x".repeat(201)});
    ask(long, later).send().await.is(400, "INVALID_ATTRIBUTE");
    ask(json!({"unacknowledgeAlert": true}), year).send().await.is(400, "INVALID_ATTRIBUTE");
    let nobody = format!("{}/0123456789abcdef01234567", alerts_path(&house));
    house
        .ask("PATCH", &nobody)
        .json(&json!({"acknowledgedUntil": "2126-08-10T03:04:14Z"}))
        .send()
        .await
        .is(404, "ALERT_NOT_FOUND");
    house.get(&nobody).await.is(404, "ALERT_NOT_FOUND");
    house.get(&format!("{nobody}/alertConfigs")).await.is(404, "ALERT_NOT_FOUND");
    house.end().await;
}

async fn what_is_over_before_its_delay_was_told_to_nobody(database: Database) {
    let house = House::open_as(database, Plan::sweeping()).await;
    house.enable().await;
    let config = config_of(&house, KEY_INVALID).await;
    let path = format!("{}/{}", configs_path(&house), config["id"].as_str().unwrap());
    let mut body = everybody(KEY_INVALID);
    body["notifications"][0]["delayMin"] = json!(30);
    house.ask("PUT", &path).json(&body).send().await.ok();
    house.cloud().disable_key(&house.cloud().key).await;
    let tracked = until_stands(&house, KEY_INVALID, "TRACKING").await;
    assert!(tracked.get("lastNotified").is_none(), "{tracked}");
    house.cloud().enable_key(&house.cloud().key).await;
    until_stands(&house, KEY_INVALID, "CLOSED").await;
    assert_eq!(notices(&house).await, 0);
    // One that lasts opens by itself.
    house.cloud().disable_key(&house.cloud().key).await;
    until_stands(&house, KEY_INVALID, "TRACKING").await;
    house.pass(Duration::from_secs(30 * 60));
    until_stands(&house, KEY_INVALID, "OPEN").await;
    assert_eq!(notices(&house).await, 1);
    // Switched off, it is cancelled, and nobody hears of it.
    house.ask("PATCH", &path).json(&json!({"enabled": false})).send().await.ok();
    until_stands(&house, KEY_INVALID, "CANCELLED").await;
    assert_eq!(notices(&house).await, 1);
    // Switched on again while the key is lost, it is raised again.
    house.ask("PATCH", &path).json(&json!({"enabled": true})).send().await.ok();
    until_stands(&house, KEY_INVALID, "TRACKING").await;
    house.end().await;
}

async fn what_is_deleted_or_destroyed_can_be_brought_back_until_the_alert_is_over(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    new_encrypted_cluster(&house, "cluster0", "AWS").await;
    let node = KeyNode::new(&house, "cluster0", "node0", "mongod").await;
    let key = node.make_active(&house, &[]).await;
    node.destroy(&house, key).await;
    let destroyed = until_stands(&house, "MASTER_KEY_DESTROYED", "OPEN").await;
    assert_eq!(destroyed["clusterName"], "cluster0");
    house.pass_everywhere(6 * HOUR);
    house.ask("POST", &ours(&house, &format!("masterKeys/{key}/return"))).send().await.ok();
    until_stands(&house, "MASTER_KEY_DESTROYED", "CLOSED").await;

    new_encrypted_cluster(&house, "cluster1", "AWS").await;
    let path = format!("/api/atlas/v2/groups/{}/clusters/cluster1", house.project);
    let id = house.get(&path).await.ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(house.ask("DELETE", &path).send().await.status, 202);
    let deleted = until_stands(&house, "CLUSTER_DELETED", "OPEN").await;
    assert_eq!(deleted["clusterName"], "cluster1");
    let told = notices(&house).await;
    house.pass_everywhere(6 * HOUR);
    house.ask("POST", &ours(&house, &format!("deletedClusters/{id}/return"))).send().await.ok();
    until_stands(&house, "CLUSTER_DELETED", "CLOSED").await;
    assert_eq!(notices(&house).await, told + 1, "what was done on purpose is told once, and its end");
    house.end().await;
}

async fn a_key_pending_deletion_is_told_with_its_date(database: Database) {
    let mut plan = Plan::sweeping();
    plan.timings.outlook_freshness = Duration::from_millis(300);
    let house = House::open_as(database, plan).await;
    house.enable().await;
    add(&house, "AWS_ENCRYPTION_KEY_PENDING_DELETION", json!({})).await;
    let key = house.cloud().key.id.clone();
    house.cloud().apply(Change::ScheduleKeyDeletion(key.clone())).await;
    until_stands(&house, "AWS_ENCRYPTION_KEY_PENDING_DELETION", "OPEN").await;
    let page = house.store.live_alerts(house.project).await.unwrap();
    let found = page.iter().find(|alert| alert.kind.name().ends_with("PENDING_DELETION")).unwrap();
    let in_days = found.why.ends_at.unwrap().since(house.control.now()).as_secs() / (24 * 3600);
    assert!((6..=7).contains(&in_days), "{in_days}");
    assert!(house.events().await.iter().any(|name| name == "AWS_ENCRYPTION_KEY_PENDING_DELETION"));
    house.cloud().apply(Change::CancelKeyDeletion(key.clone())).await;
    house.cloud().apply(Change::EnableKey(key)).await;
    until_stands(&house, "AWS_ENCRYPTION_KEY_PENDING_DELETION", "CLOSED").await;
    house.end().await;
}

async fn an_endpoint_that_nobody_approves_is_told_of(database: Database) {
    let house = House::open_everywhere(database).await;
    house.require_private(AZURE).await;
    let threshold = json!({"threshold": {"operator": "GREATER_THAN", "threshold": 4, "units": "HOURS"}});
    add(&house, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_UNAPPROVED", threshold).await;
    add(&house, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REJECTED", json!({})).await;
    let id = house.new_endpoint(AZURE, "US_CENTRAL").await;
    let pending = house.until_status(AZURE, &id, "PENDING_ACCEPTANCE").await;
    assert!(alerts(&house, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_UNAPPROVED").await.is_empty());
    house.pass(4 * HOUR + Duration::from_secs(60));
    // Somebody does something, so that it is looked at now and not only when the next look is due.
    add(&house, DENIED, json!({})).await;
    until_stands(&house, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_UNAPPROVED", "OPEN").await;
    house.cloud().azure().approve(connection_of(&pending)).await;
    until_stands(&house, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_UNAPPROVED", "CLOSED").await;
    house.end().await;
}

async fn news_of_a_node_are_told_and_pass(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    house.store.record_events(&[news_of_a_node(&house)]).await.unwrap();
    let told = until_stands(&house, "NODE_ADDRESS_CHANGED", "OPEN").await;
    assert_eq!(told["clusterName"], "cluster0");
    house.pass(DAY);
    until_stands(&house, "NODE_ADDRESS_CHANGED", "CLOSED").await;
    assert_eq!(notices(&house).await, 2);
    house.end().await;
}

async fn nothing_is_lost_or_told_twice_when_the_process_ends_in_between(database: Database) {
    let idle = Plan { at_work: false, ..Plan::watchful() };
    let house = House::open_as(database, idle.clone()).await;
    house.enable().await;
    house.cloud().disable_key(&house.cloud().key).await;
    house.read().await.ok();
    house.cloud().enable_key(&house.cloud().key).await;
    house.read().await.ok();
    assert!(alerts(&house, KEY_INVALID).await.is_empty(), "nobody looks");
    let (org, project, owner) = (house.org, house.project, house.owner.clone());
    let ground = house.end().await;
    // The key came and went while nobody looked; both are told, once.
    let house = House::reopen(ground, Plan::watchful(), org, project, owner.clone()).await;
    until_stands(&house, KEY_INVALID, "CLOSED").await;
    assert_eq!((alerts(&house, KEY_INVALID).await.len(), notices(&house).await), (1, 2));
    let ground = house.end().await;
    let house = House::reopen(ground, Plan::watchful(), org, project, owner).await;
    add(&house, DENIED, json!({})).await;
    until_looked(&house).await;
    assert_eq!((alerts(&house, KEY_INVALID).await.len(), notices(&house).await), (1, 2));
    house.end().await;
}

#[tokio::test]
async fn two_processes_raise_one_alert() {
    let house = House::open_as(Database::postgres().await, Plan::sweeping()).await;
    let other = house.replica(Plan::sweeping()).await;
    house.enable().await;
    for round in 1..=3 {
        house.cloud().disable_key(&house.cloud().key).await;
        until_stands(&house, KEY_INVALID, "OPEN").await;
        house.cloud().enable_key(&house.cloud().key).await;
        until_stands(&other, KEY_INVALID, "CLOSED").await;
        assert_eq!(alerts(&house, KEY_INVALID).await.len(), round);
        assert_eq!(usize::try_from(notices(&house).await).unwrap(), 2 * round);
    }
    other.end().await;
    house.end().await;
}

on_both_engines! {
    a_lost_key_raises_alerts_and_its_return_ends_them
    a_provider_that_cannot_be_reached_is_told_of
    a_key_is_to_be_rotated_after_ninety_days
    whoever_takes_note_is_left_alone
    what_is_over_before_its_delay_was_told_to_nobody
    what_is_deleted_or_destroyed_can_be_brought_back_until_the_alert_is_over
    a_key_pending_deletion_is_told_with_its_date
    an_endpoint_that_nobody_approves_is_told_of
    news_of_a_node_are_told_and_pass
    nothing_is_lost_or_told_twice_when_the_process_ends_in_between
}
