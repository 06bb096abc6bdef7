//! Projects that callers create and delete: whoever creates one owns it; a deleted one is gone for everybody,
//! its credentials with it, and its name is free.

use domain::access::ProjectRole;
use domain::customer_key::Move;
use domain::event::{Event, EventKind};
use domain::project::{Project, ProjectSettings};
use storage::{ClusterOutcome, Creator, EventFilter, Outcome, WorkKind};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    whoever_creates_a_project_owns_it
    a_taken_name_creates_nothing
    a_deleted_project_is_gone_and_its_name_is_free
    a_deleted_project_leaves_no_credentials
    a_project_with_clusters_stays
    of_a_deletion_and_a_cluster_one_wins
    of_a_deletion_and_a_change_of_keys_one_wins
}

fn told(number: u32, project: u32, kind: EventKind) -> [Event; 1] {
    [Event { kind, ..event(number, project) }]
}

async fn whoever_creates_a_project_owns_it(db: Database) {
    let store = db.open().await;
    seed(&store, 0).await;
    let (key, account) = (api_key(1, 1), service_account(1, 1));
    assert_eq!(store.insert_api_key(&key, &ha1(7)).await.unwrap(), Outcome::Saved);
    assert_eq!(store.insert_service_account(&account).await.unwrap(), Outcome::Saved);
    // Both are remembered before they change.
    store.api_key_by_public_key(&key.public_key).await.unwrap().unwrap();
    store.service_account(account.id).await.unwrap().unwrap();
    for (number, creator) in [(11, Creator::ApiKey(key.id)), (12, Creator::ServiceAccount(account.id))] {
        let told = told(number, number, EventKind::ProjectCreated);
        assert_eq!(
            store.create_project(&project(number, 1), &ProjectSettings::default(), Some(creator), &told).await.unwrap(),
            Outcome::Saved
        );
        assert_eq!(store.project(project_id(number)).await.unwrap(), Some(project(number, 1)));
        assert_eq!(store.event_of_project(project_id(number), event_id(number)).await.unwrap().unwrap(), told[0]);
    }
    let key = store.api_key_by_public_key(&key.public_key).await.unwrap().unwrap();
    let account = store.service_account(account.id).await.unwrap().unwrap();
    let owns = |grants: &domain::access::Grants, number| {
        grants.allow_in_project(project_id(number), org_id(1), ProjectRole::Owner)
    };
    assert!(owns(&key.key.grants, 11) && !owns(&key.key.grants, 12));
    assert!(owns(&account.grants, 12) && !owns(&account.grants, 11));
    assert!(owns(&key.key.grants, 1), "other roles stay");
}

async fn a_taken_name_creates_nothing(db: Database) {
    let store = db.open().await;
    seed(&store, 1).await;
    let key = api_key(1, 1);
    assert_eq!(store.insert_api_key(&key, &ha1(7)).await.unwrap(), Outcome::Saved);
    let creator = Some(Creator::ApiKey(key.id));
    let again = Project { id: project_id(7), ..project(1, 1) };
    let told = told(1, 7, EventKind::ProjectCreated);
    assert_eq!(
        store.create_project(&again, &ProjectSettings::default(), creator, &told).await.unwrap(),
        Outcome::Conflict
    );
    assert_eq!(store.api_key(key.id).await.unwrap().unwrap(), key);
    assert_eq!(store.event_of_org(org_id(1), event_id(1)).await.unwrap(), None);

    assert!(store.delete_api_key(key.id).await.unwrap());
    assert_eq!(
        store.create_project(&project(8, 1), &ProjectSettings::default(), creator, &told).await.unwrap(),
        Outcome::Conflict
    );
    assert_eq!(store.project(project_id(8)).await.unwrap(), None, "nobody would own it");
    assert_eq!(
        store.create_project(&project(8, 1), &ProjectSettings::default(), None, &[]).await.unwrap(),
        Outcome::Saved
    );
}

