//! Writing: the standard's examples, padding, lengths, faults; and there and back for any tree.

use proptest::prelude::*;

use super::*;
use crate::limits::Limits;
use crate::ttlv::{BigInteger, DateTime, Field, Interval, Reader, Value};

const TAG: Tag = Tag::COMPROMISE_DATE;

fn written<T: Encode + ?Sized>(value: &T) -> String {
    let mut to = Writer::answer(Version::V1_0);
    to.put(TAG, value);
    hex::encode(to.finish().unwrap().expose())
}

/// Source: KMIP 1.4, section 9.1.2, Examples.
#[test]
fn writes_the_examples_of_the_standard() {
    assert_eq!(written(&8_i32), "42002002000000040000000800000000");
    assert_eq!(written(&123_456_789_000_000_000_i64), "420020030000000801b69b4ba5749200");
    assert_eq!(
        written(&BigInteger::new(&1_234_567_890_000_000_000_000_000_000_u128.to_be_bytes())),
        "42002004000000100000000003fd35eb6bc2df4618080000"
    );
    assert_eq!(written(&Value::Enumeration(255)), "4200200500000004000000ff00000000");
    assert_eq!(written(&true), "42002006000000080000000000000001");
    assert_eq!(written("Hello World"), "420020070000000b48656c6c6f20576f726c640000000000");
    assert_eq!(written(&[1_u8, 2, 3][..]), "42002008000000030102030000000000");
    assert_eq!(written(&DateTime(0x47DA_67F8)), "42002009000000080000000047da67f8");
    assert_eq!(written(&Interval(864_000)), "4200200a00000004000d2f0000000000");
    let structure = Value::Structure(vec![
        Field { tag: Tag::APPLICATION_SPECIFIC_INFORMATION, value: Value::Enumeration(254) },
        Field { tag: Tag::ARCHIVE_DATE, value: Value::Integer(255) },
    ]);
    assert_eq!(written(&structure), "42002001000000204200040500000004000000fe000000004200050200000004000000ff00000000");
}

#[test]
fn pads_to_eight_and_no_further() {
    for length in 0_usize..=17 {
        let text = "a".repeat(length);
        assert_eq!(written(text.as_str()).len() / 2, 8 + length.next_multiple_of(8), "{length}");
    }
}

#[test]
fn tells_the_first_fault() {
    let mut to = Writer::answer(Version::V1_2);
    to.must_put_since(Version::V1_3, Tag::CORRELATION_VALUE, &Some(vec![1]));
    to.put(Tag::BATCH_COUNT, &u32::MAX);
    assert_eq!(
        to.finish().unwrap_err(),
        EncodeError::FieldTooNew { field: Tag::CORRELATION_VALUE, version: Version::V1_2 }
    );
    let mut to = Writer::answer(Version::V1_2);
    to.must_put_since(Version::V1_3, Tag::CORRELATION_VALUE, &None::<Vec<u8>>);
    to.put(Tag::BATCH_COUNT, &u32::MAX);
    assert_eq!(to.finish().unwrap_err(), EncodeError::TooLarge { field: Tag::BATCH_COUNT });
}

#[test]
fn a_request_is_written_as_it_is_given() {
    let written = |mut to: Writer| {
        to.put_since(Version::V1_3, Tag::LOCATED_ITEMS, &Some(1_u32));
        to.finish().unwrap().len()
    };
    assert_eq!(written(Writer::request(Version::V1_0)), 16);
    assert_eq!(written(Writer::answer(Version::V1_0)), 0);
    assert_eq!(written(Writer::answer(Version::V1_3)), 16);
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Value::Integer),
        any::<i64>().prop_map(Value::LongInteger),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(|bytes| Value::BigInteger(BigInteger::new(&bytes))),
        any::<u32>().prop_map(Value::Enumeration),
        any::<bool>().prop_map(Value::Boolean),
        ".{0,20}".prop_map(Value::Text),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        any::<i64>().prop_map(|moment| Value::DateTime(DateTime(moment))),
        any::<u32>().prop_map(|time| Value::Interval(Interval(time))),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop::collection::vec((0x42_0001_u32..0x42_0125, inner), 0..8).prop_map(|fields| {
            Value::Structure(
                fields.into_iter().map(|(tag, value)| Field { tag: Tag::from_number(tag), value }).collect(),
            )
        })
    })
}

proptest! {
    #[test]
    fn any_tree_comes_back(value in any_value()) {
        let mut to = Writer::answer(Version::NEWEST);
        to.structure(TAG, |to| to.put(TAG, &value));
        let message = to.finish().unwrap();
        let mut reader = Reader::open(message.expose(), TAG, Version::NEWEST, &Limits::default()).unwrap();
        prop_assert_eq!(Value::from_item(&reader.item().unwrap()).unwrap(), value);
        reader.finish().unwrap();
    }
}
