//! Snapshots and the master keys they need come back as they were registered, and are let go once.

use std::time::Duration;

use domain::cluster::Cluster;
use domain::event::EventKind;
use domain::id::SnapshotId;
use domain::node::NodeRole;
use domain::snapshot::Snapshot;
use storage::{EventFilter, MasterKeyOutcome, Outcome};

use crate::bare_keys::*;
use crate::database::Database;
use crate::fixtures::*;
use crate::{master_keys, on_both_engines};

on_both_engines! {
    a_snapshot_comes_back_with_its_keys
    only_living_keys_of_a_living_cluster_are_registered
    a_snapshot_is_released_once
    snapshots_are_listed_latest_first
    of_a_snapshot_and_a_purge_at_once_one_wins
}

fn snapshot(number: u8, of: &Cluster, keys: &[u8]) -> Snapshot {
    Snapshot {
        id: SnapshotId::from_random([number; 12]),
        project: of.project,
        cluster: of.id,
        description: Some("nightly \"Ä'; --".to_owned()),
        taken_at: T0 + Duration::from_secs(number.into()),
        released_at: None,
        master_keys: keys.iter().map(|number| key_id(*number)).collect(),
    }
}

async fn a_snapshot_comes_back_with_its_keys(db: Database) {
    let (store, [cluster, _], [node, _]) = furnished(&db).await;
    for number in 1..=3 {
        put_key(&db, number, &node, 1).await;
    }
    let wanted = snapshot(7, &cluster, &[1, 2, 3]);
    // A key that is named twice is needed once.
    let named = Snapshot { master_keys: [2, 1, 3, 2].map(key_id).into(), ..wanted.clone() };
    saved(store.insert_snapshot(&named, &[event(50, 1)]).await.unwrap());
    assert_eq!(store.snapshot_of_project(project_id(1), wanted.id).await.unwrap(), Some(wanted.clone()));
    assert_eq!(store.snapshot_of_project(project_id(2), wanted.id).await.unwrap(), None);
    let bare = Snapshot { description: None, ..snapshot(8, &cluster, &[]) };
    saved(store.insert_snapshot(&bare, &[]).await.unwrap());
    assert_eq!(store.snapshot_of_project(project_id(1), bare.id).await.unwrap(), Some(bare));
    assert!(store.event_of_project(project_id(1), event_id(50)).await.unwrap().is_some());
}

async fn only_living_keys_of_a_living_cluster_are_registered(db: Database) {
    let (store, [cluster, other], [node, foreign]) = furnished(&db).await;
    put_key(&db, 1, &node, 1).await;
    put_key(&db, 2, &foreign, 1).await;
    put_key(&db, 3, &node, 1).await;
    purge(&db, 3).await;
    for (keys, why) in [(&[1, 2], "of another cluster"), (&[1, 3], "purged"), (&[1, 4], "not there")] {
        let outcome = store.insert_snapshot(&snapshot(1, &cluster, keys), &[event(50, 1)]).await.unwrap();
        assert_eq!(outcome, Outcome::Conflict, "{why}");
    }
    let strange = Snapshot { project: project_id(2), ..snapshot(1, &cluster, &[1]) };
    assert_eq!(store.insert_snapshot(&strange, &[]).await.unwrap(), Outcome::Conflict);
    saved(store.delete_cluster(&other, T0, &[]).await.unwrap());
    assert_eq!(store.insert_snapshot(&snapshot(2, &other, &[2]), &[]).await.unwrap(), Outcome::Conflict);
    assert!(db.peek("SELECT id FROM snapshots").await.is_empty());
    assert!(db.peek("SELECT master_key_id FROM snapshot_keys").await.is_empty());
    assert_eq!(store.event_of_project(project_id(1), event_id(50)).await.unwrap(), None);
}

async fn a_snapshot_is_released_once(db: Database) {
    let (store, [cluster, _], [node, _]) = furnished(&db).await;
    put_key(&db, 1, &node, 1).await;
    let wanted = snapshot(7, &cluster, &[1]);
    saved(store.insert_snapshot(&wanted, &[]).await.unwrap());
    let (one, at) = (project_id(1), T0 + Duration::from_secs(60));
    assert_eq!(store.release_snapshot(project_id(2), wanted.id, at, &[]).await.unwrap(), Outcome::Conflict);
    let told = [domain::event::Event { kind: EventKind::SnapshotReleased, ..event(51, 1) }];
    saved(store.release_snapshot(one, wanted.id, at, &told).await.unwrap());
    let again = store.release_snapshot(one, wanted.id, at, &[event(52, 1)]).await.unwrap();
    assert_eq!(again, Outcome::Conflict);
    let found = store.snapshot_of_project(one, wanted.id).await.unwrap().unwrap();
    assert_eq!(found, Snapshot { released_at: Some(at), ..wanted }, "it stays to be seen, with its keys");
    let kinds = [EventKind::SnapshotReleased].to_vec();
    let filter = EventFilter { kinds, ..EventFilter::default() };
    assert_eq!(store.events_of_project(one, &filter, slice(0, 9)).await.unwrap().1, 1);
}

async fn snapshots_are_listed_latest_first(db: Database) {
    let (store, [cluster, other], [node, _]) = furnished(&db).await;
    put_key(&db, 1, &node, 1).await;
    put_key(&db, 2, &node, 1).await;
    let all = [snapshot(1, &cluster, &[1]), snapshot(2, &cluster, &[1, 2]), snapshot(3, &cluster, &[])];
    for snapshot in &all {
        saved(store.insert_snapshot(snapshot, &[]).await.unwrap());
    }
    saved(store.insert_snapshot(&snapshot(4, &other, &[]), &[]).await.unwrap());
    let one = project_id(1);
    let page = |offset, limit, kept_only| store.snapshots_of_cluster(one, cluster.id, offset, limit, kept_only);
    let [first, second, third] = all;
    assert_eq!(page(0, 9, false).await.unwrap(), (vec![third.clone(), second.clone(), first.clone()], 3));
    assert_eq!(page(1, 1, false).await.unwrap(), (vec![second.clone()], 3));
    saved(store.release_snapshot(one, second.id, T0, &[]).await.unwrap());
    assert_eq!(page(0, 9, true).await.unwrap(), (vec![third, first], 2));
    assert_eq!(page(0, 9, false).await.unwrap().1, 3, "a released one can still be seen");
    assert_eq!(store.snapshots_of_cluster(project_id(2), cluster.id, 0, 9, false).await.unwrap(), (vec![], 0));
}

async fn of_a_snapshot_and_a_purge_at_once_one_wins(db: Database) {
    let (store, cluster) = master_keys::seeded(&db).await;
    for number in 1..=12 {
        let stored = master_keys::stored_key(number, &master_keys::node(1, NodeRole::Mongod), &[]);
        assert_eq!(master_keys::insert(&store, &stored).await, MasterKeyOutcome::Saved);
        master_keys::destroy(&store, number, T0).await;
        let revision = master_keys::read(&store, number).await.key.revision;
        let snapshot = snapshot(number, &cluster, &[number]);
        let (registered, purged) = tokio::join!(
            store.insert_snapshot(&snapshot, &[]),
            store.purge_master_key(key_id(number), revision, T0 + master_keys::LATER, &[])
        );
        let both = (registered.unwrap(), purged.unwrap());
        let one_won = matches!(both, (Outcome::Saved, Outcome::InUse) | (Outcome::Conflict, Outcome::Saved));
        assert!(one_won, "key {number}: {both:?}");
    }
}
