//! Values of attributes that are more than a number or a text. Must not know who may set them.

use std::fmt;

use crate::master_key::limits::{CUSTOM_NAME_MAX, CUSTOM_VALUE_MAX, TEXT_MAX};

/// A name by which an object is found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// The name itself.
    pub value: String,
    /// What kind of text it is.
    pub kind: NameKind,
}

/// What kind of text a name is. Both kinds share one room: the same text is taken, whatever its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameKind {
    /// Any text.
    Text,
    /// An address.
    Uri,
}

/// A further name that need not be unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlternativeName {
    /// The name itself.
    pub value: String,
    /// What kind of text it is, by the key protocol's number.
    pub kind: u32,
}

/// What an application keeps with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationSpecificInformation {
    /// Which application.
    pub namespace: String,
    /// What it keeps.
    pub data: Option<String>,
}

/// The name of an attribute that somebody made up: `x-` for a client's, `y-` for a server's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomName(String);

/// The value of an attribute that somebody made up. Structures are not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomValue {
    /// A signed number of 32 bits.
    Integer(i32),
    /// A signed number of 64 bits.
    LongInteger(i64),
    /// A signed number of any length, big end first.
    BigInteger(Vec<u8>),
    /// One of some listed numbers.
    Enumeration(u32),
    /// Yes or no.
    Boolean(bool),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A moment. Unit: seconds since 1970, as they came.
    DateTime(i64),
    /// A length of time. Unit: seconds.
    Interval(u32),
}

impl Name {
    /// Makes a name of plain text.
    #[must_use]
    pub fn text(value: &str) -> Self {
        Self { value: value.to_owned(), kind: NameKind::Text }
    }
}

impl CustomName {
    /// Reads a name: `x-` or `y-` and something after it, without control characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("x-").or_else(|| text.strip_prefix("y-"))?;
        (!rest.is_empty() && is_text(text, CUSTOM_NAME_MAX)).then(|| Self(text.to_owned()))
    }

    /// Gives the name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether it is for servers to make up.
    #[must_use]
    pub fn is_servers(&self) -> bool {
        self.0.starts_with("y-")
    }
}

impl fmt::Display for CustomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl CustomValue {
    /// Tells whether it is short enough to be kept.
    #[must_use]
    pub fn fits(&self) -> bool {
        match self {
            Self::Text(text) => text.len() <= CUSTOM_VALUE_MAX && !text.contains('\0'),
            Self::Bytes(bytes) | Self::BigInteger(bytes) => bytes.len() <= CUSTOM_VALUE_MAX,
            Self::Integer(_)
            | Self::LongInteger(_)
            | Self::Enumeration(_)
            | Self::Boolean(_)
            | Self::DateTime(_)
            | Self::Interval(_) => true,
        }
    }
}

/// Tells whether a text says something, in no more than `most` bytes and without control characters, which would
/// spoil the lines that it is shown in.
pub(super) fn is_text(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && !text.chars().any(char::is_control)
}

/// Tells whether words can be kept: several lines, or none, are fine.
pub(in crate::master_key) fn is_words(text: &str) -> bool {
    text.len() <= TEXT_MAX && !text.contains('\0')
}
