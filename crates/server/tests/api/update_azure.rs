//! PATCH and GET `encryptionAtRest` with Azure: the rules of merging (product.md 1.4), end to end.

use domain::customer_key::{Policy, StaticCredentials, VersionlessKeys};
use serde_json::{Value, json};

use crate::cloud::azure::{RESOURCES, USE_KEY, VAULT, WRONG_SECRET};
use crate::database::Database;
use crate::house::{House, Plan, path_of};
use crate::on_both_engines;

const UPDATED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED";

async fn changes(house: &House) -> usize {
    house.events().await.iter().filter(|name| *name == UPDATED).count()
}

fn disabled() -> Value {
    json!({
        "azureEnvironment": null, "clientID": null, "enabled": false, "keyIdentifier": null, "keyVaultName": null,
        "requirePrivateNetworking": null, "resourceGroupName": null, "roleId": null, "subscriptionID": null,
        "tenantID": null, "valid": false,
    })
}

fn azure(fields: Value) -> Value {
    json!({ "azureKeyVault": fields })
}

async fn first_enabling_needs_everything_and_lists_all_that_is_missing(database: Database) {
    let house = House::open_everywhere(database).await;
    let customer = house.cloud().azure();
    let connections = house.cloud().connections();
    let got = house.patch(&azure(json!({"enabled": true}))).await;
    got.is(400, "VALIDATION_ERROR");
    let all = [
        "azureKeyVault.azureEnvironment",
        "azureKeyVault.tenantID",
        "azureKeyVault.roleId",
        "azureKeyVault.subscriptionID",
        "azureKeyVault.resourceGroupName",
        "azureKeyVault.keyVaultName",
        "azureKeyVault.keyIdentifier",
    ];
    assert_eq!(got.fields(), all);
    let whole = customer.payload();
    for field in whole["azureKeyVault"].as_object().unwrap().keys() {
        let mut body = whole.clone();
        body["azureKeyVault"].as_object_mut().unwrap().remove(field);
        let got = house.patch(&body).await;
        got.is(400, "MISSING_ATTRIBUTE");
        assert_eq!(got.json()["parameters"], json!([format!("azureKeyVault.{field}")]));
    }
    assert_eq!(house.cloud().connections(), connections);
    let got = house.patch(&whole).await.ok();
    let expected = json!({
        "azureEnvironment": "AZURE", "clientID": customer.user.client_id, "enabled": true,
        "keyIdentifier": customer.key.id, "keyVaultName": VAULT, "requirePrivateNetworking": false,
        "resourceGroupName": RESOURCES, "roleId": null, "subscriptionID": customer.subscription,
        "tenantID": customer.tenant, "valid": true,
    });
    assert_eq!(got["azureKeyVault"], expected);
    assert_eq!((&got["awsKms"]["enabled"], &got["googleCloudKms"]["enabled"]), (&false.into(), &false.into()));
    assert_eq!(house.read().await.ok(), got);
    let proof = ["Encrypt", "Decrypt", "GetKey"].map(|operation| customer.azure.requests(operation));
    assert_eq!(proof, [1, 1, 1], "one real round trip");
    assert_eq!(house.events().await, [UPDATED]);
    house.end().await;
}

