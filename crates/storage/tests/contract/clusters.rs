//! Clusters come back as they went in; nobody's change is overwritten; and whatever happens at the same time,
//! no cluster uses a customer key that its project does not have.

use domain::cluster::{Cluster, Settings, Tag};
use domain::customer_key::{EncryptionAtRest, Move, ProviderKind};
use domain::event::{Event, EventKind};
use domain::project::{ProjectChange, ProjectLimit};
use storage::{ClusterOutcome, EventFilter, Outcome, Store};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    a_cluster_comes_back_as_it_was_saved
    lists_are_pages_by_name
    clusters_are_counted_as_they_come_and_go
    of_clusters_made_at_once_no_more_come_than_may
    all_clusters_of_projects_are_listed_together
    a_name_is_taken_once_and_free_again
    a_change_is_made_from_the_revision_before_it
    a_deleted_cluster_keeps_its_row_and_lets_go
    a_provider_that_is_not_enabled_holds_no_cluster
    a_provider_in_use_is_not_disabled
    of_a_switch_on_and_a_disabling_one_wins
    the_database_itself_keeps_the_key_a_cluster_uses
}

const AWS: Option<ProviderKind> = Some(ProviderKind::AwsKms);

fn told(number: u32, kind: EventKind) -> [Event; 1] {
    [Event { cluster: Some(cluster_name("cluster1")), kind, ..event(number, 1) }]
}

async fn made(store: &Store, cluster: &Cluster) {
    assert_eq!(store.create_cluster(cluster, &[]).await.unwrap(), ClusterOutcome::Saved);
}

fn changed(cluster: &Cluster, settings: Settings) -> Cluster {
    Cluster { settings, revision: cluster.revision + 1, ..cluster.clone() }
}

/// Disables AWS in a project that has had one change.
async fn disable(store: &Store, project: u32, number: u32) -> Outcome {
    let disabled = EncryptionAtRest { revision: 2, ..EncryptionAtRest::unset(project_id(project)) };
    save(store, &disabled, Move::Disable, event(number, project)).await
}

async fn a_cluster_comes_back_as_it_was_saved(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let wanted = cluster(1, 1, AWS);
    let outcome = store.create_cluster(&wanted, &told(9, EventKind::ClusterCreated)).await.unwrap();
    assert_eq!(outcome, ClusterOutcome::Saved);
    assert_eq!(store.cluster(project_id(1), &wanted.name).await.unwrap(), Some(wanted.clone()));
    assert_eq!(store.cluster(project_id(2), &wanted.name).await.unwrap(), None);
    assert_eq!(store.cluster(project_id(1), &cluster_name("Cluster1")).await.unwrap(), None);

    let of_one = EventFilter { clusters: vec![wanted.name.clone()], ..EventFilter::default() };
    let (events, total) = store.events_of_project(project_id(1), &of_one, slice(0, 9)).await.unwrap();
    assert_eq!((events.as_slice(), total), (told(9, EventKind::ClusterCreated).as_slice(), 1));
    let of_another = EventFilter { clusters: vec![cluster_name("other")], ..EventFilter::default() };
    assert_eq!(store.events_of_project(project_id(1), &of_another, slice(0, 9)).await.unwrap().1, 0);

    let mut settings = wanted.settings.clone();
    settings.encryption = None;
    settings.paused = true;
    settings.tags = vec![Tag { key: "k \"'".to_owned(), value: "🔑".to_owned() }];
    let next = changed(&wanted, settings);
    assert_eq!(store.save_cluster(&next, &[]).await.unwrap(), ClusterOutcome::Saved);
    assert_eq!(store.cluster(project_id(1), &wanted.name).await.unwrap(), Some(next));
}

