//! Eight things that broke real clients at the closest peer, each by its name.

use crate::rig::Rig;
use crate::ttlv::{
    ACTIVATE, CREATE, GET, GET_ATTRIBUTES, Header, INVALID_MESSAGE, ITEM_NOT_FOUND, LOCATE, OPERATION_NOT_SUPPORTED,
    PERMISSION_DENIED, REGISTER, RESPONSE_TOO_LARGE, REVOKE, ask, create, int, name, named, register_opaque, revoke,
    uid, v,
};

#[tokio::test]
async fn no_attribute_stands_inside_the_key_value_of_a_get_answer() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let fresh = crate::ttlv::attribute("Fresh", crate::ttlv::boolean(crate::ttlv::VALUE, true));
    let id = rig.once(&node, 4, CREATE, &create(&[name("a"), fresh])).await.ok().id();
    for minor in 0..=4 {
        let got = rig.once(&node, minor, GET, &[uid(&id)]).await;
        assert_eq!(got.ok().at(0x42_008f).at(0x42_0040).at(0x42_0045).parts.len(), 1);
    }
    rig.end().await;
}

#[tokio::test]
async fn no_result_reason_of_kmip_2_stands_under_a_1_header() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    wire.ask(2, GET, &[uid("nobody")]).await.refused(ITEM_NOT_FOUND);
    wire.ask(2, GET, &[]).await.refused(ITEM_NOT_FOUND);
    let id = rig.active_key(&node).await;
    wire.ask(2, ACTIVATE, &[uid(&id)]).await.refused(PERMISSION_DENIED);
    rig.end().await;
}

#[tokio::test]
async fn a_deactivated_key_is_got_once_more() {
    let rig = Rig::open().await;
    let node = rig.mongod("n1").await;
    let id = rig.active_key(&node).await;
    rig.once(&node, 0, REVOKE, &revoke(&id, 5)).await.ok();
    rig.once(&node, 0, GET, &[uid(&id)]).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn an_unknown_opaque_data_type_is_kept() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let id = rig.once(&node, 0, REGISTER, &register_opaque(0x8000_0000, b"opaque")).await.ok().id();
    let got = rig.once(&node, 0, GET, &[uid(&id)]).await;
    assert_eq!(got.ok().at(0x42_005b).at(0x42_0059).number(), 0x8000_0000);
    rig.end().await;
}

#[tokio::test]
async fn offset_items_and_maximum_response_size_are_heeded() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    for _ in 0..3 {
        rig.once(&node, 0, CREATE, &create(&[])).await.ok();
    }
    let all = rig.once(&node, 0, LOCATE, &[]).await;
    let ids: Vec<_> = all.ok().all(0x42_0094).into_iter().map(|id| id.text().to_owned()).collect();
    let second = rig.once(&node, 0, LOCATE, &[int(0x42_004f, 1), int(0x42_00d4, 1)]).await;
    assert_eq!(second.ok().id(), ids[1]);
    let header = Header { most: Some(200), ..v(0) };
    rig.connect(&node).await.send(&header, &[ask(GET_ATTRIBUTES, &[uid(&ids[0])])]).await.refused(RESPONSE_TOO_LARGE);
    rig.end().await;
}

#[tokio::test]
async fn the_placeholder_goes_through_a_batch() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let batch = [ask(CREATE, &create(&[])), ask(ACTIVATE, &[]), ask(GET_ATTRIBUTES, &[named("State")])];
    let answer = rig.connect(&node).await.send(&v(2), &batch).await;
    assert_eq!(answer.items[2].ok().attribute("State").number(), 2);
    rig.end().await;
}

#[tokio::test]
async fn an_unknown_operation_is_named_and_timed() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let answer = rig.connect(&node).await.send(&v(2), &[ask(0x2b, &[])]).await;
    answer.refused(OPERATION_NOT_SUPPORTED);
    assert_eq!(answer.only().operation, Some(0x2b));
    assert!(answer.time >= rig.house.control.now().as_secs() - 60);
    rig.end().await;
}

#[tokio::test]
async fn a_batch_count_of_a_thousand_with_one_item_is_refused() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let header = Header { count: Some(1000), ..v(2) };
    let answer = rig.connect(&node).await.send(&header, &[ask(CREATE, &create(&[]))]).await;
    answer.refused(INVALID_MESSAGE);
    assert!(rig.once(&node, 0, LOCATE, &[]).await.ok().parts.is_empty());
    rig.end().await;
}
