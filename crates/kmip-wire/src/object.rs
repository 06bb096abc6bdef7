//! Managed objects with their key material: symmetric keys, secrets, opaque bytes. It must not
//! know whose they are.

mod key_block;
mod key_wrapping;

pub use key_block::{KeyBlock, KeyMaterial, KeyValue};
pub use key_wrapping::{KeyInformation, KeyWrappingData, KeyWrappingSpecification};

use crate::enumeration::{ObjectKind, ObjectType, OpaqueDataType, SecretDataType};
use crate::error::DecodeError;
use crate::secret::SecretBytes;
use crate::tag::Tag;
use crate::ttlv::{Reader, Writer};

/// An object with its content.
#[derive(Debug)]
pub enum Object {
    /// A key for a symmetric cipher or a MAC.
    SymmetricKey(KeyBlock),
    /// A password, a seed, any secret that is no key.
    SecretData {
        /// What it is.
        kind: SecretDataType,
        /// The secret.
        key_block: KeyBlock,
    },
    /// Bytes of a meaning that only the client knows.
    OpaqueObject {
        /// What they are; vendors' numbers are common here.
        kind: OpaqueDataType,
        /// The bytes.
        value: SecretBytes,
    },
}

impl Object {
    /// Says what kind of object it is.
    #[must_use]
    pub fn object_type(&self) -> ObjectType {
        match self {
            Self::SymmetricKey(_) => ObjectType::SYMMETRIC_KEY,
            Self::SecretData { .. } => ObjectType::SECRET_DATA,
            Self::OpaqueObject { .. } => ObjectType::OPAQUE_OBJECT,
        }
    }

    /// Reads the object that an Object Type before it has announced.
    /// Errors: `Unsupported` for kinds that we do not take; `UnexpectedTag` if it is another kind than announced.
    pub(crate) fn read(from: &mut Reader<'_>, announced: ObjectType) -> Result<Self, DecodeError> {
        let kind = announced.known().ok_or(DecodeError::Unsupported {
            field: Tag::OBJECT_TYPE,
            why: "the object must be a Symmetric Key, Secret Data or an Opaque Object",
        })?;
        let (body, object) = match kind {
            ObjectKind::SymmetricKey => {
                let mut body = from.structure(Tag::SYMMETRIC_KEY)?;
                let key_block = body.required(Tag::KEY_BLOCK)?;
                (body, Self::SymmetricKey(key_block))
            }
            ObjectKind::SecretData => {
                let mut body = from.structure(Tag::SECRET_DATA)?;
                let kind = body.required(Tag::SECRET_DATA_TYPE)?;
                let key_block = body.required(Tag::KEY_BLOCK)?;
                (body, Self::SecretData { kind, key_block })
            }
            ObjectKind::OpaqueObject => {
                let mut body = from.structure(Tag::OPAQUE_OBJECT)?;
                let kind = body.required(Tag::OPAQUE_DATA_TYPE)?;
                let value = body.required(Tag::OPAQUE_DATA_VALUE)?;
                (body, Self::OpaqueObject { kind, value })
            }
        };
        body.finish()?;
        Ok(object)
    }

    pub(crate) fn write(&self, to: &mut Writer) {
        match self {
            Self::SymmetricKey(key_block) => {
                to.structure(Tag::SYMMETRIC_KEY, |to| to.put(Tag::KEY_BLOCK, key_block));
            }
            Self::SecretData { kind, key_block } => to.structure(Tag::SECRET_DATA, |to| {
                to.put(Tag::SECRET_DATA_TYPE, kind);
                to.put(Tag::KEY_BLOCK, key_block);
            }),
            Self::OpaqueObject { kind, value } => to.structure(Tag::OPAQUE_OBJECT, |to| {
                to.put(Tag::OPAQUE_DATA_TYPE, kind);
                to.put(Tag::OPAQUE_DATA_VALUE, value);
            }),
        }
    }
}
