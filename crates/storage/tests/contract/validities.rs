//! Validities come back exactly; a batch saves what is still true and leaves the rest alone.

use std::time::Duration;

use domain::customer_key::{Move, ProviderKind};
use domain::time::Timestamp;
use domain::validity::{Definite, DefiniteReason, Failure, ForeignText, Reason, State, TransientReason, Validity};
use storage::{Claim, EventFilter, Outcome, Store, StoredValidity, ValidityOutcome, ValidityUpdate, WorkKind};
use storage::{validity_work, validity_work_id};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    every_validity_comes_back_exactly
    a_stale_update_is_left_out_with_its_events
    an_update_of_an_older_key_is_stale
    two_updates_of_one_key_do_not_both_count
    a_batch_ends_its_claims
    an_update_without_claim_leaves_anothers_claim_alone
    a_save_never_repeats_a_generation
    a_batch_of_nothing_is_nothing
}

async fn stored(store: &Store, project: u32) -> StoredValidity {
    store.project_snapshot(project_id(project)).await.unwrap().unwrap().validities[&ProviderKind::AwsKms].clone()
}

fn update(project: u32, seen: &StoredValidity, next: Validity) -> ValidityUpdate {
    ValidityUpdate {
        project: project_id(project),
        provider: ProviderKind::AwsKms,
        expected_row_revision: seen.row_revision,
        key_revision: seen.key_revision,
        next,
        next_check_at: T0 + Duration::from_secs(60),
        claim: None,
        events: Vec::new(),
    }
}

fn failures() -> Vec<Failure> {
    let text = |text: &str| Some(ForeignText::tame(text, &[]));
    let worded = Failure {
        reason: Reason::Definite(DefiniteReason::KeyDisabled),
        provider_code: text("DisabledException"),
        provider_message: text("arn:aws:kms… is \"disabled\"; it's {\"off\"} \\ ' ü 🔑"),
        provider_request_id: text("5f3a-11"),
    };
    let definite = DefiniteReason::ALL.iter().map(|reason| Failure::silent(Reason::Definite(*reason)));
    let transient = TransientReason::ALL.iter().map(|reason| Failure::silent(Reason::Transient(*reason)));
    std::iter::once(worded).chain(definite).chain(transient).collect()
}

fn states() -> Vec<State> {
    let since = Timestamp::from_millis(1_699_999_999_001);
    let mut states = vec![State::Valid];
    for was in [None, Some(Definite::Valid), Some(Definite::Invalid)] {
        states.push(State::Unknown { failure: None, was });
        for failure in failures() {
            states.push(State::Unknown { failure: Some(failure.clone()), was });
            states.push(State::Suspect { failure: failure.clone(), was, since });
            states.push(State::Held { failure: failure.clone(), was, since });
            states.push(State::Invalid { failure });
        }
    }
    states
}

async fn every_validity_comes_back_exactly(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    for (state, number) in states().into_iter().zip(0_i64..) {
        let seen = stored(&store, 1).await;
        let next = Validity {
            state,
            checked_at: (number % 5 != 0).then(|| Timestamp::from_millis(number)),
            network_denied: number % 2 == 0,
            awaiting_proof: number % 3 == 0,
            generation: number,
        };
        let outcomes = store.save_validities(&[update(1, &seen, next.clone())]).await.unwrap();
        assert_eq!(outcomes, [ValidityOutcome::Saved]);
        let found = stored(&store, 1).await;
        assert_eq!(found.validity, next);
        assert_eq!(found.row_revision, seen.row_revision + 1);
        assert_eq!(found.next_check_at, T0 + Duration::from_secs(60));
    }
}

