//! The ten types of KMIP 1.x. It must not know which field has which.

use std::fmt;

/// The type of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemType {
    /// Items within an item.
    Structure,
    /// A signed number of 32 bits; also a bit mask.
    Integer,
    /// A signed number of 64 bits.
    LongInteger,
    /// A signed number of any multiple of 64 bits.
    BigInteger,
    /// One of the listed numbers.
    Enumeration,
    /// Yes or no.
    Boolean,
    /// UTF-8 without a closing zero.
    TextString,
    /// Bytes.
    ByteString,
    /// Seconds since 1970.
    DateTime,
    /// A number of seconds.
    Interval,
}

impl ItemType {
    /// Takes a type byte off the wire.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0x01 => Self::Structure,
            0x02 => Self::Integer,
            0x03 => Self::LongInteger,
            0x04 => Self::BigInteger,
            0x05 => Self::Enumeration,
            0x06 => Self::Boolean,
            0x07 => Self::TextString,
            0x08 => Self::ByteString,
            0x09 => Self::DateTime,
            0x0a => Self::Interval,
            _ => return None,
        })
    }

    /// Gives the type byte.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Structure => 0x01,
            Self::Integer => 0x02,
            Self::LongInteger => 0x03,
            Self::BigInteger => 0x04,
            Self::Enumeration => 0x05,
            Self::Boolean => 0x06,
            Self::TextString => 0x07,
            Self::ByteString => 0x08,
            Self::DateTime => 0x09,
            Self::Interval => 0x0a,
        }
    }

    /// Says whether a value of this type can be that long.
    pub(super) const fn allows(self, length: usize) -> bool {
        match self {
            Self::Integer | Self::Enumeration | Self::Interval => length == 4,
            Self::LongInteger | Self::Boolean | Self::DateTime => length == 8,
            Self::BigInteger => length > 0 && length.is_multiple_of(8),
            Self::Structure => length.is_multiple_of(8),
            Self::TextString | Self::ByteString => true,
        }
    }
}

impl fmt::Display for ItemType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Structure => "Structure",
            Self::Integer => "Integer",
            Self::LongInteger => "Long Integer",
            Self::BigInteger => "Big Integer",
            Self::Enumeration => "Enumeration",
            Self::Boolean => "Boolean",
            Self::TextString => "Text String",
            Self::ByteString => "Byte String",
            Self::DateTime => "Date-Time",
            Self::Interval => "Interval",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_a_type_or_none() {
        for byte in 0..=u8::MAX {
            match ItemType::from_byte(byte) {
                Some(kind) => assert_eq!(kind.byte(), byte),
                None => assert!(!(1..=10).contains(&byte)),
            }
        }
    }
}
