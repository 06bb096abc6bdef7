//! Random identifiers as AWS makes them, and the hashes of its signatures.
//! It must not know what a secret opens.

use aws_lc_rs::{digest, hmac};

use crate::secret::text_of;
pub(crate) use crate::secret::{Secret, random, same};

/// An identifier as IAM makes them: a prefix of four letters and sixteen of base32.
pub(crate) fn random_id(prefix: &str) -> String {
    text_of(prefix, &random::<16>(), b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
}

/// A secret access key: forty characters.
pub(crate) fn random_secret() -> Secret {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    Secret::new(text_of("", &random::<40>(), alphabet))
}

/// A twelve-digit account id that does not start with a zero.
pub(crate) fn random_account_id() -> String {
    let first = text_of("", &random::<1>(), b"12345678");
    text_of(&first, &random::<11>(), b"0123456789")
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(digest::digest(&digest::SHA256, bytes))
}

pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message)
}
