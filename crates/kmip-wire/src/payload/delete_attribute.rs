//! Delete Attribute: one attribute less. It must not know which attributes may go.

use crate::attribute::{Attribute, AttributeName};
use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};

/// Names the attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The object; none means the one that the batch made or found before.
    pub unique_identifier: Option<String>,
    /// Which one.
    pub attribute_name: AttributeName,
    /// Which instance; none means the first.
    pub attribute_index: Option<u32>,
}

impl Fields for Request {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            unique_identifier: from.optional(Tag::UNIQUE_IDENTIFIER)?,
            attribute_name: from.required(Tag::ATTRIBUTE_NAME)?,
            attribute_index: from.optional(Tag::ATTRIBUTE_INDEX)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put_optional(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        to.put(Tag::ATTRIBUTE_NAME, &self.attribute_name);
        to.put_optional(Tag::ATTRIBUTE_INDEX, &self.attribute_index);
    }
}

/// Gives the attribute that is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The object.
    pub unique_identifier: String,
    /// The attribute as it was.
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
