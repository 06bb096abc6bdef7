//! What nodes hear when the customer's key is lost, when its provider is away, and when it comes back.

use std::time::Duration;

use server::kmip::KmipLimits;
use simulators::FaultKind;

use crate::house::{Plan, until};
use crate::rig::Rig;
use crate::ttlv::{
    ACTIVE, DEACTIVATED, DECRYPT, DESTROY, ENCRYPT, GENERAL_FAILURE, GET, GET_ATTRIBUTES, LOCATE, PERMISSION_DENIED,
    REVOKE, VALUE, attribute, data, enumeration, named, uid, vector,
};

/// Keys are checked before each answer about a state, and a lease is what it is.
async fn watchful() -> Rig {
    Rig::open_as(Plan::watchful(), KmipLimits::default()).await
}

#[tokio::test]
async fn a_lost_key_reads_deactivated_and_is_denied_until_it_comes_back() {
    let rig = watchful().await;
    let (node, driver) = (rig.mongod("n1").await, rig.client("driver").await);
    let id = rig.active_key(&node).await;
    let shared = rig.active_key(&driver).await;
    let mut wire = rig.connect(&node).await;
    let before = wire.ask(0, GET, &[uid(&id)]).await.ok().clone();
    let encrypted = rig.once(&driver, 2, ENCRYPT, &[uid(&shared), data(b"text")]).await;
    let key = rig.house.cloud().key.clone();
    rig.house.cloud().disable_key(&key).await;
    until("the loss is told", || async {
        let mut poll = rig.connect(&node).await;
        let said = poll.ask(0, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
        // Success, and one of two true states; never an error, never another state.
        let state = said.ok().attribute("State").number();
        assert!(matches!(state, ACTIVE | DEACTIVATED));
        state == DEACTIVATED
    })
    .await;
    // On the connection that has always been there, too, and for every use.
    assert!(wire.ask(0, GET, &[uid(&id)]).await.refused(PERMISSION_DENIED).contains("customer's key"));
    rig.once(&driver, 0, GET, &[uid(&shared)]).await.refused(PERMISSION_DENIED);
    rig.once(&driver, 2, ENCRYPT, &[uid(&shared), data(b"text")]).await.refused(PERMISSION_DENIED);
    let part = |tag| encrypted.ok().at(tag).value.clone();
    let decrypt = [uid(&shared), data(&part(0x42_00c2)), vector(&part(0x42_003d))];
    rig.once(&driver, 2, DECRYPT, &decrypt).await.refused(PERMISSION_DENIED);
    let by_state = |state| [attribute("State", enumeration(VALUE, state))];
    assert_eq!(rig.once(&node, 0, LOCATE, &by_state(DEACTIVATED)).await.ok().id(), id);
    assert!(rig.once(&node, 0, LOCATE, &by_state(ACTIVE)).await.ok().parts.is_empty());
    // Everything else about it is still said.
    let said = rig.once(&node, 0, GET_ATTRIBUTES, &[uid(&id), named("Cryptographic Length")]).await;
    assert_eq!(said.ok().attribute("Cryptographic Length").number(), 256);
    rig.house.cloud().enable_key(&key).await;
    until("it is back", || async {
        let said = rig.once(&node, 0, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
        said.ok().attribute("State").number() == ACTIVE
    })
    .await;
    assert_eq!(*wire.ask(0, GET, &[uid(&id)]).await.ok(), before);
    assert_eq!(rig.once(&driver, 2, DECRYPT, &decrypt).await.ok().at(0x42_00c2).value, b"text");
    rig.end().await;
}

#[tokio::test]
async fn what_was_ended_on_the_wire_stays_ended_when_the_key_comes_back() {
    let rig = watchful().await;
    let node = rig.mongod("n1").await;
    let id = rig.active_key(&node).await;
    rig.once(&node, 0, REVOKE, &crate::ttlv::revoke(&id, 5)).await.ok();
    let key = rig.house.cloud().key.clone();
    rig.house.cloud().disable_key(&key).await;
    rig.house.cloud().enable_key(&key).await;
    let said = rig.once(&node, 0, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
    assert_eq!(said.ok().attribute("State").number(), DEACTIVATED);
    rig.once(&node, 0, GET, &[uid(&id)]).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn a_provider_that_is_away_is_bridged_and_then_an_error_that_passes() {
    let rig = watchful().await;
    let node = rig.mongod("n1").await;
    let id = rig.active_key(&node).await;
    rig.once(&node, 0, GET, &[uid(&id)]).await.ok();
    rig.house.cloud().fail("*", FaultKind::Http500);
    // Within the lease, and within the grace.
    for passed in [Duration::ZERO, Duration::from_secs(6 * 60)] {
        rig.house.pass(passed);
        rig.once(&node, 0, GET, &[uid(&id)]).await.ok();
        let said = rig.once(&node, 0, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
        assert_eq!(said.ok().attribute("State").number(), ACTIVE);
    }
    rig.house.pass(Duration::from_secs(10 * 60));
    rig.once(&node, 0, GET, &[uid(&id)]).await.refused(GENERAL_FAILURE);
    rig.once(&node, 0, GET_ATTRIBUTES, &[uid(&id), named("State")]).await.refused(GENERAL_FAILURE);
    rig.once(&node, 0, GET_ATTRIBUTES, &[uid(&id)]).await.refused(GENERAL_FAILURE);
    let by_state = attribute("State", enumeration(VALUE, ACTIVE));
    rig.once(&node, 0, LOCATE, &[by_state]).await.refused(GENERAL_FAILURE);
    // What does not depend on the provider goes on.
    assert_eq!(rig.once(&node, 0, LOCATE, &[]).await.ok().id(), id);
    let said = rig.once(&node, 0, GET_ATTRIBUTES, &[uid(&id), named("Cryptographic Length")]).await;
    assert_eq!(said.ok().names(), ["Cryptographic Length"]);
    // It is back, and its clock goes with ours. Whoever was away is not asked again for some seconds.
    rig.house.pass_everywhere(Duration::from_secs(6));
    rig.once(&node, 0, GET, &[uid(&id)]).await.ok();
    let said = rig.once(&node, 0, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
    assert_eq!(said.ok().attribute("State").number(), ACTIVE);
    rig.end().await;
}

#[tokio::test]
async fn one_projects_loss_is_not_anothers() {
    let rig = watchful().await;
    let house = &rig.house;
    let other = house.new_project("other").await;
    let second = house.cloud().new_key("second").await;
    house.patch_in(other, &house.cloud().payload_with(&second.arn, &house.cloud().user)).await.ok();
    rig.new_cluster(other, "c", "AWS").await;
    let (node, neighbour) = (rig.mongod("n1").await, rig.node(other, "c", "n1", "mongod").await);
    let (id, others) = (rig.active_key(&node).await, rig.active_key(&neighbour).await);
    house.cloud().disable_key(&house.cloud().key).await;
    until("the loss is told", || async {
        let said = rig.once(&node, 0, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
        said.ok().attribute("State").number() == DEACTIVATED
    })
    .await;
    rig.once(&neighbour, 0, GET, &[uid(&others)]).await.ok();
    let said = rig.once(&neighbour, 0, GET_ATTRIBUTES, &[uid(&others), named("State")]).await;
    assert_eq!(said.ok().attribute("State").number(), ACTIVE);
    rig.end().await;
}

#[tokio::test]
async fn a_get_during_the_revocation_is_served_or_refused_and_nothing_else() {
    let rig = watchful().await;
    let node = rig.client("a").await;
    let id = rig.active_key(&node).await;
    let key = rig.house.cloud().key.clone();
    let getting = async {
        let mut wire = rig.connect(&node).await;
        let mut refused = 0;
        while refused < 5 {
            let got = wire.ask(0, GET, &[uid(&id)]).await;
            if let Some((reason, _)) = &got.only().failure {
                assert!(matches!(*reason, PERMISSION_DENIED | GENERAL_FAILURE), "{got:?}");
                refused += u32::from(*reason == PERMISSION_DENIED);
            }
        }
    };
    let losing = async {
        rig.house.cloud().disable_key(&key).await;
        until("the loss is told", || async {
            let said = rig.once(&node, 0, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
            said.ok().attribute("State").number() == DEACTIVATED
        })
        .await;
    };
    tokio::join!(getting, losing);
    rig.once(&node, 0, DESTROY, &[uid(&id)]).await.refused(PERMISSION_DENIED);
    rig.end().await;
}
