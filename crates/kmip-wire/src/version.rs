//! Protocol versions: what stands on the wire, and the five we speak. It must not know which
//! version a server prefers.

use std::fmt;

use crate::error::DecodeError;
use crate::tag::Tag;
use crate::ttlv::{Fields, Reader, Writer};

/// A version as the wire says it, known to us or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProtocolVersion {
    /// The number before the point.
    pub major: i32,
    /// The number after the point.
    pub minor: i32,
}

impl ProtocolVersion {
    /// Finds the version among those we speak.
    #[must_use]
    pub fn known(self) -> Option<Version> {
        Version::NEWEST_FIRST.into_iter().find(|version| ProtocolVersion::from(*version) == self)
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl Fields for ProtocolVersion {
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            major: from.required(Tag::PROTOCOL_VERSION_MAJOR)?,
            minor: from.required(Tag::PROTOCOL_VERSION_MINOR)?,
        })
    }

    fn write(&self, to: &mut Writer) {
        to.put(Tag::PROTOCOL_VERSION_MAJOR, &self.major);
        to.put(Tag::PROTOCOL_VERSION_MINOR, &self.minor);
    }
}

/// A version we speak, oldest least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// KMIP 1.0.
    V1_0,
    /// KMIP 1.1.
    V1_1,
    /// KMIP 1.2.
    V1_2,
    /// KMIP 1.3.
    V1_3,
    /// KMIP 1.4.
    V1_4,
}

impl Version {
    /// Every version we speak, in the order in which Discover Versions lists them.
    pub const NEWEST_FIRST: [Self; 5] = [Self::V1_4, Self::V1_3, Self::V1_2, Self::V1_1, Self::V1_0];
    /// The newest version we speak.
    pub const NEWEST: Self = Self::V1_4;
}

impl From<Version> for ProtocolVersion {
    fn from(version: Version) -> Self {
        let minor = match version {
            Version::V1_0 => 0,
            Version::V1_1 => 1,
            Version::V1_2 => 2,
            Version::V1_3 => 3,
            Version::V1_4 => 4,
        };
        Self { major: 1, minor }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ProtocolVersion::from(*self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_five_versions_and_no_other() {
        let check = |major, minor, expected| assert_eq!(ProtocolVersion { major, minor }.known(), expected);
        check(1, 0, Some(Version::V1_0));
        check(1, 4, Some(Version::V1_4));
        check(1, 5, None);
        check(2, 0, None);
        check(0, 0, None);
        check(-1, 4, None);
        assert!(Version::NEWEST_FIRST.windows(2).all(|pair| pair[0] > pair[1]));
    }
}
