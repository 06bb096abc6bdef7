//! Reads a certificate signing request (PKCS #10): the key in it, and the proof that who asks holds that key. Its
//! names and everything else it wishes for are not read. Also reads the proof that who renews holds the key of a
//! certificate of ours. Must not know who asks.

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use domain::node::KeyHash;
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, PublicKeyData, SignatureAlgorithm};
use rustls_pki_types::CertificateSigningRequestDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::certificate::X509Certificate;
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION, OID_PKCS1_SHA256WITHRSA,
    OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA, OID_SIG_ECDSA_WITH_SHA256, OID_SIG_ECDSA_WITH_SHA384, Oid,
};
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::sha256;

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestFault {
    /// There is no block of PEM in it that is a request.
    NotPem,
    /// The block holds something else, or more.
    Malformed,
    /// The key is of a kind or a size that nodes cannot have.
    Key,
    /// It is not signed with the key it names.
    Signature,
}

/// A public key whose holder asked for a certificate.
pub(crate) struct RequestedKey {
    kind: Kind,
    bits: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    P256,
    P384,
    Rsa,
}

impl RequestedKey {
    /// Recognises the key, however a request spelled it.
    pub(crate) fn hash(&self) -> KeyHash {
        sha256(&self.subject_public_key_info())
    }
}

impl PublicKeyData for RequestedKey {
    fn der_bytes(&self) -> &[u8] {
        &self.bits
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match self.kind {
            Kind::P256 => &PKCS_ECDSA_P256_SHA256,
            Kind::P384 => &PKCS_ECDSA_P384_SHA384,
            Kind::Rsa => &PKCS_RSA_SHA256,
        }
    }
}

/// Reads a request.
/// Errors: what is wrong with it.
pub(crate) fn read(pem: &str) -> Result<RequestedKey, RequestFault> {
    let der = CertificateSigningRequestDer::from_pem_slice(pem.as_bytes()).map_err(|_| RequestFault::NotPem)?;
    let (rest, request) = X509CertificationRequest::from_der(&der).map_err(|_| RequestFault::Malformed)?;
    if !rest.is_empty() || request.signature_value.unused_bits != 0 {
        return Err(RequestFault::Malformed);
    }
    let info = &request.certification_request_info;
    let key = read_key(&info.subject_pki).ok_or(RequestFault::Key)?;
    let algorithm = signed_with(key.kind, &request.signature_algorithm.algorithm).ok_or(RequestFault::Signature)?;
    UnparsedPublicKey::new(algorithm, &key.bits)
        .verify(info.raw, &request.signature_value.data)
        .map_err(|_| RequestFault::Signature)?;
    Ok(key)
}

/// Gives what the holder of a present certificate signs to renew it: one line each of what it is for, SHA-256 of the
/// certificate, SHA-256 of the request (both as DER, in hexadecimal digits), and the time as the request writes it.
#[must_use]
pub fn renewal_text(certificate: &[u8], request: &[u8], signed_at: &str) -> String {
    let (certificate, request) = (hex::encode(sha256(certificate)), hex::encode(sha256(request)));
    format!("atrest node renewal v1\n{certificate}\n{request}\n{signed_at}\n")
}

/// Gives the request in a block of PEM as DER.
/// Errors: `NotPem`.
pub(crate) fn der(pem: &str) -> Result<Vec<u8>, RequestFault> {
    let der = CertificateSigningRequestDer::from_pem_slice(pem.as_bytes()).map_err(|_| RequestFault::NotPem)?;
    Ok(der.to_vec())
}

/// Tells whether a text was signed with the key of a certificate: with SHA-256, and SHA-384 for P-384.
pub(crate) fn is_signed_by(certificate: &[u8], text: &str, signature: &[u8]) -> bool {
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else { return false };
    let Some(key) = read_key(certificate.public_key()) else { return false };
    let way: &'static dyn VerificationAlgorithm = match key.kind {
        Kind::P256 => &signature::ECDSA_P256_SHA256_ASN1,
        Kind::P384 => &signature::ECDSA_P384_SHA384_ASN1,
        Kind::Rsa => &signature::RSA_PKCS1_2048_8192_SHA256,
    };
    UnparsedPublicKey::new(way, &key.bits).verify(text.as_bytes(), signature).is_ok()
}

fn read_key(info: &SubjectPublicKeyInfo<'_>) -> Option<RequestedKey> {
    let bits = info.subject_public_key.data.to_vec();
    let algorithm = &info.algorithm.algorithm;
    let kind = if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
        let curve = info.algorithm.parameters.as_ref()?.as_oid().ok()?;
        // Only whole points: a shortened one is the same key in other words.
        let whole = |size: usize| bits.len() == size && bits.first() == Some(&4);
        if curve == OID_EC_P256 && whole(65) {
            Kind::P256
        } else if curve == OID_NIST_EC_P384 && whole(97) {
            Kind::P384
        } else {
            return None;
        }
    } else if *algorithm == OID_PKCS1_RSAENCRYPTION {
        let Ok(PublicKey::RSA(rsa)) = info.parsed() else { return None };
        (2048..=4096).contains(&rsa.key_size()).then_some(Kind::Rsa)?
    } else {
        return None;
    };
    Some(RequestedKey { kind, bits })
}

/// Finds how a signature is checked. SHA-1 is no way.
fn signed_with(kind: Kind, algorithm: &Oid<'_>) -> Option<&'static dyn VerificationAlgorithm> {
    let ways: [(Kind, &Oid<'static>, &'static dyn VerificationAlgorithm); 7] = [
        (Kind::P256, &OID_SIG_ECDSA_WITH_SHA256, &signature::ECDSA_P256_SHA256_ASN1),
        (Kind::P256, &OID_SIG_ECDSA_WITH_SHA384, &signature::ECDSA_P256_SHA384_ASN1),
        (Kind::P384, &OID_SIG_ECDSA_WITH_SHA256, &signature::ECDSA_P384_SHA256_ASN1),
        (Kind::P384, &OID_SIG_ECDSA_WITH_SHA384, &signature::ECDSA_P384_SHA384_ASN1),
        (Kind::Rsa, &OID_PKCS1_SHA256WITHRSA, &signature::RSA_PKCS1_2048_8192_SHA256),
        (Kind::Rsa, &OID_PKCS1_SHA384WITHRSA, &signature::RSA_PKCS1_2048_8192_SHA384),
        (Kind::Rsa, &OID_PKCS1_SHA512WITHRSA, &signature::RSA_PKCS1_2048_8192_SHA512),
    ];
    ways.into_iter().find(|(of, name, _)| *of == kind && *name == algorithm).map(|(_, _, way)| way)
}
