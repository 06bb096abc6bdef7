//! Modify Attribute: another value for an attribute. It must not know which attributes may change.

use crate::attribute::Attribute;
use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};

/// Gives the attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The object; none means the one that the batch made or found before.
    pub unique_identifier: Option<String>,
    /// The attribute with its new value.
    pub attribute: Attribute,
}

impl Fields for Request {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            unique_identifier: from.optional(Tag::UNIQUE_IDENTIFIER)?,
            attribute: from.required(Tag::ATTRIBUTE)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put_optional(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        to.put(Tag::ATTRIBUTE, &self.attribute);
    }
}

/// Gives the attribute as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The object.
    pub unique_identifier: String,
    /// The attribute.
    pub attribute: Attribute,
}

impl Fields for Response {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            unique_identifier: from.required(Tag::UNIQUE_IDENTIFIER)?,
            attribute: from.required(Tag::ATTRIBUTE)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        to.put(Tag::ATTRIBUTE, &self.attribute);
    }
}
