//! Private endpoints whose making, watching and removal is cut off anywhere: after each await of a step, in processes that
//! stand still, run twice or have another clock. Whatever happens, the cloud has one resource for each row that needs one
//! and none that no row knows, and every row comes to rest.

use std::collections::BTreeSet;
use std::future::Future;
use std::task::Poll;
use std::time::Duration;

use control::private_endpoint::EndpointMemory;
use domain::id::ProjectId;
use domain::private_endpoint::{EndpointState, PrivateEndpoint};
use simulators::{FaultKind, FaultRule};
use storage::{Claim, WorkKind};

use crate::database::Database;
use crate::endpoints::{AWS, AZURE, connection_of, endpoints_in};
use crate::house::{House, Plan, until};
use crate::on_both_engines;

on_both_engines! {
    a_life_on_azure_survives_a_crash_at_every_await
    a_life_on_aws_survives_a_crash_at_every_await
    a_deletion_at_any_moment_leaves_nothing_behind
    a_process_that_ends_gives_its_work_back
    a_process_that_comes_too_late_clears_up_after_itself
}

const KIND: WorkKind = WorkKind::PrivateEndpoint;
/// Longer than anything but a failed endpoint waits.
const LATER: Duration = Duration::from_secs(3600);
const HOLD: Duration = Duration::from_secs(60);

/// A house that takes a step when it is told to, and no other.
fn by_hand() -> Plan {
    let mut plan = Plan { at_work: false, ..Plan::default() };
    plan.timings.endpoint_call = Duration::from_millis(500);
    plan.timings.endpoint_backoff = [Duration::ZERO; 3];
    plan
}

async fn claim(house: &House) -> Vec<Claim> {
    house.store.claim_due(KIND, house.control.now() + LATER, "by hand", 16, HOLD).await.unwrap()
}

/// Polls a future so many times, each time it is woken, and drops it then. Tells whether it came to its end.
pub(crate) async fn cut_off<F: Future>(future: F, polls: usize) -> bool {
    let mut future = Box::pin(future);
    let mut left = polls;
    let ended = std::future::poll_fn(|context| {
        let Some(rest) = left.checked_sub(1) else { return Poll::Ready(false) };
        left = rest;
        future.as_mut().poll(context).map(|_| true)
    });
    ended.await
}

/// Processes that crash and one that lives.
struct Fate<'f> {
    house: &'f House,
    /// After how many polls a step is cut off.
    polls: usize,
    /// What the process that lives remembers.
    memory: EndpointMemory,
}

impl<'f> Fate<'f> {
    fn of(house: &'f House, polls: usize) -> Self {
        Self { house, polls, memory: EndpointMemory::default() }
    }

    /// Takes one step with each endpoint, first in a process that crashes, then in one that lives. Tells whether one
    /// was cut off.
    async fn round(&self) -> bool {
        let mut cut = false;
        for claim in claim(self.house).await {
            let nothing = EndpointMemory::default();
            if !cut_off(self.house.control.step_private_endpoint(&nothing, &claim), self.polls).await {
                cut = true;
                // Its claim would run out.
                let _held = self.house.store.release_work(&claim).await.unwrap();
            }
        }
        self.check().await;
        for claim in claim(self.house).await {
            Box::pin(self.house.control.step_private_endpoint(&self.memory, &claim)).await.unwrap();
        }
        self.check().await;
        cut
    }

    /// Every resource in the clouds is some row's, and no row's twice.
    async fn check(&self) {
        let rows = rows(self.house).await;
        let known: BTreeSet<_> = rows.iter().map(PrivateEndpoint::resource_name).collect();
        let there = names(self.house);
        let distinct: BTreeSet<_> = there.iter().cloned().collect();
        assert_eq!(distinct.len(), there.len(), "doubled: {there:?}");
        assert!(distinct.is_subset(&known), "in the cloud: {there:?}; known: {known:?}");
    }

