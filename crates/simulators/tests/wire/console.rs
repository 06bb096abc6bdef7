//! The console door: who may open it, that it is strict, and that its buttons act.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::rig::{Rig, code, http};

async fn ask(rig: &Rig, method: Method, path: &str, body: Option<&str>) -> Response {
    let url = format!("{}{path}", rig.clouds.console_url());
    let mut request = http().request(method, url).header("x-console-token", rig.clouds.console_token());
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_owned());
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn opens_to_its_token_only() {
    let rig = Rig::start().await;
    let token = rig.clouds.console_token().to_owned();
    for shown in [None, Some(""), Some("x"), Some(&token[1..])] {
        for (method, path) in [
            (Method::GET, "aws"),
            (Method::GET, "faults"),
            (Method::POST, "faults"),
            (Method::DELETE, "faults"),
            (Method::GET, "nope"),
        ] {
            let mut request = http().request(method.clone(), format!("{}{path}", rig.clouds.console_url()));
            if let Some(shown) = shown {
                request = request.header("x-console-token", shown);
            }
            assert_eq!(request.send().await.unwrap().status(), 401, "{method} {path} {shown:?}");
        }
    }
    assert_eq!(ask(&rig, Method::GET, "aws", None).await.status(), 200);
}

#[tokio::test]
async fn refuses_other_hosts_and_origins() {
    let rig = Rig::start().await;
    let url = rig.clouds.console_url();
    let own = url.trim_end_matches('/').to_owned();
    let send = |header: &'static str, value: String| {
        let request = http().get(format!("{url}aws")).header("x-console-token", rig.clouds.console_token());
        async move { request.header(header, value).send().await.unwrap().status() }
    };
    assert_eq!(send("origin", own).await, 200);
    assert_eq!(send("origin", "http://evil.example".to_owned()).await, 403);
    assert_eq!(send("origin", "http://127.0.0.1:1".to_owned()).await, 403);
    assert_eq!(send("origin", "null".to_owned()).await, 403);
    assert_eq!(send("host", "evil.example".to_owned()).await, 421);
    assert_eq!(send("host", "localhost:80".to_owned()).await, 200);
}

#[tokio::test]
async fn gives_a_page_that_needs_nothing_from_elsewhere() {
    let rig = Rig::start().await;
    let got = http().get(rig.clouds.console_url()).send().await.unwrap();
    assert_eq!(got.status(), 200);
    let policy = got.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let page = got.text().await.unwrap();
    let nonce = policy.split("nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(page.contains(&format!("<script nonce=\"{nonce}\">")));
    assert!(!page.contains("://") && !page.contains("{{"), "it names another place");
    assert!(!page.contains(rig.clouds.console_token()));
}