async fn a_stale_update_is_left_out_with_its_events(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 3).await;
    let seen = [stored(&store, 1).await, stored(&store, 2).await, stored(&store, 3).await];
    let unknown = Validity { state: State::Unknown { failure: None, was: None }, ..valid() };
    let early = store.save_validities(&[update(2, &seen[1], unknown.clone())]).await.unwrap();
    assert_eq!(early, [ValidityOutcome::Saved]);
    let mut updates: Vec<_> =
        [3, 2, 1].map(|number| update(number, &seen[number as usize - 1], unknown.clone())).into();
    for (update, number) in updates.iter_mut().zip([53, 52, 51]) {
        update.events = vec![event(number, number - 50)];
    }
    let outcomes = store.save_validities(&updates).await.unwrap();
    assert_eq!(outcomes, [ValidityOutcome::Saved, ValidityOutcome::Stale, ValidityOutcome::Saved]);
    for (number, recorded) in [(1, true), (2, false), (3, true)] {
        let found = store.event_of_project(project_id(number), event_id(50 + number)).await.unwrap();
        assert_eq!(found.is_some(), recorded, "project {number}");
        assert_eq!(stored(&store, number).await.row_revision, 2);
    }
}

async fn an_update_of_an_older_key_is_stale(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let mut seen = stored(&store, 1).await;
    let next = setting(1, 2, static_key("alias/next", "AKIAIOSFODNN7EXAMPLE", SECRET));
    assert_eq!(save(&store, &next, Move::ChangeKey, event(9, 1)).await, Outcome::Saved);
    // Even one that guesses the row right.
    seen.row_revision = stored(&store, 1).await.row_revision;
    assert_eq!(store.save_validities(&[update(1, &seen, valid())]).await.unwrap(), [ValidityOutcome::Stale]);
    seen.key_revision = 2;
    assert_eq!(store.save_validities(&[update(1, &seen, valid())]).await.unwrap(), [ValidityOutcome::Saved]);
}

async fn two_updates_of_one_key_do_not_both_count(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let seen = stored(&store, 1).await;
    let (mut one, mut two) = (update(1, &seen, valid()), update(1, &seen, valid()));
    (one.events, two.events) = (vec![event(51, 1)], vec![event(52, 1)]);
    let outcomes = store.save_validities(&[one, two]).await.unwrap();
    assert_eq!(outcomes, [ValidityOutcome::Saved, ValidityOutcome::Stale]);
    assert_eq!(store.events_of_project(project_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap().1, 2);
    let seen = stored(&store, 1).await;
    let batches = [[update(1, &seen, valid())], [update(1, &seen, valid())]];
    let saves = batches.iter().map(|batch| store.save_validities(batch));
    let outcomes: Vec<_> = futures_util::future::join_all(saves).await.into_iter().map(|one| one.unwrap()[0]).collect();
    assert!(outcomes.contains(&ValidityOutcome::Saved) && outcomes.contains(&ValidityOutcome::Stale), "{outcomes:?}");
}

async fn claim(store: &Store, owner: &str, now: Timestamp) -> Vec<Claim> {
    store.claim_due(WorkKind::ValidityCheck, now, owner, 100, Duration::from_secs(30)).await.unwrap()
}

async fn a_batch_ends_its_claims(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 2).await;
    let seen = [stored(&store, 1).await, stored(&store, 2).await];
    let claims = claim(&store, "me", T0).await;
    assert_eq!(claims.len(), 2);
    assert_eq!(validity_work(&claims[0].id), Some((project_id(1), ProviderKind::AwsKms)));
    assert_eq!(claims[0].id, validity_work_id(project_id(1), ProviderKind::AwsKms));
    let mut updates = [update(1, &seen[0], valid()), update(2, &seen[1], valid())];
    updates[1].expected_row_revision = 77;
    for (update, claim) in updates.iter_mut().zip(&claims) {
        update.claim = Some(claim.clone());
    }
    let outcomes = store.save_validities(&updates).await.unwrap();
    assert_eq!(outcomes, [ValidityOutcome::Saved, ValidityOutcome::Stale]);
    // The saved one is due in a minute; the stale one is free and due at once.
    let again = claim(&store, "you", T0).await;
    assert_eq!(again.iter().map(|claim| &claim.id).collect::<Vec<_>>(), [&claims[1].id]);
    let later = claim(&store, "you", T0 + Duration::from_secs(60)).await;
    assert_eq!(later.len(), 2);
}

