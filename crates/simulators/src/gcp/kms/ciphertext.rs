//! Ciphertexts: which key and version sealed them, and the sealed bytes, bound to their additional
//! authenticated data. It must not know who may open one.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::crypto_key::CryptoKey;
use super::version::Version;
use crate::gcp::error::Status;
use crate::secret::random;

/// Opens every ciphertext of ours; bytes of another make are none.
const MAGIC: [u8; 4] = *b"\x0asim";
const UID_LEN: usize = 16;
const VERSION_LEN: usize = 4;
const HEAD_LEN: usize = MAGIC.len() + UID_LEN + VERSION_LEN + NONCE_LEN;

/// A ciphertext whose head was read.
pub(crate) struct Ciphertext<'a> {
    uid: [u8; UID_LEN],
    pub(crate) version: u32,
    nonce: [u8; NONCE_LEN],
    head: &'a [u8],
    sealed: &'a [u8],
}

/// Seals under a version of a key.
pub(crate) fn seal(key: &CryptoKey, number: u32, plaintext: &[u8], data: &[u8]) -> Result<Vec<u8>, Status> {
    let version = key.versions.get(&number).ok_or_else(|| Status::bug("a version just found is there"))?;
    let uid = uuid::Uuid::parse_str(&key.uid).map_err(|_| Status::bug("a key's uid is a uuid"))?;
    let nonce = random::<NONCE_LEN>();
    let mut ciphertext = Vec::with_capacity(HEAD_LEN + plaintext.len() + AES_256_GCM.tag_len());
    ciphertext.extend_from_slice(&MAGIC);
    ciphertext.extend_from_slice(uid.as_bytes());
    ciphertext.extend_from_slice(&number.to_be_bytes());
    ciphertext.extend_from_slice(&nonce);
    let associated = associated(&ciphertext, data);
    let mut sealed = plaintext.to_vec();
    cipher(version)
        .ok_or_else(|| Status::bug("an enabled version has material"))?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(associated), &mut sealed)
        .map_err(|_| Status::bug("sealing succeeds"))?;
    ciphertext.append(&mut sealed);
    Ok(ciphertext)
}

/// Reads the head; bytes that are no ciphertext of ours are `None`.
pub(crate) fn read(bytes: &[u8]) -> Option<Ciphertext<'_>> {
    let (head, sealed) = bytes.split_at_checked(HEAD_LEN)?;
    let rest = head.strip_prefix(&MAGIC)?;
    let (uid, rest) = rest.split_first_chunk::<UID_LEN>()?;
    let (version, rest) = rest.split_first_chunk::<VERSION_LEN>()?;
    let (nonce, _) = rest.split_first_chunk::<NONCE_LEN>()?;
    Some(Ciphertext { uid: *uid, version: u32::from_be_bytes(*version), nonce: *nonce, head, sealed })
}

impl Ciphertext<'_> {
    /// Tells whether the key made it, by what its head says.
    pub(crate) fn is_of(&self, key: &CryptoKey) -> bool {
        key.uid == uuid::Uuid::from_bytes(self.uid).to_string() && key.versions.contains_key(&self.version)
    }

    /// Opens with the version that sealed it; `None` where a bit or the data differs.
    pub(crate) fn open(&self, version: &Version, data: &[u8]) -> Option<Vec<u8>> {
        let associated = associated(self.head, data);
        let mut bytes = self.sealed.to_vec();
        let clear = cipher(version)?
            .open_in_place(Nonce::assume_unique_for_key(self.nonce), Aad::from(associated), &mut bytes)
            .ok()?;
        Some(clear.to_vec())
    }
}

fn cipher(version: &Version) -> Option<LessSafeKey> {
    let bytes = hex::decode(version.material.as_ref()?.expose()).ok()?;
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes).ok()?))
}

fn associated(head: &[u8], data: &[u8]) -> Vec<u8> {
    [head, data].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gcp::kms::purpose::{Algorithm, Protection, Purpose};

    #[test]
    fn opens_only_what_it_sealed() {
        let mut key =
            CryptoKey::new(Purpose::EncryptDecrypt, Algorithm::GoogleSymmetricEncryption, Protection::Software, 0);
        let number = key.rotate(0);
        key.rotate(0);
        let sealed = seal(&key, number, b"secret", b"data").unwrap();
        let open = |bytes: &[u8], data: &[u8]| {
            let ciphertext = read(bytes).filter(|ciphertext| ciphertext.is_of(&key))?;
            ciphertext.open(&key.versions[&ciphertext.version], data)
        };
        assert_eq!(open(&sealed, b"data").unwrap(), b"secret");
        assert_eq!(open(&sealed, b"other"), None);
        assert_eq!(open(&sealed, b""), None);
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert_eq!(open(&bent, b"data"), None, "bit of byte {at}");
        }
        assert!(read(&sealed[..HEAD_LEN - 1]).is_none());
    }
}
