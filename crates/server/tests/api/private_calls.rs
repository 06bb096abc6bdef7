//! The calls that clients make beside the API, and what is open to anybody.

use serde_json::json;

use crate::client::Got;
use crate::database::Database;
use crate::house::{House, Plan};

async fn send(house: &House, method: &str, path: &str) -> Got {
    house.nobody(method, path).send().await
}

#[tokio::test]
async fn clients_learn_their_address_and_the_default_release() {
    let house = House::open(Database::sqlite()).await;
    let info = send(&house, "GET", "/api/private/ipinfo").await;
    assert_eq!(
        (info.ok(), info.header("content-type")),
        (json!({"currentIpv4Address": "127.0.0.1"}), Some("application/json"))
    );
    let major = send(&house, "GET", "/api/private/unauth/nds/defaultMongoDBMajorVersion").await;
    assert_eq!((major.status, major.text(), major.header("content-type")), (200, "8.0", Some("text/plain")));
    // The outer layers hold for them too.
    for got in [&info, &major] {
        assert!(got.header("x-request-id").is_some() && got.header("x-content-type-options").is_some());
    }
    send(&house, "POST", "/api/private/ipinfo").await.is(405, "METHOD_NOT_ALLOWED");
    send(&house, "GET", "/api/private/nothing").await.is(404, "RESOURCE_NOT_FOUND");
    house.end().await;
}

#[tokio::test]
async fn what_clients_tell_of_their_use_is_dropped() {
    let house = House::open(Database::sqlite()).await;
    for path in ["/api/private/v1.0/telemetry/events", "/api/private/unauth/telemetry/events"] {
        for body in ["[]", "{nonsense", &"x".repeat(2_000_000)] {
            let got = house.nobody("POST", path).header("Content-Type", "application/json").body(body).send().await;
            assert_eq!((got.status, got.text()), (204, ""));
        }
    }
    house.end().await;
}

#[tokio::test]
async fn people_are_told_how_else_to_sign_in_and_where_the_api_is() {
    let house = House::open(Database::sqlite()).await;
    for step in ["authorize", "token", "revoke"] {
        let got = send(&house, "POST", &format!("/api/private/unauth/account/device/{step}")).await;
        got.is(403, "FEATURE_UNSUPPORTED");
        assert!(got.detail().contains("service account"), "{}", got.detail());
    }
    for path in
        ["/api/atlas/v1.0/groups", "/api/atlas/v1.5/groups/x/clusters", "/api/public/v1.0/groups", "/api/atlas/v1.0"]
    {
        for method in ["GET", "POST", "DELETE"] {
            let got = send(&house, method, path).await;
            got.is(404, "RESOURCE_NOT_FOUND");
            let base = format!("use the base http://{}/api/atlas/v2.", house.address);
            assert!(got.detail().ends_with(&base), "{}", got.detail());
        }
    }
    house.end().await;
}

#[tokio::test]
async fn nobody_calls_without_end() {
    let mut plan = Plan::default();
    plan.settings.rate_limits = true;
    let house = House::open_as(Database::sqlite(), plan).await;
    let mut limited = None;
    for _ in 0..400 {
        let got = send(&house, "GET", "/api/private/ipinfo").await;
        if got.status != 200 {
            limited = Some(got);
            break;
        }
    }
    let limited = limited.expect("an end");
    limited.is(429, "RATE_LIMITED_TOKEN_BUCKET");
    assert!(limited.header("retry-after").is_some());
    house.end().await;
}

#[tokio::test]
async fn the_operators_addresses_are_open_to_anybody() {
    let mut plan = Plan::default();
    plan.settings.outbound_addresses = vec!["203.0.113.4/32".parse().unwrap(), "2001:db8::/48".parse().unwrap()];
    let house = House::open_as(Database::sqlite(), plan).await;
    let path = "/api/atlas/v2/unauth/controlPlaneIPAddresses";
    let got = send(&house, "GET", path).await;
    let each = json!({"GLOBAL": ["203.0.113.4/32", "2001:db8::/48"]});
    assert_eq!(got.ok()["outbound"], json!({"aws": each, "azure": each, "gcp": each}));
    assert_eq!(got.header("content-type"), Some("application/vnd.atlas.2023-11-15+json;charset=utf-8"));
    let early = house.nobody("GET", path).accept("application/vnd.atlas.2023-02-01+json").send().await;
    early.is(406, "INVALID_VERSION_DATE");
    house.end().await;
}

#[tokio::test]
async fn the_limits_of_calls_are_told() {
    let house = House::open(Database::sqlite()).await;
    let all = house.get("/api/atlas/v2/rateLimits").await.ok();
    let sets = all["results"].as_array().unwrap();
    assert_eq!(all["totalCount"], sets.len());
    let one = house.get("/api/atlas/v2/rateLimits/encryptionAtRest").await.ok();
    assert!(sets.contains(&one));
    assert_eq!((&one["capacity"], &one["scope"]), (&json!({"defaultValue": null, "value": 2000}), &"GROUP".into()));
    let by_path = "/api/atlas/v2/rateLimits?endpointPath=/api/atlas/v2/groups/%7BgroupId%7D/encryptionAtRest";
    assert_eq!(house.get(by_path).await.ok()["results"], json!([one]));
    assert_eq!(house.get("/api/atlas/v2/rateLimits?name=Encryption%20At%20Rest").await.ok()["results"], json!([one]));
    house.get("/api/atlas/v2/rateLimits?groupId=x").await.is(400, "INVALID_QUERY_PARAMETER");
    house.get("/api/atlas/v2/rateLimits/moon").await.is(404, "RESOURCE_NOT_FOUND");
    let early = house.ask("GET", "/api/atlas/v2/rateLimits").accept("application/vnd.atlas.2024-08-05+json");
    early.send().await.is(406, "INVALID_VERSION_DATE");
    house.end().await;
}
