//! What becomes of a configured key: lost and found, unreachable, and faults of our own
//! (product.md 2.2–2.4), seen through the setting, our own view, the events and the figures.

use std::time::Duration;

use serde_json::json;
use simulators::aws::{Change, Inline, KeyStatus};
use simulators::{FaultKind, FaultRule};

use crate::cloud::{CUSTOMER, USE_KEY};
use crate::database::Database;
use crate::house::{House, Plan, until};
use crate::on_both_engines;

const UPDATED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED";
const FAILED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_VALIDATION_FAILED";
const SUCCEEDED: &str = "ENCRYPTION_AT_REST_CONFIGURATION_VALIDATION_SUCCEEDED";
const KEY_INVALID: &str = "AWS_ENCRYPTION_KEY_INVALID";
const KEY_VALID: &str = "AWS_ENCRYPTION_KEY_VALID";
const NO_LONGER_VALID: &str = "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID";
const IS_VALID: &str = "ENCRYPTION_AT_REST_CONFIG_IS_VALID";
const DENIED: &str = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED";
const RESTORED: &str = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_RESTORED";

async fn valid(house: &House) -> bool {
    house.read().await.ok()["awsKms"]["valid"].as_bool().unwrap()
}

async fn a_disabled_key_is_invalid_until_it_is_enabled_again(database: Database) {
    let house = House::open_as(database, Plan::watchful()).await;
    house.enable().await;
    house.cloud().disable_key(&house.cloud().key).await;
    let (one, two) = tokio::join!(valid(&house), valid(&house));
    assert!(!one && !two, "the reads that find out tell it");
    assert_eq!(house.cloud().requests("DescribeKey"), 3, "the proof, the check and its confirmation");
    assert!(!valid(&house).await);
    let got = house.read().await.ok();
    assert_eq!(
        (&got["awsKms"]["enabled"], &got["awsKms"]["customerMasterKeyID"]),
        (&true.into(), &house.cloud().key.arn.as_str().into())
    );
    let standing = house.standing().await;
    assert_eq!((&standing["state"], &standing["lastDefiniteValid"]), (&"INVALID".into(), &false.into()));
    assert_eq!(standing["reason"], "KEY_DISABLED");
    for name in ["checkedAt", "nextCheckAt"] {
        assert!(standing[name].as_str().unwrap().ends_with('Z'), "{standing}");
    }
    assert_eq!(house.events().await, [UPDATED, KEY_INVALID, NO_LONGER_VALID]);

    house.cloud().enable_key(&house.cloud().key).await;
    assert!(valid(&house).await);
    assert!(valid(&house).await);
    let standing = house.standing().await;
    assert_eq!((&standing["state"], &standing["reason"]), (&"VALID".into(), &json!(null)));
    assert_eq!(house.events().await, [UPDATED, KEY_INVALID, NO_LONGER_VALID, KEY_VALID, IS_VALID]);
    house.end().await;
}

async fn one_refusal_alone_counts_for_nothing(database: Database) {
    let house = House::open_as(database, Plan::watchful()).await;
    house.enable().await;
    for operation in ["Encrypt", "Decrypt"] {
        house.cloud().clouds.faults().push(FaultRule::aws(operation, FaultKind::Deny).times(1)).unwrap();
        assert!(valid(&house).await, "the second check a second later finds it well");
        assert_eq!(house.standing().await["state"], "VALID");
    }
    assert_eq!(house.events().await, [UPDATED]);
    house.end().await;
}

async fn changes_and_checks_at_once_tell_the_truth(database: Database) {
    let mut plan = Plan::watchful();
    plan.timings.check_every = Duration::from_millis(5);
    let house = House::open_as(database, plan).await;
    let cloud = house.cloud();
    let (second, other) = (cloud.new_key("second").await, cloud.new_user("other", USE_KEY).await);
    let mut changes = 0;
    for round in 0..10 {
        let bodies = [
            cloud.payload(),
            cloud.payload_with(&second.arn, &cloud.user),
            cloud.payload_with(&second.arn, &other),
            json!({"awsKms": {"enabled": false}, "enabledForSearchNodes": round % 2 == 0}),
        ];
        for body in bodies {
            let (got, read, _) = tokio::join!(house.patch(&body), house.read(), house.standing());
            read.ok();
            let wanted = body["awsKms"]["enabled"].as_bool().unwrap();
            assert_eq!(got.ok()["awsKms"]["valid"], wanted, "{}", got.text());
            assert_eq!(house.read().await.ok(), got.json());
            changes += 1;
        }
    }
    let told: Vec<_> = house.events().await.into_iter().filter(|name| !name.contains("_KEY_ROTAT")).collect();
    assert_eq!(told, vec![UPDATED; changes], "each change once, and no key was ever lost");
    house.end().await;
}

