//! Get Attribute List: which attributes an object has. It must not know their values.

use crate::attribute::AttributeName;
use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};

/// Names the object, or leaves it to the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The object; none means the one that the batch made or found before.
    pub unique_identifier: Option<String>,
}

impl Fields for Request {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { unique_identifier: from.optional(Tag::UNIQUE_IDENTIFIER)? })
    }

    fn write(&self, to: &mut Writer) {
        to.put_optional(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
    }
}

/// Names the attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The object.
    pub unique_identifier: String,
    /// Their names; those newer than the version of the message are left out in writing.
    pub attribute_names: Vec<AttributeName>,
}

impl Fields for Response {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            unique_identifier: from.required(Tag::UNIQUE_IDENTIFIER)?,
            attribute_names: from.many(Tag::ATTRIBUTE_NAME)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        for name in &self.attribute_names {
            if to.tells(|version| name.exists_in(version)) {
                to.put(Tag::ATTRIBUTE_NAME, name);
            }
        }
    }
}