async fn lists_are_pages_by_name(db: Database) {
    let store = db.open().await;
    seed(&store, 3).await;
    for number in [3, 1, 2] {
        made(&store, &cluster(number, 1, None)).await;
    }
    made(&store, &cluster(4, 2, None)).await;
    let (page, total) = store.clusters_of(project_id(1), 1, 5).await.unwrap();
    assert_eq!((page, total), (vec![cluster(2, 1, None), cluster(3, 1, None)], 3));
    assert_eq!(store.clusters_of(project_id(3), 0, 5).await.unwrap(), (Vec::new(), 0));
    let all: Vec<Cluster> = (1..=3).map(|number| cluster(number, 1, None)).collect();
    for (offset, limit) in (0..5).flat_map(|offset| (1..5).map(move |limit| (offset, limit))) {
        let wanted: Vec<Cluster> = all.iter().skip(offset).take(limit).cloned().collect();
        let got = store.clusters_of(project_id(1), offset as i64, limit as i64).await.unwrap();
        assert_eq!(got, (wanted, 3), "{limit} from {offset}");
    }
    let counts = store.cluster_counts(&[project_id(1), project_id(2), project_id(3)]).await.unwrap();
    assert_eq!(counts, [(project_id(1), 3), (project_id(2), 1)].into());
}

