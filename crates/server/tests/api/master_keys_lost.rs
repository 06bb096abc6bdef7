//! What nodes get of their master keys when the customer's key is withdrawn, when its provider is out of reach, and
//! when many ask at once.

use std::time::Duration;

use control::master_key::{Cipher, MasterKeyError, Mode};
use domain::master_key::MasterKeyId;
use domain::master_key::attribute::Attribute;
use domain::master_key::lease::NoKey;
use domain::master_key::locate::Criteria;
use domain::master_key::state::State;
use domain::master_key::usage::UseRefusal;
use domain::node::NodeRole;
use domain::secret::SecretSlice;
use simulators::{FaultKind, FaultRule};
use tokio::task::JoinSet;

use crate::cloud::{USE_KEY, azure};
use crate::database::Database;
use crate::fleet::{Member, Refusal};
use crate::house::{House, Plan, until};
use crate::on_both_engines;

on_both_engines! {
    a_lost_customer_key_stops_its_nodes_and_no_others
    a_loss_at_each_provider_is_told_and_mended
    a_refusal_that_no_check_confirms_passes
    an_outage_is_lived_through_for_a_while_and_never_told_as_a_loss
    with_no_grace_an_outage_ends_with_the_lease
    an_outage_does_not_bring_a_lost_key_back
    a_lease_that_is_over_asks_the_provider_again
    many_who_want_one_key_cause_one_unwrap
    a_storm_for_many_keys_unwraps_each_once
    other_credentials_end_every_lease
    nothing_is_made_under_a_lost_key
    a_key_under_a_former_customer_key_follows_that_one
}

const MINUTE: Duration = Duration::from_secs(60);

/// A house whose first project uses AWS, with an encrypted cluster `c` and a node of it.
async fn open(database: Database, plan: Plan) -> (House, Member) {
    let house = House::open_as(database, plan).await;
    house.enable().await;
    house.new_cluster(house.project, "c", "AWS").await;
    let node = house.new_member(house.project, "c", "n1", NodeRole::Mongod).await;
    (house, node)
}

/// The same people in the next process, which remembers nothing.
async fn cold(house: House, plan: Plan) -> House {
    let (org, project, owner) = (house.org, house.project, house.owner.clone());
    House::reopen(house.end().await, plan, org, project, owner).await
}

fn no_key<T>(no_key: NoKey) -> Result<T, Refusal> {
    Err(Refusal(MasterKeyError::NoKey(no_key)))
}

#[track_caller]
fn is_lost(got: Result<Vec<u8>, Refusal>) {
    let lost = matches!(got, Err(Refusal(MasterKeyError::NoKey(NoKey::CustomerKeyLost { .. }))));
    assert!(lost, "{:?}", got.map(|_| "a key"));
}

/// Waits until what is told has reached this process: at most a second.
async fn told(house: &House, node: &Member, id: MasterKeyId, expected: State) {
    until("it is told", || async { house.state(node, id).await == Ok(expected) }).await;
}

async fn a_lost_customer_key_stops_its_nodes_and_no_others(database: Database) {
    let (house, node) = open(database, Plan::watchful()).await;
    let second = house.new_project("second").await;
    let (key, user) = (house.cloud().new_key("second").await, house.cloud().new_user("second", USE_KEY).await);
    house.patch_in(second, &house.cloud().payload_with(&key.arn, &user)).await.ok();
    house.new_cluster(second, "c", "AWS").await;
    let other = house.new_member(second, "c", "n1", NodeRole::Mongod).await;
    let (id, theirs) = (house.new_active_key(&node).await, house.new_active_key(&other).await);
    let (bytes, their_bytes) = (house.fetch(&node, id).await.unwrap(), house.fetch(&other, theirs).await.unwrap());

    house.cloud().disable_key(&house.cloud().key).await;
    told(&house, &node, id, State::Deactivated).await;
    is_lost(house.fetch(&node, id).await);
    let cipher = Cipher { mode: Mode::CbcPkcs5, iv: Some(&[0; 16]), aad: &[] };
    let lost = |error: control::Error| {
        let refusal = Refusal::of(error).0;
        assert!(matches!(refusal, MasterKeyError::NoKey(NoKey::CustomerKeyLost { .. })), "{refusal:?}");
    };
    let data = SecretSlice::copied(&[1; 16]);
    lost(house.control.encrypt_with_master_key(node.asking(), id, cipher, &data).await.unwrap_err());
    lost(house.control.decrypt_with_master_key(node.asking(), id, cipher, &[1; 16], None).await.unwrap_err());
    let active = Criteria { attributes: vec![Attribute::State(State::Active)], ..Criteria::default() };
    assert_eq!(house.control.locate_master_keys(node.asking(), &active).await.unwrap().ids, []);
    let stored = house.control.master_key_attributes(node.asking(), id, false).await.unwrap();
    assert_eq!(stored.key.key.life.state, State::Active, "what is stored is another thing");
    assert_eq!(house.fetch(&other, theirs).await, Ok(their_bytes));
    assert_eq!(house.state(&other, theirs).await, Ok(State::Active));

    house.cloud().enable_key(&house.cloud().key).await;
    told(&house, &node, id, State::Active).await;
    assert_eq!(house.fetch(&node, id).await, Ok(bytes), "with nothing else to do");
    house.end().await;
}

