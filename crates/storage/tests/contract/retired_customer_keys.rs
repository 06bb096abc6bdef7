//! A customer key that gave way to another stays within reach while master keys are wrapped by it, and not a moment
//! longer; no number is given twice.

use std::time::Duration;

use domain::customer_key::{CustomerKey, CustomerKeyNumber, Move, ProviderKind};
use domain::event::{Event, EventKind};
use domain::master_key::wrapped::WrappedKey;
use domain::node::NodeRole;
use domain::validity::{Definite, DefiniteReason, Failure, Reason, State, TransientReason, Validity};
use storage::{
    MasterKeyOutcome, Outcome, RetiredCustomerKey, Store, StoreError, StoredMasterKey, ValidityOutcome, ValidityUpdate,
    WorkKind, validity_work_id,
};

use crate::database::{Database, root_key};
use crate::fixtures::*;
use crate::master_key_rows::lies_in;
use crate::master_keys::{change_key, insert, key_id, node, seeded, stored_key, wrapped};
use crate::on_both_engines;

on_both_engines! {
    a_needed_key_stays_within_reach
    a_key_that_nothing_needs_leaves_its_name
    numbers_are_never_given_twice
    disabling_destroys_every_credential_and_enabling_takes_up_the_number
    a_key_that_others_wait_for_is_taken_up_again
    each_rotation_supersedes_the_one_before
    a_check_of_a_retired_key_is_saved_if_nothing_changed
    the_age_of_a_definite_answer_is_kept
    a_credential_moved_out_of_retirement_is_refused
    another_root_key_reseals_retired_credentials
    a_restored_retired_key_waits_for_a_check
    a_deleted_project_leaves_no_former_credentials
}

const AWS: ProviderKind = ProviderKind::AwsKms;
const SECOND: Duration = Duration::from_secs(1);

const fn number(number: i64) -> CustomerKeyNumber {
    CustomerKeyNumber::from_stored(number)
}

async fn retired(store: &Store, of: i64) -> RetiredCustomerKey {
    let found = store.retired_customer_key(project_id(1), AWS, number(of)).await.unwrap();
    RetiredCustomerKey::clone(&*found.unwrap())
}

async fn numbers(store: &Store) -> (Option<i64>, Vec<(i64, String, bool)>) {
    let snapshot = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    let present = snapshot.validities.get(&AWS).map(|stored| stored.number.stored());
    let retired = store.retired_customer_keys(project_id(1)).await.unwrap();
    let one = |key: &std::sync::Arc<RetiredCustomerKey>| (key.number.stored(), key.name.clone(), key.key.is_some());
    (present, retired.iter().map(one).collect())
}

/// Makes a master key under this customer key.
async fn master_key(store: &Store, id: u8, by: i64) {
    let stored = StoredMasterKey { wrapped: Some(wrapped(id, by)), ..stored_key(id, &node(1, NodeRole::Mongod), &[]) };
    assert_eq!(insert(store, &stored).await, MasterKeyOutcome::Saved);
}

async fn rewrap(store: &Store, id: u8, from: i64, to: i64) {
    let new = WrappedKey { sealed: vec![id; 60], ..wrapped(id, to) };
    assert_eq!(store.rewrap_master_key(key_id(id), number(from), &new).await.unwrap(), Outcome::Saved);
}

async fn disable(store: &Store, revision: i64) {
    let off = setting_of(1, revision, []);
    let number = u32::try_from(8000 + revision).unwrap();
    assert_eq!(save(store, &off, Move::Disable, event(number, 1)).await, Outcome::Saved);
}

async fn enable(store: &Store, revision: i64, name: &str) {
    let on = setting(1, revision, static_key(name, "AKIAIOSFODNN7EXAMPLE", SECRET));
    let number = u32::try_from(8000 + revision).unwrap();
    assert_eq!(save(store, &on, Move::Enable, event(number, 1)).await, Outcome::Saved);
}

/// Lets go of what holds on to the provider.
async fn without_cluster(db: &Database) {
    assert_eq!(db.tamper("UPDATE clusters SET encryption_provider = NULL").await, 1);
}

