//! What each provider's settings, credentials and roles need to be kept: nothing is lost, nothing of one
//! provider touches another, and what we cannot have written is not believed.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::customer_key::aws_kms::{AwsCredentials, AwsKms};
use domain::customer_key::azure_key_vault::{
    AzureCredentials, AzureEnvironment, AzureKeyVault, KeyIdentifier, ResourceGroupName, VaultName,
};
use domain::customer_key::gcp_kms::{GcpCredentials, GcpKms};
use domain::customer_key::{CustomerKey, Move, ProviderKind, VersionlessKeys};
use domain::id::ProjectId;
use storage::{Outcome, Store, StoreError, WorkKind};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    static_credentials_of_each_provider_come_back
    roles_of_each_provider_come_back
    a_role_of_another_project_is_refused_for_each_provider
    a_versionless_key_comes_back_without_a_version
    a_fingerprint_tells_every_key_and_credential_apart
    options_do_not_change_a_fingerprint
    a_save_of_three_providers_is_one
    disabling_one_provider_leaves_the_others_alone
    a_secret_sealed_for_one_provider_does_not_open_for_another
    what_cannot_have_been_written_by_us_is_not_believed
}

const ENABLED: [(ProviderKind, Move); 3] = [
    (ProviderKind::AwsKms, Move::Enable),
    (ProviderKind::AzureKeyVault, Move::Enable),
    (ProviderKind::GcpKms, Move::Enable),
];

/// Tells whether two keys are the same to the last secret.
fn same(one: &CustomerKey, two: &CustomerKey) -> bool {
    match (one, two) {
        (CustomerKey::AwsKms(one), CustomerKey::AwsKms(two)) => one == two,
        (CustomerKey::AzureKeyVault(one), CustomerKey::AzureKeyVault(two)) => one == two,
        (CustomerKey::GcpKms(one), CustomerKey::GcpKms(two)) => one == two,
        (CustomerKey::AwsKms(_) | CustomerKey::AzureKeyVault(_) | CustomerKey::GcpKms(_), _) => false,
    }
}

/// Sees that a project has these keys and no other.
async fn assert_keys(store: &Store, project: u32, expected: &[CustomerKey]) {
    let found = store.project_snapshot(project_id(project)).await.unwrap().unwrap();
    assert!(found.setting.customer_keys.keys().copied().eq(expected.iter().map(CustomerKey::provider)));
    assert!(found.validities.keys().copied().eq(expected.iter().map(CustomerKey::provider)));
    for key in expected {
        let stored = &found.setting.customer_keys[&key.provider()];
        // Spelled as the customer wrote it, not only equal.
        assert_eq!(format!("{stored:?}"), format!("{key:?}"));
        assert!(same(stored, key), "{stored:?}");
    }
}

async fn static_credentials_of_each_provider_come_back(db: Database) {
    let store = db.open().await;
    seed(&store, 4).await;
    for (number, key) in (1..).zip(static_keys()) {
        let (provider, next) = (key.provider(), setting(number, 1, key.clone()));
        let outcome = save_moves(&store, &next, [(provider, Move::Enable)], event(number, number)).await;
        assert_eq!(outcome, Outcome::Saved);
        assert_keys(&store, number, &[key]).await;
    }
    assert_eq!(save_moves(&store, &setting_of(4, 1, static_keys()), ENABLED, event(4, 4)).await, Outcome::Saved);
    store.close().await;
    drop(store);
    let store = db.open().await;
    assert_keys(&store, 4, &static_keys()).await;
    assert_eq!(store.distinct_customer_keys().await.unwrap(), 3, "project 4 shares with each of the others");
}