async fn a_deleted_project_is_gone_and_its_name_is_free(db: Database) {
    let store = db.open().await;
    seed(&store, 2).await;
    store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    let gone = told(1, 1, EventKind::ProjectDeleted);
    assert_eq!(store.delete_project(project_id(1), T0, &gone).await.unwrap(), Outcome::Saved);
    assert_eq!(
        store.delete_project(project_id(1), T0, &told(2, 1, EventKind::ProjectDeleted)).await.unwrap(),
        Outcome::Conflict
    );
    assert_eq!(store.delete_project(project_id(9), T0, &[]).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.project(project_id(1)).await.unwrap(), None);
    assert!(store.project_snapshot(project_id(1)).await.unwrap().is_none());
    assert!(store.project_snapshots(&[project_id(1)]).await.unwrap().is_empty());
    assert_eq!(store.projects_of(org_id(1), 0, 9).await.unwrap(), [project(2, 1)]);
    assert_eq!(store.projects(&[project_id(1), project_id(2)]).await.unwrap(), [project(2, 1)]);
    assert_eq!(store.count_projects_of(org_id(1)).await.unwrap(), 1);
    let (events, _) = store.events_of_org(org_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap();
    assert_eq!(events, gone);
    assert_eq!(db.peek("SELECT former_name FROM projects WHERE deleted_at IS NOT NULL").await, ["project 1"]);

    let again = Project { id: project_id(7), ..project(1, 1) };
    assert_eq!(store.insert_project(&again).await.unwrap(), Outcome::Saved);
    assert_eq!(store.create_cluster(&cluster(1, 1, None), &[]).await.unwrap(), ClusterOutcome::Conflict);
}

async fn a_deleted_project_leaves_no_credentials(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 2).await;
    assert_eq!(store.delete_project(project_id(1), T0, &[]).await.unwrap(), Outcome::Saved);
    let left = db.peek("SELECT project_id FROM customer_keys").await;
    assert_eq!(left, [project_id(2).to_string()]);
    assert_eq!(db.peek("SELECT project_id FROM validities").await, left);
    let due = store.claim_due(WorkKind::ValidityCheck, T0, "me", 9, std::time::Duration::from_secs(9)).await.unwrap();
    assert_eq!(due.len(), 1);
    let late = setting(1, 2, static_key("alias/late", "AKIAIOSFODNN7EXAMPLE", SECRET));
    assert_eq!(save(&store, &late, Move::Enable, event(9, 1)).await, Outcome::Conflict);
    assert_eq!(db.peek("SELECT project_id FROM customer_keys").await, left);
}

async fn a_project_with_clusters_stays(db: Database) {
    let store = db.open().await;
    seed_enabled(&store, 1).await;
    let only = cluster(1, 1, None);
    assert_eq!(store.create_cluster(&only, &[]).await.unwrap(), ClusterOutcome::Saved);
    let told = told(50, 1, EventKind::ProjectDeleted);
    assert_eq!(store.delete_project(project_id(1), T0, &told).await.unwrap(), Outcome::InUse);
    let snapshot = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!((snapshot.setting.revision, snapshot.setting.customer_keys.len()), (1, 1), "nothing was written");
    assert_eq!(store.event_of_project(project_id(1), event_id(50)).await.unwrap(), None);
    assert_eq!(store.delete_cluster(&only, T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.delete_project(project_id(1), T0, &told).await.unwrap(), Outcome::Saved);
}

async fn of_a_deletion_and_a_cluster_one_wins(db: Database) {
    let store = db.open().await;
    seed(&store, 24).await;
    for number in 1..=24 {
        let wanted = cluster(number, number, None);
        let (created, deleted) =
            tokio::join!(store.create_cluster(&wanted, &[]), store.delete_project(project_id(number), T0, &[]));
        let (created, deleted) = (created.unwrap(), deleted.unwrap());
        let expected = match created {
            ClusterOutcome::Saved => Outcome::InUse,
            ClusterOutcome::Conflict => Outcome::Saved,
            ClusterOutcome::NameTaken
            | ClusterOutcome::ProviderNotEnabled
            | ClusterOutcome::EncryptionDemanded
            | ClusterOutcome::TooMany(_) => panic!("{created:?}"),
        };
        assert_eq!(deleted, expected, "project {number}: {created:?}");
    }
}

async fn of_a_deletion_and_a_change_of_keys_one_wins(db: Database) {
    let store = db.open().await;
    seed(&store, 24).await;
    for number in 1..=24 {
        let wanted = setting(number, 1, static_key("alias/one", "AKIAIOSFODNN7EXAMPLE", SECRET));
        let (saved, deleted) = tokio::join!(
            save(&store, &wanted, Move::Enable, event(number, number)),
            store.delete_project(project_id(number), T0, &[])
        );
        assert_eq!(deleted.unwrap(), Outcome::Saved, "project {number}: {saved:?}");
    }
    assert!(db.peek("SELECT project_id FROM customer_keys").await.is_empty(), "credentials outlived their project");
    let work = db.peek("SELECT kind FROM work").await;
    assert!(work.iter().all(|kind| kind == "alerts"), "alerts are ended, and nothing else is done: {work:?}");
}