async fn the_sweep_finds_out_by_itself(database: Database) {
    let house = House::open_as(database, Plan::sweeping()).await;
    house.enable().await;
    house.cloud().disable_key(&house.cloud().key).await;
    until("the key is found lost", || async { !valid(&house).await }).await;
    until("it is checked on and on", || async {
        let before = house.cloud().requests("DescribeKey");
        until("another check", || async { house.cloud().requests("DescribeKey") > before + 1 }).await;
        true
    })
    .await;
    assert_eq!(house.events().await, [UPDATED, KEY_INVALID, NO_LONGER_VALID], "told once");
    house.cloud().enable_key(&house.cloud().key).await;
    until("the key is found back", || async { valid(&house).await }).await;
    assert_eq!(house.events().await, [UPDATED, KEY_INVALID, NO_LONGER_VALID, KEY_VALID, IS_VALID]);
    assert!(house.metrics().await.contains("reason=\"KEY_DISABLED\""));
    house.end().await;
}

async fn each_definitive_reason_is_told(database: Database) {
    let house = House::open_as(database, Plan::watchful()).await;
    let cloud = house.cloud();
    let mut projects = Vec::new();
    for (name, reason) in [
        ("off", "KEY_DISABLED"),
        ("dying", "KEY_PENDING_DELETION"),
        ("closed", "ACCESS_DENIED"),
        ("shut", "CREDENTIAL_REJECTED"),
    ] {
        let project = house.new_project(name).await;
        let (key, user) = (cloud.new_key(name).await, cloud.new_user(name, USE_KEY).await);
        house.patch_in(project, &cloud.payload_with(&key.arn, &user)).await.ok();
        projects.push((project, name, reason, key, user));
    }
    let by_role = house.new_project("by-role").await;
    let role = house.new_role(by_role, "by-role").await;
    house.patch_in(by_role, &cloud.role_payload(&role.id.to_string())).await.ok();

    for (_, name, _, key, user) in &projects {
        let id = key.id.clone();
        cloud
            .apply(match *name {
                "off" => Change::DisableKey(id),
                "dying" => Change::ScheduleKeyDeletion(id),
                "closed" => Change::RemoveKeyPolicy(id),
                _ => Change::SetAccessKey(user.access_key_id.clone(), KeyStatus::Inactive),
            })
            .await;
    }
    let seeded = Inline { account: CUSTOMER.into(), owner: "by-role".into(), policy: "seeded".into() };
    cloud.apply(Change::RemoveRolePolicy(seeded)).await;
    let expected = projects.iter().map(|(project, _, reason, ..)| (*project, *reason));
    for (project, reason) in expected.chain([(by_role, "ACCESS_DENIED")]) {
        let standing = house.standing_in(project).await;
        assert_eq!((&standing["state"], &standing["reason"]), (&"INVALID".into(), &reason.into()), "{standing}");
        let got = house.get(&crate::house::path_of(project)).await.ok();
        assert_eq!((&got["awsKms"]["valid"], &got["awsKms"]["enabled"]), (&false.into(), &true.into()));
        assert_eq!(house.events_in(project).await, [UPDATED, KEY_INVALID, NO_LONGER_VALID]);
    }
    house.end().await;
}

