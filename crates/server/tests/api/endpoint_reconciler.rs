//! What the house does about private endpoints by itself: when clouds are slow, busy, broken or say no, when customers
//! reject, remove or approve late, and when the operator changes his mind.

use std::time::Duration;

use domain::private_endpoint::{EndpointState, PrivateEndpoint};
use serde_json::{Value, json};
use simulators::azure::Change;
use simulators::{FaultKind, FaultRule};

use crate::cloud::azure::VAULT;
use crate::clusters::cluster;
use crate::database::Database;
use crate::endpoints::{AWS, AZURE, connection_of};
use crate::house::{House, Plan, until};
use crate::on_both_engines;

on_both_engines! {
    a_cloud_that_is_busy_or_broken_is_asked_again
    an_answer_that_was_lost_makes_no_second_endpoint
    a_making_that_never_ends_fails_at_the_limit
    what_a_cloud_will_not_make_fails_in_its_words
    a_removed_connection_is_made_again_and_approved_again
    an_endpoint_removed_behind_our_back_is_made_again
    an_approval_that_is_taken_back_closes_the_path
    the_fifth_rejection_is_the_last
    a_successor_waits_before_it_is_made
    an_approval_after_the_deletion_changes_nothing
    an_endpoint_can_go_while_it_is_made
    a_deletion_goes_on_when_the_cloud_is_back
    a_place_that_is_gone_fails_its_endpoints_and_lets_them_go
    an_address_outside_the_operators_subnet_is_never_used
    what_aws_does_to_endpoints_is_borne_too
    a_key_is_checked_as_soon_as_an_endpoint_is_active
    a_name_that_cannot_be_read_is_seldom_asked_for
    a_cluster_is_told_once_that_it_is_disabled
    endpoints_are_counted
}

const EAST: &str = "US_EAST_2";

async fn open(database: Database) -> House {
    let house = House::open_everywhere(database).await;
    house.require_private(AZURE).await;
    house
}

fn fault(house: &House, rule: FaultRule) {
    house.cloud().clouds.faults().push(rule).unwrap();
}

fn requests(house: &House, operation: &str) -> u64 {
    house.cloud().azure().azure.requests(operation)
}

async fn rows(house: &House) -> Vec<PrivateEndpoint> {
    house.store.private_endpoints(house.project).await.unwrap()
}

/// Waits for something, and shows the rows if it does not come about.
async fn shown<T>(house: &House, awaited: impl Future<Output = T>) -> T {
    match tokio::time::timeout(Duration::from_secs(20), awaited).await {
        Ok(awaited) => awaited,
        Err(_) => panic!("{:#?}", rows(house).await),
    }
}

async fn until_status(house: &House, id: &str, status: &str) -> Value {
    shown(house, house.until_status(AZURE, id, status)).await
}

async fn until_gone(house: &House, id: &str) {
    shown(house, house.until_gone(AZURE, id)).await;
}

/// Waits for a status and lets time pass while it waits.
async fn in_time(house: &House, id: &str, status: &str, time: Duration) -> Value {
    until(&format!("{id} is {status}"), || async {
        house.pass(time);
        house.endpoint(AZURE, id).await.json()["status"] == status
    })
    .await;
    house.endpoint(AZURE, id).await.ok()
}

async fn gone_in_time(house: &House, id: &str, time: Duration) {
    let gone = until("it is gone", || async {
        house.pass(time);
        house.endpoint(AZURE, id).await.status == 404
    });
    shown(house, gone).await;
}

#[track_caller]
fn message(endpoint: &Value) -> &str {
    endpoint["errorMessage"].as_str().unwrap_or_else(|| panic!("says nothing: {endpoint}"))
}

