//! Rotations while the house is at work: hundreds of master keys, clients that read, a second rotation, a customer who
//! is too early to disable the old key, processes that end in between.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::customer_key::ProviderKind;
use domain::id::ProjectId;
use domain::master_key::MasterKeyId;
use domain::rotation::{Progress, Rotation};
use futures_util::{StreamExt, future, stream};
use serde_json::{Value, json};
use simulators::aws::CreatedKey;
use simulators::{FaultKind, FaultRule};
use storage::{MasterKeyOutcome, StoredMasterKey, WorkKind};

use crate::database::Database;
use crate::house::{House, Plan, until};
use crate::keys::{KeyNode, furnish, ours};
use crate::on_both_engines;

on_both_engines! {
    hundreds_of_keys_move_while_clients_read
    a_process_that_ends_in_between_loses_nothing
    a_dead_process_holds_a_rotation_up_for_a_minute_at_most
    a_second_rotation_takes_keys_from_wherever_they_are
    keys_under_the_old_key_follow_its_validity_and_the_others_do_not
    refusals_that_pass_hold_nothing_up_for_good
    one_that_does_not_open_holds_up_no_other
    enabling_again_opens_what_was_kept
    an_invalid_key_is_not_disabled_while_anything_depends_on_it
    answers_that_leases_remember_never_repeat
}

const AWS: ProviderKind = ProviderKind::AwsKms;

/// Makes so many keys of a node, in use.
async fn make_many(house: &House, node: &KeyNode, count: usize) -> Vec<MasterKeyId> {
    stream::iter(0..count).map(|_| node.make_active(house, &[])).buffered(8).collect().await
}

async fn materials(house: &House, node: &KeyNode, keys: &[MasterKeyId]) -> Vec<Vec<u8>> {
    stream::iter(keys).map(|key| node.bytes(house, *key)).buffered(8).collect().await
}

/// Which customer key a master key is under.
async fn under(house: &House, key: MasterKeyId) -> i64 {
    let stored = house.store.master_key(key).await.unwrap().unwrap();
    stored.wrapped.as_ref().unwrap().customer_key.stored()
}

async fn under_each(house: &House, keys: &[MasterKeyId]) -> Vec<i64> {
    future::join_all(keys.iter().map(|key| under(house, *key))).await
}

async fn rotate_to(house: &House, key: &CreatedKey) {
    house.patch(&json!({"awsKms": {"customerMasterKeyID": key.arn}})).await.ok();
}

/// The newest rotation of AWS, and how far it is.
async fn newest(house: &House) -> (Rotation, Option<Progress>) {
    let (mut found, _) = house.store.rotations_of_project(house.project, 0, 1).await.unwrap();
    let rotation = found.remove(0);
    let left = house.store.master_keys_left(house.project, AWS, rotation.to).await.unwrap();
    let progress = rotation.progress(left);
    (rotation, progress)
}

async fn done(house: &House) -> i64 {
    newest(house).await.1.map_or(0, |progress| progress.done)
}

async fn finished(house: &House) {
    until("the rotation is finished", async || newest(house).await.0.finished_at.is_some()).await;
}

/// Makes every wrapping take a while, so that a rotation can be looked at.
fn slow_down(house: &House, millis: u64) {
    house.cloud().clouds.faults().push(FaultRule::aws("Encrypt", FaultKind::Latency).latency_ms(millis)).unwrap();
}

/// The customer keys of the first project by number, as owners see them.
async fn customer_keys(house: &House) -> Vec<Value> {
    let list = house.get(&ours(house, "customerKeys")).await.ok();
    let mut keys = list["results"].as_array().unwrap().clone();
    keys.sort_by_key(|key| key["number"].as_i64());
    keys
}

async fn has_credentials(house: &House, number: usize) -> bool {
    let retired = house.store.retired_customer_keys(house.project).await.unwrap();
    retired.iter().any(|key| usize::try_from(key.number.stored()) == Ok(number) && key.key.is_some())
}

