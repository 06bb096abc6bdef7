//! What was deleted is found for a while and comes back whole, once, if nobody took its name and its customer key is
//! there.

use std::time::Duration;

use domain::cluster::Cluster;
use domain::customer_key::{EncryptionAtRest, Move, ProviderKind};
use domain::event::{Event, EventKind};
use domain::project::Project;
use storage::{ClusterOutcome, DeletedCluster, DeletedProject, Outcome, Store};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    a_deleted_cluster_comes_back_as_it_was
    a_cluster_whose_name_was_taken_stays_away
    a_cluster_whose_provider_is_disabled_stays_away
    of_a_return_and_a_new_cluster_one_gets_the_name
    of_a_return_and_a_disabling_one_wins
    a_deleted_project_comes_back_once
    of_a_return_and_a_new_project_one_gets_the_name
}

const AWS: Option<ProviderKind> = Some(ProviderKind::AwsKms);
const SECOND: Duration = Duration::from_secs(1);

fn told(number: u32, kind: EventKind) -> [Event; 1] {
    [Event { kind, ..event(number, 1) }]
}

/// Creates a cluster and deletes it at `T0`.
async fn deleted(store: &Store, cluster: &Cluster) -> DeletedCluster {
    assert_eq!(store.create_cluster(cluster, &[]).await.unwrap(), ClusterOutcome::Saved);
    assert_eq!(store.delete_cluster(cluster, T0, &[]).await.unwrap(), Outcome::Saved);
    store.deleted_cluster(cluster.project, cluster.id, T0 - SECOND).await.unwrap().unwrap()
}

async fn a_deleted_cluster_comes_back_as_it_was(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 2).await;
    let (first, plain) = (cluster(1, 1, AWS), cluster(2, 1, None));
    let found = deleted(&store, &first).await;
    assert_eq!(found, DeletedCluster { cluster: Cluster { revision: 2, ..first.clone() }, deleted_at: T0 });
    deleted(&store, &plain).await;
    let list = |since, offset, limit| store.deleted_clusters_of(project_id(1), since, offset, limit);
    assert_eq!(list(T0 - SECOND, 0, 9).await.unwrap().0.len(), 2);
    let (page, total) = list(T0 - SECOND, 1, 1).await.unwrap();
    assert_eq!((page.len(), total), (1, 2));
    assert_eq!(list(T0, 0, 9).await.unwrap(), (Vec::new(), 0), "its time is over");
    assert_eq!(store.deleted_cluster(project_id(1), first.id, T0).await.unwrap(), None);
    assert_eq!(store.deleted_cluster(project_id(2), first.id, T0 - SECOND).await.unwrap(), None);

    let returned = told(9, EventKind::ClusterReturned);
    assert_eq!(store.bring_back_cluster(&found, &returned).await.unwrap(), ClusterOutcome::Saved);
    let back = store.cluster(project_id(1), &first.name).await.unwrap().unwrap();
    assert_eq!(back, Cluster { revision: 3, ..first.clone() });
    assert_eq!(store.event_of_project(project_id(1), event_id(9)).await.unwrap().unwrap(), returned[0]);
    // It holds on to its customer key again, and comes back once.
    let disabled = EncryptionAtRest { revision: 2, ..EncryptionAtRest::unset(project_id(1)) };
    assert_eq!(save(&store, &disabled, Move::Disable, event(10, 1)).await, Outcome::InUse);
    let again = store.bring_back_cluster(&found, &told(11, EventKind::ClusterReturned)).await.unwrap();
    assert_eq!(again, ClusterOutcome::NameTaken);
    assert_eq!(store.event_of_project(project_id(1), event_id(11)).await.unwrap(), None);
    assert_eq!(list(T0 - SECOND, 0, 9).await.unwrap().1, 1);
}