async fn later_only_what_changed(database: Database) {
    let house = House::open_everywhere(database).await;
    let customer = house.cloud().azure();
    let before = house.patch(&customer.payload()).await.ok();
    let asked = customer.azure.requests("Encrypt");
    for body in [
        customer.payload(),
        before.clone(),
        azure(json!({})),
        azure(Value::Null),
        azure(json!({"enabled": true})),
        azure(json!({"valid": false})),
        azure(json!({"secret": customer.user.secret.expose_secret()})),
        azure(json!({"tenantID": customer.tenant.to_ascii_uppercase(), "keyVaultName": "LOCALHOST"})),
        azure(json!({"requirePrivateNetworking": null, "roleId": null})),
    ] {
        assert_eq!(house.patch(&body).await.ok(), before, "{body}");
    }
    assert_eq!(
        (changes(&house).await, customer.azure.requests("Encrypt")),
        (1, asked),
        "nothing changed, nothing proved"
    );
    let rotated = customer.azure.rotate_key(VAULT, &customer.key.name).await.unwrap();
    let mut wanted = before;
    for (field, value) in [("keyIdentifier", json!(rotated.id)), ("requirePrivateNetworking", json!(true))] {
        wanted["azureKeyVault"][field] = value.clone();
        assert_eq!(house.patch(&azure(json!({field: value}))).await.ok(), wanted);
    }
    assert_eq!(house.read().await.ok(), wanted);
    assert_eq!(changes(&house).await, 3);
    house.end().await;
}

async fn write_only_fields_keep_what_is_stored_and_are_never_returned(database: Database) {
    let house = House::open_everywhere(database).await;
    let customer = house.cloud().azure();
    // With nothing stored they are missing.
    for nothing in [json!(null), json!("")] {
        let mut body = customer.payload();
        body["azureKeyVault"]["secret"] = nothing;
        let got = house.patch(&body).await;
        got.is(400, "MISSING_ATTRIBUTE");
        assert_eq!(got.json()["parameters"], json!(["azureKeyVault.secret"]));
    }
    house.patch(&customer.payload()).await.ok();
    let second = customer.new_key("second").await;
    for (keeping, key) in [(Some(json!(null)), &second), (Some(json!("")), &customer.key), (None, &second)] {
        let mut body = azure(json!({"keyIdentifier": key.id}));
        if let Some(keeping) = keeping {
            body["azureKeyVault"]["secret"] = keeping;
        }
        let got = house.patch(&body).await.ok();
        assert_eq!(
            (&got["azureKeyVault"]["keyIdentifier"], &got["azureKeyVault"]["valid"]),
            (&key.id.as_str().into(), &true.into())
        );
    }
    let secret = customer.user.secret.expose_secret();
    for got in [house.read().await, house.patch(&customer.payload()).await] {
        assert!(!got.text().contains(secret) && got.json()["azureKeyVault"].get("secret").is_none());
    }
    house.end().await;
}

async fn changing_an_identity_needs_its_secret_in_the_same_body(database: Database) {
    let house = House::open_everywhere(database).await;
    let customer = house.cloud().azure();
    let before = house.patch(&customer.payload()).await.ok();
    let other = customer.new_app("other", USE_KEY).await;
    let connections = house.cloud().connections();
    for (field, value) in [
        ("clientID", other.client_id.as_str()),
        ("tenantID", &customer.operator_tenant),
        ("azureEnvironment", "AZURE_CHINA"),
    ] {
        for keeping in [None, Some(json!(null)), Some(json!(""))] {
            let mut body = azure(json!({field: value}));
            if let Some(keeping) = keeping {
                body["azureKeyVault"]["secret"] = keeping;
            }
            let got = house.patch(&body).await;
            got.is(400, "MISSING_ATTRIBUTE");
            assert_eq!(got.json()["parameters"], json!(["azureKeyVault.secret"]), "{body}");
        }
    }
    assert_eq!(house.cloud().connections(), connections, "the stored secret is shown to nobody else");
    assert_eq!(house.read().await.ok(), before);
    let body = azure(json!({"clientID": other.client_id, "secret": other.secret.expose_secret()}));
    let got = house.patch(&body).await.ok();
    assert_eq!(got["azureKeyVault"]["clientID"], other.client_id);
    // The same identity may get another secret alone; a wrong one is refused and the right one stays.
    house.patch(&azure(json!({"secret": WRONG_SECRET}))).await.is(400, "INVALID_AZURE_CREDENTIALS");
    assert_eq!(house.read().await.ok(), got);
    let fresh = customer.azure.create_secret(&other.client_id, "second", None).await.unwrap();
    house.patch(&azure(json!({"secret": fresh.expose_secret()}))).await.ok();
    assert_eq!(changes(&house).await, 3);
    house.end().await;
}