    /// Takes rounds until something has come about. Tells whether a step was cut off.
    async fn until(&self, what: &str, mut happened: impl FnMut(&[PrivateEndpoint]) -> bool) -> bool {
        let cut = std::cell::Cell::new(false);
        let (cut, happened) = (&cut, std::cell::RefCell::new(&mut happened));
        until(what, async || {
            let now_cut = Box::pin(self.round()).await;
            cut.set(cut.get() | now_cut);
            let rows = rows(self.house).await;
            (happened.borrow_mut())(&rows)
        })
        .await;
        cut.get()
    }
}

async fn rows(house: &House) -> Vec<PrivateEndpoint> {
    house.store.private_endpoints(house.project).await.unwrap()
}

/// The names of all endpoints that are in the clouds.
fn names(house: &House) -> Vec<String> {
    let aws = house.cloud().clouds.aws().vpc_endpoints().into_iter().map(|endpoint| endpoint.name).collect();
    [house.cloud().azure().endpoints(), aws].concat()
}

fn is(state: EndpointState) -> impl FnMut(&[PrivateEndpoint]) -> bool {
    move |rows| rows.last().is_some_and(|row| row.state == state)
}

async fn a_life_on_azure_survives_a_crash_at_every_await(database: Database) {
    let house = House::open_everywhere_as(database, by_hand()).await;
    house.require_private(AZURE).await;
    let azure = house.cloud().azure();
    for polls in 1.. {
        let fate = Fate::of(&house, polls);
        let id = house.new_endpoint(AZURE, "US_EAST_2").await;
        let mut cut = fate.until("it waits for approval", is(EndpointState::PendingAcceptance)).await;
        azure.approve(connection_of(&house.endpoint(AZURE, &id).await.ok())).await;
        cut |= fate.until("it is active", is(EndpointState::Active)).await;
        azure.reject(connection_of(&house.endpoint(AZURE, &id).await.ok())).await;
        cut |= fate
            .until("its successor waits for approval", |rows| {
                rows.len() == 2 && is(EndpointState::PendingAcceptance)(rows)
            })
            .await;
        let next = rows(&house).await.pop().unwrap().id.to_string();
        azure.approve(connection_of(&house.endpoint(AZURE, &next).await.ok())).await;
        cut |= fate.until("it takes over", |rows| rows.len() == 1 && is(EndpointState::Active)(rows)).await;
        assert_eq!(names(&house), [rows(&house).await[0].resource_name()]);
        house.delete_endpoint(AZURE, &next).await;
        cut |= fate.until("it is gone", <[_]>::is_empty).await;
        assert!(names(&house).is_empty(), "{:?}", names(&house));
        if !cut {
            break;
        }
    }
    house.end().await;
}

async fn a_life_on_aws_survives_a_crash_at_every_await(database: Database) {
    let house = House::open_everywhere_as(database, by_hand()).await;
    house.require_private(AWS).await;
    for polls in 1.. {
        let fate = Fate::of(&house, polls);
        let id = house.new_endpoint(AWS, "US_EAST_1").await;
        let mut cut = fate.until("it is active", is(EndpointState::Active)).await;
        assert_eq!(names(&house), [rows(&house).await[0].resource_name()]);
        house.delete_endpoint(AWS, &id).await;
        cut |= fate.until("it is gone", <[_]>::is_empty).await;
        assert!(names(&house).is_empty(), "{:?}", names(&house));
        if !cut {
            break;
        }
    }
    house.end().await;
}

/// Deletes an endpoint after each step of its making, cut off or not, and after each await of the deletion.
async fn a_deletion_at_any_moment_leaves_nothing_behind(database: Database) {
    let house = House::open_everywhere_as(database, by_hand()).await;
    house.require_private(AZURE).await;
    house.require_private(AWS).await;
    let all = [(AZURE, "US_EAST_2"), (AWS, "US_EAST_1")];
    for rounds in 0..4 {
        for polls in [2, 5, 9, 14, 20] {
            let fate = Fate::of(&house, polls);
            let mut ids = Vec::new();
            for (provider, region) in all {
                ids.push((provider, house.new_endpoint(provider, region).await));
            }
            for _ in 0..rounds {
                Box::pin(fate.round()).await;
            }
            // Its last step before the deletion is cut off, and nobody takes it again.
            for claim in claim(&house).await {
                let memory = EndpointMemory::default();
                cut_off(house.control.step_private_endpoint(&memory, &claim), polls).await;
                let _held = house.store.release_work(&claim).await.unwrap();
            }
            for (provider, id) in &ids {
                assert_eq!(house.delete_endpoint(provider, id).await.status, 204);
                assert_eq!(house.endpoint(provider, id).await.ok()["status"], "DELETING");
            }
            fate.until("both are gone", <[_]>::is_empty).await;
            assert!(names(&house).is_empty(), "{:?} after {rounds} rounds, {polls} polls", names(&house));
        }
    }
    house.end().await;
}

