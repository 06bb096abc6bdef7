//! Binds a data key to its context. RSA knows no associated data, so the context's hash is encrypted with the
//! data key and compared when that is decrypted. Must not know who encrypts.

use aws_lc_rs::digest::{Context, SHA256, SHA256_OUTPUT_LEN};
use domain::secret::SecretBytes;
use zeroize::Zeroizing;

use crate::provider::WrapContext;

/// How the bytes are laid out; the first of them.
const LAYOUT: u8 = 1;
const KEY: usize = 32;
const LENGTH: usize = 1 + KEY + SHA256_OUTPUT_LEN;
/// Keeps these hashes apart from any other use of the same words. Part of every stored ciphertext.
const LABEL: &[u8] = b"atrest wrapped data key";

/// Joins a data key with the hash of its context.
pub(super) fn bound(context: &WrapContext, data_key: &SecretBytes<32>) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LENGTH));
    bytes.push(LAYOUT);
    bytes.extend_from_slice(data_key.expose());
    bytes.extend_from_slice(&hash(context));
    bytes
}

/// Takes a data key from what [`bound`] made, if it was for this context.
pub(super) fn released(context: &WrapContext, bytes: &[u8]) -> Option<SecretBytes<32>> {
    let (layout, rest) = bytes.split_first()?;
    let (key, found) = rest.split_at_checked(KEY)?;
    let expected = hash(context);
    let same = aws_lc_rs::constant_time::verify_slices_are_equal(&expected, found).is_ok();
    if *layout != LAYOUT || !same {
        return None;
    }
    SecretBytes::fill(|place| {
        let key: &[u8; KEY] = key.try_into().map_err(|_| ())?;
        place.copy_from_slice(key);
        Ok::<_, ()>(())
    })
    .ok()
}

fn hash(context: &WrapContext) -> [u8; SHA256_OUTPUT_LEN] {
    let WrapContext { project, cluster, key } = context;
    let mut hash = Context::new(&SHA256);
    let mut add = |bytes: &[u8]| {
        // Each with its length, so that no two contexts read alike.
        hash.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    };
    add(LABEL);
    add(project.to_string().as_bytes());
    add(if cluster.is_some() { b"cluster" } else { b"-" });
    add(cluster.as_deref().unwrap_or_default().as_bytes());
    add(key.as_bytes());
    let mut whole = [0; SHA256_OUTPUT_LEN];
    whole.copy_from_slice(hash.finish().as_ref());
    whole
}

#[cfg(test)]
mod tests {
    use domain::id::ProjectId;

    use super::*;

    fn context() -> WrapContext {
        WrapContext {
            project: ProjectId::from_random([1; 12]),
            cluster: Some("cluster0".to_owned()),
            key: "k".to_owned(),
        }
    }

    fn data_key() -> SecretBytes<32> {
        SecretBytes::fill(|place| {
            place.fill(7);
            Ok::<_, ()>(())
        })
        .unwrap()
    }

    #[test]
    fn comes_back_in_its_own_context_only() {
        let bytes = bound(&context(), &data_key());
        assert!(released(&context(), &bytes).unwrap().matches(&[7; 32]));
        let others = [
            WrapContext { project: ProjectId::from_random([2; 12]), ..context() },
            WrapContext { cluster: None, ..context() },
            WrapContext { cluster: Some(String::new()), ..context() },
            WrapContext { cluster: Some("cluster0k".to_owned()), key: String::new(), ..context() },
            WrapContext { key: "l".to_owned(), ..context() },
        ];
        for other in others {
            assert!(released(&other, &bytes).is_none(), "{other:?}");
        }
        let nobodys = WrapContext { cluster: None, ..context() };
        let unnamed = WrapContext { cluster: Some(String::new()), ..context() };
        assert!(released(&unnamed, &bound(&nobodys, &data_key())).is_none());
    }

    #[test]
    fn what_is_not_ours_is_not_read() {
        let bytes = bound(&context(), &data_key());
        assert!(bytes.len() <= 190, "RSA of 2048 bits takes it");
        assert!(bytes.capacity() == LENGTH, "nothing was left behind by growing");
        for length in 0..bytes.len() {
            assert!(released(&context(), &bytes[..length]).is_none());
        }
        for place in [0, 33, LENGTH - 1] {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(released(&context(), &changed).is_none());
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert!(released(&context(), &longer).is_none());
    }

    #[test]
    fn the_layout_is_for_ever() {
        let bytes = bound(&context(), &data_key());
        let hex: String = bytes.iter().skip(33).map(|byte| format!("{byte:02x}")).collect();
        // SHA-256 computed by another implementation.
        assert_eq!(hex, "fec39dd08b8f2e09355f476ecb0bfd2221f89cba5c2792354e5e6a8aaf89730f");
    }
}
