//! API keys of organizations and projects, and the networks they may come from.

use domain::access::{OrgRole, ProjectRole};
use serde_json::{Value, json};

use crate::client::{Got, Key};
use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

on_both_engines! {
    an_organizations_key_is_shown_once_and_can_sign_in
    a_projects_key_has_its_roles_there_and_nowhere_else
    nobody_gives_or_gets_a_role_they_lack
    the_last_owner_stays
    a_key_comes_from_its_list_only
    an_organization_may_demand_lists
    every_fault_is_told_and_nothing_changes
    another_organizations_keys_do_not_exist
}

pub(crate) fn org_keys(house: &House) -> String {
    format!("/api/atlas/v2/orgs/{}/apiKeys", house.org)
}

fn group_keys(house: &House) -> String {
    format!("/api/atlas/v2/groups/{}/apiKeys", house.project)
}

fn key_of(made: &Value) -> Key {
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    Key { public: text("publicKey"), private: text("privateKey") }
}

async fn post(house: &House, path: &str, body: &Value) -> Got {
    house.ask("POST", path).json(body).send().await
}

async fn patch(house: &House, path: &str, body: &Value) -> Got {
    house.ask("PATCH", path).json(body).send().await
}

/// Gives the kinds of the organization's events, newest first.
pub(crate) async fn org_events(house: &House) -> Vec<String> {
    let events = house.get(&format!("/api/atlas/v2/orgs/{}/events?itemsPerPage=50", house.org)).await.ok();
    let kinds = events["results"].as_array().unwrap().iter().map(|event| event["eventTypeName"].as_str().unwrap());
    kinds.map(str::to_owned).collect()
}

async fn an_organizations_key_is_shown_once_and_can_sign_in(database: Database) {
    let house = House::open(database).await;
    let path = org_keys(&house);
    let made = post(&house, &path, &json!({"desc": "ci \"Ä'", "roles": ["ORG_READ_ONLY"]})).await.ok();
    let (key, id) = (key_of(&made), made["id"].as_str().unwrap());
    assert_eq!((key.public.len(), key.private.len()), (8, 36));
    assert_eq!(made["roles"], json!([{"orgId": house.org.to_string(), "roleName": "ORG_READ_ONLY"}]));
    let one = format!("{path}/{id}");
    let seen = house.get(&one).await.ok();
    let masked = format!("********-****-****-{}", &key.private[24..]);
    assert_eq!((&seen["privateKey"], &seen["desc"]), (&masked.into(), &"ci \"Ä'".into()));
    assert_eq!(seen["links"][0]["href"], format!("http://{}{one}", house.address));
    let all = house.get(&path).await;
    assert!(!all.text().contains(&key.private) && all.ok()["totalCount"] == 2);
    house.nobody("GET", &house.path()).by(&key).send().await.ok();

    let changed = patch(&house, &one, &json!({"desc": "other", "roles": ["ORG_MEMBER"]})).await.ok();
    assert_eq!((&changed["desc"], &changed["roles"][0]["roleName"]), (&"other".into(), &"ORG_MEMBER".into()));
    house.nobody("GET", &house.path()).by(&key).send().await.is(404, "GROUP_NOT_FOUND");
    assert_eq!(house.ask("DELETE", &one).send().await.status, 204);
    house.get(&one).await.is(404, "API_KEY_NOT_FOUND");
    assert_eq!(house.nobody("GET", &path).by(&key).send().await.status, 401);
    let told = org_events(&house).await;
    let expected = ["API_KEY_DELETED", "API_KEY_ROLES_CHANGED", "API_KEY_DESCRIPTION_CHANGED", "API_KEY_CREATED"];
    assert_eq!(told[..4], expected.map(str::to_owned));
    house.end().await;
}

