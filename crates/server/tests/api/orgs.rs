//! Organizations: `/orgs`, what their owners set, and how they end.

use domain::access::OrgRole;
use serde_json::{Value, json};

use crate::client::Got;
use crate::clusters::at_once;
use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

fn path(house: &House, rest: &str) -> String {
    format!("/api/atlas/v2/orgs/{}{rest}", house.org)
}

async fn patch(house: &House, rest: &str, body: &Value) -> Got {
    house.ask("PATCH", &path(house, rest)).json(body).send().await
}

async fn lists_and_shows_the_callers_own_organization(database: Database) {
    let house = House::open(database).await;
    let other = house.control.create_organization("Other").await.unwrap();
    let all = house.get("/api/atlas/v2/orgs").await.ok();
    assert_eq!((&all["totalCount"], &all["results"][0]["name"]), (&1.into(), &"Acme".into()));
    for (name, found) in [("ac", 1), ("ACME", 1), ("cme", 0), ("Other", 0)] {
        let page = house.get(&format!("/api/atlas/v2/orgs?name={name}")).await.ok();
        assert_eq!(page["totalCount"], found, "{name}");
    }
    let one = house.get(&path(&house, "")).await.ok();
    assert_eq!(one["id"], house.org.to_string());
    house.get(&format!("/api/atlas/v2/orgs/{}", other.id)).await.is(404, "ORG_NOT_FOUND");
    let member = house.new_key(house.grants(OrgRole::Member, &[])).await;
    house.nobody("GET", &path(&house, "")).by(&member).send().await.ok();
    house.end().await;
}

async fn an_organization_is_renamed(database: Database) {
    let house = House::open(database).await;
    let renamed = patch(&house, "", &json!({"name": "Größe & Co", "skipDefaultAlertsSettings": true})).await.ok();
    assert_eq!((&renamed["name"], &renamed["skipDefaultAlertsSettings"]), (&"Größe & Co".into(), &true.into()));
    assert_eq!(house.get(&path(&house, "")).await.ok(), renamed);
    // What was read can be sent back.
    assert_eq!(patch(&house, "", &renamed).await.ok(), renamed);
    patch(&house, "", &json!({})).await.is(400, "MISSING_ATTRIBUTE");
    patch(&house, "", &json!({"name": "a/b"})).await.is(400, "INVALID_ATTRIBUTE");
    let member = house.new_key(house.grants(OrgRole::Member, &[])).await;
    let got = house.nobody("PATCH", &path(&house, "")).by(&member).json(&json!({"name": "x"})).send().await;
    got.is(403, "USER_UNAUTHORIZED");
    assert_eq!(house.get(&path(&house, "")).await.ok()["name"], "Größe & Co");
    house.end().await;
}

async fn owners_set_what_holds_for_all(database: Database) {
    let house = House::open(database).await;
    let before = house.get(&path(&house, "/settings")).await.ok();
    assert_eq!(before["maxServiceAccountSecretValidityInHours"], 8760);
    assert_eq!((&before["apiAccessListRequired"], &before["multiFactorAuthRequired"]), (&false.into(), &false.into()));
    let body = json!({
        "maxServiceAccountSecretValidityInHours": 24,
        "genAIFeaturesEnabled": false,
        "restrictEmployeeAccess": true,
        "securityContact": "security@example.com",
        "customSessionTimeouts": {"absoluteSessionTimeoutInSeconds": 7200, "idleSessionTimeoutInSeconds": 600},
    });
    let changed = patch(&house, "/settings", &body).await.ok();
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(&changed[name], value, "{name}");
    }
    assert_eq!(house.get(&path(&house, "/settings")).await.ok(), changed);
    assert_eq!(patch(&house, "/settings", &changed).await.ok(), changed, "what was read can be sent back");
    let cleared = json!({"securityContact": null, "maxServiceAccountSecretValidityInHours": null});
    let cleared = patch(&house, "/settings", &cleared).await.ok();
    assert_eq!(
        (&cleared["securityContact"], &cleared["maxServiceAccountSecretValidityInHours"]),
        (&Value::Null, &8760.into())
    );
    assert_eq!(cleared["genAIFeaturesEnabled"], false);

    patch(&house, "/settings", &json!({"multiFactorAuthRequired": true})).await.is(403, "FEATURE_UNSUPPORTED");
    patch(&house, "/settings", &json!({"multiFactorAuthRequired": false})).await.ok();
    let idle = json!({"customSessionTimeouts": {"absoluteSessionTimeoutInSeconds": 3600, "idleSessionTimeoutInSeconds": 3601}});
    patch(&house, "/settings", &idle).await.is(400, "INVALID_ATTRIBUTE");
    let wrong = json!({"maxServiceAccountSecretValidityInHours": 7, "securityContact": 1, "x": true});
    let wrong = patch(&house, "/settings", &wrong).await;
    wrong.is(400, "VALIDATION_ERROR");
    assert_eq!(wrong.fields(), ["maxServiceAccountSecretValidityInHours", "securityContact", "x"]);
    assert_eq!(house.get(&path(&house, "/settings")).await.ok(), cleared, "nothing changed");
    let reader = house.new_key(house.grants(OrgRole::ReadOnly, &[])).await;
    house.nobody("GET", &path(&house, "/settings")).by(&reader).send().await.ok();
    let got = house.nobody("PATCH", &path(&house, "/settings")).by(&reader).json(&body).send().await;
    got.is(403, "USER_UNAUTHORIZED");
    house.end().await;
}

