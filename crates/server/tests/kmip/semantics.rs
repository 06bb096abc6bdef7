//! What tests and clients expect of the operations, a test for each statement (protocol.md 2).

use std::time::Duration;

use crate::rig::Rig;
use crate::strict::Item;
use crate::ttlv::{
    self, ACTIVATE, ACTIVE, CHECK, COMPROMISED, CREATE, DEACTIVATED, DECRYPT, DESTROY, DESTROYED,
    DESTROYED_COMPROMISED, ENCRYPT, FEATURE_NOT_SUPPORTED, GET, GET_ATTRIBUTES, ILLEGAL_OPERATION, INVALID_FIELD,
    ITEM_NOT_FOUND, KEY_FORMAT, LOCATE, MISSING_DATA, PERMISSION_DENIED, PRE_ACTIVE, QUERY, REGISTER, REVOKE, VALUE,
    attribute, boolean, create, data, date, enumeration, int, key_block, name, named, parameters, register_key,
    register_opaque, register_secret, structure, template, text, uid, vector,
};

const MATERIAL: u32 = 0x42_0043;

fn material(object: &Item) -> &[u8] {
    &object.at(0x42_0040).at(0x42_0045).at(MATERIAL).value
}

async fn state_of(rig: &Rig, node: &crate::rig::Node, id: &str) -> u32 {
    let said = rig.once(node, 0, GET_ATTRIBUTES, &[uid(id), named("State")]).await;
    assert_eq!(said.ok().names(), ["State"]);
    said.ok().attribute("State").number()
}

#[tokio::test]
async fn an_unknown_id_is_item_not_found() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    rig.once(&node, 0, GET, &[uid("1")]).await.refused(ITEM_NOT_FOUND);
    rig.end().await;
}

#[tokio::test]
async fn an_active_object_is_not_destroyed() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let id = rig.active_key(&node).await;
    assert!(rig.once(&node, 0, DESTROY, &[uid(&id)]).await.refused(PERMISSION_DENIED).contains("Revoke it first"));
    assert_eq!(state_of(&rig, &node, &id).await, ACTIVE);
    rig.end().await;
}

#[tokio::test]
async fn a_destroyed_object_keeps_its_attributes_and_gives_nothing() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let id = rig.once(&node, 2, CREATE, &create(&[name("gone")])).await.ok().id();
    rig.once(&node, 0, DESTROY, &[uid(&id)]).await.ok();
    let said = rig.once(&node, 2, GET_ATTRIBUTES, &[uid(&id)]).await;
    assert_eq!(said.ok().attribute("State").number(), DESTROYED);
    assert!(said.ok().attribute("Destroy Date").long() > 0);
    assert_eq!(said.ok().attribute("Name").at(0x42_0055).text(), "gone");
    rig.once(&node, 0, GET, &[uid(&id)]).await.refused(PERMISSION_DENIED);
    rig.once(&node, 0, DESTROY, &[uid(&id)]).await.refused(PERMISSION_DENIED);
    // Its name is free.
    rig.once(&node, 2, CREATE, &create(&[name("gone")])).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn a_compromise_has_its_dates_and_other_reasons_deactivate() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    for (reason, expected) in [(1, DEACTIVATED), (2, COMPROMISED), (3, COMPROMISED), (5, DEACTIVATED), (7, DEACTIVATED)]
    {
        let id = rig.active_key(&node).await;
        let mut payload = ttlv::revoke(&id, reason);
        if expected == COMPROMISED {
            payload.push(date(0x42_0021, 1_700_000_000));
        }
        rig.once(&node, 0, REVOKE, &payload).await.ok();
        let said = rig.once(&node, 0, GET_ATTRIBUTES, &[uid(&id)]).await;
        assert_eq!(said.ok().attribute("State").number(), expected, "{reason}");
        assert_eq!(said.ok().attribute("Revocation Reason").at(0x42_0082).number(), reason);
        let occurred = said.ok().attributes("Compromise Occurrence Date");
        assert_eq!(occurred.first().map(|date| date.long()), (expected == COMPROMISED).then_some(1_700_000_000));
        rig.once(&node, 0, DESTROY, &[uid(&id)]).await.ok();
        let last = if expected == COMPROMISED { DESTROYED_COMPROMISED } else { DESTROYED };
        assert_eq!(state_of(&rig, &node, &id).await, last);
    }
    let id = rig.active_key(&node).await;
    rig.once(&node, 0, REVOKE, &ttlv::revoke(&id, 99)).await.refused(INVALID_FIELD);
    let ahead = [ttlv::revoke(&id, 2), vec![date(0x42_0021, 4_000_000_000)]].concat();
    rig.once(&node, 0, REVOKE, &ahead).await.refused(INVALID_FIELD);
    assert_eq!(state_of(&rig, &node, &id).await, ACTIVE);
    // What was never active is compromised, and not deactivated.
    let fresh = rig.once(&node, 0, CREATE, &create(&[])).await.ok().id();
    rig.once(&node, 0, REVOKE, &ttlv::revoke(&fresh, 1)).await.refused(ILLEGAL_OPERATION);
    rig.once(&node, 0, REVOKE, &ttlv::revoke(&fresh, 2)).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn what_is_active_already_is_not_activated_again() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let id = rig.active_key(&node).await;
    rig.once(&node, 0, ACTIVATE, &[uid(&id)]).await.refused(PERMISSION_DENIED);
    rig.once(&node, 0, REVOKE, &ttlv::revoke(&id, 1)).await.ok();
    rig.once(&node, 0, ACTIVATE, &[uid(&id)]).await.refused(PERMISSION_DENIED);
    rig.end().await;
}

