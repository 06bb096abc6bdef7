//! Projects: POST and list `/groups`, GET and DELETE `/groups/{groupId}`.

use domain::access::{OrgRole, ProjectRole};
use serde_json::{Value, json};

use crate::client::{Got, Key};
use crate::clusters::{at_once, cluster};
use crate::database::Database;
use crate::house::{House, path_of};
use crate::on_both_engines;

async fn lists_the_projects_the_caller_sees(database: Database) {
    let house = House::open(database).await;
    let second = house.new_project("second").await;
    let all = house.get("/api/atlas/v2/groups").await.ok();
    assert_eq!(all["totalCount"], 2);
    let names: Vec<_> = all["results"].as_array().unwrap().iter().map(|group| group["name"].clone()).collect();
    assert_eq!(names, ["first", "second"]);

    let member = house.new_key(house.grants(OrgRole::Member, &[(second, ProjectRole::ReadOnly)])).await;
    let seen = house.nobody("GET", "/api/atlas/v2/groups").by(&member).send().await.ok();
    assert_eq!((&seen["totalCount"], &seen["results"][0]["id"]), (&1.into(), &second.to_string().into()));
    house.end().await;
}

async fn pages_lists_and_links_to_their_neighbours(database: Database) {
    let house = House::open(database).await;
    for name in ["a", "b"] {
        house.new_project(name).await;
    }
    let page = house.get("/api/atlas/v2/groups?itemsPerPage=2&pageNum=1").await.ok();
    assert_eq!((page["results"].as_array().unwrap().len(), &page["totalCount"]), (2, &3.into()));
    let link = |page: &serde_json::Value, rel: &str| {
        let links = page["links"].as_array().unwrap().clone();
        links.into_iter().find(|link| link["rel"] == rel).map(|link| link["href"].as_str().unwrap().to_owned())
    };
    let base = format!("http://{}/api/atlas/v2/groups", house.address);
    assert_eq!(link(&page, "self"), Some(format!("{base}?includeCount=true&pageNum=1&itemsPerPage=2")));
    assert_eq!(link(&page, "next"), Some(format!("{base}?includeCount=true&itemsPerPage=2&pageNum=2")));
    assert_eq!(link(&page, "previous"), None);
    let last = house.get("/api/atlas/v2/groups?itemsPerPage=2&pageNum=2&includeCount=false").await.ok();
    assert_eq!(last["results"].as_array().unwrap().len(), 1);
    assert!(last.get("totalCount").is_none() && link(&last, "next").is_none() && link(&last, "previous").is_some());
    for query in ["itemsPerPage=0", "itemsPerPage=501", "pageNum=0", "pageNum=x", "includeCount=1"] {
        house.get(&format!("/api/atlas/v2/groups?{query}")).await.is(400, "INVALID_QUERY_PARAMETER");
    }
    house.end().await;
}

async fn shows_one_project(database: Database) {
    let house = House::open(database).await;
    let group = house.get(&format!("/api/atlas/v2/groups/{}", house.project)).await.ok();
    assert_eq!((&group["name"], &group["orgId"]), (&"first".into(), &house.org.to_string().into()));
    assert_eq!((&group["id"], &group["clusterCount"]), (&house.project.to_string().into(), &0.into()));
    let created = group["created"].as_str().unwrap();
    assert!(created.len() == 20 && created.ends_with('Z'), "{created}");
    house.end().await;
}

const GROUPS: &str = "/api/atlas/v2/groups";

fn new(house: &House, name: &str) -> Value {
    json!({"name": name, "orgId": house.org.to_string()})
}

async fn create(house: &House, key: &Key, body: &Value) -> Got {
    house.nobody("POST", GROUPS).by(key).json(body).send().await
}

async fn whoever_creates_a_project_owns_it(database: Database) {
    let house = House::open(database).await;
    let creator = house.new_key(house.grants(OrgRole::ProjectCreator, &[])).await;
    let got = create(&house, &creator, &new(&house, "Größe 1 (日本)")).await;
    assert_eq!(got.status, 201, "{}", got.text());
    let group = got.json();
    assert_eq!((&group["name"], &group["clusterCount"]), (&"Größe 1 (日本)".into(), &0.into()));
    let place = format!("{GROUPS}/{}", group["id"].as_str().unwrap());
    assert_eq!(got.header("location"), Some(format!("http://{}{place}", house.address).as_str()));
    assert_eq!(got.header("content-type"), Some("application/vnd.atlas.2023-01-01+json;charset=utf-8"));
    assert_eq!(house.nobody("GET", &place).by(&creator).send().await.ok(), group);
    let settings = house.nobody("PATCH", &format!("{place}/encryptionAtRest")).by(&creator);
    assert_eq!(settings.json(&house.cloud().payload()).send().await.ok()["awsKms"]["valid"], true);
    let events = house.nobody("GET", &format!("{place}/events")).by(&creator).send().await.ok();
    assert_eq!(events["results"][1]["eventTypeName"], "GROUP_CREATED");
    assert_eq!(events["results"][1]["publicKey"], creator.public.as_str());
    // It shows no other project.
    house.nobody("GET", &format!("{GROUPS}/{}", house.project)).by(&creator).send().await.is(404, "GROUP_NOT_FOUND");
    assert_eq!(house.nobody("GET", GROUPS).by(&creator).send().await.ok()["totalCount"], 1);

    let account = house.control.create_service_account("ci", house.grants(OrgRole::ProjectCreator, &[])).await.unwrap();
    let token = crate::oauth::token(&house, &account).await;
    let got = house.nobody("POST", GROUPS).bearer(&token).json(&new(&house, "by account")).send().await;
    let place = format!("{GROUPS}/{}", got.json()["id"].as_str().unwrap());
    house.nobody("GET", &place).bearer(&token).send().await.ok();
    house.get(&place).await.ok();
    house.end().await;
}

