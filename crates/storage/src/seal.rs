//! Sealing: how a secret lies in a column. AES-256-GCM under a key derived from the root key, bound
//! to its place (table, column, row, owner) and to the root key, so that it opens nowhere else.
//!
//! ```text
//! version (1 byte, = 1) | ciphertext | tag (16 bytes) | nonce (12 bytes, random)
//! ```
//!
//! Must not know which secrets there are.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use domain::Bug;
use domain::secret::{SecretBytes, SecretText};
use zeroize::{Zeroize as _, Zeroizing};

use crate::error::{Result, StoreError};
use crate::root_key::RootKey;

const VERSION: u8 = 1;
const NONCE: usize = 12;

/// Where a sealed value lives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'p> {
    pub(crate) table: &'static str,
    pub(crate) column: &'static str,
    /// The row's id.
    pub(crate) row: &'p str,
    /// The project or organization it belongs to; empty for the instance's own.
    pub(crate) owner: &'p str,
}

/// Seals and opens under one root key.
pub(crate) struct Sealer {
    key: RandomizedNonceKey,
    fingerprint_key: hmac::Key,
    row_key: hmac::Key,
    root_key_id: String,
}

impl Sealer {
    pub(crate) fn new(root_key: &RootKey) -> Result<Self> {
        let key = root_key.derive("atrest seal v1")?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, key.expose()).map_err(|_| Bug("a key has 32 bytes"))?;
        let fingerprint_key = root_key.derive("atrest fingerprint v1")?;
        let fingerprint_key = hmac::Key::new(hmac::HMAC_SHA256, fingerprint_key.expose());
        let row_key = root_key.derive("atrest master key row v1")?;
        let row_key = hmac::Key::new(hmac::HMAC_SHA256, row_key.expose());
        Ok(Self { key, fingerprint_key, row_key, root_key_id: root_key.id().to_owned() })
    }

    pub(crate) fn root_key_id(&self) -> &str {
        &self.root_key_id
    }

    /// Seals a secret for one place.
    pub(crate) fn seal(&self, place: Place<'_>, secret: &[u8]) -> Result<Vec<u8>> {
        // Room for everything, so that no growing leaves a copy of the secret behind.
        let room = secret.len().saturating_add(16).saturating_add(NONCE).saturating_add(1);
        let mut sealed = Vec::with_capacity(room);
        sealed.extend_from_slice(secret);
        let nonce = self
            .key
            .seal_in_place_append_tag(self.bind(place), &mut sealed)
            .map_err(|_| Bug("sealing does not fail"))?;
        sealed.extend_from_slice(nonce.as_ref());
        sealed.insert(0, VERSION);
        Ok(sealed)
    }

    /// Opens what was sealed for exactly this place.
    pub(crate) fn open(&self, place: Place<'_>, sealed: Vec<u8>) -> Result<Zeroizing<Vec<u8>>> {
        self.open_or_none(place, sealed).ok_or_else(|| refused(place))
    }

    pub(crate) fn open_text(&self, place: Place<'_>, sealed: Vec<u8>) -> Result<SecretText> {
        let mut bytes = self.open(place, sealed)?;
        match String::from_utf8(std::mem::take(&mut *bytes)) {
            Ok(text) => Ok(SecretText::new(text)),
            Err(error) => {
                error.into_bytes().zeroize();
                Err(refused(place))
            }
        }
    }

    pub(crate) fn open_bytes<const N: usize>(&self, place: Place<'_>, sealed: Vec<u8>) -> Result<SecretBytes<N>> {
        let bytes = self.open(place, sealed)?;
        let bytes = <&[u8; N]>::try_from(bytes.as_slice()).map_err(|_| refused(place))?;
        SecretBytes::fill(|to| {
            to.copy_from_slice(bytes);
            Ok(())
        })
    }

    /// Recognises equal things without keeping them: a keyed hash over the parts.
    pub(crate) fn fingerprint(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut hash = hmac::Context::with_key(&self.fingerprint_key);
        for part in parts {
            hash.update(&length(part));
            hash.update(part);
        }
        let mut fingerprint = [0; 32];
        fingerprint.iter_mut().zip(hash.sign().as_ref()).for_each(|(to, from)| *to = *from);
        fingerprint
    }

    /// Authenticates a row of `master_keys` as a whole: a keyed hash over its columns, none of which can take
    /// another's place.
    pub(crate) fn row_mac(&self, columns: &[Option<&[u8]>]) -> [u8; 32] {
        let mut mac = [0; 32];
        let signed = hmac::sign(&self.row_key, &one_after_the_other(columns));
        mac.iter_mut().zip(signed.as_ref()).for_each(|(to, from)| *to = *from);
        mac
    }

    /// Tells whether a row is what [`Self::row_mac`] saw.
    pub(crate) fn is_row(&self, columns: &[Option<&[u8]>], mac: &[u8]) -> bool {
        hmac::verify(&self.row_key, &one_after_the_other(columns), mac).is_ok()
    }

    fn open_or_none(&self, place: Place<'_>, mut sealed: Vec<u8>) -> Option<Zeroizing<Vec<u8>>> {
        if sealed.first() != Some(&VERSION) {
            return None;
        }
        sealed.remove(0);
        let nonce = sealed.split_off(sealed.len().checked_sub(NONCE)?);
        let nonce = Nonce::try_assume_unique_for_key(&nonce).ok()?;
        let mut opened = Zeroizing::new(sealed);
        let length = self.key.open_in_place(nonce, self.bind(place), &mut opened).ok()?.len();
        opened.truncate(length);
        Some(opened)
    }

    fn bind(&self, place: Place<'_>) -> Aad<Vec<u8>> {
        let parts = [place.table, place.column, place.row, place.owner, self.root_key_id.as_str()];
        let mut bound = Vec::with_capacity(128);
        for part in parts {
            bound.extend_from_slice(&length(part.as_bytes()));
            bound.extend_from_slice(part.as_bytes());
        }
        Aad::from(bound)
    }
}