#[tokio::test]
async fn locate_finds_the_callers_living_objects_unless_destroyed_ones_are_wanted() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let living = rig.active_key(&node).await;
    let dead = rig.once(&node, 0, CREATE, &create(&[name("dead")])).await.ok().id();
    rig.once(&node, 0, DESTROY, &[uid(&dead)]).await.ok();
    let found = async |payload: &[Vec<u8>]| {
        let located = rig.once(&node, 4, LOCATE, payload).await;
        let ids: Vec<String> = located.ok().all(0x42_0094).into_iter().map(|id| id.text().to_owned()).collect();
        assert_eq!(located.ok().at(0x42_00d5).number() as usize, ids.len());
        ids
    };
    let mask = |bits| int(0x42_008e, bits);
    assert_eq!(found(&[]).await, std::slice::from_ref(&living));
    assert_eq!(found(&[mask(1)]).await, std::slice::from_ref(&living));
    assert_eq!(found(&[mask(4)]).await, std::slice::from_ref(&dead));
    assert_eq!(found(&[mask(2)]).await, Vec::<String>::new());
    assert_eq!(found(&[mask(7)]).await.len(), 2);
    assert_eq!(found(&[mask(4), name("dead")]).await, [dead]);
    let by_state = |state| attribute("State", enumeration(VALUE, state));
    assert_eq!(found(&[by_state(ACTIVE)]).await, std::slice::from_ref(&living));
    assert_eq!(found(&[by_state(DEACTIVATED)]).await, Vec::<String>::new());
    assert_eq!(found(&[by_state(99)]).await, Vec::<String>::new());
    assert_eq!(found(&[attribute("Object Type", enumeration(VALUE, 1))]).await, Vec::<String>::new());
    assert_eq!(found(&[attribute("Cryptographic Length", int(VALUE, 256))]).await, std::slice::from_ref(&living));
    assert_eq!(found(&[attribute("Unique Identifier", text(VALUE, &living))]).await, [living]);
    // What is not kept here cannot be searched: finding everything, or nothing, would be a lie.
    let linked = attribute("Lease Time", ttlv::interval(VALUE, 9));
    rig.once(&node, 4, LOCATE, &[linked]).await.refused(FEATURE_NOT_SUPPORTED);
    rig.end().await;
}

