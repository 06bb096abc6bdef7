//! Which version answers, how an answer is laid out, and the headers it has (contract.md 6).

use api_wire::operations::{Api, Method, OPERATIONS};
use serde_json::{Value, json};

use crate::client::Got;
use crate::database::Database;
use crate::every_route::own_ids;
use crate::house::{House, Plan};

const RESOLVED: &str = "application/vnd.atlas.2023-01-01+json;charset=utf-8";

/// Every `Accept` that the documents' samples and the clients send.
const ACCEPTED: [&str; 14] = [
    "application/vnd.atlas.2023-01-01+json",
    "application/vnd.atlas.2023-02-01+json",
    "application/vnd.atlas.2023-10-01+json",
    "application/vnd.atlas.2023-11-15+json",
    "application/vnd.atlas.2024-05-30+json",
    "application/vnd.atlas.2024-08-05+json",
    "application/vnd.atlas.2024-10-23+json",
    "application/vnd.atlas.2024-11-13+json",
    "application/vnd.atlas.2025-02-19+json",
    "application/vnd.atlas.2025-03-12+json",
    "application/vnd.atlas.2025-03-12+json;q=0.9, */*;q=0.1",
    "text/html, application/vnd.atlas.2024-05-30+json",
    "APPLICATION/VND.ATLAS.2024-05-30+JSON",
    " application/vnd.atlas.2024-05-30+json ; charset=utf-8",
];
/// Those that name no date.
const UNDATED: [&str; 4] = ["application/json", "*/*", "application/*", "text/html, */*;q=0.8"];
const REFUSED: [&str; 10] = [
    "application/vnd.atlas.2022-12-31+json",
    "application/vnd.atlas.2024-01-17+json",
    "application/vnd.atlas.2099-01-01+json",
    "application/vnd.atlas.preview+json",
    "application/vnd.atlas.2024-05-30+csv",
    "application/vnd.atlas.2024-05-30",
    "application/vnd.atlas.+json",
    "text/html",
    "application/json;q=0",
    "nonsense",
];

fn refused_as_observed(got: &Got) {
    assert_eq!(got.status, 406);
    assert_eq!(
        got.text(),
        r#"{"detail":"Invalid accept header or version date.","error":406,"errorCode":"INVALID_VERSION_DATE","parameters":[],"reason":"Not Acceptable"}"#
    );
    got.is(406, "INVALID_VERSION_DATE");
}

#[tokio::test]
async fn answers_with_the_newest_version_not_after_the_date() {
    let house = House::open(Database::sqlite()).await;
    for accept in ACCEPTED.into_iter().chain(UNDATED) {
        let got = house.ask("GET", &house.path()).accept(accept).send().await;
        assert_eq!((got.status, got.header("content-type")), (200, Some(RESOLVED)), "{accept}");
        assert!(got.header("deprecation").is_none() && got.header("sunset").is_none());
        let patch = house.ask("PATCH", &house.path()).accept(accept);
        let got = patch.json(&json!({"enabledForSearchNodes": false})).send().await;
        assert_eq!((got.status, got.header("content-type")), (200, Some(RESOLVED)), "{accept}");
    }
    let got = house.ask("GET", &house.path()).send().await;
    assert_eq!((got.status, got.header("content-type")), (200, Some(RESOLVED)), "no Accept");
    for accept in REFUSED {
        refused_as_observed(&house.ask("GET", &house.path()).accept(accept).send().await);
    }
    // Two lines are one list.
    let two = house.ask("GET", &house.path()).accept("text/html").accept("application/vnd.atlas.2024-05-30+json");
    two.send().await.ok();
    house.end().await;
}

#[tokio::test]
async fn strict_mode_wants_a_date() {
    let mut plan = Plan::default();
    plan.settings.strict_versions = true;
    let house = House::open_as(Database::sqlite(), plan).await;
    for accept in ACCEPTED {
        house.ask("GET", &house.path()).accept(accept).send().await.ok();
    }
    for accept in UNDATED {
        refused_as_observed(&house.ask("GET", &house.path()).accept(accept).send().await);
    }
    refused_as_observed(&house.ask("GET", &house.path()).send().await);
    // Our own operations have no dates.
    let own = format!("/api/atrest/v1/groups/{}/encryptionAtRest/validity", house.project);
    house.ask("GET", &own).accept("application/json").send().await.ok();
    house.end().await;
}

