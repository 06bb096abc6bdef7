//! PATCH `encryptionAtRest` with the providers that this release has the shape of, not the provider.

use serde_json::{Value, json};

use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

/// As the documents' samples have it.
fn azure() -> Value {
    json!({"azureKeyVault": {
        "enabled": true,
        "azureEnvironment": "AZURE",
        "tenantID": "632ff709-32a8-48a3-8224-30d2386fadaf",
        "clientID": "b054a9ff-b60a-4cb6-8df6-20726eaefce6",
        "secret": "s3cret~of.a-principal",
        "subscriptionID": "a39012fb-d604-4cd1-8841-77f705f3e6d5",
        "resourceGroupName": "test-tf-export",
        "keyVaultName": "test-tf-export",
        "keyIdentifier": "https://test-tf-export.vault.azure.net/keys/test/78b9134f9bc94fda8027a32b4715bf3f",
        "requirePrivateNetworking": false,
    }})
}

fn google() -> Value {
    json!({"googleCloudKms": {
        "enabled": true,
        "keyVersionResourceID": "projects/p/locations/us-east4/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1",
        "serviceAccountKey": r#"{"type":"service_account","private_key":"x"}"#,
    }})
}

async fn their_shape_is_known_and_nothing_is_changed(database: Database) {
    let house = House::open(database).await;
    house.enable().await;
    let (before, events) = (house.read().await.body, house.events().await);
    let role = json!("0123456789abcdef01234567");
    let mut with_role = azure();
    with_role["azureKeyVault"]["roleId"] = role.clone();
    let mut beside = google();
    beside["awsKms"] = json!({"enabled": false});
    beside["enabledForSearchNodes"] = json!(true);
    let private = json!({"azureKeyVault": {"requirePrivateNetworking": true}});
    let rotated = json!({"azureKeyVault": {"keyIdentifier": "https://v.vault.azure.net/keys/k/0"}});
    for (body, provider) in [
        (azure(), "Azure Key Vault"),
        (with_role, "Azure Key Vault"),
        (private, "Azure Key Vault"),
        (rotated, "Azure Key Vault"),
        (google(), "Google Cloud KMS"),
        (json!({"googleCloudKms": {"enabled": true, "roleId": role}}), "Google Cloud KMS"),
        (beside, "Google Cloud KMS"),
    ] {
        let got = house.patch(&body).await;
        got.is(501, "PROVIDER_NOT_BUILT");
        assert_eq!(got.json()["parameters"], json!([provider]), "{body}");
    }
    // A wrong shape is told as such first.
    let mut wrong = azure();
    wrong["azureKeyVault"]["tenantID"] = json!("x");
    house.patch(&wrong).await.is(400, "INVALID_ATTRIBUTE");
    assert_eq!(house.read().await.body, before, "all or nothing over the providers");
    assert_eq!(house.events().await, events);
    house.end().await;
}

async fn can_be_disabled_as_if_they_were_there(database: Database) {
    let house = House::open(database).await;
    let all = json!({"awsKms": {"enabled": false}, "azureKeyVault": {"enabled": false}, "googleCloudKms": {"enabled": false}});
    let got = house.patch(&all).await.ok();
    for provider in ["awsKms", "azureKeyVault", "googleCloudKms"] {
        let object = got[provider].as_object().unwrap();
        for (name, value) in object {
            let flag = matches!(name.as_str(), "enabled" | "valid");
            assert!(if flag { *value == json!(false) } else { value.is_null() }, "{provider}.{name}: {value}");
        }
    }
    assert!(house.events().await.is_empty());
    house.end().await;
}

#[tokio::test]
async fn private_endpoints_are_not_there_yet() {
    let house = House::open(Database::sqlite()).await;
    for (method, path) in
        [("GET", "AZURE/privateEndpoints"), ("POST", "AWS/privateEndpoints"), ("GET", "GCP/privateEndpoints")]
    {
        let got = house.ask(method, &format!("{}/{path}", house.path())).send().await;
        got.is(404, "RESOURCE_NOT_FOUND");
    }
    house.end().await;
}

on_both_engines! {
    their_shape_is_known_and_nothing_is_changed
    can_be_disabled_as_if_they_were_there
}
