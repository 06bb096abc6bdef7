//! TLS for the doors: reads a certificate chain and its key, and names all that is wrong with them.
//! Must not know where the paths come from or which door will use the result.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};

/// Everything that is wrong with a certificate and its key, at once.
#[derive(Debug)]
pub struct TlsFaults(pub Vec<TlsFault>);

/// One thing that is wrong with a certificate or its key.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    /// A file cannot be opened or is not PEM.
    #[error("read {}: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What reading it said.
        why: String,
    },
    /// A file holds no certificate.
    #[error("{} holds no certificate (a block that begins -----BEGIN CERTIFICATE-----)", .0.display())]
    NoCertificate(PathBuf),
    /// A file holds no private key.
    #[error("{} holds no unencrypted private key (a block that begins -----BEGIN PRIVATE KEY-----)", .0.display())]
    NoKey(PathBuf),
    /// A file holds several private keys.
    #[error("{} holds {count} private keys; it must hold one", path.display())]
    SeveralKeys {
        /// The file.
        path: PathBuf,
        /// How many it holds.
        count: usize,
    },
    /// The two do not belong together, or are of a kind we cannot use.
    #[error("use the certificate in {} with the key in {}: {source}", certificate.display(), key.display())]
    Unusable {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What is wrong.
        source: rustls::Error,
    },
}

/// Reads a server's certificate chain (leaf first) and private key, both PEM.
/// Errors: all faults of both files.
pub fn server_config(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsFaults> {
    let (chain, private) = read_files(certificate, key)?;
    from_parts(chain, private).map(Arc::new).map_err(|source| {
        let (certificate, key) = (certificate.to_owned(), key.to_owned());
        TlsFaults(vec![TlsFault::Unusable { certificate, key, source }])
    })
}

/// Reads a certificate chain and its private key, both PEM. Whether they fit is not asked.
/// Errors: all faults of both files.
pub fn read_files(
    certificate: &Path,
    key: &Path,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsFaults> {
    match (read_chain(certificate), read_key(key)) {
        (Ok(chain), Ok(private)) => Ok((chain, private)),
        (chain, private) => Err(TlsFaults([chain.err(), private.err()].into_iter().flatten().collect())),
    }
}

/// Makes a configuration of TLS 1.2 and 1.3 that speaks HTTP/1.1 and asks clients for no certificate.
/// Errors: rustls's own if the key does not fit the certificate.
pub fn from_parts(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    // Named, never the process default: another crate could install another provider.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFault> {
    let chain = read_all(path)?;
    if chain.is_empty() { Err(TlsFault::NoCertificate(path.to_owned())) } else { Ok(chain) }
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsFault> {
    let mut keys = read_all(path)?;
    match (keys.pop(), keys.len()) {
        (None, _) => Err(TlsFault::NoKey(path.to_owned())),
        (Some(key), 0) => Ok(key),
        (Some(_), others) => Err(TlsFault::SeveralKeys { path: path.to_owned(), count: others + 1 }),
    }
}

/// Reads all blocks of one kind, passing over others.
fn read_all<T: PemObject>(path: &Path) -> Result<Vec<T>, TlsFault> {
    let unreadable = |error: pem::Error| {
        // The other errors' words may quote the file, and the file may be a key.
        let why = if let pem::Error::Io(error) = error { error.to_string() } else { "not valid PEM".to_owned() };
        TlsFault::Unreadable { path: path.to_owned(), why }
    };
    T::pem_file_iter(path).map_err(unreadable)?.collect::<Result<_, _>>().map_err(unreadable)
}

impl fmt::Display for TlsFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.0.iter().enumerate() {
            let between = if place == 0 { "" } else { "; " };
            write!(f, "{between}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for TlsFaults {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(certificate: &str, key: &str, expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let (certificate_file, key_file) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&certificate_file, certificate).unwrap();
        std::fs::write(&key_file, key).unwrap();
        let faults = server_config(&certificate_file, &key_file).err().map_or(Vec::new(), |faults| faults.0);
        let words: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(words.len(), expected.len(), "{words:?}");
        for (word, part) in words.iter().zip(expected) {
            assert!(word.contains(part), "{word} should contain {part}");
        }
    }

    #[test]
    fn names_every_fault() {
        let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let (certificate, key) = (own.cert.pem(), own.signing_key.serialize_pem());
        check(&certificate, &key, &[]);
        check(&format!("{certificate}{key}"), &format!("{certificate}{key}"), &[]);
        check(&key, &certificate, &["cert.pem holds no certificate", "key.pem holds no unencrypted private key"]);
        check("", "", &["holds no certificate", "holds no unencrypted private key"]);
        check(&certificate, &format!("{key}{key}"), &["key.pem holds 2 private keys"]);
        check(&certificate, &other.signing_key.serialize_pem(), &["cert.pem with the key in"]);
        let torn = key.replace('\n', " ").replace("-----END", "\n-----END");
        check(&certificate, &torn, &["key.pem: not valid PEM"]);
    }

    #[test]
    fn names_missing_files() {
        let faults = server_config(Path::new("/nowhere/cert.pem"), Path::new("/nowhere/key.pem")).unwrap_err();
        let words = faults.to_string();
        assert!(words.starts_with("read /nowhere/cert.pem: "), "{words}");
        assert!(words.contains("; read /nowhere/key.pem: "), "{words}");
    }

    #[test]
    fn a_fault_never_quotes_the_key() {
        let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = own.signing_key.serialize_pem();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key.pem");
        std::fs::write(&file, key.replace("PRIVATE KEY-----\n", "PRIVATE KEY-----\n!")).unwrap();
        let words = format!("{:?}", server_config(&file, &file).unwrap_err());
        for line in key.lines().filter(|line| !line.starts_with('-')) {
            assert!(!words.contains(line), "{words}");
        }
    }
}
