//! Whose certificates a provider's client believes. Must not know which client.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// Whose certificates are believed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum TrustedRoots {
    /// The system's.
    #[default]
    System,
    /// These only, as PEM.
    Only(String),
    /// The system's and these, as PEM.
    SystemAnd(String),
}

/// Reads certificates to trust, so that a client built of them cannot fail, or panic, later.
/// Errors: what is wrong with them.
pub(crate) fn checked(pem: &str) -> Result<&[u8], String> {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|source| format!("not PEM: {source}"))?;
        roots.add(certificate).map_err(|source| format!("not a certificate to trust: {source}"))?;
    }
    if roots.is_empty() { Err("holds no certificate".to_owned()) } else { Ok(pem.as_bytes()) }
}
