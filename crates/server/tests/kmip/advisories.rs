//! What the closest peer published against itself in a year, tried here: nine ways around a rule.

use crate::house::until;
use crate::rig::Rig;
use crate::ttlv::{
    self, ACTIVATE, ACTIVE, ADD_ATTRIBUTE, CREATE, DEACTIVATED, DESTROY, FEATURE_NOT_SUPPORTED, GET, GET_ATTRIBUTES,
    ITEM_NOT_FOUND, LOCATE, MODIFY_ATTRIBUTE, OPERATION_NOT_SUPPORTED, PERMISSION_DENIED, PRE_ACTIVE, REGISTER, REVOKE,
    VALUE, attribute, create, enumeration, int, name, named, register_key, revoke, structure, uid,
};

/// 018: Activate asked for too weak a permission. A grant to read is no leave to activate.
#[tokio::test]
async fn who_may_only_read_does_not_activate() {
    let rig = Rig::open().await;
    let (owner, reader) = (rig.mongod("n1").await, rig.mongod("n2").await);
    let id = rig.once(&owner, 0, CREATE, &create(&[])).await.ok().id();
    let grants = format!("/api/atrest/v1/groups/{}/masterKeys/{id}/grants", rig.house.project);
    let body = serde_json::json!({"nodeId": reader.place.rsplit('/').next().unwrap(), "expiresInHours": 1});
    let granted = rig.house.ask("POST", &grants).json(&body).send().await;
    assert!(matches!(granted.status, 200 | 201), "{}", granted.text());
    rig.once(&reader, 0, ACTIVATE, &[uid(&id)]).await.refused(PERMISSION_DENIED);
    let state = rig.once(&reader, 0, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
    assert_eq!(state.ok().attribute("State").number(), PRE_ACTIVE);
    rig.end().await;
}

/// 017: Re-key went around the rules. There is none here, nor any other operation that makes a key of a key.
#[tokio::test]
async fn no_operation_makes_a_key_of_a_key() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let id = rig.active_key(&node).await;
    let mut wire = rig.connect(&node).await;
    for operation in [0x04, 0x05, 0x1d, 0x28, 0x29, 0x2a, 0x2b] {
        wire.ask(4, operation, &[uid(&id)]).await.refused(OPERATION_NOT_SUPPORTED);
    }
    assert_eq!(wire.ask(4, LOCATE, &[]).await.ok().all(0x42_0094).len(), 1);
    rig.end().await;
}

/// 016: attributes were changed by whoever could name the object.
#[tokio::test]
async fn a_strangers_attribute_changes_nothing() {
    let rig = Rig::open().await;
    let (owner, stranger) = (rig.mongod("n1").await, rig.mongod("n2").await);
    let id = rig.once(&owner, 0, CREATE, &create(&[name("mine")])).await.ok().id();
    let renamed = structure(VALUE, &[ttlv::text(0x42_0055, "yours"), enumeration(0x42_0054, 1)]);
    for operation in [ADD_ATTRIBUTE, MODIFY_ATTRIBUTE] {
        let payload = [uid(&id), attribute("Name", renamed.clone())];
        rig.once(&stranger, 2, operation, &payload).await.refused(ITEM_NOT_FOUND);
    }
    let said = rig.once(&owner, 0, GET_ATTRIBUTES, &[uid(&id), named("Name")]).await;
    assert_eq!(said.ok().attribute("Name").at(0x42_0055).text(), "mine");
    rig.end().await;
}

/// 015: after an update of usage limits the key lay in the clear. There are no usage limits, and no update of any
/// attribute leaves the bytes in the store.
#[tokio::test]
async fn no_change_of_an_attribute_leaves_the_bytes_in_the_store() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let secret = *b"\x07\xe1swordfish of the ninth tenant\x9c";
    let id = rig.once(&node, 0, REGISTER, &register_key(&secret, &[])).await.ok().id();
    let limits = structure(VALUE, &[ttlv::long(0x42_0097, 10), enumeration(0x42_0098, 1)]);
    rig.once(&node, 0, ADD_ATTRIBUTE, &[uid(&id), attribute("Usage Limits", limits)])
        .await
        .refused(FEATURE_NOT_SUPPORTED);
    rig.once(&node, 2, ADD_ATTRIBUTE, &[uid(&id), name("a")]).await.ok();
    rig.once(&node, 2, ADD_ATTRIBUTE, &[uid(&id), attribute("x-a", int(VALUE, 1))]).await.ok();
    rig.once(&node, 0, ACTIVATE, &[uid(&id)]).await.ok();
    rig.once(&node, 0, GET, &[uid(&id)]).await.ok();
    for (place, bytes) in rig.house.ground.database.everything().await {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{place}");
        let digits = hex::encode(secret);
        assert!(!bytes.windows(64).any(|window| window.eq_ignore_ascii_case(digits.as_bytes())), "{place}");
    }
    rig.end().await;
}