async fn roles_of_each_provider_come_back(db: Database) {
    let store = db.open().await;
    seed(&store, 2).await;
    for role in roles(1) {
        assert_eq!(store.insert_provider_role(&role).await.unwrap(), Outcome::Saved);
        assert_eq!(store.insert_provider_role(&role).await.unwrap(), Outcome::Conflict);
        assert_eq!(store.provider_role(project_id(1), role.id).await.unwrap().as_ref(), Some(&role));
        assert_eq!(store.provider_role(project_id(2), role.id).await.unwrap(), None);
        let identity = &role.identity;
        assert!(!store.set_provider_role_authorized(project_id(2), role.id, identity, Some(T0)).await.unwrap());
    }
    assert_eq!(store.provider_roles_of(project_id(1)).await.unwrap(), roles(1));
    assert_eq!(save_moves(&store, &setting_of(1, 1, role_keys()), ENABLED, event(1, 1)).await, Outcome::Saved);
    assert_keys(&store, 1, &role_keys()).await;
    let later = T0 + Duration::from_secs(1);
    for role in roles(1) {
        let identity = &role.identity;
        assert!(store.set_provider_role_authorized(project_id(1), role.id, identity, Some(later)).await.unwrap());
    }
    let found = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    let authorized =
        roles(1).map(|role| (role.id, domain::provider_role::ProviderRole { authorized_at: Some(later), ..role }));
    assert_eq!(found.roles, authorized.into());
    assert_eq!(db.peek("SELECT provider FROM customer_keys WHERE sealed_secret IS NOT NULL").await, [""; 0]);
}

async fn a_role_of_another_project_is_refused_for_each_provider(db: Database) {
    let store = db.open().await;
    seed(&store, 2).await;
    for (role, key) in roles(2).into_iter().zip(role_keys()) {
        assert_eq!(store.insert_provider_role(&role).await.unwrap(), Outcome::Saved);
        let provider = key.provider();
        let change = storage::SaveSetting {
            expected_revision: 0,
            next: &setting(1, 1, key),
            moves: &[(provider, Move::Enable)].into(),
            roles: vec![role],
            validities: new_validity([provider], &valid()),
            at: T0,
            events: vec![event(1, 1)],
        };
        assert_eq!(store.save_encryption_at_rest(change).await.unwrap(), Outcome::Conflict);
        assert_eq!(store.encryption_at_rest(project_id(1)).await.unwrap().revision, 0);
    }
}

async fn a_versionless_key_comes_back_without_a_version(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let key = KeyIdentifier::from_parts("EXAMPLEKey", None, VersionlessKeys::Accept).unwrap();
    let key = CustomerKey::AzureKeyVault(AzureKeyVault { key, ..azure(client_secret(3, CLIENT_SECRET)) });
    let moves = [(ProviderKind::AzureKeyVault, Move::Enable)];
    assert_eq!(save_moves(&store, &setting(1, 1, key.clone()), moves, event(1, 1)).await, Outcome::Saved);
    assert_keys(&store, 1, &[key]).await;
}

/// Each key differs from the first of its kind in one thing that a check depends on.
fn keys_that_differ() -> Vec<CustomerKey> {
    let CustomerKey::AwsKms(aws) = static_key("key-1", "AKIAIOSFODNN7EXAMPLE", SECRET) else { panic!("not AWS") };
    let pair =
        |id: &str, text: &str| AwsCredentials::Static { access_key_id: id.to_owned(), secret_access_key: secret(text) };
    let aws = [
        aws.clone(),
        AwsKms { key: domain::customer_key::aws_kms::AwsKeyName::parse("key-2").unwrap(), ..aws.clone() },
        AwsKms { region: domain::customer_key::aws_kms::AwsRegion::parse("US_EAST_1").unwrap(), ..aws.clone() },
        AwsKms { credentials: pair("AKIAIOSFODNN8EXAMPLE", SECRET), ..aws.clone() },
        AwsKms { credentials: pair("AKIAIOSFODNN7EXAMPLE", "other"), ..aws.clone() },
        AwsKms { credentials: AwsCredentials::Role(role_id(1)), ..aws.clone() },
        AwsKms { credentials: AwsCredentials::Role(role_id(2)), ..aws },
    ];
    let base = azure(client_secret(3, CLIENT_SECRET));
    let named = |name, version| KeyIdentifier::from_parts(name, version, VersionlessKeys::Accept).unwrap();
    let azure = [
        base.clone(),
        AzureKeyVault { environment: AzureEnvironment::Azure, ..base.clone() },
        AzureKeyVault { tenant: guid(9), ..base.clone() },
        AzureKeyVault { vault: VaultName::parse("other").unwrap(), ..base.clone() },
        AzureKeyVault { key: named("other", Some("d891821e")), ..base.clone() },
        AzureKeyVault { key: named("EXAMPLEKey", Some("d891821f")), ..base.clone() },
        AzureKeyVault { key: named("EXAMPLEKey", None), ..base.clone() },
        // A boundary moved by one letter between two parts is another key.
        AzureKeyVault { key: named("EXAMPLEKeyd", Some("891821e")), ..base.clone() },
        AzureKeyVault { credentials: client_secret(9, CLIENT_SECRET), ..base.clone() },
        AzureKeyVault { credentials: client_secret(3, "other"), ..base.clone() },
        AzureKeyVault { credentials: AzureCredentials::Role(role_id(1)), ..base.clone() },
        AzureKeyVault { credentials: AzureCredentials::Role(role_id(2)), ..base },
    ];
    let base = google(service_account_key("atrest", "ab12", PRIVATE_KEY));
    let google = [
        base.clone(),
        GcpKms { key_version: key_version(2), ..base.clone() },
        GcpKms { credentials: service_account_key("other", "ab12", PRIVATE_KEY), ..base.clone() },
        GcpKms { credentials: service_account_key("atrest", "ab13", PRIVATE_KEY), ..base.clone() },
        GcpKms { credentials: service_account_key("atrest", "ab12", "other"), ..base.clone() },
        GcpKms { credentials: GcpCredentials::Role(role_id(1)), ..base.clone() },
        GcpKms { credentials: GcpCredentials::Role(role_id(2)), ..base },
    ];
    let azure = azure.into_iter().map(CustomerKey::AzureKeyVault);
    let google = google.into_iter().map(CustomerKey::GcpKms);
    aws.into_iter().map(CustomerKey::AwsKms).chain(azure).chain(google).collect()
}