/// Opens the next process on what this one left behind, with nothing in its memory.
async fn next_process(house: House, plan: Plan) -> House {
    let (org, project, owner) = (house.org, house.project, house.owner.clone());
    House::reopen(house.end().await, plan, org, project, owner).await
}

async fn hundreds_of_keys_move_while_clients_read(database: Database) {
    let house = House::open(database).await;
    let (node, _) = furnish(&house).await;
    let keys = make_many(&house, &node, 199).await;
    let before = materials(&house, &node, &keys).await;
    let second = house.cloud().new_key("second").await;
    slow_down(&house, 3);
    let over = AtomicBool::new(false);
    let clients = future::join_all((0..4).map(|client| {
        let (house, node, keys, before, over) = (&house, &node, &keys, &before, &over);
        async move {
            let mut reads: usize = 0;
            while !over.load(Ordering::Relaxed) {
                let which = (client * 41 + reads * 7) % keys.len();
                assert_eq!(node.bytes(house, keys[which]).await, before[which], "read {reads} of client {client}");
                reads += 1;
            }
            reads
        }
    }));
    let rotation = async {
        rotate_to(&house, &second).await;
        let (mut seen, mut last) = (BTreeSet::new(), 0);
        loop {
            let (rotation, progress) = newest(&house).await;
            let Progress { done, total } = progress.unwrap();
            assert_eq!(total, 200);
            assert!(last <= done && done <= total, "{done} after {last}");
            (last, _) = (done, seen.insert(done));
            if rotation.finished_at.is_some() {
                break;
            }
            let old = customer_keys(&house).await.remove(0);
            let left = old["masterKeys"].as_u64().unwrap();
            assert_eq!(old["safeToDisable"], left == 0, "{old}");
        }
        over.store(true, Ordering::Relaxed);
        seen
    };
    let (reads, seen) = tokio::join!(clients, rotation);
    assert!(seen.len() > 3, "it was seen on its way: {seen:?}");
    assert!(reads.iter().all(|reads| *reads > 10), "{reads:?}");
    assert_eq!(under_each(&house, &keys).await, vec![2; keys.len()]);
    assert!(!has_credentials(&house, 1).await, "nothing needs it any more");
    house.cloud().mend();
    // Without the old key, and without anything remembered.
    house.cloud().disable_key(&house.cloud().key).await;
    let house = next_process(house, Plan::default()).await;
    assert_eq!(materials(&house, &node, &keys).await, before);
    house.end().await;
}

async fn a_process_that_ends_in_between_loses_nothing(database: Database) {
    let mut house = House::open(database).await;
    let (node, _) = furnish(&house).await;
    let keys = make_many(&house, &node, 90).await;
    let before = materials(&house, &node, &keys).await;
    let second = house.cloud().new_key("second").await;
    slow_down(&house, 100);
    rotate_to(&house, &second).await;
    for least in [8, 24, 40] {
        until("it is on its way", async || done(&house).await >= least).await;
        let seen = done(&house).await;
        house = next_process(house, Plan::default()).await;
        assert!(done(&house).await >= seen, "what was done stays done");
        assert!(newest(&house).await.0.finished_at.is_none(), "there is something left for the next process");
    }
    house.cloud().mend();
    finished(&house).await;
    let house = next_process(house, Plan::default()).await;
    house.cloud().disable_key(&house.cloud().key).await;
    assert_eq!(materials(&house, &node, &keys).await, before);
    let told = house.events().await;
    let rotated = told.iter().filter(|name| *name == "AWS_ENCRYPTION_KEY_ROTATED").count();
    assert_eq!(rotated, 1, "{told:?}");
    house.end().await;
}

