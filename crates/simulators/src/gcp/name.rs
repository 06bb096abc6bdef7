//! Names of resources: `projects/P/locations/L/keyRings/R/cryptoKeys/K/cryptoKeyVersions/N` and
//! `projects/P/serviceAccounts/EMAIL/keys/ID`, and the grammar of their parts.
//! It must not know which resources exist.

use std::fmt;

use super::error::Status;

/// What a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Project,
    Location,
    KeyRing,
    CryptoKey,
    CryptoKeyVersion,
    ServiceAccount,
    ServiceAccountKey,
}

impl Kind {
    /// By the collections that lead to it.
    pub(crate) fn of(collections: &[&str]) -> Option<Self> {
        Some(match collections {
            ["projects"] => Self::Project,
            ["projects", "locations"] => Self::Location,
            ["projects", "locations", "keyRings"] => Self::KeyRing,
            ["projects", "locations", "keyRings", "cryptoKeys"] => Self::CryptoKey,
            ["projects", "locations", "keyRings", "cryptoKeys", "cryptoKeyVersions"] => Self::CryptoKeyVersion,
            ["projects", "serviceAccounts"] => Self::ServiceAccount,
            ["projects", "serviceAccounts", "keys"] => Self::ServiceAccountKey,
            _ => return None,
        })
    }

    /// As messages say it.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Project => "Project",
            Self::Location => "Location",
            Self::KeyRing => "KeyRing",
            Self::CryptoKey => "CryptoKey",
            Self::CryptoKeyVersion => "CryptoKeyVersion",
            Self::ServiceAccount => "Service account",
            Self::ServiceAccountKey => "Service account key",
        }
    }
}

/// A name whose collections are known; its parts are checked by `check`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) kind: Kind,
    segments: Vec<String>,
}

impl Name {
    /// From collections and ids in turn.
    pub(crate) fn of(segments: &[String]) -> Option<Self> {
        if !segments.len().is_multiple_of(2) {
            return None;
        }
        let collections: Vec<&str> = segments.iter().step_by(2).map(String::as_str).collect();
        Some(Self { kind: Kind::of(&collections)?, segments: segments.to_vec() })
    }

    /// From a text of ours or a seeder's.
    /// Errors: INVALID_ARGUMENT where it is no name of that kind.
    pub(crate) fn parse(text: &str, kind: Kind) -> Result<Self, Status> {
        let segments: Vec<String> = text.split('/').map(str::to_owned).collect();
        let name = Self::of(&segments).filter(|name| name.kind == kind);
        let name = name.ok_or_else(|| Status::invalid(format!("{text} is not the name of a {}.", kind.noun())))?;
        name.check()?;
        Ok(name)
    }

    /// Errors: INVALID_ARGUMENT where a part has letters that no such part has.
    pub(crate) fn check(&self) -> Result<(), Status> {
        for pair in self.segments.chunks_exact(2) {
            let [collection, id] = pair else { continue };
            let fits = match collection.as_str() {
                "projects" => is_project(id) || (id == "-" && self.is_of_account()),
                "locations" => is_location(id),
                "keyRings" | "cryptoKeys" => is_key_id(id),
                "cryptoKeyVersions" => is_version(id),
                "serviceAccounts" => is_account(id),
                "keys" => is_hex(id),
                _ => false,
            };
            if !fits {
                return Err(Status::invalid(format!("The resource name '{self}' is malformed at '{collection}'.")));
            }
        }
        Ok(())
    }

    fn is_of_account(&self) -> bool {
        matches!(self.kind, Kind::ServiceAccount | Kind::ServiceAccountKey)
    }

    pub(crate) fn project(&self) -> &str {
        self.segment(1)
    }

    /// The email address, or unique id, of the service account that it is of.
    pub(crate) fn account(&self) -> &str {
        self.segment(3)
    }

    /// The last part.
    pub(crate) fn id(&self) -> &str {
        self.segments.last().map(String::as_str).unwrap_or_default()
    }

    fn segment(&self, at: usize) -> &str {
        self.segments.get(at).map(String::as_str).unwrap_or_default()
    }

    /// What it stands in; a project stands in nothing that is modelled.
    pub(crate) fn parent(&self) -> Option<Self> {
        let shorter = self.segments.len().checked_sub(2)?;
        Self::of(self.segments.get(..shorter)?)
    }

