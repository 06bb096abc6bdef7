//! Reading one structure: the standard's examples, and each thing that can be wrong.

use super::*;
use crate::ttlv::{BigInteger, DateTime, Interval, Value};

const OUTER: Tag = Tag::COMPROMISE_DATE;
const INNER: Tag = Tag::ARCHIVE_DATE;

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex.replace([' ', '|', '\n'], "")).unwrap()
}

/// Puts items into a structure with an honest length.
fn wrapped(items: &str) -> Vec<u8> {
    let items = bytes(items);
    let mut all = bytes("42002001");
    all.extend(u32::try_from(items.len()).unwrap().to_be_bytes());
    all.extend(items);
    all
}

fn opened(message: &[u8], limits: &Limits) -> Result<(), DecodeError> {
    Reader::open(message, OUTER, Version::NEWEST, limits).map(drop)
}

fn refused(message: &[u8]) -> DecodeError {
    opened(message, &Limits::default()).unwrap_err()
}

/// Source: KMIP 1.4, section 9.1.2, Examples.
#[test]
fn reads_the_examples_of_the_standard() {
    fn check<T: Decode + PartialEq + std::fmt::Debug>(item: &str, expected: T) {
        let message = wrapped(item);
        let mut reader = Reader::open(&message, OUTER, Version::V1_0, &Limits::default()).unwrap();
        assert_eq!(reader.required::<T>(OUTER).unwrap(), expected);
        reader.finish().unwrap();
    }
    check("42 00 20 | 02 | 00 00 00 04 | 00 00 00 08 00 00 00 00", 8_i32);
    check("42 00 20 | 02 | 00 00 00 04 | FF FF FF FF 00 00 00 00", -1_i32);
    check("42 00 20 | 03 | 00 00 00 08 | 01 B6 9B 4B A5 74 92 00", 123_456_789_000_000_000_i64);
    check(
        "42 00 20 | 04 | 00 00 00 10 | 00 00 00 00 03 FD 35 EB 6B C2 DF 46 18 08 00 00",
        BigInteger::new(&1_234_567_890_000_000_000_000_000_000_u128.to_be_bytes()),
    );
    check("42 00 20 | 06 | 00 00 00 08 | 00 00 00 00 00 00 00 01", true);
    check("42 00 20 | 07 | 00 00 00 0B | 48 65 6C 6C 6F 20 57 6F 72 6C 64 00 00 00 00 00", "Hello World".to_owned());
    check("42 00 20 | 08 | 00 00 00 03 | 01 02 03 00 00 00 00 00", vec![1_u8, 2, 3]);
    check("42 00 20 | 09 | 00 00 00 08 | 00 00 00 00 47 DA 67 F8", DateTime(1_205_495_800));
    check("42 00 20 | 0A | 00 00 00 04 | 00 0D 2F 00 00 00 00 00", Interval(864_000));

    let message = bytes("42002001 00000020 42000405 00000004 000000FE00000000 42000502 00000004 000000FF00000000");
    let mut reader = Reader::open(&message, OUTER, Version::V1_0, &Limits::default()).unwrap();
    let first = Value::from_item(&reader.item().unwrap()).unwrap();
    assert_eq!(first, Value::Enumeration(254));
    assert_eq!(reader.required::<i32>(Tag::ARCHIVE_DATE).unwrap(), 255);
}

#[test]
fn names_the_field_that_ran_short() {
    let inside = |wanted, left| DecodeError::Truncated { field: OUTER, wanted, left };
    assert_eq!(refused(&[]), inside(8, 0));
    assert_eq!(refused(&bytes("42002001000000")), inside(8, 7));
    assert_eq!(refused(&bytes("4200200100000010 42000502000000")), inside(16, 7));
    // The structure is as long as it says, but the item in it says it is longer.
    assert_eq!(
        refused(&wrapped("42000508 00000040 0000000000000000")),
        DecodeError::Truncated { field: INNER, wanted: 64, left: 8 }
    );
    // A length near 4 GiB does not wrap round.
    assert_eq!(
        refused(&wrapped("42000508 ffffffff 0000000000000000")),
        DecodeError::Truncated { field: INNER, wanted: 1 << 32, left: 8 }
    );
}

#[test]
fn refuses_what_is_no_item() {
    let check = |items: &str, expected: DecodeError| assert_eq!(refused(&wrapped(items)), expected);
    check("43000502 00000004 0000000000000000", DecodeError::BadTag { inside: OUTER, found: 0x43_0005 });
    check("4200050b 00000008 0000000000000000", DecodeError::UnknownType { field: INNER, found: 0x0b });
    check("42000500 00000008 0000000000000000", DecodeError::UnknownType { field: INNER, found: 0 });
    check("42000502 00000004 0000000000000001", DecodeError::Padding { field: INNER });
    check("42000507 00000001 4100000000000001", DecodeError::Padding { field: INNER });
    check("42000507 00000002 c328000000000000", DecodeError::BadValue { field: INNER, why: "a Text String is UTF-8" });
    check("42000506 00000008 0000000000000002", DecodeError::BadValue { field: INNER, why: "a Boolean is 0 or 1" });
}

