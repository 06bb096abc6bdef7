//! A restored server (product.md 7.4): everything is there, nothing is believed before it is checked,
//! and what was given out before the backup is void.

use std::io::Cursor;

use domain::access::OrgRole;
use providers::Clock;

use crate::database::Database;
use crate::house::{House, Plan};
use crate::on_both_engines;

async fn a_restored_server_checks_before_it_believes(database: Database) {
    let target = if database.is_sqlite() { Database::empty_on_postgres().await } else { Database::sqlite() };
    let house = House::open_as(database, Plan::watchful()).await;
    let role = house.new_role(house.project, "atrest").await.id.to_string();
    let before = house.patch(&house.cloud().role_payload(&role)).await.ok();
    let by_key = house.new_project("by-key").await;
    house.patch_in(by_key, &house.cloud().payload()).await.ok();
    let account = house.control.create_service_account("ci", house.grants(OrgRole::Owner, &[])).await.unwrap();
    let token = crate::oauth::token(&house, &account).await;
    let mut file = Cursor::new(Vec::new());
    house.store.backup(&mut file, Clock::system().now()).await.unwrap();
    // After the backup the key is lost: the restored server must find that out, not remember otherwise.
    let events = house.events().await;
    let restored = house.moved_to(target, file.into_inner(), Plan::watchful()).await;
    let standing = restored.store.project_snapshot(restored.project).await.unwrap().unwrap();
    let validity = &standing.validities.values().next().unwrap().validity;
    assert!(validity.is_unknown() && validity.last_definite().is_none() && validity.checked_at.is_none());
    assert_eq!(restored.read().await.ok(), before);
    assert_eq!(restored.standing_in(by_key).await["state"], "VALID", "sealed credentials came along");
    assert_eq!(restored.events().await, events);
    assert_eq!(restored.nobody("GET", &restored.path()).bearer(&token).send().await.status, 401);
    let again = crate::oauth::token(&restored, &account).await;
    restored.nobody("GET", &restored.path()).bearer(&again).send().await.ok();
    restored.end().await;
}

on_both_engines! {
    a_restored_server_checks_before_it_believes
}
