//! No tenant input chooses a host (product.md 2.5): whatever names another place, or could be read as one, is
//! refused before any connection is opened. The clouds' doors count.

use serde_json::{Value, json};

use crate::cloud::google::{altered, private_key};
use crate::database::Database;
use crate::house::{House, path_of};
use crate::on_both_engines;

/// Sends each value of a field, first to a project that has nothing, then to one that is enabled.
async fn refuse(house: &House, (provider, field): (&str, &str), values: &[Value], codes: &[&str]) {
    let name = format!("{field} {}", values.len());
    let fresh = house.new_project(&name).await;
    let whole = house.cloud().whole_payload();
    let before = (house.read().await.body, house.get(&path_of(fresh)).await.body, house.events().await);
    let connections = house.cloud().connections();
    for value in values {
        let mut first = json!({provider: whole[provider]});
        first[provider][field] = value.clone();
        let later = json!({provider: {field: value}});
        for (project, body) in [(fresh, first), (house.project, later)] {
            let got = house.patch_in(project, &body).await;
            assert_eq!(got.status, 400, "{field} {value}: {}", got.text());
            assert!(codes.contains(&got.code().as_str()), "{field} {value}: {}", got.text());
            assert_eq!(got.json()["parameters"], json!([format!("{provider}.{field}")]), "{value}: {}", got.text());
            assert!(!got.text().contains("evil.example"), "it is not repeated: {}", got.text());
        }
    }
    assert_eq!(house.cloud().connections(), connections, "{field}: no connection was opened");
    assert_eq!((house.read().await.body, house.get(&path_of(fresh)).await.body, house.events().await), before);
}

async fn open(database: Database) -> House {
    let house = House::open_everywhere(database).await;
    house.patch(&house.cloud().whole_payload()).await.ok();
    house
}

fn texts<const N: usize>(values: [String; N]) -> Vec<Value> {
    values.into_iter().map(Value::String).collect()
}

async fn a_key_identifier_is_at_its_vault_and_nowhere_else(database: Database) {
    let house = open(database).await;
    let good = house.cloud().azure().key.id.clone();
    let (version, port) = (house.cloud().azure().key.version.clone(), house.cloud().clouds.azure_address().port());
    let host = format!("localhost:{port}");
    let values = texts([
        good.replace(&host, "evil.example"),
        good.replace(&host, &format!("evil.example:{port}")),
        good.replace(&host, &format!("127.0.0.1:{port}")),
        good.replace(&host, &format!("[::1]:{port}")),
        good.replace(&host, &format!("2130706433:{port}")),
        good.replace(&host, "169.254.169.254"),
        good.replace(&host, "localhost"),
        good.replace(&host, "localhost:1"),
        good.replace(&host, &format!("localhost:0{port}")),
        good.replace(&host, &format!("localhost.:{port}")),
        good.replace(&host, &format!("vault.localhost:{port}")),
        good.replace(&host, &format!("user@{host}")),
        good.replace(&host, &format!("user:pw@{host}")),
        good.replace(&host, &format!("{host}@evil.example")),
        good.replace(&host, &format!("evil.example\\@{host}")),
        good.replace(&host, &format!("{host}#@evil.example")),
        format!("{good}?api-version=7.4"),
        format!("{good}#fragment"),
        good.replace("/keys/", "/keys/../keys/"),
        good.replace("/keys/", "/./keys/"),
        good.replace("/keys/", "//keys/"),
        good.replace("/keys/first", "/keys/.."),
        good.replace("/keys/first", "/keys/%2e%2e%2fsecrets"),
        good.replace("/keys/first", "/keys%2ffirst"),
        good.replace("/keys/first", "/keys\\first"),
        good.replace("/keys/", "/secrets/"),
        good.replace("/keys/", "/certificates/"),
        good.replace("/keys/", "/Keys/"),
        good.replace("https", "HTTPS"),
        good.replace("https", "http"),
        good.replace("https:", ""),
        good.replace("https://", "https:\\\\"),
        format!("{good}/"),
        format!("{good}/decrypt"),
        good.replace(&format!("/{version}"), ""),
        good.replace(&version, ""),
        good.replace(&version, "a-b"),
        "string".to_owned(),
    ]);
    let codes = ["AZURE_KEY_VAULT_KEY_IDENTIFIER_INVALID_FORMAT"];
    refuse(&house, ("azureKeyVault", "keyIdentifier"), &values, &codes).await;
    // What is no line of text at all has the wrong shape before it has the wrong place.
    let values = texts([format!("{good}\r\n"), format!(" {good}"), format!("{good}\u{0}"), String::new()]);
    let codes = ["AZURE_KEY_VAULT_KEY_IDENTIFIER_INVALID_FORMAT", "INVALID_ATTRIBUTE"];
    refuse(&house, ("azureKeyVault", "keyIdentifier"), &values, &codes).await;
    house.end().await;
}

