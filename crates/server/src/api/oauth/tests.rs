//! Reading of requests, and both endpoints over the wire with curl.

use super::*;
use crate::api::auth::AuthSettings;
use crate::api::auth::tests::{Door, House, NOW, authority};
use std::time::{Duration, Instant};

fn basic(text: &str) -> HeaderMap {
    let value = format!("Basic {}", BASE64.encode(text));
    [(AUTHORIZATION, value.parse().unwrap())].into_iter().collect()
}

#[test]
fn reads_basic_raw_and_escaped() {
    let check = |text: &str, expected: Option<(&str, &str)>| {
        let read = parse_basic(&basic(text)).ok().flatten();
        let read = read.as_ref().map(|read| (read.id.as_str(), read.secret.expose()));
        assert_eq!(read, expected, "{text}");
    };
    check("mdb_sa_id_1:mdb_sa_sk_a-b_c", Some(("mdb_sa_id_1", "mdb_sa_sk_a-b_c")));
    check("mdb%5Fsa_id_1:mdb_sa_sk_a%2Bb%3D", Some(("mdb_sa_id_1", "mdb_sa_sk_a+b=")));
    check("id:with:colons+plus", Some(("id", "with:colons+plus")));
    check("id:", Some(("id", "")));
    check("no colon", None);
    check("id:%ff", None);
}

#[test]
fn refuses_another_scheme_and_two_headers() {
    let mut headers = basic("id:secret");
    headers.append(AUTHORIZATION, HeaderValue::from_static("Basic aWQ6c2VjcmV0"));
    assert!(matches!(parse_basic(&headers), Err(Refusal::Invalid(_))));
    for value in ["Bearer abc", "Basic", "Basic !!!", "Digest username=\"a\""] {
        let headers = [(AUTHORIZATION, HeaderValue::from_static(value))].into_iter().collect();
        assert!(matches!(parse_basic(&headers), Err(Refusal::InvalidClient { from_header: true })), "{value}");
    }
    assert!(matches!(parse_basic(&HeaderMap::new()), Ok(None)));
    let unpadded = [(AUTHORIZATION, HeaderValue::from_static("basic aWQ6c2VjcmV0MQ"))].into_iter().collect();
    assert!(matches!(parse_basic(&unpadded), Ok(Some(_))));
}

#[test]
fn a_form_holds_each_parameter_once() {
    let parse = |text: &str| Form::parse(&SecretText::new(text.to_owned()));
    let form = parse("grant_type=client_credentials&client_id=a&client_secret=b%2Bc&scope=x").ok().unwrap();
    assert_eq!(form.grant_type.as_deref(), Some("client_credentials"));
    assert_eq!(form.client_secret.unwrap().expose(), "b+c");
    assert!(parse("grant_type=a&grant_type=a").is_err());
    assert!(parse("scope=a&scope=b").is_err());
    assert!(parse("").ok().unwrap().grant_type.is_none());
}

#[test]
fn credentials_in_both_places_must_agree() {
    let header =
        || Some(Credentials { id: "a".to_owned(), secret: SecretText::new("b".to_owned()), from_header: true });
    let check = |header: Option<Credentials>, id: Option<&str>, secret: Option<&str>, expected: Option<bool>| {
        let secret = secret.map(|secret| SecretText::new(secret.to_owned()));
        let chosen = choose(header, id.map(ToOwned::to_owned), secret);
        assert_eq!(chosen.ok().map(|found| found.is_some()), expected, "{id:?}");
    };
    check(None, None, None, Some(false));
    check(None, Some("a"), None, Some(false));
    check(None, Some("a"), Some("b"), Some(true));
    check(header(), None, None, Some(true));
    check(header(), Some("a"), None, Some(true));
    check(header(), Some("a"), Some("b"), Some(true));
    check(header(), Some("other"), Some("b"), None);
    check(header(), Some("a"), Some("other"), None);
}

