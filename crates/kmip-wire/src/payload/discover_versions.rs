//! Discover Versions: which versions both sides speak. It must not know which are enabled.

use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};
use crate::version::ProtocolVersion;

/// Lists the versions that the client speaks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// The versions, the preferred one first; none means all.
    pub protocol_versions: Vec<ProtocolVersion>,
}

impl Fields for Request {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { protocol_versions: from.many(Tag::PROTOCOL_VERSION)? })
    }

    fn write(&self, to: &mut Writer) {
        to.put_each(Tag::PROTOCOL_VERSION, &self.protocol_versions);
    }
}

/// Lists the versions in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// The versions, newest first.
    pub protocol_versions: Vec<ProtocolVersion>,
}

impl Fields for Response {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { protocol_versions: from.many(Tag::PROTOCOL_VERSION)? })
    }

    fn write(&self, to: &mut Writer) {
        to.put_each(Tag::PROTOCOL_VERSION, &self.protocol_versions);
    }
}