async fn a_project_needs_a_role_and_a_new_name(database: Database) {
    let house = House::open(database).await;
    for role in [OrgRole::Member, OrgRole::ReadOnly] {
        let key = house.new_key(house.grants(role, &[(house.project, ProjectRole::Owner)])).await;
        let got = create(&house, &key, &new(&house, "x")).await;
        got.is(403, "USER_UNAUTHORIZED");
        assert!(got.detail().contains("Organization Project Creator (ORG_GROUP_CREATOR)"), "{}", got.detail());
    }
    let elsewhere = house.control.create_organization("Elsewhere").await.unwrap();
    for org in [elsewhere.id.to_string(), "0123456789abcdef01234567".to_owned()] {
        let got = create(&house, &house.owner, &json!({"name": "x", "orgId": org})).await;
        got.is(404, "ORG_NOT_FOUND");
    }
    let got = create(&house, &house.owner, &new(&house, "first")).await;
    got.is(409, "GROUP_ALREADY_EXISTS");
    assert_eq!(got.json()["parameters"], json!(["first"]));
    for name in ["a/b", "a<b", " a", "a "] {
        create(&house, &house.owner, &new(&house, name)).await.is(400, "INVALID_ATTRIBUTE");
    }
    create(&house, &house.owner, &new(&house, &"a".repeat(65))).await.is(400, "INVALID_ATTRIBUTE");
    create(&house, &house.owner, &json!({})).await.is(400, "VALIDATION_ERROR");
    create(&house, &house.owner, &json!({"name": "x"})).await.is(400, "MISSING_ATTRIBUTE");
    let mut body = new(&house, "x");
    body["colour"] = json!("red");
    create(&house, &house.owner, &body).await.is(400, "INVALID_ATTRIBUTE");
    body = new(&house, "x");
    body["withDefaultAlertsSettings"] = json!(true);
    body["regionUsageRestrictions"] = json!("GOV_REGIONS_ONLY");
    create(&house, &house.owner, &body).await.is(400, "INVALID_ENUM_VALUE");
    assert_eq!(house.get(GROUPS).await.ok()["totalCount"], 1);
    house.end().await;
}

async fn a_deleted_project_does_not_exist(database: Database) {
    let house = House::open(database).await;
    let project = house.new_project("second").await;
    house.patch_in(project, &house.cloud().payload()).await.ok();
    let place = format!("{GROUPS}/{project}");
    let owner = house.new_key(house.grants(OrgRole::Member, &[(project, ProjectRole::Owner)])).await;
    let body = cluster("c0");
    assert_eq!(house.ask("POST", &format!("{place}/clusters")).json(&body).send().await.status, 201);
    let refused = house.ask("DELETE", &place).send().await;
    refused.is(409, "CANNOT_CLOSE_GROUP_ACTIVE_ATLAS_CLUSTERS");
    assert_eq!(refused.detail(), "Cannot close group while it has active clusters; please terminate all clusters.");
    assert_eq!(house.ask("DELETE", &format!("{place}/clusters/c0")).send().await.status, 202);
    let reader = house.new_key(house.grants(OrgRole::ReadOnly, &[])).await;
    house.nobody("DELETE", &place).by(&reader).send().await.is(403, "USER_UNAUTHORIZED");

    assert_eq!(house.control.customer_key_counts().await.unwrap().len(), 1);
    let gone = house.nobody("DELETE", &place).by(&owner).send().await;
    assert_eq!((gone.status, gone.text()), (202, "{}"));
    assert!(house.control.customer_key_counts().await.unwrap().is_empty(), "nobody checks its key any more");
    for key in [&house.owner, &owner] {
        for path in ["", "/clusters", "/clusters/c0", "/encryptionAtRest", "/events"] {
            house.nobody("GET", &format!("{place}{path}")).by(key).send().await.is(404, "GROUP_NOT_FOUND");
        }
        house.nobody("DELETE", &place).by(key).send().await.is(404, "GROUP_NOT_FOUND");
        let patch = house.nobody("PATCH", &path_of(project)).by(key).json(&house.cloud().payload());
        patch.send().await.is(404, "GROUP_NOT_FOUND");
    }
    assert_eq!(house.get(GROUPS).await.ok()["totalCount"], 1);
    // Its name is free again.
    assert_eq!(create(&house, &house.owner, &new(&house, "second")).await.status, 201);
    house.end().await;
}

async fn of_projects_of_one_name_made_at_once_one_is_there(database: Database) {
    let house = House::open(database).await;
    let call = house.ask("POST", GROUPS).json(&new(&house, "same"));
    let got = at_once(vec![call; 6]).await;
    let created = got.iter().filter(|got| got.status == 201).count();
    assert_eq!(created, 1);
    for got in got.iter().filter(|got| got.status != 201) {
        got.is(409, "GROUP_ALREADY_EXISTS");
    }
    house.end().await;
}

on_both_engines! {
    whoever_creates_a_project_owns_it
    a_project_needs_a_role_and_a_new_name
    a_deleted_project_does_not_exist
    of_projects_of_one_name_made_at_once_one_is_there
    lists_the_projects_the_caller_sees
    pages_lists_and_links_to_their_neighbours
    shows_one_project
}