async fn both_at_once_the_role_wins_and_there_is_no_way_back(database: Database) {
    let house = House::open_everywhere(database).await;
    let customer = house.cloud().azure();
    let role = house.new_azure_role(house.project).await.id.to_string();
    let mut both = customer.payload();
    both["azureKeyVault"]["roleId"] = json!(role);
    both["azureKeyVault"]["secret"] = json!("wrong-and-never-looked-at");
    let got = house.patch(&both).await.ok();
    assert_eq!(
        (&got["azureKeyVault"]["roleId"], &got["azureKeyVault"]["clientID"]),
        (&role.as_str().into(), &Value::Null)
    );
    let pair = azure(json!({"clientID": customer.user.client_id, "secret": customer.user.secret.expose_secret()}));
    let mut null_role = pair.clone();
    null_role["azureKeyVault"]["roleId"] = Value::Null;
    for back in [pair, null_role, azure(json!({"secret": "x"})), azure(json!({"clientID": customer.user.client_id}))] {
        let refused = house.patch(&back).await;
        refused.is(400, "AZURE_KEY_VAULT_CREDENTIALS_DEPRECATED");
        assert!(refused.detail().contains("no way back"), "{}", refused.detail());
    }
    house.patch(&azure(json!({"roleId": null}))).await.is(400, "MISSING_ATTRIBUTE");
    assert_eq!(house.read().await.ok(), got);
    // From a static pair to a role is welcome; and after disabling, everything is.
    house.patch(&azure(json!({"enabled": false}))).await.ok();
    house.patch(&customer.payload()).await.ok();
    let got = house.patch(&azure(json!({"roleId": role}))).await.ok();
    assert_eq!((&got["azureKeyVault"]["roleId"], &got["azureKeyVault"]["clientID"]), (&role.into(), &Value::Null));
    house.end().await;
}

async fn null_for_a_required_field_is_missing_and_disabling_forgets_everything(database: Database) {
    let house = House::open_everywhere(database).await;
    let customer = house.cloud().azure();
    let disable = azure(json!({"enabled": false}));
    assert_eq!(house.patch(&disable).await.ok()["azureKeyVault"], disabled(), "also for one never configured");
    assert!(house.events().await.is_empty());
    let before = house.patch(&customer.payload()).await.ok();
    let required = [
        "enabled",
        "azureEnvironment",
        "tenantID",
        "subscriptionID",
        "resourceGroupName",
        "keyVaultName",
        "keyIdentifier",
        "clientID",
    ];
    for field in required {
        let got = house.patch(&azure(json!({field: null, "secret": "x"}))).await;
        got.is(400, "MISSING_ATTRIBUTE");
        assert_eq!(got.json()["parameters"], json!([format!("azureKeyVault.{field}")]));
    }
    assert_eq!(house.read().await.ok(), before);
    // Whatever stands beside `false` is not read.
    let beside = azure(json!({"enabled": false, "keyVaultName": "a/b", "secret": "x", "valid": true}));
    assert_eq!(house.patch(&beside).await.ok()["azureKeyVault"], disabled());
    assert_eq!(house.read().await.ok()["azureKeyVault"], disabled());
    assert_eq!(house.standings_in(house.project).await[1]["state"], "NOT_CONFIGURED");
    let got = house.patch(&azure(json!({"enabled": true}))).await;
    assert_eq!(got.fields().len(), 7, "no credential is left: {:?}", got.fields());
    assert_eq!(changes(&house).await, 2);
    house.end().await;
}

