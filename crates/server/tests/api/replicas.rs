//! Two processes on one PostgreSQL: they share nothing but the database, and the work.

use std::time::Duration;

use serde_json::json;

use crate::database::Database;
use crate::house::{House, Plan, path_of, until};

const UPDATED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED";

#[tokio::test]
async fn any_replica_serves_any_request() {
    let one = House::open(Database::postgres().await).await;
    let two = one.replica(Plan::default()).await;
    let got = one.enable().await;
    assert_eq!(two.read().await.ok(), got);
    let account =
        one.control.create_service_account("ci", one.grants(domain::access::OrgRole::Owner, &[])).await.unwrap();
    let token = crate::oauth::token(&one, &account).await;
    two.nobody("GET", &one.path()).bearer(&token).send().await.ok();
    two.patch(&json!({"awsKms": {"enabled": false}})).await.ok();
    assert_eq!(one.read().await.ok()["awsKms"]["enabled"], false);
    two.end().await;
    one.end().await;
}

#[tokio::test]
async fn two_changes_of_one_project_never_mix() {
    let one = House::open(Database::postgres().await).await;
    let two = one.replica(Plan::default()).await;
    let mut saved = 0;
    for round in 0..8 {
        let on = json!({"enabledForSearchNodes": round % 2 == 0, "awsKms": {"enabled": false}});
        let (left, right) = tokio::join!(one.patch(&on), two.patch(&on));
        for got in [left, right] {
            match got.status {
                200 => assert_eq!(got.json()["enabledForSearchNodes"], round % 2 == 0),
                _ => {
                    got.is(409, "ENCRYPTION_AT_REST_UPDATE_IN_PROGRESS");
                }
            }
        }
        saved += 1;
        assert_eq!(one.events().await.len(), saved, "one change, one event");
    }
    assert!(one.events().await.iter().all(|name| name == UPDATED));
    two.end().await;
    one.end().await;
}

#[tokio::test]
async fn the_sweep_is_shared() {
    const EVERY: Duration = Duration::from_secs(100);
    let mut plan = Plan::default();
    plan.timings.check_every = EVERY;
    let one = House::open_as(Database::postgres().await, plan.clone()).await;
    let two = one.replica(plan).await;
    let mut projects = Vec::new();
    for number in 0..12 {
        let project = one.new_project(&format!("p{number}")).await;
        let key = one.cloud().new_key(&format!("k{number}")).await;
        one.patch_in(project, &one.cloud().payload_with(&key.arn, &one.cloud().user)).await.ok();
        projects.push(project);
    }
    let (enabled_at, asked) = (one.control.now(), one.cloud().requests("Encrypt"));
    one.pass(EVERY * 6 / 5);
    for project in &projects {
        until("the key was checked again", || async {
            let checked = one.store.project_snapshot(*project).await.unwrap().unwrap();
            let at = checked.validities.values().next().unwrap().validity.checked_at.unwrap();
            at.since(enabled_at) > EVERY / 2
        })
        .await;
    }
    assert_eq!(one.cloud().requests("Encrypt") - asked, 12, "each key once, whoever did it");
    two.end().await;
    one.end().await;
}

#[tokio::test]
async fn the_sweep_goes_on_when_one_is_gone() {
    let one = House::open_as(Database::postgres().await, Plan::sweeping()).await;
    let two = one.replica(Plan::sweeping()).await;
    one.enable().await;
    let project = one.project;
    one.end().await;
    two.cloud().disable_key(&two.cloud().key).await;
    until("the other finds out", || async { two.get(&path_of(project)).await.ok()["awsKms"]["valid"] == false }).await;
    let told = [UPDATED, "AWS_ENCRYPTION_KEY_INVALID", "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID"];
    assert_eq!(two.events().await, told);
    two.end().await;
}

#[tokio::test]
async fn a_loss_is_told_once_by_both_together() {
    let one = House::open_as(Database::postgres().await, Plan::sweeping()).await;
    let two = one.replica(Plan::sweeping()).await;
    one.enable().await;
    for _ in 0..2 {
        one.cloud().disable_key(&one.cloud().key).await;
        until("both see it lost", || async {
            let (left, right) = tokio::join!(one.read(), two.read());
            left.ok()["awsKms"]["valid"] == false && right.ok()["awsKms"]["valid"] == false
        })
        .await;
        one.cloud().enable_key(&one.cloud().key).await;
        until("both see it back", || async {
            let (left, right) = tokio::join!(one.read(), two.read());
            left.ok()["awsKms"]["valid"] == true && right.ok()["awsKms"]["valid"] == true
        })
        .await;
    }
    let round = [
        "AWS_ENCRYPTION_KEY_INVALID",
        "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID",
        "AWS_ENCRYPTION_KEY_VALID",
        "ENCRYPTION_AT_REST_CONFIG_IS_VALID",
    ];
    assert_eq!(one.events().await, [&[UPDATED][..], &round, &round].concat());
    two.end().await;
    one.end().await;
}
