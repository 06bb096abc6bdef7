//! Certificate authorities that a project brings along, and which of their certificates is which node
//! (product.md 3.6). An authority belongs to one project and vouches for nodes of that project alone; who a
//! certificate shows is decided by names the project's owner wrote down, never by its common name. Must not know
//! X.509, or how a certificate is parsed.

use std::fmt;

use crate::id::{ExternalAuthorityId, NodeId, ProjectId};
use crate::node::{KeyHash, Serial};
use crate::time::Timestamp;

/// A project's own certificate authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalAuthority {
    /// Its id.
    pub id: ExternalAuthorityId,
    /// The only project it belongs to.
    pub project: ProjectId,
    /// What people call it.
    pub name: String,
    /// Its certificate, as DER.
    pub certificate: Vec<u8>,
    /// SHA-256 of its certificate.
    pub fingerprint: [u8; 32],
    /// SHA-256 of its public key, as certificates carry it.
    pub public_key: KeyHash,
    /// When it was added.
    pub created_at: Timestamp,
}

impl ExternalAuthority {
    /// The most that a project has. Ours to choose: each is tried at every handshake.
    pub const MOST: usize = 10;
}

/// What a certificate says of an authority, as far as it decides anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityFacts {
    /// Whether it is one at all: basic constraints say so.
    pub is_authority: bool,
    /// Whether its key may sign certificates; a certificate that does not say allows it.
    pub may_sign: bool,
    /// Its key.
    pub key: AuthorityKey,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Whether it has a name, by which what it signed refers to it.
    pub has_name: bool,
}

/// The key of an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorityKey {
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// RSA of so many bits.
    Rsa(usize),
    /// Something else.
    Other,
}

/// Why a certificate authority is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorityRefusal {
    /// It is the certificate of somebody, not of an authority, or has no name.
    NotAnAuthority,
    /// Its key may not sign certificates.
    MayNotSign,
    /// Its key is of another kind, or too short.
    Key,
    /// Its time is over.
    Expired,
    /// It is one of ours.
    Ours,
    /// The project has as many as it can have.
    TooMany,
}

/// Decides whether a project can bring an authority along. `ours` says whether its key is one of our own
/// authorities'; `present` is how many the project has.
/// Errors: why not.
pub fn admit_authority(
    facts: &AuthorityFacts,
    ours: bool,
    present: usize,
    now: Timestamp,
) -> Result<(), AuthorityRefusal> {
    let AuthorityFacts { is_authority, may_sign, key, expires_at, has_name } = facts;
    if ours {
        return Err(AuthorityRefusal::Ours);
    }
    if !is_authority || !has_name {
        return Err(AuthorityRefusal::NotAnAuthority);
    }
    if !may_sign {
        return Err(AuthorityRefusal::MayNotSign);
    }
    match key {
        AuthorityKey::P256 | AuthorityKey::P384 => {}
        AuthorityKey::Rsa(bits) if (2048..=8192).contains(bits) => {}
        AuthorityKey::Rsa(_) | AuthorityKey::Other => return Err(AuthorityRefusal::Key),
    }
    if now >= *expires_at {
        return Err(AuthorityRefusal::Expired);
    }
    if present >= ExternalAuthority::MOST {
        return Err(AuthorityRefusal::TooMany);
    }
    Ok(())
}

/// What of a certificate is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityKind {
    /// SHA-256 of the whole certificate.
    Fingerprint,
    /// A URI among its alternative names.
    SanUri,
    /// A DNS name among its alternative names.
    SanDns,
}

impl IdentityKind {
    /// Every kind there is.
    pub const ALL: [Self; 3] = [Self::Fingerprint, Self::SanUri, Self::SanDns];

    /// Gives the name the store uses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fingerprint => "fingerprint",
            Self::SanUri => "san_uri",
            Self::SanDns => "san_dns",
        }
    }

    /// Finds a kind by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Says what a value of this kind looks like, as half a sentence.
    #[must_use]
    pub const fn grammar(self) -> &'static str {
        match self {
            Self::Fingerprint => "SHA-256 of the certificate: 64 hexadecimal digits, with or without colons",
            Self::SanUri => "a URI with a scheme, of up to 255 ASCII characters, such as spiffe://example.com/db1",
            Self::SanDns => "a DNS name of up to 253 characters without a wildcard, such as db1.example.com",
        }
    }
}

/// What a certificate shows, in the one spelling that is compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    kind: IdentityKind,
    value: String,
}

impl Identity {
    /// The most that a node has under all authorities.
    pub const MOST: usize = 20;

    /// Reads an identity as a person writes it, or as a certificate carries it. A DNS name loses its capitals and a
    /// dot at its end, a fingerprint its capitals and colons; a URI is compared byte by byte.
    #[must_use]
    pub fn parse(kind: IdentityKind, text: &str) -> Option<Self> {
        let value = match kind {
            IdentityKind::Fingerprint => {
                let digits: String = text.chars().filter(|c| *c != ':').collect();
                let good = digits.len() == 64 && digits.bytes().all(|c| c.is_ascii_hexdigit());
                good.then(|| digits.to_ascii_lowercase())?
            }
            IdentityKind::SanUri => is_uri(text).then(|| text.to_owned())?,
            IdentityKind::SanDns => {
                let name = text.strip_suffix('.').unwrap_or(text);
                is_dns_name(name).then(|| name.to_ascii_lowercase())?
            }
        };
        Some(Self { kind, value })
    }

