//! Key material: what it is, how it is made, RSA-OAEP with it, and its public half as JWK members.
//! It must not know versions, states or permissions.

use std::collections::BTreeMap;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{
    KeyPair, KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    OaepPublicEncryptingKey, PrivateDecryptingKey,
};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    KeyPair as _,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// What a key is. HSM keys live in the same memory; only their name differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// An RSA key.
    Rsa {
        /// Bits: 2048, 3072 or 4096.
        bits: RsaBits,
        /// Kept in an HSM, `RSA-HSM`.
        hsm: bool,
    },
    /// An elliptic-curve key, which cannot encrypt.
    Ec {
        /// Its curve.
        curve: Curve,
        /// Kept in an HSM, `EC-HSM`.
        hsm: bool,
    },
}

impl Default for KeyKind {
    fn default() -> Self {
        Self::Rsa { bits: RsaBits::B2048, hsm: false }
    }
}

/// The size of an RSA key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RsaBits {
    /// 2048 bits.
    #[serde(rename = "2048")]
    B2048,
    /// 3072 bits.
    #[serde(rename = "3072")]
    B3072,
    /// 4096 bits.
    #[serde(rename = "4096")]
    B4096,
}

/// A curve of NIST.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// P-256.
    #[serde(rename = "P-256")]
    P256,
    /// P-384.
    #[serde(rename = "P-384")]
    P384,
    /// P-521.
    #[serde(rename = "P-521")]
    P521,
}

impl KeyKind {
    /// Tells whether such a key can encrypt.
    pub(crate) fn encrypts(self) -> bool {
        matches!(self, Self::Rsa { .. })
    }

    /// As a JWK spells it.
    pub(crate) fn kty(self) -> &'static str {
        match self {
            Self::Rsa { hsm: false, .. } => "RSA",
            Self::Rsa { hsm: true, .. } => "RSA-HSM",
            Self::Ec { hsm: false, .. } => "EC",
            Self::Ec { hsm: true, .. } => "EC-HSM",
        }
    }
}

/// How bytes are encrypted with an RSA key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    RsaOaep,
    RsaOaep256,
}

impl Algorithm {
    fn oaep(self) -> &'static OaepAlgorithm {
        match self {
            Self::RsaOaep => &OAEP_SHA1_MGF1SHA1,
            Self::RsaOaep256 => &OAEP_SHA256_MGF1SHA256,
        }
    }
}

/// A key pair.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Material {
    pub(crate) kind: KeyKind,
    /// PKCS #8, in base64.
    private: Secret,
    /// Members of the JWK: `n` and `e`, or `crv`, `x` and `y`.
    pub(crate) public: BTreeMap<String, String>,
}

impl Material {
    /// Makes a key pair; for RSA that takes from tens of milliseconds to seconds. `None` only if the library fails.
    pub(crate) fn generate(kind: KeyKind) -> Option<Self> {
        let (private, public) = match kind {
            KeyKind::Rsa { bits, .. } => rsa(bits)?,
            KeyKind::Ec { curve, .. } => ec(curve)?,
        };
        let public = public.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Some(Self { kind, private: Secret::new(STANDARD.encode(private)), public })
    }

    /// Encrypts; `None` where the bytes are too many, or the key is not RSA.
    pub(crate) fn encrypt(&self, algorithm: Algorithm, bytes: &[u8]) -> Option<Vec<u8>> {
        let key = OaepPublicEncryptingKey::new(self.rsa()?.public_key()).ok()?;
        let mut out = vec![0; key.ciphertext_size()];
        Some(key.encrypt(algorithm.oaep(), bytes, &mut out, None).ok()?.to_vec())
    }

    /// Decrypts; `None` where that is not of this key and algorithm.
    pub(crate) fn decrypt(&self, algorithm: Algorithm, bytes: &[u8]) -> Option<Vec<u8>> {
        let key = OaepPrivateDecryptingKey::new(self.rsa()?).ok()?;
        let mut out = vec![0; key.min_output_size()];
        Some(key.decrypt(algorithm.oaep(), bytes, &mut out, None).ok()?.to_vec())
    }