async fn a_cluster_whose_name_was_taken_stays_away(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let first = cluster(1, 1, None);
    let found = deleted(&store, &first).await;
    let other = Cluster { id: cluster(2, 1, None).id, ..first.clone() };
    assert_eq!(store.create_cluster(&other, &[]).await.unwrap(), ClusterOutcome::Saved);
    assert_eq!(store.bring_back_cluster(&found, &[]).await.unwrap(), ClusterOutcome::NameTaken);
    assert_eq!(store.delete_cluster(&other, T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.bring_back_cluster(&found, &[]).await.unwrap(), ClusterOutcome::Saved);
}

async fn a_cluster_whose_provider_is_disabled_stays_away(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let found = deleted(&store, &cluster(1, 1, AWS)).await;
    let disabled = EncryptionAtRest { revision: 2, ..EncryptionAtRest::unset(project_id(1)) };
    assert_eq!(save(&store, &disabled, Move::Disable, event(10, 1)).await, Outcome::Saved);
    assert_eq!(store.bring_back_cluster(&found, &[]).await.unwrap(), ClusterOutcome::ProviderNotEnabled);
    let enabled = setting(1, 3, static_key("alias/one", "AKIAIOSFODNN7EXAMPLE", SECRET));
    assert_eq!(save(&store, &enabled, Move::Enable, event(11, 1)).await, Outcome::Saved);
    assert_eq!(store.bring_back_cluster(&found, &[]).await.unwrap(), ClusterOutcome::Saved);
}

async fn of_a_return_and_a_new_cluster_one_gets_the_name(db: Database) {
    let store = db.open().await;
    seed(&store, 24).await;
    for number in 1..=24 {
        let first = cluster(number, number, None);
        let found = deleted(&store, &first).await;
        let other = Cluster { id: cluster(100 + number, number, None).id, ..first.clone() };
        let (back, created) = tokio::join!(store.bring_back_cluster(&found, &[]), store.create_cluster(&other, &[]));
        let outcomes = [back.unwrap(), created.unwrap()];
        assert!(
            outcomes.contains(&ClusterOutcome::Saved) && outcomes.contains(&ClusterOutcome::NameTaken),
            "{outcomes:?}"
        );
        assert_eq!(store.clusters_of(project_id(number), 0, 9).await.unwrap().1, 1);
    }
}

async fn of_a_return_and_a_disabling_one_wins(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 24).await;
    for number in 1..=24 {
        let found = deleted(&store, &cluster(number, number, AWS)).await;
        let disabled = EncryptionAtRest { revision: 2, ..EncryptionAtRest::unset(project_id(number)) };
        let (back, outcome) = tokio::join!(
            store.bring_back_cluster(&found, &[]),
            save(&store, &disabled, Move::Disable, event(1000 + number, number))
        );
        let expected = match back.unwrap() {
            ClusterOutcome::Saved => Outcome::InUse,
            ClusterOutcome::ProviderNotEnabled => Outcome::Saved,
            other @ (ClusterOutcome::Conflict
            | ClusterOutcome::NameTaken
            | ClusterOutcome::EncryptionDemanded
            | ClusterOutcome::TooMany(_)) => panic!("{other:?}"),
        };
        assert_eq!(outcome, expected, "project {number}");
    }
}

async fn a_deleted_project_comes_back_once(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 2).await;
    assert_eq!(store.org_of_project(project_id(1)).await.unwrap(), Some(org_id(1)));
    assert_eq!(store.org_of_project(project_id(9)).await.unwrap(), None);
    assert_eq!(store.deleted_project(project_id(1), T0 - SECOND).await.unwrap(), None);
    assert_eq!(store.delete_project(project_id(1), T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.org_of_project(project_id(1)).await.unwrap(), Some(org_id(1)));
    let found = DeletedProject { project: project(1, 1), deleted_at: T0 };
    assert_eq!(store.deleted_project(project_id(1), T0 - SECOND).await.unwrap(), Some(found.clone()));
    assert_eq!(store.deleted_project(project_id(1), T0).await.unwrap(), None);
    assert_eq!(store.deleted_projects_of(org_id(1), T0 - SECOND).await.unwrap(), std::slice::from_ref(&found));
    assert!(store.deleted_projects_of(org_id(1), T0).await.unwrap().is_empty());

    let again = Project { id: project_id(7), ..project(1, 1) };
    assert_eq!(store.insert_project(&again).await.unwrap(), Outcome::Saved);
    let returned = told(9, EventKind::ProjectReturned);
    assert_eq!(store.bring_back_project(&found.project, &returned).await.unwrap(), Outcome::InUse);
    assert_eq!(store.delete_project(project_id(7), T0, &[]).await.unwrap(), Outcome::Saved);
    assert!(store.project_snapshot(project_id(1)).await.unwrap().is_none());
    assert_eq!(store.bring_back_project(&found.project, &returned).await.unwrap(), Outcome::Saved);
    let snapshot = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!(snapshot.project, project(1, 1));
    assert!(snapshot.setting.customer_keys.is_empty(), "credentials that were destroyed stay so");
    assert_eq!(store.event_of_project(project_id(1), event_id(9)).await.unwrap().unwrap(), returned[0]);
    assert_eq!(store.bring_back_project(&found.project, &[]).await.unwrap(), Outcome::InUse);
    let revision = snapshot.setting.revision + 1;
    let enabled = setting(1, revision, static_key("alias/one", "AKIAIOSFODNN7EXAMPLE", SECRET));
    assert_eq!(save(&store, &enabled, Move::Enable, event(11, 1)).await, Outcome::Saved);
}

async fn of_a_return_and_a_new_project_one_gets_the_name(db: Database) {
    let store = db.open().await;
    seed(&store, 24).await;
    for number in 1..=24 {
        assert_eq!(store.delete_project(project_id(number), T0, &[]).await.unwrap(), Outcome::Saved);
        let found = project(number, 1);
        let other = Project { id: project_id(100 + number), ..found.clone() };
        let settings = domain::project::ProjectSettings::default();
        let (back, created) =
            tokio::join!(store.bring_back_project(&found, &[]), store.create_project(&other, &settings, None, &[]));
        let (back, created) = (back.unwrap(), created.unwrap());
        let expected = if created == Outcome::Saved { Outcome::InUse } else { Outcome::Saved };
        assert_eq!(back, expected, "project {number}: {created:?}");
    }
}