    pub(crate) fn child(&self, collection: &str, id: &str) -> Result<Self, Status> {
        let mut segments = self.segments.clone();
        segments.extend([collection.to_owned(), id.to_owned()]);
        Self::of(&segments).ok_or_else(|| Status::bug("a child is of a known collection"))
    }

    /// The key of a version, and any other name itself.
    pub(crate) fn crypto_key(&self) -> Self {
        match (self.kind, self.parent()) {
            (Kind::CryptoKeyVersion, Some(key)) => key,
            _ => self.clone(),
        }
    }

    /// The number of a version; a name of another kind has none.
    pub(crate) fn version(&self) -> Option<u32> {
        if self.kind == Kind::CryptoKeyVersion { self.id().parse().ok() } else { None }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.segments.join("/"))
    }
}

/// Project ids of real projects have six letters or more; here shorter ones serve too.
pub(crate) fn is_project(id: &str) -> bool {
    is_label(id, 30)
}

/// Account ids of real accounts have six letters or more; here shorter ones serve too.
pub(crate) fn is_account_id(id: &str) -> bool {
    is_label(id, 30)
}

fn is_location(id: &str) -> bool {
    is_label(id, 63)
}

/// Lower-case letters, digits and hyphens; a letter first, no hyphen last.
fn is_label(id: &str, most: usize) -> bool {
    (1..=most).contains(&id.len())
        && id.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-')
        && id.bytes().next().is_some_and(|letter| letter.is_ascii_lowercase())
        && !id.ends_with('-')
}

/// Key rings and keys. Source: Cloud KMS API reference, `[a-zA-Z0-9_-]{1,63}`.
pub(crate) fn is_key_id(id: &str) -> bool {
    (1..=63).contains(&id.len())
        && id.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_' || letter == b'-')
}

fn is_version(id: &str) -> bool {
    id.len() <= 9 && id.bytes().all(|letter| letter.is_ascii_digit()) && !id.starts_with('0') && !id.is_empty()
}

/// An email address of a service account, or its unique id.
fn is_account(id: &str) -> bool {
    let digits = (1..=30).contains(&id.len()) && id.bytes().all(|letter| letter.is_ascii_digit());
    let email = id.strip_suffix(".iam.gserviceaccount.com").and_then(|id| id.split_once('@'));
    digits || email.is_some_and(|(account, project)| is_account_id(account) && is_project(project))
}

fn is_hex(id: &str) -> bool {
    id.len() == 40 && id.bytes().all(|letter| letter.is_ascii_digit() || (b'a'..=b'f').contains(&letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_names_to_their_grammar() {
        let check = |text: &str, kind: Kind, expected: bool| {
            assert_eq!(Name::parse(text, kind).is_ok(), expected, "{text}");
        };
        let key = "projects/p1/locations/us-east4/keyRings/r_1/cryptoKeys/K-1";
        check(key, Kind::CryptoKey, true);
        check(key, Kind::KeyRing, false);
        check(&format!("{key}/cryptoKeyVersions/1"), Kind::CryptoKeyVersion, true);
        for version in ["0", "01", "", "-1", "1 ", "x", "9999999999", "1/"] {
            check(&format!("{key}/cryptoKeyVersions/{version}"), Kind::CryptoKeyVersion, false);
        }
        for ring in ["", "a b", "a/b", "a%2Fb", "..", "ä"] {
            check(&format!("projects/p1/locations/global/keyRings/{ring}"), Kind::KeyRing, false);
        }
        check("projects/-/locations/global/keyRings/r", Kind::KeyRing, false);
        check("projects/P1", Kind::Project, false);
        check("projects/1p", Kind::Project, false);
        let account = "serviceAccounts/a@p1.iam.gserviceaccount.com";
        check(&format!("projects/-/{account}"), Kind::ServiceAccount, true);
        check(&format!("projects/p1/{account}"), Kind::ServiceAccount, true);
        check("projects/p1/serviceAccounts/101", Kind::ServiceAccount, true);
        check("projects/p1/serviceAccounts/a@p1.example.com", Kind::ServiceAccount, false);
        check("projects/p1/serviceAccounts/a@b@p1.iam.gserviceaccount.com", Kind::ServiceAccount, false);
        check(&format!("projects/p1/{account}/keys/{}", "a".repeat(40)), Kind::ServiceAccountKey, true);
        check(&format!("projects/p1/{account}/keys/{}", "A".repeat(40)), Kind::ServiceAccountKey, false);
    }
}
