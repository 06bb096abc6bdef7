//! What can be wrong with a message, whose fault it is, and what to do about it. It must not know
//! which Result Reason a server answers: that table is the server's.

use crate::enumeration::OperationCode;
use crate::tag::Tag;
use crate::ttlv::ItemType;
use crate::version::{ProtocolVersion, Version};

/// Why bytes did not become a message. Every variant names the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes end inside a field.
    #[error(
        "{field} is truncated: {wanted} bytes wanted, {left} left; send the whole field and the length it really has"
    )]
    Truncated {
        /// The field that ran short, or the structure where the head of the next one did.
        field: Tag,
        /// Unit: bytes.
        wanted: usize,
        /// Unit: bytes.
        left: usize,
    },
    /// Bytes follow the end of the message.
    #[error("{count} bytes follow the end of {field}; send one message and nothing after it")]
    Trailing {
        /// The field that had ended.
        field: Tag,
        /// Unit: bytes.
        count: usize,
    },
    /// Another field stands where one was expected.
    #[error(
        "{found} stands in {inside} where {expected} was expected; keep the fields and their order of the specification"
    )]
    UnexpectedTag {
        /// The structure.
        inside: Tag,
        /// What stands there.
        found: Tag,
        /// What should.
        expected: Tag,
    },
    /// A field has no place at the end of a structure: unknown there, doubled or out of order.
    #[error(
        "{found} has no place here in {inside}; leave it out, send it once, or mind the order of the specification"
    )]
    Leftover {
        /// The structure.
        inside: Tag,
        /// The first field that nobody asked for.
        found: Tag,
    },
    /// A structure ends before a field that it must have.
    #[error("{expected} is missing in {inside}; send it")]
    Missing {
        /// The structure.
        inside: Tag,
        /// The field.
        expected: Tag,
    },
    /// A tag is outside the ranges of the standard.
    #[error("0x{found:06x} in {inside} is not a tag; tags begin with 0x42, those of extensions with 0x54")]
    BadTag {
        /// The structure.
        inside: Tag,
        /// The number.
        found: u32,
    },
    /// A type byte is none of the ten.
    #[error("{field} has the unknown type 0x{found:02x}; use one of the ten types of KMIP 1.x")]
    UnknownType {
        /// The field.
        field: Tag,
        /// The type byte.
        found: u8,
    },
    /// A field has a type that is not its own.
    #[error("{field} is a {found} but must be a {expected}; send that type")]
    WrongType {
        /// The field.
        field: Tag,
        /// The type it has.
        found: ItemType,
        /// The type it should have.
        expected: ItemType,
    },
    /// The length does not fit the type.
    #[error("{field} is a {kind} of {found} bytes; that type has another length")]
    WrongLength {
        /// The field.
        field: Tag,
        /// Its type.
        kind: ItemType,
        /// The announced length.
        /// Unit: bytes.
        found: usize,
    },
    /// Padding is not zero.
    #[error("{field} is padded with something else than zeros; pad with zeros up to eight bytes")]
    Padding {
        /// The field.
        field: Tag,
    },
    /// The value is none that the field can have.
    #[error("{field} has a value that it cannot have: {why}")]
    BadValue {
        /// The field.
        field: Tag,
        /// What is wrong, and what would be right.
        why: &'static str,
    },
    /// An attribute is broken; the cause says how.
    #[error("attribute {attribute} cannot be read")]
    InAttribute {
        /// The attribute's name.
        attribute: &'static str,
        /// What is wrong inside.
        #[source]
        source: Box<DecodeError>,
    },
    /// The message is longer than the limit.
    #[error("{field} announces {announced} bytes in all, {limit} are the most; send less at once")]
    TooLong {
        /// The message.
        field: Tag,
        /// Unit: bytes.
        announced: usize,
        /// Unit: bytes.
        limit: usize,
    },
    /// Structures nest deeper than the limit.
    #[error("{field} lies deeper than {limit} structures; nest less")]
    TooDeep {
        /// The structure that is one too deep.
        field: Tag,
        /// The limit.
        limit: usize,
    },
    /// There are more of something than the limit.
    #[error("there are more than {limit} of {what}; send several smaller messages")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The message is in a version that we do not speak.
    #[error("protocol version {found} is not spoken here; use 1.0, 1.1, 1.2, 1.3 or 1.4")]
    UnsupportedVersion {
        /// The version of the message.
        found: ProtocolVersion,
    },
    /// The field is right by the standard, but we do not do what it says.
    #[error("{field} is not supported: {why}")]
    Unsupported {
        /// The field.
        field: Tag,
        /// What to do instead.
        why: &'static str,
    },
}

/// Whose fault a [`DecodeError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The sender's: the bytes are not a message.
    Malformed,
    /// The sender's: the bytes are a message, a field in it says what it cannot say.
    Field,
    /// The sender asks for more than our limits allow.
    OverLimit,
    /// Ours: we do not speak that.
    NotSupported,
}

impl DecodeError {
    /// Says whose fault it is.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match self {
            Self::Truncated { .. }
            | Self::Trailing { .. }
            | Self::BadTag { .. }
            | Self::UnknownType { .. }
            | Self::WrongLength { .. }
            | Self::Padding { .. } => Blame::Malformed,
            Self::UnexpectedTag { .. }
            | Self::Leftover { .. }
            | Self::Missing { .. }
            | Self::WrongType { .. }
            | Self::BadValue { .. } => Blame::Field,
            Self::InAttribute { source, .. } => source.blame(),
            Self::TooLong { .. } | Self::TooDeep { .. } | Self::TooMany { .. } => Blame::OverLimit,
            Self::UnsupportedVersion { .. } | Self::Unsupported { .. } => Blame::NotSupported,
        }
    }

    /// Says it all in one line, the cause included, for a Result Message.
    #[must_use]
    pub fn sentence(&self) -> String {
        if let Self::InAttribute { source, .. } = self {
            format!("{self}: {}", source.sentence())
        } else {
            self.to_string()
        }
    }
}

/// Why a message did not become bytes. Always a fault of the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A field is longer than a length on the wire can say.
    #[error("{field} is longer than 4 GiB")]
    TooLong {
        /// The field.
        field: Tag,
    },
    /// A number does not fit into its field.
    #[error("{field} does not fit into an Integer")]
    TooLarge {
        /// The field.
        field: Tag,
    },
    /// An answer holds a field that the version of its request does not know and that cannot be left out silently.
    #[error("{field} does not exist in protocol version {version}")]
    FieldTooNew {
        /// The field.
        field: Tag,
        /// The version of the message.
        version: Version,
    },
    /// An operation whose payload we could not read, or do not know, cannot be written.
    #[error("{operation} has no payload that could be written")]
    NoPayload {
        /// The operation.
        operation: OperationCode,
    },
}
