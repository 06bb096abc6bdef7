//! Private endpoints: rows come back as they are, a region has one that lives, a step is all or nothing and meets a
//! deletion well, and nothing leaves an endpoint without the setting it was made for.

use std::time::Duration;

use domain::customer_key::ProviderKind;
use domain::event::EventKind;
use domain::private_endpoint::{
    CloudRecord, EndpointRegion, EndpointState, KeyPath, MOST_ENDPOINTS, PrivateEndpoint, PrivateProvider,
};
use domain::project::Activity;
use storage::{Claim, EndpointOutcome, EndpointStep, EventFilter, Outcome, Store, WorkKind};

use crate::database::Database;
use crate::fixtures::*;
use crate::on_both_engines;

on_both_engines! {
    an_endpoint_comes_back_as_it_is
    endpoints_are_listed_oldest_first_and_counted
    a_region_has_one_endpoint_that_lives
    the_21st_is_refused
    of_two_creations_in_a_region_one_wins
    an_endpoint_needs_its_setting_and_an_active_project
    a_step_saves_everything_together
    a_step_that_changes_nothing_writes_no_row
    a_step_that_meets_a_deletion_is_due_at_once
    a_deletion_hastens_a_step_that_was_taken
    of_a_lost_claim_nothing_is_written
    a_successor_takes_over_in_the_same_step
    a_predecessor_is_looked_at_when_its_successor_moves
    a_deletion_is_all_or_nothing
    a_removed_endpoint_leaves_no_work
    steps_and_a_deletion_at_once_lose_nothing
    a_backup_holds_endpoints_and_their_work
}

const LEASE: Duration = Duration::from_secs(60);
const AZURE: PrivateProvider = PrivateProvider::AzureKeyVault;
const AWS: PrivateProvider = PrivateProvider::AwsKms;

/// Some moments, in order.
const fn after(seconds: u64) -> domain::time::Timestamp {
    domain::time::Timestamp::from_millis(T0.as_millis() + 1000 * seconds as i64)
}

async fn create(store: &Store, new: &PrivateEndpoint) -> EndpointOutcome {
    store.create_private_endpoint(new, 1, MOST_ENDPOINTS, &[]).await.unwrap()
}

async fn created(store: &Store, number: u32, provider: PrivateProvider, region: &str) -> PrivateEndpoint {
    let new = endpoint(number, 1, provider, region);
    assert_eq!(create(store, &new).await, EndpointOutcome::Saved);
    new
}

/// Claims the work of an endpoint, which has to be due.
async fn claim(store: &Store, of: &PrivateEndpoint, at: domain::time::Timestamp) -> Claim {
    let all = store.claim_due(WorkKind::PrivateEndpoint, at, "me", 99, LEASE).await.unwrap();
    let mut wanted = None;
    for claim in all {
        if claim.id == of.id.to_string() {
            wanted = Some(claim);
        } else {
            assert!(store.release_work(&claim).await.unwrap());
        }
    }
    wanted.expect("its work is due")
}

fn step<'s>(claim: &'s Claim, seen: &'s PrivateEndpoint, next: Option<&'s PrivateEndpoint>) -> EndpointStep<'s> {
    let (next_due, at) = (after(500), after(100));
    EndpointStep { claim, seen, next, successor: None, next_due, told: &[], at, check_at: None }
}

/// Takes a step from an endpoint to a state.
async fn moved(store: &Store, seen: &PrivateEndpoint, state: EndpointState) -> PrivateEndpoint {
    let claim = claim(store, seen, after(1000)).await;
    let next = PrivateEndpoint { state, since: after(100), ..seen.clone() };
    let step = EndpointStep { next_due: T0, ..step(&claim, seen, Some(&next)) };
    assert_eq!(store.save_private_endpoint_step(step).await.unwrap(), Outcome::Saved);
    PrivateEndpoint { revision: seen.revision + 1, ..next }
}

