//! Writing: items into a buffer that wipes itself, lengths computed. It must not know any structure.

use crate::error::EncodeError;
use crate::secret::MessageBytes;
use crate::tag::Tag;
use crate::ttlv::item::PADDING_UNIT;
use crate::ttlv::item_type::ItemType;
use crate::ttlv::reader::Fields;
use crate::version::Version;

/// Room for all but the largest answers, so that most never grow.
/// Unit: bytes.
const FIRST_ROOM: usize = 1024;

/// A type that can be written as one item.
pub trait Encode {
    /// Writes the item.
    fn encode(&self, tag: Tag, to: &mut Writer);
}

impl<T: Fields> Encode for T {
    fn encode(&self, tag: Tag, to: &mut Writer) {
        to.structure(tag, |to| self.write(to));
    }
}

/// A message in the making. The first fault is kept and told at the end.
#[derive(Debug)]
pub struct Writer {
    bytes: MessageBytes,
    version: Version,
    side: Side,
    fault: Option<EncodeError>,
}

/// Who writes. Clients put newer fields into older messages and are understood; servers that do it break clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

impl Writer {
    /// Begins a request in `version`. Every field is written as it is given.
    #[must_use]
    pub fn request(version: Version) -> Self {
        Self::new(version, Side::Client)
    }

    /// Begins an answer in `version`. Fields that came later are not written.
    #[must_use]
    pub fn answer(version: Version) -> Self {
        Self::new(version, Side::Server)
    }

    fn new(version: Version, side: Side) -> Self {
        Self { bytes: MessageBytes::with_room_for(FIRST_ROOM), version, side, fault: None }
    }

    /// Says whether something that exists in the versions for which `exists_in` holds is to be written.
    #[must_use]
    pub fn tells(&self, exists_in: impl FnOnce(Version) -> bool) -> bool {
        self.side == Side::Client || exists_in(self.version)
    }

    /// Says whether a field that came with the version `since` is to be written.
    #[must_use]
    pub fn tells_since(&self, since: Version) -> bool {
        self.tells(|version| since <= version)
    }

    /// Writes a field.
    pub fn put<T: Encode + ?Sized>(&mut self, tag: Tag, value: &T) {
        value.encode(tag, self);
    }

    /// Writes a field if there is one.
    pub fn put_optional<T: Encode>(&mut self, tag: Tag, value: &Option<T>) {
        if let Some(value) = value {
            self.put(tag, value);
        }
    }

    /// Writes a field once for each value.
    pub fn put_each<T: Encode>(&mut self, tag: Tag, values: &[T]) {
        for value in values {
            self.put(tag, value);
        }
    }

    /// Writes a field if there is one and the version knows it.
    pub fn put_since<T: Encode>(&mut self, since: Version, tag: Tag, value: &Option<T>) {
        if self.tells_since(since) {
            self.put_optional(tag, value);
        }
    }

    /// Writes a field that must not get lost, if there is one; a fault where the version does not know it.
    pub fn must_put_since<T: Encode>(&mut self, since: Version, tag: Tag, value: &Option<T>) {
        if value.is_some() && !self.tells_since(since) {
            self.note(EncodeError::FieldTooNew { field: tag, version: self.version });
        } else {
            self.put_optional(tag, value);
        }
    }

    /// Writes a structure whose fields `body` writes.
    pub fn structure(&mut self, tag: Tag, body: impl FnOnce(&mut Self)) {
        self.head(tag, ItemType::Structure);
        let length_at = self.bytes.len();
        self.bytes.append(&[0; 4]);
        let body_at = self.bytes.len();
        body(self);
        let length = self.length_of(tag, self.bytes.len().saturating_sub(body_at));
        if let Some(place) = self.bytes.expose_mut().get_mut(length_at..body_at) {
            place.copy_from_slice(&length);
        }
    }

    /// Writes one item and its padding.
    pub fn item(&mut self, tag: Tag, kind: ItemType, value: &[u8]) {
        self.head(tag, kind);
        let length = self.length_of(tag, value.len());
        self.bytes.append(&length);
        self.bytes.append(value);
        let padding = (PADDING_UNIT - value.len() % PADDING_UNIT) % PADDING_UNIT;
        self.bytes.append([0; PADDING_UNIT].get(..padding).unwrap_or_default());
    }

    /// Keeps a fault; the first is the one that is told.
    pub fn note(&mut self, fault: EncodeError) {
        self.fault.get_or_insert(fault);
    }

    /// Ends the message.
    /// Errors: the first fault.
    pub fn finish(self) -> Result<MessageBytes, EncodeError> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(self.bytes),
        }
    }

    fn head(&mut self, tag: Tag, kind: ItemType) {
        let [_, high, middle, low] = tag.number().to_be_bytes();
        self.bytes.append(&[high, middle, low, kind.byte()]);
    }

    fn length_of(&mut self, field: Tag, length: usize) -> [u8; 4] {
        u32::try_from(length)
            .unwrap_or_else(|_| {
                self.note(EncodeError::TooLong { field });
                0
            })
            .to_be_bytes()
    }
}

#[cfg(test)]
mod tests;
