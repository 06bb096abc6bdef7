//! What is remembered is never older than the last acknowledged write, and nothing is remembered of a
//! database that others write to.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use domain::customer_key::{Move, ProviderKind};
use domain::validity::Validity;
use storage::{Outcome, ValidityOutcome, ValidityUpdate};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    a_reader_never_sees_less_than_was_acknowledged
    another_stores_write_is_seen
}

async fn a_reader_never_sees_less_than_was_acknowledged(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let over = AtomicBool::new(false);
    let reading = async {
        let mut newest = (0, 0);
        while !over.load(Ordering::Relaxed) {
            let seen = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
            let validity = &seen.validities[&ProviderKind::AwsKms];
            assert!(validity.key_revision <= seen.setting.revision, "parts of two instants");
            let now = (seen.setting.revision, validity.row_revision);
            assert!(now >= newest, "went back from {newest:?} to {now:?}");
            newest = now;
            tokio::task::yield_now().await;
        }
    };
    let writing = async {
        for revision in 2..60 {
            let next = setting(1, revision, static_key("alias/next", "AKIAIOSFODNN7EXAMPLE", SECRET));
            let number = u32::try_from(revision).unwrap();
            assert_eq!(save(&store, &next, Move::ChangeKey, event(10 + number, 1)).await, Outcome::Saved);
            let seen = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
            assert_eq!(seen.setting.revision, revision);
            let validity = &seen.validities[&ProviderKind::AwsKms];
            let update = ValidityUpdate {
                project: project_id(1),
                provider: ProviderKind::AwsKms,
                expected_row_revision: validity.row_revision,
                key_revision: validity.key_revision,
                next: Validity { generation: revision, ..valid() },
                next_check_at: T0,
                claim: None,
                events: Vec::new(),
            };
            assert_eq!(store.save_validities(&[update]).await.unwrap(), [ValidityOutcome::Saved]);
            let seen = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
            assert_eq!(seen.validities[&ProviderKind::AwsKms].validity.generation, revision);
        }
        over.store(true, Ordering::Relaxed);
    };
    tokio::join!(reading, reading_again(&store, &over), writing);
}

async fn reading_again(store: &storage::Store, over: &AtomicBool) {
    while !over.load(Ordering::Relaxed) {
        store.project_snapshot(project_id(1)).await.unwrap().unwrap();
        tokio::task::yield_now().await;
    }
}

/// Only where something is remembered; a server may commit a lost client's save whenever it likes.
#[tokio::test]
async fn a_dropped_save_leaves_no_stale_memory() {
    let db = Database::sqlite();
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    // A future dropped after any number of steps: whatever the database then holds is what is told.
    for round in 0..60 {
        let steps = round % 20;
        let before = store.project_snapshot(project_id(1)).await.unwrap().unwrap().setting.revision;
        let next = setting(1, before + 1, static_key("alias/next", "AKIAIOSFODNN7EXAMPLE", SECRET));
        let dropped = drop_after(steps, save(&store, &next, Move::ChangeKey, event(100 + round, 1))).await;
        let told = store.project_snapshot(project_id(1)).await.unwrap().unwrap().setting.revision;
        assert!(told == before || told == before + 1);
        // A write that begins after it settles what became of it.
        store.record_events(&[event(1000 + round, 1)]).await.unwrap();
        let told = store.project_snapshot(project_id(1)).await.unwrap().unwrap().setting.revision;
        let stored = store.encryption_at_rest(project_id(1)).await.unwrap().revision;
        assert_eq!(told, stored, "dropped after {steps} steps");
        assert!(dropped || stored == before + 1);
    }
}

/// Drops a future as soon as it waits for the `steps`-th time. Tells whether it was dropped unfinished.
async fn drop_after<F: Future>(steps: u32, future: F) -> bool {
    let mut future = Box::pin(future);
    let mut waits = 0;
    poll_fn(|context| {
        if waits == steps {
            return Poll::Ready(true);
        }
        let unfinished = future.as_mut().poll(context).is_pending();
        waits += 1;
        match (unfinished, waits == steps) {
            (false, _) => Poll::Ready(false),
            (true, true) => Poll::Ready(true),
            (true, false) => Poll::Pending,
        }
    })
    .await
}

/// Reads on three threads overtake saves on a fourth, again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_read_begun_before_a_save_is_not_remembered_after_it() {
    let db = Database::sqlite();
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let over = Arc::new(AtomicBool::new(false));
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let (store, over) = (store.clone(), Arc::clone(&over));
        readers.spawn(async move { reading_again(&store, &over).await });
    }
    for revision in 2..250 {
        let next = setting(1, revision, static_key("alias/next", "AKIAIOSFODNN7EXAMPLE", SECRET));
        let number = u32::try_from(revision).unwrap();
        assert_eq!(save(&store, &next, Move::ChangeKey, event(10 + number, 1)).await, Outcome::Saved);
        for _ in 0..50 {
            let told = store.project_snapshot(project_id(1)).await.unwrap().unwrap().setting.revision;
            assert_eq!(told, revision, "what was acknowledged is told");
            tokio::task::yield_now().await;
        }
    }
    over.store(true, Ordering::Relaxed);
    readers.join_all().await;
}

async fn another_stores_write_is_seen(db: Database) {
    if db.is_sqlite() {
        return;
    }
    let (one, two) = (db.open().await, db.open().await);
    assert!(!one.owns_database());
    seed_enabled(&one, 1).await;
    assert_eq!(two.project_snapshot(project_id(1)).await.unwrap().unwrap().setting.revision, 1);
    let next = setting(1, 2, static_key("alias/next", "AKIAIOSFODNN7EXAMPLE", SECRET));
    assert_eq!(save(&one, &next, Move::ChangeKey, event(9, 1)).await, Outcome::Saved);
    assert_eq!(two.project_snapshot(project_id(1)).await.unwrap().unwrap().setting.revision, 2);
}
