//! A value whose type only the wire knows: a custom attribute, a vendor's server information.
//! It must not know what it means.

use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{BigInteger, DateTime, Decode, Encode, Interval, Item, ItemType, Writer};

/// A value of any type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Fields within.
    Structure(Vec<Field>),
    /// A signed number of 32 bits.
    Integer(i32),
    /// A signed number of 64 bits.
    LongInteger(i64),
    /// A signed number of any length.
    BigInteger(BigInteger),
    /// One of the listed numbers.
    Enumeration(u32),
    /// Yes or no.
    Boolean(bool),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A moment.
    DateTime(DateTime),
    /// A length of time.
    Interval(Interval),
}

/// A value with its tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The field's name.
    pub tag: Tag,
    /// Its value.
    pub value: Value,
}

impl Field {
    /// Reads everything inside a structure.
    /// Errors: `WrongType` if it is none; what is wrong with a value.
    pub fn all_of(structure: &Item<'_>) -> Result<Vec<Self>, DecodeError> {
        let mut reader = structure.open()?;
        let mut fields = Vec::new();
        while reader.next_tag().is_some() {
            let item = reader.item()?;
            fields.push(Self { tag: item.tag(), value: Value::from_item(&item)? });
        }
        Ok(fields)
    }
}

impl Value {
    /// Reads a value of any type. Recursive, and no deeper than the message, which was counted.
    /// Errors: what is wrong with the value.
    pub fn from_item(item: &Item<'_>) -> Result<Self, DecodeError> {
        Ok(match item.kind() {
            ItemType::Structure => Self::Structure(Field::all_of(item)?),
            ItemType::Integer => Self::Integer(i32::decode(item)?),
            ItemType::LongInteger => Self::LongInteger(i64::decode(item)?),
            ItemType::BigInteger => Self::BigInteger(BigInteger::decode(item)?),
            ItemType::Enumeration => Self::Enumeration(u32::from_be_bytes(item.array()?)),
            ItemType::Boolean => Self::Boolean(bool::decode(item)?),
            ItemType::TextString => Self::Text(String::decode(item)?),
            ItemType::ByteString => Self::Bytes(Vec::decode(item)?),
            ItemType::DateTime => Self::DateTime(DateTime::decode(item)?),
            ItemType::Interval => Self::Interval(Interval::decode(item)?),
        })
    }
}

impl Encode for Value {
    fn encode(&self, tag: Tag, to: &mut Writer) {
        match self {
            Self::Structure(fields) => to.structure(tag, |to| {
                for field in fields {
                    to.put(field.tag, &field.value);
                }
            }),
            Self::Integer(value) => to.put(tag, value),
            Self::LongInteger(value) => to.put(tag, value),
            Self::BigInteger(value) => to.put(tag, value),
            Self::Enumeration(value) => to.item(tag, ItemType::Enumeration, &value.to_be_bytes()),
            Self::Boolean(value) => to.put(tag, value),
            Self::Text(value) => to.put(tag, value),
            Self::Bytes(value) => to.put(tag, value),
            Self::DateTime(value) => to.put(tag, value),
            Self::Interval(value) => to.put(tag, value),
        }
    }
}
