//! The name of an attribute: one of the standard's, a custom one, or one nobody knows. The names
//! themselves stand in `table`. It must not know values.

use std::borrow::Cow;
use std::fmt;

use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Decode, Encode, Item, ItemType, Writer};
use crate::version::Version;

/// The name of an attribute, known to us or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributeName(pub(super) Cow<'static, str>);

impl AttributeName {
    /// Takes a name as text.
    #[must_use]
    pub fn new(name: String) -> Self {
        Self(Cow::Owned(name))
    }

    /// Gives the name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether a client (`x-`) or a server (`y-`) made the name up.
    #[must_use]
    pub fn is_custom(&self) -> bool {
        self.0.starts_with("x-") || self.0.starts_with("y-")
    }

    /// Says whether a message in `version` may name the attribute. Custom ones every version knows.
    #[must_use]
    pub fn exists_in(&self, version: Version) -> bool {
        self.is_custom() || self.since().is_some_and(|since| since <= version)
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Decode for AttributeName {
    const TYPE: ItemType = ItemType::TextString;

    fn decode(item: &Item<'_>) -> Result<Self, DecodeError> {
        item.text().map(|name| Self::new(name.to_owned()))
    }
}

impl Encode for AttributeName {
    fn encode(&self, tag: Tag, to: &mut Writer) {
        self.as_str().encode(tag, to);
    }
}
