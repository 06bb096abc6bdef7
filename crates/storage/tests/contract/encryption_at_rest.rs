//! The setting of a project: saved whole or not at all, and never over somebody else's change.

use std::collections::BTreeMap;

use domain::customer_key::aws_kms::AwsKms;
use domain::customer_key::{CustomerKey, EncryptionAtRest, Move, ProviderKind};
use domain::validity::{State, Validity};
use storage::{EventFilter, Outcome, SaveSetting, StoredValidity, WorkKind};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    a_setting_comes_back_as_it_was_saved
    a_role_comes_with_the_setting_that_names_it
    a_role_of_another_project_is_refused
    of_two_first_saves_one_wins
    of_many_saves_of_one_revision_one_wins
    a_conflict_writes_nothing
    options_leave_the_keys_revision_alone
    disabling_destroys_the_row
    the_search_node_flag_needs_no_provider
    a_save_without_validity_is_a_bug
    equal_keys_are_recognised
}

fn aws(setting: &EncryptionAtRest) -> &AwsKms {
    let CustomerKey::AwsKms(aws) = &setting.customer_keys[&ProviderKind::AwsKms] else { panic!("{setting:?}") };
    aws
}

fn only(validities: &BTreeMap<ProviderKind, StoredValidity>) -> &StoredValidity {
    &validities[&ProviderKind::AwsKms]
}

