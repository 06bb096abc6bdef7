//! Key Block: key material, how it is laid out, what it is for. It must not know whose it is.

use crate::attribute::{Attribute, write_known};
use crate::enumeration::{CryptographicAlgorithm, KeyCompressionType, KeyFormatType};
use crate::error::DecodeError;
use crate::object::KeyWrappingData;
use crate::secret::SecretBytes;
use crate::tag::Tag;
use crate::ttlv::{Fields, Item, ItemType, Reader, Writer};

/// A key with what one must know to use it.
#[derive(Debug)]
pub struct KeyBlock {
    /// How the material is laid out.
    pub format: KeyFormatType,
    /// Means something for points on curves alone; old clients send it with every key.
    pub compression: Option<KeyCompressionType>,
    /// The material.
    pub value: KeyValue,
    /// What it is for. Secret Data may come without.
    pub algorithm: Option<CryptographicAlgorithm>,
    /// How long the key is.
    /// Unit: bits.
    pub length: Option<u32>,
    /// How the value is wrapped, if it is.
    pub wrapping: Option<Box<KeyWrappingData>>,
}

/// The material, with or without a wrapping around its TTLV.
#[derive(Debug)]
pub enum KeyValue {
    /// A structure that can be read.
    Structure {
        /// The material, which Key Wrapping Data may still say is wrapped by itself.
        material: KeyMaterial,
        /// Attributes that travel inside. An answer has none unless it is wrapped (clients choke on them).
        attributes: Vec<Attribute>,
    },
    /// The whole structure, wrapped.
    Wrapped(SecretBytes),
}

/// The key itself.
#[derive(Debug)]
pub enum KeyMaterial {
    /// Its bytes, as the format says.
    Bytes(SecretBytes),
    /// Its bytes inside a structure: format Transparent Symmetric Key.
    TransparentSymmetricKey(SecretBytes),
}

impl KeyBlock {
    /// Makes a key block of bare bytes, as a server answers it.
    #[must_use]
    pub fn of_bytes(format: KeyFormatType, material: SecretBytes) -> Self {
        let value = KeyValue::Structure { material: KeyMaterial::Bytes(material), attributes: Vec::new() };
        Self { format, compression: None, value, algorithm: None, length: None, wrapping: None }
    }
}

impl Fields for KeyBlock {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let format = from.required(Tag::KEY_FORMAT_TYPE)?;
        Ok(Self {
            format,
            compression: from.optional(Tag::KEY_COMPRESSION_TYPE)?,
            value: from
                .optional_item(Tag::KEY_VALUE)?
                .ok_or(DecodeError::Missing { inside: from.inside(), expected: Tag::KEY_VALUE })
                .and_then(|item| KeyValue::from_item(&item, format))?,
            algorithm: from.optional(Tag::CRYPTOGRAPHIC_ALGORITHM)?,
            length: from.optional(Tag::CRYPTOGRAPHIC_LENGTH)?,
            wrapping: from.optional(Tag::KEY_WRAPPING_DATA)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::KEY_FORMAT_TYPE, &self.format);
        to.put_optional(Tag::KEY_COMPRESSION_TYPE, &self.compression);
        self.value.write(to);
        to.put_optional(Tag::CRYPTOGRAPHIC_ALGORITHM, &self.algorithm);
        to.put_optional(Tag::CRYPTOGRAPHIC_LENGTH, &self.length);
        to.put_optional(Tag::KEY_WRAPPING_DATA, &self.wrapping);
    }
}

impl KeyValue {
    fn from_item(item: &Item<'_>, format: KeyFormatType) -> Result<Self, DecodeError> {
        if item.kind() == ItemType::ByteString {
            return item.decoded().map(Self::Wrapped);
        }
        let mut body = item.open()?;
        let material = body
            .optional_item(Tag::KEY_MATERIAL)?
            .ok_or(DecodeError::Missing { inside: Tag::KEY_VALUE, expected: Tag::KEY_MATERIAL })
            .and_then(|item| KeyMaterial::from_item(&item, format))?;
        let attributes = body.many(Tag::ATTRIBUTE)?;
        body.finish()?;
        Ok(Self::Structure { material, attributes })
    }

    fn write(&self, to: &mut Writer) {
        match self {
            Self::Wrapped(bytes) => to.put(Tag::KEY_VALUE, bytes),
            Self::Structure { material, attributes } => to.structure(Tag::KEY_VALUE, |to| {
                material.write(to);
                write_known(attributes, to);
            }),
        }
    }
}

impl KeyMaterial {
    fn from_item(item: &Item<'_>, format: KeyFormatType) -> Result<Self, DecodeError> {
        if item.kind() != ItemType::Structure {
            return item.decoded().map(Self::Bytes);
        }
        if format != KeyFormatType::TRANSPARENT_SYMMETRIC_KEY {
            return Err(DecodeError::Unsupported {
                field: Tag::KEY_MATERIAL,
                why: "a structure is read for Transparent Symmetric Key alone; send the key's bytes",
            });
        }
        let mut body = item.open()?;
        let key = body.required(Tag::KEY)?;
        body.finish()?;
        Ok(Self::TransparentSymmetricKey(key))
    }

    fn write(&self, to: &mut Writer) {
        match self {
            Self::Bytes(bytes) => to.put(Tag::KEY_MATERIAL, bytes),
            Self::TransparentSymmetricKey(bytes) => {
                to.structure(Tag::KEY_MATERIAL, |to| to.put(Tag::KEY, bytes));
            }
        }
    }

    /// Gives the key's bytes, however they are laid out.
    #[must_use]
    pub fn bytes(&self) -> &SecretBytes {
        match self {
            Self::Bytes(bytes) | Self::TransparentSymmetricKey(bytes) => bytes,
        }
    }

    /// Gives the key's bytes to keep, however they are laid out.
    #[must_use]
    pub fn into_bytes(self) -> SecretBytes {
        match self {
            Self::Bytes(bytes) | Self::TransparentSymmetricKey(bytes) => bytes,
        }
    }
}
