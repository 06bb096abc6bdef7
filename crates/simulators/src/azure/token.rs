//! Access tokens: JWTs with Entra's own claims, signed with a key of this simulator's state. A client must treat
//! them as opaque, so HMAC does where Entra has RSA.
//! It must not know who gets one, nor what it opens.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::secret::Secret;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// The claims of a v1 token for an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claims {
    /// The resource it opens, `https://vault.azure.net`.
    pub(crate) aud: String,
    pub(crate) iss: String,
    /// Unit: s since 1970, as the next two.
    pub(crate) iat: i64,
    pub(crate) nbf: i64,
    pub(crate) exp: i64,
    pub(crate) appid: String,
    pub(crate) oid: String,
    pub(crate) tid: String,
    pub(crate) uti: String,
    pub(crate) ver: String,
}

impl Claims {
    /// Signs; `None` only if claims could not be written.
    pub(crate) fn sign(&self, key: &Secret) -> Option<String> {
        let body = serde_json::to_vec(self).ok()?;
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(HEADER), URL_SAFE_NO_PAD.encode(body));
        let tag = hmac::sign(&hmac_key(key), signed.as_bytes());
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag)))
    }

    /// Opens a token; one that we did not sign is `None`.
    pub(crate) fn open(token: &str, key: &Secret) -> Option<Self> {
        let (signed, tag) = token.rsplit_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        hmac::verify(&hmac_key(key), signed.as_bytes(), &tag).ok()?;
        let (_, body) = signed.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()
    }
}

/// The issuer of a tenant's v1 tokens.
pub(crate) fn issuer(tenant: &str) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

fn hmac_key(key: &Secret) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key.expose().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_its_own_tokens_only() {
        let claims = Claims {
            aud: "https://vault.azure.net".to_owned(),
            iss: issuer("t"),
            iat: 1,
            nbf: 1,
            exp: 2,
            appid: "a".to_owned(),
            oid: "o".to_owned(),
            tid: "t".to_owned(),
            uti: "u".to_owned(),
            ver: "1.0".to_owned(),
        };
        let (key, other) = (Secret::default(), Secret::default());
        let token = claims.sign(&key).unwrap();
        assert_eq!(Claims::open(&token, &key), Some(claims));
        assert_eq!(Claims::open(&token, &other), None);
        let body = token.split('.').nth(1).unwrap();
        let none = format!("{}.{body}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
        assert_eq!(Claims::open(&none, &key), None);
        assert_eq!(Claims::open("", &key), None);
    }
}
