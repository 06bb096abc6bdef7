//! Revoke: deactivate a key or call it compromised. It must not know the states.

use crate::attribute::RevocationReason;
use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{DateTime, Fields, Reader, Writer};

/// Says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The object; none means the one that the batch made or found before.
    pub unique_identifier: Option<String>,
    /// The reason; it decides between deactivated and compromised.
    pub revocation_reason: RevocationReason,
    /// When it was compromised, as far as one knows.
    pub compromise_occurrence_date: Option<DateTime>,
}

impl Fields for Request {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            unique_identifier: from.optional(Tag::UNIQUE_IDENTIFIER)?,
            revocation_reason: from.required(Tag::REVOCATION_REASON)?,
            compromise_occurrence_date: from.optional(Tag::COMPROMISE_OCCURRENCE_DATE)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put_optional(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
        to.put(Tag::REVOCATION_REASON, &self.revocation_reason);
        to.put_optional(Tag::COMPROMISE_OCCURRENCE_DATE, &self.compromise_occurrence_date);
    }
}

/// Names the object that was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The object.
    pub unique_identifier: String,
}

impl Fields for Response {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { unique_identifier: from.required(Tag::UNIQUE_IDENTIFIER)? })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::UNIQUE_IDENTIFIER, &self.unique_identifier);
    }
}