#[tokio::test]
async fn locate_gives_as_many_as_are_wanted_and_counts_all() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    for _ in 0..5 {
        rig.once(&node, 0, CREATE, &create(&[])).await.ok();
    }
    let page = async |maximum, offset| {
        let payload = [int(0x42_004f, maximum), int(0x42_00d4, offset)];
        let located = rig.once(&node, 3, LOCATE, &payload).await;
        assert_eq!(located.ok().at(0x42_00d5).number(), 5);
        located.ok().all(0x42_0094).len()
    };
    assert_eq!((page(2, 0).await, page(2, 4).await, page(2, 5).await, page(0, 0).await), (2, 1, 0, 5));
    rig.end().await;
}

#[tokio::test]
async fn an_activation_date_that_has_come_activates_at_once() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let dated = |name: &str, seconds| attribute(name, date(VALUE, seconds));
    let now = rig.house.control.now().as_secs();
    for (attributes, expected) in [
        (vec![dated("Activation Date", now - 10)], ACTIVE),
        (vec![dated("Activation Date", now + 1000)], PRE_ACTIVE),
        (vec![dated("Activation Date", now - 10), dated("Deactivation Date", now - 5)], DEACTIVATED),
    ] {
        let id = rig.once(&node, 0, CREATE, &create(&attributes)).await.ok().id();
        assert_eq!(state_of(&rig, &node, &id).await, expected);
        let id = rig.once(&node, 0, REGISTER, &register_key(&[3; 32], &attributes)).await.ok().id();
        assert_eq!(state_of(&rig, &node, &id).await, expected);
    }
    let backwards = [dated("Activation Date", now), dated("Deactivation Date", now - 5)];
    rig.once(&node, 0, CREATE, &create(&backwards)).await.refused(INVALID_FIELD);
    // And one that comes.
    let soon = rig.once(&node, 0, CREATE, &create(&[dated("Activation Date", now + 60)])).await.ok().id();
    rig.house.pass(Duration::from_secs(61));
    assert_eq!(state_of(&rig, &node, &soon).await, ACTIVE);
    rig.end().await;
}

#[tokio::test]
async fn what_was_registered_comes_back() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let secret = [0xab; 96];
    for (kind, format) in [(2, 2), (1, 1), (1, 2), (0x8000_0007, 2)] {
        let id = rig.once(&node, 0, REGISTER, &register_secret(kind, format, &secret, &[])).await.ok().id();
        let got = rig.once(&node, 0, GET, &[uid(&id)]).await;
        let object = got.ok().at(0x42_0085);
        assert_eq!((object.at(0x42_0086).number(), object.at(0x42_0040).at(0x42_0042).number()), (kind, format));
        assert_eq!(material(object), secret);
        assert!(object.at(0x42_0040).find(0x42_0028).is_none());
    }
    // An opaque object of a kind that only a vendor knows.
    for kind in [0x8000_0000, 0x8000_0001, 1] {
        let id = rig.once(&node, 0, REGISTER, &register_opaque(kind, b"bytes")).await.ok().id();
        let got = rig.once(&node, 0, GET, &[uid(&id)]).await;
        let object = got.ok().at(0x42_005b);
        assert_eq!((object.at(0x42_0059).number(), object.at(0x42_005a).value.as_slice()), (kind, b"bytes".as_slice()));
    }
    // A key of another cipher, and one in a structure of its own.
    let said = vec![attribute("Cryptographic Algorithm", enumeration(VALUE, 2))];
    let triple_des =
        [enumeration(0x42_0057, 2), template(&said), structure(0x42_008f, &[key_block(1, &[1; 24], Some((2, 168)))])];
    let id = rig.once(&node, 0, REGISTER, &triple_des).await.ok().id();
    let got = rig.once(&node, 0, GET, &[uid(&id)]).await;
    let block = got.ok().at(0x42_008f).at(0x42_0040);
    assert_eq!((block.at(0x42_0028).number(), block.at(0x42_002a).number()), (2, 168));
    let transparent = structure(0x42_0043, &[ttlv::bytes(0x42_003f, &[4; 16])]);
    let block = structure(
        0x42_0040,
        &[
            enumeration(0x42_0042, 7),
            structure(0x42_0045, &[transparent]),
            enumeration(0x42_0028, 3),
            int(0x42_002a, 128),
        ],
    );
    let payload = [enumeration(0x42_0057, 2), template(&ttlv::aes(128, 12)), structure(0x42_008f, &[block])];
    let id = rig.once(&node, 0, REGISTER, &payload).await.ok().id();
    let got = rig.once(&node, 0, GET, &[uid(&id)]).await;
    let block = got.ok().at(0x42_008f).at(0x42_0040);
    assert_eq!(block.at(0x42_0042).number(), 7);
    assert_eq!(block.at(0x42_0045).at(MATERIAL).at(0x42_003f).value, [4; 16]);
    rig.end().await;
}

