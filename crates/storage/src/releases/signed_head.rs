//! Signed heads: how far a project's record went at a time, in a text to be kept elsewhere. Whoever cuts the record
//! later, head row and all, cannot make the text agree with it.
//!
//! ```text
//! atrest-head:v1:<project>:<sequence>:<mac, hex>:<at, ms>:<signature of all before, base64url>
//! ```

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::ProjectId;
use domain::time::Timestamp;

use super::ReleaseHead;
use crate::Store;
use crate::error::{Result, StoreError};

const PREFIX: &str = "atrest-head:v1";

/// A head and our signature of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    /// The project.
    pub project: ProjectId,
    /// The number of its last line at that time.
    pub sequence: i64,
    /// The mac of that line.
    pub mac: [u8; 32],
    /// When it was signed.
    pub at: Timestamp,
    signature: [u8; 64],
}

/// Says that a text is not a signed head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a signed head: it is one line that begins with atrest-head:v1: and has seven parts")]
pub struct NotAHead;

impl SignedHead {
    /// Tells whether the owner of this public key signed it.
    #[must_use]
    pub fn is_signed_by(&self, public_key: &[u8; 32]) -> bool {
        UnparsedPublicKey::new(&ED25519, public_key).verify(self.words().as_bytes(), &self.signature).is_ok()
    }

    fn words(&self) -> String {
        words(self.project, self.sequence, &self.mac, self.at)
    }
}

impl fmt::Display for SignedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.words(), URL_SAFE_NO_PAD.encode(self.signature))
    }
}

impl FromStr for SignedHead {
    type Err = NotAHead;

    fn from_str(text: &str) -> std::result::Result<Self, NotAHead> {
        let rest = text.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix(':')).ok_or(NotAHead)?;
        let parts: Vec<&str> = rest.split(':').collect();
        let [project, sequence, mac, at, signature] = parts.as_slice() else { return Err(NotAHead) };
        let mut head = Self {
            project: project.parse().map_err(|_| NotAHead)?,
            sequence: sequence.parse().map_err(|_| NotAHead)?,
            mac: [0; 32],
            at: Timestamp::from_millis(at.parse().map_err(|_| NotAHead)?),
            signature: [0; 64],
        };
        hex::decode_to_slice(mac, &mut head.mac).map_err(|_| NotAHead)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| NotAHead)?;
        head.signature = signature.try_into().map_err(|_| NotAHead)?;
        // One spelling alone: what we would write is what was read.
        if head.to_string() == text { Ok(head) } else { Err(NotAHead) }
    }
}

impl Store {
    /// Signs how far a project's record goes.
    /// Errors: `Corrupt` if there is no key to sign with, which is made with the first release.
    pub async fn sign_release_head(&self, head: &ReleaseHead, at: Timestamp) -> Result<SignedHead> {
        let key = self.signing_key().await?.ok_or(NO_KEY)?;
        let ReleaseHead { project, sequence, mac, updated_at: _ } = *head;
        let mut signed = SignedHead { project, sequence, mac, at, signature: [0; 64] };
        let signature = key.sign(signed.words().as_bytes());
        signed.signature.iter_mut().zip(signature.as_ref()).for_each(|(to, from)| *to = *from);
        Ok(signed)
    }

    /// Gives the public key that signed heads are verified with; none before the first release.
    pub async fn release_public_key(&self) -> Result<Option<[u8; 32]>> {
        let Some(key) = self.signing_key().await? else { return Ok(None) };
        key.public_key().as_ref().try_into().map(Some).map_err(|_| NO_KEY)
    }
}

const NO_KEY: StoreError = StoreError::Corrupt { table: "instance_settings", what: "key that signs heads" };

fn words(project: ProjectId, sequence: i64, mac: &[u8; 32], at: Timestamp) -> String {
    format!("{PREFIX}:{project}:{sequence}:{}:{}", hex::encode(mac), at.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> SignedHead {
        let (project, mac) = (ProjectId::from_random([1; 12]), [0xab; 32]);
        SignedHead { project, sequence: 7, mac, at: Timestamp::from_millis(1_700_000_000_000), signature: [0xff; 64] }
    }

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let text = head().to_string();
        assert_eq!(text.parse(), Ok(head()));
        assert!(text.starts_with("atrest-head:v1:010101010101010101010101:7:abab"), "{text}");
        for other in [
            "",
            "atrest-head:v1",
            "atrest-head:v1:::::",
            &text[1..],
            &text[..text.len() - 1],
            &format!("{text}:"),
            &format!("{text}\n"),
            &text.replace(":v1:", ":v2:"),
            &text.replace(":7:", ":+7:"),
            &text.replace("abab", "ABAB"),
        ] {
            assert_eq!(other.parse::<SignedHead>(), Err(NotAHead), "{other}");
        }
    }
}