async fn a_loss_at_each_provider_is_told_and_mended(database: Database) {
    let house = House::open_everywhere_as(database, Plan::watchful()).await;
    house.patch(&house.cloud().whole_payload()).await.ok();
    let mut nodes = Vec::new();
    for provider in ["AWS", "AZURE", "GCP"] {
        let cluster = provider.to_lowercase();
        house.new_cluster(house.project, &cluster, provider).await;
        let node = house.new_member(house.project, &cluster, "n1", NodeRole::Mongod).await;
        let id = house.new_active_key(&node).await;
        let bytes = house.fetch(&node, id).await.unwrap();
        nodes.push((node, id, bytes));
    }
    let (azure, google) = (house.cloud().azure(), house.cloud().google());
    for lost in 0..3 {
        match lost {
            0 => house.cloud().disable_key(&house.cloud().key).await,
            1 => azure.apply(simulators::azure::Change::DisableKey(azure::version(&azure.key))).await,
            _ => google.apply(simulators::gcp::Change::DisableVersion(google.version())).await,
        }
        for (place, (node, id, bytes)) in nodes.iter().enumerate() {
            if place == lost {
                told(&house, node, *id, State::Deactivated).await;
                is_lost(house.fetch(node, *id).await);
            } else {
                assert_eq!(house.state(node, *id).await, Ok(State::Active), "{lost} {place}");
                assert_eq!(house.fetch(node, *id).await.as_ref(), Ok(bytes), "{lost} {place}");
            }
        }
        match lost {
            0 => house.cloud().enable_key(&house.cloud().key).await,
            1 => azure.apply(simulators::azure::Change::EnableKey(azure::version(&azure.key))).await,
            _ => google.apply(simulators::gcp::Change::EnableVersion(google.version())).await,
        }
        let (node, id, bytes) = &nodes[lost];
        told(&house, node, *id, State::Active).await;
        assert_eq!(house.fetch(node, *id).await.as_ref(), Ok(bytes));
    }
    house.end().await;
}

async fn a_refusal_that_no_check_confirms_passes(database: Database) {
    let (house, node) = open(database, Plan::default()).await;
    let id = house.new_active_key(&node).await;
    let house = cold(house, Plan::default()).await;
    house.cloud().clouds.faults().push(FaultRule::aws("Decrypt", FaultKind::Deny).times(1)).unwrap();
    assert_eq!(house.fetch(&node, id).await, no_key(NoKey::Unconfirmed));
    assert!(house.fetch(&node, id).await.is_ok());
    assert_eq!(house.state(&node, id).await, Ok(State::Active));
    house.end().await;
}

async fn an_outage_is_lived_through_for_a_while_and_never_told_as_a_loss(database: Database) {
    let (house, node) = open(database, Plan::watchful()).await;
    let id = house.new_active_key(&node).await;
    let never = house.new_active_key(&node).await;
    let bytes = house.fetch(&node, id).await.unwrap();
    assert_eq!(house.state(&node, id).await, Ok(State::Active));
    house.cloud().fail("*", FaultKind::Reset);
    // Within the lease nobody is asked; past it the grace holds.
    for minutes in [1, 3, 2, 8] {
        house.pass(minutes * MINUTE);
        assert_eq!(house.fetch(&node, id).await.as_ref(), Ok(&bytes), "{minutes} more minutes");
        assert_eq!(house.state(&node, id).await, Ok(State::Active));
    }
    house.pass(MINUTE);
    assert_eq!(house.fetch(&node, id).await, no_key(NoKey::ProviderAway));
    assert_eq!(house.state(&node, id).await, Err(Refusal(MasterKeyError::Untold)));
    let active = Criteria { attributes: vec![Attribute::State(State::Active)], ..Criteria::default() };
    let located = house.control.locate_master_keys(node.asking(), &active).await;
    assert_eq!(Refusal::of(located.unwrap_err()), Refusal(MasterKeyError::Untold), "leaving it out would be a lie");
    assert_eq!(house.control.locate_master_keys(node.asking(), &Criteria::default()).await.unwrap().total, 2);
    assert_eq!(house.fetch(&node, never).await, no_key(NoKey::ProviderAway));
    house.pass_everywhere(Duration::from_secs(5));
    assert_eq!(house.fetch(&node, id).await, Ok(bytes));
    told(&house, &node, id, State::Active).await;
    house.end().await;
}

