//! PATCH `encryptionAtRest` for what is not there: providers never configured, endpoints of a later release.

use serde_json::json;

use crate::database::Database;
use crate::house::House;
use crate::on_both_engines;

async fn what_was_never_configured_can_be_disabled(database: Database) {
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
    what_was_never_configured_can_be_disabled
}
