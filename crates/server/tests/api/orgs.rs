//! GET `/orgs` and GET `/orgs/{orgId}`.

use domain::access::OrgRole;

use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

async fn lists_and_shows_the_callers_own_organization(database: Database) {
    let house = House::open(database).await;
    let other = house.control.create_organization("Other").await.unwrap();
    let all = house.get("/api/atlas/v2/orgs").await.ok();
    assert_eq!((&all["totalCount"], &all["results"][0]["name"]), (&1.into(), &"Acme".into()));
    let one = house.get(&format!("/api/atlas/v2/orgs/{}", house.org)).await.ok();
    assert_eq!(one["id"], house.org.to_string());
    house.get(&format!("/api/atlas/v2/orgs/{}", other.id)).await.is(404, "ORG_NOT_FOUND");
    let member = house.new_key(house.grants(OrgRole::Member, &[])).await;
    house.nobody("GET", &format!("/api/atlas/v2/orgs/{}", house.org)).by(&member).send().await.ok();
    house.end().await;
}

on_both_engines! {
    lists_and_shows_the_callers_own_organization
}