async fn a_dead_process_holds_a_rotation_up_for_a_minute_at_most(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    let second = house.cloud().new_key("second").await;
    house.cloud().disable_key(&house.cloud().key).await;
    rotate_to(&house, &second).await;
    until("it is stalled", async || newest(&house).await.0.last_failure.is_some()).await;
    let minute = Duration::from_secs(60);
    let claims = RefCell::new(Vec::new());
    until("somebody who dies has it in his hands", async || {
        house.pass(minute);
        let taken = house.store.claim_due(WorkKind::Rotation, house.control.now(), "dead", 1, minute).await.unwrap();
        claims.replace(taken);
        !claims.borrow().is_empty()
    })
    .await;
    let dead = claims.into_inner().remove(0);
    house.cloud().enable_key(&house.cloud().key).await;
    assert_eq!(under(&house, key).await, 1);
    house.pass(minute + Duration::from_secs(1));
    finished(&house).await;
    assert_eq!(under(&house, key).await, 2);
    // Whoever comes back from the dead ends nobody's claim and changes nothing.
    assert!(!house.store.finish_work(&dead, house.control.now()).await.unwrap());
    node.bytes(&house, key).await;
    house.end().await;
}

async fn a_second_rotation_takes_keys_from_wherever_they_are(database: Database) {
    let house = House::open(database).await;
    let (node, _) = furnish(&house).await;
    let keys = make_many(&house, &node, 119).await;
    let before = materials(&house, &node, &keys).await;
    let (second, third) = (house.cloud().new_key("second").await, house.cloud().new_key("third").await);
    slow_down(&house, 150);
    rotate_to(&house, &second).await;
    until("some have moved", async || done(&house).await >= 8).await;
    rotate_to(&house, &third).await;
    let on_the_way: BTreeSet<i64> = under_each(&house, &keys).await.into_iter().collect();
    assert!(on_the_way.contains(&1) && on_the_way.contains(&2), "{on_the_way:?}");
    let (found, _) = house.store.rotations_of_project(house.project, 0, 9).await.unwrap();
    let [later, earlier] = found.try_into().unwrap();
    assert!(earlier.superseded_at.is_some() && earlier.finished_at.is_none(), "{earlier:?}");
    assert_eq!(later.total, 120, "those under the first and those under the second");
    house.cloud().mend();
    finished(&house).await;
    assert_eq!(under_each(&house, &keys).await, vec![3; keys.len()]);
    assert!(!has_credentials(&house, 1).await && !has_credentials(&house, 2).await);
    let safe: Vec<_> = customer_keys(&house).await.iter().map(|key| key["safeToDisable"].clone()).collect();
    assert_eq!(safe, [true, true, false].map(Value::from));
    house.cloud().disable_key(&house.cloud().key).await;
    house.cloud().disable_key(&second).await;
    let house = next_process(house, Plan::default()).await;
    assert_eq!(materials(&house, &node, &keys).await, before);
    let told = house.events().await;
    let count = |kind: &str| told.iter().filter(|name| *name == kind).count();
    assert_eq!(count("ENCRYPTION_AT_REST_KEY_ROTATION_STARTED"), 2, "{told:?}");
    assert_eq!(count("AWS_ENCRYPTION_KEY_ROTATED"), 1, "{told:?}");
    house.end().await;
}

