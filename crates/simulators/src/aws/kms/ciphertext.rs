//! Ciphertext blobs: which key and material sealed them, and the sealed bytes, bound to their
//! encryption context. It must not know who may open one.

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::key::{Key, Material};
use crate::aws::error::ServiceError;
use crate::aws::secret::random;

/// Opens every blob of ours; a blob of another make is no ciphertext.
const MAGIC: [u8; 4] = *b"\x01sim";
/// The same for keys of several regions, whose ids are written another way.
const MULTI_REGION_MAGIC: [u8; 4] = *b"\x01mrk";
const KEY_ID_LEN: usize = 16;
const MATERIAL_ID_LEN: usize = 32;
const HEAD_LEN: usize = MAGIC.len() + KEY_ID_LEN + MATERIAL_ID_LEN + NONCE_LEN;

/// Names and values that must be the same at both ends.
pub(crate) type Context = BTreeMap<String, String>;

/// A blob whose head was read.
pub(crate) struct Blob<'a> {
    pub(crate) key_id: String,
    pub(crate) material_id: String,
    nonce: [u8; NONCE_LEN],
    head: &'a [u8],
    sealed: &'a [u8],
}

/// Seals under the key's current material.
pub(crate) fn seal(key: &Key, plaintext: &[u8], context: &Context) -> Result<Vec<u8>, ServiceError> {
    let bug = |believed| ServiceError::bug("KMSInternalException", believed);
    let material = key.current().ok_or_else(|| bug("a usable symmetric key has material"))?;
    let (magic, id) = match key.id.strip_prefix("mrk-") {
        Some(hex) => (MULTI_REGION_MAGIC, hex),
        None => (MAGIC, key.id.as_str()),
    };
    let key_id = uuid::Uuid::parse_str(id).map_err(|_| bug("a key id is a uuid"))?;
    let material_id = hex::decode(&material.id).map_err(|_| bug("a material id is hex"))?;
    let nonce = random::<NONCE_LEN>();

    let mut blob = Vec::with_capacity(HEAD_LEN + plaintext.len() + AES_256_GCM.tag_len());
    blob.extend_from_slice(&magic);
    blob.extend_from_slice(key_id.as_bytes());
    blob.extend_from_slice(&material_id);
    blob.extend_from_slice(&nonce);
    let associated = associated_data(&blob, context);
    let mut sealed = plaintext.to_vec();
    cipher(material)
        .ok_or_else(|| bug("material is an AES-256 key"))?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(associated), &mut sealed)
        .map_err(|_| bug("sealing succeeds"))?;
    blob.append(&mut sealed);
    Ok(blob)
}

/// Reads the head; bytes that are no blob of ours are `None`.
pub(crate) fn read(bytes: &[u8]) -> Option<Blob<'_>> {
    let (head, sealed) = bytes.split_at_checked(HEAD_LEN)?;
    let (multi_region, rest) = match head.strip_prefix(&MAGIC) {
        Some(rest) => (false, rest),
        None => (true, head.strip_prefix(&MULTI_REGION_MAGIC)?),
    };
    let (key_id, rest) = rest.split_first_chunk::<KEY_ID_LEN>()?;
    let (material_id, rest) = rest.split_first_chunk::<MATERIAL_ID_LEN>()?;
    let (nonce, _) = rest.split_first_chunk::<NONCE_LEN>()?;
    let key_id = uuid::Uuid::from_bytes(*key_id);
    Some(Blob {
        key_id: if multi_region { format!("mrk-{}", key_id.simple()) } else { key_id.to_string() },
        material_id: hex::encode(material_id),
        nonce: *nonce,
        head,
        sealed,
    })
}

impl Blob<'_> {
    /// Opens with the material that sealed it; `None` where a bit or the context differs.
    pub(crate) fn open(&self, key: &Key, context: &Context) -> Option<Vec<u8>> {
        let associated = associated_data(self.head, context);
        let mut bytes = self.sealed.to_vec();
        let clear = cipher(key.material(&self.material_id)?)?
            .open_in_place(Nonce::assume_unique_for_key(self.nonce), Aad::from(associated), &mut bytes)
            .ok()?;
        Some(clear.to_vec())
    }
}

fn cipher(material: &Material) -> Option<LessSafeKey> {
    let bytes = hex::decode(material.secret.expose()).ok()?;
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes).ok()?))
}

/// The head and the context, each part with its length, so that no two contexts read alike.
fn associated_data(head: &[u8], context: &Context) -> Vec<u8> {
    let mut bytes = head.to_vec();
    for part in context.iter().flat_map(|(name, value)| [name, value]) {
        bytes.extend_from_slice(part.len().to_string().as_bytes());
        bytes.push(b':');
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::kms::key::KeyKind;
    use crate::aws::policy::{Attached, Policy};

    #[test]
    fn opens_only_whole_and_with_the_same_context() {
        let policy = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}}"#;
        let mut key = Key::new("1", "us-east-1", KeyKind::Symmetric, Policy::parse(policy, Attached::Key).unwrap(), 0);
        let context: Context = [("a".to_owned(), "1".to_owned())].into();
        let blob = seal(&key, b"secret", &context).unwrap();
        key.rotate_on_demand(1).unwrap();
        assert_eq!(read(&blob).unwrap().open(&key, &context).unwrap(), b"secret");
        assert_eq!(read(&blob).unwrap().open(&key, &Context::new()), None);
        for at in 0..blob.len() {
            let mut bent = blob.clone();
            bent[at] ^= 1;
            let opened = read(&bent).and_then(|blob| {
                // The head names another key then, as the caller would find out.
                (blob.key_id == key.id).then_some(blob)?.open(&key, &context)
            });
            assert_eq!(opened, None, "bit of byte {at}");
        }
        assert!(read(&blob[..HEAD_LEN - 1]).is_none());
    }

    #[test]
    fn tells_contexts_apart() {
        let context = |pairs: &[(&str, &str)]| -> Context {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let of = |pairs: &[(&str, &str)]| associated_data(b"", &context(pairs));
        assert_ne!(of(&[("a", "b1:c")]), of(&[("a", "b"), ("c", "")]));
        assert_ne!(of(&[("ab", "c")]), of(&[("a", "bc")]));
    }
}
