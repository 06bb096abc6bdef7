//! What each kind of client sends, in its order, on its connections, in its versions.

use crate::golden::vector;
use crate::rig::Rig;
use crate::strict;
use crate::ttlv::{
    self, ACTIVATE, ACTIVE, ADD_ATTRIBUTE, CREATE, DECRYPT, DESTROY, DESTROYED, DISCOVER_VERSIONS, ENCRYPT, GET,
    GET_ATTRIBUTE_LIST, GET_ATTRIBUTES, LOCATE, MODIFY_ATTRIBUTE, PRE_ACTIVE, QUERY, REGISTER, REVOKE, VALUE, ask,
    ask_marked, attribute, attribute_at, boolean, bytes, create, enumeration, int, name, named, parameters,
    register_key, register_secret, structure, template, text, uid, v,
};

const MATERIAL: u32 = 0x42_0043;

#[tokio::test]
async fn mongod_enterprise_creates_gets_activates_and_polls() {
    let rig = Rig::open().await;
    let node = rig.mongod("n1").await;
    // By default in 1.2, with the legacy protocol in 1.0.
    for minor in [2, 0] {
        let mut wire = rig.connect(&node).await;
        let made = wire.ask(minor, CREATE, &create(&[])).await;
        let id = made.ok().id();
        // It gets the key before it activates it.
        let first = wire.ask(minor, GET, &[uid(&id)]).await;
        wire.ask(minor, ACTIVATE, &[uid(&id)]).await.ok();
        let state = wire.ask(minor, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
        assert_eq!(state.ok().attribute("State").number(), ACTIVE);
        let block = first.ok().at(0x42_008f).at(0x42_0040);
        assert_eq!(block.at(0x42_0045).at(MATERIAL).value.len(), 32);
        // After a restart.
        let again = rig.once(&node, minor, GET, &[uid(&id)]).await;
        assert_eq!(again.ok(), first.ok());
    }
    rig.end().await;
}

#[tokio::test]
async fn mongod_enterprise_rotates_and_reads_the_old_key_once_more() {
    let rig = Rig::open().await;
    let node = rig.mongod("n1").await;
    let old = rig.active_key(&node).await;
    let new = rig.active_key(&node).await;
    assert_ne!(old, new);
    let material = |response: &strict::Response| response.ok().at(0x42_008f).clone();
    let before = material(&rig.once(&node, 2, GET, &[uid(&old)]).await);
    rig.once(&node, 2, REVOKE, &ttlv::revoke(&old, 5)).await.ok();
    assert_eq!(material(&rig.once(&node, 2, GET, &[uid(&old)]).await), before);
    assert_ne!(material(&rig.once(&node, 2, GET, &[uid(&new)]).await), before);
    rig.end().await;
}

#[tokio::test]
async fn psmdb_registers_activates_reads_the_state_and_gets() {
    let rig = Rig::open().await;
    let node = rig.mongod("n1").await;
    let key = [7; 32];
    // Maximum Response Size 8192 and a time stamp stand in each header.
    let header = ttlv::Header { most: Some(8192), rest: vec![ttlv::date(0x42_0092, 1_790_000_000)], ..v(0) };
    let mut wire = rig.connect(&node).await;
    let id = wire.send(&header, &[ask(REGISTER, &register_key(&key, &[]))]).await.ok().id();
    wire.send(&header, &[ask(ACTIVATE, &[uid(&id)])]).await.ok();
    let mut wire = rig.connect(&node).await;
    let state = wire.send(&header, &[ask(GET_ATTRIBUTES, &[uid(&id), named("State")])]).await;
    assert_eq!(state.ok().names(), ["State"]);
    assert_eq!(state.ok().attribute("State").number(), ACTIVE);
    let got = wire.send(&header, &[ask(GET, &[uid(&id)])]).await;
    let block = got.ok().at(0x42_008f).at(0x42_0040);
    assert_eq!((block.at(0x42_0042).number(), block.at(0x42_0028).number(), block.at(0x42_002a).number()), (1, 3, 256));
    assert_eq!(block.at(0x42_0045).at(MATERIAL).value, key);
    rig.end().await;
}

#[tokio::test]
async fn pg_tde_registers_in_1_4_and_locates_in_1_0_without_activating() {
    let rig = Rig::open().await;
    let node = rig.client("pg").await;
    for bits in [16, 32] {
        let called = format!("tde-{bits}");
        let id = rig.once(&node, 4, REGISTER, &register_key(&vec![9; bits], &[name(&called)])).await.ok().id();
        let mut wire = rig.connect(&node).await;
        let wanted = [int(0x42_004f, 16), attribute("Object Type", enumeration(VALUE, 2)), name(&called)];
        let found = wire.ask(0, LOCATE, &wanted).await;
        assert_eq!(found.ok().all(0x42_0094).len(), 1);
        assert_eq!(found.ok().id(), id);
        let got = wire.ask(0, GET, &[uid(&id)]).await;
        assert_eq!(got.ok().at(0x42_008f).at(0x42_0040).at(0x42_0045).at(MATERIAL).value, vec![9; bits]);
        let state = wire.ask(0, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
        assert_eq!(state.ok().attribute("State").number(), PRE_ACTIVE);
    }
    rig.end().await;
}

#[tokio::test]
async fn mysql_component_keyring_kmip_pages_reads_names_and_erases() {
    let rig = Rig::open().await;
    let node = rig.client("mysql").await;
    let in_group = |text_value: &str| attribute("Object Group", text(VALUE, text_value));
    let mut ids = Vec::new();
    for number in 0..20 {
        let more = [name(&format!("key-{number}")), in_group("mysql")];
        let id = rig.once(&node, 4, REGISTER, &register_key(&[1; 32], &more)).await.ok().id();
        rig.once(&node, 0, ACTIVATE, &[uid(&id)]).await.ok();
        ids.push(id);
    }
    // A password, and a key of somebody else's making without the mark.
    let secret = rig.once(&node, 4, REGISTER, &register_secret(1, 2, b"swordfish", &[in_group("mysql")])).await;
    rig.once(&node, 4, REGISTER, &register_key(&[1; 32], &[])).await.ok();
    let mut found = Vec::new();
    for offset in [0, 16, 32] {
        // Offset Items under a 1.0 header, where it does not exist.
        let payload = [
            int(0x42_004f, 16),
            int(0x42_00d4, offset),
            attribute("Object Type", enumeration(VALUE, 2)),
            in_group("mysql"),
        ];
        let page = rig.once(&node, 0, LOCATE, &payload).await;
        found.extend(page.ok().all(0x42_0094).into_iter().map(|id| id.text().to_owned()));
    }
    found.sort();
    ids.sort();
    assert_eq!(found, ids);
    let named_so = rig.once(&node, 4, GET_ATTRIBUTES, &[uid(&ids[0]), named("Name")]).await;
    assert_eq!(named_so.ok().names(), ["Name"]);
    let got = rig.once(&node, 0, GET, &[uid(&secret.ok().id())]).await;
    assert_eq!(got.ok().at(0x42_0085).at(0x42_0086).number(), 1);
    let revocation = structure(0x42_0081, &[enumeration(0x42_0082, 1), text(0x42_0080, "Deleting the key")]);
    rig.once(&node, 0, REVOKE, &[uid(&ids[0]), revocation]).await.ok();
    rig.once(&node, 0, DESTROY, &[uid(&ids[0])]).await.ok();
    let left = rig.once(&node, 0, LOCATE, &[in_group("mysql")]).await;
    assert_eq!(left.ok().all(0x42_0094).len(), 20);
    rig.end().await;
}

#[tokio::test]
async fn mysql_keyring_okv_speaks_1_1_with_explicit_indices() {
    let rig = Rig::open().await;
    let node = rig.client("okv").await;
    let header = ttlv::Header { most: Some(280_000), ..v(1) };
    let mut wire = rig.connect(&node).await;
    let sent = vector("MySQL okv Create 1.1 request with index 0");
    let made = strict::response(&wire.exchange(&sent).await, 1);
    let id = made.ok().id();
    wire.send(&header, &[ask(ACTIVATE, &[uid(&id)])]).await.ok();
    wire.send(&header, &[ask(GET, &[uid(&id)])]).await.ok();
    let located =
        strict::response(&wire.exchange(&vector("MySQL okv Locate 1.1 request with Storage Status Mask")).await, 1);
    located.ok();
    wire.send(&header, &[ask(REVOKE, &ttlv::revoke(&id, 6))]).await.ok();
    wire.send(&header, &[ask(DESTROY, &[uid(&id)])]).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn ceph_creates_by_name_with_a_password_beside_its_certificate() {
    let rig = Rig::open().await;
    let node = rig.client("rgw").await;
    let mut wire = rig.connect(&node).await;
    let made = strict::response(&wire.exchange(&vector("Ceph RGW Create 1.0 request with credential")).await, 0);
    let id = made.ok().id();
    let all = wire.ask(0, GET_ATTRIBUTES, &[uid(&id), named("Name")]).await;
    let called = all.ok().attribute("Name").at(0x42_0055).text().to_owned();
    let found = wire.ask(0, LOCATE, &[name(&called)]).await;
    assert_eq!(found.ok().id(), id);
    wire.ask(0, GET, &[uid(&id)]).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn vcenter_discovers_asks_creates_and_marks_in_a_batch() {
    let rig = Rig::open().await;
    let node = rig.client("vcenter").await;
    let mut wire = rig.connect(&node).await;
    let asked =
        strict::response(&wire.exchange(&vector("vCenter Query and empty Discover Versions 1.1 request")).await, 1);
    assert_eq!(asked.items.len(), 2);
    assert!(asked.items.iter().any(|item| item.ok().all(0x42_0069).len() == 5));
    assert!(asked.items.iter().any(|item| item.ok().find(0x42_009d).is_some()));
    let made = wire.send(&v(1), &[ask_marked(CREATE, b"QLKC7", &create(&[]))]).await;
    assert_eq!(made.only().mark.as_deref(), Some(b"QLKC7".as_slice()));
    let id = made.ok().id();
    let mark = |which: &[u8], called: &str, said: &str| {
        ask_marked(ADD_ATTRIBUTE, which, &[uid(&id), attribute(called, text(VALUE, said))])
    };
    let marks = [
        mark(b"QLKC8", "x-Product_Version", "8.0.2 build-1"),
        mark(b"QLKC9", "x-Vendor", "VMware, Inc."),
        mark(b"QLKC10", "x-Product", "VMware vSphere"),
    ];
    let marked = wire.send(&v(1), &marks).await;
    assert_eq!(
        marked.items.iter().filter_map(|item| item.mark.clone()).collect::<Vec<_>>(),
        [b"QLKC8".to_vec(), b"QLKC9".to_vec(), b"QLKC10".to_vec()]
    );
    let payload = [uid(&id), named("x-Product"), named("x-Vendor"), named("x-Product_Version"), named("State")];
    let said = wire.ask(1, GET_ATTRIBUTES, &payload).await;
    assert_eq!(said.ok().attribute("x-Vendor").text(), "VMware, Inc.");
    assert_eq!(said.ok().attribute("State").number(), PRE_ACTIVE);
    assert_eq!(said.ok().names().len(), 4);
    wire.ask(1, GET, &[uid(&id)]).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn fortigate_locates_four_things_in_order() {
    let rig = Rig::open().await;
    let node = rig.client("forti").await;
    let answer = rig.connect(&node).await.exchange(&vector("FortiGate batch of Locate 1.0 request")).await;
    let response = strict::response(&answer, 0);
    assert_eq!(response.items.len(), 4);
    for item in &response.items {
        assert_eq!(item.operation, Some(LOCATE));
        assert!(item.ok().parts.is_empty());
    }
    rig.end().await;
}

#[tokio::test]
async fn synology_registers_renames_lists_and_destroys() {
    let rig = Rig::open().await;
    let node = rig.client("dsm").await;
    let mut wire = rig.connect(&node).await;
    let functions = [1, 2, 3].map(|function| enumeration(0x42_0074, function));
    let offered = wire.ask(2, QUERY, &functions).await;
    let operations: Vec<u32> = offered.ok().all(0x42_005c).into_iter().map(strict::Item::number).collect();
    assert!([REGISTER, MODIFY_ATTRIBUTE, GET_ATTRIBUTE_LIST].iter().all(|one| operations.contains(one)));
    assert_eq!(wire.ask(2, LOCATE, &[name("volume1")]).await.ok().parts.len(), 0);
    let more = [name("volume1"), attribute("Operation Policy Name", text(VALUE, "default"))];
    let id = wire.ask(2, REGISTER, &register_secret(1, 2, b"swordfish", &more)).await.ok().id();
    let renamed = structure(VALUE, &[text(0x42_0055, "volume2"), enumeration(0x42_0054, 1)]);
    wire.ask(2, MODIFY_ATTRIBUTE, &[uid(&id), attribute_at("Name", 0, renamed)]).await.ok();
    wire.ask(2, ACTIVATE, &[uid(&id)]).await.ok();
    let list = wire.ask(2, GET_ATTRIBUTE_LIST, &[uid(&id)]).await;
    let names: Vec<&str> = list.ok().all(0x42_000a).into_iter().map(strict::Item::text).collect();
    assert!(names.contains(&"Operation Policy Name") && names.contains(&"State"), "{names:?}");
    let payload = [uid(&id), named("Name"), named("Operation Policy Name")];
    let said = wire.ask(2, GET_ATTRIBUTES, &payload).await;
    assert_eq!(said.ok().attribute("Name").at(0x42_0055).text(), "volume2");
    assert_eq!(said.ok().attribute("Operation Policy Name").text(), "default");
    assert_eq!(wire.ask(2, LOCATE, &[name("volume2")]).await.ok().id(), id);
    let got = wire.ask(2, GET, &[uid(&id)]).await;
    assert_eq!(got.ok().at(0x42_0085).at(0x42_0040).at(0x42_0045).at(MATERIAL).value, b"swordfish");
    wire.ask(2, REVOKE, &ttlv::revoke(&id, 6)).await.ok();
    wire.ask(2, DESTROY, &[uid(&id)]).await.ok();
    let state = wire.ask(2, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
    assert_eq!(state.ok().attribute("State").number(), DESTROYED);
    rig.end().await;
}

#[tokio::test]
async fn openbao_seals_with_gcm_additional_data_and_a_tag() {
    let rig = Rig::open().await;
    let node = rig.client("bao").await;
    let id = rig.active_key(&node).await;
    let mut wire = rig.connect(&node).await;
    let said = wire.ask(4, GET_ATTRIBUTES, &[uid(&id), named("State"), named("Cryptographic Usage Mask")]).await;
    assert_eq!(
        (said.ok().attribute("State").number(), said.ok().attribute("Cryptographic Usage Mask").number()),
        (2, 12)
    );
    let aad = bytes(0x42_00fe, b"context");
    let gcm = || parameters(9, None, None);
    let sealed = wire.ask(4, ENCRYPT, &[uid(&id), gcm(), ttlv::data(b"root key"), aad.clone()]).await;
    let part = |tag| sealed.ok().at(tag).value.clone();
    let (data, iv, tag) = (part(0x42_00c2), part(0x42_003d), part(0x42_00ff));
    assert_eq!((data.len(), iv.len(), tag.len()), (8, 12, 16));
    let open =
        |aad: Vec<u8>, tag: &[u8]| [uid(&id), gcm(), ttlv::data(&data), ttlv::vector(&iv), aad, bytes(0x42_00ff, tag)];
    let opened = wire.ask(4, DECRYPT, &open(aad.clone(), &tag)).await;
    assert_eq!(opened.ok().at(0x42_00c2).value, b"root key");
    wire.ask(4, DECRYPT, &open(bytes(0x42_00fe, b"another"), &tag)).await.refused(ttlv::CRYPTOGRAPHIC_FAILURE);
    wire.ask(4, DECRYPT, &open(aad.clone(), &[0; 16])).await.refused(ttlv::CRYPTOGRAPHIC_FAILURE);
    // Before 1.4 there is no place for the tag.
    let older = wire.ask(3, ENCRYPT, &[uid(&id), gcm(), ttlv::data(b"root key")]).await;
    older.refused(ttlv::FEATURE_NOT_SUPPORTED);
    rig.end().await;
}

#[tokio::test]
async fn kmip_go_discovers_versions_and_may_mark_its_requests() {
    let rig = Rig::open().await;
    let node = rig.client("go").await;
    let mut wire = rig.connect(&node).await;
    let found = strict::response(&wire.exchange(&vector("kmip-go Discover Versions 1.1 request")).await, 1);
    let first = &found.ok().all(0x42_0069)[0];
    assert_eq!((first.parts[0].number(), first.parts[1].number()), (1, 4));
    // The mark is not echoed: PyKMIP and libkmip break on it.
    strict::response(&wire.exchange(&vector("kmip-go Client Correlation Value 1.4 request")).await, 4);
    rig.end().await;
}

#[tokio::test]
async fn an_old_libkmip_sends_a_compression_type_with_its_key() {
    let rig = Rig::open().await;
    let node = rig.client("old").await;
    let sent = vector("old libkmip Register 1.0 request with Key Compression Type");
    strict::response(&rig.connect(&node).await.exchange(&sent).await, 0).ok();
    rig.end().await;
}

#[tokio::test]
async fn swift_and_pykmip_read_algorithm_and_length_in_the_key_block() {
    let rig = Rig::open().await;
    let node = rig.client("swift").await;
    for minor in 0..=4 {
        let mut wire = rig.connect(&node).await;
        let id = wire.ask(minor, CREATE, &create(&[])).await.ok().id();
        let got = wire.ask(minor, GET, &[uid(&id)]).await;
        let block = got.ok().at(0x42_008f).at(0x42_0040);
        assert_eq!((block.at(0x42_0028).number(), block.at(0x42_002a).number()), (3, 256));
        // All of it, then a part, on the same connection.
        wire.ask(minor, GET_ATTRIBUTES, &[uid(&id)]).await.ok();
        wire.ask(minor, GET_ATTRIBUTE_LIST, &[uid(&id)]).await.ok();
    }
    rig.end().await;
}

#[tokio::test]
async fn discover_versions_lists_the_newest_first_and_what_is_in_common() {
    let rig = Rig::open().await;
    let node = rig.client("any").await;
    let version = |major, minor| structure(0x42_0069, &[int(0x42_006a, major), int(0x42_006b, minor)]);
    let mut wire = rig.connect(&node).await;
    for (theirs, ours) in [
        (vec![], vec![4, 3, 2, 1, 0]),
        (vec![version(1, 0), version(1, 2)], vec![2, 0]),
        (vec![version(2, 1), version(1, 4)], vec![4]),
        (vec![version(2, 0), version(3, 0)], vec![]),
    ] {
        let answer = wire.ask(1, DISCOVER_VERSIONS, &theirs).await;
        let listed: Vec<u32> = answer.ok().all(0x42_0069).into_iter().map(|one| one.parts[1].number()).collect();
        assert_eq!(listed, ours);
    }
    rig.end().await;
}

#[tokio::test]
async fn a_placeholder_and_continue_carry_through_a_batch() {
    let rig = Rig::open().await;
    let node = rig.client("any").await;
    let sent = vector("batch with Create, placeholder Activate and Continue 1.2 request");
    let response = strict::response(&rig.connect(&node).await.exchange(&sent).await, 2);
    let id = response.items[0].ok().id();
    assert_eq!(response.items[1].ok().id(), id);
    let state = rig.once(&node, 2, GET_ATTRIBUTES, &[uid(&id), named("State")]).await;
    assert_eq!(state.ok().attribute("State").number(), ACTIVE);
    rig.end().await;
}

#[tokio::test]
async fn a_usage_mask_may_be_missing_and_an_authentication_block_there() {
    let rig = Rig::open().await;
    let node = rig.client("sloppy").await;
    let credential = structure(0x42_0025, &[text(0x42_0099, "admin"), text(0x42_00a1, "secret")]);
    let authentication = structure(0x42_000c, &[structure(0x42_0023, &[enumeration(0x42_0024, 1), credential])]);
    let header = ttlv::Header { rest: vec![authentication, boolean(0x42_0010, true)], ..v(0) };
    let attributes = [
        attribute("Cryptographic Algorithm", enumeration(VALUE, 3)),
        attribute("Cryptographic Length", int(VALUE, 128)),
    ];
    let request = ask(CREATE, &[enumeration(0x42_0057, 2), template(&attributes)]);
    let mut wire = rig.connect(&node).await;
    wire.send(&header, std::slice::from_ref(&request)).await.ok();
    rig.end().await;
}
