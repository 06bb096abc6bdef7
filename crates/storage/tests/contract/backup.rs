//! A backup restores into either engine, and a file that is not exactly what was written is refused.

use std::time::Duration;

use domain::customer_key::{EncryptionAtRest, Move, ProviderKind};
use domain::event::Event;
use domain::validity::{Definite, Failure, Reason, State, TransientReason, Validity};
use storage::{
    AccessToken, BackupError, ClusterOutcome, EventFilter, Outcome, Store, StoreError, ValidityUpdate, WorkKind,
};

use crate::database::{Database, root_key};
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    restores_into_the_same_and_the_other_engine
    holds_no_secret_and_is_one_instant
    a_database_with_content_is_refused
    a_changed_or_cut_file_is_refused
    a_file_of_another_root_key_or_kind_is_refused
    a_reader_can_back_up_a_running_server
}

const LATER: Duration = Duration::from_secs(3600);

async fn backup(store: &Store) -> Vec<u8> {
    let mut file = Vec::new();
    let info = store.backup(&mut file, T0).await.unwrap();
    assert_eq!(info.created_at, T0);
    assert_eq!(info.rows["projects"], 3);
    file
}

async fn restore(db: &Database, file: &[u8]) -> Result<Store, BackupError> {
    let store = db.open().await;
    match store.restore(&mut &*file, T0 + LATER).await {
        Ok(_) => Ok(store),
        Err(StoreError::Backup { source, .. }) => Err(source),
        Err(other) => panic!("{other:?}"),
    }
}