async fn a_vault_name_is_one_label(database: Database) {
    let house = open(database).await;
    let values = [
        "evil.example/",
        "a/b",
        "../a",
        "a.b",
        "a%2fb",
        "a%2Eb",
        "a:1",
        "a@b",
        "a\\b",
        "a?b",
        "a#b",
        "ab",
        "1ab",
        "a--b",
        "localhost.",
        "127.0.0.1",
        "a b",
        "\u{430}bc",
        "",
    ];
    refuse(&house, ("azureKeyVault", "keyVaultName"), &values.map(|value| json!(value)), &["INVALID_ATTRIBUTE"]).await;
    let values = ["", "..", "a/b", "a%2fb", "a\\b", "a?b", "a#b", "a.", "a b"];
    let codes = ["INVALID_ATTRIBUTE"];
    refuse(&house, ("azureKeyVault", "resourceGroupName"), &values.map(|value| json!(value)), &codes).await;
    let values = ["common", "contoso.onmicrosoft.com", "../../x", "7e4a47aa-0000-4000-8000-0000000000/a", ""];
    refuse(&house, ("azureKeyVault", "tenantID"), &values.map(|value| json!(value)), &codes).await;
    refuse(&house, ("azureKeyVault", "subscriptionID"), &values.map(|value| json!(value)), &codes).await;
    let values = ["azure", "AZURE_GERMANY", "https://elsewhere.example", ""];
    let codes = ["INVALID_ENUM_VALUE"];
    refuse(&house, ("azureKeyVault", "azureEnvironment"), &values.map(|value| json!(value)), &codes).await;
    house.end().await;
}

async fn a_key_version_is_a_resource_name(database: Database) {
    let house = open(database).await;
    let good = house.cloud().google().version();
    let values = texts([
        format!("/{good}"),
        format!("https://cloudkms.googleapis.com/v1/{good}"),
        format!("//evil.example/{good}"),
        format!("../{good}"),
        good.replace("customer-project", ".."),
        good.replace("customer-project", "-"),
        good.replace("customer-project", "a/b"),
        good.replace("customer-project", "a%2fb"),
        good.replace("customer-project", "evil.example"),
        good.replace("us-east4", "us-east4.evil.example"),
        good.replace("/first/", "/%2e%2e/"),
        good.replace("/first/", "/../"),
        good.replace("/first/", "/first:encrypt/"),
        good.replace("Versions/1", "Versions/latest"),
        good.replace("Versions/1", "Versions/1:destroy"),
        good.replace("Versions/1", "Versions/1?alt=media"),
        good.replace("Versions/1", "Versions/1#x"),
        good.replace("Versions/1", "Versions/1/../2"),
        good.replace("/cryptoKeyVersions/1", ""),
        "string".to_owned(),
    ]);
    refuse(&house, ("googleCloudKms", "keyVersionResourceID"), &values, &["INVALID_ATTRIBUTE"]).await;
    house.end().await;
}

async fn a_key_file_names_the_configured_token_endpoint(database: Database) {
    let house = open(database).await;
    let file = &house.cloud().google().user;
    let endpoint = house.cloud().clouds.gcp_endpoint();
    let with = |member: &str, value: Value| altered(file, member, value);
    let token_uri = |uri: &str| with("token_uri", json!(uri));
    let private = private_key(file);
    let values = texts([
        with("type", json!("external_account")),
        with("type", json!("authorized_user")),
        with("type", json!("impersonated_service_account")),
        with("type", json!("external_account_authorized_user")),
        with("type", json!("gdch_service_account")),
        with("type", json!(1)),
        with("type", Value::Null),
        token_uri("https://evil.example/token"),
        token_uri("https://oauth2.googleapis.com/token"),
        token_uri("http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token"),
        token_uri(&endpoint),
        token_uri(&format!("{endpoint}/token/")),
        token_uri(&format!("{endpoint}/token?x")),
        token_uri(&format!("{endpoint}/./token")),
        token_uri(&format!("{endpoint}/token#x")),
        token_uri(&format!("{endpoint}/token").replace("http://", "http://evil@")),
        token_uri(&format!("{endpoint}/token").replace("http://", "HTTP://")),
        token_uri(""),
        with("token_uri", json!({"url": "https://evil.example/token"})),
        with("token_uri", Value::Null),
        with("client_email", json!("person@gmail.com")),
        with("client_email", json!("a@evil.example")),
        with("client_email", json!("a@p.iam.gserviceaccount.com/../../x")),
        with("client_email", Value::Null),
        with("private_key_id", json!("a b")),
        with("private_key_id", Value::Null),
        with("private_key", json!("no PEM")),
        with("private_key", json!(private.replace("PRIVATE KEY", "RSA PRIVATE KEY"))),
        with("private_key", json!(private.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"))),
        with("private_key", json!([private])),
        with("private_key", Value::Null),
        format!("{}{}", file.expose_json(), file.expose_json()),
        file.expose_json().replacen('{', "{\"type\":\"external_account\",", 1),
        format!("[{}]", file.expose_json()),
        file.expose_json().trim_end().trim_end_matches('}').to_owned(),
        private.clone(),
        "string".to_owned(),
    ]);
    refuse(&house, ("googleCloudKms", "serviceAccountKey"), &values, &["INVALID_ATTRIBUTE"]).await;
    // What else stands in the file leads nowhere: it is not used, and not kept.
    let mut file: Value = serde_json::from_str(file.expose_json()).unwrap();
    for member in
        ["auth_uri", "auth_provider_x509_cert_url", "client_x509_cert_url", "universe_domain", "quota_project_id"]
    {
        file[member] = json!("https://evil.example/");
    }
    file["credential_source"] = json!({"url": "https://evil.example/", "executable": {"command": "/bin/true"}});
    let got = house.patch(&json!({"googleCloudKms": {"serviceAccountKey": file.to_string()}})).await.ok();
    assert_eq!(got["googleCloudKms"]["valid"], true);
    let stored = house.ground.database.everything().await;
    assert!(stored.iter().all(|(_, bytes)| !bytes.windows(12).any(|window| window == b"evil.example")));
    house.end().await;
}

on_both_engines! {
    a_key_identifier_is_at_its_vault_and_nowhere_else
    a_vault_name_is_one_label
    a_key_version_is_a_resource_name
    a_key_file_names_the_configured_token_endpoint
}