async fn keys_under_the_old_key_follow_its_validity_and_the_others_do_not(database: Database) {
    let house = House::open_as(database, Plan::sweeping()).await;
    let (node, _) = furnish(&house).await;
    let keys = make_many(&house, &node, 79).await;
    let before = materials(&house, &node, &keys).await;
    let second = house.cloud().new_key("second").await;
    slow_down(&house, 150);
    rotate_to(&house, &second).await;
    until("some have moved", async || done(&house).await >= 8).await;
    // The customer is too early.
    house.cloud().disable_key(&house.cloud().key).await;
    house.cloud().mend();
    until("it is stalled", async || newest(&house).await.0.last_failure.is_some()).await;
    let failure = newest(&house).await.0.last_failure.unwrap();
    assert!(failure.contains("customer key 1 does not unwrap: KEY_DISABLED"), "{failure}");
    until("the old key is known to be lost", async || customer_keys(&house).await[0]["state"] == "INVALID").await;
    let (mut old, mut new) = (0, 0);
    for (key, bytes) in keys.iter().zip(&before) {
        let released = node.release(&house, *key).await;
        match under(&house, *key).await {
            1 => {
                assert!(released.is_err(), "a key under a lost customer key is not handed out");
                old += 1;
            }
            _ => {
                assert_eq!(released.unwrap().material.expose(), bytes);
                new += 1;
            }
        }
    }
    assert!(old > 0 && new > 0, "{old} {new}");
    assert_eq!(house.standing().await["state"], "VALID", "the present one is as it was");
    let [first, present] = customer_keys(&house).await.try_into().unwrap();
    assert_eq!((&first["safeToDisable"], &present["state"]), (&json!(false), &json!("VALID")));
    let told = house.events().await;
    assert!(told.iter().any(|name| name == "AWS_ENCRYPTION_KEY_INVALID"), "{told:?}");
    assert!(!told.iter().any(|name| name == "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID"), "{told:?}");

    house.cloud().enable_key(&house.cloud().key).await;
    until("the old key is usable again", async || {
        future::join_all(keys.iter().map(|key| node.release(&house, *key))).await.iter().all(Result::is_ok)
    })
    .await;
    house.pass(Duration::from_secs(60));
    finished(&house).await;
    assert_eq!(materials(&house, &node, &keys).await, before);
    assert!(house.events().await.iter().any(|name| name == "AWS_ENCRYPTION_KEY_VALID"));
    house.end().await;
}

async fn refusals_that_pass_hold_nothing_up_for_good(database: Database) {
    let house = House::open(database).await;
    let (node, _) = furnish(&house).await;
    let keys = make_many(&house, &node, 29).await;
    let second = house.cloud().new_key("second").await;
    slow_down(&house, 40);
    rotate_to(&house, &second).await;
    let throttled = FaultRule::aws("Decrypt", FaultKind::Throttle).times(24);
    house.cloud().clouds.faults().push(throttled).unwrap();
    until("all have moved", async || {
        house.pass(Duration::from_secs(1));
        newest(&house).await.0.finished_at.is_some()
    })
    .await;
    assert_eq!(under_each(&house, &keys).await, vec![2; keys.len()]);
    assert_eq!(newest(&house).await.0.last_failure, None);
    house.end().await;
}

async fn one_that_does_not_open_holds_up_no_other(database: Database) {
    let house = House::open(database).await;
    let (node, _) = furnish(&house).await;
    let keys = make_many(&house, &node, 20).await;
    // Bytes that were moved to a row of another id open nowhere.
    let other = node.make(&house, &[]).await;
    let mut moved = StoredMasterKey::clone(&*house.store.master_key(other).await.unwrap().unwrap());
    moved.key.id = MasterKeyId::from_random([0; 16]);
    assert_eq!(house.store.insert_master_key(&moved, &[]).await.unwrap(), MasterKeyOutcome::Saved);
    let second = house.cloud().new_key("second").await;
    rotate_to(&house, &second).await;
    until("it is stalled", async || newest(&house).await.0.last_failure.is_some()).await;
    assert_eq!(under_each(&house, &keys).await, vec![2; keys.len()]);
    let (rotation, progress) = newest(&house).await;
    assert_eq!(progress, Some(Progress { done: 22, total: 23 }));
    let failure = rotation.last_failure.unwrap();
    assert!(failure.contains("customer key 1 does not unwrap"), "{failure}");
    let old = customer_keys(&house).await.remove(0);
    assert_eq!((&old["masterKeys"], &old["safeToDisable"]), (&json!(1), &json!(false)));
    assert!(has_credentials(&house, 1).await, "kept, for the day that the row is mended");
    house.end().await;
}

/// Takes the cluster off its customer key, or puts it on again.
async fn switch(house: &House, provider: &str) {
    let path = format!("/api/atlas/v2/groups/{}/clusters/c", house.project);
    house.ask("PATCH", &path).json(&json!({"encryptionAtRestProvider": provider})).send().await.ok();
}

