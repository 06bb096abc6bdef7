//! Encrypt: the server encrypts for the client. It must not know ciphers.

use crate::cryptographic_parameters::CryptographicParameters;
use crate::error::DecodeError;
use crate::secret::SecretBytes;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};
use crate::version::Version;

/// Gives what to encrypt.
#[derive(Debug)]
pub struct Request {
    /// The object; none means the one that the batch made or found before.
    pub unique_identifier: Option<String>,
    /// How; none leaves it to the key or to the server.
    pub parameters: Option<Box<CryptographicParameters>>,
    /// The plaintext; a stream may do without.
    pub data: Option<SecretBytes>,
    /// The initialization vector, unless the server makes it.
    pub iv_counter_nonce: Option<Vec<u8>>,
    /// Which stream this is a part of. Since 1.3.
    pub correlation_value: Option<Vec<u8>>,
    /// Whether a stream begins. Since 1.3.
    pub init_indicator: Option<bool>,
    /// Whether a stream ends. Since 1.3.
    pub final_indicator: Option<bool>,
    /// What is authenticated with the data but not encrypted. Since 1.4.
    pub additional_data: Option<Vec<u8>>,
}

impl Fields for Request {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            unique_identifier: from.optional(Tag::UNIQUE_IDENTIFIER)?,
            parameters: from.optional(Tag::CRYPTOGRAPHIC_PARAMETERS)?,
            data: from.optional(Tag::DATA)?,
            iv_counter_nonce: from.optional(Tag::IV_COUNTER_NONCE)?,
            correlation_value: from.optional(Tag::CORRELATION_VALUE)?,
            init_indicator: from.optional(Tag::INIT_INDICATOR)?,
            final_indicator: from.optional(Tag::FINAL_INDICATOR)?,
            additional_data: from.optional(Tag::AUTHENTICATED_ENCRYPTION_ADDITIONAL_DATA)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put_optional(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        to.put_optional(Tag::CRYPTOGRAPHIC_PARAMETERS, &self.parameters);
        to.put_optional(Tag::DATA, &self.data);
        to.put_optional(Tag::IV_COUNTER_NONCE, &self.iv_counter_nonce);
        to.put_optional(Tag::CORRELATION_VALUE, &self.correlation_value);
        to.put_optional(Tag::INIT_INDICATOR, &self.init_indicator);
        to.put_optional(Tag::FINAL_INDICATOR, &self.final_indicator);
        to.put_optional(Tag::AUTHENTICATED_ENCRYPTION_ADDITIONAL_DATA, &self.additional_data);
    }
}

/// Gives the ciphertext.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The object.
    pub unique_identifier: String,
    /// The ciphertext.
    pub data: Option<Vec<u8>>,
    /// The initialization vector, if the server made it.
    pub iv_counter_nonce: Option<Vec<u8>>,
    /// Which stream this is a part of. Since 1.3.
    pub correlation_value: Option<Vec<u8>>,
    /// The authentication tag. Since 1.4; in an older message it cannot be told, which is a fault in writing.
    pub tag: Option<Vec<u8>>,
}

impl Fields for Response {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            unique_identifier: from.required(Tag::UNIQUE_IDENTIFIER)?,
            data: from.optional(Tag::DATA)?,
            iv_counter_nonce: from.optional(Tag::IV_COUNTER_NONCE)?,
            correlation_value: from.optional(Tag::CORRELATION_VALUE)?,
            tag: from.optional(Tag::AUTHENTICATED_ENCRYPTION_TAG)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        to.put_optional(Tag::DATA, &self.data);
        to.put_optional(Tag::IV_COUNTER_NONCE, &self.iv_counter_nonce);
        to.must_put_since(Version::V1_3, Tag::CORRELATION_VALUE, &self.correlation_value);
        to.must_put_since(Version::V1_4, Tag::AUTHENTICATED_ENCRYPTION_TAG, &self.tag);
    }
}
