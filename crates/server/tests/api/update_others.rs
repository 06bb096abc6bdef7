//! PATCH `encryptionAtRest` for what is not there: providers never configured.

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

on_both_engines! {
    what_was_never_configured_can_be_disabled
}
