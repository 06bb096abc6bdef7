//! What no client should send: each is refused with a reason and words, or closed in time, and nobody else notices.

use std::time::Duration;

use server::kmip::KmipLimits;

use crate::client::PATIENCE;
use crate::rig::{Rig, Wire, hasty};
use crate::strict;
use crate::ttlv::{
    CREATE, ENCRYPT, GET, GET_ATTRIBUTES, Header, INVALID_FIELD, INVALID_MESSAGE, MISSING_DATA,
    OPERATION_NOT_SUPPORTED, QUERY, ask, create, enumeration, int, message, named, structure, text, uid, v,
};

fn query() -> Vec<u8> {
    message(&v(0), &[ask(QUERY, &[enumeration(0x42_0074, 1)])])
}

/// Sends bytes, and gives the answer, read in the version given.
async fn sent(wire: &mut Wire, bytes: &[u8], minor: i32) -> strict::Response {
    strict::response(&wire.exchange(bytes).await, minor)
}

#[tokio::test]
async fn four_gibibytes_are_refused_before_a_byte_is_allocated() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    for length in [0xffff_fff8_u32, 0x8000_0000, 0x0010_0000] {
        let mut wire = rig.connect(&node).await;
        let head = [&[0x42, 0, 0x78, 1], length.to_be_bytes().as_slice()].concat();
        let answer = sent(&mut wire, &head, 0).await;
        assert!(answer.refused(INVALID_MESSAGE).contains("announces"), "{length}");
        wire.end().await;
    }
    // The version of the messages before is remembered for what cannot be read.
    let mut wire = rig.connect(&node).await;
    wire.ask(4, QUERY, &[]).await.ok();
    sent(&mut wire, &[0x42, 0, 0x78, 1, 0xff, 0xff, 0xff, 0xf8], 4).await.refused(INVALID_MESSAGE);
    rig.end().await;
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_closed() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    for head in [*b"GET / HT", [0x42, 0, 0x7b, 1, 0, 0, 0, 8], [0x42, 0, 0x78, 2, 0, 0, 0, 4], [0; 8]] {
        let mut wire = rig.connect(&node).await;
        sent(&mut wire, &head, 0).await.refused(INVALID_MESSAGE);
        wire.end().await;
    }
    rig.end().await;
}

#[tokio::test]
async fn a_depth_of_a_thousand_is_refused() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    let mut deep = int(0x42_000b, 1);
    for _ in 0..1000 {
        deep = structure(0x42_000b, &[deep]);
    }
    let attribute = structure(0x42_0008, &[text(0x42_000a, "x-deep"), deep]);
    let answer = sent(&mut wire, &message(&v(1), &[ask(CREATE, &create(&[attribute]))]), 1).await;
    assert!(answer.refused(INVALID_MESSAGE).contains("deeper"));
    // The connection is fine.
    wire.ask(1, QUERY, &[]).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn a_batch_of_a_million_is_refused() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    let header = Header { count: Some(1_000_000), ..v(2) };
    sent(&mut wire, &message(&header, &[ask(GET, &[])]), 2).await.refused(INVALID_MESSAGE);
    // As many as fit into a message, honestly counted.
    let item = structure(0x42_000f, &[enumeration(0x42_005c, GET)]);
    let items = vec![item; 20_000];
    let answer = sent(&mut wire, &message(&v(2), &items), 2).await;
    assert!(answer.refused(INVALID_MESSAGE).contains("more than"));
    wire.ask(2, QUERY, &[]).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn half_a_message_and_silence_ends() {
    let rig = Rig::limited(hasty()).await;
    let (node, other) = (rig.client("a").await, rig.client("b").await);
    let mut wire = rig.connect(&node).await;
    let whole = query();
    wire.write(&whole[..whole.len() / 2]).await;
    rig.once(&other, 0, QUERY, &[]).await.ok();
    wire.end().await;
    // Half a head, too, and nothing at all.
    let mut wire = rig.connect(&node).await;
    wire.write(&whole[..3]).await;
    wire.end().await;
    rig.connect(&node).await.end().await;
    rig.end().await;
}

