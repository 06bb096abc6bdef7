//! Service accounts of organizations and projects, and their secrets.

use std::time::Duration;

use control::bootstrap::NewServiceAccount;
use domain::access::{OrgRole, ProjectRole};
use domain::secret::SecretText;
use serde_json::{Value, json};

use crate::api_keys::org_events;
use crate::client::Got;
use crate::database::Database;
use crate::house::House;
use crate::oauth::token;
use crate::on_both_engines;

on_both_engines! {
    an_account_gets_tokens_with_its_secret_until_it_ends
    a_projects_account_is_the_organizations_too
    an_invitation_needs_the_owner_of_the_organization
    a_secret_is_given_only_to_whoever_could_do_as_much
    every_fault_is_told
}

fn accounts(house: &House) -> String {
    format!("/api/atlas/v2/orgs/{}/serviceAccounts", house.org)
}

fn group_accounts(house: &House) -> String {
    format!("/api/atlas/v2/groups/{}/serviceAccounts", house.project)
}

fn new(role: &str) -> Value {
    json!({"name": "ci", "description": "runs ci", "roles": [role], "secretExpiresAfterHours": 8})
}

async fn post(house: &House, path: &str, body: &Value) -> Got {
    house.ask("POST", path).json(body).send().await
}

fn credentials(client_id: &str, secret: &Value) -> NewServiceAccount {
    let secret = secret["secret"].as_str().unwrap();
    NewServiceAccount { client_id: client_id.to_owned(), client_secret: SecretText::new(secret.to_owned()) }
}

async fn an_account_gets_tokens_with_its_secret_until_it_ends(database: Database) {
    let house = House::open(database).await;
    let path = accounts(&house);
    let got = post(&house, &path, &new("ORG_READ_ONLY")).await;
    assert_eq!(got.status, 201, "{}", got.text());
    let made = got.json();
    let id = made["clientId"].as_str().unwrap().to_owned();
    let one = format!("{path}/{id}");
    assert_eq!(got.header("location"), Some(format!("http://{}{one}", house.address).as_str()));
    assert_eq!(made["secrets"][0]["maskedSecretValue"], Value::Null);
    let bearer = token(&house, &credentials(&id, &made["secrets"][0])).await;
    house.nobody("GET", &house.path()).bearer(&bearer).send().await.ok();

    let seen = house.get(&one).await.ok();
    assert_eq!(seen["secrets"][0]["maskedSecretValue"], "mdb_sa_sk_...");
    let used = |seen: &Value| seen["secrets"][0]["lastUsedAt"].as_str().map(str::to_owned);
    assert!(used(&made).is_none() && used(&seen).is_some(), "{seen}");
    house.pass(Duration::from_secs(61));
    token(&house, &credentials(&id, &made["secrets"][0])).await;
    assert!(used(&house.get(&one).await.ok()) > used(&seen));
    assert_eq!((&seen["systemManaged"], &seen["description"]), (&false.into(), &"runs ci".into()));
    assert_eq!((&seen["secrets"][0]["secret"], &seen["roles"]), (&Value::Null, &json!(["ORG_READ_ONLY"])));
    let second = post(&house, &format!("{one}/secrets"), &json!({"secretExpiresAfterHours": 9})).await;
    assert_eq!(second.status, 201, "{}", second.text());
    let second = second.json();
    post(&house, &format!("{one}/secrets"), &json!({"secretExpiresAfterHours": 9}))
        .await
        .is(400, "SERVICE_ACCOUNT_SECRET_LIMIT_REACHED");
    house.pass(Duration::from_secs(8 * 3600 + 1));
    let basic = |secret: &Value| {
        use base64::Engine as _;
        let pair = format!("{id}:{}", secret["secret"].as_str().unwrap());
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
    };
    let ask = |secret: &Value| {
        let call = house.nobody("POST", "/api/oauth/token").header("Authorization", &basic(secret));
        call.header("Content-Type", "application/x-www-form-urlencoded").body("grant_type=client_credentials")
    };
    assert_eq!(ask(&made["secrets"][0]).send().await.status, 401);
    assert_eq!(ask(&second).send().await.status, 200);
    let old = format!("{one}/secrets/{}", made["secrets"][0]["id"].as_str().unwrap());
    assert_eq!(house.ask("DELETE", &old).send().await.status, 204);
    house.ask("DELETE", &old).send().await.is(404, "SERVICE_ACCOUNT_SECRET_NOT_FOUND");

    let changed = house.ask("PATCH", &one).json(&json!({"name": "cd", "roles": ["ORG_MEMBER"]})).send().await.ok();
    assert_eq!((&changed["name"], &changed["roles"]), (&"cd".into(), &json!(["ORG_MEMBER"])));
    let bearer = token(&house, &credentials(&id, &second)).await;
    assert_eq!(house.ask("DELETE", &one).send().await.status, 204);
    assert_eq!(house.nobody("GET", &path).bearer(&bearer).send().await.status, 401);
    house.get(&one).await.is(404, "SERVICE_ACCOUNT_NOT_FOUND");
    let told = org_events(&house).await;
    assert_eq!(told[0], "SERVICE_ACCOUNT_DELETED");
    for kind in ["SERVICE_ACCOUNT_CREATED", "SERVICE_ACCOUNT_SECRET_ADDED", "SERVICE_ACCOUNT_DETAILS_CHANGED"] {
        assert!(told.contains(&kind.to_owned()), "{told:?}");
    }
    house.end().await;
}

