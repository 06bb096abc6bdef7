//! Reading: a message is walked once with every cap counted, then its structures are taken apart
//! field by field, in order. It must not know any structure.

use std::fmt;

use crate::error::DecodeError;
use crate::limits::Limits;
use crate::tag::Tag;
use crate::ttlv::item::Item;
use crate::ttlv::item_type::ItemType;
use crate::version::Version;

/// A type that one item can become. The item already has the type `TYPE`.
pub trait Decode: Sized {
    /// The only type of item that can become this.
    const TYPE: ItemType;

    /// Reads the value.
    /// Errors: what is wrong with it.
    fn decode(item: &Item<'_>) -> Result<Self, DecodeError>;
}

/// A type that is a structure: how its fields are read and written, in the order of the specification.
///
/// Both sides know the version that the message is spelled in. A field newer than that version is
/// accepted (clients send such), and an answer never carries one.
pub trait Fields: Sized {
    /// Reads the fields. What is left over afterwards is refused by the caller.
    /// Errors: what is wrong with one of them.
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Writes the fields.
    fn write(&self, to: &mut super::Writer);
}

impl<T: Fields> Fields for Box<T> {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::read(from).map(Box::new)
    }

    fn write(&self, to: &mut super::Writer) {
        T::write(self, to);
    }
}

impl<T: Fields> Decode for T {
    const TYPE: ItemType = ItemType::Structure;

    fn decode(item: &Item<'_>) -> Result<Self, DecodeError> {
        let mut reader = Reader { inside: item.tag, rest: item.value, version: item.version };
        let read = T::read(&mut reader)?;
        reader.finish()?;
        Ok(read)
    }
}

/// The rest of one structure. Slices of the input are handed out, nothing is copied.
#[derive(Clone)]
pub struct Reader<'a> {
    inside: Tag,
    rest: &'a [u8],
    version: Version,
}

impl<'a> Reader<'a> {
    /// Walks a whole message, which is one structure with the tag `expected`, and opens it.
    /// Errors: whatever is wrong with any item at any depth, whichever limit is exceeded.
    pub fn open(bytes: &'a [u8], expected: Tag, version: Version, limits: &Limits) -> Result<Self, DecodeError> {
        let too_long = bytes.len() > limits.message_bytes;
        if too_long {
            let (announced, limit) = (bytes.len(), limits.message_bytes);
            return Err(DecodeError::TooLong { field: expected, announced, limit });
        }
        let (message, after) = Item::split(bytes, expected, version)?;
        if message.tag != expected {
            return Err(DecodeError::UnexpectedTag { inside: expected, found: message.tag, expected });
        }
        message.must_be(ItemType::Structure)?;
        if !after.is_empty() {
            return Err(DecodeError::Trailing { field: expected, count: after.len() });
        }
        walk(message, limits)?;
        Ok(Self { inside: expected, rest: message.value, version })
    }

    /// Opens a message that nobody has walked, to see what little can be seen of a broken one.
    /// Errors: as far as the first item is broken itself.
    pub(crate) fn glimpse(bytes: &'a [u8], version: Version) -> Result<Self, DecodeError> {
        let (message, _) = Item::split(bytes, Tag::REQUEST_MESSAGE, version)?;
        message.open()
    }

    /// Says in which version the message is spelled.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Goes on in another version, once the header has told it.
    #[must_use]
    pub fn spelled_in(self, version: Version) -> Self {
        Self { version, ..self }
    }

    /// Looks at the tag of the next field. None at the end, and where no head is left.
    #[must_use]
    pub fn next_tag(&self) -> Option<Tag> {
        let [high, middle, low, ..] = self.rest else {
            return None;
        };
        Some(Tag::from_number(u32::from_be_bytes([0, *high, *middle, *low])))
    }

    /// Takes the next field, which must be `tag`.
    /// Errors: `Missing`, `UnexpectedTag`, `WrongType`, and what the value says.
    pub fn required<T: Decode>(&mut self, tag: Tag) -> Result<T, DecodeError> {
        match self.next_tag() {
            Some(found) if found == tag => self.item()?.decoded(),
            Some(found) => Err(DecodeError::UnexpectedTag { inside: self.inside, found, expected: tag }),
            None => Err(DecodeError::Missing { inside: self.inside, expected: tag }),
        }
    }