async fn the_policy_may_refuse_new_static_credentials(database: Database) {
    let lenient = House::open_everywhere(database).await;
    lenient.patch(&lenient.cloud().azure().payload()).await.ok();
    let (org, project, key) = (lenient.org, lenient.project, lenient.owner.clone());
    let policy = Policy { static_credentials: StaticCredentials::RefuseNew, ..Policy::default() };
    let house = House::reopen(lenient.end().await, Plan { policy, ..Plan::default() }, org, project, key).await;
    let customer = house.cloud().azure();
    // What is stored stays, and can be echoed.
    let stored = house.read().await.ok();
    assert_eq!(house.patch(&stored).await.ok(), stored);
    assert_eq!(house.patch(&customer.payload()).await.ok(), stored);
    let second = customer.new_key("second").await;
    house.patch(&azure(json!({"keyIdentifier": second.id}))).await.ok();
    let other = customer.new_app("other", USE_KEY).await;
    let refused = house.patch(&customer.payload_with(&second, &other)).await;
    refused.is(400, "AZURE_KEY_VAULT_CREDENTIALS_DEPRECATED");
    assert!(
        refused.detail().starts_with("Credentials based authentication is no longer supported for Azure Key Vault.")
    );
    let fresh = house.new_project("fresh").await;
    house.patch_in(fresh, &customer.payload()).await.is(400, "AZURE_KEY_VAULT_CREDENTIALS_DEPRECATED");
    let role = house.new_azure_role(fresh).await.id.to_string();
    house.patch_in(fresh, &customer.role_payload(&role)).await.ok();
    house.end().await;
}

async fn a_key_without_its_version_is_taken_where_the_policy_says_so(database: Database) {
    let policy = Policy { versionless_keys: VersionlessKeys::Accept, ..Policy::default() };
    let lenient = House::open_everywhere_as(database, Plan { policy, ..Plan::default() }).await;
    let customer = lenient.cloud().azure();
    let bare = customer.key.id.replace(&format!("/{}", customer.key.version), "");
    let mut body = customer.payload();
    body["azureKeyVault"]["keyIdentifier"] = json!(bare);
    let got = lenient.patch(&body).await.ok();
    assert_eq!(
        (&got["azureKeyVault"]["keyIdentifier"], &got["azureKeyVault"]["valid"]),
        (&bare.as_str().into(), &true.into())
    );
    // A new version is used from now on.
    customer.azure.rotate_key(VAULT, &customer.key.name).await.unwrap();
    let (org, project, key) = (lenient.org, lenient.project, lenient.owner.clone());
    let house = House::reopen(lenient.end().await, Plan::watchful(), org, project, key).await;
    let customer = house.cloud().azure();
    // By now the policy is another one: what was taken stays and works, what is new needs a version.
    assert_eq!(house.read().await.ok(), got);
    let other = customer.new_app("other", USE_KEY).await;
    let change = azure(json!({"clientID": other.client_id, "secret": other.secret.expose_secret()}));
    assert_eq!(house.patch(&change).await.ok()["azureKeyVault"]["keyIdentifier"], bare);
    house.patch(&azure(json!({"keyIdentifier": bare}))).await.is(400, "AZURE_KEY_VAULT_KEY_IDENTIFIER_INVALID_FORMAT");
    let fresh = house.new_project("fresh").await;
    let got = house.patch_in(fresh, &body).await;
    got.is(400, "AZURE_KEY_VAULT_KEY_IDENTIFIER_INVALID_FORMAT");
    assert!(got.detail().contains("/keys/<key name>/<key version>"), "{}", got.detail());
    assert_eq!(house.get(&path_of(fresh)).await.ok()["azureKeyVault"], disabled());
    house.patch(&azure(json!({"keyIdentifier": customer.key.id}))).await.ok();
    house.end().await;
}

on_both_engines! {
    first_enabling_needs_everything_and_lists_all_that_is_missing
    later_only_what_changed
    write_only_fields_keep_what_is_stored_and_are_never_returned
    changing_an_identity_needs_its_secret_in_the_same_body
    both_at_once_the_role_wins_and_there_is_no_way_back
    null_for_a_required_field_is_missing_and_disabling_forgets_everything
    the_policy_may_refuse_new_static_credentials
    a_key_without_its_version_is_taken_where_the_policy_says_so
}
