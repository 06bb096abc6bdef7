//! Secrets of the simulated cloud, random identifiers, and the few primitives both protocols share.
//! It must not know what a secret opens.

use std::fmt;

use aws_lc_rs::{digest, hmac};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// A secret text. It prints as dots; `expose` is the one way to it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl Secret {
    #[cfg(test)]
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl Default for Secret {
    /// A fresh random one of 256 bits.
    fn default() -> Self {
        Self(hex::encode(random::<32>()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Random bytes of the system. A system that has none cannot go on: there is nothing to answer with.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0_u8; N];
    if aws_lc_rs::rand::fill(&mut bytes).is_err() {
        tracing::error!("the system gives no random bytes; the simulated cloud ends");
        std::process::abort();
    }
    bytes
}

/// An identifier as IAM makes them: a prefix of four letters and sixteen of base32.
pub(crate) fn random_id(prefix: &str) -> String {
    text_of(prefix, &random::<16>(), b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
}

/// A secret access key: forty characters.
pub(crate) fn random_secret() -> Secret {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    Secret(text_of("", &random::<40>(), alphabet))
}

/// A twelve-digit account id that does not start with a zero.
pub(crate) fn random_account_id() -> String {
    let first = text_of("", &random::<1>(), b"12345678");
    text_of(&first, &random::<11>(), b"0123456789")
}

fn text_of(prefix: &str, bytes: &[u8], alphabet: &[u8]) -> String {
    let letters = bytes
        .iter()
        .filter_map(|byte| alphabet.get(usize::from(*byte) % alphabet.len().max(1)).copied())
        .map(char::from);
    prefix.chars().chain(letters).collect()
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message)
}

/// Compares in a time that does not depend on where two texts differ.
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}
