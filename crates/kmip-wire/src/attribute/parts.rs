//! Attribute values that are structures. They must not know which object has them.

use crate::enumeration::{
    AlternativeNameType, HashingAlgorithm, KeyFormatType, LinkType, NameType, RevocationReasonCode, UsageLimitsUnit,
};
use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};
use crate::version::Version;

/// A name by which an object can be located.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name itself.
    pub value: String,
    /// What kind of text it is.
    pub kind: NameType,
}

impl Name {
    /// Makes a name of plain text.
    #[must_use]
    pub fn text(value: impl Into<String>) -> Self {
        Self { value: value.into(), kind: NameType::UNINTERPRETED_TEXT_STRING }
    }
}

impl Fields for Name {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { value: from.required(Tag::NAME_VALUE)?, kind: from.required(Tag::NAME_TYPE)? })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::NAME_VALUE, &self.value);
        to.put(Tag::NAME_TYPE, &self.kind);
    }
}

/// A further name that need not be unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlternativeName {
    /// The name itself.
    pub value: String,
    /// What kind of text it is.
    pub kind: AlternativeNameType,
}

impl Fields for AlternativeName {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            value: from.required(Tag::ALTERNATIVE_NAME_VALUE)?,
            kind: from.required(Tag::ALTERNATIVE_NAME_TYPE)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::ALTERNATIVE_NAME_VALUE, &self.value);
        to.put(Tag::ALTERNATIVE_NAME_TYPE, &self.kind);
    }
}

/// A digest of key material, which is no secret as long as the key is random.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// How it was made.
    pub hashing_algorithm: HashingAlgorithm,
    /// The digest.
    pub value: Option<Vec<u8>>,
    /// Over which layout of the key. Since 1.1.
    pub key_format_type: Option<KeyFormatType>,
}

impl Fields for Digest {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            hashing_algorithm: from.required(Tag::HASHING_ALGORITHM)?,
            value: from.optional(Tag::DIGEST_VALUE)?,
            key_format_type: from.optional(Tag::KEY_FORMAT_TYPE)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::HASHING_ALGORITHM, &self.hashing_algorithm);
        to.put_optional(Tag::DIGEST_VALUE, &self.value);
        to.put_since(Version::V1_1, Tag::KEY_FORMAT_TYPE, &self.key_format_type);
    }
}

/// How often or for how much a key may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageLimits {
    /// How much in all.
    pub total: i64,
    /// How much is left.
    pub count: Option<i64>,
    /// Of what.
    pub unit: UsageLimitsUnit,
}

impl Fields for UsageLimits {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            total: from.required(Tag::USAGE_LIMITS_TOTAL)?,
            count: from.optional(Tag::USAGE_LIMITS_COUNT)?,
            unit: from.required(Tag::USAGE_LIMITS_UNIT)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::USAGE_LIMITS_TOTAL, &self.total);
        to.put_optional(Tag::USAGE_LIMITS_COUNT, &self.count);
        to.put(Tag::USAGE_LIMITS_UNIT, &self.unit);
    }
}

/// How two objects belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// In which way.
    pub kind: LinkType,
    /// The other object.
    pub linked: String,
}

impl Fields for Link {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { kind: from.required(Tag::LINK_TYPE)?, linked: from.required(Tag::LINKED_OBJECT_IDENTIFIER)? })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::LINK_TYPE, &self.kind);
        to.put(Tag::LINKED_OBJECT_IDENTIFIER, &self.linked);
    }
}

/// What an application keeps with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationSpecificInformation {
    /// Which application.
    pub namespace: String,
    /// What it keeps; a server may be asked to make it up.
    pub data: Option<String>,
}

impl Fields for ApplicationSpecificInformation {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { namespace: from.required(Tag::APPLICATION_NAMESPACE)?, data: from.optional(Tag::APPLICATION_DATA)? })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::APPLICATION_NAMESPACE, &self.namespace);
        to.put_optional(Tag::APPLICATION_DATA, &self.data);
    }
}

/// Why an object was revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationReason {
    /// The reason.
    pub code: RevocationReasonCode,
    /// In somebody's words.
    pub message: Option<String>,
}

impl Fields for RevocationReason {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { code: from.required(Tag::REVOCATION_REASON_CODE)?, message: from.optional(Tag::REVOCATION_MESSAGE)? })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::REVOCATION_REASON_CODE, &self.code);
        to.put_optional(Tag::REVOCATION_MESSAGE, &self.message);
    }
}