/// Saves a key as the next change of a project that has none.
async fn put(store: &Store, project: u32, key: CustomerKey) {
    let revision = store.encryption_at_rest(project_id(project)).await.unwrap().revision;
    let (provider, next) = (key.provider(), setting(project, revision + 1, key));
    let number = project * 1000 + u32::try_from(revision).unwrap();
    assert_eq!(save_moves(store, &next, [(provider, Move::Enable)], event(number, project)).await, Outcome::Saved);
}

async fn a_fingerprint_tells_every_key_and_credential_apart(db: Database) {
    let store = db.open().await;
    let keys = keys_that_differ();
    let count = u32::try_from(keys.len()).unwrap();
    seed(&store, 2 * count).await;
    for (number, key) in (1..).zip(&keys) {
        for role in [1, 2].map(|role| domain::provider_role::ProviderRole {
            id: role_id(role + 100 * number),
            ..roles(number)[0].clone()
        }) {
            assert_eq!(store.insert_provider_role(&role).await.unwrap(), Outcome::Saved);
        }
        put(&store, number, in_project(key, number)).await;
    }
    assert_eq!(store.distinct_customer_keys().await.unwrap(), i64::from(count));
    // A twin in another project is recognised, if it needs no role: a role is of one project only.
    for (number, key) in (1..).zip(&keys).filter(|(_, key)| key.provider_role().is_none()) {
        put(&store, count + number, key.clone()).await;
        let found = store.project_snapshot(project_id(number)).await.unwrap().unwrap();
        let sharing = store.projects_sharing(found.validities[&key.provider()].fingerprint).await.unwrap();
        assert_eq!(sharing, [project_id(number), project_id(count + number)], "{key:?}");
    }
    assert_eq!(store.distinct_customer_keys().await.unwrap(), i64::from(count));
}

/// The same key, reached with the role of that number that the project has.
fn in_project(key: &CustomerKey, project: u32) -> CustomerKey {
    let own = |role| if role == role_id(1) { role_id(1 + 100 * project) } else { role_id(2 + 100 * project) };
    let mut key = key.clone();
    match &mut key {
        CustomerKey::AwsKms(AwsKms { credentials: AwsCredentials::Role(role), .. })
        | CustomerKey::AzureKeyVault(AzureKeyVault { credentials: AzureCredentials::Role(role), .. })
        | CustomerKey::GcpKms(GcpKms { credentials: GcpCredentials::Role(role), .. }) => *role = own(*role),
        CustomerKey::AwsKms(_) | CustomerKey::AzureKeyVault(_) | CustomerKey::GcpKms(_) => {}
    }
    key
}

