//! Claims: no piece of work has two holders, and a holder who comes back too late changes nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::time::Timestamp;
use storage::{Claim, Store, WorkKind};

use crate::database::Database;
use crate::fixtures::T0;
use crate::on_both_engines;

on_both_engines! {
    claims_what_is_due_oldest_first
    owners_never_hold_the_same_piece
    a_late_owner_is_fenced
    releasing_leaves_the_work_due
    scheduling_takes_the_work_from_its_holder
    opening_gives_up_claims_where_we_are_alone
}

const LEASE: Duration = Duration::from_secs(30);

async fn claim(store: &Store, owner: &str, now: Timestamp, limit: i64) -> Vec<Claim> {
    store.claim_due(WorkKind::ValidityCheck, now, owner, limit, LEASE).await.unwrap()
}

async fn schedule(store: &Store, id: &str, due: Timestamp) {
    store.schedule_work(WorkKind::ValidityCheck, id, due).await.unwrap();
}

async fn claims_what_is_due_oldest_first(db: Database) {
    let store = db.open().await;
    assert_eq!(store.next_due(WorkKind::ValidityCheck).await.unwrap(), None);
    for (id, seconds) in [("c", 3), ("a", 1), ("d", 4), ("b", 2)] {
        schedule(&store, id, T0 + Duration::from_secs(seconds)).await;
    }
    assert_eq!(store.next_due(WorkKind::ValidityCheck).await.unwrap(), Some(T0 + Duration::from_secs(1)));
    assert_eq!(claim(&store, "me", T0, 9).await, []);
    let now = T0 + Duration::from_secs(3);
    let ids = |claims: Vec<Claim>| claims.into_iter().map(|claim| claim.id).collect::<Vec<_>>();
    assert_eq!(ids(claim(&store, "me", now, 2).await), ["a", "b"]);
    assert_eq!(ids(claim(&store, "me", now, 2).await), ["c"]);
    assert_eq!(store.next_due(WorkKind::ValidityCheck).await.unwrap(), Some(T0 + Duration::from_secs(4)));
}

async fn owners_never_hold_the_same_piece(db: Database) {
    let store = db.open().await;
    for number in 0..60 {
        schedule(&store, &format!("piece {number:02}"), T0).await;
    }
    let owners: Vec<String> = (0..6).map(|number| format!("owner {number}")).collect();
    let claiming = owners.iter().map(|owner| async {
        let mut all = Vec::new();
        loop {
            let claims = claim(&store, owner, T0, 7).await;
            if claims.is_empty() {
                return all;
            }
            all.extend(claims);
        }
    });
    let mut seen = BTreeSet::new();
    for claim in futures_util::future::join_all(claiming).await.into_iter().flatten() {
        assert!(seen.insert(claim.id.clone()), "{} was claimed twice", claim.id);
    }
    assert_eq!(seen.len(), 60);
}

async fn a_late_owner_is_fenced(db: Database) {
    let store = db.open().await;
    schedule(&store, "a", T0).await;
    let [late] = claim(&store, "late", T0, 1).await.try_into().unwrap();
    assert_eq!(claim(&store, "next", T0 + LEASE - Duration::from_millis(1), 1).await, []);
    let [next] = claim(&store, "next", T0 + LEASE, 1).await.try_into().unwrap();
    assert!(next.attempt > late.attempt);
    assert!(!store.finish_work(&late, T0 + Duration::from_secs(999)).await.unwrap());
    assert!(!store.release_work(&late).await.unwrap());
    // The same owner under another attempt is another holder.
    let impostor = Claim { owner: "next".to_owned(), ..late };
    assert!(!store.finish_work(&impostor, T0).await.unwrap());
    assert!(store.finish_work(&next, T0 + Duration::from_secs(60)).await.unwrap());
    assert!(!store.finish_work(&next, T0).await.unwrap(), "a claim ends once");
    assert_eq!(store.next_due(WorkKind::ValidityCheck).await.unwrap(), Some(T0 + Duration::from_secs(60)));
}

async fn releasing_leaves_the_work_due(db: Database) {
    let store = db.open().await;
    schedule(&store, "a", T0).await;
    let [held] = claim(&store, "me", T0, 1).await.try_into().unwrap();
    assert_eq!(store.next_due(WorkKind::ValidityCheck).await.unwrap(), Some(T0 + LEASE));
    assert!(store.release_work(&held).await.unwrap());
    assert_eq!(claim(&store, "you", T0, 1).await.len(), 1);
}

async fn scheduling_takes_the_work_from_its_holder(db: Database) {
    let store = db.open().await;
    schedule(&store, "a", T0).await;
    let [held] = claim(&store, "me", T0, 1).await.try_into().unwrap();
    schedule(&store, "a", T0).await;
    assert!(!store.finish_work(&held, T0 + LEASE).await.unwrap());
    assert_eq!(claim(&store, "you", T0, 1).await.len(), 1);
}

async fn opening_gives_up_claims_where_we_are_alone(db: Database) {
    let store = db.open().await;
    assert_eq!(store.owns_database(), db.is_sqlite());
    schedule(&store, "a", T0).await;
    let [held] = claim(&store, "me", T0, 1).await.try_into().unwrap();
    store.close().await;
    drop(store);
    let store = db.open().await;
    let free = claim(&store, "you", T0, 1).await;
    assert_eq!(free.len(), usize::from(db.is_sqlite()), "on PostgreSQL another replica may still be at it");
    if db.is_sqlite() {
        assert!(free[0].attempt > held.attempt);
    }
}
