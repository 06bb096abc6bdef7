//! A node's name. Must not know who has to be unique.

use std::fmt;

/// A node's name: it begins with a letter or a digit and goes on with these, hyphens, dots and underscores, so
/// that a host's name is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeName(String);

impl NodeName {
    /// The most characters a name has: those of a common name, which shows it to people.
    pub const MAX: usize = 64;
    /// What is expected of one, as half a sentence.
    pub const GRAMMAR: &'static str =
        "1 to 64 letters, digits, hyphens, dots and underscores, the first of them a letter or a digit";

    /// Reads a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        let first = text.chars().next().is_some_and(|first| first.is_ascii_alphanumeric());
        (first && text.len() <= Self::MAX && text.chars().all(known)).then(|| Self(text.to_owned()))
    }

    /// Gives the name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the name if it is that of a host which others can look up: labels of letters, digits and hyphens, with dots
    /// between them.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        let label = |label: &str| {
            let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
            !label.is_empty() && label.chars().all(inner) && !label.starts_with('-') && !label.ends_with('-')
        };
        (self.0.contains('.') && self.0.split('.').all(label)).then_some(self.0.as_str())
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_host_names_and_refuses_the_rest() {
        for good in ["a", "0", "cluster0-0", "db1.eu.example.com", "pg_tde-1", &"n".repeat(64)] {
            assert_eq!(NodeName::parse(good).map(|name| name.to_string()).as_deref(), Some(good));
        }
        for (name, is_host) in [
            ("db1.eu.example.com", true),
            ("10.0.0.7", true),
            ("db1", false),
            ("db_1.example.com", false),
            ("db1..com", false),
            ("db1.", false),
            ("db1.-a", false),
        ] {
            assert_eq!(NodeName::parse(name).unwrap().host().is_some(), is_host, "{name}");
        }
        for bad in ["", "-a", ".a", "_a", "a b", "a/b", "a\n", "ä", "a:1", &"n".repeat(65)] {
            assert_eq!(NodeName::parse(bad), None, "{bad:?}");
        }
    }
}
