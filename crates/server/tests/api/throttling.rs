//! Guessing is slowed down, and nobody else is.

use std::time::Duration;

use crate::client::Key;
use crate::database::Database;
use crate::house::{House, Plan};

fn guess(house: &House, number: u32) -> Key {
    Key { public: house.owner.public.clone(), private: format!("guess {number}") }
}

#[tokio::test]
async fn ten_failures_are_free_then_one_every_three_seconds() {
    let house = House::open(Database::sqlite()).await;
    for number in 0..10 {
        assert_eq!(house.nobody("GET", &house.path()).by(&guess(&house, number)).send().await.status, 401);
    }
    let refused = house.nobody("GET", &house.path()).by(&guess(&house, 10)).send().await;
    refused.is(429, "RATE_LIMITED");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3).contains(&wait), "{wait}");
    // Even the right key waits, or the answer would tell that it was right.
    house.nobody("GET", &house.path()).by(&house.owner).send().await.is(429, "RATE_LIMITED");
    assert_eq!(house.nobody("GET", &house.path()).send().await.status, 401, "a challenge is no attempt");
    house.pass(Duration::from_secs(wait));
    house.nobody("GET", &house.path()).by(&house.owner).send().await.ok();
    // Who has proved himself from an address goes on undisturbed there: see the unit tests of `throttle`.
    house.end().await;
}

#[tokio::test]
async fn guesses_at_client_secrets_are_slowed_down_too() {
    let house = House::open(Database::sqlite()).await;
    let form = "grant_type=client_credentials&client_id=mdb_sa_id_0123456789abcdef01234567&client_secret=guess";
    let call = house.nobody("POST", "/api/oauth/token");
    let call = call.header("Content-Type", "application/x-www-form-urlencoded").body(form);
    for _ in 0..10 {
        assert_eq!(call.send().await.status, 401);
    }
    let refused = call.send().await;
    refused.is(429, "RATE_LIMITED");
    assert!(refused.header("retry-after").is_some());
    house.end().await;
}

#[tokio::test]
async fn can_be_switched_off_for_dev_mode() {
    let mut plan = Plan::default();
    plan.settings.auth.throttle = false;
    let house = House::open_as(Database::sqlite(), plan).await;
    for number in 0..15 {
        assert_eq!(house.nobody("GET", &house.path()).by(&guess(&house, number)).send().await.status, 401);
    }
    house.end().await;
}
