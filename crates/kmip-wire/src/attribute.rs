//! Attributes as 1.x spells them: a name, perhaps an index, a value whose type follows from the
//! name. It must not know which object may have which.

mod name;
mod parts;
mod table;

pub use name::AttributeName;
pub use parts::{AlternativeName, ApplicationSpecificInformation, Digest, Link, Name, RevocationReason, UsageLimits};
pub use table::AttributeValue;

use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};

/// One instance of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Which instance, where an attribute can have several. Some clients send 0 always.
    pub index: Option<u32>,
    /// The value, which implies the name.
    pub value: AttributeValue,
}

impl Attribute {
    /// Makes an attribute without an index, which is the first instance.
    #[must_use]
    pub fn new(value: AttributeValue) -> Self {
        Self { index: None, value }
    }

    /// Gives the name.
    #[must_use]
    pub fn name(&self) -> AttributeName {
        self.value.name()
    }
}

impl From<AttributeValue> for Attribute {
    fn from(value: AttributeValue) -> Self {
        Self::new(value)
    }
}

impl Fields for Attribute {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let name = from.required(Tag::ATTRIBUTE_NAME)?;
        let index = from.optional(Tag::ATTRIBUTE_INDEX)?;
        let value = from
            .optional_item(Tag::ATTRIBUTE_VALUE)?
            .ok_or(DecodeError::Missing { inside: from.inside(), expected: Tag::ATTRIBUTE_VALUE })?;
        Ok(Self { index, value: AttributeValue::from_item(name, &value)? })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::ATTRIBUTE_NAME, &self.name());
        to.put_optional(Tag::ATTRIBUTE_INDEX, &self.index);
        to.put(Tag::ATTRIBUTE_VALUE, &self.value);
    }
}

/// Writes attributes, of an answer only those that its version knows.
pub(crate) fn write_known(attributes: &[Attribute], to: &mut Writer) {
    for attribute in attributes {
        if to.tells(|version| attribute.name().exists_in(version)) {
            to.put(Tag::ATTRIBUTE, attribute);
        }
    }
}

#[cfg(test)]
mod tests;
