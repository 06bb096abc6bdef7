//! A project's IP access list: `/groups/{groupId}/accessList`.

use std::time::Duration;

use domain::access::{OrgRole, ProjectRole};
use serde_json::{Value, json};

use crate::client::Got;
use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

fn list(house: &House) -> String {
    format!("/api/atlas/v2/groups/{}/accessList", house.project)
}

async fn add(house: &House, body: &Value) -> Got {
    house.ask("POST", &list(house)).json(body).send().await
}

async fn keeps_what_is_written_down(database: Database) {
    let house = House::open(database).await;
    let entries = json!([
        {"groupId": house.project.to_string(), "ipAddress": "203.0.113.7", "comment": "me & <you>"},
        {"cidrBlock": "10.0.0.0/8"},
        {"ipAddress": "2001:db8::1"},
    ]);
    let page = add(&house, &entries).await.ok();
    assert_eq!(page["totalCount"], 3);
    assert_eq!(house.get(&list(&house)).await.ok()["results"], page["results"]);
    let of = |block: &str| {
        let all = page["results"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["cidrBlock"] == block).unwrap()
    };
    let single = of("203.0.113.7/32");
    assert_eq!((&single["ipAddress"], &single["comment"]), (&"203.0.113.7".into(), &"me & <you>".into()));
    assert_eq!((of("10.0.0.0/8").get("ipAddress"), &of("2001:db8::1/128")["ipAddress"]), (None, &"2001:db8::1".into()));
    for value in ["203.0.113.7", "203.0.113.7%2F32", "203.0.113.7%2f32"] {
        assert_eq!(house.get(&format!("{}/{value}", list(&house))).await.ok(), single, "{value}");
    }
    let href = single["links"][0]["href"].as_str().unwrap();
    let own = href.split_once("/api/").map(|(_, rest)| format!("/api/{rest}")).unwrap();
    assert_eq!(house.get(&own).await.ok(), single);
    let status = house.get(&format!("{}/10.0.0.0%2F8/status", list(&house))).await.ok();
    assert_eq!(status, json!({"STATUS": "ACTIVE"}));

    // The same again changes the comment; what was read can be sent back.
    let again = add(&house, &json!([{"cidrBlock": "203.0.113.7/32", "comment": "other"}])).await.ok();
    assert_eq!(again["totalCount"], 3);
    let changed = house.get(&format!("{}/203.0.113.7", list(&house))).await.ok();
    assert_eq!(changed["comment"], "other");
    add(&house, &json!([changed])).await.ok();

    let gone = house.ask("DELETE", &format!("{}/203.0.113.7", list(&house))).send().await;
    assert_eq!((gone.status, gone.text()), (204, ""));
    house
        .ask("DELETE", &format!("{}/203.0.113.7", list(&house)))
        .send()
        .await
        .is(404, "NETWORK_PERMISSION_ENTRY_NOT_FOUND");
    house.get(&format!("{}/203.0.113.7/status", list(&house))).await.is(404, "NETWORK_PERMISSION_ENTRY_NOT_FOUND");
    let events = house.events().await;
    let told: Vec<_> = events.iter().filter_map(|name| name.strip_prefix("NETWORK_PERMISSION_ENTRY_")).collect();
    assert_eq!(told, ["ADDED", "ADDED", "ADDED", "UPDATED", "UPDATED", "REMOVED"]);
    house.end().await;
}

async fn refuses_what_is_no_network(database: Database) {
    let house = House::open(database).await;
    let one = |name: &str, value: Value| json!([{name: value}]);
    for (body, status, code) in [
        (one("ipAddress", json!("203.0.113.256")), 400, "INVALID_ATTRIBUTE"),
        (one("ipAddress", json!("203.0.113.0/24")), 400, "INVALID_ATTRIBUTE"),
        (one("cidrBlock", json!("203.0.113.7")), 400, "INVALID_ATTRIBUTE"),
        (one("cidrBlock", json!("203.0.113.7/24")), 400, "INVALID_ATTRIBUTE"),
        (one("cidrBlock", json!("0.0.0.0/33")), 400, "INVALID_ATTRIBUTE"),
        (one("awsSecurityGroup", json!("sg-903004f8")), 403, "FEATURE_UNSUPPORTED"),
        (one("comment", json!("nowhere")), 400, "MISSING_ONE_OF_ATTRIBUTES"),
        (json!([{"ipAddress": "203.0.113.7", "cidrBlock": "203.0.113.8/32"}]), 400, "INVALID_ATTRIBUTE"),
        (json!([{"ipAddress": "203.0.113.7", "comment": "x".repeat(81)}]), 400, "INVALID_ATTRIBUTE"),
        (json!([{"ipAddress": "203.0.113.7", "deleteAfterDate": "soon"}]), 400, "INVALID_ATTRIBUTE"),
        (json!([{"ipAddress": "203.0.113.7", "deleteAfterDate": "2020-01-01T00:00:00Z"}]), 400, "INVALID_ATTRIBUTE"),
        (json!([{"ipAddress": "203.0.113.7", "deleteAfterDate": "2099-01-01T00:00:00Z"}]), 400, "INVALID_ATTRIBUTE"),
        (json!({"ipAddress": "203.0.113.7"}), 400, "INVALID_JSON"),
        (json!([7]), 400, "INVALID_JSON_ATTRIBUTE"),
    ] {
        let got = add(&house, &body).await;
        assert_eq!((got.status, got.code().as_str()), (status, code), "{body}: {}", got.text());
    }
    let several = add(&house, &json!([{"ipAddress": "x"}, {"ipAddress": "203.0.113.7"}, {"cidrBlock": "y"}])).await;
    several.is(400, "VALIDATION_ERROR");
    assert_eq!(several.fields(), ["[0].ipAddress", "[2].cidrBlock"]);
    assert_eq!(house.get(&list(&house)).await.ok()["totalCount"], 0, "nothing was kept");
    for value in ["x", "10.0.0.1%2F8", "sg-903004f8", "%00"] {
        house.get(&format!("{}/{value}", list(&house))).await.is(404, "NETWORK_PERMISSION_ENTRY_NOT_FOUND");
    }
    house.end().await;
}