#[tokio::test]
async fn reads_bodies_of_any_known_type() {
    let house = House::open(Database::sqlite()).await;
    let patch = |content_type: Option<&str>| {
        let call = house.ask("PATCH", &house.path()).body(r#"{"enabledForSearchNodes":true}"#);
        match content_type {
            Some(content_type) => call.header("Content-Type", content_type),
            None => call,
        }
    };
    for good in [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
        "application/vnd.atlas.2023-01-01+json",
        "application/vnd.atlas.2024-05-30+json",
        "application/vnd.atlas.2025-03-12+json; charset=\"utf-8\"",
    ] {
        let got = patch(Some(good)).accept("application/vnd.atlas.2023-01-01+json").send().await;
        assert_eq!(got.status, 200, "{good}: {}", got.text());
    }
    for bad in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/vnd.atlas.2024-01-17+json",
        "application/json; charset=latin1",
        "application/merge-patch+json",
        "nonsense",
        "",
    ] {
        patch(Some(bad)).send().await.is(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    patch(None).send().await.is(415, "UNSUPPORTED_MEDIA_TYPE");
    house.end().await;
}

#[tokio::test]
async fn wraps_and_indents_on_request() {
    let house = House::open(Database::sqlite()).await;
    let path = house.path();
    let bare = house.get(&path).await.ok();

    let wrapped = house.get(&format!("{path}?envelope=true")).await;
    assert!(wrapped.text().starts_with(r#"{"status":200,"content":{"#), "{}", wrapped.text());
    assert_eq!(wrapped.ok()["content"], bare);
    let pretty = house.get(&format!("{path}?pretty=true")).await;
    assert!(pretty.text().starts_with("{\n  \"awsKms\": {\n"), "{}", pretty.text());
    assert_eq!(pretty.ok(), bare);
    let neither = house.get(&format!("{path}?pretty=false&envelope=false")).await;
    assert_eq!(neither.ok(), bare);

    let list = house.get("/api/atlas/v2/groups?envelope=true").await.ok();
    assert_eq!((&list["status"], list["results"].is_array(), list.get("content")), (&200.into(), true, None));

    let error = house.get(&format!("/api/atlas/v2/groups/{}/nope?envelope=true", house.project)).await;
    assert_eq!((error.status, &error.json()["status"]), (404, &404.into()));
    assert_eq!(error.json()["content"]["errorCode"], "RESOURCE_NOT_FOUND");
    assert_eq!(error.header("x-error-code"), Some("RESOURCE_NOT_FOUND"));
    let error = house.ask("PATCH", &format!("{path}?envelope=true&pretty=true")).json(&json!({})).send().await;
    assert_eq!(error.json()["content"]["errorCode"], "MISSING_ENCRYPTION_AT_REST_PROVIDER");
    assert!(error.text().contains("\n    \"errorCode\""), "{}", error.text());
    let challenge = house.nobody("GET", &format!("{path}?envelope=true")).send().await;
    assert_eq!((challenge.status, &challenge.json()["content"]["error"]), (401, &401.into()));

    for query in ["envelope=1", "envelope=True", "envelope=", "pretty=yes", "pretty=true&pretty=true", "envelope"] {
        let got = house.get(&format!("{path}?{query}")).await;
        got.is(400, "INVALID_QUERY_PARAMETER");
        assert!(got.json()["parameters"][0] == query.split('=').next().unwrap(), "{query} {}", got.text());
    }
    let both = house.get(&format!("{path}?envelope=1&pretty=1")).await;
    assert_eq!(both.fields(), ["envelope", "pretty"]);
    // Parameters we do not know are for others.
    house.get(&format!("{path}?useEffectiveInstanceFields=false&itemsPerPage=nonsense")).await.ok();
    house.end().await;
}

#[tokio::test]
async fn every_answer_has_the_headers_of_atlas() {
    let house = House::open(Database::sqlite()).await;
    let missing = house.get("/nope").await;
    let (ok, bad) = (house.read().await, house.patch(&json!({})).await);
    let challenge = house.nobody("GET", &house.path()).send().await;
    let health = house.nobody("GET", "/healthz").send().await;
    let mut ids = std::collections::BTreeSet::new();
    for got in [&ok, &bad, &missing, &challenge, &health] {
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("x-permitted-cross-domain-policies", "none"),
            ("vary", "Accept-Encoding"),
        ] {
            assert_eq!(got.header(name), Some(value));
        }
        assert!(got.header("x-mongodb-service-version").unwrap().starts_with("gitHash="));
        assert_eq!(got.header("strict-transport-security"), None, "not on plain http");
        assert!(got.header("server").is_none());
        ids.insert(got.header("x-request-id").unwrap().to_owned());
    }
    assert_eq!(ids.len(), 5, "each request has its own id");
    house.end().await;
}

#[tokio::test]
async fn errors_have_their_keys_in_the_order_of_atlas() {
    let house = House::open(Database::sqlite()).await;
    let nobodys = "0123456789abcdef01234567";
    let got = house.get(&format!("/api/atlas/v2/groups/{nobodys}")).await;
    assert_eq!(
        got.text(),
        format!(
            r#"{{"detail":"No group with ID {nobodys} exists.","error":404,"errorCode":"GROUP_NOT_FOUND","parameters":["{nobodys}"],"reason":"Not Found"}}"#
        )
    );
    assert_eq!(
        (got.header("content-type"), got.header("x-error-code")),
        (Some("application/json"), Some("GROUP_NOT_FOUND"))
    );
    house.end().await;
}

#[tokio::test]
async fn answers_of_the_setting_have_their_keys_in_alphabetical_order() {
    let house = House::open(Database::sqlite()).await;
    assert_eq!(
        house.read().await.text(),
        concat!(
            r#"{"awsKms":{"accessKeyID":null,"customerMasterKeyID":null,"enabled":false,"region":null,"requirePrivateNetworking":null,"roleId":null,"valid":false},"#,
            r#""azureKeyVault":{"azureEnvironment":null,"clientID":null,"enabled":false,"keyIdentifier":null,"keyVaultName":null,"requirePrivateNetworking":null,"resourceGroupName":null,"roleId":null,"subscriptionID":null,"tenantID":null,"valid":false},"#,
            r#""enabledForSearchNodes":false,"#,
            r#""googleCloudKms":{"enabled":false,"keyVersionResourceID":null,"roleId":null,"valid":false}}"#
        )
    );
    house.end().await;
}

#[tokio::test]
async fn our_own_api_speaks_plain_json() {
    let house = House::open(Database::sqlite()).await;
    let standing = house.standing().await;
    assert_eq!(
        (&standing["provider"], &standing["state"], &standing["reason"]),
        (&"AWS".into(), &"NOT_CONFIGURED".into(), &Value::Null)
    );
    let ids = own_ids(&house).await;
    let read = |method| matches!(method, Method::Get);
    for operation in OPERATIONS.iter().filter(|operation| operation.api == Api::Atrest && read(operation.method)) {
        let path = ids.path(operation);
        for accept in ["application/json", "*/*", "application/vnd.atlas.2025-03-12+json"] {
            let got = house.ask("GET", &path).accept(accept).send().await;
            assert_eq!((got.status, got.header("content-type")), (200, Some("application/json")), "{path} {accept}");
        }
        refused_as_observed(&house.ask("GET", &path).accept("text/html").send().await);
    }
    house.end().await;
}

/// The curls of the seeds on the setting itself, header for header.
#[tokio::test]
async fn the_curls_of_the_documents_work() {
    let house = House::open(Database::sqlite()).await;
    let account =
        house.control.create_service_account("ci", house.grants(domain::access::OrgRole::Owner, &[])).await.unwrap();
    let token = crate::oauth::token(&house, &account).await;
    let payload = house.cloud().payload();
    for (accept, content_type, slash) in [
        ("application/vnd.atlas.2025-03-12+json", "application/json", ""),
        ("application/vnd.atlas.2024-11-13+json", "application/json", ""),
        ("application/vnd.atlas.2024-05-30+json", "application/vnd.atlas.2024-05-30+json", ""),
        ("application/vnd.atlas.2023-01-01+json", "application/vnd.atlas.2023-01-01+json", "/"),
        ("application/json", "application/json", ""),
        ("application/json", "application/json", "/"),
    ] {
        let path = format!("{}{slash}", house.path());
        for call in [house.ask("PATCH", &path), house.nobody("PATCH", &path).bearer(&token)] {
            let call = call.accept(accept).header("Content-Type", content_type).body(payload.to_string());
            let got = call.send().await;
            assert_eq!(got.header("content-type"), Some(RESOLVED));
            assert_eq!(got.ok()["awsKms"]["valid"], true, "{accept} {content_type}");
        }
        let call = house.ask("GET", &path).accept(accept).header("Content-Type", content_type);
        assert_eq!(call.send().await.ok()["awsKms"]["enabled"], true);
    }
    house.end().await;
}
