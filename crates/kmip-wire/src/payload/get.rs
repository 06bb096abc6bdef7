//! Get: hand an object out. It must not know who may have it.

use crate::enumeration::{KeyCompressionType, KeyFormatType, KeyWrapType};
use crate::error::DecodeError;
use crate::object::{KeyWrappingSpecification, Object};
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};

/// Says which object, and in which shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The object; none means the one that the batch made or found before.
    pub unique_identifier: Option<String>,
    /// How the key shall be laid out; none means as registered.
    pub key_format_type: Option<KeyFormatType>,
    /// Whether a key registered wrapped shall stay so. Since 1.4.
    pub key_wrap_type: Option<KeyWrapType>,
    /// How a point on a curve shall be compressed.
    pub key_compression_type: Option<KeyCompressionType>,
    /// How the key shall be wrapped.
    pub key_wrapping_specification: Option<Box<KeyWrappingSpecification>>,
}

impl Fields for Request {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            unique_identifier: from.optional(Tag::UNIQUE_IDENTIFIER)?,
            key_format_type: from.optional(Tag::KEY_FORMAT_TYPE)?,
            key_wrap_type: from.optional(Tag::KEY_WRAP_TYPE)?,
            key_compression_type: from.optional(Tag::KEY_COMPRESSION_TYPE)?,
            key_wrapping_specification: from.optional(Tag::KEY_WRAPPING_SPECIFICATION)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put_optional(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        to.put_optional(Tag::KEY_FORMAT_TYPE, &self.key_format_type);
        to.put_optional(Tag::KEY_WRAP_TYPE, &self.key_wrap_type);
        to.put_optional(Tag::KEY_COMPRESSION_TYPE, &self.key_compression_type);
        to.put_optional(Tag::KEY_WRAPPING_SPECIFICATION, &self.key_wrapping_specification);
    }
}

/// Hands the object out, its type and its content.
#[derive(Debug)]
pub struct Response {
    /// The object.
    pub unique_identifier: String,
    /// Its content. Clients refuse attributes inside an unwrapped Key Value.
    pub object: Object,
}

impl Fields for Response {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let object_type = from.required(Tag::OBJECT_TYPE)?;
        Ok(Self { unique_identifier: from.required(Tag::UNIQUE_IDENTIFIER)?, object: Object::read(from, object_type)? })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::OBJECT_TYPE, &self.object.object_type());
        to.put(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        self.object.write(to);
    }
}