    /// Takes the next field if it is `tag`.
    /// Errors: `WrongType`, and what the value says.
    pub fn optional<T: Decode>(&mut self, tag: Tag) -> Result<Option<T>, DecodeError> {
        self.optional_item(tag)?.map(|item| item.decoded()).transpose()
    }

    /// Takes fields as long as they are `tag`.
    /// Errors: `WrongType`, and what a value says.
    pub fn many<T: Decode>(&mut self, tag: Tag) -> Result<Vec<T>, DecodeError> {
        let mut all = Vec::new();
        while let Some(one) = self.optional(tag)? {
            all.push(one);
        }
        Ok(all)
    }

    /// Takes the next field as it is if it is `tag`.
    /// Errors: what is wrong with the item; after [`Reader::open`] nothing is.
    pub fn optional_item(&mut self, tag: Tag) -> Result<Option<Item<'a>>, DecodeError> {
        if self.next_tag() == Some(tag) { self.item().map(Some) } else { Ok(None) }
    }

    /// Takes the next field as it is, whatever it is.
    /// Errors: `Truncated` at the end of the structure.
    pub fn item(&mut self) -> Result<Item<'a>, DecodeError> {
        let (item, rest) = Item::split(self.rest, self.inside, self.version)?;
        self.rest = rest;
        Ok(item)
    }

    /// Opens the next field, which must be a structure `tag`.
    /// Errors: `Missing`, `UnexpectedTag`, `WrongType`.
    pub fn structure(&mut self, tag: Tag) -> Result<Reader<'a>, DecodeError> {
        match self.next_tag() {
            Some(found) if found == tag => self.item()?.open(),
            Some(found) => Err(DecodeError::UnexpectedTag { inside: self.inside, found, expected: tag }),
            None => Err(DecodeError::Missing { inside: self.inside, expected: tag }),
        }
    }

    /// Ends the structure.
    /// Errors: `Leftover` if a field remains.
    pub fn finish(&self) -> Result<(), DecodeError> {
        match self.next_tag() {
            Some(found) => Err(DecodeError::Leftover { inside: self.inside, found }),
            None => Ok(()),
        }
    }

    /// Says which structure this is.
    #[must_use]
    pub fn inside(&self) -> Tag {
        self.inside
    }
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader({}, {} bytes left, hidden)", self.inside, self.rest.len())
    }
}

impl<'a> Item<'a> {
    /// Opens the item, which must be a structure.
    /// Errors: `WrongType`.
    pub fn open(&self) -> Result<Reader<'a>, DecodeError> {
        self.must_be(ItemType::Structure)?;
        Ok(Reader { inside: self.tag, rest: self.value, version: self.version })
    }

    /// Reads the item as what it must be.
    /// Errors: `WrongType`, and what the value says.
    pub fn decoded<T: Decode>(&self) -> Result<T, DecodeError> {
        self.must_be(T::TYPE)?;
        T::decode(self)
    }
}

/// Visits every item at every depth. Not recursive: what is open stands in a list no longer than the limit.
fn walk(message: Item<'_>, limits: &Limits) -> Result<(), DecodeError> {
    let mut open = vec![(message.tag, message.value)];
    let mut items = 1_usize;
    while let Some((inside, rest)) = open.last_mut() {
        if rest.is_empty() {
            open.pop();
            continue;
        }
        let (item, after) = Item::split(rest, *inside, message.version)?;
        *rest = after;
        item.check_value()?;
        items = items.saturating_add(1);
        if items > limits.items {
            return Err(DecodeError::TooMany { what: "items", limit: limits.items });
        }
        if item.kind == ItemType::Structure {
            if open.len() >= limits.depth {
                return Err(DecodeError::TooDeep { field: item.tag, limit: limits.depth });
            }
            open.push((item.tag, item.value));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