#[tokio::test]
async fn other_shapes_are_refused_by_name() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let id = rig.active_key(&node).await;
    let mut wire = rig.connect(&node).await;
    wire.ask(0, GET, &[uid(&id), enumeration(0x42_0042, 1)]).await.ok();
    assert!(wire.ask(0, GET, &[uid(&id), enumeration(0x42_0042, 2)]).await.refused(KEY_FORMAT).contains("Raw"));
    wire.ask(0, GET, &[uid(&id), enumeration(0x42_0042, 4)]).await.refused(KEY_FORMAT);
    let wrapping = structure(0x42_0047, &[enumeration(0x42_009e, 1)]);
    let refused = wire.ask(0, GET, &[uid(&id), wrapping]).await;
    assert!(refused.refused(FEATURE_NOT_SUPPORTED).contains("Key Wrapping Specification"));
    wire.ask(0, GET, &[uid(&id), enumeration(0x42_0041, 1)]).await.refused(17);
    // Nothing is wrapped, so both wrap types mean the same.
    for kind in [1, 2] {
        wire.ask(4, GET, &[uid(&id), enumeration(0x42_00f8, kind)]).await.ok();
    }
    rig.end().await;
}

#[tokio::test]
async fn create_and_register_refuse_what_would_be_a_lie() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    let limits = structure(VALUE, &[ttlv::long(0x42_0097, 10), enumeration(0x42_0098, 1)]);
    for (lie, reason) in [
        (attribute("Usage Limits", limits), FEATURE_NOT_SUPPORTED),
        (attribute("Sensitive", boolean(VALUE, true)), FEATURE_NOT_SUPPORTED),
        (attribute("Extractable", boolean(VALUE, false)), FEATURE_NOT_SUPPORTED),
        (attribute("Lease Time", ttlv::interval(VALUE, 9)), FEATURE_NOT_SUPPORTED),
        (attribute("Certificate Type", enumeration(VALUE, 1)), FEATURE_NOT_SUPPORTED),
        (attribute("Not An Attribute", int(VALUE, 1)), INVALID_FIELD),
        (attribute("State", enumeration(VALUE, ACTIVE)), PERMISSION_DENIED),
        (attribute("Initial Date", date(VALUE, 1)), PERMISSION_DENIED),
        (attribute("Unique Identifier", text(VALUE, "mine")), INVALID_FIELD),
        (attribute("x-structure", structure(VALUE, &[int(0x42_0009, 1)])), INVALID_FIELD),
        (attribute("Cryptographic Length", int(VALUE, 128)), INVALID_FIELD),
    ] {
        let refused = wire.ask(4, CREATE, &create(std::slice::from_ref(&lie))).await;
        refused.refused(reason);
        wire.ask(4, REGISTER, &register_key(&[1; 32], &[lie])).await.refused(reason);
    }
    // What is so anyway may be said, and what has no effect is kept.
    for truth in [
        attribute("Sensitive", boolean(VALUE, false)),
        attribute("Extractable", boolean(VALUE, true)),
        attribute("Operation Policy Name", text(VALUE, "default")),
    ] {
        wire.ask(4, CREATE, &create(&[truth])).await.ok();
    }
    let by_template = structure(0x42_0091, &[structure(0x42_0053, &[text(0x42_0055, "t"), enumeration(0x42_0054, 1)])]);
    wire.ask(2, CREATE, &[enumeration(0x42_0057, 2), by_template]).await.refused(FEATURE_NOT_SUPPORTED);
    wire.ask(2, CREATE, &[enumeration(0x42_0057, 7), template(&[])]).await.refused(INVALID_FIELD);
    wire.ask(2, CREATE, &[enumeration(0x42_0057, 1), template(&[])]).await.refused(INVALID_FIELD);
    wire.ask(2, CREATE, &[enumeration(0x42_0057, 2), template(&[])]).await.refused(MISSING_DATA);
    wire.ask(2, CREATE, &[enumeration(0x42_0057, 2), template(&ttlv::aes(100, 12))]).await.refused(INVALID_FIELD);
    let refused = wire.ask(2, REGISTER, &[enumeration(0x42_0057, 1), template(&[])]).await;
    refused.refused(FEATURE_NOT_SUPPORTED);
    wire.ask(2, REGISTER, &register_secret(1, 1, &[], &[])).await.refused(MISSING_DATA);
    wire.ask(2, REGISTER, &register_secret(1, 4, b"pkcs", &[])).await.refused(KEY_FORMAT);
    let wrapped = structure(
        0x42_0040,
        &[
            enumeration(0x42_0042, 1),
            structure(0x42_0045, &[ttlv::bytes(MATERIAL, &[1; 40])]),
            enumeration(0x42_0028, 3),
            int(0x42_002a, 256),
            structure(0x42_0046, &[enumeration(0x42_009e, 1)]),
        ],
    );
    let payload = [enumeration(0x42_0057, 2), template(&ttlv::aes(256, 12)), structure(0x42_008f, &[wrapped])];
    wire.ask(2, REGISTER, &payload).await.refused(FEATURE_NOT_SUPPORTED);
    rig.end().await;
}

