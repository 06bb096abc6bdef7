//! The simulators' own certificate authority and the certificate of their TLS doors.
//! It must not know which door speaks TLS.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType,
};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::server::{ClientHello, ResolvesServerCert, WantsServerCert};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ConfigBuilder, ServerConfig};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;

use crate::Error;
use crate::folder::Folder;
use crate::kept::lock;
use crate::names::Names;

const KEY_FILE: &str = "ca-key.pem";
const CERTIFICATE_FILE: &str = "ca.pem";
/// Years that the authority lives: as long as anybody keeps a dev folder.
const AUTHORITY_DAYS: i64 = 3650;
/// Days that a door's certificate lives; every start makes a new one.
const LEAF_DAYS: i64 = 365;
/// Certificates of names that are kept; a client that asks for more makes us begin anew.
const NAMES_LIMIT: usize = 256;

pub(crate) struct Authority {
    key: KeyPair,
    certificate_pem: String,
}

impl Authority {
    /// Loads the authority of the folder, or makes one.
    pub(crate) fn load_or_create(folder: Option<&Folder>) -> Result<Self, Error> {
        if let Some(folder) = folder
            && let (Some(key), Some(certificate)) = (folder.read(KEY_FILE)?, folder.read(CERTIFICATE_FILE)?)
            && let (Ok(key), Ok(certificate_pem)) = (String::from_utf8(key), String::from_utf8(certificate))
        {
            let key = KeyPair::from_pem(&key).map_err(Error::Certificate)?;
            return Ok(Self { key, certificate_pem });
        }
        let key = KeyPair::generate().map_err(Error::Certificate)?;
        let certificate = authority_params()?.self_signed(&key).map_err(Error::Certificate)?;
        let made = Self { certificate_pem: certificate.pem(), key };
        if let Some(folder) = folder {
            folder.write(KEY_FILE, made.key.serialize_pem().as_bytes())?;
            folder.write(CERTIFICATE_FILE, made.certificate_pem.as_bytes())?;
        }
        Ok(made)
    }

    pub(crate) fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// Makes what a TLS door needs: a fresh certificate for localhost and the address.
    pub(crate) fn acceptor(&self, listen: IpAddr) -> Result<TlsAcceptor, Error> {
        acceptor(|config| Ok(config.with_cert_resolver(Arc::new(SingleCertAndKey::from(self.certificate(listen)?)))))
    }

    /// The same for a door of many names: each gets a certificate of its own.
    pub(crate) fn acceptor_by_name(self: &Arc<Self>, listen: IpAddr, names: Names) -> Result<TlsAcceptor, Error> {
        let own = Arc::new(self.certificate(listen)?);
        let by_name = ByName { authority: self.clone(), names, own, made: Mutex::default() };
        acceptor(|config| Ok(config.with_cert_resolver(Arc::new(by_name))))
    }

    fn certificate(&self, listen: IpAddr) -> Result<CertifiedKey, Error> {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).map_err(Error::Certificate)?;
        for address in [IpAddr::from([127, 0, 0, 1]), IpAddr::from(std::net::Ipv6Addr::LOCALHOST), listen] {
            let name = SanType::IpAddress(address);
            if !params.subject_alt_names.contains(&name) {
                params.subject_alt_names.push(name);
            }
        }
        self.sign(params)
    }

    fn sign(&self, mut params: CertificateParams) -> Result<CertifiedKey, Error> {
        let key = KeyPair::generate().map_err(Error::Certificate)?;
        params.distinguished_name.push(DnType::CommonName, "simulated cloud");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        lifetime(&mut params, LEAF_DAYS);
        let issuer = Issuer::new(authority_params()?, &self.key);
        let certificate = params.signed_by(&key, &issuer).map_err(Error::Certificate)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        CertifiedKey::from_der(vec![certificate.der().clone()], key, &default_provider()).map_err(Error::Tls)
    }
}

fn acceptor(
    finish: impl FnOnce(ConfigBuilder<ServerConfig, WantsServerCert>) -> Result<ServerConfig, Error>,
) -> Result<TlsAcceptor, Error> {
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Error::Tls)?
        .with_no_client_auth();
    Ok(TlsAcceptor::from(Arc::new(finish(config)?)))
}

/// Certificates by the name that a client asks for; no library accepts `*.localhost`.
struct ByName {
    authority: Arc<Authority>,
    names: Names,
    own: Arc<CertifiedKey>,
    made: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl std::fmt::Debug for ByName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ByName")
    }
}

impl ResolvesServerCert for ByName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let Some(name) = hello.server_name() else { return Some(self.own.clone()) };
        let name = name.to_ascii_lowercase();
        if name == "localhost" || !self.names.has(&name) {
            return Some(self.own.clone());
        }
        let mut made = lock(&self.made);
        if let Some(known) = made.get(&name) {
            return Some(known.clone());
        }
        let params = CertificateParams::new(vec![name.clone()]).ok()?;
        let fresh = Arc::new(self.authority.sign(params).ok()?);
        if made.len() >= NAMES_LIMIT {
            made.clear();
        }
        made.insert(name, fresh.clone());
        Some(fresh)
    }
}

/// The authority's own fields. An issuer is rebuilt from these and the stored key, so they never change.
fn authority_params() -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::new(Vec::<String>::new()).map_err(Error::Certificate)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Atrest simulated clouds");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    lifetime(&mut params, AUTHORITY_DAYS);
    Ok(params)
}

fn lifetime(params: &mut CertificateParams, days: i64) {
    let now = OffsetDateTime::now_utc();
    // A clock a little behind ours must not find the certificate in its future.
    params.not_before = now - Duration::days(1);
    params.not_after = now + Duration::days(days);
}