async fn an_entry_goes_by_itself(database: Database) {
    let house = House::open(database).await;
    let now = house.control.now().as_secs() + 3600;
    let end = api_wire::wire_time::WireTime::from_epoch_millis(now * 1000).to_string();
    let body = json!([{"ipAddress": "203.0.113.7", "deleteAfterDate": end}, {"ipAddress": "203.0.113.8"}]);
    let page = add(&house, &body).await.ok();
    assert_eq!(page["results"][0]["deleteAfterDate"], end);
    house.pass(Duration::from_secs(3601));
    let page = house.get(&list(&house)).await.ok();
    assert_eq!((&page["totalCount"], &page["results"][0]["ipAddress"]), (&1.into(), &"203.0.113.8".into()));
    house.get(&format!("{}/203.0.113.7", list(&house))).await.is(404, "NETWORK_PERMISSION_ENTRY_NOT_FOUND");
    house
        .ask("DELETE", &format!("{}/203.0.113.7", list(&house)))
        .send()
        .await
        .is(404, "NETWORK_PERMISSION_ENTRY_NOT_FOUND");
    house.end().await;
}

async fn a_list_ends_at_its_limit_and_is_paged(database: Database) {
    let house = House::open(database).await;
    let limit = format!("/api/atlas/v2/groups/{}/limits/atlas.project.security.networkAccess.entries", house.project);
    house.ask("PATCH", &limit).json(&json!({"value": 3})).send().await.ok();
    let entries =
        |from: u8, to: u8| -> Value { (from..to).map(|n| json!({"ipAddress": format!("203.0.113.{n}")})).collect() };
    let full = add(&house, &entries(0, 4)).await;
    full.is(409, "NETWORK_PERMISSION_ENTRY_LIMIT_REACHED");
    assert_eq!(house.get(&list(&house)).await.ok()["totalCount"], 0, "all or nothing");
    add(&house, &entries(0, 3)).await.ok();
    // Those that are there count once.
    add(&house, &entries(0, 3)).await.ok();
    add(&house, &entries(3, 4)).await.is(409, "NETWORK_PERMISSION_ENTRY_LIMIT_REACHED");
    assert_eq!(house.get(&limit).await.ok()["currentUsage"], 3);
    let page = house.get(&format!("{}?itemsPerPage=2&pageNum=2", list(&house))).await.ok();
    assert_eq!((page["results"].as_array().unwrap().len(), &page["totalCount"]), (1, &3.into()));
    for query in ["itemsPerPage=0", "itemsPerPage=501", "pageNum=x"] {
        house.get(&format!("{}?{query}", list(&house))).await.is(400, "INVALID_QUERY_PARAMETER");
    }
    house.end().await;
}

async fn a_network_access_manager_may_change_it(database: Database) {
    let house = House::open(database).await;
    let body = json!([{"ipAddress": "203.0.113.7"}]);
    let key = async |role| house.new_key(house.grants(OrgRole::Member, &[(house.project, role)])).await;
    let manager = key(ProjectRole::NetworkAccessManager).await;
    house.nobody("POST", &list(&house)).by(&manager).json(&body).send().await.ok();
    let reader = key(ProjectRole::ReadOnly).await;
    house.nobody("GET", &list(&house)).by(&reader).send().await.ok();
    let got = house.nobody("POST", &list(&house)).by(&reader).json(&body).send().await;
    got.is(403, "USER_UNAUTHORIZED");
    assert!(got.detail().contains("GROUP_NETWORK_ACCESS_MANAGER"), "{}", got.detail());
    let entry = format!("{}/203.0.113.7", list(&house));
    house.nobody("DELETE", &entry).by(&reader).send().await.is(403, "USER_UNAUTHORIZED");
    assert_eq!(house.nobody("DELETE", &entry).by(&manager).send().await.status, 204);
    house.end().await;
}

on_both_engines! {
    keeps_what_is_written_down
    refuses_what_is_no_network
    an_entry_goes_by_itself
    a_list_ends_at_its_limit_and_is_paged
    a_network_access_manager_may_change_it
}