/// Reads every sealed credential.
async fn sealed_secrets(db: &Database) -> Vec<Vec<u8>> {
    let hex = if db.is_sqlite() { "hex(sealed_secret)" } else { "encode(sealed_secret, 'hex')" };
    let of = |table| format!("SELECT {hex} FROM {table} WHERE sealed_secret IS NOT NULL");
    let all = db.peek(&format!("{} UNION ALL {}", of("customer_keys"), of("retired_customer_keys"))).await;
    all.iter().map(|sealed| hex::decode(sealed).unwrap()).collect()
}

fn same(one: &CustomerKey, other: &CustomerKey) -> bool {
    let secret = |key: &CustomerKey| match key {
        CustomerKey::AwsKms(aws) => match &aws.credentials {
            domain::customer_key::aws_kms::AwsCredentials::Static { secret_access_key, .. } => {
                secret_access_key.expose().to_owned()
            }
            domain::customer_key::aws_kms::AwsCredentials::Role(role) => role.to_string(),
        },
        CustomerKey::AzureKeyVault(_) | CustomerKey::GcpKms(_) => panic!("a key of AWS"),
    };
    format!("{one:?}") == format!("{other:?}") && secret(one) == secret(other)
}

async fn a_needed_key_stays_within_reach(db: Database) {
    let (store, _) = seeded(&db).await;
    let before = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!(before.validities[&AWS].number, CustomerKeyNumber::FIRST);
    master_key(&store, 1, 1).await;
    master_key(&store, 2, 1).await;
    assert_eq!(store.retired_customer_key(project_id(1), AWS, number(1)).await.unwrap().map(|key| key.number), None);
    assert_eq!(change_key(&store, 2, "alias/second").await, Outcome::Saved);
    let after = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!((after.validities[&AWS].number, after.validities[&AWS].key_revision), (number(2), 2));
    let first = retired(&store, 1).await;
    assert!(same(first.key.as_ref().unwrap(), &before.setting.customer_keys[&AWS]));
    assert_eq!((first.project, first.provider, first.number), (project_id(1), AWS, number(1)));
    assert_eq!((first.name.as_str(), first.retired_at, first.key_revision), ("US_EAST_2/key-1", T0, 1));
    assert_eq!((first.validity, first.row_revision), (before.validities[&AWS].validity.clone(), 1));
    assert_eq!(first.definite_since, before.validities[&AWS].definite_since);
    let needed = store.all_needed_retired_customer_keys(9).await.unwrap();
    assert_eq!(needed.iter().map(|key| (key.project, key.number)).collect::<Vec<_>>(), [(project_id(1), number(1))]);

    // With a role too; and the next change leaves the first where it is.
    assert_eq!(store.insert_provider_role(&role(5, 1)).await.unwrap(), Outcome::Saved);
    let by_role = setting(1, 3, role_key("alias/third", 5));
    assert_eq!(save(&store, &by_role, Move::ChangeKey, event(90, 1)).await, Outcome::Saved);
    master_key(&store, 3, 3).await;
    assert_eq!(change_key(&store, 4, "alias/fourth").await, Outcome::Saved);
    let third = retired(&store, 3).await;
    assert_eq!(third.role.map(|role| role.id), Some(role_id(5)));
    assert!(third.key.is_some());
    let has_two = store.forget_unneeded_retired_customer_keys(project_id(1), AWS).await.unwrap();
    assert_eq!(has_two, 0, "all that is unneeded was forgotten with the change");
    let kept = numbers(&store).await;
    assert_eq!(kept.0, Some(4));
    assert_eq!(
        kept.1.iter().map(|(number, _, kept)| (*number, *kept)).collect::<Vec<_>>(),
        [(1, true), (2, false), (3, true)]
    );

    rewrap(&store, 1, 1, 4).await;
    assert_eq!(store.forget_unneeded_retired_customer_keys(project_id(1), AWS).await.unwrap(), 0, "key 2 is left");
    rewrap(&store, 2, 1, 4).await;
    assert!(retired(&store, 1).await.key.is_some(), "it is remembered");
    let role_and_sealed = "SELECT CAST(number AS TEXT) FROM retired_customer_keys
                           WHERE sealed_secret IS NOT NULL OR role_id IS NOT NULL OR settings IS NOT NULL
                              OR fingerprint IS NOT NULL ORDER BY number";
    assert_eq!(db.peek(role_and_sealed).await, ["1", "3"]);
    assert_eq!(store.forget_unneeded_retired_customer_keys(project_id(1), AWS).await.unwrap(), 1);
    let gone = retired(&store, 1).await;
    assert!(gone.key.is_none() && gone.name == "US_EAST_2/key-1", "what is remembered follows");
    assert_eq!(gone.validity.state, State::Unknown { failure: None, was: None });
    assert!(gone.validity.generation > first.row_revision);
    assert_eq!(db.peek(role_and_sealed).await, ["3"]);
    rewrap(&store, 3, 3, 4).await;
    assert_eq!(store.forget_unneeded_retired_customer_keys(project_id(1), AWS).await.unwrap(), 1);
    assert!(retired(&store, 3).await.role.is_none());
    assert!(store.all_needed_retired_customer_keys(9).await.unwrap().is_empty());
}