/// 011: Activate and Revoke were not atomic. Of many at once, one wins, and the state is one that somebody was told.
#[tokio::test]
async fn of_activate_revoke_and_destroy_at_once_each_is_whole() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    for _ in 0..5 {
        let id = rig.once(&node, 0, CREATE, &create(&[])).await.ok().id();
        let (uid_only, revoked) = ([uid(&id)], revoke(&id, 1));
        let (one, two, three, four) = tokio::join!(
            rig.once(&node, 0, ACTIVATE, &uid_only),
            rig.once(&node, 0, ACTIVATE, &uid_only),
            rig.once(&node, 0, REVOKE, &revoked),
            rig.once(&node, 0, DESTROY, &uid_only),
        );
        let done = |response: &crate::strict::Response| u32::from(response.only().failure.is_none());
        assert!(done(&one) + done(&two) <= 1, "activated once");
        let state = rig.once(&node, 0, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
        let state = state.ok().attribute("State").number();
        let expected: &[u32] = match (done(&one) + done(&two), done(&three), done(&four)) {
            (_, _, 1) => &[ttlv::DESTROYED],
            (1, 1, 0) => &[DEACTIVATED],
            (1, 0, 0) => &[ACTIVE],
            other => panic!("{other:?}"),
        };
        assert!(expected.contains(&state), "{state}");
    }
    rig.end().await;
}

/// 008: an unwrapped key was served from memory after Revoke and Destroy.
#[tokio::test]
async fn memory_serves_nothing_that_was_destroyed_or_lost() {
    let rig = Rig::open_as(crate::house::Plan::watchful(), server::kmip::KmipLimits::default()).await;
    let node = rig.client("a").await;
    let (doomed, kept) = (rig.active_key(&node).await, rig.active_key(&node).await);
    let mut wire = rig.connect(&node).await;
    for id in [&doomed, &kept] {
        wire.ask(0, GET, &[uid(id)]).await.ok();
    }
    wire.ask(0, REVOKE, &revoke(&doomed, 1)).await.ok();
    wire.ask(0, DESTROY, &[uid(&doomed)]).await.ok();
    wire.ask(0, GET, &[uid(&doomed)]).await.refused(PERMISSION_DENIED);
    rig.house.cloud().disable_key(&rig.house.cloud().key).await;
    until("the loss is told", || async {
        let said = rig.once(&node, 0, GET_ATTRIBUTES, &[uid(&kept), named("State")]).await;
        said.ok().attribute("State").number() == DEACTIVATED
    })
    .await;
    wire.ask(0, GET, &[uid(&kept)]).await.refused(PERMISSION_DENIED);
    rig.end().await;
}

/// 006: it crashed under concurrency.
#[tokio::test]
async fn a_crowd_on_one_key_is_served() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let id = rig.active_key(&node).await;
    let one = async || {
        let mut wire = rig.connect(&node).await;
        for _ in 0..10 {
            wire.ask(0, GET, &[uid(&id)]).await.ok();
            wire.ask(0, GET_ATTRIBUTES, &[uid(&id), named("State")]).await.ok();
        }
    };
    tokio::join!(one(), one(), one(), one(), one(), one(), one(), one());
    rig.end().await;
}

/// 005: a race over who was signed in. Each message is answered for the certificate of its own connection.
#[tokio::test]
async fn nobody_is_taken_for_somebody_else() {
    let rig = Rig::open().await;
    let (first, second) = (rig.mongod("n1").await, rig.mongod("n2").await);
    let (own, others) = (rig.active_key(&first).await, rig.active_key(&second).await);
    let asking = async |node, mine: &str, not_mine: &str| {
        let mut wire = rig.connect(node).await;
        for _ in 0..20 {
            wire.ask(0, GET, &[uid(mine)]).await.ok();
            wire.ask(0, GET, &[uid(not_mine)]).await.refused(ITEM_NOT_FOUND);
        }
    };
    tokio::join!(asking(&first, &own, &others), asking(&second, &others, &own));
    rig.end().await;
}

/// 003: Import with `replace_existing` stole an object. Nobody chooses an identifier here, and a name is not taken over.
#[tokio::test]
async fn nobody_puts_an_object_in_anothers_place() {
    let rig = Rig::open().await;
    let (owner, thief) = (rig.client("a").await, rig.client("b").await);
    let id = rig.once(&owner, 0, REGISTER, &register_key(&[1; 32], &[name("a")])).await.ok().id();
    let claimed = attribute("Unique Identifier", ttlv::text(VALUE, &id));
    rig.once(&thief, 0, REGISTER, &register_key(&[2; 32], &[claimed])).await.refused(PERMISSION_DENIED);
    rig.once(&thief, 0, REGISTER, &register_key(&[2; 32], &[name("a")])).await.refused(ttlv::INVALID_FIELD);
    let got = rig.once(&owner, 0, GET, &[uid(&id)]).await;
    assert_eq!(got.ok().at(0x42_008f).at(0x42_0040).at(0x42_0045).at(0x42_0043).value, [1; 32]);
    rig.end().await;
}