#[tokio::test]
async fn plays_the_customer() {
    let rig = Rig::start().await;
    let (kms, key) = (rig.kms(), rig.key("one").await);
    let use_it = || async { code(kms.generate_data_key().key_id(&key.id).number_of_bytes(1).send().await) };
    let press = async |act: &str| ask(&rig, Method::POST, &format!("aws/keys/{}/{act}", key.id), None).await.status();

    let shown: Value = ask(&rig, Method::GET, "aws", None).await.json().await.unwrap();
    let account = &shown["accounts"][0];
    assert_eq!(account["id"], json!(rig.account));
    assert_eq!(account["keys"][0]["aliases"], json!(["alias/one"]));
    assert_eq!(account["users"][0]["accessKeys"][0], json!({ "id": rig.admin.id, "status": "Active" }));
    assert!(!shown.to_string().contains(&rig.admin.secret), "a secret is shown");

    for (act, status, then) in [
        ("disable", 200, "DisabledException"),
        ("enable", 200, "ok"),
        ("cancel-deletion", 409, "ok"),
        ("schedule-deletion", 200, "KMSInvalidStateException"),
        ("cancel-deletion", 200, "DisabledException"),
        ("enable", 200, "ok"),
        ("remove-policy", 200, "AccessDeniedException"),
        ("remove-policy", 409, "AccessDeniedException"),
        ("restore-policy", 200, "ok"),
        ("rotate", 200, "ok"),
        ("explode", 404, "ok"),
    ] {
        assert_eq!(press(act).await.as_u16(), status, "{act}");
        assert_eq!(use_it().await, then, "{act}");
    }
    assert_eq!(ask(&rig, Method::POST, "aws/keys/none/disable", None).await.status(), 404);

    let status = async |body: &str| {
        ask(&rig, Method::POST, &format!("aws/access-keys/{}", rig.admin.id), Some(body)).await.status().as_u16()
    };
    assert_eq!(status(r#"{"status":"Inactive"}"#).await, 200);
    assert_eq!(use_it().await, "UnrecognizedClientException");
    assert_eq!(status(r#"{"status":"inactive"}"#).await, 400);
    assert_eq!(status(r#"{"status":"Active"}"#).await, 200);

    let grant = format!("aws/accounts/{}/users/admin/policies/seeded", rig.account);
    assert_eq!(ask(&rig, Method::POST, &format!("{grant}/remove"), None).await.status(), 200);
    assert_eq!(use_it().await, "AccessDeniedException");
    assert_eq!(ask(&rig, Method::POST, &format!("{grant}/remove"), None).await.status(), 404);
    assert_eq!(ask(&rig, Method::POST, &format!("{grant}/restore"), None).await.status(), 200);
    assert_eq!(use_it().await, "ok");
}

#[tokio::test]
async fn arms_and_clears_faults() {
    let rig = Rig::start().await;
    let kms = rig.kms();
    let list = || async { code(kms.list_keys().send().await) };
    let rule = r#"{"provider":"aws","operation":"*","kind":"throttle","times":1}"#;
    let armed = ask(&rig, Method::POST, "faults", Some(rule)).await;
    assert_eq!(armed.status(), StatusCode::CREATED);
    let armed: Value = armed.json().await.unwrap();
    let expected =
        json!({ "id": 1, "provider": "aws", "operation": "*", "kind": "throttle", "times": 1, "requests": 0 });
    assert_eq!(armed, expected);
    assert_eq!(list().await, "ThrottlingException");
    assert_eq!(list().await, "ok");
    let board: Value = ask(&rig, Method::GET, "faults", None).await.json().await.unwrap();
    assert_eq!(board["faults"][0]["requests"], json!(1));

    ask(&rig, Method::POST, "faults", Some(r#"{"provider":"aws","operation":"ListKeys","kind":"deny"}"#)).await;
    assert_eq!(list().await, "AccessDeniedException");
    assert_eq!(ask(&rig, Method::DELETE, "faults/2", None).await.status(), 204);
    assert_eq!(ask(&rig, Method::DELETE, "faults/2", None).await.status(), 404);
    assert_eq!(list().await, "ok");
    assert_eq!(ask(&rig, Method::DELETE, "faults", None).await.status(), 204);
    assert_eq!(rig.clouds.faults().list(), Vec::new());
}

#[tokio::test]
async fn refuses_faults_it_cannot_mean() {
    let rig = Rig::start().await;
    let check = async |body: &str| {
        let got = ask(&rig, Method::POST, "faults", Some(body)).await;
        assert_eq!(got.status(), 400, "{body}");
        let error: Value = got.json().await.unwrap();
        assert!(error["error"].as_str().is_some_and(|words| !words.is_empty()), "{body}");
    };
    check("").await;
    check("[]").await;
    check(r#"["aws","*","deny"]"#).await;
    check(r#"{"provider":"aws","operation":"*"}"#).await;
    check(r#"{"provider":"oracle","operation":"*","kind":"deny"}"#).await;
    check(r#"{"provider":"aws","operation":"*","kind":"explode"}"#).await;
    check(r#"{"provider":"aws","operation":"Nope","kind":"deny"}"#).await;
    check(r#"{"provider":"aws","operation":"*","kind":"deny","colour":1}"#).await;
    check(r#"{"provider":"aws","operation":"*","kind":"deny","kind":"deny"}"#).await;
    check(r#"{"provider":"aws","operation":"*","kind":"deny","times":-1}"#).await;
    check(r#"{"provider":"aws","operation":"*","kind":"deny","times":0}"#).await;
    check(r#"{"provider":"aws","operation":"*","kind":"skew"}"#).await;
    assert_eq!(rig.clouds.faults().list(), Vec::new());

    let url = format!("{}faults", rig.clouds.console_url());
    let form = http().post(url).header("x-console-token", rig.clouds.console_token()).body("{}").send().await.unwrap();
    assert_eq!(form.status(), 415);
    assert_eq!(ask(&rig, Method::PUT, "faults", None).await.status(), 404);
}
