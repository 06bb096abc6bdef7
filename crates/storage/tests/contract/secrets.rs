//! No secret lies in the database as it is, and a sealed one opens in its own place only.

use domain::customer_key::{Move, ProviderKind};
use storage::{Outcome, StoreError};

use crate::database::{Database, root_key};
use crate::fixtures::*;
use crate::nodes::{authority, ca_key};
use crate::on_both_engines;

on_both_engines! {
    nothing_at_rest_holds_a_secret
    a_sealed_credential_moved_to_another_project_is_refused
    a_sealed_ha1_moved_to_another_row_or_owner_is_refused
    a_sealed_value_moved_to_another_column_is_refused
    the_root_key_can_be_exchanged
    a_failed_exchange_changes_nothing
}

const HA1: [u8; 16] = *b"canary of an HA1";
const SIGNING: [u8; 32] = *b"canary of a signing key 32 bytes";

/// Gives every byte the database keeps, as it lies there or as a dump would show it.
async fn everything_at_rest(db: &Database) -> Vec<u8> {
    let mut all = Vec::new();
    if db.is_sqlite() {
        for entry in std::fs::read_dir(db.dir()).unwrap() {
            all.extend(std::fs::read(entry.unwrap().path()).unwrap());
        }
        return all;
    }
    for table in db.table_names().await {
        for row in db.peek(&format!("SELECT CAST(row_to_json(t) AS TEXT) FROM {table} AS t")).await {
            all.extend(row.into_bytes());
        }
    }
    all
}

fn spellings(secret: &[u8]) -> Vec<Vec<u8>> {
    use base64::Engine as _;
    // In base64 a text has three looks, depending on where it begins.
    let base64 = (0..3).map(|skipped| {
        let text = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&secret[skipped..]);
        text.as_bytes()[..text.len() - 3].to_vec()
    });
    let hex = hex::encode(secret);
    base64.chain([secret.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()]).collect()
}

async fn assert_hidden(db: &Database) {
    let all = everything_at_rest(db).await;
    assert!(contains(&all, b"deploy") && contains(&all, b"key-1"), "the search sees what is not secret");
    // One line of the key: JSON spells the breaks between lines otherwise.
    let private_key = PRIVATE_KEY.lines().nth(1).unwrap().as_bytes();
    for secret in [SECRET.as_bytes(), CLIENT_SECRET.as_bytes(), private_key, &HA1, &SIGNING] {
        for spelling in spellings(secret) {
            assert!(!contains(&all, &spelling), "{} lies in the open", String::from_utf8_lossy(&spelling));
        }
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

async fn nothing_at_rest_holds_a_secret(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 3).await;
    assert_eq!(store.insert_api_key(&api_key(1, 1), &secret_bytes(HA1)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_instance_secret("signing", &secret_bytes(SIGNING)).await.unwrap(), Outcome::Saved);
    for (number, key) in (4..).zip(static_keys()) {
        assert_eq!(store.insert_project(&project(number, 1)).await.unwrap(), Outcome::Saved);
        let (provider, next) = (key.provider(), setting(number, 1, key));
        let outcome = save_moves(&store, &next, [(provider, Move::Enable)], event(number, number)).await;
        assert_eq!(outcome, Outcome::Saved);
    }
    assert_hidden(&db).await;
    let next = setting(1, 2, static_key("key-1", "AKIAIOSFODNN7EXAMPLE", &format!("{SECRET}2")));
    assert_eq!(save(&store, &next, Move::ChangeCredentials, event(9, 1)).await, Outcome::Saved);
    store.close().await;
    drop(store);
    assert_hidden(&db).await;
}

async fn refused(db: &Database, project: u32) -> StoreError {
    let store = db.open().await;
    store.project_snapshot(project_id(project)).await.unwrap_err()
}

async fn a_sealed_credential_moved_to_another_project_is_refused(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 2).await;
    store.close().await;
    drop(store);
    let (from, to) = (project_id(1), project_id(2));
    let moved = format!(
        "UPDATE customer_keys SET sealed_secret =
         (SELECT sealed_secret FROM customer_keys WHERE project_id = '{from}') WHERE project_id = '{to}'"
    );
    assert_eq!(db.tamper(&moved).await, 1);
    let error = refused(&db, 2).await;
    let StoreError::Sealed { table, row, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*table, row.as_str()), ("customer_keys", format!("{to}/aws_kms").as_str()));
    assert!(!format!("{error:?} {error}").contains(SECRET));
    let store = db.open().await;
    assert!(store.project_snapshot(from).await.is_ok(), "the one it was taken from still opens");
}

