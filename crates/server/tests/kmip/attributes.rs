//! Get Attributes, Get Attribute List, and adding, changing and deleting what is said about an object.

use crate::rig::Rig;
use crate::strict::Item;
use crate::ttlv::{
    self, ADD_ATTRIBUTE, CREATE, DELETE_ATTRIBUTE, DESTROY, GET, GET_ATTRIBUTE_LIST, GET_ATTRIBUTES, ILLEGAL_OPERATION,
    INVALID_FIELD, ITEM_NOT_FOUND, LOCATE, MODIFY_ATTRIBUTE, PERMISSION_DENIED, VALUE, attribute, attribute_at,
    boolean, create, date, enumeration, int, name, named, structure, text, uid,
};

fn index(value: i32) -> Vec<u8> {
    int(0x42_0009, value)
}

#[tokio::test]
async fn one_name_gives_exactly_that_attribute_in_every_version() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let id = rig.active_key(&node).await;
    let mut wire = rig.connect(&node).await;
    for minor in 0..=4 {
        for (wanted, expected) in [("State", 2), ("Cryptographic Length", 256), ("Cryptographic Usage Mask", 12)] {
            let said = wire.ask(minor, GET_ATTRIBUTES, &[uid(&id), named(wanted)]).await;
            assert_eq!(said.ok().names(), [wanted]);
            assert_eq!(said.ok().attribute(wanted).number(), expected);
            // No index: it is the only one.
            assert!(said.ok().at(0x42_0008).find(0x42_0009).is_none());
        }
        // What is not there is left out, and what is asked twice comes once.
        let said = wire.ask(minor, GET_ATTRIBUTES, &[uid(&id), named("Link"), named("x-none")]).await;
        assert!(said.ok().names().is_empty());
        let said = wire.ask(minor, GET_ATTRIBUTES, &[uid(&id), named("State"), named("State")]).await;
        assert_eq!(said.ok().names(), ["State"]);
    }
    rig.end().await;
}

#[tokio::test]
async fn no_name_gives_all_that_the_version_knows() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let more = [
        name("one"),
        attribute("Fresh", boolean(VALUE, true)),
        attribute("Comment", text(VALUE, "a remark")),
        attribute("Alternative Name", structure(VALUE, &[text(0x42_00c0, "other"), enumeration(0x42_00c1, 1)])),
        attribute("x-mine", int(VALUE, 7)),
    ];
    let id = rig.once(&node, 4, CREATE, &create(&more)).await.ok().id();
    let always =
        ["Unique Identifier", "Object Type", "Cryptographic Algorithm", "State", "Initial Date", "Name", "x-mine"];
    for (minor, extra) in [
        (0, vec![]),
        (1, vec!["Fresh"]),
        (2, vec!["Fresh", "Alternative Name"]),
        (4, vec!["Fresh", "Alternative Name", "Comment"]),
    ] {
        let said = rig.once(&node, minor, GET_ATTRIBUTES, &[uid(&id)]).await;
        let names = said.ok().names();
        assert!(always.iter().chain(&extra).all(|one| names.iter().any(|name| name == one)), "1.{minor}: {names:?}");
        let newer = ["Fresh", "Alternative Name", "Comment"].into_iter().filter(|one| !extra.contains(one));
        assert!(newer.into_iter().all(|one| !names.iter().any(|name| name == one)), "1.{minor}: {names:?}");
        let list = rig.once(&node, minor, GET_ATTRIBUTE_LIST, &[uid(&id)]).await;
        let listed: Vec<&str> = list.ok().all(0x42_000a).into_iter().map(Item::text).collect();
        let mut unique = names.clone();
        unique.dedup();
        assert_eq!(listed, unique);
    }
    // Handed out, it is fresh no more.
    rig.once(&node, 0, GET, &[uid(&id)]).await.ok();
    let said = rig.once(&node, 1, GET_ATTRIBUTES, &[uid(&id), named("Fresh")]).await;
    assert_eq!(said.ok().attribute("Fresh").value, [0; 8]);
    rig.end().await;
}

#[tokio::test]
async fn names_are_added_changed_and_deleted_by_index() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    let id = wire.ask(2, CREATE, &create(&[name("zero")])).await.ok().id();
    let added = wire.ask(2, ADD_ATTRIBUTE, &[uid(&id), name("one")]).await;
    assert_eq!(added.ok().at(0x42_0008).at(0x42_0009).number(), 1);
    let two = structure(VALUE, &[text(0x42_0055, "two"), enumeration(0x42_0054, 1)]);
    let changed = wire.ask(2, MODIFY_ATTRIBUTE, &[uid(&id), attribute_at("Name", 1, two.clone())]).await;
    assert_eq!(changed.ok().attribute("Name").at(0x42_0055).text(), "two");
    assert_eq!(wire.ask(2, LOCATE, &[name("two")]).await.ok().id(), id);
    assert!(wire.ask(2, LOCATE, &[name("one")]).await.ok().parts.is_empty());
    let gone = wire.ask(2, DELETE_ATTRIBUTE, &[uid(&id), named("Name")]).await;
    assert_eq!(gone.ok().attribute("Name").at(0x42_0055).text(), "zero");
    let other = structure(VALUE, &[text(0x42_0055, "other"), enumeration(0x42_0054, 1)]);
    wire.ask(2, DELETE_ATTRIBUTE, &[uid(&id), named("Name"), index(0)]).await.refused(ITEM_NOT_FOUND);
    wire.ask(2, MODIFY_ATTRIBUTE, &[uid(&id), attribute_at("Name", 0, other)]).await.refused(ITEM_NOT_FOUND);
    wire.ask(2, ADD_ATTRIBUTE, &[uid(&id), attribute_at("Name", 3, two)]).await.refused(INVALID_FIELD);
    // The freed name can be another's.
    wire.ask(2, CREATE, &create(&[name("zero")])).await.ok();
    let taken = wire.ask(2, ADD_ATTRIBUTE, &[uid(&id), name("zero")]).await;
    assert!(taken.refused(INVALID_FIELD).contains("\"zero\""));
    rig.end().await;
}

