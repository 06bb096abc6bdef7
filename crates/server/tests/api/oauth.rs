//! OAuth 2 client credentials: tokens given, used, revoked and over (clients.md 1.3).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use control::bootstrap::NewServiceAccount;
use domain::access::{OrgRole, ProjectRole};
use serde_json::{Value, json};

use crate::client::{Call, Got};
use crate::database::Database;
use crate::house::{House, Plan};
use crate::on_both_engines;

const FORM: &str = "application/x-www-form-urlencoded";

/// Gets a token as Go clients do.
pub(crate) async fn token(house: &House, account: &NewServiceAccount) -> String {
    let got = request(house, "/api/oauth/token", Some(account), "grant_type=client_credentials").await;
    got.ok()["access_token"].as_str().unwrap().to_owned()
}

async fn request(house: &House, path: &str, basic: Option<&NewServiceAccount>, form: &str) -> Got {
    let call = house.nobody("POST", path).header("Content-Type", FORM).body(form);
    match basic {
        Some(account) => {
            let pair = STANDARD.encode(format!("{}:{}", account.client_id, account.client_secret.expose()));
            call.header("Authorization", &format!("Basic {pair}")).send().await
        }
        None => call.send().await,
    }
}

async fn owner(house: &House) -> NewServiceAccount {
    house.control.create_service_account("ci", house.grants(OrgRole::Owner, &[])).await.unwrap()
}

fn read_with(house: &House, token: &str) -> Call {
    house.nobody("GET", &house.path()).bearer(token)
}

async fn gives_a_token_to_both_forms_of_client(database: Database) {
    let house = House::open(database).await;
    let account = owner(&house).await;
    let (id, secret) = (&account.client_id, account.client_secret.expose());
    let in_form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    for got in [
        request(&house, "/api/oauth/token", Some(&account), "grant_type=client_credentials").await,
        request(&house, "/api/oauth/token", None, &in_form).await,
    ] {
        assert_eq!(got.header("content-type"), Some("application/json"));
        assert_eq!((got.header("cache-control"), got.header("pragma")), (Some("no-store"), Some("no-cache")));
        let body = got.ok();
        assert_eq!((&body["token_type"], &body["expires_in"]), (&"Bearer".into(), &3600.into()));
        let token = body["access_token"].as_str().unwrap();
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        assert!(claims["exp"].as_i64().unwrap() >= house.control.now().as_secs() + 3590, "the CLI reads exp: {claims}");
        read_with(&house, token).send().await.ok();
        let patch = house.nobody("PATCH", &house.path()).bearer(token).json(&json!({"enabledForSearchNodes": true}));
        patch.send().await.ok();
    }
    house.end().await;
}

async fn a_revoked_token_is_worth_nothing(database: Database) {
    let house = House::open(database).await;
    let (account, other) = (owner(&house).await, owner(&house).await);
    let (one, two) = (token(&house, &account).await, token(&house, &account).await);
    // Nobody revokes another's token, and is not told that it exists.
    let got = request(&house, "/api/oauth/revoke", Some(&other), &format!("token={one}")).await;
    assert_eq!((got.status, got.body.len()), (200, 0));
    read_with(&house, &one).send().await.ok();
    let form = format!("token={one}&token_type_hint=access_token");
    for _ in 0..2 {
        let got = request(&house, "/api/oauth/revoke", Some(&account), &form).await;
        assert_eq!((got.status, got.body.len()), (200, 0));
    }
    let got = read_with(&house, &one).send().await;
    assert_eq!((got.status, got.code().as_str()), (401, "UNEXPECTED_ERROR"));
    read_with(&house, &two).send().await.ok();
    let (id, secret) = (&account.client_id, account.client_secret.expose());
    let in_form = format!("token={two}&client_id={id}&client_secret={secret}");
    assert_eq!(request(&house, "/api/oauth/revoke", None, &in_form).await.status, 200);
    assert_eq!(read_with(&house, &two).send().await.status, 401);
    assert_eq!(request(&house, "/api/oauth/revoke", Some(&account), "token=nonsense").await.status, 200);
    house.end().await;
}

async fn a_token_ends_after_an_hour(database: Database) {
    let house = House::open(database).await;
    let account = owner(&house).await;
    let token = token(&house, &account).await;
    house.pass(Duration::from_secs(3590));
    read_with(&house, &token).send().await.ok();
    house.pass(Duration::from_secs(20));
    assert_eq!(read_with(&house, &token).send().await.status, 401);
    house.end().await;
}

async fn a_secret_ends_after_a_year(database: Database) {
    let house = House::open(database).await;
    let account = owner(&house).await;
    house.pass(Duration::from_secs(8761 * 3600));
    let got = request(&house, "/api/oauth/token", Some(&account), "grant_type=client_credentials").await;
    assert_eq!((got.status, &got.json()["error"]), (401, &"invalid_client".into()));
    house.end().await;
}

async fn tokens_of_a_restarted_server_live_on(database: Database) {
    let house = House::open(database).await;
    let account = owner(&house).await;
    let token = token(&house, &account).await;
    let again = {
        let (org, project, key) = (house.org, house.project, house.owner.clone());
        let ground = house.end().await;
        House::reopen(ground, Plan::default(), org, project, key).await
    };
    read_with(&again, &token).send().await.ok();
    again.end().await;
}

