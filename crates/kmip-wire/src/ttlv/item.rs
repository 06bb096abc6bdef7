//! One item: a slice of the input with its tag and type, checked as far as that goes without
//! knowing the field. It must not copy.

use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::item_type::ItemType;

/// The length of a tag, a type and a length together.
/// Unit: bytes.
pub(super) const HEAD_BYTES: usize = 8;

/// Values are padded to a multiple of this.
/// Unit: bytes.
pub(super) const PADDING_UNIT: usize = 8;

/// The first eight bytes of an item.
pub(super) struct Head {
    pub(super) tag: Tag,
    pub(super) kind: ItemType,
    /// The length of the value without its padding.
    /// Unit: bytes.
    pub(super) length: usize,
}

impl Head {
    /// Errors: `BadTag`, `UnknownType`, `WrongLength`.
    pub(super) fn parse(head: [u8; HEAD_BYTES], inside: Tag) -> Result<Self, DecodeError> {
        let [high, middle, low, kind, length @ ..] = head;
        let tag = Tag::from_number(u32::from_be_bytes([0, high, middle, low]));
        if !tag.is_assigned() {
            return Err(DecodeError::BadTag { inside, found: tag.number() });
        }
        let kind = ItemType::from_byte(kind).ok_or(DecodeError::UnknownType { field: tag, found: kind })?;
        // Where a length does not fit into memory, the bytes cannot be there either.
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if !kind.allows(length) {
            return Err(DecodeError::WrongLength { field: tag, kind, found: length });
        }
        Ok(Self { tag, kind, length })
    }
}

/// One item, borrowed from the input. It may hold a secret, so it has no `Debug`.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    pub(super) tag: Tag,
    pub(super) kind: ItemType,
    pub(super) value: &'a [u8],
    pub(super) version: crate::version::Version,
}

impl<'a> Item<'a> {
    /// Takes the first item off `bytes`, which are the rest of the structure `inside`.
    /// Errors: everything that can be wrong with one item, its padding included.
    pub(super) fn split(
        bytes: &'a [u8],
        inside: Tag,
        version: crate::version::Version,
    ) -> Result<(Self, &'a [u8]), DecodeError> {
        let (head, rest) = bytes.split_first_chunk::<HEAD_BYTES>().ok_or(DecodeError::Truncated {
            field: inside,
            wanted: HEAD_BYTES,
            left: bytes.len(),
        })?;
        let Head { tag, kind, length } = Head::parse(*head, inside)?;
        let padded = length.checked_next_multiple_of(PADDING_UNIT).unwrap_or(usize::MAX);
        let short = DecodeError::Truncated { field: tag, wanted: padded, left: rest.len() };
        let (padded, rest) = rest.split_at_checked(padded).ok_or(short.clone())?;
        let (value, padding) = padded.split_at_checked(length).ok_or(short)?;
        if padding.iter().any(|byte| *byte != 0) {
            return Err(DecodeError::Padding { field: tag });
        }
        Ok((Self { tag, kind, value, version }, rest))
    }

    /// Gives the field's name.
    #[must_use]
    pub fn tag(&self) -> Tag {
        self.tag
    }

    /// Gives the type.
    #[must_use]
    pub fn kind(&self) -> ItemType {
        self.kind
    }

    /// Gives the value without its padding.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.value
    }

    /// Gives the value as text.
    /// Errors: `BadValue` if it is not UTF-8.
    pub fn text(&self) -> Result<&'a str, DecodeError> {
        std::str::from_utf8(self.value)
            .map_err(|_| DecodeError::BadValue { field: self.tag, why: "a Text String is UTF-8" })
    }

    /// Gives the value as yes or no.
    /// Errors: `BadValue` if it is neither 0 nor 1.
    pub fn boolean(&self) -> Result<bool, DecodeError> {
        match self.array::<8>()? {
            [0, 0, 0, 0, 0, 0, 0, 0] => Ok(false),
            [0, 0, 0, 0, 0, 0, 0, 1] => Ok(true),
            _ => Err(DecodeError::BadValue { field: self.tag, why: "a Boolean is 0 or 1" }),
        }
    }

    /// Gives the value as a fixed number of bytes.
    /// Errors: `WrongLength` if it has another length.
    pub fn array<const N: usize>(&self) -> Result<[u8; N], DecodeError> {
        <[u8; N]>::try_from(self.value).map_err(|_| DecodeError::WrongLength {
            field: self.tag,
            kind: self.kind,
            found: self.value.len(),
        })
    }

    /// Refuses another type than `expected`.
    /// Errors: `WrongType`.
    pub fn must_be(&self, expected: ItemType) -> Result<(), DecodeError> {
        if self.kind == expected {
            Ok(())
        } else {
            Err(DecodeError::WrongType { field: self.tag, found: self.kind, expected })
        }
    }

    /// Checks what the type alone says about the value.
    pub(super) fn check_value(&self) -> Result<(), DecodeError> {
        match self.kind {
            ItemType::TextString => self.text().map(drop),
            ItemType::Boolean => self.boolean().map(drop),
            ItemType::Structure
            | ItemType::Integer
            | ItemType::LongInteger
            | ItemType::BigInteger
            | ItemType::Enumeration
            | ItemType::ByteString
            | ItemType::DateTime
            | ItemType::Interval => Ok(()),
        }
    }
}