async fn with_no_grace_an_outage_ends_with_the_lease(database: Database) {
    let mut plan = Plan::default();
    (plan.timings.lease_max, plan.timings.outage_grace) = (2 * MINUTE, Duration::ZERO);
    let (house, node) = open(database, plan).await;
    let id = house.new_active_key(&node).await;
    house.cloud().fail("*", FaultKind::Reset);
    house.pass(MINUTE);
    assert!(house.fetch(&node, id).await.is_ok());
    house.pass(MINUTE);
    assert_eq!(house.fetch(&node, id).await, no_key(NoKey::ProviderAway));
    house.end().await;
}

async fn an_outage_does_not_bring_a_lost_key_back(database: Database) {
    let (house, node) = open(database, Plan::watchful()).await;
    let id = house.new_active_key(&node).await;
    house.cloud().disable_key(&house.cloud().key).await;
    told(&house, &node, id, State::Deactivated).await;
    house.cloud().fail("*", FaultKind::Reset);
    house.checked(house.project).await;
    assert_eq!(house.state(&node, id).await, Ok(State::Deactivated));
    is_lost(house.fetch(&node, id).await);
    house.pass(60 * MINUTE);
    is_lost(house.fetch(&node, id).await);
    assert_eq!(house.state(&node, id).await, Ok(State::Deactivated));
    house.end().await;
}

async fn a_lease_that_is_over_asks_the_provider_again(database: Database) {
    let (house, node) = open(database, Plan::default()).await;
    let id = house.new_active_key(&node).await;
    let asked = |house: &House| house.cloud().requests("Decrypt");
    let before = asked(&house);
    for _ in 0..20 {
        house.fetch(&node, id).await.unwrap();
    }
    assert_eq!(asked(&house), before, "memory served");
    house.pass_everywhere(5 * MINUTE);
    for _ in 0..20 {
        house.fetch(&node, id).await.unwrap();
    }
    assert_eq!(asked(&house), before + 1);
    // Lost meanwhile, and nobody has checked: whoever asks past the lease finds out.
    house.cloud().disable_key(&house.cloud().key).await;
    assert!(house.fetch(&node, id).await.is_ok(), "within the lease, and not confirmed");
    house.pass_everywhere(5 * MINUTE);
    assert_eq!(house.fetch(&node, id).await, no_key(NoKey::Unconfirmed));
    until("it is confirmed", || async {
        let got = house.fetch(&node, id).await;
        matches!(got, Err(Refusal(MasterKeyError::NoKey(NoKey::CustomerKeyLost { .. }))))
    })
    .await;
    house.end().await;
}

async fn many_who_want_one_key_cause_one_unwrap(database: Database) {
    let (house, node) = open(database, Plan::default()).await;
    let id = house.new_active_key(&node).await;
    let bytes = house.fetch(&node, id).await.unwrap();
    let house = cold(house, Plan::default()).await;
    house.cloud().clouds.faults().push(FaultRule::aws("Decrypt", FaultKind::Latency).latency_ms(100)).unwrap();
    let before = house.cloud().requests("Decrypt");
    let mut fetches = JoinSet::new();
    for _ in 0..1000 {
        let (control, node) = (house.control.clone(), node.shared());
        fetches.spawn(async move {
            let released = control.release_master_key(node.asking(), id).await.unwrap();
            released.material.expose().to_vec()
        });
    }
    assert!(fetches.join_all().await.iter().all(|fetched| *fetched == bytes));
    assert_eq!(house.cloud().requests("Decrypt"), before + 1);
    house.end().await;
}

async fn a_storm_for_many_keys_unwraps_each_once(database: Database) {
    let mut plan = Plan::default();
    plan.timings.unwraps_at_once = 4;
    let (house, node) = open(database, plan.clone()).await;
    let mut ids = Vec::new();
    for _ in 0..60 {
        ids.push(house.new_active_key(&node).await);
    }
    let house = cold(house, plan).await;
    let before = house.cloud().requests("Decrypt");
    let mut fetches = JoinSet::new();
    for id in ids.iter().chain(&ids).copied() {
        let (control, node) = (house.control.clone(), node.shared());
        fetches.spawn(async move { control.release_master_key(node.asking(), id).await.map(drop) });
    }
    let lost = fetches.join_all().await.into_iter().filter_map(Result::err).count();
    assert_eq!((lost, house.cloud().requests("Decrypt")), (0, before + 60));
    house.end().await;
}