async fn the_tokens_of_a_deleted_account_are_worth_nothing(database: Database) {
    let house = House::open(database).await;
    let account = owner(&house).await;
    let token = token(&house, &account).await;
    read_with(&house, &token).send().await.ok();
    let id = account.client_id.strip_prefix("mdb_sa_id_").unwrap().parse().unwrap();
    assert!(house.store.delete_service_account(id).await.unwrap());
    assert_eq!(read_with(&house, &token).send().await.status, 401);
    let got = request(&house, "/api/oauth/token", Some(&account), "grant_type=client_credentials").await;
    assert_eq!((got.status, &got.json()["error"]), (401, &"invalid_client".into()));
    house.end().await;
}

async fn a_service_account_has_its_own_roles(database: Database) {
    let house = House::open(database).await;
    let grants = house.grants(OrgRole::Member, &[(house.project, ProjectRole::ReadOnly)]);
    let reader = house.control.create_service_account("reader", grants).await.unwrap();
    let token = token(&house, &reader).await;
    read_with(&house, &token).send().await.ok();
    let patch = house.nobody("PATCH", &house.path()).bearer(&token).json(&json!({"enabledForSearchNodes": true}));
    patch.send().await.is(403, "USER_UNAUTHORIZED");
    house.end().await;
}

#[tokio::test]
async fn refuses_in_the_words_of_oauth() {
    let house = House::open(Database::sqlite()).await;
    let account = owner(&house).await;
    let (id, secret) = (&account.client_id, account.client_secret.expose());
    let check = async |path: &str, form: &str, status: u16, error: &str| {
        let got = request(&house, path, None, form).await;
        assert_eq!((got.status, &got.json()["error"]), (status, &error.into()), "{path} {form}: {}", got.text());
        assert!(got.json()["error_description"].is_string());
        assert!(!got.text().contains(secret), "{}", got.text());
        house.pass(Duration::from_secs(4));
    };
    let token = "/api/oauth/token";
    check(token, "", 400, "invalid_request").await;
    check(token, &format!("client_id={id}&client_secret={secret}"), 400, "invalid_request").await;
    check(token, &format!("grant_type=password&client_id={id}&client_secret={secret}"), 400, "unsupported_grant_type")
        .await;
    check(token, "grant_type=client_credentials", 401, "invalid_client").await;
    check(token, &format!("grant_type=client_credentials&client_id={id}"), 401, "invalid_client").await;
    check(token, &format!("grant_type=client_credentials&client_id={id}&client_secret=wrong"), 401, "invalid_client")
        .await;
    check(
        token,
        "grant_type=client_credentials&client_id=mdb_sa_id_000000000000000000000000&client_secret=x",
        401,
        "invalid_client",
    )
    .await;
    check(token, &format!("grant_type=client_credentials&client_id={id}&client_id={id}"), 400, "invalid_request").await;
    check("/api/oauth/revoke", &format!("client_id={id}&client_secret={secret}"), 400, "invalid_request").await;
    check("/api/oauth/revoke", "token=x", 401, "invalid_client").await;
    check(token, &"x".repeat(9000), 413, "invalid_request").await;
    let typed = house.nobody("POST", token).json(&json!({"grant_type": "client_credentials"})).send().await;
    assert_eq!((typed.status, &typed.json()["error"]), (400, &"invalid_request".into()));
    let got = house.nobody("POST", token).header("Content-Type", FORM).header("Authorization", "Basic !!!");
    let got = got.body("grant_type=client_credentials").send().await;
    assert_eq!(got.header("www-authenticate"), Some(r#"Basic realm="MMS Public API""#));
    assert_eq!(got.status, 401);
    let got = house.nobody("GET", token).send().await;
    got.is(405, "METHOD_NOT_ALLOWED");
    assert_eq!(got.header("allow"), Some("POST"));
    house.end().await;
}

#[tokio::test]
async fn refuses_forged_tokens() {
    let house = House::open(Database::sqlite()).await;
    let account = owner(&house).await;
    let good = token(&house, &account).await;
    let parts: Vec<&str> = good.split('.').collect();
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let other_claims = {
        let claims = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
        let mut claims: Value = serde_json::from_slice(&claims).unwrap();
        claims["exp"] = json!(4_000_000_000_u64);
        URL_SAFE_NO_PAD.encode(claims.to_string())
    };
    for forged in [
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{other_claims}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{good}x"),
        good.to_uppercase(),
        "x".repeat(5000),
    ] {
        assert_eq!(read_with(&house, &forged).send().await.status, 401, "{forged}");
    }
    read_with(&house, &good).send().await.ok();
    house.end().await;
}

on_both_engines! {
    gives_a_token_to_both_forms_of_client
    a_revoked_token_is_worth_nothing
    a_token_ends_after_an_hour
    a_secret_ends_after_a_year
    tokens_of_a_restarted_server_live_on
    the_tokens_of_a_deleted_account_are_worth_nothing
    a_service_account_has_its_own_roles
}