async fn a_projects_key_has_its_roles_there_and_nowhere_else(database: Database) {
    let house = House::open(database).await;
    let (path, second) = (group_keys(&house), house.new_project("second").await);
    let made = post(&house, &path, &json!({"desc": "app", "roles": ["GROUP_READ_ONLY"]})).await.ok();
    let (key, id) = (key_of(&made), made["id"].as_str().unwrap().to_owned());
    let read = |project: String| house.nobody("GET", &format!("/api/atlas/v2/groups/{project}")).by(&key);
    read(house.project.to_string()).send().await.ok();
    read(second.to_string()).send().await.is(404, "GROUP_NOT_FOUND");
    assert_eq!(house.get(&path).await.ok()["totalCount"], 1);

    // Terraform puts a key into a further project, and reads all of its roles at the organization.
    let there = format!("/api/atlas/v2/groups/{second}/apiKeys/{id}");
    assert_eq!(post(&house, &there, &json!([{"roles": ["GROUP_OWNER"]}])).await.status, 204);
    read(second.to_string()).send().await.ok();
    let roles = house.get(&format!("{}/{id}", org_keys(&house))).await.ok()["roles"].clone();
    assert_eq!(roles.as_array().unwrap().len(), 3, "{roles}");
    assert!(roles.as_array().unwrap().contains(&json!({"groupId": second.to_string(), "roleName": "GROUP_OWNER"})));

    let here = format!("{path}/{id}");
    let changed = patch(&house, &here, &json!({"roles": ["GROUP_CLUSTER_MANAGER"]})).await.ok();
    let wanted = json!({"groupId": house.project.to_string(), "roleName": "GROUP_CLUSTER_MANAGER"});
    assert!(changed["roles"].as_array().unwrap().contains(&wanted), "{changed}");
    patch(&house, &here, &json!({"roles": []})).await.is(400, "MISSING_ROLES");
    assert_eq!(house.ask("DELETE", &here).send().await.status, 204);
    read(house.project.to_string()).send().await.is(404, "GROUP_NOT_FOUND");
    house.ask("DELETE", &here).send().await.is(404, "API_KEY_NOT_FOUND");
    patch(&house, &here, &json!({"roles": ["GROUP_OWNER"]})).await.is(404, "API_KEY_NOT_FOUND");
    let told = house.events().await;
    assert!(told.contains(&"API_KEY_ADDED_TO_GROUP".to_owned()), "{told:?}");
    assert!(told.contains(&"API_KEY_REMOVED_FROM_GROUP".to_owned()), "{told:?}");

    // Roles in a project that is no more are told to nobody.
    assert_eq!(house.ask("DELETE", &format!("/api/atlas/v2/groups/{second}")).send().await.status, 202);
    let roles = house.get(&format!("{}/{id}", org_keys(&house))).await.ok()["roles"].clone();
    assert_eq!(roles, json!([{"orgId": house.org.to_string(), "roleName": "ORG_MEMBER"}]));
    house.end().await;
}

async fn nobody_gives_or_gets_a_role_they_lack(database: Database) {
    let house = House::open(database).await;
    let path = group_keys(&house);
    let manager = house.grants(OrgRole::Member, &[(house.project, ProjectRole::AccessManager)]);
    let manager = house.new_key(manager).await;
    let owner = post(&house, &path, &json!({"desc": "owner", "roles": ["GROUP_OWNER"]})).await.ok();
    let owner = format!("{path}/{}", owner["id"].as_str().unwrap());
    let by = |method: &str, path: &str| house.nobody(method, path).by(&manager);
    let give = |role: &str| json!({"desc": "x", "roles": [role]});
    by("POST", &path).json(&give("GROUP_READ_ONLY")).send().await.ok();
    let refused = by("POST", &path).json(&give("GROUP_OWNER")).send().await;
    refused.is(403, "CANNOT_GRANT_UNHELD_ROLE");
    assert_eq!(refused.json()["parameters"], json!(["GROUP_OWNER"]));
    by("PATCH", &owner).json(&json!({"roles": ["GROUP_READ_ONLY"]})).send().await.is(403, "CANNOT_GRANT_UNHELD_ROLE");
    by("PATCH", &owner).json(&json!({"desc": "mine"})).send().await.is(403, "CANNOT_GRANT_UNHELD_ROLE");
    by("DELETE", &owner).send().await.is(403, "CANNOT_GRANT_UNHELD_ROLE");
    by("POST", &owner).json(&json!([{"roles": ["GROUP_READ_ONLY"]}])).send().await.is(403, "USER_UNAUTHORIZED");
    by("POST", &org_keys(&house)).json(&give("ORG_MEMBER")).send().await.is(403, "USER_UNAUTHORIZED");
    assert_eq!(house.get(&path).await.ok()["totalCount"], 3);
    house.end().await;
}