async fn a_sealed_ha1_moved_to_another_row_or_owner_is_refused(db: Database) {
    let store = db.open().await;
    seed(&store, 0).await;
    assert_eq!(store.insert_organization(&organization(2)).await.unwrap(), Outcome::Saved);
    for number in [1, 2] {
        assert_eq!(store.insert_api_key(&api_key(number, 1), &secret_bytes(HA1)).await.unwrap(), Outcome::Saved);
    }
    store.close().await;
    drop(store);
    let (one, two) = (api_key(1, 1), api_key(2, 1));
    db.tamper(&format!(
        "UPDATE api_keys SET sealed_ha1 = (SELECT sealed_ha1 FROM api_keys WHERE id = '{}') WHERE id = '{}'",
        one.id, two.id
    ))
    .await;
    // An owner of organization 2 must not be able to adopt a key by changing whose it is.
    db.tamper(&format!("UPDATE api_keys SET org_id = '{}' WHERE id = '{}'", org_id(2), one.id)).await;
    let store = db.open().await;
    for key in [one, two] {
        let refused = store.api_key_by_public_key(&key.public_key).await.unwrap_err();
        assert!(matches!(refused, StoreError::Sealed { table: "api_keys", .. }), "{refused:?}");
    }
}

async fn a_sealed_value_moved_to_another_column_is_refused(db: Database) {
    let store = db.open().await;
    seed(&store, 0).await;
    assert_eq!(store.insert_api_key(&api_key(1, 1), &secret_bytes(HA1)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_instance_secret("one", &secret_bytes(HA1)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_instance_secret("two", &secret_bytes(SIGNING)).await.unwrap(), Outcome::Saved);
    store.close().await;
    drop(store);
    db.tamper("UPDATE instance_settings SET value = (SELECT sealed_ha1 FROM api_keys) WHERE key = 'one'").await;
    db.tamper("UPDATE instance_settings SET key = 'three' WHERE key = 'two'").await;
    let store = db.open().await;
    for (refused, what) in [
        (store.instance_secret::<16>("one").await.map(drop), "another table's value"),
        (store.instance_secret::<32>("three").await.map(drop), "a renamed row"),
    ] {
        assert!(matches!(refused, Err(StoreError::Sealed { table: "instance_settings", .. })), "{what}");
    }
}

async fn the_root_key_can_be_exchanged(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 2).await;
    assert_eq!(store.insert_api_key(&api_key(1, 1), &secret_bytes(HA1)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_instance_secret("signing", &secret_bytes(SIGNING)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_certificate_authority(&authority(1), &ca_key(), &[]).await.unwrap(), Outcome::Saved);
    let before = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!(store.reseal(&root_key(2)).await.unwrap(), 5);
    store.close().await;
    drop(store);
    assert_hidden(&db).await;

    let refused = db.try_open(1).await.err().unwrap();
    assert!(format!("{refused:?}").contains("WrongRootKey"), "{refused:?}");
    let store = db.try_open(2).await.unwrap();
    let after = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    let provider = ProviderKind::AwsKms;
    assert_eq!(format!("{:?}", after.setting), format!("{:?}", before.setting));
    assert_ne!(after.validities[&provider].fingerprint, before.validities[&provider].fingerprint);
    let sharing = store.projects_sharing(after.validities[&provider].fingerprint).await.unwrap();
    assert_eq!(sharing, [project_id(1)]);
    let key = store.api_key_by_public_key(&api_key(1, 1).public_key).await.unwrap().unwrap();
    assert!(key.ha1.matches(&HA1));
    assert!(store.instance_secret::<32>("signing").await.unwrap().unwrap().matches(&SIGNING));
    let signing = store.newest_certificate_authority().await.unwrap().unwrap();
    assert!(signing.authority == authority(1) && signing.private_key.matches(&ca_key()));

    // A key saved later gets the same fingerprint as its twin from before the exchange.
    let twin = setting(2, 2, static_key("key-1", "AKIAIOSFODNN7EXAMPLE", SECRET));
    assert_eq!(save(&store, &twin, Move::ChangeKey, event(9, 2)).await, Outcome::Saved);
    assert_eq!(store.distinct_customer_keys().await.unwrap(), 1);
}

async fn a_failed_exchange_changes_nothing(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 2).await;
    store.close().await;
    drop(store);
    db.tamper(&format!(
        "UPDATE customer_keys SET sealed_secret = (SELECT sealed_secret FROM customer_keys WHERE project_id = '{}')
         WHERE project_id = '{}'",
        project_id(1),
        project_id(2)
    ))
    .await;
    let store = db.open().await;
    assert!(matches!(store.reseal(&root_key(2)).await, Err(StoreError::Sealed { .. })));
    store.close().await;
    drop(store);
    let store = db.open().await;
    assert!(store.project_snapshot(project_id(1)).await.is_ok(), "the old key is in force");
}