async fn a_network_fault_changes_no_answer(database: Database) {
    let mut plan = Plan::watchful();
    plan.timings.check_deadline = Duration::from_secs(2);
    let house = House::open_as(database, plan).await;
    house.enable().await;
    let mut events = vec![UPDATED];
    for (kind, reason) in [
        (FaultKind::Reset, "CONNECTION_FAILED"),
        (FaultKind::Throttle, "THROTTLED"),
        (FaultKind::Http500, "PROVIDER_FAULT"),
        (FaultKind::Html, "UNEXPECTED_ANSWER"),
        (FaultKind::Timeout, "TIMED_OUT"),
    ] {
        house.cloud().fail("*", kind);
        assert!(valid(&house).await, "{kind:?}");
        assert!(valid(&house).await, "{kind:?} still");
        let standing = house.standing().await;
        assert_eq!((&standing["state"], &standing["reason"]), (&"UNKNOWN".into(), &reason.into()));
        assert_eq!(standing["lastDefiniteValid"], true);
        events.push(DENIED);
        assert_eq!(house.events().await, events, "{kind:?} is told once");
        house.cloud().mend();
        assert!(valid(&house).await);
        events.push(RESTORED);
        assert_eq!(house.events().await, events);
    }
    house.end().await;
}

async fn a_lost_key_stays_lost_while_the_network_is_down(database: Database) {
    let house = House::open_as(database, Plan::watchful()).await;
    house.enable().await;
    house.cloud().disable_key(&house.cloud().key).await;
    assert!(!valid(&house).await);
    house.cloud().fail("*", FaultKind::Reset);
    assert!(!valid(&house).await);
    assert_eq!(house.standing().await["state"], "UNKNOWN");
    house.cloud().mend();
    assert!(!valid(&house).await);
    house.cloud().enable_key(&house.cloud().key).await;
    assert!(valid(&house).await);
    let told = [UPDATED, KEY_INVALID, NO_LONGER_VALID, DENIED, RESTORED, KEY_VALID, IS_VALID];
    assert_eq!(house.events().await, told);
    house.end().await;
}

async fn a_hanging_provider_holds_no_reader_up(database: Database) {
    let mut plan = Plan::watchful();
    plan.timings.read_deadline = Duration::from_millis(200);
    plan.timings.check_deadline = Duration::from_secs(3);
    let house = House::open_as(database, plan).await;
    house.enable().await;
    house.cloud().fail("*", FaultKind::Timeout);
    let begun = std::time::Instant::now();
    assert!(valid(&house).await, "the last known answer");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let asked = house.cloud().requests("DescribeKey");
    let (one, two) = tokio::join!(valid(&house), valid(&house));
    assert!(one && two);
    assert_eq!(house.cloud().requests("DescribeKey"), asked, "one check at a time");
    until("the check ends at its own deadline", || async {
        house.standing().await["reason"] == "TIMED_OUT" && house.events().await == [UPDATED, DENIED]
    })
    .await;
    house.end().await;
}

async fn the_operators_own_fault_blames_no_customer(database: Database) {
    let first = House::open(database).await;
    let role = first.new_role(first.project, "atrest").await.id.to_string();
    first.patch(&first.cloud().role_payload(&role)).await.ok();
    let by_key = first.new_project("by-key").await;
    first.patch_in(by_key, &first.cloud().payload()).await.ok();
    let operator = first.cloud().operator.access_key_id.clone();
    first.cloud().apply(Change::SetAccessKey(operator.clone(), KeyStatus::Inactive)).await;
    // Another process has no session from before.
    let (org, project, key) = (first.org, first.project, first.owner.clone());
    let house = House::reopen(first.end().await, Plan::watchful(), org, project, key).await;
    for _ in 0..2 {
        assert!(valid(&house).await);
    }
    let standing = house.standing().await;
    assert_eq!((&standing["state"], &standing["reason"]), (&"UNKNOWN".into(), &"OPERATOR_IDENTITY_BROKEN".into()));
    assert_eq!(house.events().await, [UPDATED], "nothing is wrong with the customer's network either");
    assert_eq!(house.standing_in(by_key).await["state"], "VALID", "who needs no role of ours notices nothing");
    assert!(house.metrics().await.contains("atrest_operator_identity_broken 1"));

    house.cloud().apply(Change::SetAccessKey(operator, KeyStatus::Active)).await;
    assert!(valid(&house).await);
    assert_eq!(house.standing().await["state"], "VALID");
    assert!(house.metrics().await.contains("atrest_operator_identity_broken 0"));
    assert_eq!(house.events().await, [UPDATED]);
    house.end().await;
}

