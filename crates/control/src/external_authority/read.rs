//! Reads certificates that others made: what an authority's says of itself, and what a node's shows. Nothing is
//! verified here; TLS does that at the door. Must not know who is believed.

use domain::external_authority::{AuthorityFacts, AuthorityKey, Identity, IdentityKind};
use domain::node::KeyHash;
use domain::time::Timestamp;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use storage::Shown;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::time::ASN1Time;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::CertificateFault;
use crate::certificate_authority::sha256;

/// An authority's certificate.
pub(super) struct ReadAuthority {
    /// As DER.
    pub(super) der: Vec<u8>,
    /// SHA-256 of its public key.
    pub(super) public_key: KeyHash,
    /// What decides whether it is taken.
    pub(super) facts: AuthorityFacts,
}

/// Reads the one certificate in a text of PEM.
/// Errors: what is wrong with it.
pub(super) fn authority(pem: &str) -> Result<ReadAuthority, CertificateFault> {
    let mut blocks = CertificateDer::pem_slice_iter(pem.as_bytes());
    let der = blocks.next().and_then(Result::ok).ok_or(CertificateFault::NotPem)?;
    if blocks.next().is_some() {
        return Err(CertificateFault::Several);
    }
    let (rest, read) = X509Certificate::from_der(&der).map_err(|_| CertificateFault::Malformed)?;
    if !rest.is_empty() {
        return Err(CertificateFault::Malformed);
    }
    let usage = read.key_usage().map_err(|_| CertificateFault::Malformed)?;
    let constraints = read.basic_constraints().map_err(|_| CertificateFault::Malformed)?;
    let facts = AuthorityFacts {
        is_authority: constraints.is_some_and(|constraints| constraints.value.ca),
        may_sign: usage.is_none_or(|usage| usage.value.key_cert_sign()),
        key: key(read.public_key()),
        expires_at: moment(&read.validity().not_after),
        has_name: read.subject().iter().next().is_some(),
    };
    let public_key = sha256(read.public_key().raw);
    Ok(ReadAuthority { der: der.to_vec(), public_key, facts })
}

/// Tells when a certificate expires; one that cannot be read did long ago.
#[must_use]
pub fn expiry(der: &[u8]) -> Timestamp {
    let read = X509Certificate::from_der(der);
    read.map_or(Timestamp::from_millis(i64::MIN), |(_, read)| moment(&read.validity().not_after))
}

/// Reads what a node's certificate shows: its fingerprint, and those of its alternative names that can be somebody's.
/// The common name shows nobody.
pub(crate) fn shown(leaf: &[u8], fingerprint: &[u8; 32]) -> Option<Shown> {
    let (_, read) = X509Certificate::from_der(leaf).ok()?;
    let mut identities = vec![Identity::parse(IdentityKind::Fingerprint, &hex::encode(fingerprint))?];
    let names = read.subject_alternative_name().ok()?;
    for name in names.iter().flat_map(|names| &names.value.general_names) {
        let identity = match name {
            GeneralName::URI(uri) => Identity::parse(IdentityKind::SanUri, uri),
            GeneralName::DNSName(name) => Identity::parse(IdentityKind::SanDns, name),
            GeneralName::OtherName(..)
            | GeneralName::RFC822Name(_)
            | GeneralName::X400Address(_)
            | GeneralName::DirectoryName(_)
            | GeneralName::EDIPartyName(_)
            | GeneralName::IPAddress(_)
            | GeneralName::RegisteredID(_)
            | GeneralName::Invalid(..) => None,
        };
        identities.extend(identity);
    }
    let validity = read.validity();
    Some(Shown { identities, not_before: moment(&validity.not_before), not_after: moment(&validity.not_after) })
}

fn key(info: &SubjectPublicKeyInfo<'_>) -> AuthorityKey {
    let algorithm = &info.algorithm.algorithm;
    if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
        let curve = info.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
        match (curve, info.subject_public_key.data.len()) {
            (Some(curve), 65) if curve == OID_EC_P256 => AuthorityKey::P256,
            (Some(curve), 97) if curve == OID_NIST_EC_P384 => AuthorityKey::P384,
            _ => AuthorityKey::Other,
        }
    } else if *algorithm == OID_PKCS1_RSAENCRYPTION
        && let Ok(PublicKey::RSA(rsa)) = info.parsed()
    {
        AuthorityKey::Rsa(rsa.key_size())
    } else {
        AuthorityKey::Other
    }
}

fn moment(at: &ASN1Time) -> Timestamp {
    Timestamp::from_millis(at.timestamp().saturating_mul(1000))
}