#[tokio::test]
async fn a_byte_now_and_then_does_not_last_for_ever() {
    let limits = KmipLimits { whole: Duration::from_millis(600), pause: PATIENCE, ..KmipLimits::default() };
    let rig = Rig::limited(limits).await;
    let node = rig.client("a").await;
    let Wire { stream } = rig.connect(&node).await;
    let (mut read, mut write) = tokio::io::split(stream);
    let begun = tokio::time::Instant::now();
    let dripping = async {
        let mut tick = tokio::time::interval(Duration::from_millis(50));
        for byte in query().iter().cycle() {
            tick.tick().await;
            let gone = tokio::io::AsyncWriteExt::write_all(&mut write, &[*byte]).await.is_err();
            if gone || tokio::io::AsyncWriteExt::flush(&mut write).await.is_err() {
                return;
            }
        }
    };
    let ended = async {
        let mut place = [0; 1];
        let _end = tokio::io::AsyncReadExt::read(&mut read, &mut place).await;
    };
    // The message is over 100 bytes long, so it would take 5 s.
    tokio::select! {
        () = dripping => {}
        () = ended => {}
    }
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    rig.end().await;
}

#[tokio::test]
async fn a_handshake_that_never_ends_ends() {
    let rig = Rig::limited(hasty()).await;
    let mut tcp = tokio::net::TcpStream::connect(rig.door).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut tcp, &[0x16, 3, 1]).await.unwrap();
    let mut place = [0; 1];
    let read = tokio::time::timeout(PATIENCE, tokio::io::AsyncReadExt::read(&mut tcp, &mut place)).await.unwrap();
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    rig.end().await;
}

#[tokio::test]
async fn a_foreign_version_is_answered_in_our_newest() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    for (major, minor) in [(2, 0), (2, 1), (3, 0), (1, 5), (0, 9), (-1, 4), (i32::MAX, i32::MIN)] {
        let header = Header { major: Some(major), ..v(minor) };
        let answer = sent(&mut wire, &message(&header, &[ask(GET, &[uid("1")])]), 4).await;
        let words = answer.refused(INVALID_MESSAGE);
        assert!(words.contains(&format!("{major}.{minor}")) && words.contains("1.4"), "{words}");
    }
    wire.ask(0, QUERY, &[]).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn an_unknown_operation_spoils_its_item_alone() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    // Create Key Pair, Re-key, Sign, a vendor's, one of 2.1.
    for operation in [0x02, 0x04, 0x21, 0x8000_0001, 0x34] {
        let answer = wire.send(&v(2), &[ask(operation, &[uid("1")])]).await;
        answer.refused(OPERATION_NOT_SUPPORTED);
        assert_eq!(answer.only().operation, Some(operation));
    }
    let header = Header { rest: vec![enumeration(0x42_000e, 1)], ..v(2) };
    let answer = wire.send(&header, &[ask(0x02, &[]), ask(QUERY, &[enumeration(0x42_0074, 1)])]).await;
    answer.items[0].refused(OPERATION_NOT_SUPPORTED);
    answer.items[1].ok();
    rig.end().await;
}

#[tokio::test]
async fn a_payload_that_cannot_be_read_says_which_field() {
    let rig = Rig::open().await;
    let node = rig.client("a").await;
    let mut wire = rig.connect(&node).await;
    let refused = wire.ask(2, CREATE, &[enumeration(0x42_0057, 2)]).await;
    assert!(refused.refused(MISSING_DATA).contains("Template"));
    let refused = wire.ask(2, GET, &[int(0x42_0094, 1)]).await;
    assert!(refused.refused(INVALID_FIELD).contains("Unique Identifier"));
    let refused = wire.ask(2, GET, &[uid("1"), uid("2")]).await;
    assert!(refused.refused(INVALID_FIELD).contains("Unique Identifier"));
    let wrong = structure(0x42_0008, &[text(0x42_000a, "Cryptographic Length"), text(0x42_000b, "256")]);
    let refused = wire.ask(2, CREATE, &create(&[wrong])).await;
    assert!(refused.refused(INVALID_FIELD).contains("Cryptographic Length"));
    let refused = wire.ask(2, ENCRYPT, &[uid(&rig.active_key(&node).await)]).await;
    assert!(refused.refused(MISSING_DATA).contains("Data"));
    rig.end().await;
}