async fn an_invalid_key_can_only_be_mended_or_disabled(database: Database) {
    let house = House::open_as(database, Plan::watchful()).await;
    let cloud = house.cloud();
    let [first, second] = [cloud.new_user("one", USE_KEY).await, cloud.new_user("two", USE_KEY).await];
    let other = cloud.new_key("other").await;
    house.patch(&cloud.payload_with(&cloud.key.arn, &first)).await.ok();
    cloud.apply(Change::SetAccessKey(first.access_key_id.clone(), KeyStatus::Inactive)).await;
    assert!(!valid(&house).await);
    let mut told = vec![UPDATED, KEY_INVALID, NO_LONGER_VALID];
    assert_eq!(house.events().await, told);

    // Exchanged for another, it could never be told whether the old one comes back.
    let before = house.read().await.body;
    for change in [
        json!({"customerMasterKeyID": other.arn}),
        json!({"region": "US_WEST_2"}),
        json!({"customerMasterKeyID": other.arn, "accessKeyID": second.access_key_id, "secretAccessKey": second.expose_secret()}),
    ] {
        let got = house.patch(&json!({"awsKms": change})).await;
        got.is(400, "ENCRYPTION_AT_REST_SETTINGS_INVALID");
        assert!(got.detail().contains("only new credentials"), "{}", got.detail());
    }
    assert_eq!(house.read().await.body, before);
    assert_eq!(house.events().await, told);

    let corrected = json!({"awsKms": {"accessKeyID": second.access_key_id, "secretAccessKey": second.expose_secret()}});
    assert_eq!(house.patch(&corrected).await.ok()["awsKms"]["valid"], true);
    told.extend([UPDATED, KEY_VALID, IS_VALID]);
    assert_eq!(house.events().await, told);

    // Lost once more; wrong credentials do not help, disabling is allowed.
    cloud.disable_key(&cloud.key).await;
    assert!(!valid(&house).await);
    let back = json!({"awsKms": {"accessKeyID": first.access_key_id, "secretAccessKey": first.expose_secret()}});
    house.patch(&back).await.is(400, "INVALID_AWS_CREDENTIALS");
    let disabled = house.patch(&json!({"awsKms": {"enabled": false}})).await.ok();
    assert_eq!((&disabled["awsKms"]["enabled"], &disabled["awsKms"]["valid"]), (&false.into(), &false.into()));
    told.extend([KEY_INVALID, NO_LONGER_VALID, FAILED, UPDATED]);
    assert_eq!(house.events().await, told);
    assert_eq!(house.patch(&cloud.payload_with(&other.arn, &second)).await.ok()["awsKms"]["valid"], true);
    house.end().await;
}

