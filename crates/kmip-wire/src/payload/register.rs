//! Register: keep an object that the client made. It must not know where.

use crate::error::DecodeError;
use crate::object::Object;
use crate::tag::Tag;
use crate::template::TemplateAttribute;
use crate::ttlv::{Fields, Reader, Writer};

/// Gives the object, its type and its content.
#[derive(Debug)]
pub struct Request {
    /// What it shall be like.
    pub template_attribute: TemplateAttribute,
    /// Its content.
    pub object: Object,
}

impl Fields for Request {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let object_type = from.required(Tag::OBJECT_TYPE)?;
        Ok(Self {
            template_attribute: from.required(Tag::TEMPLATE_ATTRIBUTE)?,
            object: Object::read(from, object_type)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::OBJECT_TYPE, &self.object.object_type());
        to.put(Tag::TEMPLATE_ATTRIBUTE, &self.template_attribute);
        self.object.write(to);
    }
}

/// Names the new object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The object.
    pub unique_identifier: String,
    /// Attributes that the server has chosen. Most clients expect none.
    pub template_attribute: Option<TemplateAttribute>,
}

impl Fields for Response {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            unique_identifier: from.required(Tag::UNIQUE_IDENTIFIER)?,
            template_attribute: from.optional(Tag::TEMPLATE_ATTRIBUTE)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        to.put_optional(Tag::TEMPLATE_ATTRIBUTE, &self.template_attribute);
    }
}