/// Whatever is cut off or flipped, the answer is well formed or the connection ends, and the next one is served.
#[tokio::test]
async fn broken_bytes_are_answered_or_closed() {
    let rig = Rig::limited(KmipLimits { pause: Duration::from_millis(200), ..KmipLimits::default() }).await;
    let node = rig.client("a").await;
    let id = rig.active_key(&node).await;
    let whole = message(&v(2), &[ask(GET_ATTRIBUTES, &[uid(&id), named("State")])]);
    let mut wire = rig.connect(&node).await;
    let mut served = 0;
    for place in 8..whole.len() {
        let mut broken = whole.clone();
        broken[place] ^= 1 << (place % 8);
        wire.write(&broken).await;
        match wire.read().await {
            Some(answer) => {
                // A flipped minor version is echoed as it is.
                let minor = i32::from_be_bytes(answer[48 + 8..48 + 12].try_into().unwrap_or_default());
                let minor = if (0..=4).contains(&minor) { minor } else { 4 };
                let _any = std::panic::catch_unwind(|| strict::response(&answer, minor));
                served += 1;
            }
            None => wire = rig.connect(&node).await,
        }
    }
    assert!(served > whole.len() / 2, "{served}");
    rig.once(&node, 2, GET_ATTRIBUTES, &[uid(&id), named("State")]).await.ok();
    rig.end().await;
}

#[tokio::test]
async fn when_there_is_no_room_the_silent_leave() {
    let rig = Rig::limited(KmipLimits { connections: 8, ..KmipLimits::default() }).await;
    let node = rig.client("a").await;
    let mut idle = Vec::new();
    for _ in 0..8 {
        idle.push(rig.connect(&node).await);
    }
    for _ in 0..4 {
        rig.once(&node, 0, QUERY, &[]).await.ok();
    }
    let mut left = 0;
    for mut wire in idle {
        wire.write(&query()).await;
        left += u32::from(wire.read().await.is_none());
    }
    assert!((1..=4).contains(&left), "{left} left");
    rig.end().await;
}

#[tokio::test]
async fn a_crowd_of_silent_connections_disturbs_nobody() {
    let rig = Rig::limited(KmipLimits { connections: 64, ..KmipLimits::default() }).await;
    let node = rig.client("a").await;
    let id = rig.active_key(&node).await;
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(tokio::net::TcpStream::connect(rig.door).await.unwrap());
        if silent.len() % 50 == 0 {
            rig.once(&node, 0, GET, &[uid(&id)]).await.ok();
        }
    }
    assert!(rig.open.get() <= 64, "{}", rig.open.get());
    rig.end().await;
}

/// A large answer of an honest client beside clients that send rubbish.
#[tokio::test]
async fn others_are_served_while_somebody_sends_rubbish() {
    let rig = Rig::open().await;
    let (node, other) = (rig.client("a").await, rig.client("b").await);
    let id = rig.active_key(&other).await;
    let rubbish = async {
        for _ in 0..20 {
            let mut wire = rig.connect(&node).await;
            wire.write(&[0x42, 0, 0x78, 1, 0, 0x0f, 0xff, 0xf8]).await;
        }
    };
    let honest = async {
        for _ in 0..20 {
            rig.once(&other, 0, GET, &[uid(&id)]).await.ok();
        }
    };
    tokio::join!(rubbish, honest);
    rig.end().await;
}
