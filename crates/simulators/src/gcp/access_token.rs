//! Access tokens: whose, with which scopes, until when, sealed so that nothing is stored for one.
//! It must not know who may have one.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::secret::{Secret, random};

const ASSOCIATED: &[u8] = b"simulated google access token 1";
/// Google's own tokens begin so.
pub(crate) const PREFIX: &str = "ya29.";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessToken {
    pub(crate) email: String,
    /// An account of the same name made anew is another one.
    pub(crate) unique_id: String,
    pub(crate) scopes: Vec<String>,
    /// Unit: ms since 1970.
    pub(crate) expires: i64,
}

impl AccessToken {
    /// Seals the token; `None` only if the key is not one.
    pub(crate) fn seal(&self, key: &Secret) -> Option<String> {
        let mut bytes = serde_json::to_vec(self).ok()?;
        let nonce = random::<NONCE_LEN>();
        aead(key)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(ASSOCIATED), &mut bytes)
            .ok()?;
        let mut token = nonce.to_vec();
        token.append(&mut bytes);
        Some(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(token)))
    }

    /// Opens a token; one that we did not seal is `None`.
    pub(crate) fn open(text: &str, key: &Secret) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let clear =
            aead(key)?.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(ASSOCIATED), &mut sealed).ok()?;
        serde_json::from_slice(clear).ok()
    }
}

fn aead(key: &Secret) -> Option<LessSafeKey> {
    let bytes = hex::decode(key.expose()).ok()?;
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes).ok()?))
}
