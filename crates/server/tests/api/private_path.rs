//! How key calls leave once a private endpoint is active: by it and no other way, whatever becomes of it (product.md
//! 5.3). The clouds count what reaches them at their public and at their private addresses.

use std::time::{Duration, Instant};

use control::master_key::MasterKeyError;
use domain::id::ProjectId;
use domain::master_key::MasterKeyId;
use domain::master_key::lease::NoKey;
use domain::node::NodeRole;
use serde_json::json;
use simulators::{FaultKind, FaultRule, Provider};

use crate::cloud::KeyCalls;
use crate::cloud::azure::WRONG_SECRET;
use crate::cloud::networks::AZURE_EAST_2;
use crate::database::Database;
use crate::endpoints::{AWS, AZURE, member};
use crate::fleet::{Member, Refusal};
use crate::house::{House, Plan, until};
use crate::on_both_engines;
use crate::private_consequences::hosted;

on_both_engines! {
    a_thousand_key_calls_to_azure_leave_privately_and_none_publicly
    a_thousand_key_calls_to_aws_leave_privately_and_none_publicly
    an_endpoint_cut_off_is_lived_through_and_nothing_goes_public
    without_its_last_endpoint_a_key_is_out_of_reach_and_not_public
    the_key_and_its_credentials_rotate_over_the_private_path
    former_keys_are_rewrapped_over_the_private_path
    a_public_call_under_way_is_given_up_when_the_path_turns_private
    giving_private_networking_up_is_proven_publicly
    what_a_private_check_finds_says_nothing_about_public_projects
}

const MINUTE: Duration = Duration::from_secs(60);

/// How many key calls to a provider have come publicly, and how many by private endpoints.
fn calls(house: &House, provider: &str) -> (u64, u64) {
    let cloud = if provider == AWS { Provider::Aws } else { Provider::Azure };
    let KeyCalls { public, private } = house.cloud().key_calls(cloud);
    (public, private.iter().sum())
}

/// The region that a provider's first endpoint is in.
fn region(provider: &str) -> &'static str {
    if provider == AWS { "US_EAST_1" } else { "US_EAST_2" }
}

/// Opens a house that requires private networking, with a cluster `c` beside its key and a node of it.
async fn open(database: Database, plan: Plan, provider: &str) -> (House, Member) {
    let house = if provider == AWS {
        House::open_as(database, plan).await
    } else {
        House::open_everywhere_as(database, plan).await
    };
    house.require_private(provider).await;
    let place = format!("{provider}:{}", region(provider));
    let path = format!("/api/atlas/v2/groups/{}/clusters", house.project);
    let got = house.ask("POST", &path).json(&hosted("c", provider, &[&place])).send().await;
    assert_eq!(got.status, 201, "{}", got.text());
    let node = house.new_member(house.project, "c", "n1", NodeRole::Client).await;
    (house, node)
}

/// Has the first endpoint made, and gives its id when every process has had the second in which to notice.
async fn engaged(house: &House, provider: &str) -> String {
    let id = house.active_endpoint(provider, region(provider)).await;
    let since = Instant::now();
    let alone = house.ground.database.is_sqlite();
    until("every process knows", || async { alone || since.elapsed() >= Duration::from_secs(1) }).await;
    id
}

/// Has every release ask the provider, and every read check the key.
fn forgetful() -> Plan {
    let mut plan = Plan::watchful();
    plan.timings.lease_max = Duration::ZERO;
    plan.timings.outage_grace = Duration::ZERO;
    plan
}

async fn standing(house: &House, provider: &str) -> (String, Option<String>) {
    let standing = house.standings_in(house.project).await.swap_remove(usize::from(provider == AZURE));
    let text = |member: &str| standing[member].as_str().map(str::to_owned);
    (text("state").unwrap(), text("reason"))
}

fn away<T>() -> Result<T, Refusal> {
    Err(Refusal(MasterKeyError::NoKey(NoKey::ProviderAway)))
}

async fn a_thousand_key_calls_to_azure_leave_privately_and_none_publicly(database: Database) {
    a_thousand_key_calls(database, AZURE).await;
}

async fn a_thousand_key_calls_to_aws_leave_privately_and_none_publicly(database: Database) {
    a_thousand_key_calls(database, AWS).await;
}