async fn an_organization_ends_when_it_is_empty(database: Database) {
    let house = House::open(database).await;
    let account = house.control.create_service_account("ci", house.grants(OrgRole::Owner, &[])).await.unwrap();
    let token = crate::oauth::token(&house, &account).await;
    house.nobody("GET", &path(&house, "")).bearer(&token).send().await.ok();
    house.ask("DELETE", &path(&house, "")).send().await.is(409, "ORG_NOT_EMPTY");
    let invited = json!({"username": "ada@example.com", "roles": {"orgRoles": ["ORG_MEMBER"]}});
    assert_eq!(house.ask("POST", &path(&house, "/users")).json(&invited).send().await.status, 201);
    let team = json!({"name": "dba", "usernames": ["ada@example.com"]});
    let team = house.ask("POST", &path(&house, "/teams")).json(&team).send().await.ok();
    let teams = format!("/api/atlas/v2/groups/{}/teams", house.project);
    let roles = json!([{"teamId": team["id"], "roleNames": ["GROUP_OWNER"]}]);
    house.ask("POST", &teams).json(&roles).send().await.ok();
    let member = house.new_key(house.grants(OrgRole::Member, &[])).await;
    house.nobody("DELETE", &path(&house, "")).by(&member).send().await.is(403, "USER_UNAUTHORIZED");
    assert_eq!(house.ask("DELETE", &format!("/api/atlas/v2/groups/{}", house.project)).send().await.status, 202);
    let gone = house.ask("DELETE", &path(&house, "")).send().await;
    assert_eq!((gone.status, gone.text()), (204, ""));
    // Whoever belonged to it cannot sign in any more.
    for key in [&house.owner, &member] {
        assert_eq!(house.nobody("GET", "/api/atlas/v2/orgs").by(key).send().await.status, 401);
    }
    assert_eq!(house.nobody("GET", "/api/atlas/v2/orgs").bearer(&token).send().await.status, 401);
    assert!(house.store.organization(house.org).await.unwrap().is_none());
    assert!(house.store.members_of(house.org).await.unwrap().is_empty());
    assert!(house.store.teams_of(house.org).await.unwrap().is_empty());
    assert!(
        house
            .store
            .user_by_email(&domain::user::EmailAddress::parse("ada@example.com").unwrap())
            .await
            .unwrap()
            .is_none()
    );
    house.end().await;
}

async fn an_organization_ends_or_gets_a_project(database: Database) {
    let house = House::open(database).await;
    assert_eq!(house.ask("DELETE", &format!("/api/atlas/v2/groups/{}", house.project)).send().await.status, 202);
    let create = json!({"name": "late", "orgId": house.org.to_string()});
    let calls = vec![
        house.ask("DELETE", &path(&house, "")),
        house.ask("POST", "/api/atlas/v2/groups").json(&create),
        house.ask("POST", "/api/atlas/v2/groups").json(&json!({"name": "later", "orgId": house.org.to_string()})),
    ];
    let got = at_once(calls).await;
    let with = |status: u16| got.iter().filter(|got| got.status == status).count();
    let (deleted, made) = (with(204), with(201));
    let seen: Vec<_> = got.iter().map(|got| (got.status, got.text())).collect();
    assert!(if deleted == 1 { made == 0 } else { made > 0 && with(409) == 1 }, "{seen:?}");
    house.end().await;
}

on_both_engines! {
    lists_and_shows_the_callers_own_organization
    an_organization_is_renamed
    owners_set_what_holds_for_all
    an_organization_ends_when_it_is_empty
    an_organization_ends_or_gets_a_project
}
