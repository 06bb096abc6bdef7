//! How key calls leave: the path follows the active endpoints, comes with the first, stays with none, and goes with the
//! requirement; and the requirement, the provider and the project stay while there is an endpoint.

use std::time::Duration;

use domain::customer_key::azure_key_vault::{AzureKeyVault, ResourceGroupName, VaultName};
use domain::customer_key::{CustomerKey, EncryptionAtRest, Move, ProviderKind};
use domain::private_endpoint::{CloudRecord, EndpointState, KeyPath, PrivateEndpoint, PrivateProvider, Route};
use storage::{EndpointOutcome, EndpointStep, Outcome, Store, WorkKind};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    a_path_comes_with_the_first_active_endpoint_and_stays_with_none
    routes_come_oldest_first_and_follow_their_addresses
    a_path_goes_with_the_requirement
    a_path_goes_with_its_provider
    an_endpoint_keeps_the_setting_it_was_made_for
    of_an_endpoint_and_the_end_of_its_requirement_one_wins
    of_an_endpoint_and_the_end_of_its_provider_one_wins
    of_an_endpoint_and_the_end_of_its_project_one_wins
    a_project_with_endpoints_stays
    a_project_that_comes_back_is_public
    another_process_sees_a_path_at_once
}

const AZURE: PrivateProvider = PrivateProvider::AzureKeyVault;
const KEY_VAULT: ProviderKind = ProviderKind::AzureKeyVault;

async fn created(store: &Store, number: u32, project: u32, region: &str) -> PrivateEndpoint {
    let new = endpoint(number, project, AZURE, region);
    assert_eq!(store.create_private_endpoint(&new, 1, 20, &[]).await.unwrap(), EndpointOutcome::Saved);
    new
}

/// Takes a step to `next`, or to nothing.
async fn stepped(store: &Store, seen: &PrivateEndpoint, next: Option<PrivateEndpoint>) -> Option<PrivateEndpoint> {
    let far = T0 + Duration::from_secs(1000);
    let all = store.claim_due(WorkKind::PrivateEndpoint, far, "me", 99, Duration::ZERO).await.unwrap();
    let claim = all.iter().find(|claim| claim.id == seen.id.to_string()).expect("its work is there");
    let (next_due, at) = (T0, T0);
    let step =
        EndpointStep { claim, seen, next: next.as_ref(), successor: None, next_due, told: &[], at, check_at: None };
    assert_eq!(store.save_private_endpoint_step(step).await.unwrap(), Outcome::Saved);
    let changed = next.as_ref() != Some(seen);
    next.map(|next| PrivateEndpoint { revision: seen.revision + i64::from(changed), ..next })
}

/// Takes a step into a state; an active one has an address.
async fn moved(store: &Store, seen: &PrivateEndpoint, state: EndpointState) -> PrivateEndpoint {
    let address = format!("10.0.0.{}", seen.created_at.since(T0).as_millis());
    let cloud = CloudRecord { addresses: vec![address.parse().unwrap()], ..seen.cloud.clone() };
    stepped(store, seen, Some(PrivateEndpoint { state, cloud, ..seen.clone() })).await.unwrap()
}

async fn removed(store: &Store, seen: &PrivateEndpoint) {
    let gone = PrivateEndpoint { state: EndpointState::Deleting, ..seen.clone() };
    assert_eq!(store.delete_private_endpoints(std::slice::from_ref(&gone), &[]).await.unwrap(), Outcome::Saved);
    let gone = PrivateEndpoint { revision: seen.revision + 1, ..gone };
    assert_eq!(stepped(store, &gone, None).await, None);
}

async fn path(store: &Store, project: u32) -> KeyPath {
    let snapshot = store.project_snapshot(project_id(project)).await.unwrap().unwrap();
    let stored = store.project_snapshots(&[project_id(project)]).await.unwrap().remove(0);
    assert_eq!(snapshot.paths, stored.paths, "what is remembered is what is stored");
    assert_eq!(snapshot.path(ProviderKind::AwsKms), KeyPath::Public);
    snapshot.path(KEY_VAULT)
}

