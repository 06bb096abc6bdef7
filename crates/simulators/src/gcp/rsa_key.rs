//! RSA keys of service accounts: made, written as PEM, and asked whether they signed something.
//! It must not know whose a key is.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Error;
use crate::secret::Secret;

/// Letters of a line of PEM.
const LINE: usize = 64;

/// A fresh key.
pub(crate) struct RsaKey {
    /// PKCS#8 as PEM.
    pub(crate) private: Secret,
    /// DER in base64.
    pub(crate) public: String,
}

impl RsaKey {
    /// Makes a key of 2048 bits, which takes a while.
    pub(crate) async fn generate() -> Result<Self, Error> {
        tokio::task::spawn_blocking(Self::generate_now)
            .await
            .map_err(|_| Error::Bug("making an RSA key does not panic"))?
    }

    fn generate_now() -> Result<Self, Error> {
        let bug = |_| Error::Bug("an RSA key can be made");
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(bug)?;
        let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(bug)?;
        Ok(Self { private: Secret::new(pem(private.as_ref())), public: STANDARD.encode(pair.public_key().as_ref()) })
    }
}

/// Tells whether the key, DER in base64, signed the message by RS256.
pub(crate) fn verify(public: &str, message: &[u8], signature: &[u8]) -> bool {
    let Ok(der) = STANDARD.decode(public) else { return false };
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).verify(message, signature).is_ok()
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN PRIVATE KEY-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    pem
}