async fn options_do_not_change_a_fingerprint(db: Database) {
    let store = db.open().await;
    seed(&store, 2).await;
    let base = azure(client_secret(3, CLIENT_SECRET));
    let moved = AzureKeyVault {
        subscription: guid(9),
        resource_group: ResourceGroupName::parse("other").unwrap(),
        require_private_networking: false,
        ..base.clone()
    };
    put(&store, 1, CustomerKey::AzureKeyVault(base)).await;
    put(&store, 2, CustomerKey::AzureKeyVault(moved)).await;
    assert_eq!(store.distinct_customer_keys().await.unwrap(), 1);
}

async fn a_save_of_three_providers_is_one(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let [aws, azure, google] = role_keys();
    // Google's role is nobody's: nothing of the three is saved.
    for role in &roles(1)[..2] {
        assert_eq!(store.insert_provider_role(role).await.unwrap(), Outcome::Saved);
    }
    let change = storage::SaveSetting {
        expected_revision: 0,
        next: &setting_of(1, 1, [aws, azure, google]),
        moves: &ENABLED.into(),
        roles: roles(1).into(),
        validities: new_validity(ProviderKind::ALL, &valid()),
        at: T0,
        events: vec![event(1, 1)],
    };
    assert_eq!(store.save_encryption_at_rest(change).await.unwrap(), Outcome::Conflict);
    assert_keys(&store, 1, &[]).await;
    assert_eq!(db.peek("SELECT id FROM work").await, [""; 0]);
    assert_eq!(db.peek("SELECT id FROM events").await, [""; 0]);
}

async fn sealed(db: &Database, project: ProjectId) -> Vec<(String, String)> {
    let hex = if db.is_sqlite() { "hex(sealed_secret)" } else { "encode(sealed_secret, 'hex')" };
    let rows = db
        .peek(&format!("SELECT provider || ' ' || {hex} FROM customer_keys WHERE project_id = '{project}' ORDER BY 1"))
        .await;
    let pair = |row: String| row.split_once(' ').map(|(one, two)| (one.to_owned(), two.to_owned())).unwrap();
    rows.into_iter().map(pair).collect()
}

async fn disabling_one_provider_leaves_the_others_alone(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    assert_eq!(save_moves(&store, &setting_of(1, 1, static_keys()), ENABLED, event(1, 1)).await, Outcome::Saved);
    for gone in ProviderKind::ALL {
        let before = sealed(&db, project_id(1)).await;
        let revision = store.encryption_at_rest(project_id(1)).await.unwrap().revision;
        let rest: Vec<CustomerKey> = static_keys().into_iter().filter(|key| key.provider() != gone).collect();
        let next = setting_of(1, revision + 1, rest.clone());
        let number = 10 + u32::try_from(revision).unwrap();
        assert_eq!(save_moves(&store, &next, [(gone, Move::Disable)], event(number, 1)).await, Outcome::Saved);
        assert_keys(&store, 1, &rest).await;
        // Its row is gone with its sealed secret; the others are what they were to the byte.
        let left: BTreeSet<_> = sealed(&db, project_id(1)).await.into_iter().collect();
        assert!(left.is_subset(&before.iter().cloned().collect()), "{left:?}");
        assert!(!left.iter().any(|(provider, _)| provider == gone.name()));
        assert_eq!(left.len(), 2);
        let due = store.claim_due(WorkKind::ValidityCheck, T0, "me", 9, std::time::Duration::ZERO).await.unwrap();
        assert_eq!(due.len(), 2, "{gone:?} is not checked any more");
        let again = setting_of(1, revision + 2, static_keys());
        let event = event(number + 100, 1);
        assert_eq!(save_moves(&store, &again, [(gone, Move::Enable)], event).await, Outcome::Saved);
        assert_keys(&store, 1, &static_keys()).await;
    }
}

async fn a_secret_sealed_for_one_provider_does_not_open_for_another(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    assert_eq!(save_moves(&store, &setting_of(1, 1, static_keys()), ENABLED, event(1, 1)).await, Outcome::Saved);
    store.close().await;
    drop(store);
    let moved = "UPDATE customer_keys SET sealed_secret =
        (SELECT sealed_secret FROM customer_keys WHERE provider = 'gcp_kms') WHERE provider = 'azure_key_vault'";
    assert_eq!(db.tamper(moved).await, 1);
    let store = db.open().await;
    let error = store.project_snapshot(project_id(1)).await.unwrap_err();
    let StoreError::Sealed { table, row, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*table, row.as_str()), ("customer_keys", format!("{}/azure_key_vault", project_id(1)).as_str()));
    assert!(!format!("{error:?} {error}").contains("canary"));
}

