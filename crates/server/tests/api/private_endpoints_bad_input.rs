//! Private endpoints asked for wrongly: each fault by its code, and nothing asked for, of us or of a cloud.

use serde_json::{Value, json};

use crate::database::Database;
use crate::endpoints::{AWS, AZURE};
use crate::house::{House, path_of};
use crate::on_both_engines;

const NOT_FOUND: &str = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_NOT_FOUND";

async fn a_body_names_a_region_of_the_paths_provider(database: Database) {
    let house = House::open_everywhere(database).await;
    house.require_private(AZURE).await;
    house.require_private(AWS).await;
    let events = house.events().await;
    let long = format!("{{\"regionName\":\"{}\"}}", "US_EAST_2".repeat(10_000));
    let deep = format!("{{\"regionName\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    let cases: [(&str, &str, &[&str]); 34] = [
        ("", "MALFORMED_JSON", &[]),
        ("{", "MALFORMED_JSON", &[]),
        ("{\"regionName\":\"US_EAST_2\"", "MALFORMED_JSON", &[]),
        ("{\"regionName\":\"US_EAST_2\"} x", "MALFORMED_JSON", &[]),
        ("{'regionName':'US_EAST_2'}", "MALFORMED_JSON", &[]),
        ("[]", "INVALID_JSON", &[]),
        ("null", "INVALID_JSON", &[]),
        ("\"US_EAST_2\"", "INVALID_JSON", &[]),
        ("[{\"regionName\":\"US_EAST_2\"}]", "INVALID_JSON", &[]),
        (&deep, "INVALID_JSON", &[]),
        ("{}", "MISSING_ATTRIBUTE", &["regionName"]),
        (r#"{"cloudProvider":null}"#, "MISSING_ATTRIBUTE", &["regionName"]),
        (r#"{"regionName":null}"#, "INVALID_JSON_ATTRIBUTE", &["regionName"]),
        (r#"{"regionName":7}"#, "INVALID_JSON_ATTRIBUTE", &["regionName"]),
        (r#"{"regionName":true}"#, "INVALID_JSON_ATTRIBUTE", &["regionName"]),
        (r#"{"regionName":["US_EAST_2"]}"#, "INVALID_JSON_ATTRIBUTE", &["regionName"]),
        (r#"{"regionName":{"name":"US_EAST_2"}}"#, "INVALID_JSON_ATTRIBUTE", &["regionName"]),
        (r#"{"regionName":"US_EAST_2","regionName":"US_EAST_2"}"#, "INVALID_JSON_ATTRIBUTE", &["regionName"]),
        (r#"{"regionName":"US_EAST_2","cloudProvider":["AZURE"]}"#, "INVALID_JSON_ATTRIBUTE", &["cloudProvider"]),
        (r#"{"regionName":""}"#, "INVALID_ENUM_VALUE", &["regionName"]),
        (r#"{"regionName":"us-east-2"}"#, "INVALID_ENUM_VALUE", &["regionName"]),
        (r#"{"regionName":"us_east_2"}"#, "INVALID_ENUM_VALUE", &["regionName"]),
        (r#"{"regionName":"eastus2"}"#, "INVALID_ENUM_VALUE", &["regionName"]),
        (r#"{"regionName":" US_EAST_2"}"#, "INVALID_ENUM_VALUE", &["regionName"]),
        (r#"{"regionName":"US_EAST_2\u0000"}"#, "INVALID_ENUM_VALUE", &["regionName"]),
        (r#"{"regionName":"../../subscriptions"}"#, "INVALID_ENUM_VALUE", &["regionName"]),
        (r#"{"regionName":"<script>alert(1)</script>"}"#, "INVALID_ENUM_VALUE", &["regionName"]),
        (r#"{"regionName":"US_EAST_2'; DROP TABLE private_endpoints; --"}"#, "INVALID_ENUM_VALUE", &["regionName"]),
        (r#"{"regionName":"EASTERN_US"}"#, "INVALID_ENUM_VALUE", &["regionName"]),
        (&long, "INVALID_ENUM_VALUE", &["regionName"]),
        (r#"{"regionName":"US_EAST_2","cloudProvider":"GCP"}"#, "INVALID_ENUM_VALUE", &["cloudProvider"]),
        (r#"{"regionName":"US_EAST_2","region":"x"}"#, "INVALID_ATTRIBUTE", &["region"]),
        (r#"{"regionName":"US_EAST_2","regionname":"US_EAST_2"}"#, "INVALID_ATTRIBUTE", &["regionname"]),
        (r#"{"regionName":"US_EAST_2","__proto__":{}}"#, "INVALID_ATTRIBUTE", &["__proto__"]),
    ];
    let refused = async |provider: &str, body: &str, code: &str, fields: &[&str]| {
        let call = house.ask("POST", &house.endpoints_path(provider)).header("Content-Type", "application/json");
        let got = call.body(body).send().await;
        let shown: String = body.chars().take(200).collect();
        assert_eq!((got.status, got.code().as_str()), (400, code), "{provider} {shown}: {}", got.text());
        assert_eq!(got.json()["parameters"], json!(fields), "{shown}: {}", got.text());
        assert!(got.body.len() < 2_000, "{shown}");
    };
    for provider in [AZURE, AWS] {
        for (body, code, fields) in cases {
            refused(provider, body, code, fields).await;
        }
    }
    // A region that only the other provider has, and a provider that is not the path's.
    refused(AZURE, r#"{"regionName":"US_EAST_1"}"#, "INVALID_ENUM_VALUE", &["regionName"]).await;
    refused(AWS, r#"{"regionName":"US_CENTRAL"}"#, "INVALID_ENUM_VALUE", &["regionName"]).await;
    let other = r#"{"regionName":"US_EAST_2","cloudProvider":"AWS"}"#;
    refused(AZURE, other, "INVALID_ENUM_VALUE", &["cloudProvider"]).await;
    let both = json!({"regionName": "US_EAST_1", "cloudProvider": "AWS", "x": 1});
    let got = house.ask("POST", &house.endpoints_path(AZURE)).json(&both).send().await;
    got.is(400, "INVALID_ATTRIBUTE");
    let both = json!({"regionName": "US_EAST_1", "cloudProvider": "AWS"});
    let got = house.ask("POST", &house.endpoints_path(AZURE)).json(&both).send().await;
    got.is(400, "VALIDATION_ERROR");
    assert_eq!(got.fields(), ["cloudProvider", "regionName"]);
    // The Content-Type counts as everywhere.
    let call = house.ask("POST", &house.endpoints_path(AZURE)).header("Content-Type", "text/plain");
    call.body(r#"{"regionName":"US_EAST_2"}"#).send().await.is(415, "UNSUPPORTED_MEDIA_TYPE");

    assert!(house.endpoints(AZURE).await.is_empty() && house.endpoints(AWS).await.is_empty());
    assert_eq!(house.events().await, events);
    assert_eq!(house.cloud().azure().azure.requests("CreatePrivateEndpoint"), 0);
    assert_eq!(house.cloud().requests("CreateVpcEndpoint"), 0);
    house.end().await;
}

async fn what_an_answer_shows_can_be_sent_back(database: Database) {
    let house = House::open_everywhere(database).await;
    house.require_private(AZURE).await;
    let first = house.post_endpoint(AZURE, "US_CENTRAL").await.json();
    let mut echo = first.clone();
    echo["regionName"] = json!("US_EAST_2");
    for (field, value) in [("status", json!("ACTIVE")), ("errorMessage", json!(7)), ("id", json!("nonsense"))] {
        echo[field] = value;
    }
    let second = house.ask("POST", &house.endpoints_path(AZURE)).json(&echo).send().await;
    assert_eq!(second.status, 202, "{}", second.text());
    let second = second.json();
    assert_eq!((&second["status"], &second["errorMessage"]), (&json!("INITIATING"), &Value::Null));
    assert_ne!(second["id"], first["id"]);
    house.end().await;
}

async fn a_path_names_a_provider_that_has_them(database: Database) {
    let house = House::open_everywhere(database).await;
    house.require_private(AZURE).await;
    let id = house.new_endpoint(AZURE, "US_CENTRAL").await;
    for provider in ["GCP", "azure", "Azure", "AZURE%20", "AZUREX", "%00", "..%2fAZURE", "%ff", "GOOGLE", "0"] {
        let path = format!("{}/{provider}/privateEndpoints", path_of(house.project));
        for (method, path) in [
            ("GET", path.clone()),
            ("POST", path.clone()),
            ("GET", format!("{path}/{id}")),
            ("DELETE", format!("{path}/{id}")),
        ] {
            let got = house.ask(method, &path).json(&json!({"regionName": "US_CENTRAL"})).send().await;
            got.is(404, "RESOURCE_NOT_FOUND");
            assert!(!got.text().contains('\u{fffd}') && got.body.len() < 1_000, "{}", got.text());
        }
    }
    // Who does not see the project hears of that first.
    let elsewhere = house.control.create_organization("Elsewhere").await.unwrap();
    let mut grants = house.grants(domain::access::OrgRole::Owner, &[]);
    grants.org = elsewhere.id;
    let stranger = house.new_key(grants).await;
    for provider in [AZURE, "GCP"] {
        let path = format!("{}/{provider}/privateEndpoints/{id}", path_of(house.project));
        house.nobody("GET", &path).by(&stranger).send().await.is(404, "GROUP_NOT_FOUND");
    }
    assert_ne!(house.endpoint(AZURE, &id).await.ok()["status"], "DELETING");
    house.end().await;
}

async fn a_path_names_an_endpoint_that_is_there(database: Database) {
    let house = House::open_everywhere(database).await;
    house.require_private(AZURE).await;
    let id = house.new_endpoint(AZURE, "US_CENTRAL").await;
    let upper = id.to_uppercase();
    for strange in
        ["0123456789abcdef01234567", upper.as_str(), "x", "%00", "..%2f", "%ff", "%f0%9f%94%91", "a%0d%0aX:%20y", "'--"]
    {
        for method in ["GET", "DELETE"] {
            if strange == id {
                continue;
            }
            let got = house.ask(method, &format!("{}/{strange}", house.endpoints_path(AZURE))).send().await;
            got.is(404, NOT_FOUND);
            assert!(!got.detail().contains(['\r', '\n', '\0']), "{}", got.text());
        }
    }
    let long = "a".repeat(5_000);
    let got = house.endpoint(AZURE, &long).await;
    got.is(404, NOT_FOUND);
    assert!(got.body.len() < 1_000);
    assert_ne!(house.endpoint(AZURE, &id).await.ok()["status"], "DELETING");
    house.end().await;
}

on_both_engines! {
    a_body_names_a_region_of_the_paths_provider
    what_an_answer_shows_can_be_sent_back
    a_path_names_a_provider_that_has_them
    a_path_names_an_endpoint_that_is_there
}
