//! Whose certificates receivers may show. Must not know which receivers.

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// The certificates to trust: the system's and the operator's.
#[derive(Debug, Clone, Default)]
pub struct Roots(Vec<CertificateDer<'static>>);

impl Roots {
    /// Reads the system's certificates, and the operator's out of PEM. Of the system's, those that cannot be read
    /// are passed over.
    /// Errors: what is wrong with the operator's.
    pub fn system_and(pem: Option<&str>) -> Result<Self, String> {
        let mut store = RootCertStore::empty();
        let readable = |certificate: &CertificateDer<'static>| store.add(certificate.clone()).is_ok();
        let mut roots: Vec<_> = rustls_native_certs::load_native_certs().certs.into_iter().filter(readable).collect();
        roots.extend(pem.map(read).transpose()?.unwrap_or_default());
        Ok(Self(roots))
    }

    /// Reads certificates out of PEM, and believes no other.
    /// Errors: what is wrong with them.
    pub fn only(pem: &str) -> Result<Self, String> {
        read(pem).map(Self)
    }

    pub(crate) fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.0
    }

    pub(crate) fn store(&self) -> RootCertStore {
        let mut store = RootCertStore::empty();
        // Each was read once before.
        store.add_parsable_certificates(self.0.iter().cloned());
        store
    }
}

fn read(pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut store = RootCertStore::empty();
    let mut read = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|source| format!("not PEM: {source}"))?;
        store.add(certificate.clone()).map_err(|source| format!("not a certificate to trust: {source}"))?;
        read.push(certificate);
    }
    if read.is_empty() { Err("holds no certificate".to_owned()) } else { Ok(read) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_is_wrong_with_the_operators_certificates() {
        assert_eq!(Roots::only("").unwrap_err(), "holds no certificate");
        assert_eq!(Roots::system_and(Some("nonsense")).unwrap_err(), "holds no certificate");
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(Roots::only(broken).unwrap_err().starts_with("not a certificate to trust"));
        assert!(Roots::system_and(None).is_ok());
    }
}