#[test]
fn only_forms_are_read() {
    let check = |value: &'static str, expected: bool| {
        let headers = [(CONTENT_TYPE, HeaderValue::from_static(value))].into_iter().collect();
        assert_eq!(require_form_type(&headers).is_ok(), expected, "{value}");
    };
    check("application/x-www-form-urlencoded", true);
    check("Application/X-WWW-Form-Urlencoded; charset=UTF-8", true);
    check("application/json", false);
    check("application/x-www-form-urlencoded2", false);
    assert!(require_form_type(&HeaderMap::new()).is_err());
}

const FORM: &str = "grant_type=client_credentials";

/// Posts a form with curl.
async fn post_form(door: &Door, path: &str, user: Option<&str>, form: &str) -> (u16, String, String) {
    let url = door.url(path);
    let mut arguments = vec!["--data", form, url.as_str()];
    arguments.extend(user.iter().flat_map(|user| ["--user", user]));
    door.curl(&arguments).await
}

fn user(account: &control::bootstrap::NewServiceAccount) -> String {
    format!("{}:{}", account.client_id, account.client_secret.expose())
}

async fn token_of(door: &Door, user: &str) -> String {
    let (status, _, body) = post_form(door, TOKEN.path, Some(user), FORM).await;
    assert_eq!(status, 200, "{body}");
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    body["access_token"].as_str().unwrap().to_owned()
}

async fn call(door: &Door, token: &str) -> u16 {
    door.curl(&["-H", &format!("Authorization: Bearer {token}"), &door.url("/api/atlas/v2/orgs")]).await.0
}

#[tokio::test]
async fn grants_a_token_in_every_way_clients_ask_for_it() {
    let house = House::build().await;
    let door = house.open(AuthSettings::default()).await;
    let account = house.control.create_service_account("ci", house.grants()).await.unwrap();
    let user = user(&account);
    let in_form = format!("{FORM}&client_id={}&client_secret={}", account.client_id, account.client_secret.expose());
    let escaped = user.replace('_', "%5F").replace('-', "%2D");
    for (user, form) in [
        (Some(user.as_str()), FORM),
        (Some(escaped.as_str()), FORM),
        (None, in_form.as_str()),
        (Some(user.as_str()), in_form.as_str()),
        (Some(user.as_str()), "scope=&grant_type=client_credentials"),
    ] {
        let (status, head, body) = post_form(&door, TOKEN.path, user, form).await;
        assert_eq!(status, 200, "{form}: {body}");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&body["token_type"], &body["expires_in"]), (&"Bearer".into(), &3600.into()));
        assert!(
            head.contains("cache-control: no-store") && head.contains("content-type: application/json\r"),
            "{head}"
        );
        assert_eq!(call(&door, body["access_token"].as_str().unwrap()).await, 200);
    }
    door.stop().await;
}