async fn a_setting_comes_back_as_it_was_saved(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let unset = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!((unset.setting.revision, unset.setting.customer_keys.len(), unset.validities.len()), (0, 0, 0));
    assert!(store.project_snapshot(project_id(9)).await.unwrap().is_none());
    assert_eq!(store.encryption_at_rest(project_id(9)).await.unwrap().revision, 0);

    let mut wanted = setting(1, 1, static_key("alias/one", "AKIAIOSFODNN7EXAMPLE", SECRET));
    wanted.enabled_for_search_nodes = true;
    assert_eq!(save(&store, &wanted, Move::Enable, event(1, 1)).await, Outcome::Saved);
    for _ in 0..2 {
        let found = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
        assert_eq!(found.project, project(1, 1));
        assert_eq!(aws(&found.setting), aws(&wanted));
        assert_eq!((found.setting.revision, found.setting.enabled_for_search_nodes), (1, true));
        let validity = only(&found.validities);
        assert_eq!(validity.validity, valid());
        assert_eq!((validity.key_revision, validity.row_revision, validity.next_check_at), (1, 1, T0));
        assert!(found.roles.is_empty());
    }
    assert_eq!(aws(&store.encryption_at_rest(project_id(1)).await.unwrap()), aws(&wanted));
    assert_eq!(store.events_of_project(project_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap().1, 1);
}

async fn a_role_comes_with_the_setting_that_names_it(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    assert_eq!(store.insert_provider_role(&role(1, 1)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_provider_role(&role(2, 1)).await.unwrap(), Outcome::Saved);
    let wanted = setting(1, 1, role_key("alias/one", 1));
    assert_eq!(save(&store, &wanted, Move::Enable, event(1, 1)).await, Outcome::Saved);
    let found = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!(aws(&found.setting), aws(&wanted));
    assert_eq!(found.roles, [(role_id(1), role(1, 1))].into());

    let now = Some(T0);
    assert!(store.set_provider_role_authorized(project_id(1), role_id(1), &role(1, 1).identity, now).await.unwrap());
    let found = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!(found.roles[&role_id(1)].authorized_at, now);
}

async fn a_role_of_another_project_is_refused(db: Database) {
    let store = db.open().await;
    seed(&store, 2).await;
    assert_eq!(store.insert_provider_role(&role(1, 2)).await.unwrap(), Outcome::Saved);
    let change = SaveSetting {
        expected_revision: 0,
        next: &setting(1, 1, role_key("alias/one", 1)),
        moves: &[(ProviderKind::AwsKms, Move::Enable)].into(),
        roles: vec![role(1, 2)],
        validities: new_validity([ProviderKind::AwsKms], &valid()),
        at: T0,
        events: vec![event(1, 1)],
    };
    assert_eq!(store.save_encryption_at_rest(change).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.encryption_at_rest(project_id(1)).await.unwrap().revision, 0);
    assert_eq!(store.events_of_project(project_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap().1, 0);
}

async fn of_two_first_saves_one_wins(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let (one, two) = (
        setting(1, 1, static_key("alias/one", "AKIAIOSFODNN7EXAMPLE", SECRET)),
        setting(1, 1, static_key("alias/two", "AKIAIOSFODNN7EXAMPLE", SECRET)),
    );
    let (first, second) =
        tokio::join!(save(&store, &one, Move::Enable, event(1, 1)), save(&store, &two, Move::Enable, event(2, 1)),);
    assert_ne!(first, second);
    let found = store.encryption_at_rest(project_id(1)).await.unwrap();
    let winner = if first == Outcome::Saved { &one } else { &two };
    assert_eq!(aws(&found), aws(winner));
}

async fn of_many_saves_of_one_revision_one_wins(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let candidates: Vec<_> = (0..8)
        .map(|number| setting(1, 2, static_key(&format!("alias/{number}"), "AKIAIOSFODNN7EXAMPLE", SECRET)))
        .collect();
    let saves = candidates
        .iter()
        .zip(100..)
        .map(|(candidate, number)| save(&store, candidate, Move::ChangeKey, event(number, 1)));
    let outcomes = futures_util::future::join_all(saves).await;
    let winners: Vec<_> = (0..8).filter(|index| outcomes[*index] == Outcome::Saved).collect();
    assert_eq!(winners.len(), 1, "{outcomes:?}");
    let found = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!(aws(&found.setting), aws(&candidates[winners[0]]));
    assert_eq!(only(&found.validities).key_revision, 2);
    let (events, total) = store.events_of_project(project_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap();
    assert_eq!((total, events[0].id), (2, event_id(100 + u32::try_from(winners[0]).unwrap())));
}

async fn a_conflict_writes_nothing(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let stale = setting(1, 5, static_key("alias/stale", "AKIAIOSFODNN7EXAMPLE", SECRET));
    assert_eq!(save(&store, &stale, Move::ChangeKey, event(9, 1)).await, Outcome::Conflict);
    let late_first = setting(1, 1, static_key("alias/stale", "AKIAIOSFODNN7EXAMPLE", SECRET));
    assert_eq!(save(&store, &late_first, Move::Enable, event(9, 1)).await, Outcome::Conflict);
    let found = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!((found.setting.revision, aws(&found.setting).key.as_str()), (1, "key-1"));
    assert_eq!(only(&found.validities).row_revision, 1);
    assert_eq!(store.event_of_project(project_id(1), event_id(9)).await.unwrap(), None);
}

async fn options_leave_the_keys_revision_alone(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let before = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    let mut next = before.setting.clone();
    next.revision = 2;
    if let Some(CustomerKey::AwsKms(aws)) = next.customer_keys.get_mut(&ProviderKind::AwsKms) {
        aws.require_private_networking = true;
    }
    assert_eq!(save(&store, &next, Move::ChangeOptions, event(9, 1)).await, Outcome::Saved);
    let after = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert!(aws(&after.setting).require_private_networking);
    assert_eq!(only(&after.validities), only(&before.validities));

    next.revision = 3;
    assert_eq!(save(&store, &next, Move::ChangeCredentials, event(10, 1)).await, Outcome::Saved);
    let after = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!((only(&after.validities).key_revision, only(&after.validities).row_revision), (3, 2));
}

async fn disabling_destroys_the_row(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 2).await;
    let disabled = EncryptionAtRest { revision: 2, ..EncryptionAtRest::unset(project_id(1)) };
    assert_eq!(save(&store, &disabled, Move::Disable, event(9, 1)).await, Outcome::Saved);
    let found = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!((found.setting.revision, found.setting.customer_keys.len(), found.validities.len()), (2, 0, 0));
    let other = store.project_snapshot(project_id(2)).await.unwrap().unwrap();
    assert_eq!(other.validities.len(), 1);
    let claims = store.claim_due(WorkKind::ValidityCheck, T0, "me", 9, std::time::Duration::ZERO).await.unwrap();
    assert_eq!(claims.len(), 1, "a disabled provider is not checked");
    assert_eq!(db.peek("SELECT project_id FROM customer_keys").await, [project_id(2).to_string()]);
    assert_eq!(db.peek("SELECT project_id FROM validities").await, [project_id(2).to_string()]);

    let again = setting(1, 3, static_key("alias/again", "AKIAIOSFODNN7EXAMPLE", SECRET));
    assert_eq!(save(&store, &again, Move::Enable, event(10, 1)).await, Outcome::Saved);
    let found = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!(only(&found.validities).key_revision, 3);
}

async fn the_search_node_flag_needs_no_provider(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let mut next = EncryptionAtRest::unset(project_id(1));
    (next.enabled_for_search_nodes, next.revision) = (true, 1);
    let change = SaveSetting {
        expected_revision: 0,
        next: &next,
        moves: &BTreeMap::new(),
        roles: Vec::new(),
        validities: BTreeMap::new(),
        at: T0,
        events: Vec::new(),
    };
    assert_eq!(store.save_encryption_at_rest(change).await.unwrap(), Outcome::Saved);
    assert!(store.encryption_at_rest(project_id(1)).await.unwrap().enabled_for_search_nodes);
}

async fn a_save_without_validity_is_a_bug(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let next = setting(1, 1, static_key("alias/one", "AKIAIOSFODNN7EXAMPLE", SECRET));
    let change = SaveSetting {
        expected_revision: 0,
        next: &next,
        moves: &[(ProviderKind::AwsKms, Move::Enable)].into(),
        roles: Vec::new(),
        validities: BTreeMap::new(),
        at: T0,
        events: Vec::new(),
    };
    assert!(store.save_encryption_at_rest(change).await.is_err());
    assert_eq!(store.encryption_at_rest(project_id(1)).await.unwrap().revision, 0, "rolled back");
}

async fn equal_keys_are_recognised(db: Database) {
    let store = db.open().await;
    seed(&store, 4).await;
    let keys = [
        static_key("alias/one", "AKIAIOSFODNN7EXAMPLE", SECRET),
        static_key("alias/one", "AKIAIOSFODNN7EXAMPLE", SECRET),
        static_key("alias/one", "AKIAIOSFODNN7EXAMPLE", "another secret"),
        static_key("alias/two", "AKIAIOSFODNN7EXAMPLE", SECRET),
    ];
    for (key, number) in keys.into_iter().zip(1..) {
        assert_eq!(save(&store, &setting(number, 1, key), Move::Enable, event(number, number)).await, Outcome::Saved);
    }
    assert_eq!(store.distinct_customer_keys().await.unwrap(), 3);
    let snapshot = store.project_snapshot(project_id(2)).await.unwrap().unwrap();
    let sharing = store.projects_sharing(only(&snapshot.validities).fingerprint).await.unwrap();
    assert_eq!(sharing, [project_id(1), project_id(2)]);

    let all = store.project_snapshots(&[project_id(4), project_id(9), project_id(1)]).await.unwrap();
    let ids: Vec<_> = all.iter().map(|snapshot| snapshot.project.id).collect();
    assert_eq!(ids, [project_id(1), project_id(4)]);
    assert!(all.iter().all(|snapshot| only(&snapshot.validities).validity.state == State::Valid));
    assert_ne!(only(&all[0].validities).fingerprint, only(&all[1].validities).fingerprint);
    assert_eq!(Validity::unchecked().generation, 0);
}