async fn a_cloud_that_is_busy_or_broken_is_asked_again(database: Database) {
    let house = open(database).await;
    use FaultKind::{Conflict, Html, Http500, Reset, Throttle};
    for kind in [Throttle, Conflict, Http500, Html, Reset] {
        let asked = requests(&house, "CreatePrivateEndpoint");
        fault(&house, FaultRule::azure("CreatePrivateEndpoint", kind).times(3));
        fault(&house, FaultRule::azure("ListPrivateEndpoints", kind).times(3));
        let id = house.new_endpoint(AZURE, EAST).await;
        let pending = in_time(&house, &id, "PENDING_ACCEPTANCE", Duration::from_millis(500)).await;
        assert_eq!(pending["errorMessage"], Value::Null, "{kind:?}");
        let asked = requests(&house, "CreatePrivateEndpoint") - asked;
        assert!(asked <= 8, "{kind:?}: {asked}");
        assert_eq!(house.cloud().azure().endpoints().len(), 1, "{kind:?}");
        fault(&house, FaultRule::azure("DeletePrivateEndpoint", kind).times(2));
        house.delete_endpoint(AZURE, &id).await;
        gone_in_time(&house, &id, Duration::from_millis(500)).await;
        assert!(house.cloud().azure().endpoints().is_empty(), "{kind:?}");
        house.cloud().mend();
    }
    house.end().await;
}

async fn an_answer_that_was_lost_makes_no_second_endpoint(database: Database) {
    let house = open(database).await;
    fault(&house, FaultRule::azure("CreatePrivateEndpoint", FaultKind::Lost).times(2));
    let id = house.new_endpoint(AZURE, EAST).await;
    in_time(&house, &id, "PENDING_ACCEPTANCE", Duration::from_millis(500)).await;
    assert_eq!(house.cloud().azure().endpoints(), [format!("atrest-{id}")]);
    fault(&house, FaultRule::azure("DeletePrivateEndpoint", FaultKind::Lost).times(1));
    house.delete_endpoint(AZURE, &id).await;
    gone_in_time(&house, &id, Duration::from_millis(500)).await;
    assert!(house.cloud().azure().endpoints().is_empty());
    house.end().await;
}

async fn a_making_that_never_ends_fails_at_the_limit(database: Database) {
    let house = open(database).await;
    fault(&house, FaultRule::azure("CreatePrivateEndpoint", FaultKind::Endless));
    let id = house.new_endpoint(AZURE, EAST).await;
    let taken_on = async || rows(&house).await[0].cloud.resource.is_some();
    shown(&house, until("the cloud is making it", taken_on)).await;
    house.pass(Duration::from_secs(19 * 60));
    let looks = || requests(&house, "ListPrivateEndpoints") + requests(&house, "GetOperation");
    let before = looks();
    shown(&house, until("it was looked at", async || looks() > before + 2)).await;
    assert_eq!(house.endpoint(AZURE, &id).await.ok()["status"], "INITIATING");
    house.pass(Duration::from_secs(60));
    let failed = until_status(&house, &id, "FAILED").await;
    assert!(message(&failed).starts_with("not made within 20 minutes: "), "{failed}");
    // What exists stays until somebody deletes the row, and then it goes.
    assert_eq!(house.cloud().azure().endpoints().len(), 1);
    house.cloud().mend();
    house.delete_endpoint(AZURE, &id).await;
    until_gone(&house, &id).await;
    assert!(house.cloud().azure().endpoints().is_empty());
    let told = house.events().await;
    assert!(told.iter().any(|name| name == "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_FAILED"), "{told:?}");
    house.end().await;
}

async fn what_a_cloud_will_not_make_fails_in_its_words(database: Database) {
    let house = open(database).await;
    let azure = &house.cloud().azure().azure;
    let operator = azure_subscription(&house);
    let failed = async |words: &str| {
        let id = house.new_endpoint(AZURE, EAST).await;
        let failed = in_time(&house, &id, "FAILED", Duration::from_secs(1)).await;
        assert!(message(&failed).contains(words), "{words} is not in {failed}");
        let asked = requests(&house, "CreatePrivateEndpoint");
        house.pass(Duration::from_secs(600));
        assert_eq!(house.endpoint(AZURE, &id).await.ok()["status"], "FAILED");
        assert_eq!(requests(&house, "CreatePrivateEndpoint"), asked, "nobody tries again");
        id
    };
    let gone = async |id: String| {
        house.delete_endpoint(AZURE, &id).await;
        gone_in_time(&house, &id, Duration::from_secs(1)).await;
        assert!(house.cloud().azure().endpoints().is_empty());
    };
    azure.set_provider_registered(&operator, false).await.unwrap();
    let unregistered = failed("Microsoft.Network").await;
    azure.set_provider_registered(&operator, true).await.unwrap();
    gone(unregistered).await;
    azure.set_endpoint_quota(&operator, Some(0)).await.unwrap();
    gone(failed("limit").await).await;
    azure.set_endpoint_quota(&operator, None).await.unwrap();
    fault(&house, FaultRule::azure("CreatePrivateEndpoint", FaultKind::Deny).times(1));
    gone(failed("uthorization").await).await;
    house.cloud().mend();
    house.cloud().azure().apply(Change::DeleteVault(VAULT.to_owned())).await;
    gone(failed(VAULT).await).await;
    house.end().await;
}