    fn rsa(&self) -> Option<PrivateDecryptingKey> {
        match self.kind {
            KeyKind::Rsa { .. } => PrivateDecryptingKey::from_pkcs8(&STANDARD.decode(self.private.expose()).ok()?).ok(),
            KeyKind::Ec { .. } => None,
        }
    }
}

type Made = (Vec<u8>, Vec<(&'static str, String)>);

fn rsa(bits: RsaBits) -> Option<Made> {
    let size = match bits {
        RsaBits::B2048 => KeySize::Rsa2048,
        RsaBits::B3072 => KeySize::Rsa3072,
        RsaBits::B4096 => KeySize::Rsa4096,
    };
    let pair = KeyPair::generate(size).ok()?;
    let public = pair.public_key().as_ref();
    let (sequence, _) = element(public)?;
    let (modulus, rest) = element(sequence)?;
    let (exponent, _) = element(rest)?;
    let members = vec![("n", unsigned(modulus)), ("e", unsigned(exponent))];
    Some((pair.as_der().ok()?.as_ref().to_vec(), members))
}

fn ec(curve: Curve) -> Option<Made> {
    let (name, algorithm) = match curve {
        Curve::P256 => ("P-256", &ECDSA_P256_SHA256_FIXED_SIGNING),
        Curve::P384 => ("P-384", &ECDSA_P384_SHA384_FIXED_SIGNING),
        Curve::P521 => ("P-521", &ECDSA_P521_SHA512_FIXED_SIGNING),
    };
    let pair = EcdsaKeyPair::generate(algorithm).ok()?;
    let point = pair.public_key().as_ref().strip_prefix(&[4])?;
    let (x, y) = point.split_at_checked(point.len() / 2)?;
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let members = vec![("crv", name.to_owned()), ("x", encode(x)), ("y", encode(y))];
    Some((pair.to_pkcs8v1().ok()?.as_ref().to_vec(), members))
}

/// The content of the first DER element, and what follows it.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    if *first < 0x80 {
        return rest.split_at_checked(usize::from(*first));
    }
    let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
    let length = length.iter().try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))?;
    rest.split_at_checked(length)
}

/// A positive DER integer as a JWK writes it: without the zero that keeps it positive.
fn unsigned(integer: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(integer.strip_prefix(&[0]).unwrap_or(integer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encrypts_and_decrypts_with_what_it_stored() {
        let made = Material::generate(KeyKind::default()).unwrap();
        let stored: Material = serde_json::from_str(&serde_json::to_string(&made).unwrap()).unwrap();
        for algorithm in [Algorithm::RsaOaep, Algorithm::RsaOaep256] {
            let sealed = made.encrypt(algorithm, b"secret").unwrap();
            assert_eq!(stored.decrypt(algorithm, &sealed).unwrap(), b"secret");
        }
        let sealed = made.encrypt(Algorithm::RsaOaep, b"secret").unwrap();
        assert_eq!(stored.decrypt(Algorithm::RsaOaep256, &sealed), None);
        // 256 bytes of modulus, two hashes and two bytes of padding.
        assert!(made.encrypt(Algorithm::RsaOaep256, &[7; 190]).is_some());
        assert!(made.encrypt(Algorithm::RsaOaep256, &[7; 191]).is_none());
    }

    #[test]
    fn shows_its_public_half_as_a_jwk() {
        let made = Material::generate(KeyKind::default()).unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(&made.public["n"]).unwrap().len(), 256);
        assert_eq!(made.public["e"], "AQAB");
        for (curve, name, size) in [(Curve::P256, "P-256", 32), (Curve::P384, "P-384", 48), (Curve::P521, "P-521", 66)]
        {
            let made = Material::generate(KeyKind::Ec { curve, hsm: false }).unwrap();
            assert_eq!(made.public["crv"], name);
            for member in ["x", "y"] {
                assert_eq!(URL_SAFE_NO_PAD.decode(&made.public[member]).unwrap().len(), size, "{name} {member}");
            }
            assert!(made.encrypt(Algorithm::RsaOaep, b"x").is_none());
        }
    }
}
