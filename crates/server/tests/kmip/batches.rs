//! Batches: order, marks, the placeholder, what happens after a failure, answers that are too long, and what is refused
//! of a whole message.

use crate::rig::Rig;
use crate::ttlv::{
    self, ACTIVATE, ACTIVE, CREATE, FEATURE_NOT_SUPPORTED, GENERAL_FAILURE, GET, GET_ATTRIBUTES, Header,
    INVALID_MESSAGE, ITEM_NOT_FOUND, LOCATE, QUERY, REGISTER, RESPONSE_TOO_LARGE, ask, ask_marked, boolean, bytes,
    create, enumeration, message, name, named, register_opaque, structure, text, uid, v,
};

const CONTINUE: u32 = 1;
const STOP: u32 = 2;
const UNDO: u32 = 3;
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

fn after_failure(option: u32) -> Header {
    Header { rest: vec![enumeration(0x42_000e, option)], ..v(2) }
}

#[tokio::test]
async fn stop_is_the_default_and_leaves_the_rest_alone() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    let batch = [
        ask_marked(QUERY, b"1", &[enumeration(0x42_0074, 3)]),
        ask_marked(GET, b"2", &[uid(NOBODY)]),
        ask_marked(CREATE, b"3", &create(&[name("never")])),
    ];
    for header in [v(2), after_failure(STOP)] {
        let answer = wire.send(&header, &batch).await;
        assert_eq!(answer.items.len(), 2, "what was not carried out is not answered");
        answer.items[0].ok();
        answer.items[1].refused(ITEM_NOT_FOUND);
        assert_eq!(answer.items[1].mark.as_deref(), Some(b"2".as_slice()));
        assert!(wire.ask(2, LOCATE, &[name("never")]).await.ok().all(0x42_0094).is_empty());
    }
    rig.end().await;
}

#[tokio::test]
async fn continue_goes_on_and_answers_everything() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    let batch = [ask(GET, &[uid(NOBODY)]), ask(CREATE, &create(&[name("made")])), ask(GET, &[])];
    let answer = wire.send(&after_failure(CONTINUE), &batch).await;
    assert_eq!(answer.items.len(), 3);
    answer.items[0].refused(ITEM_NOT_FOUND);
    assert_eq!(answer.items[1].ok().id(), answer.items[2].ok().id());
    rig.end().await;
}

#[tokio::test]
async fn undo_is_refused_by_name_before_anything_is_done() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    let batch = [ask(CREATE, &create(&[name("a")])), ask(CREATE, &create(&[name("b")]))];
    for option in [UNDO, 9] {
        let answer = wire.send(&after_failure(option), &batch).await;
        assert_eq!(answer.items.len(), 2);
        for item in &answer.items {
            assert!(item.refused(FEATURE_NOT_SUPPORTED).contains("Batch Error Continuation Option"));
        }
    }
    assert!(wire.ask(2, LOCATE, &[]).await.ok().all(0x42_0094).is_empty());
    rig.end().await;
}

#[tokio::test]
async fn the_placeholder_is_what_was_made_or_found_last() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    let first = wire.ask(1, CREATE, &create(&[name("one")])).await.ok().id();
    wire.ask(1, CREATE, &create(&[name("two")])).await.ok();
    let header = Header { rest: vec![boolean(0x42_0010, true)], ..after_failure(CONTINUE) };
    let header = Header { rest: [after_failure(CONTINUE).rest, header.rest].concat(), ..v(2) };
    let found = wire
        .send(&header, &[ask(LOCATE, &[name("one")]), ask(ACTIVATE, &[]), ask(GET_ATTRIBUTES, &[named("State")])])
        .await;
    assert_eq!(found.items[1].ok().id(), first);
    assert_eq!(found.items[2].ok().attribute("State").number(), ACTIVE);
    // Two, or none, are no placeholder, and neither is one of another message.
    for search in [vec![], vec![name("three")]] {
        let lost = wire.send(&header, &[ask(CREATE, &create(&[])), ask(LOCATE, &search), ask(GET, &[])]).await;
        lost.items[0].ok();
        lost.items[1].ok();
        assert!(lost.items[2].refused(ITEM_NOT_FOUND).contains("No Unique Identifier was sent"));
    }
    wire.ask(2, GET, &[]).await.refused(ITEM_NOT_FOUND);
    // After a failure to make one, the one before is not meant.
    let broken = ask(CREATE, &[enumeration(0x42_0057, 7), ttlv::template(&[])]);
    let lost = wire.send(&header, &[ask(CREATE, &create(&[])), broken, ask(ACTIVATE, &[])]).await;
    lost.items[2].refused(ITEM_NOT_FOUND);
    rig.end().await;
}