async fn enabling_again_opens_what_was_kept(database: Database) {
    let house = House::open(database).await;
    let (node, key) = furnish(&house).await;
    let bytes = node.bytes(&house, key).await;
    switch(&house, "NONE").await;
    assert_eq!(node.bytes(&house, key).await, bytes, "its nodes have not left yet");
    house.patch(&json!({"awsKms": {"enabled": false}})).await.ok();
    until("the credentials are gone, here too", async || node.release(&house, key).await.is_err()).await;
    let [kept] = customer_keys(&house).await.try_into().unwrap();
    assert_eq!(
        (&kept["current"], &kept["masterKeys"], &kept["state"]),
        (&json!(false), &json!(1), &json!("NO_CREDENTIALS"))
    );
    assert_eq!((&kept["keyName"], &kept["safeToDisable"]), (&json!(house.cloud().key.arn), &json!(false)));

    // With another key it stays closed, and nothing of it is lost.
    let second = house.cloud().new_key("second").await;
    house.patch(&house.cloud().payload_with(&second.arn, &house.cloud().user)).await.ok();
    assert!(node.release(&house, key).await.is_err());
    assert_eq!(customer_keys(&house).await.len(), 2);
    // Back to the one that opens it.
    rotate_to(&house, &house.cloud().key).await;
    until("it opens again", async || node.release(&house, key).await.is_ok()).await;
    finished(&house).await;
    rotate_to(&house, &second).await;
    finished(&house).await;
    house.cloud().disable_key(&house.cloud().key).await;
    let house = next_process(house, Plan::default()).await;
    assert_eq!(node.bytes(&house, key).await, bytes);
    house.end().await;
}

async fn an_invalid_key_is_not_disabled_while_anything_depends_on_it(database: Database) {
    let house = House::open_as(database, Plan::watchful()).await;
    let (node, key) = furnish(&house).await;
    let bytes = node.bytes(&house, key).await;
    switch(&house, "NONE").await;
    house.cloud().disable_key(&house.cloud().key).await;
    let valid = async || house.read().await.ok()["awsKms"]["valid"] == true;
    assert!(!valid().await, "the read that finds out tells it");
    let disable = json!({"awsKms": {"enabled": false}});
    house.patch(&disable).await.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
    // Its credentials are still there, so it comes back by itself.
    house.cloud().enable_key(&house.cloud().key).await;
    assert!(valid().await);
    assert_eq!(node.bytes(&house, key).await, bytes);
    house.patch(&disable).await.ok();
    house.end().await;
}

/// What leases compare: which customer key, when it or its credentials came, how often the answer changed.
async fn remembered(house: &House, project: ProjectId) -> (i64, i64) {
    let snapshot = house.store.project_snapshot(project).await.unwrap().unwrap();
    let stored = &snapshot.validities[&AWS];
    (stored.key_revision, stored.validity.generation)
}

async fn answers_that_leases_remember_never_repeat(database: Database) {
    let house = House::open_as(database, Plan::watchful()).await;
    let project = house.new_project("unused").await;
    let mut seen = Vec::new();
    let payload = house.cloud().payload();
    let second = house.cloud().new_key("second").await;
    for _ in 0..2 {
        house.patch_in(project, &payload).await.ok();
        seen.push(remembered(&house, project).await);
        house.patch_in(project, &json!({"awsKms": {"customerMasterKeyID": second.arn}})).await.ok();
        seen.push(remembered(&house, project).await);
        house.cloud().disable_key(&second).await;
        until("it is lost", async || house.standing_in(project).await["state"] == "INVALID").await;
        seen.push(remembered(&house, project).await);
        house.cloud().enable_key(&second).await;
        until("it is back", async || house.standing_in(project).await["state"] == "VALID").await;
        seen.push(remembered(&house, project).await);
        house.patch_in(project, &json!({"awsKms": {"enabled": false}})).await.ok();
    }
    assert!(seen.is_sorted_by(|earlier, later| earlier < later), "{seen:?}");
    house.end().await;
}