async fn the_last_owner_stays(database: Database) {
    let house = House::open(database).await;
    let path = org_keys(&house);
    let keys = house.get(&path).await.ok();
    let own = format!("{path}/{}", keys["results"][0]["id"].as_str().unwrap());
    house.ask("DELETE", &own).send().await.is(409, "CANNOT_REMOVE_LAST_OWNER");
    patch(&house, &own, &json!({"roles": ["ORG_MEMBER"]})).await.is(409, "CANNOT_REMOVE_LAST_OWNER");
    house.get(&own).await.ok();
    let second = key_of(&post(&house, &path, &json!({"desc": "second", "roles": ["ORG_OWNER"]})).await.ok());
    assert_eq!(house.nobody("DELETE", &own).by(&second).send().await.status, 204);
    house.end().await;
}

async fn a_key_comes_from_its_list_only(database: Database) {
    let house = House::open(database).await;
    let made = post(&house, &org_keys(&house), &json!({"desc": "ci", "roles": ["ORG_MEMBER"]})).await.ok();
    let (key, path) = (key_of(&made), format!("{}/{}/accessList", org_keys(&house), made["id"].as_str().unwrap()));
    let org = format!("/api/atlas/v2/orgs/{}", house.org);
    // The key itself may change its list; another member may only read it.
    let body = json!([{"ipAddress": "127.0.0.1"}, {"cidrBlock": "203.0.113.77/24"}]);
    let all = house.nobody("POST", &path).by(&key).json(&body).send().await.ok();
    assert_eq!((&all["totalCount"], &all["results"][0]["ipAddress"]), (&2.into(), &"127.0.0.1".into()));
    assert_eq!(all["results"][1]["cidrBlock"], "203.0.113.0/24");
    let other = house.new_reader().await;
    house.nobody("GET", &path).by(&other).send().await.ok();
    house.nobody("POST", &path).by(&other).json(&body).send().await.is(403, "USER_UNAUTHORIZED");
    house.nobody("DELETE", &format!("{path}/127.0.0.1")).by(&other).send().await.is(403, "USER_UNAUTHORIZED");
    // By its address and by its network.
    let one = house.get(&format!("{path}/203.0.113.0%2F24")).await.ok();
    assert_eq!(one["links"][0]["href"], format!("http://{}{path}/203.0.113.0%2F24", house.address));
    house.get(&format!("{path}/203.0.113.1")).await.is(404, "ACCESS_LIST_ENTRY_NOT_FOUND");
    house.get(&format!("{path}/x")).await.is(404, "ACCESS_LIST_ENTRY_NOT_FOUND");
    post(&house, &path, &json!([{"ipAddress": "127.0.0.1"}])).await.is(409, "ACCESS_LIST_ENTRY_ALREADY_EXISTS");
    let own = house.nobody("DELETE", &format!("{path}/127.0.0.1")).by(&key);
    own.send().await.is(400, "CANNOT_REMOVE_CALLER_FROM_ACCESS_LIST");
    assert_eq!(house.ask("DELETE", &format!("{path}/127.0.0.1%2F32")).send().await.status, 204);
    house.nobody("GET", &org).by(&key).send().await.is(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST");
    assert_eq!(house.ask("DELETE", &format!("{path}/203.0.113.0%2F24")).send().await.status, 204);
    house.nobody("GET", &org).by(&key).send().await.ok();
    let many: Vec<_> = (0..=200).map(|n| json!({"ipAddress": format!("10.0.{}.1", n)})).collect();
    assert_eq!(post(&house, &path, &json!(many)).await.status, 400);
    house.end().await;
}

async fn an_organization_may_demand_lists(database: Database) {
    let house = House::open(database).await;
    let keys = house.get(&org_keys(&house)).await.ok();
    let own = format!("{}/{}/accessList", org_keys(&house), keys["results"][0]["id"].as_str().unwrap());
    let demand = json!({"apiAccessListRequired": true});
    patch(&house, &format!("/api/atlas/v2/orgs/{}/settings", house.org), &demand)
        .await
        .is(400, "CALLER_HAS_NO_ACCESS_LIST");
    post(&house, &own, &json!([{"cidrBlock": "127.0.0.0/8"}])).await.ok();
    let member = house.new_key(house.grants(OrgRole::Member, &[])).await;
    let org = format!("/api/atlas/v2/orgs/{}", house.org);
    let settings = format!("{org}/settings");
    patch(&house, &settings, &demand).await.ok();
    let last = house.ask("DELETE", &format!("{own}/127.0.0.0%2F8"));
    last.send().await.is(400, "CANNOT_REMOVE_CALLER_FROM_ACCESS_LIST");
    house.pass(std::time::Duration::from_secs(2));
    let refused = house.nobody("GET", &org).by(&member).send().await;
    refused.is(403, "ORG_REQUIRES_WHITELIST");
    house.get(&org).await.ok();
    patch(&house, &settings, &json!({"apiAccessListRequired": false})).await.ok();
    house.pass(std::time::Duration::from_secs(2));
    house.nobody("GET", &org).by(&member).send().await.ok();
    house.end().await;
}

async fn every_fault_is_told_and_nothing_changes(database: Database) {
    let house = House::open(database).await;
    let path = org_keys(&house);
    let before = house.get(&path).await.text().to_owned();
    let refused = post(&house, &path, &json!({"desc": "", "roles": ["GROUP_OWNER", "ORG_KING"], "x": 1})).await;
    refused.is(400, "VALIDATION_ERROR");
    assert_eq!(refused.fields(), ["desc", "roles[0]", "roles[1]", "x"]);
    post(&house, &path, &json!({"desc": "a"})).await.is(400, "MISSING_ATTRIBUTE");
    assert_eq!(post(&house, &path, &json!({"desc": "a".repeat(251), "roles": ["ORG_MEMBER"]})).await.status, 400);
    assert_eq!(post(&house, &path, &json!({"desc": "a\nb", "roles": ["ORG_MEMBER"]})).await.status, 400);
    assert_eq!(post(&house, &path, &json!({"desc": "a", "roles": []})).await.status, 400);
    assert_eq!(post(&house, &path, &json!([])).await.status, 400);
    for id in ["x", "0123456789abcdef01234567", "%00", "a/b"] {
        assert_eq!(house.get(&format!("{path}/{id}")).await.status, 404, "{id}");
    }
    assert_eq!(house.get(&format!("{path}?pageNum=9")).await.ok()["results"], json!([]));
    assert_eq!(house.get(&path).await.text(), before);
    house.end().await;
}

async fn another_organizations_keys_do_not_exist(database: Database) {
    let house = House::open(database).await;
    let elsewhere = house.control.create_organization("Elsewhere").await.unwrap();
    let mut grants = house.grants(OrgRole::Owner, &[]);
    grants.org = elsewhere.id;
    let stranger = house.new_key(grants).await;
    let keys = house.get(&org_keys(&house)).await.ok();
    let id = keys["results"][0]["id"].as_str().unwrap();
    let theirs = format!("/api/atlas/v2/orgs/{}/apiKeys/{id}", elsewhere.id);
    for method in ["GET", "DELETE"] {
        house.nobody(method, &theirs).by(&stranger).send().await.is(404, "API_KEY_NOT_FOUND");
        let ours = format!("{}/{id}", org_keys(&house));
        house.nobody(method, &ours).by(&stranger).send().await.is(404, "ORG_NOT_FOUND");
    }
    let into = format!("{}/{id}", group_keys(&house));
    let put = house.nobody("POST", &into).by(&stranger).json(&json!([{"roles": ["GROUP_OWNER"]}]));
    put.send().await.is(404, "GROUP_NOT_FOUND");
    house.end().await;
}
