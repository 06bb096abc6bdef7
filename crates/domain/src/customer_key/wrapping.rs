//! What a customer key made, and which of a project's customer keys it was. Must not know how a provider wraps.

use std::fmt;

/// Which of the customer keys that a project has had at a provider, counted from 1. Another key, or another version of
/// it, is the next number; other credentials for the same key change nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerKeyNumber(i64);

/// Which key, and which of its materials, a provider used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerKeyVersion {
    /// The provider's full name of the key: a key ARN, a `kid`, a version's resource name.
    pub key: String,
    /// The provider's name of the material behind it, where the two differ and it was told.
    pub material: Option<String>,
}

/// A data key that only the customer key opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedDataKey {
    /// What the provider returned.
    pub ciphertext: Vec<u8>,
    /// What it was wrapped with; unwrapping names it.
    pub customer_key_version: CustomerKeyVersion,
}

impl CustomerKeyNumber {
    /// The first.
    pub const FIRST: Self = Self(1);

    /// Takes a number as the store keeps it.
    #[must_use]
    pub const fn from_stored(number: i64) -> Self {
        Self(number)
    }

    /// Gives the number as the store keeps it.
    #[must_use]
    pub const fn stored(self) -> i64 {
        self.0
    }

    /// Gives the number of the key that comes after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for CustomerKeyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
