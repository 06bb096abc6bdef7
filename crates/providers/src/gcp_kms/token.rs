//! Tokens of a service account: an assertion signed with its key, given for a token at the configured
//! endpoint. Must not know what tokens are for, nor whose the account is.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::secret::SecretText;
use domain::time::Timestamp;
use domain::validity::{DefiniteReason, Reason};
use serde_json::json;
use zeroize::{Zeroize as _, Zeroizing};

use crate::refused::Refused;

/// What an assertion is for, wherever it is sent. Source: clouds/emulators.md 3.3.
const AUDIENCE: &str = "https://oauth2.googleapis.com/token";
/// How long an assertion may be used, which is the most there is. Unit: seconds.
const ASSERTION_LIFE: i64 = 3600;

/// Opens Cloud KMS, and nothing else.
pub(super) const KMS_SCOPE: &str = "https://www.googleapis.com/auth/cloudkms";
/// Opens everything; IAM asks for no less where service accounts are made.
pub(super) const PLATFORM_SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// Opens IAM Credentials.
pub(super) const IAM_SCOPE: &str = "https://www.googleapis.com/auth/iam";

/// A key of a service account.
#[derive(Clone)]
pub(super) struct AccountKey {
    pub(super) client_email: String,
    pub(super) private_key_id: String,
    pub(super) private_key: Arc<SecretText>,
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountKey").field("client_email", &self.client_email).finish_non_exhaustive()
    }
}

/// A token that whoever bears it is taken for the account.
pub(super) struct AccessToken(pub(super) SecretText);

impl AccountKey {
    /// Names this key and what is in it, so that another private key under the same id is another identity.
    pub(super) fn fingerprint(&self) -> [u8; 32] {
        let mut digest = digest::Context::new(&SHA256);
        for part in [&self.client_email, &self.private_key_id] {
            digest.update(part.as_bytes());
            digest.update(&[0]);
        }
        digest.update(self.private_key.expose().as_bytes());
        let mut place = [0; 32];
        place.copy_from_slice(digest.finish().as_ref());
        place
    }

    /// Signs that the account wants a token.
    /// Errors: the key is none.
    pub(super) fn assertion(&self, scope: &str, now: Timestamp) -> Result<Zeroizing<String>, Refused> {
        let key = signing_key(self.private_key.expose())?;
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": self.private_key_id });
        let claims = json!({
            "iss": self.client_email,
            "scope": scope,
            "aud": AUDIENCE,
            "iat": now.as_secs(),
            "exp": now.as_secs().saturating_add(ASSERTION_LIFE),
        });
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = format!("{header}.{claims}");
        let mut signature = Zeroizing::new(vec![0; key.public_modulus_len()]);
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| Refused::unexpected("no signature could be made"))?;
        let signature = Zeroizing::new(URL_SAFE_NO_PAD.encode(&*signature));
        Ok(Zeroizing::new(format!("{signed}.{}", *signature)))
    }

    /// Tells whether a key can be read, before anything is signed with it.
    /// Errors: it cannot; not a byte of it is told.
    pub(super) fn check(&self) -> Result<(), Refused> {
        signing_key(self.private_key.expose()).map(drop)
    }
}

/// Reads a private key from PEM. The bytes in between are wiped.
fn signing_key(pem: &str) -> Result<KeyPair, Refused> {
    let rejected = || {
        let words = "the private key cannot be read: it must be an RSA key of at least 2048 bits in PEM, unencrypted";
        Refused::saying(Reason::Definite(DefiniteReason::CredentialRejected), words)
    };
    let body = pem
        .trim()
        .strip_prefix("-----BEGIN PRIVATE KEY-----")
        .and_then(|rest| rest.strip_suffix("-----END PRIVATE KEY-----"))
        .ok_or_else(rejected)?;
    let mut text = Zeroizing::new(String::with_capacity(body.len()));
    text.extend(body.chars().filter(|c| !c.is_ascii_whitespace()));
    let mut der = Zeroizing::new(vec![0; text.len()]);
    let length = STANDARD.decode_slice(text.as_bytes(), &mut der).map_err(|_| rejected())?;
    let key = KeyPair::from_pkcs8(der.get(..length).unwrap_or_default()).map_err(|_| rejected());
    der.zeroize();
    key
}

#[cfg(test)]
pub(super) mod tests {
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use serde_json::Value;

    use super::*;

    pub(crate) fn pem_of(key: &KeyPair) -> String {
        let der: Pkcs8V1Der<'_> = key.as_der().unwrap();
        let text = STANDARD.encode(der.as_ref());
        let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
    }

    fn account(pem: &str) -> AccountKey {
        AccountKey {
            client_email: "a@p.iam.gserviceaccount.com".to_owned(),
            private_key_id: "0f".to_owned(),
            private_key: Arc::new(SecretText::new(pem.to_owned())),
        }
    }

    #[test]
    fn an_assertion_says_who_and_what_for() {
        let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
        for pem in [pem_of(&key), pem_of(&key).replace('\n', "\r\n"), pem_of(&key).replace('\n', "")] {
            let assertion = account(&pem).assertion(KMS_SCOPE, Timestamp::from_millis(7_900)).unwrap();
            let [header, claims, signature] = assertion.split('.').collect::<Vec<_>>().try_into().unwrap();
            let read = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
            assert_eq!(read(header), json!({ "alg": "RS256", "typ": "JWT", "kid": "0f" }));
            assert_eq!(
                read(claims),
                json!({
                    "iss": "a@p.iam.gserviceaccount.com",
                    "scope": "https://www.googleapis.com/auth/cloudkms",
                    "aud": "https://oauth2.googleapis.com/token",
                    "iat": 7,
                    "exp": 3607,
                })
            );
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref())
                .verify(format!("{header}.{claims}").as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
                .unwrap();
        }
    }

    #[test]
    fn a_key_that_cannot_be_read_is_a_rejected_credential_and_not_told() {
        let secret = "c2VjcmV0LXRoYXQtbXVzdC1ub3QtdHVybi11cA";
        for pem in [
            String::new(),
            secret.to_owned(),
            format!("-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----"),
            format!("-----BEGIN PRIVATE KEY-----\n{secret}!\n-----END PRIVATE KEY-----"),
            format!("-----BEGIN PRIVATE KEY-----{secret}"),
            format!("-----BEGIN RSA PRIVATE KEY-----\n{secret}\n-----END RSA PRIVATE KEY-----"),
        ] {
            let account = account(&pem);
            let refused = account.assertion(KMS_SCOPE, Timestamp::EPOCH).unwrap_err();
            assert!(refused.is(DefiniteReason::CredentialRejected));
            assert!(account.check().is_err());
            assert!(!format!("{refused:?} {account:?}").contains(secret));
        }
    }

    #[test]
    fn another_private_key_is_another_identity() {
        let one = account("one");
        assert_eq!(one.fingerprint(), account("one").fingerprint());
        assert_ne!(one.fingerprint(), account("two").fingerprint());
        let moved = AccountKey { client_email: "a".to_owned(), private_key_id: "b".to_owned(), ..one.clone() };
        let other = AccountKey { client_email: "a\0b".to_owned(), private_key_id: String::new(), ..one };
        assert_ne!(moved.fingerprint(), other.fingerprint());
    }
}
