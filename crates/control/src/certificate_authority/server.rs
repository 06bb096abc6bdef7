//! The certificate that the door for keys shows to nodes, and dev mode's API to clients. It is made in memory when the
//! door opens and renewed by it; its key is never stored. Must not know TLS.
//!
//! The **oldest** authority that is still believed signs it, not the newest: a node that enrolled before a succession
//! holds a CA file with the old one alone, a node that enrolled after it holds both. So all of them believe what the
//! oldest signed. When that one goes, the last node that knew it alone has renewed, or its certificate has ended.

use std::time::Duration;

use domain::Bug;
use domain::secret::SecretSlice;
use domain::time::Timestamp;

use super::{believed, issue, random_serial, whole_second};
use crate::{Control, Error};

/// How long a door's certificate lasts: as long as a node's.
const LASTS: Duration = Duration::from_secs(30 * 24 * 3600);

/// A certificate for a door, and its key.
#[derive(Debug)]
pub struct ServerCertificate {
    /// The certificate as DER; the authority, which clients hold, is not repeated.
    pub chain_der: Vec<Vec<u8>>,
    /// Its private key, as PKCS #8.
    pub private_key: SecretSlice,
    /// When it is to be replaced: two thirds of its time are over then.
    pub renew_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
}

impl Control {
    /// Makes a certificate for a door, under these names and addresses, with a new key.
    /// Errors: `Violations` if a name can stand in no certificate; those of the store.
    /// Cancel: nothing is kept.
    pub async fn server_certificate(&self, names: &[String]) -> Result<ServerCertificate, Error> {
        let now = self.now();
        self.signing_authority(now).await?;
        let oldest = believed(self.store().certificate_authorities().await?, now).pop();
        let oldest = oldest.ok_or(Bug("the authority that signs is believed"))?;
        let signing = self.store().certificate_authority_with_key(oldest.id).await?;
        let signing = signing.ok_or(Bug("an authority that is believed is kept"))?;
        let expires_at = whole_second(now + LASTS).min(signing.authority.expires_at);
        let (leaf, private_key) = issue::server(&signing, names, random_serial()?, now, expires_at)?;
        let lasts = u64::try_from(expires_at.as_millis().saturating_sub(now.as_millis())).unwrap_or(0);
        let renew_at = now + Duration::from_millis(lasts / 3 * 2);
        Ok(ServerCertificate { chain_der: vec![leaf], private_key, renew_at, expires_at })
    }
}
