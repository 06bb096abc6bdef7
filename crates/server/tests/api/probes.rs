//! What operators ask: `/healthz`, `/readyz` and `/metrics`, and which door tells how much.

use std::time::Duration;

use simulators::FaultKind;

use crate::client::Call;
use crate::database::Database;
use crate::house::{House, Plan, until};
use crate::on_both_engines;

async fn tells_each_door_what_it_may_know(database: Database) {
    let house = House::open(database).await;
    let operations = |path: &str| Call::new(house.operations, "GET", path);
    assert_eq!(house.nobody("GET", "/healthz").send().await.status, 200);
    assert_eq!(operations("/healthz").send().await.status, 200);
    until("the sweep has turned", || async { house.nobody("GET", "/readyz").send().await.status == 200 }).await;
    assert!(house.nobody("GET", "/readyz").send().await.body.is_empty(), "strangers get no details");
    let details = operations("/readyz").send().await;
    assert_eq!((&details.ok()["ready"], &details.json()["store"]["ok"]), (&true.into(), &true.into()));
    house.get("/metrics").await.is(404, "RESOURCE_NOT_FOUND");
    assert_eq!(operations("/api/atlas/v2/groups").send().await.status, 404);
    house.end().await;
}

async fn counts_requests_checks_and_keys(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    house.nobody("GET", &house.path()).send().await;
    house.cloud().fail("*", FaultKind::Throttle);
    house.pass(Duration::from_secs(2));
    let other = house.new_project("other").await;
    assert_eq!(house.patch_in(other, &house.cloud().payload()).await.status, 400);
    let metrics = house.metrics().await;
    for line in [
        "atrest_http_requests_total{operation=\"updateEncryptionAtRest\",status=\"200\"} 1",
        "atrest_http_requests_total{operation=\"updateEncryptionAtRest\",status=\"400\"} 1",
        "atrest_http_requests_total{operation=\"getEncryptionAtRest\",status=\"401\"} 1",
        "atrest_auth_failures_total{kind=\"no_credentials\"}",
        "reason=\"USABLE\"",
        "reason=\"THROTTLED\"",
        "atrest_operator_identity_broken 0",
        "# EOF",
    ] {
        assert!(metrics.contains(line), "{line} is missing from\n{metrics}");
    }
    for private in [house.project.to_string(), house.org.to_string(), house.owner.public.clone()] {
        assert!(!metrics.contains(&private), "no tenant is named: {private}");
    }
    house.end().await;
}

#[tokio::test]
async fn a_clock_that_is_off_is_told() {
    let house = House::open_as(Database::sqlite(), Plan::watchful()).await;
    house.enable().await;
    house.pass(Duration::from_secs(120));
    house.read().await.ok();
    assert!(house.metrics().await.contains("atrest_clock_skewed 1"));
    house.pass(Duration::ZERO);
    house.end().await;
}

on_both_engines! {
    tells_each_door_what_it_may_know
    counts_requests_checks_and_keys
}
