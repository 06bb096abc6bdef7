//! The organization: owner of projects, API keys and service accounts.

mod settings;

pub use settings::{OrgChange, OrgSettings};

use crate::id::OrgId;
use crate::time::Timestamp;

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrgId,
    /// Its name, as people gave it.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A name that a new organization may have: as a project's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgName(String);

impl OrgName {
    /// What is expected of one, as half a sentence.
    pub const GRAMMAR: &'static str = crate::project::ProjectName::GRAMMAR;

    /// Reads a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        crate::project::is_name(text).then(|| Self(text.to_owned()))
    }

    /// Gives the name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
