//! Names that a cluster carries: its own, its release series, its marks. Must not know who has to be unique.

use std::fmt;

/// A cluster's name: it begins with a letter or a digit and goes on with these and hyphens, ASCII all of them.
/// Source: contract.md 3.1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterName(String);

impl ClusterName {
    /// The most characters a name has. Source: the published limit of the name in a list of events.
    pub const MAX: usize = 64;

    /// Reads a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let first = text.chars().next().is_some_and(|first| first.is_ascii_alphanumeric());
        let fits = first && text.len() <= Self::MAX && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        fits.then(|| Self(text.to_owned()))
    }

    /// Gives the name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClusterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A release series of MongoDB, such as `8.0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MajorVersion(String);

impl MajorVersion {
    /// What is expected of one, as half a sentence.
    pub const GRAMMAR: &'static str = "a release series of MongoDB such as 8.0";

    /// Reads a release series. Which exist is for the operator to know.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |part: &str| (1..=2).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit());
        let fits = text.split_once('.').is_some_and(|(major, minor)| number(major) && number(minor));
        fits.then(|| Self(text.to_owned()))
    }

    /// Gives the series as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the first release of the series: what we know of the nodes' release before a node tells it.
    #[must_use]
    pub fn first_release(&self) -> String {
        format!("{}.0", self.0)
    }
}

impl Default for MajorVersion {
    /// Source: contract.md 8 (`defaultMongoDBMajorVersion`).
    fn default() -> Self {
        Self("8.0".to_owned())
    }
}

/// A mark: a key and a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}
