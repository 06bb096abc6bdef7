//! Bodies that are wrong: each fault by its code, all faults at once, and nothing changed.

use serde_json::{Value, json};

use crate::client::Got;
use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

/// Sends each body and sees that the setting and the events stay as they are, to the byte.
async fn refuse(house: &House, cases: &[(&str, u16, &str, &[&str])]) {
    let (before, events) = (house.read().await.body, house.events().await);
    for (body, status, code, fields) in cases {
        let call = house.ask("PATCH", &house.path()).header("Content-Type", "application/json").body(*body);
        let got = call.send().await;
        let shown: String = body.chars().take(200).collect();
        assert_eq!((got.status, got.code().as_str()), (*status, *code), "{shown}: {}", got.text());
        if *code == "VALIDATION_ERROR" {
            assert_eq!(got.fields(), *fields, "{shown}");
        } else {
            assert_eq!(got.json()["parameters"], json!(fields), "{shown}: {}", got.text());
        }
        assert!(got.detail().chars().count() < 1000, "{}", got.detail());
    }
    assert_eq!(house.read().await.body, before);
    assert_eq!(house.events().await, events);
}

async fn tells_what_is_wrong_with_a_shape(database: Database) {
    let house = House::open(database).await;
    let deep = format!("{}{}", "{\"awsKms\":".repeat(200), "}".repeat(200));
    let arrays = format!("{{\"awsKms\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    refuse(
        &house,
        &[
            ("", 400, "MALFORMED_JSON", &[]),
            ("{", 400, "MALFORMED_JSON", &[]),
            ("{\"awsKms\":}", 400, "MALFORMED_JSON", &[]),
            ("{'awsKms':{}}", 400, "MALFORMED_JSON", &[]),
            ("{\"awsKms\":{},}", 400, "MALFORMED_JSON", &[]),
            ("{} {}", 400, "MALFORMED_JSON", &[]),
            ("\u{feff}{}", 400, "MALFORMED_JSON", &[]),
            ("nonsense", 400, "MALFORMED_JSON", &[]),
            ("{\"awsKms\":{\"enabled\":NaN}}", 400, "MALFORMED_JSON", &[]),
            ("[]", 400, "INVALID_JSON", &[]),
            ("null", 400, "INVALID_JSON", &[]),
            ("\"text\"", 400, "INVALID_JSON", &[]),
            ("7", 400, "INVALID_JSON", &[]),
            (&deep, 400, "INVALID_JSON", &[]),
            (&arrays, 400, "INVALID_JSON", &[]),
            (r#"{"awsKms":[]}"#, 400, "INVALID_JSON_ATTRIBUTE", &["awsKms"]),
            (r#"{"awsKms":"x"}"#, 400, "INVALID_JSON_ATTRIBUTE", &["awsKms"]),
            (r#"{"awsKms":true}"#, 400, "INVALID_JSON_ATTRIBUTE", &["awsKms"]),
            (r#"{"awsKms":{"enabled":"true"}}"#, 400, "INVALID_JSON_ATTRIBUTE", &["awsKms.enabled"]),
            (r#"{"awsKms":{"enabled":1}}"#, 400, "INVALID_JSON_ATTRIBUTE", &["awsKms.enabled"]),
            (r#"{"awsKms":{"secretAccessKey":["x"]}}"#, 400, "INVALID_JSON_ATTRIBUTE", &["awsKms.secretAccessKey"]),
            (r#"{"awsKms":{"region":7}}"#, 400, "INVALID_JSON_ATTRIBUTE", &["awsKms.region"]),
            (
                r#"{"googleCloudKms":{"serviceAccountKey":{"type":"service_account"}}}"#,
                400,
                "INVALID_JSON_ATTRIBUTE",
                &["googleCloudKms.serviceAccountKey"],
            ),
            (r#"{"enabledForSearchNodes":"no"}"#, 400, "INVALID_JSON_ATTRIBUTE", &["enabledForSearchNodes"]),
            (r#"{"awsKms":{},"awsKms":{}}"#, 400, "INVALID_JSON_ATTRIBUTE", &["awsKms"]),
            (r#"{"awsKms":{"enabled":true,"enabled":true}}"#, 400, "INVALID_JSON_ATTRIBUTE", &["awsKms.enabled"]),
            (r#"{"awsKms":{"enabled":true,"\u0065nabled":false}}"#, 400, "INVALID_JSON_ATTRIBUTE", &["awsKms.enabled"]),
            (r#"{"awsKMS":{}}"#, 400, "INVALID_ATTRIBUTE", &["awsKMS"]),
            (r#"{"awsKms":{"customerMasterKeyId":"x"}}"#, 400, "INVALID_ATTRIBUTE", &["awsKms.customerMasterKeyId"]),
            (r#"{"awsKms":{"region":"us-east-1"}}"#, 400, "INVALID_ENUM_VALUE", &["awsKms.region"]),
            (r#"{"awsKms":{"region":""}}"#, 400, "INVALID_ENUM_VALUE", &["awsKms.region"]),
            (r#"{"awsKms":{"roleId":"nonsense"}}"#, 400, "INVALID_ATTRIBUTE", &["awsKms.roleId"]),
            (r#"{"awsKms":{"accessKeyID":"short"}}"#, 400, "INVALID_ATTRIBUTE", &["awsKms.accessKeyID"]),
            (r#"{"awsKms":{"customerMasterKeyID":""}}"#, 400, "INVALID_ATTRIBUTE", &["awsKms.customerMasterKeyID"]),
            (
                r#"{"azureKeyVault":{"azureEnvironment":"MARS"}}"#,
                400,
                "INVALID_ENUM_VALUE",
                &["azureKeyVault.azureEnvironment"],
            ),
            (r#"{"azureKeyVault":{"clientID":"not-a-uuid"}}"#, 400, "INVALID_ATTRIBUTE", &["azureKeyVault.clientID"]),
            (r#"{"azureKeyVault":[]}"#, 400, "INVALID_JSON_ATTRIBUTE", &["azureKeyVault"]),
            (r#"{"azureKeyVault":{"secret":["x"]}}"#, 400, "INVALID_JSON_ATTRIBUTE", &["azureKeyVault.secret"]),
            (
                r#"{"azureKeyVault":{"keyIdentifier":7}}"#,
                400,
                "INVALID_JSON_ATTRIBUTE",
                &["azureKeyVault.keyIdentifier"],
            ),
            (r#"{"azureKeyVault":{"tenantId":"x"}}"#, 400, "INVALID_ATTRIBUTE", &["azureKeyVault.tenantId"]),
            (r#"{"azureKeyVault":{"roleId":"nonsense"}}"#, 400, "INVALID_ATTRIBUTE", &["azureKeyVault.roleId"]),
            (r#"{"azureKeyVault":{"keyVaultName":""}}"#, 400, "INVALID_ATTRIBUTE", &["azureKeyVault.keyVaultName"]),
            (
                r#"{"azureKeyVault":{"enabled":true,"enabled":true}}"#,
                400,
                "INVALID_JSON_ATTRIBUTE",
                &["azureKeyVault.enabled"],
            ),
            (r#"{"googleCloudKms":"x"}"#, 400, "INVALID_JSON_ATTRIBUTE", &["googleCloudKms"]),
            (r#"{"googleCloudKms":{"enabled":"true"}}"#, 400, "INVALID_JSON_ATTRIBUTE", &["googleCloudKms.enabled"]),
            (r#"{"googleCloudKms":{"roleId":"nonsense"}}"#, 400, "INVALID_ATTRIBUTE", &["googleCloudKms.roleId"]),
            (
                r#"{"googleCloudKms":{"requirePrivateNetworking":true}}"#,
                400,
                "INVALID_ATTRIBUTE",
                &["googleCloudKms.requirePrivateNetworking"],
            ),
            (
                r#"{"googleCloudKms":{"keyVersionResourceID":"","roleId":"x"},"azureKeyVault":{"colour":"red"}}"#,
                400,
                "VALIDATION_ERROR",
                &["googleCloudKms.keyVersionResourceID", "googleCloudKms.roleId", "azureKeyVault.colour"],
            ),
            (
                r#"{"awsKms":{"region":"x","enabled":1,"colour":"red"},"nope":1,"enabledForSearchNodes":0}"#,
                400,
                "VALIDATION_ERROR",
                &["awsKms.region", "awsKms.enabled", "awsKms.colour", "nope", "enabledForSearchNodes"],
            ),
        ],
    )
    .await;
    house.end().await;
}

async fn tells_everything_that_is_missing(database: Database) {
    let house = House::open(database).await;
    let aws = |fields: Value| json!({ "awsKms": fields }).to_string();
    let all = aws(json!({"enabled": true}));
    let half_id = aws(
        json!({"enabled": true, "customerMasterKeyID": "alias/x", "region": "US_EAST_1", "accessKeyID": "AKIAIOSFODNN7EXAMPLE"}),
    );
    let half_secret =
        aws(json!({"enabled": true, "customerMasterKeyID": "alias/x", "region": "US_EAST_1", "secretAccessKey": "x"}));
    let neither = aws(json!({"enabled": true, "customerMasterKeyID": "alias/x", "region": "US_EAST_1"}));
    let no_flag =
        aws(json!({"customerMasterKeyID": "alias/x", "region": "US_EAST_1", "roleId": "0123456789abcdef01234567"}));
    let nulls = aws(
        json!({"enabled": true, "customerMasterKeyID": null, "region": null, "roleId": null, "accessKeyID": null, "secretAccessKey": null}),
    );
    let empty_secret = aws(
        json!({"enabled": true, "customerMasterKeyID": "alias/x", "region": "US_EAST_1", "accessKeyID": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": ""}),
    );
    let bad_name = aws(
        json!({"enabled": true, "customerMasterKeyID": "../../etc", "region": "US_EAST_1", "roleId": "0123456789abcdef01234567"}),
    );
    let three = ["awsKms.customerMasterKeyID", "awsKms.region", "awsKms.roleId"];
    refuse(
        &house,
        &[
            (&all, 400, "VALIDATION_ERROR", &three),
            (&nulls, 400, "VALIDATION_ERROR", &three),
            (&half_id, 400, "MISSING_ATTRIBUTE", &["awsKms.secretAccessKey"]),
            (&empty_secret, 400, "MISSING_ATTRIBUTE", &["awsKms.secretAccessKey"]),
            (&half_secret, 400, "MISSING_ATTRIBUTE", &["awsKms.accessKeyID"]),
            (&neither, 400, "MISSING_ONE_OF_ATTRIBUTES", &["awsKms.roleId"]),
            (&no_flag, 400, "MISSING_ATTRIBUTE", &["awsKms.enabled"]),
            (&bad_name, 400, "INVALID_ATTRIBUTE", &["awsKms.customerMasterKeyID"]),
            ("{}", 400, "MISSING_ENCRYPTION_AT_REST_PROVIDER", &[]),
        ],
    )
    .await;
    house.end().await;
}

async fn secrets_and_names_of_a_strange_form_are_refused_unquoted(database: Database) {
    let house = House::open(database).await;
    let with = |field: &str, value: &str| {
        let mut payload = house.cloud().payload();
        payload["awsKms"][field] = value.into();
        payload
    };
    for secret in ["with\r\nHeader: x", "with\u{0}nul", "with space", "ünïcode-sécret-vålue", &"s".repeat(5000)] {
        let got: Got = house.patch(&with("secretAccessKey", secret)).await;
        got.is(400, "INVALID_ATTRIBUTE");
        for part in ["Header", "nul", "with space", "sécret", "ssss"] {
            assert!(!got.text().contains(part), "{}", got.text());
        }
    }
    for id in ["AKIA\r\nIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPL€", &"A".repeat(129)] {
        house.patch(&with("accessKeyID", id)).await.is(400, "INVALID_ATTRIBUTE");
    }
    for key in ["alias/x\r\nx", "key id", "arn:aws:kms:us-east-1:123:key/x", "https://evil.example/", "x\u{0}"] {
        house.patch(&with("customerMasterKeyID", key)).await.is(400, "INVALID_ATTRIBUTE");
    }
    assert_eq!(house.cloud().requests("DescribeKey") + house.cloud().requests("Encrypt"), 0, "AWS was not asked");
    assert!(house.events().await.is_empty());
    house.end().await;
}

async fn a_body_of_faults_gets_a_bounded_answer(database: Database) {
    let house = House::open(database).await;
    let fields: Vec<String> = (0..5_000).map(|number| format!("\"field{number}\":{number}")).collect();
    let body = format!("{{\"awsKms\":{{{}}}}}", fields.join(","));
    let call = house.ask("PATCH", &house.path()).header("Content-Type", "application/json").body(body);
    let got = call.send().await;
    got.is(400, "VALIDATION_ERROR");
    assert_eq!(got.fields().len(), 100);
    let long = "x".repeat(100_000);
    let body = json!({"awsKms": {long.as_str(): 1}, long.as_str(): {"region": long}});
    let got = house.patch(&body).await;
    assert!(got.status == 400 && got.body.len() < 2_000, "{} bytes", got.body.len());
    let body = json!({"awsKms": {"region": long}});
    assert!(house.patch(&body).await.is(400, "INVALID_ENUM_VALUE").body.len() < 1_000);
    house.end().await;
}

on_both_engines! {
    a_body_of_faults_gets_a_bounded_answer
    tells_what_is_wrong_with_a_shape
    tells_everything_that_is_missing
    secrets_and_names_of_a_strange_form_are_refused_unquoted
}
