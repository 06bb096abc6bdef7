//! Scalars of the wire and how each reads and writes itself. It must not know which field they are in.

use crate::error::{DecodeError, EncodeError};
use crate::tag::Tag;
use crate::ttlv::{Decode, Encode, Item, ItemType, Writer};

/// A moment.
/// Unit: seconds since 1970-01-01 00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime(pub i64);

/// A length of time.
/// Unit: seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interval(pub u32);

/// A signed number as the wire has it: two's complement, big end first, a multiple of eight bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BigInteger(Vec<u8>);

impl BigInteger {
    /// Extends the number's sign to the next multiple of eight bytes.
    #[must_use]
    pub fn new(two_s_complement: &[u8]) -> Self {
        let length = two_s_complement.len().next_multiple_of(8).max(8);
        let sign = if two_s_complement.first().is_some_and(|first| first & 0x80 != 0) { 0xff } else { 0 };
        let mut bytes = vec![sign; length.saturating_sub(two_s_complement.len())];
        bytes.extend_from_slice(two_s_complement);
        Self(bytes)
    }

    /// Gives the bytes as the wire has them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A scalar of fixed length that is an array of bytes on the wire.
macro_rules! scalar {
    ($type:ty, $kind:ident, $read:expr, $write:expr) => {
        impl Decode for $type {
            const TYPE: ItemType = ItemType::$kind;

            fn decode(item: &Item<'_>) -> Result<Self, DecodeError> {
                Ok($read(item.array()?))
            }
        }

        impl Encode for $type {
            fn encode(&self, tag: Tag, to: &mut Writer) {
                to.item(tag, ItemType::$kind, &$write(self));
            }
        }
    };
}

scalar!(i32, Integer, i32::from_be_bytes, |number: &i32| number.to_be_bytes());
scalar!(i64, LongInteger, i64::from_be_bytes, |number: &i64| number.to_be_bytes());
scalar!(DateTime, DateTime, |bytes| Self(i64::from_be_bytes(bytes)), |moment: &DateTime| moment.0.to_be_bytes());
scalar!(Interval, Interval, |bytes| Self(u32::from_be_bytes(bytes)), |time: &Interval| time.0.to_be_bytes());

/// An Integer that counts or measures something, so it is never negative.
impl Decode for u32 {
    const TYPE: ItemType = ItemType::Integer;

    fn decode(item: &Item<'_>) -> Result<Self, DecodeError> {
        let number = i32::from_be_bytes(item.array()?);
        Self::try_from(number).map_err(|_| DecodeError::BadValue { field: item.tag(), why: "it must not be negative" })
    }
}

impl Encode for u32 {
    fn encode(&self, tag: Tag, to: &mut Writer) {
        match i32::try_from(*self) {
            Ok(number) => to.put(tag, &number),
            Err(_) => to.note(EncodeError::TooLarge { field: tag }),
        }
    }
}

impl Decode for bool {
    const TYPE: ItemType = ItemType::Boolean;

    fn decode(item: &Item<'_>) -> Result<Self, DecodeError> {
        item.boolean()
    }
}

impl Encode for bool {
    fn encode(&self, tag: Tag, to: &mut Writer) {
        to.item(tag, ItemType::Boolean, &u64::from(*self).to_be_bytes());
    }
}

impl Decode for BigInteger {
    const TYPE: ItemType = ItemType::BigInteger;

    fn decode(item: &Item<'_>) -> Result<Self, DecodeError> {
        Ok(Self(item.bytes().to_vec()))
    }
}

impl Encode for BigInteger {
    fn encode(&self, tag: Tag, to: &mut Writer) {
        to.item(tag, ItemType::BigInteger, &self.0);
    }
}

impl Decode for String {
    const TYPE: ItemType = ItemType::TextString;

    fn decode(item: &Item<'_>) -> Result<Self, DecodeError> {
        item.text().map(str::to_owned)
    }
}

impl Encode for String {
    fn encode(&self, tag: Tag, to: &mut Writer) {
        self.as_str().encode(tag, to);
    }
}

impl Encode for str {
    fn encode(&self, tag: Tag, to: &mut Writer) {
        to.item(tag, ItemType::TextString, self.as_bytes());
    }
}

impl Decode for Vec<u8> {
    const TYPE: ItemType = ItemType::ByteString;

    fn decode(item: &Item<'_>) -> Result<Self, DecodeError> {
        Ok(item.bytes().to_vec())
    }
}

impl Encode for Vec<u8> {
    fn encode(&self, tag: Tag, to: &mut Writer) {
        self.as_slice().encode(tag, to);
    }
}

impl Encode for [u8] {
    fn encode(&self, tag: Tag, to: &mut Writer) {
        to.item(tag, ItemType::ByteString, self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_big_integer_keeps_its_sign() {
        let check = |given: &[u8], expected: &str| assert_eq!(hex::encode(BigInteger::new(given).as_bytes()), expected);
        check(&[0x12, 0x34], "0000000000001234");
        check(&[0xff, 0x34], "ffffffffffffff34");
        check(&[], "0000000000000000");
        check(&[1; 8], "0101010101010101");
        check(&[1; 9], "00000000000000010101010101010101");
    }
}