    /// Gives what of a certificate is compared.
    #[must_use]
    pub const fn kind(&self) -> IdentityKind {
        self.kind
    }

    /// Gives the text that is compared.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.name(), self.value)
    }
}

/// Says which certificates of an authority are which node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalIdentity {
    /// The authority whose certificates are meant.
    pub authority: ExternalAuthorityId,
    /// What they show.
    pub identity: Identity,
    /// The node.
    pub node: NodeId,
    /// When it was written down.
    pub created_at: Timestamp,
}

impl Serial {
    /// Makes the number that a certificate of somebody else's authority is known by here. Its own may be of any
    /// length and given twice, so this one comes of its fingerprint: the first sixteen bytes, made a full number.
    #[must_use]
    pub fn of_foreign(fingerprint: &[u8; 32]) -> Self {
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(fingerprint).for_each(|(to, from)| *to = *from);
        Self::from_random(bytes)
    }
}

fn is_uri(text: &str) -> bool {
    let scheme = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    };
    let parts = text.split_once(':');
    let good = parts.is_some_and(|(before, after)| scheme(before) && !after.is_empty());
    good && text.len() <= 255 && text.bytes().all(|c| c.is_ascii_graphic())
}

fn is_dns_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    text.len() <= 253 && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn facts() -> AuthorityFacts {
        AuthorityFacts {
            is_authority: true,
            may_sign: true,
            key: AuthorityKey::P256,
            expires_at: NOW + Duration::from_millis(1),
            has_name: true,
        }
    }

    #[test]
    fn takes_authorities_and_refuses_the_rest() {
        use AuthorityRefusal as R;
        let check = |facts: AuthorityFacts, ours, present, expected| {
            assert_eq!(admit_authority(&facts, ours, present, NOW), expected, "{facts:?} {ours} {present}");
        };
        check(facts(), false, 0, Ok(()));
        check(facts(), false, ExternalAuthority::MOST - 1, Ok(()));
        check(facts(), false, ExternalAuthority::MOST, Err(R::TooMany));
        check(facts(), true, 0, Err(R::Ours));
        check(AuthorityFacts { is_authority: false, ..facts() }, false, 0, Err(R::NotAnAuthority));
        check(AuthorityFacts { has_name: false, ..facts() }, false, 0, Err(R::NotAnAuthority));
        check(AuthorityFacts { may_sign: false, ..facts() }, false, 0, Err(R::MayNotSign));
        check(AuthorityFacts { expires_at: NOW, ..facts() }, false, 0, Err(R::Expired));
        for (key, expected) in [
            (AuthorityKey::P384, Ok(())),
            (AuthorityKey::Rsa(2048), Ok(())),
            (AuthorityKey::Rsa(8192), Ok(())),
            (AuthorityKey::Rsa(2047), Err(R::Key)),
            (AuthorityKey::Rsa(8193), Err(R::Key)),
            (AuthorityKey::Other, Err(R::Key)),
        ] {
            check(AuthorityFacts { key, ..facts() }, false, 0, expected);
        }
    }

    #[test]
    fn an_identity_has_one_spelling() {
        let check = |kind, text: &str, expected: Option<&str>| {
            assert_eq!(Identity::parse(kind, text).as_ref().map(Identity::value), expected, "{kind:?} {text:?}");
        };
        use IdentityKind::{Fingerprint, SanDns, SanUri};
        let digits = "0a".repeat(32);
        check(Fingerprint, &digits.to_uppercase(), Some(&digits));
        check(Fingerprint, &["0A"; 32].join(":"), Some(&digits));
        for bad in ["", "0a", &"0g".repeat(32), &"0a".repeat(33)] {
            check(Fingerprint, bad, None);
        }
        check(SanUri, "spiffe://Example.com/DB1", Some("spiffe://Example.com/DB1"));
        check(SanUri, "urn:db:1", Some("urn:db:1"));
        for bad in ["", "db1", ":db1", "1a:b", "a:", "a: b", "a:\u{e9}", "a:\n", &format!("a:{}", "b".repeat(254))] {
            check(SanUri, bad, None);
        }
        check(SanDns, "DB1.Example.com.", Some("db1.example.com"));
        check(SanDns, "pg_tde-1", Some("pg_tde-1"));
        let long = format!("{}.a", "b".repeat(64));
        for bad in ["", ".", "*.example.com", "a..b", "-a", "a-", "a b", "\u{e4}", "a/b", &long] {
            check(SanDns, bad, None);
        }
        assert!(IdentityKind::ALL.into_iter().all(|kind| IdentityKind::by_name(kind.name()) == Some(kind)));
    }
}
