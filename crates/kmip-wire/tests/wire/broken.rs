//! Broken bytes: cut at every byte, mutated, random. Always an error or a message, never a panic.

use kmip_wire::{Blame, DecodeError, Limits, RequestMessage, ResponseMessage, Tag};
use proptest::prelude::*;

use crate::vectors::{self, Vector};

fn error_of(vector: &Vector, bytes: &[u8]) -> Option<DecodeError> {
    let limits = Limits::default();
    if vector.is_request() {
        RequestMessage::decode(bytes, &limits).err().map(|refused| refused.error)
    } else {
        ResponseMessage::decode(bytes, &limits).err()
    }
}

#[test]
fn every_message_cut_at_every_byte_is_truncated() {
    let mut cuts = 0;
    for vector in vectors::all() {
        for length in 0..vector.bytes.len() {
            let error = error_of(vector, &vector.bytes[..length]);
            assert!(matches!(error, Some(DecodeError::Truncated { .. })), "{} at {length}: {error:?}", vector.name);
            cuts += 1;
        }
    }
    assert!(cuts > 10_000, "{cuts}");
}

/// The cut message with the outer length made honest again, so that the cut shows further in.
#[test]
fn every_message_cut_at_every_byte_with_an_honest_head_is_no_message() {
    for vector in vectors::all() {
        for length in 8..vector.bytes.len() {
            let mut bytes = vector.bytes[..length].to_vec();
            bytes[4..8].copy_from_slice(&u32::try_from(length - 8).unwrap().to_be_bytes());
            let error = error_of(vector, &bytes);
            assert!(error.is_some(), "{} at {length}", vector.name);
        }
    }
}

#[test]
fn every_message_with_more_behind_it_is_refused() {
    for vector in vectors::all() {
        for more in 1..=9 {
            let mut bytes = vector.bytes.clone();
            bytes.resize(bytes.len() + more, 0);
            let field = if vector.is_request() { Tag::REQUEST_MESSAGE } else { Tag::RESPONSE_MESSAGE };
            assert_eq!(error_of(vector, &bytes), Some(DecodeError::Trailing { field, count: more }));
        }
    }
}

/// Every length field of every message, made a little or absurdly wrong.
#[test]
fn every_lying_length_is_found() {
    for vector in vectors::all() {
        for at in heads(&vector.bytes) {
            let place = at + 4..at + 8;
            let honest = u32::from_be_bytes(vector.bytes[place.clone()].try_into().unwrap());
            for lie in [honest ^ 8, honest.wrapping_sub(8), honest | 0x8000_0000, u32::MAX, !7] {
                let mut bytes = vector.bytes.clone();
                bytes[place.clone()].copy_from_slice(&lie.to_be_bytes());
                // A longer text may swallow its neighbour and still be a text; anything else shows.
                let text = matches!(bytes[at + 3], 7 | 8);
                let error = error_of(vector, &bytes);
                assert!(error.is_some() || text, "{} at {at}: {lie:#x} for {honest:#x}", vector.name);
            }
        }
    }
}

#[test]
fn an_error_says_whose_fault_it_is_and_what_to_do() {
    let vector = &vectors::all()[0];
    let mut bytes = vector.bytes.clone();
    bytes.truncate(100);
    let error = error_of(vector, &bytes).unwrap();
    assert_eq!(error.blame(), Blame::Malformed);
    assert_eq!(
        error.to_string(),
        "Request Message is truncated: 112 bytes wanted, 92 left; send the whole field and the length it really has"
    );
}

/// Where the heads of all items are, by a walk of the test's own.
fn heads(bytes: &[u8]) -> Vec<usize> {
    let mut at = 0;
    let mut found = Vec::new();
    while at < bytes.len() {
        found.push(at);
        let length = u32::from_be_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
        at += if bytes[at + 3] == 1 { 8 } else { 8 + length.next_multiple_of(8) };
    }
    found
}

