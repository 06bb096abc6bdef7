//! Bytes that may be a key: wiped when dropped, silent in debug output, never copied by accident.
//! It must not know which key.
//!
//! There is one way in, `expose`, so a search for it finds every use.

use std::fmt;

use zeroize::Zeroize;

use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Decode, Encode, Item, ItemType, Writer};

/// Secret bytes of any length in one place on the heap: key material, plaintext.
pub struct SecretBytes(Box<[u8]>);

impl SecretBytes {
    /// Copies the bytes. The caller wipes his own.
    #[must_use]
    pub fn copy_of(bytes: &[u8]) -> Self {
        Self(Box::from(bytes))
    }

    /// Hands out the secret. Every use of a secret goes through here.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Says how long the secret is, which is no secret.
    /// Unit: bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Says whether there is no byte at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(hidden)")
    }
}

impl Decode for SecretBytes {
    const TYPE: ItemType = ItemType::ByteString;

    fn decode(item: &Item<'_>) -> Result<Self, DecodeError> {
        Ok(Self::copy_of(item.bytes()))
    }
}

impl Encode for SecretBytes {
    fn encode(&self, tag: Tag, to: &mut Writer) {
        self.0.encode(tag, to);
    }
}

/// A secret text: a password.
pub struct SecretText(Box<str>);

impl SecretText {
    /// Copies the text. The caller wipes his own.
    #[must_use]
    pub fn copy_of(text: &str) -> Self {
        Self(Box::from(text))
    }

    /// Hands out the secret. Every use of a secret goes through here.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for SecretText {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(hidden)")
    }
}

impl Decode for SecretText {
    const TYPE: ItemType = ItemType::TextString;

    fn decode(item: &Item<'_>) -> Result<Self, DecodeError> {
        Ok(Self::copy_of(item.text()?))
    }
}

impl Encode for SecretText {
    fn encode(&self, tag: Tag, to: &mut Writer) {
        self.0.encode(tag, to);
    }
}

/// A whole message on its way in or out. It may hold key material, so it wipes itself, also when
/// it has to grow.
pub struct MessageBytes(Vec<u8>);

impl MessageBytes {
    /// Makes a message of zeros, to be read into.
    /// Unit: bytes.
    #[must_use]
    pub fn zeroed(length: usize) -> Self {
        Self(vec![0; length])
    }

    /// Makes an empty message with room for `capacity` bytes.
    /// Unit: bytes.
    pub(crate) fn with_room_for(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// Hands out the message. Every use of its content goes through here or `expose_mut`.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Hands out the message to be filled in place.
    #[must_use]
    pub fn expose_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// Says how long the message is.
    /// Unit: bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Says whether there is no byte at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Appends bytes. Growing moves to a larger place by hand, because `Vec` would leave a copy behind.
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        let wanted = self.0.len().saturating_add(bytes.len());
        if wanted > self.0.capacity() {
            let mut larger = Vec::with_capacity(wanted.max(self.0.capacity().saturating_mul(2)));
            larger.extend_from_slice(&self.0);
            self.0.zeroize();
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }
}

impl Drop for MessageBytes {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for MessageBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageBytes({} bytes, hidden)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_nothing() {
        assert_eq!(format!("{:?}", SecretBytes::copy_of(b"fish")), "SecretBytes(hidden)");
        assert_eq!(format!("{:?}", SecretText::copy_of("swordfish")), "SecretText(hidden)");
        assert_eq!(format!("{:?}", MessageBytes(b"fish".to_vec())), "MessageBytes(4 bytes, hidden)");
    }

    #[test]
    fn a_message_grows_without_losing_a_byte() {
        let mut message = MessageBytes::with_room_for(1);
        let wanted: Vec<u8> = (0..=255).collect();
        for byte in &wanted {
            message.append(&[*byte]);
        }
        assert_eq!(message.expose(), wanted);
        assert_eq!(message.len(), 256);
    }
}