/// The operator's subscription.
fn azure_subscription(house: &House) -> String {
    let places = house.cloud().azure_config(&[EAST]).places;
    places[0].subscription.as_str().to_owned()
}

/// Waits until a row took the place of another, and gives its id.
async fn successor_of(house: &House, id: &str) -> String {
    let find = async || {
        let rows = rows(house).await;
        let next = rows.iter().find(|row| row.predecessor.is_some_and(|before| before.to_string() == id));
        next.map(|row| row.id.to_string())
    };
    shown(house, until("it has a successor", async || find().await.is_some())).await;
    find().await.unwrap()
}

async fn a_removed_connection_is_made_again_and_approved_again(database: Database) {
    let house = open(database).await;
    let azure = house.cloud().azure();
    let first = house.new_endpoint(AZURE, EAST).await;
    // Rejected while it waits, removed while it is in use.
    let pending = until_status(&house, &first, "PENDING_ACCEPTANCE").await;
    azure.reject(connection_of(&pending)).await;
    let second = successor_of(&house, &first).await;
    assert_eq!(house.endpoint(AZURE, &first).await.ok()["status"], "PENDING_RECREATION");
    let pending = until_status(&house, &second, "PENDING_ACCEPTANCE").await;
    // The old row stays until its successor is in use; its resource is gone at once.
    until("its resource is gone", async || azure.endpoints() == [format!("atrest-{second}")]).await;
    assert_eq!(house.endpoint(AZURE, &first).await.ok()["status"], "PENDING_RECREATION");
    assert_eq!(house.networking().await["providers"][1]["path"], "PUBLIC");
    azure.approve(connection_of(&pending)).await;
    let active = until_status(&house, &second, "ACTIVE").await;
    until_gone(&house, &first).await;
    assert_eq!(house.networking().await["providers"][1]["activeRegions"], json!([EAST]));
    azure.remove(connection_of(&active)).await;
    let third = successor_of(&house, &second).await;
    let pending = until_status(&house, &third, "PENDING_ACCEPTANCE").await;
    // Private it stays, with no way left.
    let of = house.networking().await["providers"][1].clone();
    assert_eq!((&of["path"], &of["activeRegions"]), (&json!("NO_PRIVATE_ENDPOINT"), &json!([])));
    azure.approve(connection_of(&pending)).await;
    until_status(&house, &third, "ACTIVE").await;
    until_gone(&house, &second).await;
    assert_eq!(azure.endpoints(), [format!("atrest-{third}")]);
    let told = house.events().await;
    let count = |name: &str| told.iter().filter(|told| *told == name).count();
    for (name, expected) in [("CREATED", 3), ("REJECTED", 2), ("ACTIVE", 2), ("DELETED", 2), ("FAILED", 0)] {
        assert_eq!(count(&format!("ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_{name}")), expected, "{name}: {told:?}");
    }
    // The row of the last one has two rejections behind it, and goes with all that is left.
    assert_eq!(rows(&house).await[0].rejections, 2);
    house.delete_endpoint(AZURE, &third).await;
    until_gone(&house, &third).await;
    assert!(rows(&house).await.is_empty() && azure.endpoints().is_empty());
    house.end().await;
}