async fn a_name_is_taken_once_and_free_again(db: Database) {
    let store = db.open().await;
    seed(&store, 2).await;
    let first = cluster(1, 1, None);
    made(&store, &first).await;
    let second = Cluster { id: cluster(2, 1, None).id, ..first.clone() };
    let outcome = store.create_cluster(&second, &told(1, EventKind::ClusterCreated)).await.unwrap();
    assert_eq!(outcome, ClusterOutcome::NameTaken);
    assert_eq!(store.events_of_project(project_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap().1, 0);
    made(&store, &Cluster { project: project_id(2), ..second.clone() }).await;

    assert_eq!(store.delete_cluster(&first, T0, &[]).await.unwrap(), Outcome::Saved);
    made(&store, &Cluster { id: cluster(3, 1, None).id, ..first.clone() }).await;
    assert_eq!(store.cluster(project_id(1), &first.name).await.unwrap().unwrap().id, cluster(3, 1, None).id);
}

async fn a_change_is_made_from_the_revision_before_it(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let first = cluster(1, 1, None);
    made(&store, &first).await;
    let candidates: Vec<_> = (0..8)
        .map(|number| {
            let tags = vec![Tag { key: "n".to_owned(), value: number.to_string() }];
            changed(&first, Settings { tags, ..first.settings.clone() })
        })
        .collect();
    let events: Vec<_> = (0..8).map(|number| told(100 + number, EventKind::ClusterUpdateSubmitted)).collect();
    let saves = candidates.iter().zip(&events).map(|(next, told)| store.save_cluster(next, told));
    let outcomes = futures_util::future::join_all(saves).await;
    let winners: Vec<_> = (0..8).filter(|index| *outcomes[*index].as_ref().unwrap() == ClusterOutcome::Saved).collect();
    assert_eq!(winners.len(), 1, "{outcomes:?}");
    let found = store.cluster(project_id(1), &first.name).await.unwrap().unwrap();
    assert_eq!(found, candidates[winners[0]]);
    let (events, total) = store.events_of_project(project_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap();
    assert_eq!((total, events[0].id), (1, event_id(100 + u32::try_from(winners[0]).unwrap())));
    assert_eq!(store.delete_cluster(&first, T0, &[]).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.delete_cluster(&found, T0, &[]).await.unwrap(), Outcome::Saved);
    let late = changed(&found, found.settings.clone());
    assert_eq!(store.save_cluster(&late, &[]).await.unwrap(), ClusterOutcome::Conflict);
}

async fn a_deleted_cluster_keeps_its_row_and_lets_go(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let first = cluster(1, 1, AWS);
    made(&store, &first).await;
    let outcome = store.delete_cluster(&first, T0, &told(50, EventKind::ClusterDeleted)).await.unwrap();
    assert_eq!(outcome, Outcome::Saved);
    assert_eq!(
        store.delete_cluster(&first, T0, &told(51, EventKind::ClusterDeleted)).await.unwrap(),
        Outcome::Conflict
    );
    assert_eq!(store.cluster(project_id(1), &first.name).await.unwrap(), None);
    assert_eq!(store.clusters_of(project_id(1), 0, 9).await.unwrap(), (Vec::new(), 0));
    assert!(store.cluster_counts(&[project_id(1)]).await.unwrap().is_empty());
    assert!(store.clusters_using(project_id(1), ProviderKind::AwsKms).await.unwrap().is_empty());
    let row = "SELECT name || ' ' || former_encryption_provider || ' ' || revision FROM clusters
               WHERE deleted_at IS NOT NULL AND encryption_provider IS NULL";
    assert_eq!(db.peek(row).await, ["cluster1 aws_kms 2"]);
    assert_eq!(store.event_of_project(project_id(1), event_id(51)).await.unwrap(), None);
    assert_eq!(disable(&store, 1, 60).await, Outcome::Saved);
}

async fn a_provider_that_is_not_enabled_holds_no_cluster(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let wanted = cluster(1, 1, AWS);
    let outcome = store.create_cluster(&wanted, &told(1, EventKind::ClusterCreated)).await.unwrap();
    assert_eq!(outcome, ClusterOutcome::ProviderNotEnabled);
    let plain = cluster(1, 1, None);
    made(&store, &plain).await;
    let switched_on = changed(&plain, wanted.settings.clone());
    let outcome = store.save_cluster(&switched_on, &told(2, EventKind::ClusterUpdateSubmitted)).await.unwrap();
    assert_eq!(outcome, ClusterOutcome::ProviderNotEnabled);
    assert_eq!(store.cluster(project_id(1), &plain.name).await.unwrap(), Some(plain));
    assert_eq!(store.events_of_project(project_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap().1, 0);
    let nowhere = cluster(2, 9, None);
    assert_eq!(store.create_cluster(&nowhere, &[]).await.unwrap(), ClusterOutcome::Conflict);
}

async fn a_provider_in_use_is_not_disabled(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let [first, second] = [cluster(1, 1, AWS), cluster(2, 1, AWS)];
    made(&store, &first).await;
    made(&store, &second).await;
    let names = store.clusters_using(project_id(1), ProviderKind::AwsKms).await.unwrap();
    assert_eq!(names, [first.name.clone(), second.name.clone()]);
    assert!(store.clusters_using(project_id(1), ProviderKind::GcpKms).await.unwrap().is_empty());

    assert_eq!(disable(&store, 1, 50).await, Outcome::InUse);
    let snapshot = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!((snapshot.setting.revision, snapshot.setting.customer_keys.len()), (1, 1), "nothing was written");
    assert_eq!(store.event_of_project(project_id(1), event_id(50)).await.unwrap(), None);
    // Its key and credentials may change all the same.
    let rotated = setting(1, 2, static_key("alias/next", "AKIAIOSFODNN7EXAMPLE", SECRET));
    assert_eq!(save(&store, &rotated, Move::ChangeKey, event(51, 1)).await, Outcome::Saved);

    assert_eq!(store.delete_cluster(&first, T0, &[]).await.unwrap(), Outcome::Saved);
    let off = changed(&second, Settings { encryption: None, ..second.settings.clone() });
    assert_eq!(store.save_cluster(&off, &[]).await.unwrap(), ClusterOutcome::Saved);
    let disabled = EncryptionAtRest { revision: 3, ..EncryptionAtRest::unset(project_id(1)) };
    assert_eq!(save(&store, &disabled, Move::Disable, event(52, 1)).await, Outcome::Saved);
}

async fn of_a_switch_on_and_a_disabling_one_wins(db: Database) {
    const PROJECTS: u32 = 24;
    let store = db.open().await;
    seed_enabled(&store, PROJECTS).await;
    let mut kept = 0;
    for number in 1..=PROJECTS {
        let created = cluster(number, number, AWS);
        let plain = cluster(100 + number, number, None);
        made(&store, &plain).await;
        let switched_on = changed(&plain, cluster(100 + number, number, AWS).settings);
        let (created, saved, outcome) = tokio::join!(
            store.create_cluster(&created, &[]),
            store.save_cluster(&switched_on, &[]),
            disable(&store, number, 1000 + number),
        );
        let using = store.clusters_using(project_id(number), ProviderKind::AwsKms).await.unwrap().len();
        let enabled = !store.encryption_at_rest(project_id(number)).await.unwrap().customer_keys.is_empty();
        let on = [created.unwrap(), saved.unwrap()];
        let won = on.iter().filter(|outcome| **outcome == ClusterOutcome::Saved).count();
        assert_eq!(using, won, "project {number}");
        assert_eq!(enabled, outcome == Outcome::InUse, "project {number}: {outcome:?}");
        assert!(enabled || using == 0, "project {number}: a cluster uses a key that is gone");
        assert!(on.iter().all(|outcome| matches!(outcome, ClusterOutcome::Saved | ClusterOutcome::ProviderNotEnabled)));
        kept += u32::from(enabled);
    }
    assert!(kept <= PROJECTS);
}

async fn the_database_itself_keeps_the_key_a_cluster_uses(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    made(&store, &cluster(1, 1, AWS)).await;
    drop(store);
    let pragma = if db.is_sqlite() { "PRAGMA foreign_keys = ON; " } else { "" };
    let refused = db.try_tamper(&format!("{pragma}DELETE FROM customer_keys")).await.unwrap_err();
    assert!(refused.to_uppercase().contains("FOREIGN KEY"), "{refused}");
}

async fn of_clusters_made_at_once_no_more_come_than_may(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let limits = [(ProjectLimit::Clusters, Some(3))].into();
    let change = ProjectChange { limits, ..ProjectChange::default() };
    assert_eq!(store.change_project(project_id(1), &change, &[]).await.unwrap(), Outcome::Saved);
    let mut creating = tokio::task::JoinSet::new();
    for number in 1..=12 {
        let store = store.clone();
        creating.spawn(async move { store.create_cluster(&cluster(number, 1, None), &[]).await.unwrap() });
    }
    let outcomes = creating.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == ClusterOutcome::Saved).count(), 3, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == ClusterOutcome::TooMany(3)).count(), 9, "{outcomes:?}");
    let (left, total) = store.clusters_of(project_id(1), 0, 99).await.unwrap();
    assert_eq!((left.len(), total), (3, 3), "those that were too many left nothing behind");
}