fn refused(place: Place<'_>) -> StoreError {
    StoreError::Sealed { table: place.table, column: place.column, row: place.row.to_owned() }
}

/// Puts columns in a row so that each other row looks different: a null is no empty text.
fn one_after_the_other(columns: &[Option<&[u8]>]) -> Vec<u8> {
    let mut row = Vec::with_capacity(1024);
    for column in columns {
        row.push(u8::from(column.is_some()));
        let bytes = column.unwrap_or_default();
        row.extend_from_slice(&length(bytes));
        row.extend_from_slice(bytes);
    }
    row
}

fn length(part: &[u8]) -> [u8; 8] {
    u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(byte: u8) -> Sealer {
        let key = SecretBytes::fill(|place| {
            *place = [byte; 32];
            Ok::<_, ()>(())
        });
        Sealer::new(&RootKey::from_bytes(key.unwrap()).unwrap()).unwrap()
    }

    const HOME: Place<'static> = Place { table: "t", column: "c", row: "r", owner: "o" };

    #[test]
    fn opens_where_it_was_sealed_and_nowhere_else() {
        let sealed = sealer(1).seal(HOME, b"swordfish").unwrap();
        assert_eq!(sealer(1).open(HOME, sealed.clone()).unwrap().as_slice(), b"swordfish");
        for place in [
            Place { table: "u", ..HOME },
            Place { column: "d", ..HOME },
            Place { row: "s", ..HOME },
            Place { owner: "p", ..HOME },
            Place { row: "ro", owner: "", ..HOME },
        ] {
            let refused = sealer(1).open(place, sealed.clone()).unwrap_err();
            assert!(matches!(refused, StoreError::Sealed { .. }), "{place:?}");
            assert!(!format!("{refused} {refused:?}").contains("swordfish"));
        }
        assert!(sealer(2).open(HOME, sealed).is_err());
    }

    #[test]
    fn refuses_every_changed_byte_and_every_cut() {
        let sealed = sealer(1).seal(HOME, b"swordfish").unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(sealer(1).open(HOME, changed).is_err(), "byte {at}");
            assert!(sealer(1).open(HOME, sealed[..at].to_vec()).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn seals_the_same_secret_differently_each_time() {
        let one = sealer(1).seal(HOME, b"swordfish").unwrap();
        assert_ne!(one, sealer(1).seal(HOME, b"swordfish").unwrap());
        assert!(!one.windows(9).any(|window| window == b"swordfish"));
    }

    #[test]
    fn fingerprints_tell_parts_apart() {
        let sealer_one = sealer(1);
        assert_eq!(sealer_one.fingerprint(&[b"ab", b"c"]), sealer_one.fingerprint(&[b"ab", b"c"]));
        assert_ne!(sealer_one.fingerprint(&[b"ab", b"c"]), sealer_one.fingerprint(&[b"a", b"bc"]));
        assert_ne!(sealer_one.fingerprint(&[b"ab"]), sealer(2).fingerprint(&[b"ab"]));
    }

    #[test]
    fn a_row_is_told_from_every_other() {
        let row: &[Option<&[u8]>] = &[Some(b"ab"), None, Some(b"")];
        let mac = sealer(1).row_mac(row);
        assert!(sealer(1).is_row(row, &mac));
        assert!(!sealer(2).is_row(row, &mac));
        assert!(!sealer(1).is_row(row, &mac[..31]));
        let others: [&[Option<&[u8]>]; 5] = [
            &[Some(b"ab"), Some(b""), Some(b"")],
            &[Some(b"ab"), None, None],
            &[Some(b"a"), None, Some(b"b")],
            &[Some(b"ab"), None],
            &[None, Some(b"ab"), Some(b"")],
        ];
        for other in others {
            assert!(!sealer(1).is_row(other, &mac), "{other:?}");
        }
    }
}