/// The next process need not wait for claims of one that ended in order.
async fn a_process_that_ends_gives_its_work_back(database: Database) {
    let house = House::open_everywhere_as(database, Plan::default()).await;
    house.require_private(AZURE).await;
    let hang = FaultRule::azure("CreatePrivateEndpoint", FaultKind::Timeout).latency_ms(60_000);
    house.cloud().clouds.faults().push(hang).unwrap();
    let id = house.new_endpoint(AZURE, "US_EAST_2").await;
    until("the cloud is asked", async || house.cloud().azure().azure.requests("CreatePrivateEndpoint") > 0).await;
    let (org, project, owner) = (house.org, house.project, house.owner.clone());
    let ground = house.end().await;
    ground.cloud.mend();
    let begun = std::time::Instant::now();
    let house = House::reopen(ground, Plan::default(), org, project, owner).await;
    house.until_status(AZURE, &id, "PENDING_ACCEPTANCE").await;
    assert!(begun.elapsed() < HOLD / 2, "{:?}", begun.elapsed());
    house.end().await;
}

/// A process stands still between writing down that it will ask the cloud and asking. Meanwhile another one deletes the
/// endpoint and finds nothing to remove.
async fn a_process_that_comes_too_late_clears_up_after_itself(database: Database) {
    let house = House::open_everywhere_as(database, by_hand()).await;
    house.require_private(AZURE).await;
    let id = house.new_endpoint(AZURE, "US_EAST_2").await;
    let memory = EndpointMemory::default();
    let [first] = claim(&house).await.try_into().unwrap();
    Box::pin(house.control.step_private_endpoint(&memory, &first)).await.unwrap();
    assert!(rows(&house).await[0].cloud.asked && names(&house).is_empty());
    let [late] = claim(&house).await.try_into().unwrap();
    let slow = FaultRule::azure("CreatePrivateEndpoint", FaultKind::Latency).latency_ms(300).times(1);
    house.cloud().clouds.faults().push(slow).unwrap();
    let meanwhile = async {
        until("the late one is asking", async || house.cloud().azure().azure.requests("CreatePrivateEndpoint") > 0)
            .await;
        // As if the deletion had found nothing long enough.
        assert_eq!(house.delete_endpoint(AZURE, &id).await.status, 204);
        let row = rows(&house).await.remove(0);
        house.store.schedule_work(KIND, &late.id, house.control.now()).await.unwrap();
        let [claim] = claim(&house).await.try_into().unwrap();
        let step = storage::EndpointStep {
            claim: &claim,
            seen: &row,
            next: None,
            successor: None,
            next_due: house.control.now(),
            told: &[],
            at: house.control.now(),
            check_at: None,
        };
        assert_eq!(house.store.save_private_endpoint_step(step).await.unwrap(), storage::Outcome::Saved);
    };
    let (stepped, ()) =
        tokio::join!(Box::pin(house.control.step_private_endpoint(&memory, &late)), Box::pin(meanwhile));
    stepped.unwrap();
    until("nothing is left", async || names(&house).is_empty()).await;
    assert!(rows(&house).await.is_empty());
    house.end().await;
}