async fn other_credentials_end_every_lease(database: Database) {
    let (house, node) = open(database, Plan::default()).await;
    let id = house.new_active_key(&node).await;
    let bytes = house.fetch(&node, id).await.unwrap();
    let user = house.cloud().new_user("other", USE_KEY).await;
    house.patch(&house.cloud().payload_with(&house.cloud().key.arn, &user)).await.ok();
    let before = house.cloud().requests("Decrypt");
    until("what was written is read", || async {
        assert_eq!(house.fetch(&node, id).await.as_ref(), Ok(&bytes));
        house.cloud().requests("Decrypt") > before
    })
    .await;
    house.end().await;
}

async fn nothing_is_made_under_a_lost_key(database: Database) {
    let (house, node) = open(database, Plan::watchful()).await;
    let id = house.new_active_key(&node).await;
    let make = async || {
        let object = domain::master_key::ObjectType::SymmetricKey;
        let made = house.control.create_master_key(node.asking(), object, crate::fleet::aes(&[])).await;
        made.map(|made| made.key.id).map_err(Refusal::of)
    };
    let count = async || {
        let located = house.control.locate_master_keys(node.asking(), &Criteria::default()).await;
        located.unwrap().total
    };
    house.cloud().fail("*", FaultKind::Reset);
    assert_eq!(make().await, no_key(NoKey::ProviderAway));
    house.cloud().mend();
    house.cloud().clouds.faults().push(FaultRule::aws("Encrypt", FaultKind::Deny).times(1)).unwrap();
    assert_eq!(make().await, no_key(NoKey::Unconfirmed));
    house.checked(house.project).await;
    house.cloud().clouds.faults().push(FaultRule::aws("Decrypt", FaultKind::Deny).times(1)).unwrap();
    assert_eq!(make().await, no_key(NoKey::Unconfirmed), "what cannot be opened again is not kept");
    house.checked(house.project).await;
    assert_eq!(count().await, 1, "nothing half made stays");
    house.cloud().disable_key(&house.cloud().key).await;
    told(&house, &node, id, State::Deactivated).await;
    assert!(matches!(make().await, Err(Refusal(MasterKeyError::NoKey(NoKey::CustomerKeyLost { .. })))));
    assert_eq!(count().await, 1);
    house.cloud().enable_key(&house.cloud().key).await;
    told(&house, &node, id, State::Active).await;
    assert!(make().await.is_ok());
    house.end().await;
}

async fn a_key_under_a_former_customer_key_follows_that_one(database: Database) {
    let (house, node) = open(database, Plan::watchful()).await;
    let id = house.new_active_key(&node).await;
    let bytes = house.fetch(&node, id).await.unwrap();
    let second = house.cloud().new_key("second").await;
    house.patch(&house.cloud().payload_with(&second.arn, &house.cloud().user)).await.ok();
    // Whether it is re-wrapped by now or not, it opens.
    assert_eq!(house.fetch(&node, id).await.as_ref(), Ok(&bytes));
    until("it is under the new key", || async {
        let stored = house.control.master_key_attributes(node.asking(), id, false).await.unwrap();
        stored.key.wrapped.as_ref().unwrap().customer_key.stored() == 2
    })
    .await;
    house.cloud().disable_key(&house.cloud().key).await;
    told(&house, &node, id, State::Active).await;
    assert_eq!(house.fetch(&node, id).await.as_ref(), Ok(&bytes), "the old one is not needed any more");
    house.cloud().disable_key(&second).await;
    told(&house, &node, id, State::Deactivated).await;
    is_lost(house.fetch(&node, id).await);
    house.end().await;
}

/// What one process does with a key counts for the others within a second, or at once where the row says so.
#[tokio::test]
async fn replicas_serve_nothing_that_another_ended() {
    let (one, node) = open(Database::postgres().await, Plan::watchful()).await;
    let two = one.replica(Plan::watchful()).await;
    let (id, kept) = (one.new_master_key(&node, &[]).await, one.new_active_key(&node).await);
    let bytes = two.fetch(&node, kept).await.unwrap();
    assert_eq!(one.fetch(&node, kept).await.as_ref(), Ok(&bytes));
    assert!(two.fetch(&node, id).await.is_ok());
    one.control.destroy_master_key(node.asking(), id).await.unwrap();
    assert_eq!(two.fetch(&node, id).await, Err(Refusal(MasterKeyError::Use(UseRefusal::Destroyed))));
    // One finds out that the customer's key is lost; the other hears of it within a second of its own clock.
    one.cloud().disable_key(&one.cloud().key).await;
    told(&one, &node, kept, State::Deactivated).await;
    let confirmed = std::time::Instant::now();
    until("the other knows", || async {
        let got = two.fetch(&node, kept).await;
        let served = got.is_ok();
        assert!(!served || confirmed.elapsed() < Duration::from_secs(1), "served too long after the loss");
        !served
    })
    .await;
    is_lost(two.fetch(&node, kept).await);
    two.end().await;
    one.end().await;
}