async fn a_projects_account_is_the_organizations_too(database: Database) {
    let house = House::open(database).await;
    let got = post(&house, &group_accounts(&house), &new("GROUP_READ_ONLY")).await;
    assert_eq!(got.status, 201, "{}", got.text());
    let made = got.json();
    let id = made["clientId"].as_str().unwrap().to_owned();
    assert_eq!(made["roles"], json!(["GROUP_READ_ONLY"]));
    assert_eq!(house.get(&format!("{}/{id}", accounts(&house))).await.ok()["roles"], json!(["ORG_MEMBER"]));
    let groups = house.get(&format!("{}/{id}/groups", accounts(&house))).await.ok();
    let wanted = json!([{"groupId": house.project.to_string(), "roles": ["GROUP_READ_ONLY"]}]);
    assert_eq!(groups["results"], wanted);
    let one = format!("{}/{id}", group_accounts(&house));
    let list = format!("{one}/accessList");
    assert_eq!(post(&house, &list, &json!([{"cidrBlock": "203.0.113.0/24"}])).await.ok()["totalCount"], 1);
    let bearer = token(&house, &credentials(&id, &made["secrets"][0])).await;
    let refused = house.nobody("GET", &house.path()).bearer(&bearer).send().await;
    refused.is(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST");
    assert_eq!(house.ask("DELETE", &format!("{list}/203.0.113.0%2F24")).send().await.status, 204);
    house.nobody("GET", &house.path()).bearer(&bearer).send().await.ok();
    assert_eq!(house.get(&group_accounts(&house)).await.ok()["totalCount"], 1);
    assert_eq!(house.ask("DELETE", &one).send().await.status, 204);
    house.get(&one).await.is(404, "SERVICE_ACCOUNT_NOT_FOUND");
    house.get(&format!("{}/{id}", accounts(&house))).await.ok();
    house.nobody("GET", &house.path()).bearer(&bearer).send().await.is(404, "GROUP_NOT_FOUND");
    house.end().await;
}

async fn an_invitation_needs_the_owner_of_the_organization(database: Database) {
    let house = House::open(database).await;
    let made = post(&house, &accounts(&house), &new("ORG_MEMBER")).await.json();
    let id = made["clientId"].as_str().unwrap().to_owned();
    let invite = format!("{}/{id}:invite", group_accounts(&house));
    let body = json!({"roles": ["GROUP_CLUSTER_MANAGER"]});
    let owner = house.grants(OrgRole::Member, &[(house.project, ProjectRole::Owner)]);
    let owner = house.new_key(owner).await;
    let refused = house.nobody("POST", &invite).by(&owner).json(&body).send().await;
    refused.is(403, "USER_UNAUTHORIZED");
    assert!(refused.detail().contains("Organization Owner"), "{}", refused.detail());
    assert_eq!(post(&house, &invite, &body).await.ok()["roles"], json!(["GROUP_CLUSTER_MANAGER"]));
    house.get(&format!("{}/{id}", group_accounts(&house))).await.ok();
    let nobodys = format!("{}/mdb_sa_id_0123456789abcdef01234567:invite", group_accounts(&house));
    post(&house, &nobodys, &body).await.is(404, "SERVICE_ACCOUNT_NOT_FOUND");
    // A verb that there is not names an account that there is not.
    assert_eq!(post(&house, &format!("{}/{id}:evict", group_accounts(&house)), &body).await.status, 405);
    house.end().await;
}

async fn a_secret_is_given_only_to_whoever_could_do_as_much(database: Database) {
    let house = House::open(database).await;
    let made = post(&house, &accounts(&house), &new("ORG_OWNER")).await.json();
    let id = made["clientId"].as_str().unwrap().to_owned();
    let one = format!("{}/{id}", group_accounts(&house));
    post(&house, &format!("{one}:invite"), &json!({"roles": ["GROUP_READ_ONLY"]})).await.ok();
    let owner = house.grants(OrgRole::Member, &[(house.project, ProjectRole::Owner)]);
    let owner = house.new_key(owner).await;
    let by = |method: &str, path: &str| house.nobody(method, path).by(&owner);
    let hours = json!({"secretExpiresAfterHours": 8});
    by("POST", &format!("{one}/secrets")).json(&hours).send().await.is(403, "CANNOT_GRANT_UNHELD_ROLE");
    let secret = format!("{one}/secrets/{}", made["secrets"][0]["id"].as_str().unwrap());
    by("DELETE", &secret).send().await.is(403, "CANNOT_GRANT_UNHELD_ROLE");
    let list = json!([{"ipAddress": "203.0.113.9"}]);
    by("POST", &format!("{one}/accessList")).json(&list).send().await.is(403, "CANNOT_GRANT_UNHELD_ROLE");
    by("PATCH", &one).json(&json!({"name": "mine"})).send().await.is(403, "CANNOT_GRANT_UNHELD_ROLE");
    assert_eq!(by("PATCH", &one).json(&json!({"roles": ["GROUP_OWNER"]})).send().await.ok()["name"], "ci");
    house.end().await;
}

async fn every_fault_is_told(database: Database) {
    let house = House::open(database).await;
    let path = accounts(&house);
    let bad = json!({"name": "", "description": "a\nb", "roles": [], "secretExpiresAfterHours": "8", "secret": "x"});
    let refused = post(&house, &path, &bad).await;
    refused.is(400, "VALIDATION_ERROR");
    assert_eq!(refused.fields().len(), 5, "{}", refused.text());
    assert_eq!(post(&house, &path, &json!({})).await.fields().len(), 4);
    for (hours, status) in [(7, 400), (8761, 400), (8760, 201)] {
        let body = json!({"name": "a", "description": "b", "roles": ["ORG_MEMBER"], "secretExpiresAfterHours": hours});
        assert_eq!(post(&house, &path, &body).await.status, status, "{hours}");
    }
    let settings = format!("/api/atlas/v2/orgs/{}/settings", house.org);
    let shorter = json!({"maxServiceAccountSecretValidityInHours": 24});
    house.ask("PATCH", &settings).json(&shorter).send().await.ok();
    let body = json!({"name": "a", "description": "b", "roles": ["ORG_MEMBER"], "secretExpiresAfterHours": 25});
    post(&house, &path, &body).await.is(400, "INVALID_SERVICE_ACCOUNT_SECRET_EXPIRATION");
    for id in ["x", "mdb_sa_id_x", "mdb_sa_id_0123456789abcdef01234567", "0123456789abcdef01234567"] {
        house.get(&format!("{path}/{id}")).await.is(404, "SERVICE_ACCOUNT_NOT_FOUND");
    }
    house.end().await;
}
