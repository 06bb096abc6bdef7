//! How a key is wrapped, or shall be. It must not know how to wrap.

use crate::attribute::AttributeName;
use crate::cryptographic_parameters::CryptographicParameters;
use crate::enumeration::{EncodingOption, WrappingMethod};
use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};
use crate::version::Version;

/// How a key block is wrapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyWrappingData {
    /// In which way.
    pub method: WrappingMethod,
    /// The key that encrypted it.
    pub encryption_key: Option<KeyInformation>,
    /// The key that signed it.
    pub mac_signature_key: Option<KeyInformation>,
    /// The signature.
    pub mac_signature: Option<Vec<u8>>,
    /// The initialization vector.
    pub iv_counter_nonce: Option<Vec<u8>>,
    /// What is inside. Since 1.1.
    pub encoding_option: Option<EncodingOption>,
}

impl Fields for KeyWrappingData {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            method: from.required(Tag::WRAPPING_METHOD)?,
            encryption_key: from.optional(Tag::ENCRYPTION_KEY_INFORMATION)?,
            mac_signature_key: from.optional(Tag::MAC_SIGNATURE_KEY_INFORMATION)?,
            mac_signature: from.optional(Tag::MAC_SIGNATURE)?,
            iv_counter_nonce: from.optional(Tag::IV_COUNTER_NONCE)?,
            encoding_option: from.optional(Tag::ENCODING_OPTION)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::WRAPPING_METHOD, &self.method);
        to.put_optional(Tag::ENCRYPTION_KEY_INFORMATION, &self.encryption_key);
        to.put_optional(Tag::MAC_SIGNATURE_KEY_INFORMATION, &self.mac_signature_key);
        to.put_optional(Tag::MAC_SIGNATURE, &self.mac_signature);
        to.put_optional(Tag::IV_COUNTER_NONCE, &self.iv_counter_nonce);
        to.put_since(Version::V1_1, Tag::ENCODING_OPTION, &self.encoding_option);
    }
}

/// How Get shall wrap a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyWrappingSpecification {
    /// In which way.
    pub method: WrappingMethod,
    /// The key to encrypt with.
    pub encryption_key: Option<KeyInformation>,
    /// The key to sign with.
    pub mac_signature_key: Option<KeyInformation>,
    /// Attributes to wrap with the key.
    pub attribute_names: Vec<AttributeName>,
    /// What to wrap. Since 1.1.
    pub encoding_option: Option<EncodingOption>,
}

impl Fields for KeyWrappingSpecification {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            method: from.required(Tag::WRAPPING_METHOD)?,
            encryption_key: from.optional(Tag::ENCRYPTION_KEY_INFORMATION)?,
            mac_signature_key: from.optional(Tag::MAC_SIGNATURE_KEY_INFORMATION)?,
            attribute_names: from.many(Tag::ATTRIBUTE_NAME)?,
            encoding_option: from.optional(Tag::ENCODING_OPTION)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::WRAPPING_METHOD, &self.method);
        to.put_optional(Tag::ENCRYPTION_KEY_INFORMATION, &self.encryption_key);
        to.put_optional(Tag::MAC_SIGNATURE_KEY_INFORMATION, &self.mac_signature_key);
        to.put_each(Tag::ATTRIBUTE_NAME, &self.attribute_names);
        to.put_since(Version::V1_1, Tag::ENCODING_OPTION, &self.encoding_option);
    }
}

/// Which key wraps, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInformation {
    /// The key.
    pub unique_identifier: String,
    /// How it is used.
    pub parameters: Option<CryptographicParameters>,
}

impl Fields for KeyInformation {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            unique_identifier: from.required(Tag::UNIQUE_IDENTIFIER)?,
            parameters: from.optional(Tag::CRYPTOGRAPHIC_PARAMETERS)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        to.put_optional(Tag::CRYPTOGRAPHIC_PARAMETERS, &self.parameters);
    }
}
