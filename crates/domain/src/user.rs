//! People: who they are, and what each is to an organization. Must not know how they sign in or are written to.

use std::collections::BTreeSet;

use crate::access::Grants;
use crate::id::{TeamId, UserId};
use crate::time::Timestamp;

/// A person. The e-mail address is the name they go by everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The e-mail address, in lower case, unique.
    pub email: EmailAddress,
    /// The given name; empty until they tell it.
    pub first_name: String,
    /// The family name; empty until they tell it.
    pub last_name: String,
    /// When we first heard of them.
    pub created_at: Timestamp,
}

/// What a person is to one organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub user: User,
    /// What they may do there by themselves; teams may add to it.
    pub grants: Grants,
    /// Whether they came.
    pub state: MemberState,
    /// The teams they are in.
    pub teams: BTreeSet<TeamId>,
}

/// Whether an invited person came, and may still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberState {
    /// Invited, and has not accepted.
    Pending {
        /// When they were invited.
        invited_at: Timestamp,
        /// Until when they can accept.
        expires_at: Timestamp,
        /// Who invited them, as people would name it.
        invited_by: String,
    },
    /// Accepted.
    Active,
    /// Shut out by an owner, who can let them in again.
    Disabled,
}

impl Member {
    /// Gives when the organization heard of them. Whoever only invited them is not told since when others know them.
    #[must_use]
    pub const fn known_since(&self) -> Timestamp {
        match &self.state {
            MemberState::Pending { invited_at, .. } => *invited_at,
            MemberState::Active | MemberState::Disabled => self.user.created_at,
        }
    }

    /// Gives the given and the family name. Whoever only invited them is not told what others call them.
    #[must_use]
    pub fn names(&self) -> (&str, &str) {
        match &self.state {
            MemberState::Pending { .. } => ("", ""),
            MemberState::Active | MemberState::Disabled => (&self.user.first_name, &self.user.last_name),
        }
    }
}

impl MemberState {
    /// Tells whether they are told what members are told. An invited person has an address to write to.
    #[must_use]
    pub const fn is_told(&self) -> bool {
        matches!(self, Self::Active | Self::Pending { .. })
    }
}

/// An e-mail address that can be written to: one `@`, no blanks, at most 254 characters, kept in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Unit: bytes. Source: RFC 5321 4.5.3.1.
    pub const LONGEST: usize = 254;

    /// Reads an address. Quoted local parts and addresses in brackets are not taken.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // What is judged is what is kept, which must be readable again: in lower case some letters are two.
        let text = text.to_lowercase();
        let (local, host) = text.split_once('@')?;
        let is_good = text.len() <= Self::LONGEST
            && (1..=64).contains(&local.len())
            && local.chars().all(in_local_part)
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && host.split('.').all(is_label);
        is_good.then_some(Self(text))
    }

    /// Gives the address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Source: RFC 5322 3.2.3 (atext), and letters of all scripts by RFC 6532.
fn in_local_part(c: char) -> bool {
    c.is_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_addresses_that_can_be_written_to() {
        for (text, kept) in [
            ("ada@example.com", "ada@example.com"),
            ("Ada.Lovelace+atrest@Mail.Example.COM", "ada.lovelace+atrest@mail.example.com"),
            ("o'brien@localhost", "o'brien@localhost"),
            ("Jürgen@Müller.example", "jürgen@müller.example"),
            ("ΟΔΟΣ@example.com", "οδος@example.com"),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), kept);
            assert_eq!(EmailAddress::parse(kept).unwrap().as_str(), kept, "it is read back");
        }
        let long = format!("{}@example.com", "a".repeat(65));
        let longer = format!("a@{}example.com", "abc.".repeat(70));
        for text in [
            "",
            "@",
            "a@",
            "@b",
            "a b@c",
            "a@b c",
            "a@b@c",
            ".a@b",
            "a.@b",
            "a..b@c",
            "a@-b",
            "a@b-",
            "a@b..c",
            "a@.b",
            "a\n@b",
            "a@b\r\nBcc: c@d",
            "\"a\"@b",
            "a@[127.0.0.1]",
            "a,b@c",
            "<a@b>",
            "\u{130}@example.com",
            "ada@\u{130}.example",
            &long,
            &longer,
        ] {
            assert_eq!(EmailAddress::parse(text), None, "{text:?}");
        }
    }
}