async fn an_endpoint_removed_behind_our_back_is_made_again(database: Database) {
    let house = open(database).await;
    let azure = house.cloud().azure();
    let first = house.active_endpoint(AZURE, EAST).await;
    let resource = rows(&house).await[0].cloud.resource.clone().unwrap();
    azure.apply(Change::RemovePrivateEndpoint(resource)).await;
    let second = successor_of(&house, &first).await;
    let pending = until_status(&house, &second, "PENDING_ACCEPTANCE").await;
    azure.approve(connection_of(&pending)).await;
    until_status(&house, &second, "ACTIVE").await;
    until_gone(&house, &first).await;
    house.end().await;
}

async fn an_approval_that_is_taken_back_closes_the_path(database: Database) {
    let house = open(database).await;
    let azure = house.cloud().azure();
    let id = house.active_endpoint(AZURE, EAST).await;
    let seen = house.endpoint(AZURE, &id).await.ok();
    azure.reject(connection_of(&seen)).await;
    let next = successor_of(&house, &id).await;
    let of = house.networking().await["providers"][1].clone();
    assert_eq!((&of["path"], &of["activeRegions"]), (&json!("NO_PRIVATE_ENDPOINT"), &json!([])));
    // Deleting the old one takes its successor with it.
    assert_eq!(house.delete_endpoint(AZURE, &id).await.status, 204);
    for gone in [&id, &next] {
        let got = house.endpoint(AZURE, gone).await;
        assert!(got.status == 404 || got.json()["status"] == "DELETING", "{}", got.text());
        until_gone(&house, gone).await;
    }
    assert!(azure.endpoints().is_empty());
    house.end().await;
}

async fn the_fifth_rejection_is_the_last(database: Database) {
    let house = open(database).await;
    let azure = house.cloud().azure();
    let mut id = house.new_endpoint(AZURE, EAST).await;
    for rejections in 1..=5 {
        let pending = until_status(&house, &id, "PENDING_ACCEPTANCE").await;
        azure.reject(connection_of(&pending)).await;
        if rejections < 5 {
            id = successor_of(&house, &id).await;
        }
    }
    let failed = until_status(&house, &id, "FAILED").await;
    assert_eq!(message(&failed), "refused 5 times in a row; the last time its connection was rejected");
    // Nothing is made any more: two rows are left, the one that failed and the one it was to take over from.
    until("those before are gone", async || rows(&house).await.len() == 2).await;
    let states: Vec<_> = rows(&house).await.iter().map(|row| row.state).collect();
    assert_eq!(states, [EndpointState::PendingRecreation, EndpointState::Failed]);
    until("only its own resource is left", async || azure.endpoints() == [format!("atrest-{id}")]).await;
    // A sixth rejection is nobody's.
    let asked = requests(&house, "CreatePrivateEndpoint");
    house.pass(Duration::from_secs(3600));
    assert_eq!(house.endpoint(AZURE, &id).await.ok()["status"], "FAILED");
    assert_eq!(requests(&house, "CreatePrivateEndpoint"), asked);
    let first = rows(&house).await[0].id.to_string();
    house.delete_endpoint(AZURE, &first).await;
    until_gone(&house, &first).await;
    until_gone(&house, &id).await;
    assert!(azure.endpoints().is_empty());
    house.end().await;
}

async fn a_successor_waits_before_it_is_made(database: Database) {
    let mut plan = Plan::default();
    plan.timings.endpoint_backoff = [60, 300, 1800].map(Duration::from_secs);
    let house = House::open_everywhere_as(database, plan).await;
    house.require_private(AZURE).await;
    let azure = house.cloud().azure();
    let mut id = house.new_endpoint(AZURE, EAST).await;
    for wait in [0, 60, 300, 1800] {
        let pending = until_status(&house, &id, "PENDING_ACCEPTANCE").await;
        azure.reject(connection_of(&pending)).await;
        let rejected = id;
        id = successor_of(&house, &rejected).await;
        if wait == 0 {
            continue;
        }
        until("the rejected one is gone in Azure", async || azure.endpoints().is_empty()).await;
        house.pass(Duration::from_secs(wait - 30));
        let next = rows(&house).await.pop().unwrap();
        assert_eq!(next.start_at.since(next.created_at), Duration::from_secs(wait));
        assert!(!next.cloud.asked && next.state == EndpointState::Initiating, "{next:?}");
        house.pass(Duration::from_secs(31));
    }
    until_status(&house, &id, "PENDING_ACCEPTANCE").await;
    house.end().await;
}

