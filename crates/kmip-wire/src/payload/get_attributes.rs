//! Get Attributes: what is known of an object. It must not know which of it exists.

use crate::attribute::{Attribute, AttributeName, write_known};
use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};

/// Asks for some attributes of an object, or for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The object; none means the one that the batch made or found before.
    pub unique_identifier: Option<String>,
    /// Which ones; none means all.
    pub attribute_names: Vec<AttributeName>,
}

impl Fields for Request {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            unique_identifier: from.optional(Tag::UNIQUE_IDENTIFIER)?,
            attribute_names: from.many(Tag::ATTRIBUTE_NAME)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put_optional(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        to.put_each(Tag::ATTRIBUTE_NAME, &self.attribute_names);
    }
}

/// Gives the attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The object.
    pub unique_identifier: String,
    /// The attributes; those newer than the version of the message are left out in writing.
    pub attributes: Vec<Attribute>,
}

impl Fields for Response {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { unique_identifier: from.required(Tag::UNIQUE_IDENTIFIER)?, attributes: from.many(Tag::ATTRIBUTE)? })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        write_known(&self.attributes, to);
    }
}