async fn a_key_that_nothing_needs_leaves_its_name(db: Database) {
    let (store, _) = seeded(&db).await;
    assert_eq!(change_key(&store, 2, "alias/second").await, Outcome::Saved);
    assert_eq!(numbers(&store).await, (Some(2), vec![(1, "US_EAST_2/key-1".to_owned(), false)]));
    let sealed = db.peek("SELECT CAST(number AS TEXT) FROM retired_customer_keys WHERE sealed_secret IS NULL").await;
    assert_eq!(sealed, ["1"]);
    // Other credentials and options are the same key.
    let other = setting(1, 3, static_key("alias/second", "AKIAOTHER", SECRET));
    assert_eq!(save(&store, &other, Move::ChangeCredentials, event(91, 1)).await, Outcome::Saved);
    let options = setting(1, 4, static_key("alias/second", "AKIAOTHER", SECRET));
    assert_eq!(save(&store, &options, Move::ChangeOptions, event(92, 1)).await, Outcome::Saved);
    assert_eq!(numbers(&store).await.0, Some(2));
    let snapshot = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!(snapshot.validities[&AWS].key_revision, 3);
}

async fn numbers_are_never_given_twice(db: Database) {
    let (store, _) = seeded(&db).await;
    without_cluster(&db).await;
    for (revision, name) in [(2, "alias/b"), (3, "key-1"), (4, "alias/b")] {
        assert_eq!(change_key(&store, revision, name).await, Outcome::Saved);
    }
    assert_eq!(numbers(&store).await.0, Some(4), "a change is the next number, whatever was before");
    disable(&store, 5).await;
    enable(&store, 6, "alias/new").await;
    assert_eq!(numbers(&store).await.0, Some(5));
    disable(&store, 7).await;
    enable(&store, 8, "key-1").await;
    assert_eq!(numbers(&store).await.0, Some(3), "the later of the two numbers that it had");
    assert_eq!(change_key(&store, 9, "alias/c").await, Outcome::Saved);
    assert_eq!(numbers(&store).await.0, Some(6));
    let (_, retired) = numbers(&store).await;
    assert_eq!(retired.iter().map(|(number, _, _)| *number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let of_other = store.retired_customer_keys(project_id(2)).await.unwrap();
    assert!(of_other.is_empty(), "each project counts for itself");
}

async fn disabling_destroys_every_credential_and_enabling_takes_up_the_number(db: Database) {
    let (store, _) = seeded(&db).await;
    master_key(&store, 1, 1).await;
    assert_eq!(change_key(&store, 2, "alias/second").await, Outcome::Saved);
    master_key(&store, 2, 2).await;
    let sealed = sealed_secrets(&db).await;
    assert_eq!(sealed.len(), 3, "of the present keys of both projects and of the former one of the first");
    without_cluster(&db).await;
    disable(&store, 3).await;
    assert_eq!(sealed_secrets(&db).await.len(), 1, "the other project's is left");
    if db.is_sqlite() {
        let found = sealed.iter().filter(|secret| lies_in(&db, secret)).count();
        assert_eq!(found, 1, "neither in the file nor in its log, not even sealed");
    }
    let names = [(1, "US_EAST_2/key-1".to_owned(), false), (2, "US_EAST_2/alias/second".to_owned(), false)];
    assert_eq!(numbers(&store).await, (None, names.to_vec()));
    let left = "SELECT CAST(number AS TEXT) FROM retired_customer_keys WHERE settings IS NOT NULL
                OR sealed_secret IS NOT NULL OR role_id IS NOT NULL OR fingerprint IS NOT NULL";
    assert!(db.peek(left).await.is_empty());
    assert_eq!(store.unfinished_rotation(project_id(1), AWS).await.unwrap(), None);
    let due = store.claim_due(WorkKind::Rotation, T0 + SECOND, "me", 9, SECOND).await.unwrap();
    assert_eq!(due, [], "nothing is left to do");

    enable(&store, 4, "alias/second").await;
    assert_eq!(numbers(&store).await, (Some(2), names[..1].to_vec()));
    assert_eq!(store.unfinished_rotation(project_id(1), AWS).await.unwrap(), None);
    disable(&store, 5).await;
    enable(&store, 6, "key-1").await;
    assert_eq!(numbers(&store).await, (Some(1), names[1..].to_vec()));
}

async fn a_key_that_others_wait_for_is_taken_up_again(db: Database) {
    let (store, _) = seeded(&db).await;
    assert_eq!(change_key(&store, 2, "alias/second").await, Outcome::Saved);
    master_key(&store, 1, 2).await;
    without_cluster(&db).await;
    disable(&store, 3).await;
    enable(&store, 4, "key-1").await;
    assert_eq!(numbers(&store).await.0, Some(1));
    // Master keys under number 2 cannot be unwrapped, until its key is in use again.
    assert_eq!(change_key(&store, 5, "alias/second").await, Outcome::Saved);
    assert_eq!(numbers(&store).await, (Some(2), vec![(1, "US_EAST_2/key-1".to_owned(), false)]));
    let rotation = store.unfinished_rotation(project_id(1), AWS).await.unwrap().unwrap();
    assert_eq!((rotation.from, rotation.to, rotation.total), (number(1), number(2), 0));
}

async fn each_rotation_supersedes_the_one_before(db: Database) {
    let (store, _) = seeded(&db).await;
    for id in 1..=3 {
        master_key(&store, id, 1).await;
    }
    assert_eq!(store.rotations_of_project(project_id(1), 0, 9).await.unwrap().1, 0, "enabling is no rotation");
    assert_eq!(change_key(&store, 2, "alias/second").await, Outcome::Saved);
    let first = store.unfinished_rotation(project_id(1), AWS).await.unwrap().unwrap();
    assert_eq!((first.from, first.to, first.total, first.started_at), (number(1), number(2), 3, T0));
    let work = validity_work_id(project_id(1), AWS);
    let held = store.claim_due(WorkKind::Rotation, T0, "me", 9, SECOND).await.unwrap();
    assert_eq!(held.iter().map(|claim| claim.id.as_str()).collect::<Vec<_>>(), [work.as_str()]);
    rewrap(&store, 1, 1, 2).await;
    assert_eq!(change_key(&store, 3, "alias/third").await, Outcome::Saved);
    let second = store.unfinished_rotation(project_id(1), AWS).await.unwrap().unwrap();
    assert_eq!((second.from, second.to, second.total), (number(2), number(3), 3));
    let first = store.rotation(project_id(1), first.id).await.unwrap().unwrap();
    assert_eq!((first.superseded_at, first.finished_at), (Some(T0), None));
    let again = store.claim_due(WorkKind::Rotation, T0, "other", 9, SECOND).await.unwrap();
    assert_eq!(again.len(), 1, "the claim of the first is worthless");
    assert!(!store.finish_work(&held[0], T0).await.unwrap());
    let kept = numbers(&store).await.1;
    assert!(kept.iter().all(|(_, _, within_reach)| *within_reach), "{kept:?}");
}

async fn a_check_of_a_retired_key_is_saved_if_nothing_changed(db: Database) {
    let (store, _) = seeded(&db).await;
    master_key(&store, 1, 1).await;
    assert_eq!(change_key(&store, 2, "alias/second").await, Outcome::Saved);
    let before = retired(&store, 1).await;
    let failure = Failure::silent(Reason::Definite(DefiniteReason::KeyDisabled));
    let lost = Validity {
        state: State::Invalid { failure },
        checked_at: Some(T0 + SECOND),
        network_denied: true,
        awaiting_proof: false,
        generation: 7,
    };
    let told = [Event { kind: EventKind::KeyInvalid(AWS), ..event(77, 1) }];
    let check = async |of, expected| {
        store.save_retired_validity(project_id(1), AWS, number(of), expected, &lost, &told).await.unwrap()
    };
    assert_eq!(check(1, before.row_revision + 1).await, ValidityOutcome::Stale);
    assert_eq!(check(3, before.row_revision).await, ValidityOutcome::Stale);
    assert_eq!(store.event_of_project(project_id(1), event_id(77)).await.unwrap(), None);
    assert_eq!(check(1, before.row_revision).await, ValidityOutcome::Saved);
    assert!(store.event_of_project(project_id(1), event_id(77)).await.unwrap().is_some());
    let after = retired(&store, 1).await;
    assert_eq!((&after.validity, after.row_revision), (&lost, before.row_revision + 1));
    assert_eq!(after.definite_since, Some(T0 + SECOND));
    let present = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!(present.validities[&AWS].validity, valid(), "the present key stands for itself");
    rewrap(&store, 1, 1, 2).await;
    assert_eq!(store.forget_unneeded_retired_customer_keys(project_id(1), AWS).await.unwrap(), 1);
    let forgotten = retired(&store, 1).await;
    assert!(forgotten.validity.generation > 7);
    assert_eq!(check(1, forgotten.row_revision).await, ValidityOutcome::Stale, "there is nothing to check");
}

async fn the_age_of_a_definite_answer_is_kept(db: Database) {
    let (store, _) = seeded(&db).await;
    let standing = async || {
        let snapshot = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
        (snapshot.validities[&AWS].clone(), snapshot.setting.revision)
    };
    assert_eq!(standing().await.0.definite_since, Some(T0));
    let transient = || Failure::silent(Reason::Transient(TransientReason::Timeout));
    let definite = || Failure::silent(Reason::Definite(DefiniteReason::AccessDenied));
    let (yes, no) = (Some(Definite::Valid), Some(Definite::Invalid));
    let story = [
        (State::Valid, 0),
        (State::Unknown { failure: Some(transient()), was: yes }, 0),
        (State::Suspect { failure: definite(), was: yes, since: T0 }, 0),
        (State::Invalid { failure: definite() }, 4),
        (State::Invalid { failure: definite() }, 4),
        (State::Unknown { failure: Some(transient()), was: no }, 4),
        (State::Valid, 7),
    ];
    for (second, (state, since)) in (1_u32..).zip(story) {
        let (before, _) = standing().await;
        let at = T0 + SECOND * second;
        let update = ValidityUpdate {
            project: project_id(1),
            provider: AWS,
            expected_row_revision: before.row_revision,
            key_revision: before.key_revision,
            next: Validity { state, checked_at: Some(at), ..before.validity },
            next_check_at: at,
            claim: None,
            events: Vec::new(),
        };
        assert_eq!(store.save_validities(&[update]).await.unwrap(), [ValidityOutcome::Saved]);
        assert_eq!(standing().await.0.definite_since, Some(T0 + SECOND * since), "after {second} s");
    }
    // Other credentials with the same answer do not make it younger.
    let other = setting(1, 2, static_key("key-1", "AKIAOTHER", SECRET));
    assert_eq!(save(&store, &other, Move::ChangeCredentials, event(93, 1)).await, Outcome::Saved);
    assert_eq!(standing().await.0.definite_since, Some(T0 + SECOND * 7));
}

async fn a_credential_moved_out_of_retirement_is_refused(db: Database) {
    let (store, _) = seeded(&db).await;
    master_key(&store, 1, 1).await;
    assert_eq!(change_key(&store, 2, "alias/second").await, Outcome::Saved);
    let steal = "UPDATE customer_keys SET sealed_secret = (SELECT sealed_secret FROM retired_customer_keys)
                 WHERE number = 2";
    assert_eq!(db.tamper(steal).await, 1);
    let back = "UPDATE retired_customer_keys SET number = 9";
    assert_eq!(db.tamper(back).await, 1);
    let reader = db.open_read_only().await.unwrap();
    let present = reader.project_snapshot(project_id(1)).await.unwrap_err();
    assert!(matches!(present, StoreError::Sealed { table: "customer_keys", .. }), "{present:?}");
    let former = reader.retired_customer_keys(project_id(1)).await.unwrap_err();
    assert!(matches!(former, StoreError::Sealed { table: "retired_customer_keys", .. }), "{former:?}");
    assert!(!format!("{present:?} {former:?}").contains(SECRET));
    // A key whose secret opens no more can still be replaced if nothing needs it, and disabled always.
    assert_eq!(db.tamper("DELETE FROM retired_customer_keys").await, 1);
    assert_eq!(change_key(&store, 3, "alias/third").await, Outcome::Saved);
    let foreign = format!(
        "UPDATE customer_keys SET sealed_secret =
         (SELECT sealed_secret FROM customer_keys WHERE project_id = '{}') WHERE number = 3",
        project_id(2)
    );
    assert_eq!(db.tamper(&foreign).await, 1);
    without_cluster(&db).await;
    disable(&store, 4).await;
}

async fn another_root_key_reseals_retired_credentials(db: Database) {
    let (store, _) = seeded(&db).await;
    master_key(&store, 1, 1).await;
    assert_eq!(change_key(&store, 2, "alias/second").await, Outcome::Saved);
    assert_eq!(change_key(&store, 3, "alias/third").await, Outcome::Saved);
    let before = retired(&store, 1).await;
    // Two present secrets, one retired one, one row.
    assert_eq!(store.reseal(&root_key(2)).await.unwrap(), 4);
    store.close().await;
    drop(store);
    let store = db.try_open(2).await.unwrap();
    assert!(same(retired(&store, 1).await.key.as_ref().unwrap(), before.key.as_ref().unwrap()));
    assert!(retired(&store, 2).await.key.is_none());
}

async fn a_restored_retired_key_waits_for_a_check(db: Database) {
    let (store, _) = seeded(&db).await;
    master_key(&store, 1, 1).await;
    assert_eq!(change_key(&store, 2, "alias/second").await, Outcome::Saved);
    let before = retired(&store, 1).await;
    let mut file = Vec::new();
    store.backup(&mut file, T0).await.unwrap();
    let target = db.other_engine().await;
    let restored = target.open().await;
    restored.restore(&mut file.as_slice(), T0 + SECOND).await.unwrap();
    let after = retired(&restored, 1).await;
    assert!(same(after.key.as_ref().unwrap(), before.key.as_ref().unwrap()));
    assert_eq!(after.validity.state, State::Unknown { failure: None, was: None });
    assert_eq!((after.validity.checked_at, after.definite_since), (None, None));
    assert!(after.validity.generation > before.validity.generation);
    let snapshot = restored.project_snapshot(project_id(1)).await.unwrap().unwrap();
    let present = &snapshot.validities[&AWS];
    assert_eq!((present.number, present.definite_since), (number(2), None));
    let rotation = restored.unfinished_rotation(project_id(1), AWS).await.unwrap().unwrap();
    assert_eq!(rotation.total, 1);
    assert_eq!(restored.claim_due(WorkKind::Rotation, T0 + SECOND, "me", 9, SECOND).await.unwrap().len(), 1);
}

async fn a_deleted_project_leaves_no_former_credentials(db: Database) {
    let (store, cluster) = seeded(&db).await;
    master_key(&store, 1, 1).await;
    assert_eq!(change_key(&store, 2, "alias/second").await, Outcome::Saved);
    assert!(retired(&store, 1).await.key.is_some());
    assert_eq!(store.delete_cluster(&cluster, T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.delete_project(project_id(1), T0, &[]).await.unwrap(), Outcome::Saved);
    let left = store.retired_customer_keys(project_id(1)).await.unwrap();
    let left: Vec<_> = left.iter().map(|key| (key.number, key.key.is_some())).collect();
    assert_eq!(left, [(number(1), false), (number(2), false)]);
    assert_eq!(store.claim_due(WorkKind::Rotation, T0, "me", 9, SECOND).await.unwrap(), []);
    // Whoever brings it back enables the same key again, and what it wrapped is at hand.
    assert_eq!(store.bring_back_project(&project(1, 1), &[]).await.unwrap(), Outcome::Saved);
    let revision = store.encryption_at_rest(project_id(1)).await.unwrap().revision;
    enable(&store, revision + 1, "alias/second").await;
    assert_eq!(numbers(&store).await.0, Some(2));
}