#[test]
fn holds_each_type_to_its_length() {
    let check = |kind: ItemType, length: u8, fits: bool| {
        let value = vec![0; usize::from(length).next_multiple_of(8)];
        let items = format!("420005{:02x}000000{length:02x}{}", kind.byte(), hex::encode(value));
        let opened = opened(&wrapped(&items), &Limits::default());
        match fits {
            true => assert_eq!(opened, Ok(()), "{kind} of {length}"),
            false => assert_eq!(
                opened,
                Err(DecodeError::WrongLength { field: INNER, kind, found: usize::from(length) }),
                "{kind} of {length}"
            ),
        }
    };
    for length in 0..=24 {
        check(ItemType::Integer, length, length == 4);
        check(ItemType::Enumeration, length, length == 4);
        check(ItemType::Interval, length, length == 4);
        check(ItemType::LongInteger, length, length == 8);
        check(ItemType::Boolean, length, length == 8);
        check(ItemType::DateTime, length, length == 8);
        check(ItemType::BigInteger, length, matches!(length, 8 | 16 | 24));
        check(ItemType::TextString, length, true);
        check(ItemType::ByteString, length, true);
    }
    let structure = refused(&wrapped("42000501 00000004 0000000000000000"));
    assert_eq!(structure, DecodeError::WrongLength { field: INNER, kind: ItemType::Structure, found: 4 });
}

#[test]
fn refuses_trailing_bytes_and_another_message() {
    let mut message = wrapped("");
    message.extend([0; 3]);
    assert_eq!(refused(&message), DecodeError::Trailing { field: OUTER, count: 3 });
    assert_eq!(
        refused(&bytes("42000501 00000000")),
        DecodeError::UnexpectedTag { inside: OUTER, found: INNER, expected: OUTER }
    );
    assert_eq!(
        refused(&bytes("42002002 00000004 0000000000000000")),
        DecodeError::WrongType { field: OUTER, found: ItemType::Integer, expected: ItemType::Structure }
    );
}

#[test]
fn counts_depth() {
    // `depth` structures in all, each in the one before.
    let nested = |depth: usize| {
        let mut message = Vec::new();
        for _ in 0..depth {
            let mut outer = bytes("42002001");
            outer.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
            outer.extend(message);
            message = outer;
        }
        message
    };
    let limits = Limits::default();
    assert_eq!(opened(&nested(32), &limits), Ok(()));
    assert_eq!(opened(&nested(33), &limits), Err(DecodeError::TooDeep { field: OUTER, limit: 32 }));
    assert_eq!(opened(&nested(10_000), &limits), Err(DecodeError::TooDeep { field: OUTER, limit: 32 }));
}

#[test]
fn counts_items_and_bytes() {
    let item = "42000507 00000000";
    let limits = Limits { items: 100, message_bytes: 1000, ..Limits::default() };
    assert_eq!(opened(&wrapped(&item.repeat(99)), &limits), Ok(()));
    assert_eq!(opened(&wrapped(&item.repeat(100)), &limits), Err(DecodeError::TooMany { what: "items", limit: 100 }));
    assert_eq!(
        opened(&wrapped(&item.repeat(125)), &limits),
        Err(DecodeError::TooLong { field: OUTER, announced: 1008, limit: 1000 })
    );
}

#[test]
fn takes_fields_in_order_and_leaves_none() {
    let message = wrapped("42000502 00000004 0000000700000000 42000507 00000000");
    let open = || Reader::open(&message, OUTER, Version::NEWEST, &Limits::default()).unwrap();
    let other = Tag::STATE;

    let mut reader = open();
    assert_eq!(
        reader.required::<i32>(other).unwrap_err(),
        DecodeError::UnexpectedTag { inside: OUTER, found: INNER, expected: other }
    );
    assert_eq!(reader.optional::<i32>(other), Ok(None));
    assert_eq!(reader.required::<u32>(INNER), Ok(7));
    assert_eq!(reader.finish().unwrap_err(), DecodeError::Leftover { inside: OUTER, found: INNER });
    assert_eq!(
        reader.clone().required::<i32>(INNER).unwrap_err(),
        DecodeError::WrongType { field: INNER, found: ItemType::TextString, expected: ItemType::Integer }
    );
    assert_eq!(reader.many::<String>(INNER), Ok(vec![String::new()]));
    assert_eq!(reader.required::<i32>(other).unwrap_err(), DecodeError::Missing { inside: OUTER, expected: other });
    assert_eq!(
        open().structure(INNER).unwrap_err(),
        DecodeError::WrongType { field: INNER, found: ItemType::Integer, expected: ItemType::Structure }
    );
}

#[test]
fn a_count_is_not_negative() {
    let message = wrapped("42000502 00000004 ffffffff00000000");
    let mut reader = Reader::open(&message, OUTER, Version::NEWEST, &Limits::default()).unwrap();
    let expected = DecodeError::BadValue { field: INNER, why: "it must not be negative" };
    assert_eq!(reader.required::<u32>(INNER), Err(expected));
}

#[test]
fn debug_output_shows_no_byte() {
    let message = wrapped("42000508 00000004 6669736800000000");
    let reader = Reader::open(&message, OUTER, Version::NEWEST, &Limits::default()).unwrap();
    assert_eq!(format!("{reader:?}"), "Reader(Compromise Date, 16 bytes left, hidden)");
}