async fn credentials_changed_in_the_dark_are_saved_and_proved_later(database: Database) {
    let house = House::open_as(database, Plan::watchful()).await;
    let cloud = house.cloud();
    let [good, bad] = [cloud.new_user("good", USE_KEY).await, cloud.new_user("bad", &["s3:GetObject"]).await];
    house.enable().await;
    let change = |user: &simulators::aws::AccessKeyPair| json!({"awsKms": {"accessKeyID": user.access_key_id, "secretAccessKey": user.expose_secret()}});
    // While we believe to know, a change that cannot be proved is refused.
    cloud.fail("*", FaultKind::Reset);
    house.patch(&change(&good)).await.is(400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED");
    assert!(valid(&house).await);
    let mut told = vec![UPDATED, FAILED, DENIED];
    assert_eq!(house.events().await, told);

    // Now it is Unknown: other credentials for the same key are taken in, another key is not.
    let got = house.patch(&change(&good)).await.ok();
    assert_eq!(
        (&got["awsKms"]["accessKeyID"], &got["awsKms"]["valid"]),
        (&good.access_key_id.as_str().into(), &true.into())
    );
    told.push(UPDATED);
    assert_eq!(house.standing().await["state"], "UNKNOWN");
    let other = cloud.new_key("other").await;
    let another = json!({"awsKms": {"customerMasterKeyID": other.arn}});
    house.patch(&another).await.is(400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED");
    told.push(FAILED);
    cloud.mend();
    assert!(valid(&house).await);
    told.extend([RESTORED, SUCCEEDED]);
    assert_eq!(house.events().await, told);

    // Wrong ones are found out as soon as AWS can be asked.
    cloud.fail("*", FaultKind::Reset);
    assert!(valid(&house).await);
    house.patch(&change(&bad)).await.ok();
    told.extend([DENIED, UPDATED]);
    cloud.mend();
    assert!(!valid(&house).await);
    told.extend([RESTORED, KEY_INVALID, NO_LONGER_VALID, FAILED]);
    assert_eq!(house.events().await, told);
    assert_eq!(house.standing().await["reason"], "ACCESS_DENIED");
    house.patch(&change(&good)).await.ok();
    assert!(valid(&house).await);
    house.end().await;
}

async fn many_keys_lost_at_once_are_held(database: Database) {
    let house = House::open_as(database, Plan::sweeping()).await;
    let cloud = house.cloud();
    let mut projects = Vec::new();
    for number in 0..6 {
        let project = house.new_project(&format!("p{number}")).await;
        let key = cloud.new_key(&format!("k{number}")).await;
        house.patch_in(project, &cloud.payload_with(&key.arn, &cloud.user)).await.ok();
        projects.push((project, key));
    }
    for (_, key) in &projects {
        cloud.disable_key(key).await;
    }
    for (project, _) in &projects {
        until("the key is held", || async { house.standing_in(*project).await["state"] == "UNKNOWN" }).await;
        let standing = house.standing_in(*project).await;
        assert_eq!(
            (&standing["lastDefiniteValid"], &standing["reason"]),
            (&true.into(), &"MANY_KEYS_FAILED_AT_ONCE".into())
        );
        assert_eq!(house.get(&crate::house::path_of(*project)).await.ok()["awsKms"]["valid"], true);
        assert_eq!(house.events_in(*project).await, [UPDATED], "nobody is told that a key is lost");
    }
    // One comes back within the minute, the others stay away.
    let (back, key) = &projects[0];
    cloud.enable_key(key).await;
    house.pass(Duration::from_secs(61));
    until("the key is found well", || async { house.standing_in(*back).await["state"] == "VALID" }).await;
    assert_eq!(house.events_in(*back).await, [UPDATED]);
    for (project, _) in &projects[1..] {
        until("the key is given up", || async { house.standing_in(*project).await["state"] == "INVALID" }).await;
        assert_eq!(house.events_in(*project).await, [UPDATED, KEY_INVALID, NO_LONGER_VALID]);
    }
    house.end().await;
}

async fn projects_that_share_a_key_and_its_credentials_share_its_checks(database: Database) {
    const EVERY: Duration = Duration::from_secs(100);
    let mut plan = Plan::default();
    plan.timings.check_every = EVERY;
    let house = House::open_as(database, plan).await;
    let cloud = house.cloud();
    let mut projects = vec![house.project];
    for number in 0..5 {
        projects.push(house.new_project(&format!("p{number}")).await);
    }
    for project in &projects {
        house.patch_in(*project, &cloud.payload()).await.ok();
    }
    let other = house.new_project("other").await;
    let key = cloud.new_key("other").await;
    house.patch_in(other, &cloud.payload_with(&key.arn, &cloud.user)).await.ok();
    let enabled_at = house.control.now();
    let asked = cloud.requests("Encrypt");
    house.pass(EVERY * 6 / 5);
    for project in projects.iter().chain([&other]) {
        until("the key was checked again", || async {
            let checked = house.store.project_snapshot(*project).await.unwrap().unwrap();
            let at = checked.validities.values().next().unwrap().validity.checked_at.unwrap();
            at.since(enabled_at) > EVERY / 2
        })
        .await;
        assert_eq!(house.standing_in(*project).await["state"], "VALID");
    }
    assert_eq!(cloud.requests("Encrypt") - asked, 2, "one check for the six, one for the seventh");
    house.end().await;
}

on_both_engines! {
    a_disabled_key_is_invalid_until_it_is_enabled_again
    one_refusal_alone_counts_for_nothing
    changes_and_checks_at_once_tell_the_truth
    the_sweep_finds_out_by_itself
    each_definitive_reason_is_told
    a_network_fault_changes_no_answer
    a_lost_key_stays_lost_while_the_network_is_down
    a_hanging_provider_holds_no_reader_up
    the_operators_own_fault_blames_no_customer
    an_invalid_key_can_only_be_mended_or_disabled
    credentials_changed_in_the_dark_are_saved_and_proved_later
    many_keys_lost_at_once_are_held
    projects_that_share_a_key_and_its_credentials_share_its_checks
}