/// What must hold for any bytes at all: reading ends, and what was read is written and read again alike.
fn survives(bytes: &[u8]) -> Result<(), TestCaseError> {
    let limits = Limits::default();
    if let Ok(message) = RequestMessage::decode(bytes, &limits)
        && let Ok(once) = message.encode()
    {
        let twice = RequestMessage::decode(once.expose(), &limits).unwrap().encode().unwrap();
        prop_assert_eq!(once.expose(), twice.expose());
    }
    if let Ok(message) = ResponseMessage::decode(bytes, &limits)
        && let Ok(once) = message.encode()
    {
        let twice = ResponseMessage::decode(once.expose(), &limits).unwrap().encode().unwrap();
        prop_assert_eq!(once.expose(), twice.expose());
    }
    Ok(())
}

#[derive(Debug, Clone)]
enum Mutation {
    FlipBit(prop::sample::Index, u8),
    SetByte(prop::sample::Index, u8),
    LengthLie(prop::sample::Index, u32),
    Cut(prop::sample::Index, prop::sample::Index),
    Double(prop::sample::Index, prop::sample::Index),
    Retype(prop::sample::Index, u8),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    use prop::sample::Index;
    prop_oneof![
        (any::<Index>(), 0_u8..8).prop_map(|(at, bit)| Mutation::FlipBit(at, bit)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Mutation::SetByte(at, byte)),
        (any::<Index>(), prop_oneof![0_u32..64, any::<u32>()]).prop_map(|(at, lie)| Mutation::LengthLie(at, lie)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Mutation::Cut(from, to)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Mutation::Double(from, to)),
        (any::<Index>(), 0_u8..12).prop_map(|(at, kind)| Mutation::Retype(at, kind)),
    ]
}

fn mutate(bytes: &mut Vec<u8>, mutation: &Mutation) {
    if bytes.len() < 8 {
        return;
    }
    match mutation {
        Mutation::FlipBit(at, bit) => *at.get_mut(bytes) ^= 1 << bit,
        Mutation::SetByte(at, byte) => *at.get_mut(bytes) = *byte,
        Mutation::LengthLie(at, lie) => {
            let at = at.index(bytes.len() / 8) * 8;
            bytes[at + 4..at + 8].copy_from_slice(&lie.to_be_bytes());
        }
        Mutation::Cut(from, to) => {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            bytes.drain(from.min(to)..from.max(to));
        }
        Mutation::Double(from, to) => {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let part = bytes[from.min(to)..from.max(to)].to_vec();
            let end = from.max(to);
            bytes.splice(end..end, part);
        }
        Mutation::Retype(at, kind) => {
            let at = at.index(bytes.len() / 8) * 8;
            bytes[at + 3] = *kind;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_messages_never_panic(
        which in any::<prop::sample::Index>(),
        mutations in prop::collection::vec(mutation(), 1..6),
        honest_head in any::<bool>(),
    ) {
        let vectors = vectors::all();
        let mut bytes = which.get(vectors).bytes.clone();
        for mutation in &mutations {
            mutate(&mut bytes, mutation);
        }
        if honest_head && bytes.len() >= 8 {
            let length = u32::try_from(bytes.len() - 8).unwrap();
            bytes[4..8].copy_from_slice(&length.to_be_bytes());
        }
        survives(&bytes)?;
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        survives(&bytes)?;
    }

    /// Items that are well formed, in no sensible order, inside an honest message.
    #[test]
    fn well_formed_nonsense_never_panics(
        which in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..12),
    ) {
        let vectors = vectors::all();
        let mut inside = Vec::new();
        for (vector, item) in which {
            let bytes = &vector.get(vectors).bytes;
            let at = *item.get(&heads(bytes));
            let length = u32::from_be_bytes(bytes[at + 4..at + 8].try_into().unwrap()) as usize;
            inside.extend_from_slice(&bytes[at..at + 8 + length.next_multiple_of(8)]);
        }
        let mut bytes = vec![0x42, 0x00, 0x78, 0x01];
        bytes.extend(u32::try_from(inside.len()).unwrap().to_be_bytes());
        bytes.extend(inside);
        survives(&bytes)?;
    }
}
