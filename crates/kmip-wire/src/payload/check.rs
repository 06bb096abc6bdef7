//! Check: may an object be used like this? It must not know the answer.

use crate::error::DecodeError;
use crate::mask::UsageMask;
use crate::tag::Tag;
use crate::ttlv::{Fields, Interval, Reader, Writer};

/// Says what the object is wanted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The object; none means the one that the batch made or found before.
    pub unique_identifier: Option<String>,
    /// How much of it.
    pub usage_limits_count: Option<i64>,
    /// For what.
    pub cryptographic_usage_mask: Option<UsageMask>,
    /// For how long.
    pub lease_time: Option<Interval>,
}

impl Fields for Request {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            unique_identifier: from.optional(Tag::UNIQUE_IDENTIFIER)?,
            usage_limits_count: from.optional(Tag::USAGE_LIMITS_COUNT)?,
            cryptographic_usage_mask: from.optional(Tag::CRYPTOGRAPHIC_USAGE_MASK)?,
            lease_time: from.optional(Tag::LEASE_TIME)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put_optional(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        to.put_optional(Tag::USAGE_LIMITS_COUNT, &self.usage_limits_count);
        to.put_optional(Tag::CRYPTOGRAPHIC_USAGE_MASK, &self.cryptographic_usage_mask);
        to.put_optional(Tag::LEASE_TIME, &self.lease_time);
    }
}

/// Names the object; what else it holds is what may not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The object.
    pub unique_identifier: String,
    /// How much may be, if less.
    pub usage_limits_count: Option<i64>,
    /// What may be, if less.
    pub cryptographic_usage_mask: Option<UsageMask>,
    /// How long it may be, if shorter.
    pub lease_time: Option<Interval>,
}

impl Fields for Response {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            unique_identifier: from.required(Tag::UNIQUE_IDENTIFIER)?,
            usage_limits_count: from.optional(Tag::USAGE_LIMITS_COUNT)?,
            cryptographic_usage_mask: from.optional(Tag::CRYPTOGRAPHIC_USAGE_MASK)?,
            lease_time: from.optional(Tag::LEASE_TIME)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        to.put_optional(Tag::USAGE_LIMITS_COUNT, &self.usage_limits_count);
        to.put_optional(Tag::CRYPTOGRAPHIC_USAGE_MASK, &self.cryptographic_usage_mask);
        to.put_optional(Tag::LEASE_TIME, &self.lease_time);
    }
}
