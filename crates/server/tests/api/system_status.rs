//! GET `/api/atlas/v2`.

use domain::access::OrgRole;

use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

async fn shows_the_service_and_the_key_that_asks(database: Database) {
    let house = House::open(database).await;
    let status = house.get("/api/atlas/v2").await.ok();
    assert_eq!(status["apiKey"]["publicKey"], house.owner.public);
    assert_eq!(status["apiKey"]["roles"][0]["roleName"], "ORG_OWNER");
    assert_eq!(status["apiKey"]["roles"][0]["orgId"], house.org.to_string());
    assert_eq!((&status["throttling"], status["build"].is_string()), (&false.into(), true));

    let account = house.control.create_service_account("ci", house.grants(OrgRole::Owner, &[])).await.unwrap();
    let token = crate::oauth::token(&house, &account).await;
    let status = house.nobody("GET", "/api/atlas/v2").bearer(&token).send().await.ok();
    assert!(status["apiKey"].is_null(), "a service account has no key to show: {status}");
    house.end().await;
}

on_both_engines! {
    shows_the_service_and_the_key_that_asks
}