#[tokio::test]
async fn no_attribute_gives_what_an_operation_refuses() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    let id = wire.ask(2, CREATE, &create(&[name("a")])).await.ok().id();
    for (change, reason) in [
        (attribute("State", enumeration(VALUE, 2)), PERMISSION_DENIED),
        (attribute("Cryptographic Usage Mask", int(VALUE, 0xff)), PERMISSION_DENIED),
        (attribute("Cryptographic Length", int(VALUE, 128)), PERMISSION_DENIED),
        (attribute("Initial Date", date(VALUE, 1)), PERMISSION_DENIED),
        (attribute("Destroy Date", date(VALUE, 1)), PERMISSION_DENIED),
        (attribute("Unique Identifier", text(VALUE, &id)), PERMISSION_DENIED),
        (attribute("Fresh", boolean(VALUE, true)), PERMISSION_DENIED),
        (attribute("y-server", text(VALUE, "mine")), PERMISSION_DENIED),
        (
            attribute("Link", structure(VALUE, &[enumeration(0x42_004b, 0x101), text(0x42_004c, "x")])),
            ttlv::FEATURE_NOT_SUPPORTED,
        ),
    ] {
        for operation in [ADD_ATTRIBUTE, MODIFY_ATTRIBUTE] {
            wire.ask(2, operation, &[uid(&id), change.clone()]).await.refused(reason);
        }
    }
    for fixed in ["State", "Cryptographic Algorithm", "Initial Date", "Unique Identifier"] {
        wire.ask(2, DELETE_ATTRIBUTE, &[uid(&id), named(fixed)]).await.refused(PERMISSION_DENIED);
    }
    let state = wire.ask(2, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
    assert_eq!(state.ok().attribute("State").number(), ttlv::PRE_ACTIVE);
    let comment = || attribute("Comment", text(VALUE, "a remark"));
    wire.ask(4, ADD_ATTRIBUTE, &[uid(&id), comment()]).await.ok();
    wire.ask(4, ADD_ATTRIBUTE, &[uid(&id), comment()]).await.refused(ILLEGAL_OPERATION);
    wire.ask(2, DESTROY, &[uid(&id)]).await.ok();
    wire.ask(4, MODIFY_ATTRIBUTE, &[uid(&id), comment()]).await.refused(PERMISSION_DENIED);
    rig.end().await;
}

#[tokio::test]
async fn custom_attributes_come_back_as_they_went_in() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let values = [
        int(VALUE, -5),
        ttlv::long(VALUE, i64::MIN),
        enumeration(VALUE, 0x8000_0001),
        boolean(VALUE, true),
        text(VALUE, "text \u{e9}"),
        ttlv::bytes(VALUE, &[0, 255]),
        date(VALUE, 1),
        ttlv::interval(VALUE, 60),
    ];
    let attributes: Vec<_> =
        values.iter().enumerate().map(|(at, value)| attribute(&format!("x-{at}"), value.clone())).collect();
    let id = rig.once(&node, 0, CREATE, &create(&attributes)).await.ok().id();
    for (at, value) in values.iter().enumerate() {
        let said = rig.once(&node, 0, GET_ATTRIBUTES, &[uid(&id), named(&format!("x-{at}"))]).await;
        let back = said.ok().attribute(&format!("x-{at}"));
        assert_eq!((back.kind, back.value.as_slice()), (value[3], &value[8..8 + back.value.len()]));
        assert_eq!(rig.once(&node, 0, LOCATE, &[attributes[at].clone()]).await.ok().id(), id);
    }
    rig.end().await;
}

#[tokio::test]
async fn dates_are_set_before_they_have_come_and_move_the_state() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let id = rig.once(&node, 2, CREATE, &create(&[])).await.ok().id();
    let now = rig.house.control.now().as_secs();
    let dated = |name: &str, at| [uid(&id), attribute(name, date(VALUE, at))];
    rig.once(&node, 2, ADD_ATTRIBUTE, &dated("Activation Date", now + 30)).await.ok();
    rig.once(&node, 2, MODIFY_ATTRIBUTE, &dated("Activation Date", now - 1)).await.ok();
    let state = rig.once(&node, 2, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
    assert_eq!(state.ok().attribute("State").number(), ttlv::ACTIVE);
    rig.once(&node, 2, MODIFY_ATTRIBUTE, &dated("Activation Date", now + 30)).await.refused(PERMISSION_DENIED);
    rig.once(&node, 2, ADD_ATTRIBUTE, &dated("Deactivation Date", now)).await.ok();
    let state = rig.once(&node, 2, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
    assert_eq!(state.ok().attribute("State").number(), ttlv::DEACTIVATED);
    rig.end().await;
}