#[tokio::test]
async fn encrypting_needs_an_active_key_and_decrypting_one_that_was() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    let id = wire.ask(2, CREATE, &create(&[])).await.ok().id();
    let encrypt = [uid(&id), data(b"text")];
    wire.ask(2, ENCRYPT, &encrypt).await.refused(PERMISSION_DENIED);
    wire.ask(2, ACTIVATE, &[uid(&id)]).await.ok();
    let encrypted = wire.ask(2, ENCRYPT, &encrypt).await;
    let decrypt = [uid(&id), data(&encrypted.ok().at(0x42_00c2).value), vector(&encrypted.ok().at(0x42_003d).value)];
    for reason in [5, 2] {
        wire.ask(2, REVOKE, &ttlv::revoke(&id, reason)).await.ok();
        wire.ask(2, ENCRYPT, &encrypt).await.refused(PERMISSION_DENIED);
        assert_eq!(wire.ask(2, DECRYPT, &decrypt).await.ok().at(0x42_00c2).value, b"text");
    }
    wire.ask(2, DESTROY, &[uid(&id)]).await.ok();
    wire.ask(2, DECRYPT, &decrypt).await.refused(PERMISSION_DENIED);
    // The mask says what for.
    let for_decrypting = [enumeration(0x42_0057, 2), template(&ttlv::aes(256, 8))];
    let id = wire.ask(2, CREATE, &for_decrypting).await.ok().id();
    wire.ask(2, ACTIVATE, &[uid(&id)]).await.ok();
    wire.ask(2, ENCRYPT, &[uid(&id), data(b"text")]).await.refused(PERMISSION_DENIED);
    let secret = wire.ask(0, REGISTER, &register_secret(2, 2, &[1; 32], &[])).await.ok().id();
    wire.ask(2, ENCRYPT, &[uid(&secret), data(b"text")]).await.refused(ILLEGAL_OPERATION);
    rig.end().await;
}