async fn an_endpoint_comes_back_as_it_is(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let plain = created(&store, 1, AWS, "US_EAST_1").await;
    let full = PrivateEndpoint {
        state: EndpointState::Failed,
        predecessor: Some(plain.id),
        rejections: 3,
        start_at: after(1),
        since: after(2),
        cloud: CloudRecord {
            asked: true,
            resource: Some("/subscriptions/ä \"x\"/privateEndpoints/e".to_owned()),
            operation: Some("https://management.example/operations/1?t=1".to_owned()),
            connection_name: Some("vault.c1".to_owned()),
            dns_name: Some("vpce-1.kms.us-east-1.vpce.amazonaws.com".to_owned()),
            addresses: vec!["10.0.0.4".parse().unwrap(), "fd00::4".parse().unwrap()],
            resource_gone: true,
            failures: 7,
        },
        error_message: Some("no such vault: 'x'; --".to_owned()),
        revision: 9,
        ..endpoint(2, 1, AZURE, "US_EAST_2")
    };
    assert_eq!(create(&store, &full).await, EndpointOutcome::Saved);
    for known in [plain, full] {
        assert_eq!(store.private_endpoint(known.id).await.unwrap(), Some(known));
    }
    assert_eq!(store.private_endpoint(endpoint(3, 1, AWS, "US_EAST_1").id).await.unwrap(), None);
}

async fn endpoints_are_listed_oldest_first_and_counted(db: Database) {
    let store = db.open().await;
    seed_private(&store, 2).await;
    let third = created(&store, 3, AZURE, "US_EAST_2").await;
    let first = created(&store, 1, AZURE, "US_CENTRAL").await;
    let second = created(&store, 2, AWS, "US_EAST_1").await;
    let other = endpoint(4, 2, AZURE, "US_EAST_2");
    assert_eq!(create(&store, &other).await, EndpointOutcome::Saved);
    let one = project_id(1);
    assert_eq!(store.private_endpoints(one).await.unwrap(), [first.clone(), second.clone(), third.clone()]);
    assert_eq!(store.private_endpoint_page(one, AZURE, 0, 9).await.unwrap(), (vec![first.clone(), third.clone()], 2));
    assert_eq!(store.private_endpoint_page(one, AZURE, 1, 1).await.unwrap(), (vec![third], 2));
    assert_eq!(store.private_endpoint_page(one, AZURE, 2, 9).await.unwrap(), (vec![], 2));
    assert_eq!(store.private_endpoint_page(one, AWS, 0, 9).await.unwrap(), (vec![second], 1));
    moved(&store, &first, EndpointState::Active).await;
    let counts = store.count_private_endpoints().await.unwrap();
    let expected = [(AWS, EndpointState::Initiating, 1), (AZURE, EndpointState::Active, 1)];
    assert_eq!(counts, [expected[0], expected[1], (AZURE, EndpointState::Initiating, 2)]);
}

