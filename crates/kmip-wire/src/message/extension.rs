//! A vendor's addition to a batch item. We understand none; what matters is whether it may be ignored.

use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};

/// A vendor's addition to a batch item. Its content is not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageExtension {
    /// Whose it is.
    pub vendor_identification: String,
    /// Whether the item must fail where the extension is not understood.
    pub critical: bool,
}

impl Fields for MessageExtension {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let vendor_identification = from.required(Tag::VENDOR_IDENTIFICATION)?;
        let critical = from.required(Tag::CRITICALITY_INDICATOR)?;
        from.structure(Tag::VENDOR_EXTENSION)?;
        Ok(Self { vendor_identification, critical })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::VENDOR_IDENTIFICATION, &self.vendor_identification);
        to.put(Tag::CRITICALITY_INDICATOR, &self.critical);
        to.structure(Tag::VENDOR_EXTENSION, |_| ());
    }
}
