//! Create: make a new key. It must not know how keys are made.

use crate::enumeration::ObjectType;
use crate::error::DecodeError;
use crate::tag::Tag;
use crate::template::TemplateAttribute;
use crate::ttlv::{Fields, Reader, Writer};

/// Asks for a new symmetric key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What to make.
    pub object_type: ObjectType,
    /// What it shall be like.
    pub template_attribute: TemplateAttribute,
}

impl Fields for Request {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            object_type: from.required(Tag::OBJECT_TYPE)?,
            template_attribute: from.required(Tag::TEMPLATE_ATTRIBUTE)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::OBJECT_TYPE, &self.object_type);
        to.put(Tag::TEMPLATE_ATTRIBUTE, &self.template_attribute);
    }
}

/// Names the new key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// What was made.
    pub object_type: ObjectType,
    /// The object.
    pub unique_identifier: String,
    /// Attributes that the server has chosen. Most clients expect none.
    pub template_attribute: Option<TemplateAttribute>,
}

impl Fields for Response {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            object_type: from.required(Tag::OBJECT_TYPE)?,
            unique_identifier: from.required(Tag::UNIQUE_IDENTIFIER)?,
            template_attribute: from.optional(Tag::TEMPLATE_ATTRIBUTE)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::OBJECT_TYPE, &self.object_type);
        to.put(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        to.put_optional(Tag::TEMPLATE_ATTRIBUTE, &self.template_attribute);
    }
}