async fn an_approval_after_the_deletion_changes_nothing(database: Database) {
    let house = open(database).await;
    let azure = house.cloud().azure();
    let id = house.new_endpoint(AZURE, EAST).await;
    let pending = until_status(&house, &id, "PENDING_ACCEPTANCE").await;
    fault(&house, FaultRule::azure("DeletePrivateEndpoint", FaultKind::Http500));
    house.delete_endpoint(AZURE, &id).await;
    azure.approve(connection_of(&pending)).await;
    let asked = requests(&house, "DeletePrivateEndpoint");
    until("its removal was tried", async || requests(&house, "DeletePrivateEndpoint") > asked).await;
    assert_eq!(house.endpoint(AZURE, &id).await.ok()["status"], "DELETING");
    assert_eq!(house.networking().await["providers"][1]["path"], "PUBLIC");
    house.cloud().mend();
    gone_in_time(&house, &id, Duration::from_secs(1)).await;
    assert!(!house.events().await.iter().any(|name| name.ends_with("ENDPOINT_ACTIVE")));
    house.end().await;
}

async fn an_endpoint_can_go_while_it_is_made(database: Database) {
    let house = open(database).await;
    let azure = house.cloud().azure();
    azure.azure.set_endpoint_delay(Duration::from_millis(700)).await.unwrap();
    let id = house.new_endpoint(AZURE, EAST).await;
    until("the cloud is making it", async || !azure.endpoints().is_empty()).await;
    assert_eq!(house.delete_endpoint(AZURE, &id).await.status, 204);
    assert_eq!(house.endpoint(AZURE, &id).await.ok()["status"], "DELETING");
    gone_in_time(&house, &id, Duration::from_millis(300)).await;
    assert!(azure.endpoints().is_empty());
    house.end().await;
}

async fn a_deletion_goes_on_when_the_cloud_is_back(database: Database) {
    let house = open(database).await;
    let id = house.active_endpoint(AZURE, EAST).await;
    house.cloud().fail_everywhere(FaultKind::Reset);
    house.delete_endpoint(AZURE, &id).await;
    until("it says what keeps it", async || {
        let seen = house.endpoint(AZURE, &id).await.ok();
        assert_eq!(seen["status"], "DELETING");
        seen["errorMessage"].is_string()
    })
    .await;
    house.cloud().mend();
    gone_in_time(&house, &id, Duration::from_secs(1)).await;
    assert!(house.cloud().azure().endpoints().is_empty());
    house.end().await;
}

async fn a_place_that_is_gone_fails_its_endpoints_and_lets_them_go(database: Database) {
    let house = open(database).await;
    let id = house.active_endpoint(AZURE, EAST).await;
    let other = house.new_endpoint(AZURE, "US_CENTRAL").await;
    until_status(&house, &other, "PENDING_ACCEPTANCE").await;
    let (org, project, owner) = (house.org, house.project, house.owner.clone());
    // The operator takes the regions out of the configuration.
    let plan = Plan { azure_regions: vec!["NORWAY_EAST"], ..Plan::default() };
    let house = House::reopen(house.end().await, plan, org, project, owner).await;
    let failed = in_time(&house, &id, "FAILED", Duration::from_secs(10)).await;
    assert_eq!(message(&failed), "the operator has no place for endpoints in US_EAST_2 any more");
    assert_eq!(house.networking().await["providers"][1]["activeRegions"], json!([]));
    until_status(&house, &other, "FAILED").await;
    // What Azure named is found there without its place.
    house.delete_endpoint(AZURE, &id).await;
    until_gone(&house, &id).await;
    assert_eq!(house.cloud().azure().endpoints(), [format!("atrest-{other}")]);
    // Where the operator's application may not remove it any more, that is said, and the row goes all the same.
    fault(&house, FaultRule::azure("DeletePrivateEndpoint", FaultKind::Deny));
    house.delete_endpoint(AZURE, &other).await;
    until_gone(&house, &other).await;
    let page = house.get(&format!("/api/atlas/v2/groups/{project}/events?includeRaw=true")).await.ok();
    let told = &page["results"][0];
    assert_eq!(told["eventTypeName"], "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_DELETED");
    let detail = told["raw"]["detail"].as_str().unwrap();
    assert!(detail.contains(&format!("atrest-{other}")) && detail.contains("was not removed"), "{detail}");
    assert_eq!(house.cloud().azure().endpoints().len(), 1);
    house.end().await;
}