async fn clusters_are_counted_as_they_come_and_go(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let counted = async || {
        let counts = store.cluster_counts(&[project_id(1), project_id(2)]).await.unwrap();
        let (_, total) = store.clusters_of(project_id(1), 0, 9).await.unwrap();
        assert_eq!(counts.get(&project_id(1)).copied().unwrap_or(0), total);
        assert_eq!(counts.get(&project_id(2)), None);
        total
    };
    assert_eq!(counted().await, 0);
    let all: Vec<Cluster> = (1..=12).map(|number| cluster(number, 1, AWS)).collect();
    let mut creating = tokio::task::JoinSet::new();
    for cluster in all.clone() {
        let store = store.clone();
        creating.spawn(async move { made(&store, &cluster).await });
    }
    creating.join_all().await;
    assert_eq!(counted().await, 12);
    assert_eq!(store.create_cluster(&all[0], &[]).await.unwrap(), ClusterOutcome::NameTaken);
    assert_eq!(counted().await, 12);
    for cluster in &all[..3] {
        assert_eq!(store.delete_cluster(cluster, T0, &[]).await.unwrap(), Outcome::Saved);
        assert_eq!(store.delete_cluster(cluster, T0, &[]).await.unwrap(), Outcome::Conflict);
    }
    assert_eq!(counted().await, 9);
    let deleted =
        store.deleted_cluster(project_id(1), all[1].id, domain::time::Timestamp::EPOCH).await.unwrap().unwrap();
    assert_eq!(store.bring_back_cluster(&deleted, &[]).await.unwrap(), ClusterOutcome::Saved);
    assert_eq!(counted().await, 10);
}

async fn all_clusters_of_projects_are_listed_together(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let (first, second) = (cluster(2, 1, None), cluster(1, 1, AWS));
    made(&store, &first).await;
    made(&store, &second).await;
    let found = store.clusters_of_each(&[project_id(1), project_id(7)]).await.unwrap();
    assert_eq!(found, [second, first]);
    assert_eq!(store.clusters_of_each(&[project_id(7)]).await.unwrap(), []);
    assert_eq!(store.clusters_of_each(&[]).await.unwrap(), []);
}