async fn a_thousand_key_calls(database: Database, provider: &str) {
    let (house, node) = open(database, forgetful(), provider).await;
    let first = house.new_active_key(&node).await;
    let bytes = house.fetch(&node, first).await.unwrap();
    assert!(calls(&house, provider).0 > 0, "until then key calls are public");
    assert_eq!(calls(&house, provider).1, 0);
    engaged(&house, provider).await;
    let (public, mut private) = calls(&house, provider);

    let options = json!({member(provider): {"requirePrivateNetworking": true}, "enabledForSearchNodes": true});
    let credentials = house.private_payload(provider);
    while private < 1000 {
        // A release, a new key, a check, a change that only says the same, and one with the credentials again.
        assert_eq!(house.fetch(&node, first).await.as_ref(), Ok(&bytes));
        let made = house.new_active_key(&node).await;
        house.fetch(&node, made).await.unwrap();
        assert_eq!(house.read().await.ok()[member(provider)]["valid"], true);
        house.patch(&options).await.ok();
        house.patch(&credentials).await.ok();
        let now = calls(&house, provider);
        assert_eq!(now.0, public, "after {} private calls", now.1);
        assert!(now.1 > private, "the calls are counted");
        private = now.1;
    }
    house.end().await;
}

async fn an_endpoint_cut_off_is_lived_through_and_nothing_goes_public(database: Database) {
    let mut plan = Plan::sweeping();
    plan.timings.outage_grace = 15 * MINUTE;
    let (house, node) = open(database, plan, AZURE).await;
    let id = house.new_active_key(&node).await;
    let endpoint = engaged(&house, AZURE).await;
    let bytes = house.fetch(&node, id).await.unwrap();
    until("it is valid", || async { standing(&house, AZURE).await.0 == "VALID" }).await;
    let (public, _) = calls(&house, AZURE);

    assert!(house.cloud().clouds.cut(Provider::Azure, AZURE_EAST_2.0));
    until("checks find nothing out", || async { standing(&house, AZURE).await.0 == "UNKNOWN" }).await;
    assert_eq!(house.read().await.ok()["azureKeyVault"]["valid"], true, "the last definite answer stays");
    // Past its lease, within its grace.
    house.pass(6 * MINUTE);
    assert_eq!(house.fetch(&node, id).await.as_ref(), Ok(&bytes));
    house.pass(10 * MINUTE);
    assert_eq!(house.fetch(&node, id).await, away());
    let got = house.set_required(AZURE, false).await;
    got.is(400, "CANNOT_DISABLE_ENCRYPTION_AT_REST_REQUIRE_PRIVATE_NETWORKING_WHILE_PRIVATE_ENDPOINTS_EXIST");
    let other = house.cloud().azure().new_key("second").await;
    let got = house.patch(&json!({"azureKeyVault": {"keyIdentifier": other.id}})).await;
    got.is(400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED");
    assert_eq!(calls(&house, AZURE).0, public, "nothing goes public");

    assert!(house.cloud().clouds.mend(Provider::Azure, AZURE_EAST_2.0));
    assert_eq!(house.endpoint(AZURE, &endpoint).await.ok()["status"], "ACTIVE");
    until("it is back by itself", || async { standing(&house, AZURE).await.0 == "VALID" }).await;
    until("keys are served again", || async { house.fetch(&node, id).await.as_ref() == Ok(&bytes) }).await;
    assert_eq!(calls(&house, AZURE).0, public, "nor does it then");
    house.end().await;
}

async fn without_its_last_endpoint_a_key_is_out_of_reach_and_not_public(database: Database) {
    for provider in [AZURE, AWS] {
        let database = if database.is_sqlite() { Database::sqlite() } else { Database::postgres().await };
        let (house, node) = open(database, forgetful(), provider).await;
        let id = house.new_active_key(&node).await;
        let endpoint = engaged(&house, provider).await;
        house.fetch(&node, id).await.unwrap();
        let before = calls(&house, provider);
        assert_eq!(house.delete_endpoint(provider, &endpoint).await.status, 204);
        // From the moment it is being deleted.
        until("the last call is over", || async { house.fetch(&node, id).await == away() }).await;
        house.until_gone(provider, &endpoint).await;
        let unreachable = ("UNKNOWN".to_owned(), Some("NO_PRIVATE_ENDPOINT".to_owned()));
        assert_eq!(standing(&house, provider).await, unreachable);
        assert_eq!(house.read().await.ok()[member(provider)]["valid"], true, "the last definite answer stays");
        assert_eq!(house.fetch(&node, id).await, away());
        assert_eq!(calls(&house, provider).0, before.0, "nothing goes public");
        // Another one, and it goes on.
        engaged(&house, provider).await;
        until("keys are served again", || async { house.fetch(&node, id).await.is_ok() }).await;
        assert_eq!(standing(&house, provider).await, ("VALID".to_owned(), None));
        assert_eq!(calls(&house, provider).0, before.0);
        house.end().await;
    }
}

async fn the_key_and_its_credentials_rotate_over_the_private_path(database: Database) {
    let (house, node) = open(database, Plan::watchful(), AZURE).await;
    let id = house.new_active_key(&node).await;
    let bytes = house.fetch(&node, id).await.unwrap();
    engaged(&house, AZURE).await;
    house.cloud().azure().set_public(false).await;
    let (public, _) = calls(&house, AZURE);
    let customer = house.cloud().azure();

    let second = customer.new_key("second").await;
    let got = house.patch(&json!({"azureKeyVault": {"keyIdentifier": second.id}})).await.ok();
    assert_eq!(
        (&got["azureKeyVault"]["valid"], &got["azureKeyVault"]["keyIdentifier"]),
        (&true.into(), &json!(second.id))
    );
    let secret = customer.azure.create_secret(&customer.user.client_id, "second", None).await.unwrap();
    let got = house.patch(&json!({"azureKeyVault": {"secret": secret.expose_secret()}})).await.ok();
    assert_eq!(got["azureKeyVault"]["valid"], true);
    let got = house.patch(&json!({"azureKeyVault": {"secret": WRONG_SECRET}})).await;
    assert_eq!(got.status, 400, "{}", got.text());
    assert_eq!(house.fetch(&node, id).await, Ok(bytes));
    assert_eq!(calls(&house, AZURE).0, public);
    house.end().await;
}

async fn former_keys_are_rewrapped_over_the_private_path(database: Database) {
    for provider in [AZURE, AWS] {
        let database = if database.is_sqlite() { Database::sqlite() } else { Database::postgres().await };
        let (house, node) = open(database, forgetful(), provider).await;
        let mut keys: Vec<(MasterKeyId, Vec<u8>)> = Vec::new();
        for _ in 0..12 {
            let id = house.new_active_key(&node).await;
            keys.push((id, house.fetch(&node, id).await.unwrap()));
        }
        engaged(&house, provider).await;
        if provider == AZURE {
            house.cloud().azure().set_public(false).await;
        }
        let (public, private) = calls(&house, provider);
        let second = if provider == AWS {
            json!({"awsKms": {"customerMasterKeyID": house.cloud().new_key("second").await.arn}})
        } else {
            json!({"azureKeyVault": {"keyIdentifier": house.cloud().azure().new_key("second").await.id}})
        };
        house.patch(&second).await.ok();
        until("the rotation is finished", || async {
            let (rotations, _) = house.store.rotations_of_project(house.project, 0, 1).await.unwrap();
            rotations[0].finished_at.is_some()
        })
        .await;
        for (id, bytes) in &keys {
            let stored = house.store.master_key(*id).await.unwrap().unwrap();
            assert_eq!(stored.wrapped.as_ref().unwrap().customer_key.stored(), 2);
            assert_eq!(house.fetch(&node, *id).await.as_ref(), Ok(bytes));
        }
        let now = calls(&house, provider);
        assert_eq!(now.0, public, "{provider}");
        assert!(now.1 >= private + 3 * 12, "each was unwrapped, wrapped and unwrapped again: {now:?}");
        house.end().await;
    }
}

async fn a_public_call_under_way_is_given_up_when_the_path_turns_private(database: Database) {
    let (house, node) = open(database, forgetful(), AZURE).await;
    let id = house.new_active_key(&node).await;
    let bytes = house.fetch(&node, id).await.unwrap();
    let waiting = house.new_endpoint(AZURE, "US_EAST_2").await;
    let pending = house.until_status(AZURE, &waiting, "PENDING_ACCEPTANCE").await;
    // No answer to the next call for a minute, which is longer than anybody waits.
    house.cloud().clouds.faults().push(FaultRule::azure("Decrypt", FaultKind::Timeout).times(1)).unwrap();
    let (before, _) = calls(&house, AZURE);
    let turning = async {
        until("the call has left", || async { calls(&house, AZURE).0 > before }).await;
        house.cloud().azure().approve(crate::endpoints::connection_of(&pending)).await;
        house.until_status(AZURE, &waiting, "ACTIVE").await;
        Instant::now()
    };
    let fetched = async { (house.fetch(&node, id).await, Instant::now()) };
    let (turned, (fetched, at)) = tokio::join!(turning, fetched);
    assert_eq!(fetched, Ok(bytes), "it was made again, privately");
    assert!(at.saturating_duration_since(turned) < Duration::from_secs(5), "and soon");
    house.end().await;
}

async fn giving_private_networking_up_is_proven_publicly(database: Database) {
    let (house, node) = open(database, forgetful(), AZURE).await;
    let id = house.new_active_key(&node).await;
    let endpoint = engaged(&house, AZURE).await;
    house.cloud().azure().set_public(false).await;
    assert_eq!(house.delete_endpoint(AZURE, &endpoint).await.status, 204);
    house.until_gone(AZURE, &endpoint).await;
    let (public, _) = calls(&house, AZURE);
    house.set_required(AZURE, false).await.is(400, "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED");
    let proof = calls(&house, AZURE).0;
    assert!(proof > public);
    // It is as private as before.
    assert_eq!(house.fetch(&node, id).await, away());
    assert_eq!(calls(&house, AZURE).0, proof);

    house.cloud().azure().set_public(true).await;
    assert_eq!(house.fetch(&node, id).await, away(), "nor does an open vault change that");
    assert_eq!(house.set_required(AZURE, false).await.ok()["azureKeyVault"]["valid"], true);
    until("keys are served again", || async { house.fetch(&node, id).await.is_ok() }).await;
    house.end().await;
}

async fn what_a_private_check_finds_says_nothing_about_public_projects(database: Database) {
    let house = House::open_everywhere_as(database, Plan::sweeping()).await;
    // The same key with the same credentials, in two projects.
    let public = house.new_project("public").await;
    house.patch_in(public, &house.cloud().azure().payload()).await.ok();
    house.require_private(AZURE).await;
    engaged(&house, AZURE).await;
    let states = async || {
        let mut states = Vec::new();
        for project in [house.project, public] {
            let standing: ProjectId = project;
            let told = house.standings_in(standing).await.swap_remove(1);
            states.push(told["state"].as_str().unwrap().to_owned());
        }
        states
    };
    until("both are valid", || async { states().await == ["VALID", "VALID"] }).await;
    house.cloud().azure().set_public(false).await;
    until("only the public one is unknown", || async { states().await == ["VALID", "UNKNOWN"] }).await;
    house.cloud().azure().set_public(true).await;
    assert!(house.cloud().clouds.cut(Provider::Azure, AZURE_EAST_2.0));
    until("only the private one is unknown", || async { states().await == ["UNKNOWN", "VALID"] }).await;
    assert!(house.cloud().clouds.mend(Provider::Azure, AZURE_EAST_2.0));
    until("both are valid again", || async { states().await == ["VALID", "VALID"] }).await;
    house.end().await;
}

/// Two processes on one PostgreSQL: what one makes active, the other follows within a second.
#[tokio::test]
async fn another_process_follows_within_a_second() {
    let (one, node) = open(Database::postgres().await, forgetful(), AZURE).await;
    let two = one.replica(forgetful()).await;
    let id = one.new_active_key(&node).await;
    let (before, none) = calls(&two, AZURE);
    two.fetch(&node, id).await.unwrap();
    assert!(calls(&two, AZURE).0 > before && none == 0, "the other one calls publicly now");
    // It goes on calling all the while.
    let waiting = one.new_endpoint(AZURE, "US_EAST_2").await;
    let pending = one.until_status(AZURE, &waiting, "PENDING_ACCEPTANCE").await;
    one.cloud().azure().approve(crate::endpoints::connection_of(&pending)).await;
    let active = async {
        one.until_status(AZURE, &waiting, "ACTIVE").await;
        Instant::now()
    };
    let turned = {
        tokio::pin!(active);
        loop {
            tokio::select! {
                biased;
                turned = &mut active => break turned,
                fetched = two.fetch(&node, id) => { fetched.unwrap(); }
            }
        }
    };
    // Twice that, as a machine under test is busy with other things too.
    while turned.elapsed() < Duration::from_secs(2) {
        two.fetch(&node, id).await.unwrap();
    }
    let (public, private) = calls(&two, AZURE);
    assert!(private > 0);
    for _ in 0..50 {
        two.fetch(&node, id).await.unwrap();
    }
    let now = calls(&two, AZURE);
    assert_eq!(now.0, public, "no public call a second later");
    assert!(now.1 >= private + 50);
    two.end().await;
    one.end().await;
}