async fn an_address_outside_the_operators_subnet_is_never_used(database: Database) {
    let house = open(database).await;
    let used = house.active_endpoint(AZURE, EAST).await;
    let mut config = house.cloud().azure_config(&[EAST, "US_CENTRAL"]);
    for place in &mut config.places {
        place.addresses = vec!["10.1.2.0/24".parse().unwrap()];
    }
    let (org, project, owner) = (house.org, house.project, house.owner.clone());
    let plan = Plan { azure: Some(config), ..Plan::default() };
    let house = House::reopen(house.end().await, plan, org, project, owner).await;
    let outside = "which is not one of the operator's";
    let failed = in_time(&house, &used, "FAILED", Duration::from_secs(10)).await;
    assert!(message(&failed).contains(outside), "{failed}");
    assert_eq!(house.networking().await["providers"][1]["path"], "NO_PRIVATE_ENDPOINT", "and nothing goes public");
    let made = house.new_endpoint(AZURE, "US_CENTRAL").await;
    let failed = until_status(&house, &made, "FAILED").await;
    assert!(message(&failed).contains(outside), "{failed}");
    for id in [&used, &made] {
        house.delete_endpoint(AZURE, id).await;
        until_gone(&house, id).await;
    }
    assert!(house.cloud().azure().endpoints().is_empty());
    house.end().await;
}

async fn what_aws_does_to_endpoints_is_borne_too(database: Database) {
    const HOME: &str = "US_EAST_1";
    let house = House::open(database).await;
    house.require_private(AWS).await;
    let settled = async |id: &str, status: &str| {
        let what = format!("{id} is {status}");
        until(&what, || async {
            house.pass(Duration::from_millis(500));
            house.endpoint(AWS, id).await.json()["status"] == status
        })
        .await;
        house.endpoint(AWS, id).await.ok()
    };
    let gone = async |id: &str| {
        house.delete_endpoint(AWS, id).await;
        until("it is gone", || async {
            house.pass(Duration::from_millis(500));
            house.endpoint(AWS, id).await.status == 404
        })
        .await;
        house.cloud().mend();
        assert!(house.cloud().aws_endpoints().is_empty());
    };
    use FaultKind::{Html, Http500, Lost, Reset, Throttle};
    for kind in [Lost, Throttle, Http500, Html, Reset] {
        fault(&house, FaultRule::aws("CreateVpcEndpoint", kind).times(2));
        fault(&house, FaultRule::aws("DescribeVpcEndpoints", kind).times(1));
        let id = house.new_endpoint(AWS, HOME).await;
        settled(&id, "ACTIVE").await;
        assert_eq!(house.cloud().aws_endpoints().len(), 1, "{kind:?}");
        fault(&house, FaultRule::aws("DeleteVpcEndpoints", kind).times(1));
        gone(&id).await;
    }
    // Removed behind our back, it is made again, and nobody has to approve it.
    let id = house.new_endpoint(AWS, HOME).await;
    settled(&id, "ACTIVE").await;
    let there = house.cloud().aws_endpoints().remove(0);
    house.cloud().apply(simulators::aws::Change::DeleteVpcEndpoint(there.clone())).await;
    let next = successor_of(&house, &id).await;
    settled(&next, "ACTIVE").await;
    until("the old row is gone", async || house.endpoint(AWS, &id).await.status == 404).await;
    assert_ne!(house.cloud().aws_endpoints(), [there]);
    gone(&next).await;
    fault(&house, FaultRule::aws("CreateVpcEndpoint", FaultKind::Deny).times(1));
    let id = house.new_endpoint(AWS, HOME).await;
    let failed = settled(&id, "FAILED").await;
    assert!(message(&failed).contains("UnauthorizedOperation"), "{failed}");
    gone(&id).await;
    house.cloud().clouds.aws().set_endpoint_limit(0);
    let id = house.new_endpoint(AWS, HOME).await;
    let failed = settled(&id, "FAILED").await;
    assert!(message(&failed).contains("VpcEndpointLimitExceeded"), "{failed}");
    gone(&id).await;
    house.end().await;
}

