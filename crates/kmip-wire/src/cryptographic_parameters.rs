//! Cryptographic Parameters: how a key is to be used. It must not know which ways anybody carries out.

use crate::enumeration::{
    BlockCipherMode, CryptographicAlgorithm, DigitalSignatureAlgorithm, HashingAlgorithm, KeyRoleType, MaskGenerator,
    PaddingMethod,
};
use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};
use crate::version::Version;

/// How a key is to be used. Everything may be left open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CryptographicParameters {
    /// The mode of a block cipher.
    pub block_cipher_mode: Option<BlockCipherMode>,
    /// The filling of the last block.
    pub padding_method: Option<PaddingMethod>,
    /// The digest.
    pub hashing_algorithm: Option<HashingAlgorithm>,
    /// The role of a banking key.
    pub key_role_type: Option<KeyRoleType>,
    /// The signature. Since 1.2.
    pub digital_signature_algorithm: Option<DigitalSignatureAlgorithm>,
    /// The cipher. Since 1.2.
    pub cryptographic_algorithm: Option<CryptographicAlgorithm>,
    /// Whether the server makes the initialization vector. Since 1.2.
    pub random_iv: Option<bool>,
    /// The length of the initialization vector. Since 1.2.
    /// Unit: bits.
    pub iv_length: Option<u32>,
    /// The length of the authentication tag. Since 1.2.
    /// Unit: bytes.
    pub tag_length: Option<u32>,
    /// The length of the fixed part of the vector. Since 1.2.
    /// Unit: bits.
    pub fixed_field_length: Option<u32>,
    /// The length of the invocation field. Since 1.2.
    /// Unit: bits.
    pub invocation_field_length: Option<u32>,
    /// The length of the counter. Since 1.2.
    /// Unit: bits.
    pub counter_length: Option<u32>,
    /// Where the counter begins. Since 1.2.
    pub initial_counter_value: Option<u32>,
    /// The length of the salt. Since 1.4.
    /// Unit: bytes.
    pub salt_length: Option<u32>,
    /// The mask of an RSA padding. Since 1.4.
    pub mask_generator: Option<MaskGenerator>,
    /// The digest of the mask. Since 1.4.
    pub mask_generator_hashing_algorithm: Option<HashingAlgorithm>,
    /// The label of OAEP. Since 1.4.
    pub p_source: Option<Vec<u8>>,
    /// The trailer of PSS. Since 1.4.
    pub trailer_field: Option<u32>,
}

impl Fields for CryptographicParameters {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            block_cipher_mode: from.optional(Tag::BLOCK_CIPHER_MODE)?,
            padding_method: from.optional(Tag::PADDING_METHOD)?,
            hashing_algorithm: from.optional(Tag::HASHING_ALGORITHM)?,
            key_role_type: from.optional(Tag::KEY_ROLE_TYPE)?,
            digital_signature_algorithm: from.optional(Tag::DIGITAL_SIGNATURE_ALGORITHM)?,
            cryptographic_algorithm: from.optional(Tag::CRYPTOGRAPHIC_ALGORITHM)?,
            random_iv: from.optional(Tag::RANDOM_IV)?,
            iv_length: from.optional(Tag::IV_LENGTH)?,
            tag_length: from.optional(Tag::TAG_LENGTH)?,
            fixed_field_length: from.optional(Tag::FIXED_FIELD_LENGTH)?,
            invocation_field_length: from.optional(Tag::INVOCATION_FIELD_LENGTH)?,
            counter_length: from.optional(Tag::COUNTER_LENGTH)?,
            initial_counter_value: from.optional(Tag::INITIAL_COUNTER_VALUE)?,
            salt_length: from.optional(Tag::SALT_LENGTH)?,
            mask_generator: from.optional(Tag::MASK_GENERATOR)?,
            mask_generator_hashing_algorithm: from.optional(Tag::MASK_GENERATOR_HASHING_ALGORITHM)?,
            p_source: from.optional(Tag::P_SOURCE)?,
            trailer_field: from.optional(Tag::TRAILER_FIELD)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put_optional(Tag::BLOCK_CIPHER_MODE, &self.block_cipher_mode);
        to.put_optional(Tag::PADDING_METHOD, &self.padding_method);
        to.put_optional(Tag::HASHING_ALGORITHM, &self.hashing_algorithm);
        to.put_optional(Tag::KEY_ROLE_TYPE, &self.key_role_type);
        to.put_since(Version::V1_2, Tag::DIGITAL_SIGNATURE_ALGORITHM, &self.digital_signature_algorithm);
        to.put_since(Version::V1_2, Tag::CRYPTOGRAPHIC_ALGORITHM, &self.cryptographic_algorithm);
        to.put_since(Version::V1_2, Tag::RANDOM_IV, &self.random_iv);
        to.put_since(Version::V1_2, Tag::IV_LENGTH, &self.iv_length);
        to.put_since(Version::V1_2, Tag::TAG_LENGTH, &self.tag_length);
        to.put_since(Version::V1_2, Tag::FIXED_FIELD_LENGTH, &self.fixed_field_length);
        to.put_since(Version::V1_2, Tag::INVOCATION_FIELD_LENGTH, &self.invocation_field_length);
        to.put_since(Version::V1_2, Tag::COUNTER_LENGTH, &self.counter_length);
        to.put_since(Version::V1_2, Tag::INITIAL_COUNTER_VALUE, &self.initial_counter_value);
        to.put_since(Version::V1_4, Tag::SALT_LENGTH, &self.salt_length);
        to.put_since(Version::V1_4, Tag::MASK_GENERATOR, &self.mask_generator);
        to.put_since(Version::V1_4, Tag::MASK_GENERATOR_HASHING_ALGORITHM, &self.mask_generator_hashing_algorithm);
        to.put_since(Version::V1_4, Tag::P_SOURCE, &self.p_source);
        to.put_since(Version::V1_4, Tag::TRAILER_FIELD, &self.trailer_field);
    }
}
