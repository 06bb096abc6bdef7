//! GET `/groups` and GET `/groups/{groupId}`.

use domain::access::{OrgRole, ProjectRole};

use crate::database::Database;
use crate::house::House;
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

on_both_engines! {
    lists_the_projects_the_caller_sees
    pages_lists_and_links_to_their_neighbours
    shows_one_project
}