async fn a_key_is_checked_as_soon_as_an_endpoint_is_active(database: Database) {
    let house = open(database).await;
    let checked = async || house.standings_in(house.project).await[1]["checkedAt"].clone();
    let before = checked().await;
    let id = house.new_endpoint(AZURE, EAST).await;
    let pending = until_status(&house, &id, "PENDING_ACCEPTANCE").await;
    assert_eq!(checked().await, before, "the next check by itself is an hour away");
    house.pass(Duration::from_secs(2));
    house.cloud().azure().approve(connection_of(&pending)).await;
    until_status(&house, &id, "ACTIVE").await;
    until("it was checked", async || checked().await != before).await;
    assert_eq!(house.standings_in(house.project).await[1]["state"], "VALID");
    house.end().await;
}

async fn a_name_that_cannot_be_read_is_seldom_asked_for(database: Database) {
    let house = open(database).await;
    fault(&house, FaultRule::azure("ListConnections", FaultKind::Deny));
    fault(&house, FaultRule::azure("GetVault", FaultKind::Deny));
    let id = house.new_endpoint(AZURE, EAST).await;
    let pending = until_status(&house, &id, "PENDING_ACCEPTANCE").await;
    assert_eq!(connection_of(&pending), format!("atrest-{id}"), "our own name instead");
    let (asked, looks) = (requests(&house, "ListConnections"), requests(&house, "ListPrivateEndpoints"));
    until("it was looked at", || async {
        house.pass(Duration::from_secs(1));
        requests(&house, "ListPrivateEndpoints") > looks + 5
    })
    .await;
    assert!(requests(&house, "ListConnections") <= asked + 1);
    house.end().await;
}

async fn a_cluster_is_told_once_that_it_is_disabled(database: Database) {
    let house = open(database).await;
    house.require_private(AWS).await;
    let mut body = cluster("elsewhere");
    body["encryptionAtRestProvider"] = json!("AZURE");
    let path = format!("/api/atlas/v2/groups/{}/clusters", house.project);
    let got = house.ask("POST", &path).json(&body).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
    // All of them become active at the same moment.
    let ids = [house.new_endpoint(AZURE, EAST).await, house.new_endpoint(AZURE, "US_CENTRAL").await];
    for id in &ids {
        until_status(&house, id, "PENDING_ACCEPTANCE").await;
    }
    for id in &ids {
        let seen = house.endpoint(AZURE, id).await.ok();
        house.cloud().azure().approve(connection_of(&seen)).await;
    }
    for id in &ids {
        until_status(&house, id, "ACTIVE").await;
    }
    let told = house.events().await;
    let count = told.iter().filter(|name| *name == "CLUSTER_DISABLED_FOR_PRIVATE_NETWORKING").count();
    assert_eq!(count, 1, "{told:?}");
    let shown = house.get(&format!("{path}/elsewhere")).await.ok();
    assert_eq!(shown["paused"], true);
    house.end().await;
}

async fn endpoints_are_counted(database: Database) {
    let house = open(database).await;
    house.active_endpoint(AZURE, EAST).await;
    let id = house.new_endpoint(AZURE, "US_CENTRAL").await;
    until_status(&house, &id, "PENDING_ACCEPTANCE").await;
    let figures = house.metrics().await;
    for state in ["ACTIVE", "PENDING_ACCEPTANCE"] {
        let line = format!("atrest_private_endpoints{{provider=\"azure_key_vault\",state=\"{state}\"}} 1");
        assert!(figures.contains(&line), "{line} is missing from\n{figures}");
    }
    house.end().await;
}