#[tokio::test]
async fn ways_to_encrypt_are_honoured_or_refused_by_name() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let id = rig.active_key(&node).await;
    let mut wire = rig.connect(&node).await;
    let iv = [7; 16];
    // A vector of the client's is used and not repeated.
    let own = wire.ask(2, ENCRYPT, &[uid(&id), parameters(1, Some(3), None), data(b"text"), vector(&iv)]).await;
    assert_eq!((own.ok().at(0x42_00c2).value.len(), own.ok().find(0x42_003d)), (16, None));
    let whole = wire.ask(2, ENCRYPT, &[uid(&id), parameters(1, Some(1), None), data(&[1; 32]), vector(&iv)]).await;
    assert_eq!(whole.ok().at(0x42_00c2).value.len(), 32);
    let payload = |parameters: Vec<u8>, bytes: &[u8]| vec![uid(&id), parameters, data(bytes)];
    for (asked, reason) in [
        (payload(parameters(1, Some(1), None), &[1; 31]), INVALID_FIELD),
        (payload(parameters(2, Some(3), None), b"text"), FEATURE_NOT_SUPPORTED),
        (payload(parameters(6, None, None), b"text"), FEATURE_NOT_SUPPORTED),
        (payload(parameters(1, Some(6), None), b"text"), FEATURE_NOT_SUPPORTED),
        (payload(structure(0x42_002b, &[enumeration(0x42_0028, 2)]), b"text"), FEATURE_NOT_SUPPORTED),
        ([payload(parameters(1, Some(3), Some(true)), b"text"), vec![vector(&iv)]].concat(), INVALID_FIELD),
        ([payload(parameters(1, Some(3), None), b"text"), vec![vector(&[1; 3])]].concat(), INVALID_FIELD),
        (
            [payload(parameters(1, Some(3), None), b"text"), vec![ttlv::bytes(0x42_00d6, b"part")]].concat(),
            FEATURE_NOT_SUPPORTED,
        ),
        (
            [payload(parameters(1, Some(3), None), b"text"), vec![ttlv::bytes(0x42_00fe, b"aad")]].concat(),
            INVALID_FIELD,
        ),
        (vec![uid(&id), parameters(1, Some(3), None)], MISSING_DATA),
    ] {
        wire.ask(4, ENCRYPT, &asked).await.refused(reason);
    }
    wire.ask(2, DECRYPT, &[uid(&id), data(&[1; 16])]).await.refused(MISSING_DATA);
    wire.ask(2, DECRYPT, &[uid(&id), data(&[1; 15]), vector(&iv)]).await.refused(INVALID_FIELD);
    wire.ask(2, DECRYPT, &[uid(&id), data(&[1; 16]), vector(&iv)]).await.refused(ttlv::CRYPTOGRAPHIC_FAILURE);
    rig.end().await;
}

#[tokio::test]
async fn lengths_of_vector_and_tag_are_understood_in_bits_and_in_bytes() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let id = rig.active_key(&node).await;
    let mut wire = rig.connect(&node).await;
    let lengths = |mode, iv: i32, tag: Option<i32>| {
        let mut parts = vec![enumeration(0x42_0011, mode), enumeration(0x42_0028, 3), int(0x42_00cd, iv)];
        parts.extend(tag.map(|tag| int(0x42_00ce, tag)));
        structure(0x42_002b, &parts)
    };
    for iv in [128, 16] {
        wire.ask(2, ENCRYPT, &[uid(&id), lengths(1, iv, None), data(b"text")]).await.ok();
    }
    // The standard's own test cases say 12 to 16 bytes.
    for (iv, tag, expected) in [(96, 16, 16), (12, 16, 16), (96, 128, 16), (96, 12, 12), (96, 96, 12), (96, 13, 13)] {
        let sealed = wire.ask(4, ENCRYPT, &[uid(&id), lengths(9, iv, Some(tag)), data(b"text")]).await;
        let part = |tag| sealed.ok().at(tag).value.clone();
        assert_eq!((part(0x42_003d).len(), part(0x42_00ff).len()), (12, expected), "IV {iv}, tag {tag}");
        let opened = [uid(&id), lengths(9, iv, Some(tag)), data(&part(0x42_00c2)), vector(&part(0x42_003d))];
        let opened = [opened.to_vec(), vec![ttlv::bytes(0x42_00ff, &part(0x42_00ff))]].concat();
        assert_eq!(wire.ask(4, DECRYPT, &opened).await.ok().at(0x42_00c2).value, b"text");
    }
    for (mode, iv, tag) in [
        (1, 12, None),
        (1, 96, None),
        (9, 16, None),
        (9, 128, None),
        (9, 0, None),
        (9, 97, None),
        (9, 96, Some(1)),
        (9, 96, Some(11)),
        (9, 96, Some(17)),
        (9, 96, Some(32)),
        (9, 96, Some(136)),
    ] {
        let refused = wire.ask(4, ENCRYPT, &[uid(&id), lengths(mode, iv, tag), data(b"text")]).await;
        assert!(refused.refused(FEATURE_NOT_SUPPORTED).contains("Length"), "mode {mode}, IV {iv}, tag {tag:?}");
    }
    rig.end().await;
}