async fn a_region_has_one_endpoint_that_lives(db: Database) {
    let store = db.open().await;
    seed_private(&store, 2).await;
    let first = created(&store, 1, AZURE, "US_EAST_2").await;
    let again = endpoint(2, 1, AZURE, "US_EAST_2");
    assert_eq!(create(&store, &again).await, EndpointOutcome::RegionTaken);
    assert_eq!(create(&store, &endpoint(3, 1, AWS, "US_EAST_2")).await, EndpointOutcome::Saved, "another provider");
    assert_eq!(create(&store, &endpoint(4, 2, AZURE, "US_EAST_2")).await, EndpointOutcome::Saved, "another project");
    let failed = moved(&store, &first, EndpointState::Failed).await;
    assert_eq!(create(&store, &again).await, EndpointOutcome::RegionTaken, "a failed one stays until it is deleted");
    let waiting = moved(&store, &failed, EndpointState::PendingRecreation).await;
    assert_eq!(create(&store, &again).await, EndpointOutcome::RegionTaken);
    let gone = PrivateEndpoint { state: EndpointState::Deleting, ..waiting };
    assert_eq!(store.delete_private_endpoints(&[gone], &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(create(&store, &again).await, EndpointOutcome::Saved);
    // Whatever the program does.
    let forged = format!(
        "INSERT INTO private_endpoints SELECT 'forged', project_id, provider, region, state, predecessor, rejections,
             created_at, start_at, since, cloud, error_message, revision FROM private_endpoints WHERE id = '{}'",
        again.id
    );
    assert!(db.try_tamper(&forged).await.is_err());
}

async fn the_21st_is_refused(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let known = [
        "US_CENTRAL",
        "US_EAST",
        "US_EAST_2",
        "US_NORTH_CENTRAL",
        "US_WEST",
        "US_SOUTH_CENTRAL",
        "EUROPE_NORTH",
        "EUROPE_WEST",
        "UK_SOUTH",
        "UK_WEST",
    ];
    let azure = known.map(|region| (AZURE, region));
    let aws = [
        "US_EAST_1",
        "US_EAST_2",
        "US_WEST_1",
        "US_WEST_2",
        "CA_CENTRAL_1",
        "EU_NORTH_1",
        "EU_WEST_1",
        "EU_WEST_2",
        "EU_WEST_3",
        "EU_CENTRAL_1",
    ]
    .map(|region| (AWS, region));
    let twenty: Vec<_> = azure.into_iter().chain(aws).collect();
    assert_eq!(twenty.len(), MOST_ENDPOINTS);
    let mut rows = Vec::new();
    for (number, (provider, region)) in (1..).zip(twenty) {
        rows.push(created(&store, number, provider, region).await);
    }
    let next = endpoint(21, 1, AZURE, "FRANCE_CENTRAL");
    assert_eq!(create(&store, &next).await, EndpointOutcome::TooMany);
    assert_eq!(create(&store, &endpoint(21, 1, AZURE, "UK_WEST")).await, EndpointOutcome::RegionTaken);
    let gone = PrivateEndpoint { state: EndpointState::Deleting, ..rows.remove(0) };
    assert_eq!(store.delete_private_endpoints(&[gone], &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(create(&store, &next).await, EndpointOutcome::Saved, "one that is being deleted does not count");
}

async fn of_two_creations_in_a_region_one_wins(db: Database) {
    let store = db.open().await;
    seed_private(&store, 12).await;
    for number in 1..=12 {
        let (one, two) =
            (endpoint(number, number, AZURE, "US_EAST_2"), endpoint(100 + number, number, AZURE, "US_EAST_2"));
        let (first, second) = tokio::join!(create(&store, &one), create(&store, &two));
        let mut outcomes = [first, second];
        outcomes.sort_by_key(|outcome| *outcome != EndpointOutcome::Saved);
        assert_eq!(outcomes, [EndpointOutcome::Saved, EndpointOutcome::RegionTaken], "project {number}");
        assert_eq!(store.private_endpoints(project_id(number)).await.unwrap().len(), 1);
    }
    // Likewise for the last place of a project.
    for number in 1..=12 {
        let (one, two) =
            (endpoint(200 + number, number, AWS, "US_EAST_1"), endpoint(300 + number, number, AWS, "US_EAST_2"));
        let store = &store;
        let create = |new| async move { store.create_private_endpoint(new, 1, 2, &[]).await.unwrap() };
        let (first, second) = tokio::join!(create(&one), create(&two));
        let mut outcomes = [first, second];
        outcomes.sort_by_key(|outcome| *outcome != EndpointOutcome::Saved);
        assert_eq!(outcomes, [EndpointOutcome::Saved, EndpointOutcome::TooMany], "project {number}");
    }
}

async fn an_endpoint_needs_its_setting_and_an_active_project(db: Database) {
    let store = db.open().await;
    seed_private(&store, 2).await;
    let new = endpoint(1, 1, AZURE, "US_EAST_2");
    let told = [event(50, 1)];
    for revision in [0, 2] {
        let outcome = store.create_private_endpoint(&new, revision, 20, &told).await.unwrap();
        assert_eq!(outcome, EndpointOutcome::Conflict, "the setting changed meanwhile");
    }
    assert_eq!(create(&store, &endpoint(1, 9, AZURE, "US_EAST_2")).await, EndpointOutcome::Conflict, "no project");
    let set = |activity, at| store.set_project_activity(project_id(1), activity, at, &[]);
    assert_eq!(set(Activity::Inactive, T0).await.unwrap(), Outcome::Saved);
    assert_eq!(store.project(project_id(1)).await.unwrap().unwrap().activity, Activity::Inactive);
    let snapshot = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!(snapshot.project.activity, Activity::Inactive);
    assert_eq!(store.create_private_endpoint(&new, 1, 20, &told).await.unwrap(), EndpointOutcome::Conflict);
    assert_eq!(store.event_of_project(project_id(1), event_id(50)).await.unwrap(), None, "nothing was written");
    assert_eq!(store.next_due(WorkKind::PrivateEndpoint).await.unwrap(), None);
    assert_eq!(set(Activity::Active, T0).await.unwrap(), Outcome::Saved);
    assert_eq!(store.project_snapshot(project_id(1)).await.unwrap().unwrap().project.activity, Activity::Active);
    assert_eq!(store.create_private_endpoint(&new, 1, 20, &told).await.unwrap(), EndpointOutcome::Saved);
    assert!(store.event_of_project(project_id(1), event_id(50)).await.unwrap().is_some());
    assert_eq!(store.next_due(WorkKind::PrivateEndpoint).await.unwrap(), Some(new.start_at));
    let nobody = store.set_project_activity(project_id(9), Activity::Inactive, T0, &[]).await.unwrap();
    assert_eq!(nobody, Outcome::Conflict);
}

async fn a_step_saves_everything_together(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let seen = created(&store, 1, AZURE, "US_EAST_2").await;
    let claim = claim(&store, &seen, T0).await;
    let cloud = CloudRecord { asked: true, resource: Some("r".to_owned()), failures: 2, ..CloudRecord::default() };
    let next = PrivateEndpoint { state: EndpointState::PendingAcceptance, since: after(100), cloud, ..seen.clone() };
    let told = [event(50, 1)];
    let step = EndpointStep { told: &told, check_at: Some(after(7)), ..step(&claim, &seen, Some(&next)) };
    assert_eq!(store.save_private_endpoint_step(step).await.unwrap(), Outcome::Saved);
    let expected = PrivateEndpoint { revision: 2, ..next };
    assert_eq!(store.private_endpoint(seen.id).await.unwrap(), Some(expected));
    assert!(store.event_of_project(project_id(1), event_id(50)).await.unwrap().is_some());
    assert_eq!(store.next_due(WorkKind::PrivateEndpoint).await.unwrap(), Some(after(500)), "its claim has ended");
    assert!(!store.release_work(&claim).await.unwrap());
    let snapshot = store.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!(snapshot.validities[&ProviderKind::AzureKeyVault].next_check_at, after(7));
    assert_eq!(snapshot.validities[&ProviderKind::AwsKms].next_check_at, T0, "another provider's check stays");
}

async fn a_step_that_changes_nothing_writes_no_row(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let seen = created(&store, 1, AZURE, "US_EAST_2").await;
    let first = claim(&store, &seen, T0).await;
    // A revision counted up beforehand is no change.
    let same = PrivateEndpoint { revision: 2, ..seen.clone() };
    assert_eq!(store.save_private_endpoint_step(step(&first, &seen, Some(&same))).await.unwrap(), Outcome::Saved);
    assert_eq!(store.private_endpoint(seen.id).await.unwrap(), Some(seen.clone()));
    assert_eq!(store.next_due(WorkKind::PrivateEndpoint).await.unwrap(), Some(after(500)));
    // But it sees whether somebody else changed the row.
    let second = claim(&store, &seen, after(600)).await;
    let gone = PrivateEndpoint { state: EndpointState::Deleting, since: after(600), ..seen.clone() };
    assert_eq!(store.delete_private_endpoints(&[gone], &[]).await.unwrap(), Outcome::Saved);
    let step = EndpointStep { next_due: after(900), at: after(601), ..step(&second, &seen, Some(&seen)) };
    assert_eq!(store.save_private_endpoint_step(step).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.next_due(WorkKind::PrivateEndpoint).await.unwrap(), Some(after(601)));
}

async fn a_step_that_meets_a_deletion_is_due_at_once(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let seen = created(&store, 1, AZURE, "US_EAST_2").await;
    let held = claim(&store, &seen, T0).await;
    let gone = PrivateEndpoint { state: EndpointState::Deleting, since: after(50), ..seen.clone() };
    assert_eq!(store.delete_private_endpoints(std::slice::from_ref(&gone), &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.claim_due(WorkKind::PrivateEndpoint, after(50), "you", 9, LEASE).await.unwrap(), [], "still held");
    let next = PrivateEndpoint { state: EndpointState::Active, ..seen.clone() };
    let successor = endpoint(2, 1, AZURE, "US_EAST_2");
    let told = [event(50, 1)];
    for next in [Some(&next), None] {
        let step =
            EndpointStep { told: &told, successor: Some(&successor), check_at: Some(T0), ..step(&held, &seen, next) };
        assert_eq!(store.save_private_endpoint_step(step).await.unwrap(), Outcome::Conflict);
        let expected = PrivateEndpoint { revision: 2, ..gone.clone() };
        assert_eq!(store.private_endpoints(project_id(1)).await.unwrap(), [expected], "nothing of it was written");
    }
    assert_eq!(store.event_of_project(project_id(1), event_id(50)).await.unwrap(), None);
    assert!(store.project_snapshot(project_id(1)).await.unwrap().unwrap().paths.is_empty());
    let again = claim(&store, &seen, after(100)).await;
    assert!(again.attempt > held.attempt);
}

async fn a_deletion_hastens_a_step_that_was_taken(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let seen = created(&store, 1, AZURE, "US_EAST_2").await;
    let held = claim(&store, &seen, T0).await;
    let next = PrivateEndpoint { state: EndpointState::PendingAcceptance, ..seen.clone() };
    assert_eq!(store.save_private_endpoint_step(step(&held, &seen, Some(&next))).await.unwrap(), Outcome::Saved);
    let gone = PrivateEndpoint { state: EndpointState::Deleting, since: after(200), revision: 2, ..next };
    assert_eq!(store.delete_private_endpoints(&[gone], &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.next_due(WorkKind::PrivateEndpoint).await.unwrap(), Some(after(200)));
    // Earlier work is not put off.
    let found = store.private_endpoint(seen.id).await.unwrap().unwrap();
    let later = PrivateEndpoint { since: after(300), ..found };
    assert_eq!(store.delete_private_endpoints(&[later], &[]).await.unwrap(), Outcome::Saved);
    assert_eq!(store.next_due(WorkKind::PrivateEndpoint).await.unwrap(), Some(after(200)));
}

async fn of_a_lost_claim_nothing_is_written(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let seen = created(&store, 1, AZURE, "US_EAST_2").await;
    let late = claim(&store, &seen, T0).await;
    let holder = store.claim_due(WorkKind::PrivateEndpoint, T0 + LEASE, "you", 9, LEASE).await.unwrap().remove(0);
    let next = PrivateEndpoint { state: EndpointState::Active, ..seen.clone() };
    let told = [event(50, 1)];
    let step_of = |claim| EndpointStep { told: &told, ..step(claim, &seen, Some(&next)) };
    assert_eq!(store.save_private_endpoint_step(step_of(&late)).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.private_endpoint(seen.id).await.unwrap(), Some(seen.clone()));
    assert_eq!(store.event_of_project(project_id(1), event_id(50)).await.unwrap(), None);
    assert_eq!(store.next_due(WorkKind::PrivateEndpoint).await.unwrap(), Some(holder.until), "the holder goes on");
    assert_eq!(store.save_private_endpoint_step(step_of(&holder)).await.unwrap(), Outcome::Saved);
    assert_eq!(
        store.save_private_endpoint_step(step_of(&holder)).await.unwrap(),
        Outcome::Conflict,
        "a claim ends once"
    );
    // Somebody else's claim is a bug, not a lost race.
    let foreign = Claim { id: "another".to_owned(), ..holder.clone() };
    assert!(store.save_private_endpoint_step(step_of(&foreign)).await.is_err());
}

async fn a_successor_takes_over_in_the_same_step(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let seen = created(&store, 1, AZURE, "US_EAST_2").await;
    let active = moved(&store, &seen, EndpointState::Active).await;
    let held = claim(&store, &seen, after(1)).await;
    let next = PrivateEndpoint { state: EndpointState::PendingRecreation, rejections: 1, ..active.clone() };
    let start_at = after(160);
    let successor =
        PrivateEndpoint { predecessor: Some(seen.id), rejections: 1, start_at, ..endpoint(2, 1, AZURE, "US_EAST_2") };
    let step = EndpointStep { successor: Some(&successor), ..step(&held, &active, Some(&next)) };
    assert_eq!(store.save_private_endpoint_step(step).await.unwrap(), Outcome::Saved);
    let expected = PrivateEndpoint { revision: 3, ..next };
    assert_eq!(store.private_endpoints(project_id(1)).await.unwrap(), [expected, successor.clone()]);
    assert_eq!(store.next_due(WorkKind::PrivateEndpoint).await.unwrap(), Some(start_at));
    let elsewhere = PrivateEndpoint { region: EndpointRegion::parse(AZURE, "US_CENTRAL").unwrap(), ..successor };
    let wrong = EndpointStep { successor: Some(&elsewhere), ..self::step(&held, &active, None) };
    assert!(store.save_private_endpoint_step(wrong).await.is_err());
}

async fn a_predecessor_is_looked_at_when_its_successor_moves(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let first = created(&store, 1, AZURE, "US_EAST_2").await;
    let held = claim(&store, &first, T0).await;
    let next = PrivateEndpoint { state: EndpointState::PendingRecreation, ..first.clone() };
    let successor = PrivateEndpoint { predecessor: Some(first.id), ..endpoint(2, 1, AZURE, "US_EAST_2") };
    let rejected = EndpointStep { successor: Some(&successor), ..step(&held, &first, Some(&next)) };
    assert_eq!(store.save_private_endpoint_step(rejected).await.unwrap(), Outcome::Saved);
    let held = claim(&store, &successor, after(1)).await;
    let stays = EndpointStep { at: after(100), ..step(&held, &successor, Some(&successor)) };
    assert_eq!(store.save_private_endpoint_step(stays).await.unwrap(), Outcome::Saved);
    assert_eq!(store.next_due(WorkKind::PrivateEndpoint).await.unwrap(), Some(after(500)), "nothing changed for it");
    let held = claim(&store, &successor, after(500)).await;
    let active = PrivateEndpoint { state: EndpointState::Active, ..successor.clone() };
    let moves = EndpointStep { at: after(400), next_due: after(900), ..step(&held, &successor, Some(&active)) };
    assert_eq!(store.save_private_endpoint_step(moves).await.unwrap(), Outcome::Saved);
    assert_eq!(claim(&store, &first, after(400)).await.due_at, after(400));
}

async fn a_deletion_is_all_or_nothing(db: Database) {
    let store = db.open().await;
    seed_private(&store, 2).await;
    let one = created(&store, 1, AZURE, "US_EAST_2").await;
    let two = created(&store, 2, AZURE, "US_CENTRAL").await;
    let gone = |row: &PrivateEndpoint| PrivateEndpoint { state: EndpointState::Deleting, ..row.clone() };
    let told = [event(50, 1)];
    let stale = PrivateEndpoint { revision: 7, ..gone(&two) };
    assert_eq!(store.delete_private_endpoints(&[gone(&one), stale], &told).await.unwrap(), Outcome::Conflict);
    assert_eq!(store.private_endpoints(project_id(1)).await.unwrap(), [one.clone(), two.clone()]);
    assert_eq!(store.event_of_project(project_id(1), event_id(50)).await.unwrap(), None);
    assert!(store.delete_private_endpoints(std::slice::from_ref(&one), &told).await.is_err(), "it does not say so");
    let foreign = gone(&endpoint(3, 2, AZURE, "US_EAST_2"));
    assert!(store.delete_private_endpoints(&[gone(&one), foreign], &told).await.is_err(), "of two projects");
    assert_eq!(store.delete_private_endpoints(&[gone(&one), gone(&two)], &told).await.unwrap(), Outcome::Saved);
    let found = store.private_endpoints(project_id(1)).await.unwrap();
    assert!(found.iter().all(|row| row.state == EndpointState::Deleting && row.revision == 2));
    assert!(store.event_of_project(project_id(1), event_id(50)).await.unwrap().is_some());
    assert_eq!(store.delete_private_endpoints(&[], &told).await.unwrap(), Outcome::Saved);
}

async fn a_removed_endpoint_leaves_no_work(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let seen = created(&store, 1, AZURE, "US_EAST_2").await;
    let gone = PrivateEndpoint { state: EndpointState::Deleting, ..seen.clone() };
    assert_eq!(store.delete_private_endpoints(std::slice::from_ref(&gone), &[]).await.unwrap(), Outcome::Saved);
    let seen = PrivateEndpoint { revision: 2, ..gone };
    let held = claim(&store, &seen, T0).await;
    let told = [domain::event::Event { kind: EventKind::PrivateEndpointDeleted, ..event(50, 1) }];
    let step = || EndpointStep { told: &told, ..step(&held, &seen, None) };
    assert_eq!(store.save_private_endpoint_step(step()).await.unwrap(), Outcome::Saved);
    assert_eq!(store.private_endpoints(project_id(1)).await.unwrap(), []);
    assert_eq!(store.next_due(WorkKind::PrivateEndpoint).await.unwrap(), None);
    let event = store.event_of_project(project_id(1), event_id(50)).await.unwrap().unwrap();
    assert_eq!(event, told[0]);
    assert_eq!(store.save_private_endpoint_step(step()).await.unwrap(), Outcome::Conflict);
}

/// Each endpoint is stepped along by two workers while a third deletes it: of every change one wins, and in the end it
/// is being deleted, with work that somebody can claim.
async fn steps_and_a_deletion_at_once_lose_nothing(db: Database) {
    let store = db.open().await;
    seed_private(&store, 8).await;
    for number in 1..=8 {
        let new = endpoint(number, number, AZURE, "US_EAST_2");
        assert_eq!(create(&store, &new).await, EndpointOutcome::Saved);
        let working = |owner: &'static str| {
            let (store, id) = (&store, new.id);
            async move {
                let mut saved = 0;
                for _ in 0..6 {
                    let claims = store.claim_due(WorkKind::PrivateEndpoint, after(9), owner, 1, LEASE).await.unwrap();
                    for claim in claims {
                        let seen = store.private_endpoint(id).await.unwrap().unwrap();
                        let failures = seen.cloud.failures + 1;
                        let gone = seen.state == EndpointState::Deleting;
                        let state = if gone { EndpointState::Deleting } else { EndpointState::Active };
                        let cloud = CloudRecord { failures, ..seen.cloud.clone() };
                        let next = PrivateEndpoint { state, cloud, ..seen.clone() };
                        tokio::task::yield_now().await;
                        let step = EndpointStep { next_due: T0, at: T0, ..step(&claim, &seen, Some(&next)) };
                        if store.save_private_endpoint_step(step).await.unwrap() == Outcome::Saved {
                            saved += 1;
                        }
                    }
                    tokio::task::yield_now().await;
                }
                saved
            }
        };
        let deleting = async {
            loop {
                let seen = store.private_endpoint(new.id).await.unwrap().unwrap();
                let gone = PrivateEndpoint { state: EndpointState::Deleting, ..seen };
                if store.delete_private_endpoints(&[gone], &[]).await.unwrap() == Outcome::Saved {
                    return;
                }
            }
        };
        let (one, two, ()) = tokio::join!(working("one"), working("two"), deleting);
        let found = store.private_endpoint(new.id).await.unwrap().unwrap();
        assert_eq!(found.state, EndpointState::Deleting, "project {number}");
        assert_eq!(i64::from(found.cloud.failures), one + two, "a step was lost or counted twice");
        assert_eq!(found.revision, 2 + one + two);
        let path = store.project_snapshot(project_id(number)).await.unwrap().unwrap().path(ProviderKind::AzureKeyVault);
        let expected = if one + two > 0 && path.is_private() { KeyPath::Private(vec![]) } else { KeyPath::Public };
        assert_eq!(path, expected, "what is being deleted is no route");
        let left = claim(&store, &found, T0).await;
        assert_eq!(store.save_private_endpoint_step(step(&left, &found, None)).await.unwrap(), Outcome::Saved);
    }
}

async fn a_backup_holds_endpoints_and_their_work(db: Database) {
    let store = db.open().await;
    seed_private(&store, 1).await;
    let first = created(&store, 1, AZURE, "US_EAST_2").await;
    let first = moved(&store, &first, EndpointState::Active).await;
    let second = created(&store, 2, AWS, "US_EAST_1").await;
    let held = claim(&store, &second, T0).await;
    assert_eq!(store.save_private_endpoint_step(step(&held, &second, Some(&second))).await.unwrap(), Outcome::Saved);
    assert_eq!(
        store.set_project_activity(project_id(1), Activity::Inactive, after(3), &[]).await.unwrap(),
        Outcome::Saved
    );
    let path = store.project_snapshot(project_id(1)).await.unwrap().unwrap().path(ProviderKind::AzureKeyVault);
    assert!(path.is_private());
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("backup");
    let mut file = tokio::fs::File::create(&name).await.unwrap();
    store.backup(&mut file, T0).await.unwrap();
    let other = db.other_engine().await;
    let restored = other.open().await;
    restored.restore(&mut tokio::fs::File::open(&name).await.unwrap(), after(9)).await.unwrap();
    assert_eq!(restored.private_endpoints(project_id(1)).await.unwrap(), [first, second]);
    let snapshot = restored.project_snapshot(project_id(1)).await.unwrap().unwrap();
    assert_eq!((snapshot.path(ProviderKind::AzureKeyVault), snapshot.project.activity), (path, Activity::Inactive));
    let due = restored.claim_due(WorkKind::PrivateEndpoint, after(9), "me", 9, LEASE).await.unwrap();
    assert_eq!(due.len(), 2, "all of it is due");
    let (events, _) = restored.events_of_project(project_id(1), &EventFilter::default(), slice(0, 9)).await.unwrap();
    assert_eq!(events.len(), 1);
}