#[tokio::test]
async fn refuses_as_the_rfc_says() {
    let house = House::build().await;
    let door = house.open(AuthSettings::default()).await;
    let account = house.control.create_service_account("ci", house.grants()).await.unwrap();
    let user = user(&account);
    let long = format!("{FORM}&x={}", "a".repeat(9000));
    let other = format!("{FORM}&client_id={}&client_secret=mdb_sa_sk_other", account.client_id);
    let check = async |user: Option<&str>, form: &str, status: u16, body: &str| {
        let (got, _, said) = post_form(&door, TOKEN.path, user, form).await;
        assert_eq!((got, said.as_str()), (status, body), "{form}");
    };
    let invalid = |what: &str| format!(r#"{{"error":"invalid_request","error_description":"{what}"}}"#);
    let invalid_client = r#"{"error":"invalid_client","error_description":"Invalid credentials provided."}"#;
    let grant =
        r#"{"error":"unsupported_grant_type","error_description":"The only grant type is client_credentials."}"#;
    let user = Some(user.as_str());
    check(user, "grant_type=password", 400, grant).await;
    check(user, "scope=x", 400, &invalid("grant_type is missing; send grant_type=client_credentials")).await;
    check(user, &format!("{FORM}&{FORM}"), 400, &invalid("a parameter is sent twice")).await;
    check(user, &other, 400, &invalid("the credentials in Authorization and in the form differ")).await;
    check(user, &long, 413, &invalid("The body is larger than 8 KiB.")).await;
    check(None, FORM, 401, invalid_client).await;
    check(None, &format!("{FORM}&client_id={}", account.client_id), 401, invalid_client).await;
    check(None, &other, 401, invalid_client).await;
    check(Some("mdb_sa_id_000102030405060708090a0b:mdb_sa_sk_x"), FORM, 401, invalid_client).await;
    check(Some("nobody:nothing"), FORM, 401, invalid_client).await;
    let json = ["-H", "Content-Type: application/json", "--data", "{}", &door.url(TOKEN.path)];
    assert_eq!(door.curl(&json).await.0, 400);
    assert_eq!(door.curl(&[&door.url(TOKEN.path)]).await.0, 405);
    let (_, head, _) = post_form(&door, TOKEN.path, Some("nobody:nothing"), FORM).await;
    assert!(head.contains("www-authenticate: Basic realm="), "{head}");
    door.stop().await;
}

#[tokio::test]
async fn revokes_only_the_clients_own_tokens_and_always_says_200() {
    let house = House::build().await;
    let door = house.open(AuthSettings::default()).await;
    let mine = user(&house.control.create_service_account("mine", house.grants()).await.unwrap());
    let other = user(&house.control.create_service_account("other", house.grants()).await.unwrap());
    let token = token_of(&door, &mine).await;
    let form = format!("token={token}&token_type_hint=access_token");
    for (user, form) in [(&other, form.as_str()), (&mine, "token=nonsense"), (&mine, "token=")] {
        let (status, _, body) = post_form(&door, REVOKE.path, Some(user), form).await;
        assert_eq!((status, body.as_str()), (200, ""));
    }
    assert_eq!(call(&door, &token).await, 200);
    assert_eq!(post_form(&door, REVOKE.path, Some("nobody:nothing"), &form).await.0, 401);
    assert_eq!(post_form(&door, REVOKE.path, Some(&mine), "token_type_hint=access_token").await.0, 400);
    for _ in 0..2 {
        let (status, _, body) = post_form(&door, REVOKE.path, Some(&mine), &form).await;
        assert_eq!((status, body.as_str()), (200, ""));
    }
    assert_eq!(call(&door, &token).await, 401);
    door.stop().await;
}

#[tokio::test]
async fn a_token_ends_after_an_hour() {
    let house = House::build().await;
    let door = house.open(AuthSettings::default()).await;
    let token =
        token_of(&door, &user(&house.control.create_service_account("ci", house.grants()).await.unwrap())).await;
    house.set_clock(NOW + Duration::from_secs(3599));
    assert_eq!(call(&door, &token).await, 200);
    house.set_clock(NOW + Duration::from_secs(3606));
    assert_eq!(call(&door, &token).await, 401);
    door.stop().await;
}

#[tokio::test]
async fn a_client_may_ask_fifty_times_a_minute() {
    let house = House::build().await;
    let api = house.api(AuthSettings { throttle: false, ..AuthSettings::default() });
    let user = user(&house.control.create_service_account("ci", house.grants()).await.unwrap());
    let router = crate::api::router::router(api.clone());
    let ask = async |user: &str| {
        let request = Request::post(TOKEN.path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(AUTHORIZATION, format!("Basic {}", BASE64.encode(user)))
            .extension(authority())
            .body(Body::from(FORM))
            .unwrap();
        tower::ServiceExt::oneshot(router.clone(), request).await.unwrap()
    };
    let begun = Instant::now();
    let mut granted = 0_u128;
    let refused = loop {
        let answer = ask(&user).await;
        if answer.status() != 200 {
            break answer;
        }
        granted += 1;
    };
    // One more comes back every 1.2 s.
    let came_back = begun.elapsed().as_millis() / 1200;
    assert!((50..=50 + came_back).contains(&granted), "{granted} were granted, {came_back} of them had come back");
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    let body = refused.into_body().collect().await.unwrap().to_bytes();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["detail"], "Resource /api/oauth/token is limited to 50 requests every 1 minutes.");
    assert_eq!(body["error"], 429);
    assert_eq!(ask("nobody:nothing").await.status(), 401, "another client counts apart");
}
