//! Secrets of the simulated clouds, and the few primitives that all of them share.
//! It must not know what a secret opens.

use std::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// A secret text. It prints as dots; `expose` is the one way to it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl Secret {
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

/// Letters of the alphabet, chosen by the bytes.
pub(crate) fn text_of(prefix: &str, bytes: &[u8], alphabet: &[u8]) -> String {
    let letters = bytes
        .iter()
        .filter_map(|byte| alphabet.get(usize::from(*byte) % alphabet.len().max(1)).copied())
        .map(char::from);
    prefix.chars().chain(letters).collect()
}

/// Compares in a time that does not depend on where two texts differ.
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}