#[tokio::test]
async fn check_answers_with_what_may_not_be() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let id = rig.active_key(&node).await;
    let asked = |mask| [uid(&id), int(0x42_002c, mask)];
    let allowed = rig.once(&node, 0, CHECK, &asked(12)).await;
    assert_eq!(allowed.ok().parts.len(), 1);
    let refused = rig.once(&node, 0, CHECK, &asked(1)).await;
    assert_eq!(refused.ok().at(0x42_002c).number(), 1);
    rig.once(&node, 0, CHECK, &[uid("1")]).await.refused(ITEM_NOT_FOUND);
    rig.end().await;
}

#[tokio::test]
async fn query_tells_what_its_version_knows() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let functions: Vec<_> = (1..=12).chain([0x77]).map(|function| enumeration(0x42_0074, function)).collect();
    for (minor, operations) in [(0, 14), (1, 15), (2, 17), (4, 17)] {
        let told = rig.once(&node, minor, QUERY, &functions).await;
        assert_eq!(told.ok().all(0x42_005c).len(), operations, "1.{minor}");
        let objects: Vec<u32> = told.ok().all(0x42_0057).into_iter().map(Item::number).collect();
        assert_eq!(objects, [2, 7, 8]);
        assert!(told.ok().at(0x42_009d).text().starts_with("Atrest "));
    }
    assert!(rig.once(&node, 0, QUERY, &[]).await.ok().parts.is_empty());
    rig.end().await;
}

#[tokio::test]
async fn a_cluster_without_a_customer_key_makes_none() {
    let rig = Rig::open().await;
    rig.new_cluster(rig.house.project, "plain", "NONE").await;
    let node = rig.node(rig.house.project, "plain", "n1", "mongod").await;
    let refused = rig.once(&node, 0, CREATE, &create(&[])).await;
    assert!(refused.refused(PERMISSION_DENIED).contains("encryptionAtRestProvider"));
    rig.once(&node, 0, REGISTER, &register_key(&[1; 32], &[])).await.refused(PERMISSION_DENIED);
    rig.end().await;
}

#[tokio::test]
async fn a_cluster_switched_off_is_served_until_its_last_node_has_left() {
    let rig = Rig::open().await;
    let node = rig.mongod("n1").await;
    let id = rig.active_key(&node).await;
    let cluster = format!("/api/atlas/v2/groups/{}/clusters/c", rig.house.project);
    let off = serde_json::json!({"encryptionAtRestProvider": "NONE"});
    let got = rig.house.ask("PATCH", &cluster).json(&off).send().await;
    assert_eq!(got.status, 200, "{}", got.text());
    rig.once(&node, 0, GET, &[uid(&id)]).await.ok();
    rig.once(&node, 0, CREATE, &create(&[])).await.refused(PERMISSION_DENIED);
    rig.end().await;
}