/// Fills every table.
async fn fill(store: &Store) {
    seed_enabled(store, 2).await;
    assert_eq!(store.insert_project(&project(3, 1)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_api_key(&api_key(1, 1), &ha1(7)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_service_account(&service_account(1, 1)).await.unwrap(), Outcome::Saved);
    let secret = storage::ServiceAccountSecret {
        id: domain::id::ServiceAccountSecretId::from_random([9; 12]),
        account: account_id(1),
        sha256: [255; 32],
        created_at: T0,
        expires_at: T0 + LATER,
        last_used_at: None,
    };
    assert_eq!(store.insert_service_account_secret(&secret).await.unwrap(), Outcome::Saved);
    let token = AccessToken { jti: "a".to_owned(), account: account_id(1), expires_at: T0 + LATER + LATER };
    assert_eq!(store.insert_access_token(&token).await.unwrap(), Outcome::Saved);
    assert!(store.burn_nonce("n", 1, T0 + LATER + LATER).await.unwrap());
    for role in roles(3) {
        assert_eq!(store.insert_provider_role(&role).await.unwrap(), Outcome::Saved);
    }
    let with_roles = setting_of(3, 1, role_keys());
    let moves = ProviderKind::ALL.map(|provider| (provider, Move::Enable));
    assert_eq!(save_moves(store, &with_roles, moves, event(3, 3)).await, Outcome::Saved);
    let [aws, azure, google] = static_keys();
    let beside = setting_of(2, 2, [aws, azure, google]);
    assert_eq!(save_moves(store, &beside, moves, event(4, 2)).await, Outcome::Saved);
    let of_aws = cluster(1, 1, Some(ProviderKind::AwsKms));
    assert_eq!(store.create_cluster(&of_aws, &[]).await.unwrap(), ClusterOutcome::Saved);
    let gone = cluster(2, 1, Some(ProviderKind::AwsKms));
    assert_eq!(store.create_cluster(&gone, &[]).await.unwrap(), ClusterOutcome::Saved);
    assert_eq!(store.delete_cluster(&gone, T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_instance_secret("signing", &secret_bytes([5; 32])).await.unwrap(), Outcome::Saved);
    store.put_instance_setting("id", b"instance 1").await.unwrap();
    let more: Vec<Event> =
        (100..1400).map(|number| Event { detail: Some("x".repeat(90)), ..event(number, 1) }).collect();
    store.record_events(&more).await.unwrap();
    let failure = Failure::silent(Reason::Transient(TransientReason::Timeout));
    let update = ValidityUpdate {
        project: project_id(1),
        provider: ProviderKind::AwsKms,
        expected_row_revision: 1,
        key_revision: 1,
        next: Validity {
            state: State::Unknown { failure: Some(failure), was: Some(Definite::Valid) },
            network_denied: true,
            ..valid()
        },
        next_check_at: T0 + LATER + LATER,
        claim: None,
        events: Vec::new(),
    };
    assert_eq!(store.save_validities(&[update]).await.unwrap(), [storage::ValidityOutcome::Saved]);
    let held = store.claim_due(WorkKind::ValidityCheck, T0, "gone", 1, LATER + LATER).await.unwrap();
    assert_eq!(held.len(), 1);
}

async fn restores_into_the_same_and_the_other_engine(db: Database) {
    let store = db.open().await;
    fill(&store).await;
    let file = backup(&store).await;
    for target in [db.another().await, db.other_engine().await] {
        let restored = restore(&target, &file).await.unwrap();
        // What was restored can be backed up and restored again.
        let (again, second) = (target.another().await, backup(&restored).await);
        check_restored(&store, &restored).await;
        check_restored(&store, &restore(&again, &second).await.unwrap()).await;
    }
}

async fn check_restored(store: &Store, restored: &Store) {
    assert_eq!(restored.all_organizations().await.unwrap(), store.all_organizations().await.unwrap());
    assert_eq!(restored.projects_of(org_id(1), 0, 9).await.unwrap().len(), 3);
    let key = restored.api_key_by_public_key(&api_key(1, 1).public_key).await.unwrap().unwrap();
    assert!(key.key == api_key(1, 1) && key.ha1.matches(&[7; 16]));
    assert_eq!(*restored.service_account(account_id(1)).await.unwrap().unwrap(), service_account(1, 1));
    assert_eq!(
        restored.service_account_secrets(account_id(1)).await.unwrap(),
        store.service_account_secrets(account_id(1)).await.unwrap()
    );
    assert!(restored.instance_secret::<32>("signing").await.unwrap().unwrap().matches(&[5; 32]));
    assert_eq!(restored.instance_setting("id").await.unwrap().unwrap(), b"instance 1");
    assert_eq!(restored.provider_roles_of(project_id(3)).await.unwrap(), roles(3));

    let all = EventFilter::default();
    let events = restored.events_of_project(project_id(1), &all, slice(0, 2000)).await.unwrap();
    assert_eq!(events, store.events_of_project(project_id(1), &all, slice(0, 2000)).await.unwrap());

    let ids = [1, 2, 3].map(project_id);
    let before = store.project_snapshots(&ids).await.unwrap();
    for (was, is) in before.iter().zip(restored.project_snapshots(&ids).await.unwrap()) {
        assert_eq!(settings_of(&is.setting), settings_of(&was.setting));
        assert_eq!(is.roles, was.roles);
        assert!(was.validities.keys().eq(is.validities.keys()));
        for (was, is) in was.validities.values().zip(is.validities.values()) {
            assert_eq!(is.validity.state, State::Unknown { failure: None, was: None });
            assert_eq!((is.validity.checked_at, is.validity.network_denied), (None, false));
            assert!(is.validity.generation > was.validity.generation && is.row_revision > was.row_revision);
            assert_eq!((is.key_revision, is.fingerprint), (was.key_revision, was.fingerprint));
            assert_eq!(is.next_check_at, T0 + LATER);
        }
    }
    assert!(!restored.access_token_is_live("a", T0).await.unwrap(), "tokens are void");
    assert!(restored.burn_nonce("n", 1, T0 + LATER + LATER).await.unwrap(), "nonces are forgotten");
    // Events go on being counted after the last one; a clash would be refused.
    restored.record_events(&[event(5000, 1)]).await.unwrap();
    let (newest, _) = restored.events_of_project(project_id(1), &all, slice(0, 1)).await.unwrap();
    assert_eq!(newest[0].id, event_id(5000));
    let claims = restored.claim_due(WorkKind::ValidityCheck, T0 + LATER, "me", 9, LATER).await.unwrap();
    assert_eq!(claims.len(), 7, "everything is due and nothing is held");
    for claim in claims {
        assert!(restored.release_work(&claim).await.unwrap());
    }
}

fn settings_of(setting: &EncryptionAtRest) -> (i64, bool, String) {
    (setting.revision, setting.enabled_for_search_nodes, format!("{:?}", setting.customer_keys))
}

async fn holds_no_secret_and_is_one_instant(db: Database) {
    let store = db.open().await;
    fill(&store).await;
    let writing = async {
        for revision in 2..12 {
            let next = setting(1, revision, static_key("alias/next", "AKIAIOSFODNN7EXAMPLE", SECRET));
            let number = 9000 + u32::try_from(revision).unwrap();
            assert_eq!(save(&store, &next, Move::ChangeKey, event(number, 1)).await, Outcome::Saved);
        }
    };
    let (file, ()) = tokio::join!(backup(&store), writing);
    let private_key = PRIVATE_KEY.lines().nth(1).unwrap();
    for needle in [SECRET, CLIENT_SECRET, private_key, "project 1", "AKIAIOSFODNN7EXAMPLE", "EXAMPLEKeyVault"] {
        let needle = needle.as_bytes();
        assert!(!file.windows(needle.len()).any(|window| window == needle));
    }
    let target = db.another().await;
    let restored = restore(&target, &file).await.unwrap();
    let found = restored.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!(found.validities[&ProviderKind::AwsKms].key_revision, found.setting.revision);
    let since = storage::EventFilter::default();
    let (events, _) = restored.events_of_project(project_id(1), &since, slice(0, 2000)).await.unwrap();
    let saved = events.iter().filter(|event| event.detail.is_none()).count();
    assert_eq!(i64::try_from(saved).unwrap(), found.setting.revision, "settings and events of one instant");
}

async fn a_database_with_content_is_refused(db: Database) {
    let store = db.open().await;
    fill(&store).await;
    let file = backup(&store).await;
    drop(store);
    let refused = restore(&db, &file).await.err().unwrap();
    assert!(matches!(refused, BackupError::NotEmpty { table: "organizations" }), "{refused:?}");
}

async fn a_changed_or_cut_file_is_refused(db: Database) {
    let store = db.open().await;
    fill(&store).await;
    let file = backup(&store).await;
    assert!(file.len() > 3 * 64 * 1024, "several chunks: {}", file.len());
    let target = db.another().await;
    let chunk = 64 * 1024 + 16 + 4;
    let header = 12 + usize::from(u16::from_be_bytes([file[10], file[11]]));
    let empty = target.open().await;
    let mut damaged: Vec<(String, Vec<u8>)> = Vec::new();
    for at in [header + 2, header + 4, header + 500, header + chunk + 9, file.len() - 1] {
        let mut flipped = file.clone();
        flipped[at] ^= 1;
        damaged.push((format!("flipped at {at}"), flipped));
    }
    for at in [0, 5, 11, header - 1, header, header + 3, header + 100, header + chunk, file.len() - 1] {
        damaged.push((format!("cut at {at}"), file[..at].to_vec()));
    }
    let mut longer = file.clone();
    longer.push(0);
    damaged.push(("longer".to_owned(), longer));
    let mut swapped = file.clone();
    swapped[header..header + 2 * chunk].rotate_left(chunk);
    damaged.push(("chunks swapped".to_owned(), swapped));
    let mut dropped = file.clone();
    dropped.drain(header + chunk..header + 2 * chunk);
    damaged.push(("a chunk dropped".to_owned(), dropped));
    let mut early_end = file[..header + chunk].to_vec();
    early_end[header] |= 0x80;
    damaged.push(("a chunk marked as the last".to_owned(), early_end));
    let mut other_time = file.clone();
    let at = other_time.windows(9).position(|window| window == b"createdAt").unwrap();
    other_time[at + 14] ^= 1;
    damaged.push(("another time in the header".to_owned(), other_time));
    for (what, file) in damaged {
        let refused = empty.restore(&mut file.as_slice(), T0).await.unwrap_err();
        let StoreError::Backup { source: refused, .. } = refused else { panic!("{what}: {refused:?}") };
        let clear = matches!(refused, BackupError::NotABackup | BackupError::CutShort | BackupError::Damaged { .. });
        assert!(clear, "{what}: {refused:?}");
        assert!(empty.all_organizations().await.unwrap().is_empty(), "{what}: something was written");
    }
    drop(empty);
    restore(&target, &file).await.unwrap();
}

async fn a_file_of_another_root_key_or_kind_is_refused(db: Database) {
    let store = db.open().await;
    fill(&store).await;
    let file = backup(&store).await;
    drop(store);
    let target = db.another().await;
    let other = Store::open(target.options(), root_key(2)).await.unwrap();
    let refused = other.restore(&mut file.as_slice(), T0).await.unwrap_err();
    let StoreError::Backup { source: BackupError::OtherRootKey { wanted, given }, .. } = refused else {
        panic!("{refused:?}")
    };
    assert_eq!((wanted.as_str(), given.as_str()), (root_key(1).id(), root_key(2).id()));
    for foreign in [b"".as_slice(), b"PK\x03\x04 a zip file of some length", b"SQLite format 3\0............"] {
        let refused = other.restore(&mut &*foreign, T0).await.unwrap_err();
        assert!(matches!(refused, StoreError::Backup { source: BackupError::NotABackup, .. }), "{refused:?}");
    }
}

async fn a_reader_can_back_up_a_running_server(db: Database) {
    let store = db.open().await;
    fill(&store).await;
    let reader = db.open_read_only().await.unwrap();
    let file = backup(&reader).await;
    let target = db.another().await;
    assert_eq!(restore(&target, &file).await.unwrap().count_projects_of(org_id(1)).await.unwrap(), 3);
}