async fn an_update_without_claim_leaves_anothers_claim_alone(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let seen = stored(&store, 1).await;
    let claims = claim(&store, "sweeper", T0).await;
    let outcomes = store.save_validities(&[update(1, &seen, valid())]).await.unwrap();
    assert_eq!(outcomes, [ValidityOutcome::Saved]);
    assert_eq!(claim(&store, "other", T0).await, []);
    let mut late = update(1, &seen, valid());
    late.claim = Some(claims[0].clone());
    late.next_check_at = T0;
    assert_eq!(store.save_validities(&[late]).await.unwrap(), [ValidityOutcome::Stale]);
    assert_eq!(claim(&store, "other", T0 + Duration::from_secs(59)).await, [], "the newer due time stands");
    assert_eq!(claim(&store, "other", T0 + Duration::from_secs(60)).await.len(), 1);
}

async fn a_save_never_repeats_a_generation(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let gone = State::Invalid { failure: Failure::silent(Reason::Definite(DefiniteReason::KeyDisabled)) };
    let seen = stored(&store, 1).await;
    let invalid = Validity { state: gone, generation: 2, ..valid() };
    assert_eq!(store.save_validities(&[update(1, &seen, invalid)]).await.unwrap(), [ValidityOutcome::Saved]);
    // Made from what was read before the check: Valid in its first generation.
    let next = setting(1, 2, static_key("alias/next", "AKIAIOSFODNN7EXAMPLE", SECRET));
    assert_eq!(save(&store, &next, Move::ChangeKey, event(9, 1)).await, Outcome::Saved);
    let found = stored(&store, 1).await;
    assert_eq!((found.validity.state, found.validity.generation), (State::Valid, 3));
}

async fn a_batch_of_nothing_is_nothing(db: Database) {
    let store = db.open().await;
    assert_eq!(store.save_validities(&[]).await.unwrap(), []);
}

#[tokio::test]
async fn a_batch_that_loses_a_deadlock_is_run_again() {
    let db = Database::postgres().await;
    let Database::Postgres { url, .. } = &db else { panic!("postgres") };
    let store = db.open().await;
    seed_enabled(&store, 2).await;
    let updates = [update(1, &stored(&store, 1).await, valid()), update(2, &stored(&store, 2).await, valid())];
    let touch = |number| {
        let project = project_id(number);
        sqlx::AssertSqlSafe(format!("UPDATE validities SET state = state WHERE project_id = '{project}'"))
    };
    let mut rival = <sqlx::PgConnection as sqlx::Connection>::connect(url).await.unwrap();
    // So that the server looks for the deadlock from our side, and ends ours.
    sqlx::raw_sql("SET deadlock_timeout = '1h'; BEGIN").execute(&mut rival).await.unwrap();
    sqlx::raw_sql(touch(2)).execute(&mut rival).await.unwrap();
    let rivalry = async {
        let waiting = "SELECT CAST(COUNT(*) AS TEXT) FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while db.peek(waiting).await != ["1"] {
            tokio::task::yield_now().await;
        }
        sqlx::raw_sql(touch(1)).execute(&mut rival).await.unwrap();
        sqlx::raw_sql("COMMIT").execute(&mut rival).await.unwrap();
    };
    let (outcomes, ()) = tokio::join!(store.save_validities(&updates), rivalry);
    assert_eq!(outcomes.unwrap(), [ValidityOutcome::Saved, ValidityOutcome::Saved]);
    let deadlocks = "SELECT CAST(deadlocks AS TEXT) FROM pg_stat_database WHERE datname = current_database()";
    while db.peek(deadlocks).await == ["0"] {
        tokio::task::yield_now().await;
    }
}