/// Two processes at work on one PostgreSQL, one of them minutes ahead, so that each takes the other's claims for run out.
#[tokio::test]
async fn two_processes_with_different_clocks_never_make_two() {
    let one = House::open_everywhere(Database::postgres().await).await;
    let ahead = Plan { ahead: Duration::from_secs(150), ..Plan::default() };
    let two = one.replica(ahead).await;
    let mut projects = vec![one.project];
    for number in 0..5 {
        projects.push(one.new_project(&format!("p{number}")).await);
    }
    for project in &projects {
        one.patch_in(*project, &one.private_payload(AZURE)).await.ok();
        one.patch_in(*project, &one.private_payload(AWS)).await.ok();
    }
    let slow = FaultRule::azure("CreatePrivateEndpoint", FaultKind::Latency).latency_ms(150);
    one.cloud().clouds.faults().push(slow).unwrap();
    let wanted = [(AZURE, "US_EAST_2"), (AZURE, "US_CENTRAL"), (AWS, "US_EAST_1")];
    let ask = async |house: &House, project: ProjectId, provider: &str, region: &str| {
        let body = serde_json::json!({"regionName": region});
        house.ask("POST", &endpoints_in(project, provider)).json(&body).send().await.status
    };
    for project in &projects {
        for (provider, region) in wanted {
            // Both are asked at once: one of them makes it.
            let (left, right) =
                tokio::join!(ask(&one, *project, provider, region), ask(&two, *project, provider, region));
            let mut answers = [left, right];
            answers.sort_unstable();
            assert_eq!(answers, [202, 409], "{project} {provider} {region}");
        }
    }
    let all = async || {
        let mut all = Vec::new();
        for project in &projects {
            all.extend(one.store.private_endpoints(*project).await.unwrap());
        }
        all
    };
    until("all are settled", async || {
        let settled =
            |row: &PrivateEndpoint| matches!(row.state, EndpointState::PendingAcceptance | EndpointState::Active);
        all().await.iter().all(settled)
    })
    .await;
    let mut there = names(&one);
    let mut known: Vec<_> = all().await.iter().map(PrivateEndpoint::resource_name).collect();
    there.sort();
    known.sort();
    assert_eq!(there, known);
    for (number, row) in all().await.iter().enumerate() {
        let house = if number % 2 == 0 { &one } else { &two };
        let provider =
            if row.cloud.resource.as_deref().is_some_and(|id| id.starts_with("vpce-")) { AWS } else { AZURE };
        let path = format!("{}/{}", endpoints_in(row.project, provider), row.id);
        assert_eq!(house.ask("DELETE", &path).send().await.status, 204);
    }
    until("all are gone", async || all().await.is_empty()).await;
    assert!(names(&one).is_empty(), "{:?}", names(&one));
    two.end().await;
    one.end().await;
}

/// One process dies without a word in the middle of a call; the other waits until its claim has run out, and goes on.
#[tokio::test]
async fn another_process_goes_on_where_one_died() {
    let one = House::open_everywhere_as(Database::postgres().await, by_hand()).await;
    one.require_private(AZURE).await;
    let id = one.new_endpoint(AZURE, "US_EAST_2").await;
    let memory = EndpointMemory::default();
    let [first] = claim(&one).await.try_into().unwrap();
    Box::pin(one.control.step_private_endpoint(&memory, &first)).await.unwrap();
    // It asked, the cloud did it, and the answer never came.
    let lost = FaultRule::azure("CreatePrivateEndpoint", FaultKind::Lost).times(1);
    one.cloud().clouds.faults().push(lost).unwrap();
    let due = one.control.now();
    let [second] = one.store.claim_due(KIND, due, "dead", 16, HOLD).await.unwrap().try_into().unwrap();
    assert!(!cut_off(one.control.step_private_endpoint(&memory, &second), 6).await);
    let two = one.replica(Plan::default()).await;
    // Whatever became of that call, the claim holds until it has run out.
    assert!(two.store.claim_due(KIND, two.control.now(), "another", 16, HOLD).await.unwrap().is_empty());
    one.pass(HOLD);
    two.until_status(AZURE, &id, "PENDING_ACCEPTANCE").await;
    assert_eq!(names(&two), [rows(&one).await[0].resource_name()]);
    two.end().await;
    one.end().await;
}
