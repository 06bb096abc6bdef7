//! Sealing a master key's bytes under a data key of its own: AES-256-GCM, bound to the object, its project, its cluster
//! and the count of sealings, so that bytes moved to another row do not open there. Must not know what wraps the data
//! key.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use domain::Bug;
use domain::master_key::MasterKey;
use domain::master_key::wrapped::WrappedKey;
use domain::secret::{SecretBytes, SecretSlice};

use crate::{Error, random};

/// What a seal says it is, so that no other of ours can stand in for it.
const LABEL: &str = "atrest master key v1";
/// Unit: bytes.
const TAG_LEN: usize = 16;

/// Says that sealed bytes do not open: they, or what they are bound to, were changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

/// Draws a data key.
/// Errors: `Bug` if the system has no random bytes.
pub(super) fn new_data_key() -> Result<SecretBytes<32>, Error> {
    SecretBytes::fill(|place| random(place))
}

/// Seals a key's bytes: ciphertext, tag, nonce.
/// Errors: `Bug`.
pub(super) fn seal(
    data_key: &SecretBytes<32>,
    key: &MasterKey,
    revision: i64,
    material: &SecretSlice,
) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; NONCE_LEN];
    random(&mut nonce)?;
    let mut sealed = Vec::with_capacity(material.expose().len().saturating_add(TAG_LEN + NONCE_LEN));
    // It has room for all that comes, so no copy of the clear bytes is left behind by growing.
    sealed.extend_from_slice(material.expose());
    let cipher = cipher(data_key).map_err(|Broken| Error::Bug(Bug("a data key fits its cipher")))?;
    let bound = Aad::from(binding(key, revision));
    cipher
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut sealed)
        .map_err(|_| Error::Bug(Bug("a key can be sealed")))?;
    sealed.extend_from_slice(&nonce);
    Ok(sealed)
}

/// Opens sealed bytes.
/// Errors: `Broken`.
pub(crate) fn open(key: &MasterKey, wrapped: &WrappedKey, data_key: &SecretBytes<32>) -> Result<SecretSlice, Broken> {
    let WrappedKey { sealed, revision, .. } = wrapped;
    let (sealed, nonce) = sealed.split_last_chunk::<NONCE_LEN>().ok_or(Broken)?;
    let (text, tag) = sealed.split_last_chunk::<TAG_LEN>().ok_or(Broken)?;
    let cipher = cipher(data_key)?;
    let bound = Aad::from(binding(key, *revision));
    SecretSlice::fill(text.len(), |place| {
        cipher.open_separate_gather(Nonce::assume_unique_for_key(*nonce), bound, text, tag, place).map_err(|_| Broken)
    })
}

fn cipher(data_key: &SecretBytes<32>) -> Result<LessSafeKey, Broken> {
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, data_key.expose()).map_err(|_| Broken)?))
}

/// Writes what a seal is bound to, each part after its length.
fn binding(key: &MasterKey, revision: i64) -> Vec<u8> {
    let (project, cluster) = (key.project.to_string(), key.cluster.to_string());
    let revision = revision.to_be_bytes();
    let parts = [LABEL.as_bytes(), key.id.as_bytes(), project.as_bytes(), cluster.as_bytes(), &revision];
    let mut bound = Vec::with_capacity(128);
    for part in parts {
        bound.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        bound.extend_from_slice(part);
    }
    bound
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::master_key::fixture::key;
    use domain::customer_key::{CustomerKeyNumber, CustomerKeyVersion, ProviderKind, WrappedDataKey};
    use domain::id::{ClusterId, ProjectId};
    use domain::master_key::MasterKeyId;

    fn wrapped(revision: i64, sealed: &[u8]) -> WrappedKey {
        let customer_key_version = CustomerKeyVersion { key: "k".to_owned(), material: None };
        WrappedKey {
            provider: ProviderKind::AwsKms,
            customer_key: CustomerKeyNumber::FIRST,
            cluster_name: "c".to_owned(),
            data_key: WrappedDataKey { ciphertext: Vec::new(), customer_key_version },
            sealed: sealed.to_vec(),
            revision,
        }
    }

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        let (data_key, made, material) = (new_data_key().unwrap(), key(), SecretSlice::copied(b"swordfish"));
        let sealed = seal(&data_key, &made, 1, &material).unwrap();
        assert!(open(&made, &wrapped(1, &sealed), &data_key).unwrap().matches(b"swordfish"));
        assert!(!sealed.windows(9).any(|window| window == b"swordfish"));
        // Another row, another sealing, another data key.
        let others = [
            MasterKey { id: MasterKeyId::from_random([8; 16]), ..key() },
            MasterKey { project: ProjectId::from_random([8; 12]), ..key() },
            MasterKey { cluster: ClusterId::from_random([8; 12]), ..key() },
        ];
        for other in others {
            assert!(open(&other, &wrapped(1, &sealed), &data_key).is_err(), "{other:?}");
        }
        assert!(open(&made, &wrapped(2, &sealed), &data_key).is_err());
        assert!(open(&made, &wrapped(1, &sealed), &new_data_key().unwrap()).is_err());
        // Any bit, and any end.
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(open(&made, &wrapped(1, &changed), &data_key).is_err(), "byte {place}");
            assert!(open(&made, &wrapped(1, &sealed[..place]), &data_key).is_err(), "cut at {place}");
        }
    }

    #[test]
    fn never_seals_twice_alike() {
        let (data_key, key, material) = (new_data_key().unwrap(), key(), SecretSlice::copied(&[7; 32]));
        let sealed = || seal(&data_key, &key, 1, &material).unwrap();
        assert_ne!(sealed(), sealed());
        assert_eq!(sealed().len(), 32 + TAG_LEN + NONCE_LEN);
    }
}