#[tokio::test]
async fn an_answer_fits_the_maximum_response_size_or_says_so() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    let long = wire.ask(0, REGISTER, &register_opaque(0x8000_0000, &[5; 20_000])).await.ok().id();
    let short = wire.ask(0, REGISTER, &register_opaque(0x8000_0000, &[5; 16])).await.ok().id();
    let limited = |most| Header { most: Some(most), ..v(0) };
    let refused = wire.send(&limited(8192), &[ask(GET, &[uid(&long)])]).await;
    assert!(refused.refused(RESPONSE_TOO_LARGE).contains("8192"));
    assert!(refused.length <= 8192);
    assert!(wire.send(&limited(30_000), &[ask(GET, &[uid(&long)])]).await.only().failure.is_none());
    // In a batch the longest gives way, and the others stay.
    let header = Header { most: Some(8192), ..after_failure(CONTINUE) };
    let batch = [ask_marked(GET, b"s", &[uid(&short)]), ask_marked(GET, b"l", &[uid(&long)])];
    let answer = wire.send(&header, &batch).await;
    answer.items[0].ok();
    answer.items[1].refused(RESPONSE_TOO_LARGE);
    assert_eq!(answer.items[1].mark.as_deref(), Some(b"l".as_slice()));
    // No message is as short as this wants; it is still a message.
    wire.send(&limited(8), &[ask(GET, &[uid(&short)])]).await.refused(RESPONSE_TOO_LARGE);
    rig.end().await;
}

#[tokio::test]
async fn what_a_whole_message_cannot_have_is_refused_by_name() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    let query = || ask(QUERY, &[enumeration(0x42_0074, 1)]);
    let asynchronous = |wants| Header { rest: vec![boolean(0x42_0007, wants)], ..v(2) };
    let refused = wire.send(&asynchronous(true), &[query()]).await;
    assert!(refused.refused(FEATURE_NOT_SUPPORTED).contains("Asynchronous Indicator"));
    wire.send(&asynchronous(false), &[query()]).await.ok();
    let credential = |kind, parts: &[Vec<u8>]| {
        let value = structure(0x42_0025, parts);
        let one = structure(0x42_0023, &[enumeration(0x42_0024, kind), value]);
        Header { rest: vec![structure(0x42_000c, &[one])], ..v(2) }
    };
    let refused = wire.send(&credential(3, &[bytes(0x42_00c8, b"nonce")]), &[query()]).await;
    assert!(refused.refused(FEATURE_NOT_SUPPORTED).contains("Attestation"));
    wire.send(&credential(1, &[text(0x42_0099, "a"), text(0x42_00a1, "b")]), &[query()]).await.ok();
    // A device may tell its serial number.
    wire.send(&credential(2, &[text(0x42_00b0, "123")]), &[query()]).await.ok();
    let extended = |critical| {
        let extension =
            structure(0x42_0051, &[text(0x42_009d, "Acme"), boolean(0x42_0026, critical), structure(0x42_009c, &[])]);
        let payload = structure(0x42_0079, &[enumeration(0x42_0074, 1)]);
        structure(0x42_000f, &[enumeration(0x42_005c, QUERY), payload, extension])
    };
    let refused = wire.send(&v(2), &[extended(true)]).await;
    assert!(refused.refused(FEATURE_NOT_SUPPORTED).contains("\"Acme\""));
    wire.send(&v(2), &[extended(false)]).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn the_batch_count_must_be_the_number_of_items() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    for count in [0, 2, 127, 1000, 1_000_000, i32::MAX, -1] {
        let header = Header { count: Some(count), ..v(2) };
        let answer = wire.send(&header, &[ask(CREATE, &create(&[name("never")]))]).await;
        let words = answer.refused(INVALID_MESSAGE);
        assert!(words.to_lowercase().contains("batch"), "{words}");
        // As much as could be seen is echoed.
        assert_eq!(answer.only().operation, Some(CREATE));
    }
    assert!(wire.ask(2, LOCATE, &[]).await.ok().all(0x42_0094).is_empty());
    rig.end().await;
}

#[tokio::test]
async fn a_node_with_too_many_connections_is_told_and_closed() {
    let limits = server::kmip::KmipLimits { connections_per_node: 2, ..server::kmip::KmipLimits::default() };
    let rig = Rig::limited(limits).await;
    let (node, other) = (rig.client("a").await, rig.client("b").await);
    let query = [enumeration(0x42_0074, 1)];
    let (mut one, mut two) = (rig.connect(&node).await, rig.connect(&node).await);
    one.ask(0, QUERY, &query).await.ok();
    two.ask(0, QUERY, &query).await.ok();
    let mut three = rig.connect(&node).await;
    assert!(three.ask(0, QUERY, &query).await.refused(GENERAL_FAILURE).contains("2 connections"));
    three.end().await;
    rig.once(&other, 0, QUERY, &query).await.ok();
    drop(one);
    // Its place is free again as soon as the door has seen the end.
    crate::house::until("the place is free", || async {
        let mut next = rig.connect(&node).await;
        next.send(&v(0), &[ask(QUERY, &query)]).await.only().failure.is_none()
    })
    .await;
    two.ask(0, QUERY, &query).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn messages_come_several_in_a_record_and_one_in_many() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    let query = message(&v(0), &[ask(QUERY, &[enumeration(0x42_0074, 1)])]);
    wire.write(&query.repeat(5)).await;
    for _ in 0..5 {
        crate::strict::response(&wire.read().await.unwrap(), 0).ok();
    }
    // Each byte is a record of its own.
    for byte in &query {
        wire.write(&[*byte]).await;
    }
    crate::strict::response(&wire.read().await.unwrap(), 0).ok();
    // A whole one and the beginning of the next, then its rest.
    let (begun, rest) = query.split_at(11);
    wire.write(&[query.as_slice(), begun].concat()).await;
    crate::strict::response(&wire.read().await.unwrap(), 0).ok();
    wire.write(rest).await;
    crate::strict::response(&wire.read().await.unwrap(), 0).ok();
    rig.end().await;
}
