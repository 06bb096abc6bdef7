//! Why we differ, as data: the page and the check are made of it. Must not hold a sentence of the reference.

use crate::compare::Difference::{self, *};

/// Why some differences are there.
pub(crate) struct Reason {
    /// Of which kinds they are; none means any.
    pub(crate) differences: &'static [Difference],
    /// The operations, components or statuses; none means any, and `*` at an end stands for anything.
    pub(crate) owners: &'static [&'static str],
    /// Which; none means all.
    pub(crate) names: &'static [&'static str],
    /// The reason.
    pub(crate) why: &'static str,
}

impl Reason {
    /// Tells whether a finding is one of these.
    pub(crate) fn fits(&self, difference: Difference, owner: &str, name: &str) -> bool {
        (self.differences.is_empty() || self.differences.contains(&difference))
            && (self.owners.is_empty() || self.owners.iter().any(|pattern| matches(pattern, owner)))
            && (self.names.is_empty() || self.names.iter().any(|pattern| matches(pattern, name)))
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => text.ends_with(end),
        (None, Some(start)) => text.starts_with(start),
        (None, None) => pattern == text,
    }
}

/// Operations that answer, but do less than their name says.
pub(crate) static MINIMAL: &[(&[&str], &str)] = &[];

/// Operations that are not here, with a better reason than that they are another feature's.
pub(crate) static ABSENT: &[(&[&str], &str)] = &[];

/// The reasons; the first that fits counts.
pub(crate) static REASONS: &[Reason] = &[
    Reason {
        differences: &[AddsStatus],
        owners: &["406"],
        names: &[],
        why: "no media type that the operation has; the service answers so too, its document does not list it",
    },
    Reason {
        differences: &[AddsStatus],
        owners: &["400", "408", "413", "415", "409", "503"],
        names: &[],
        why: "bad input, a slow or large body, a race, or a store that is away has its own status and says what to do",
    },
];
