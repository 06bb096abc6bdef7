//! Rate limits: the headers of every answer, and the answer to one call too many (contract.md 7.3).

use std::time::Instant;

use domain::access::OrgRole;
use serde_json::json;

use crate::client::{Got, authorization};
use crate::database::Database;
use crate::house::{House, Plan};

async fn limited() -> House {
    let mut plan = Plan::default();
    plan.settings.rate_limits = true;
    House::open_as(Database::sqlite(), plan).await
}

/// Checks how many calls of 2000 are left, but for those that flowed back since the first: 1000 in a minute.
fn assert_left(got: &Got, left: u128, first: Instant) {
    assert_eq!(got.header("ratelimit-limit"), Some("2000"));
    let most = left + first.elapsed().as_millis() / 60;
    let found = got.header("ratelimit-remaining").unwrap().parse().unwrap();
    assert!((left..=most).contains(&found), "{left} to {most} are left, not {found}");
}

#[tokio::test]
async fn counts_each_call_once_and_no_challenge() {
    let house = limited().await;
    let first = Instant::now();
    for left in [1999, 1998] {
        // Each of these is two requests: a challenge, and the call.
        assert_left(&house.read().await, left, first);
    }
    let refused = house.patch(&json!({})).await;
    assert_eq!(refused.status, 400, "errors count and tell");
    assert_left(&refused, 1997, first);
    // Nobody else can use up a project's calls.
    let elsewhere = house.control.create_organization("Elsewhere").await.unwrap();
    let mut grants = house.grants(OrgRole::Owner, &[]);
    grants.org = elsewhere.id;
    let stranger = house.new_key(grants).await;
    for _ in 0..3 {
        house.nobody("GET", &house.path()).by(&stranger).send().await.is(404, "GROUP_NOT_FOUND");
    }
    assert_left(&house.read().await, 1996, first);
    // Nor does walking through made-up ids give anybody more calls.
    let first = Instant::now();
    for (id, left) in [("1".repeat(24), 1999), ("2".repeat(24), 1998), ("no-id".to_owned(), 1997)] {
        let got = house.get(&format!("/api/atlas/v2/groups/{id}/encryptionAtRest")).await;
        assert_eq!(got.status, 404, "{id}");
        assert_left(&got, left, first);
    }
    let other = house.new_project("other").await;
    let first = Instant::now();
    // Each project has its own bucket.
    assert_left(&house.get(&crate::house::path_of(other)).await, 1999, first);
    house.end().await;
}

#[tokio::test]
async fn refuses_one_call_too_many() {
    let house = limited().await;
    let path = format!("/api/atlas/v2/groups/{}/events", house.project);
    let nonce = house.nobody("GET", &path).send().await.nonce();
    let call = house.nobody("GET", &path);
    let mut refused = None;
    for count in 1..=400 {
        let got = call.send_with(Some(&authorization(&house.owner, &nonce, count, "GET", &path))).await;
        if got.status != 200 {
            refused = Some((count, got));
            break;
        }
    }
    let (count, refused) = refused.expect("the bucket is empty at some time");
    assert!((301..=330).contains(&count), "300 and what flowed back meanwhile: {count}");
    refused.is(429, "RATE_LIMITED_TOKEN_BUCKET");
    let retry_after: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!(retry_after >= 1);
    let parameters = json!(["api/atlas/v2/groups/{groupId}/events", retry_after, 300, 150, 60]);
    assert_eq!(refused.json()["parameters"], parameters);
    assert_eq!(
        refused.detail(),
        format!(
            "Rate limit exceeded for api/atlas/v2/groups/{{groupId}}/events. Please retry after {retry_after} seconds. Request capacity: 300. Refill rate: 150 per 60 seconds."
        )
    );
    house.read().await.ok();
    house.end().await;
}

#[tokio::test]
async fn limits_requests_for_tokens_as_atlas_does() {
    let house = limited().await;
    let call = house.nobody("POST", "/api/oauth/token");
    let call = call.header("Content-Type", "application/x-www-form-urlencoded").body("grant_type=client_credentials");
    let mut last = call.send().await;
    for _ in 0..60 {
        if last.status != 401 {
            break;
        }
        last = call.send().await;
    }
    last.is(429, "RATE_LIMITED");
    assert_eq!(last.detail(), "Resource /api/oauth/token is limited to 50 requests every 1 minutes.");
    house.end().await;
}

#[tokio::test]
async fn switched_off_the_headers_stay() {
    let house = House::open(Database::sqlite()).await;
    for _ in 0..2 {
        let got = house.read().await;
        assert_eq!((got.header("ratelimit-limit"), got.header("ratelimit-remaining")), (Some("2000"), Some("2000")));
    }
    house.end().await;
}
