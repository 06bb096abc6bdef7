//! The API over TLS in dev mode, under a certificate of the folder's own authority: some clients take no plain HTTP. The
//! certificate lasts a month and is made anew at each start; its key is never written down.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use control::Control;
use control::certificate_authority::ServerCertificate;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::certificates;

/// By which names clients reach this machine from itself.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Makes the certificate and what speaks TLS with it, and writes the authority behind it into the folder.
/// Errors: those of the use cases; the file cannot be written.
pub(super) async fn prepare(control: &Control, folder: &Path) -> anyhow::Result<(Arc<ServerConfig>, PathBuf)> {
    let made = control.server_certificate(&NAMES.map(str::to_owned)).await.context("make the API's certificate")?;
    let ServerCertificate { chain_der, private_key, renew_at: _, expires_at: _ } = made;
    let chain = chain_der.into_iter().map(CertificateDer::from).collect();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(private_key.expose())).clone_key();
    let config = server::tls::from_parts(chain, key).context("use the API's certificate")?;
    Ok((Arc::new(config), certificates::write_authorities(control, folder).await?))
}
