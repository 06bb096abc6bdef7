//! Which client certificates a TLS handshake takes: those whose chain ends in an authority that is believed now. Which
//! node it is, and whether it was revoked, is not asked here but at each message (`identity`).
//!
//! A chain that held is remembered for a while by the leaf's fingerprint, until the authorities change: nodes that
//! open a connection for each request cost one check of the chain a minute. What may not be remembered is: the proof
//! that the client holds the leaf's key, which every handshake brings anew. Must not know where authorities come from.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aws_lc_rs::digest;
use control::certificate_authority::ClientAuthority;
use quick_cache::sync::Cache;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, RootCertStore, SignatureScheme};

/// How long a chain that held is taken to hold. Its end is looked at again at each message, by what is on file.
const REMEMBERED: Duration = Duration::from_secs(60);
/// How many chains are remembered: the nodes of a large fleet. Each takes some hundred bytes.
const REMEMBERED_MOST: usize = 10_000;

/// SHA-256 of an authority's public key, by which it is known.
pub(super) type Issuer = [u8; 32];

/// Whom we believe now. All handshakes share one.
pub(super) struct Trust {
    now: RwLock<Arc<Believed>>,
    provider: Arc<CryptoProvider>,
}

/// Some authorities, and the chains that were found to end in them.
struct Believed {
    authorities: Vec<Authority>,
    remembered: Cache<[u8; 32], Remembered>,
}

struct Authority {
    issuer: Issuer,
    chain: Arc<dyn ClientCertVerifier>,
}

#[derive(Clone, Copy)]
struct Remembered {
    issuer: Issuer,
    at: UnixTime,
}

impl Trust {
    /// Believes nobody yet.
    pub(super) fn new(provider: Arc<CryptoProvider>) -> Self {
        Self { now: RwLock::new(Arc::new(Believed::new(Vec::new()))), provider }
    }

    /// Believes these authorities from now on, and no other. One that cannot be read is left out, loudly.
    pub(super) fn believe(&self, authorities: &[ClientAuthority]) {
        let believed = authorities.iter().filter_map(|authority| match self.chain_to(authority) {
            Ok(chain) => Some(Authority { issuer: authority.spki_sha256, chain }),
            Err(why) => {
                let authority = hex::encode(authority.spki_sha256);
                tracing::error!(authority, why, "a certificate authority cannot be used; its nodes are refused");
                None
            }
        });
        let believed = Arc::new(Believed::new(believed.collect()));
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = believed;
    }

    /// Finds the authority that vouches for a leaf.
    /// Errors: none does; what is wrong with the chain.
    pub(super) fn issuer_of(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<Issuer, rustls::Error> {
        let believed = Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner));
        let fingerprint = fingerprint(leaf);
        if let Some(remembered) = believed.remembered.get(&fingerprint)
            && remembered.is_fresh(now)
        {
            return Ok(remembered.issuer);
        }
        let issuer = believed.issuer_of(leaf, others, now)?;
        believed.remembered.insert(fingerprint, Remembered { issuer, at: now });
        Ok(issuer)
    }

    fn chain_to(&self, authority: &ClientAuthority) -> Result<Arc<dyn ClientCertVerifier>, String> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(authority.certificate_der.as_slice())).map_err(|error| error.to_string())?;
        let provider = Arc::clone(&self.provider);
        let chain = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
        chain.map_err(|error| error.to_string())
    }

    fn algorithms(&self) -> &WebPkiSupportedAlgorithms {
        &self.provider.signature_verification_algorithms
    }
}

impl Believed {
    fn new(authorities: Vec<Authority>) -> Self {
        Self { authorities, remembered: Cache::new(REMEMBERED_MOST) }
    }

    fn issuer_of(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<Issuer, rustls::Error> {
        let mut refused = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        for authority in &self.authorities {
            match authority.chain.verify_client_cert(leaf, others, now) {
                Ok(_) => return Ok(authority.issuer),
                Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {}
                // It is of this authority, and something else is wrong: that is what its owner wants to know.
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }
}

impl Remembered {
    fn is_fresh(self, now: UnixTime) -> bool {
        // A clock that went back remembers nothing.
        now.as_secs().checked_sub(self.at.as_secs()).is_some_and(|age| age < REMEMBERED.as_secs())
    }
}

impl ClientCertVerifier for Trust {
    fn client_auth_mandatory(&self) -> bool {
        true
    }

    /// Names no authority: who asks would learn whose authorities other projects brought along.
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        self.issuer_of(end_entity, intermediates, now).map(|_| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, self.algorithms())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, self.algorithms())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms().supported_schemes()
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Trust")
    }
}

fn fingerprint(leaf: &CertificateDer<'_>) -> [u8; 32] {
    let mut fingerprint = [0; 32];
    let hash = digest::digest(&digest::SHA256, leaf);
    fingerprint.iter_mut().zip(hash.as_ref()).for_each(|(to, from)| *to = *from);
    fingerprint
}