fn route(row: &PrivateEndpoint) -> Route {
    let PrivateEndpoint { id, region, cloud, .. } = row.clone();
    Route { endpoint: id, region, addresses: cloud.addresses, dns_name: cloud.dns_name }
}

/// The setting of a project whose key of Azure is changed by `change`, as the second revision.
fn changed(project: u32, change: impl FnOnce(&mut AzureKeyVault)) -> EncryptionAtRest {
    let [aws, azure] = private_keys();
    let CustomerKey::AzureKeyVault(mut azure) = azure else { unreachable!() };
    change(&mut azure);
    setting_of(project, 2, [aws, CustomerKey::AzureKeyVault(azure)])
}

async fn save_azure(store: &Store, next: &EncryptionAtRest, step: Move) -> Outcome {
    save_moves(store, next, [(KEY_VAULT, step)], event(90, 1)).await
}

fn without_azure(project: u32) -> EncryptionAtRest {
    let [aws, _] = private_keys();
    setting_of(project, 2, [aws])
}

async fn a_path_comes_with_the_first_active_endpoint_and_stays_with_none(db: Database) {
    let store = db.open().await;
    seed_private(&store, 2).await;
    assert_eq!(path(&store, 1).await, KeyPath::Public);
    let seen = created(&store, 1, 1, "US_EAST_2").await;
    let pending = moved(&store, &seen, EndpointState::PendingAcceptance).await;
    assert_eq!(path(&store, 1).await, KeyPath::Public, "nobody has approved it");
    let active = moved(&store, &pending, EndpointState::Active).await;
    assert_eq!(path(&store, 1).await, KeyPath::Private(vec![route(&active)]));
    assert_eq!(path(&store, 2).await, KeyPath::Public, "another project");
    let pending = moved(&store, &active, EndpointState::PendingAcceptance).await;
    assert_eq!(path(&store, 1).await, KeyPath::Private(vec![]), "its approval was withdrawn");
    let active = moved(&store, &pending, EndpointState::Active).await;
    let gone = PrivateEndpoint { state: EndpointState::Deleting, ..active.clone() };
    assert_eq!(store.delete_private_endpoints(std::slice::from_ref(&gone), &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(path(&store, 1).await, KeyPath::Private(vec![]), "none is left, and it does not become public");
    let gone = PrivateEndpoint { revision: active.revision + 1, ..gone };
    stepped(&store, &gone, None).await;
    assert_eq!(path(&store, 1).await, KeyPath::Private(vec![]), "even without a row");
}

async fn routes_come_oldest_first_and_follow_their_addresses(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let second = created(&store, 2, 1, "US_EAST_2").await;
    let first = created(&store, 1, 1, "US_CENTRAL").await;
    let second = moved(&store, &second, EndpointState::Active).await;
    let first = moved(&store, &first, EndpointState::Active).await;
    assert_eq!(path(&store, 1).await, KeyPath::Private(vec![route(&first), route(&second)]));
    let cloud = CloudRecord {
        addresses: vec!["10.9.9.9".parse().unwrap(), "fd00::9".parse().unwrap()],
        dns_name: Some("first.example".to_owned()),
        ..first.cloud.clone()
    };
    let first = stepped(&store, &first, Some(PrivateEndpoint { cloud, ..first.clone() })).await.unwrap();
    assert_eq!(path(&store, 1).await, KeyPath::Private(vec![route(&first), route(&second)]));
    moved(&store, &first, EndpointState::Failed).await;
    assert_eq!(path(&store, 1).await, KeyPath::Private(vec![route(&second)]));
}

async fn a_path_goes_with_the_requirement(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let seen = created(&store, 1, 1, "US_EAST_2").await;
    let active = moved(&store, &seen, EndpointState::Active).await;
    let off = changed(1, |azure| azure.require_private_networking = false);
    assert_eq!(save_azure(&store, &off, Move::ChangeOptions).await, Outcome::InUse);
    assert!(path(&store, 1).await.is_private());
    removed(&store, &active).await;
    assert!(path(&store, 1).await.is_private());
    assert_eq!(save_azure(&store, &off, Move::ChangeOptions).await, Outcome::Saved);
    assert_eq!(path(&store, 1).await, KeyPath::Public);
}

async fn a_path_goes_with_its_provider(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let seen = created(&store, 1, 1, "US_EAST_2").await;
    let active = moved(&store, &seen, EndpointState::Active).await;
    let disabled = without_azure(1);
    assert_eq!(save_azure(&store, &disabled, Move::Disable).await, Outcome::InUse);
    removed(&store, &active).await;
    assert_eq!(save_azure(&store, &disabled, Move::Disable).await, Outcome::Saved);
    assert_eq!(path(&store, 1).await, KeyPath::Public);
    let again = EncryptionAtRest { revision: 3, ..changed(1, |_| {}) };
    let told = event(91, 1);
    assert_eq!(save_moves(&store, &again, [(KEY_VAULT, Move::Enable)], told).await, Outcome::Saved);
    assert_eq!(path(&store, 1).await, KeyPath::Public, "its first endpoint has yet to come");
}

async fn an_endpoint_keeps_the_setting_it_was_made_for(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let seen = created(&store, 1, 1, "US_EAST_2").await;
    // Whatever its state.
    for state in [EndpointState::Failed, EndpointState::PendingRecreation, EndpointState::Deleting] {
        let now = store.private_endpoint(seen.id).await.unwrap().unwrap();
        moved(&store, &now, state).await;
        let refused = [
            (changed(1, |azure| azure.require_private_networking = false), Move::ChangeOptions),
            (changed(1, |azure| azure.vault = VaultName::parse("another-vault").unwrap()), Move::ChangeKey),
            (changed(1, |azure| azure.subscription = guid(77)), Move::ChangeOptions),
            (
                changed(1, |azure| azure.resource_group = ResourceGroupName::parse("another").unwrap()),
                Move::ChangeOptions,
            ),
            (without_azure(1), Move::Disable),
        ];
        for (next, step) in refused {
            assert_eq!(save_azure(&store, &next, step).await, Outcome::InUse, "{state:?} {step:?}");
            assert_eq!(store.encryption_at_rest(project_id(1)).await.unwrap().revision, 1, "nothing was written");
        }
    }
    // The other provider has none.
    let [_, azure] = private_keys();
    let told = event(92, 1);
    let alone = setting_of(1, 2, [azure]);
    assert_eq!(save_moves(&store, &alone, [(ProviderKind::AwsKms, Move::Disable)], told).await, Outcome::Saved);
    // Names are the same however they are written, and other credentials change nothing.
    let secret = EncryptionAtRest {
        revision: 3,
        ..setting_of(
            1,
            3,
            [CustomerKey::AzureKeyVault(AzureKeyVault {
                vault: VaultName::parse("exampleKEYvault").unwrap(),
                ..azure_with_another_secret()
            })],
        )
    };
    assert_eq!(save_azure(&store, &secret, Move::ChangeCredentials).await, Outcome::Saved);
}

fn azure_with_another_secret() -> AzureKeyVault {
    azure(client_secret(3, "Rx~8Q~another.secret"))
}

async fn of_an_endpoint_and_the_end_of_its_requirement_one_wins(db: Database) {
    race(&db, |project| (changed(project, |azure| azure.require_private_networking = false), Move::ChangeOptions))
        .await;
}

async fn of_an_endpoint_and_the_end_of_its_provider_one_wins(db: Database) {
    race(&db, |project| (without_azure(project), Move::Disable)).await;
}

/// Creates an endpoint while the setting it needs goes: one of them takes place. On PostgreSQL two processes do it.
async fn race(db: &Database, change: impl Fn(u32) -> (EncryptionAtRest, Move)) {
    let store = db.open().await;
    let other = if db.is_sqlite() { store.clone() } else { db.open().await };
    seed_private(&store, 24).await;
    for number in 1..=24 {
        let new = endpoint(number, number, AZURE, "US_EAST_2");
        let (next, step) = change(number);
        let creating = store.create_private_endpoint(&new, 1, 20, &[]);
        let saving = save_moves(&other, &next, [(KEY_VAULT, step)], event(100 + number, number));
        // Each begins first in turn.
        let (created, saved) = if number % 2 == 0 {
            let (created, saved) = tokio::join!(creating, saving);
            (created.unwrap(), saved)
        } else {
            let (saved, created) = tokio::join!(saving, creating);
            (created.unwrap(), saved)
        };
        let rows = store.private_endpoints(project_id(number)).await.unwrap().len();
        match (created, saved) {
            (EndpointOutcome::Saved, Outcome::InUse) => assert_eq!(rows, 1),
            (EndpointOutcome::Conflict, Outcome::Saved) => assert_eq!(rows, 0),
            other => panic!("project {number}: {other:?}"),
        }
    }
}

async fn of_an_endpoint_and_the_end_of_its_project_one_wins(db: Database) {
    let store = db.open().await;
    seed_private(&store, 16).await;
    for number in 1..=16 {
        let new = endpoint(number, number, AZURE, "US_EAST_2");
        let (created, deleted) = tokio::join!(
            store.create_private_endpoint(&new, 1, 20, &[]),
            store.delete_project(project_id(number), T0, &[])
        );
        let rows = store.private_endpoints(project_id(number)).await.unwrap().len();
        match (created.unwrap(), deleted.unwrap()) {
            (EndpointOutcome::Saved, Outcome::InUse) => assert_eq!(rows, 1),
            (EndpointOutcome::Conflict, Outcome::Saved) => assert_eq!(rows, 0),
            other => panic!("project {number}: {other:?}"),
        }
    }
}

async fn a_project_with_endpoints_stays(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let seen = created(&store, 1, 1, "US_EAST_2").await;
    for state in EndpointState::ALL {
        let now = store.private_endpoint(seen.id).await.unwrap().unwrap();
        moved(&store, &now, state).await;
        let refused = store.delete_project(project_id(1), T0, &[event(50, 1)]).await.unwrap();
        assert_eq!(refused, Outcome::InUse, "{state:?}");
    }
    assert_eq!(store.event_of_project(project_id(1), event_id(50)).await.unwrap(), None);
    let now = store.private_endpoint(seen.id).await.unwrap().unwrap();
    assert_eq!(now.state, EndpointState::Deleting);
    stepped(&store, &now, None).await;
    assert_eq!(store.delete_project(project_id(1), T0, &[]).await.unwrap(), Outcome::Saved);
    assert!(db.peek("SELECT project_id FROM private_paths").await.is_empty());
    let work = db.peek("SELECT kind || ' ' || id FROM work").await;
    assert_eq!(work, [format!("alerts {}", project_id(1))], "its alerts are ended, and nothing else is done");
    let late = endpoint(2, 1, AZURE, "US_EAST_2");
    assert_eq!(store.create_private_endpoint(&late, 2, 20, &[]).await.unwrap(), EndpointOutcome::Conflict);
}

async fn a_project_that_comes_back_is_public(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let seen = created(&store, 1, 1, "US_EAST_2").await;
    let active = moved(&store, &seen, EndpointState::Active).await;
    removed(&store, &active).await;
    let inactive = domain::project::Activity::Inactive;
    assert_eq!(store.set_project_activity(project_id(1), inactive, T0, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.delete_project(project_id(1), T0, &[]).await.unwrap(), Outcome::Saved);
    let before = T0 - Duration::from_secs(1);
    let deleted = store.deleted_project(project_id(1), before).await.unwrap().unwrap();
    assert_eq!(deleted.project.activity, inactive);
    assert_eq!(store.bring_back_project(&deleted.project, &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(path(&store, 1).await, KeyPath::Public);
    let snapshot = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!(snapshot.project.activity, inactive, "it is as inactive as it was");
    assert!(snapshot.setting.customer_keys.is_empty());
}

async fn another_process_sees_a_path_at_once(db: Database) {
    if db.is_sqlite() {
        return;
    }
    let (one, two) = (db.open().await, db.open().await);
    seed_private(&one, 1).await;
    let seen = created(&one, 1, 1, "US_EAST_2").await;
    assert_eq!(path(&two, 1).await, KeyPath::Public);
    let active = moved(&one, &seen, EndpointState::Active).await;
    assert_eq!(path(&two, 1).await, KeyPath::Private(vec![route(&active)]));
}