async fn what_cannot_have_been_written_by_us_is_not_believed(db: Database) {
    let store = db.open().await;
    let damages = [
        ("azure_key_vault", "AZURE_CHINA", "AZURE_GERMANY", "environment"),
        ("azure_key_vault", "\"vault\":\"EXAMPLEKeyVault\"", "\"vault\":\"evil.example/\"", "vault"),
        ("azure_key_vault", "\"EXAMPLEKey\"", "\"../secrets\"", "key name"),
        ("azure_key_vault", "\"d891821e\"", "\"1?x\"", "key name"),
        ("azure_key_vault", "00000001-", "x0000001-", "tenant"),
        ("azure_key_vault", "00000002-", "x0000002-", "subscription"),
        ("azure_key_vault", "00000003-", "x0000003-", "client"),
        (
            "azure_key_vault",
            "\"clientId\":\"00000003-0000-4000-8000-00000000aBcD\"",
            "\"clientId\":null",
            "credentials",
        ),
        ("azure_key_vault", "Schlüssel", "a/b", "resource group"),
        ("azure_key_vault", "\"tenant\"", "\"tenantX\"", "settings"),
        ("azure_key_vault", "{", "{\"more\":1,", "settings"),
        ("azure_key_vault", "{", "", "settings"),
        ("gcp_kms", "cryptoKeyVersions/1", "cryptoKeyVersions/1:destroy", "key version"),
        ("gcp_kms", "atrest@", "at/rest@", "client email"),
        ("gcp_kms", "iam.gserviceaccount.com", "evil.example", "client email"),
        ("gcp_kms", "\"ab12\"", "\"a b\"", "private key id"),
        ("gcp_kms", "\"ab12\"", "null", "credentials"),
        ("gcp_kms", "\"gcp_kms\"", "\"aws_kms\"", "settings"),
    ];
    let projects = u32::try_from(damages.len()).unwrap();
    seed(&store, projects + 2).await;
    for number in 1..=projects {
        let next = setting_of(number, 1, static_keys());
        assert_eq!(save_moves(&store, &next, ENABLED, event(number, number)).await, Outcome::Saved);
    }
    let [azure_role, google_role] = [projects + 1, projects + 2];
    for (number, role, key) in [(azure_role, 1, 1), (google_role, 2, 2)] {
        let role = roles(number)[role].clone();
        assert_eq!(store.insert_provider_role(&role).await.unwrap(), Outcome::Saved);
        put(&store, number, role_keys()[key].clone()).await;
    }
    store.close().await;
    drop(store);
    for (number, (provider, from, to, _)) in (1..).zip(damages) {
        let place = format!("project_id = '{}' AND provider = '{provider}'", project_id(number));
        let sql = format!("UPDATE customer_keys SET settings = replace(settings, '{from}', '{to}') WHERE {place}");
        let before = db.peek(&format!("SELECT settings FROM customer_keys WHERE {place}")).await;
        assert_eq!(db.tamper(&sql).await, 1);
        assert_ne!(db.peek(&format!("SELECT settings FROM customer_keys WHERE {place}")).await, before, "{from}");
    }
    for (number, from, to) in [(azure_role, guid(4).as_str(), "nobody"), (google_role, "gserviceaccount.com", "evil")] {
        let place = format!("project_id = '{}'", project_id(number));
        let sql = format!("UPDATE provider_roles SET identity = replace(identity, '{from}', '{to}') WHERE {place}");
        assert_eq!(db.tamper(&sql).await, 1);
    }
    let store = db.open().await;
    for (number, (_, from, to, expected)) in (1..).zip(damages) {
        let error = store.project_snapshot(project_id(number)).await.unwrap_err();
        let StoreError::Corrupt { table: "customer_keys", what } = error else { panic!("{from}, {to}: {error:?}") };
        assert_eq!(what, expected, "{from}, {to}");
    }
    for number in [azure_role, google_role] {
        let error = store.project_snapshot(project_id(number)).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { table: "provider_roles", what: "identity" }), "{error:?}");
    }
}
