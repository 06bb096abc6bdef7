//! The project: owner of clusters and of one encryption setting. On the wire it is a "group".

mod limit;
mod network_access;
mod settings;

pub use limit::ProjectLimit;
pub use network_access::{AccessEntry, AccessNetwork, Refusal as AccessEntryRefusal};
pub use settings::{Noticed, ProjectChange, ProjectFlag, ProjectSettings};

use crate::id::{OrgId, ProjectId};
use crate::time::Timestamp;

/// A project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// The organization that owns it.
    pub org: OrgId,
    /// Its name, as people gave it.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Whether it is in use.
    pub activity: Activity,
}

/// Whether a project is in use, as its organization or its owner set it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Activity {
    /// It is.
    #[default]
    Active,
    /// It was set aside: private networking cannot be taken up. Source: product.md 5.4.
    Inactive,
}

/// A name that a new project may have: letters and digits of any script, spaces, and `-_.(),:&@+'`.
/// Source: contract.md 2 (`Group.name`); spaces are ours, as projects made elsewhere have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectName(String);

impl ProjectName {
    /// What is expected of one, as half a sentence.
    pub const GRAMMAR: &'static str = "1 to 64 letters, digits, spaces and -_.(),:&@+', with no space at either end";

    /// Reads a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        is_name(text).then(|| Self(text.to_owned()))
    }

    /// Gives the name as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Tells whether a text can name a project or an organization.
pub(crate) fn is_name(text: &str) -> bool {
    let known = |c: char| c.is_alphanumeric() || " -_.(),:&@+'".contains(c);
    (1..=64).contains(&text.chars().count()) && text.chars().all(known) && text.trim() == text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_their_grammar() {
        for good in ["a", "Project 0", "Größe_1 (日本)", "a-b.c,d:e&f@g+h'i", &"ä".repeat(64)] {
            assert_eq!(ProjectName::parse(good).as_ref().map(ProjectName::as_str), Some(good));
        }
        for bad in ["", " a", "a ", "a\tb", "a/b", "a<b", "a\u{202e}b", &"a".repeat(65)] {
            assert_eq!(ProjectName::parse(bad), None, "{bad:?}");
        }
    }
}
