//! Encrypting and decrypting with a master key, in here: AES in CBC, padded as PKCS #5 says or not at all, and in GCM.
//! The cryptography is aws-lc's; here stand the rules of lengths, and that a wrong padding and a wrong tag are one
//! failure without a difference. Must not know who asks, nor whether he may.

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    self, AES_128, AES_192, AES_256, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext,
    UnboundCipherKey,
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::iv::FixedLength;
use domain::Bug;
use domain::master_key::MasterKeyId;
use domain::master_key::access::Act;
use domain::master_key::usage::Use;
use domain::release::ReleaseAct;
use domain::secret::SecretSlice;

use super::{Asker, MasterKeyError};
use crate::{Control, Error, random};

/// Unit: bytes.
const BLOCK: usize = 16;
/// Unit: bytes.
const GCM_IV: usize = 12;
/// Unit: bytes.
const GCM_TAG: usize = 16;
/// The most data taken at once; no message brings more. Unit: bytes.
const DATA_MAX: usize = 16 * 1024 * 1024;

/// How blocks are chained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// CBC, padded to whole blocks as PKCS #5 and #7 say.
    CbcPkcs5,
    /// CBC of whole blocks, with no padding.
    Cbc,
    /// GCM.
    Gcm {
        /// How much of the tag is given, 12 to 16. Unit: bytes.
        tag_length: usize,
    },
}

/// How to encrypt or decrypt.
#[derive(Debug, Clone, Copy)]
pub struct Cipher<'a> {
    /// How blocks are chained.
    pub mode: Mode,
    /// The initialisation vector: 16 bytes for CBC, 12 for GCM. To encrypt, none draws one.
    pub iv: Option<&'a [u8]>,
    /// What is authenticated beside the data, in GCM.
    pub aad: &'a [u8],
}

/// What came of encrypting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encrypted {
    /// The encrypted data, without the tag.
    pub data: Vec<u8>,
    /// The initialisation vector it was encrypted with.
    pub iv: Vec<u8>,
    /// The tag, in GCM.
    pub tag: Option<Vec<u8>>,
}

/// Why data is not encrypted or decrypted. The fault is the request's in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CipherFault {
    /// It takes an initialisation vector to decrypt.
    IvMissing,
    /// The initialisation vector has another length than the mode wants.
    IvLength {
        /// What it wants. Unit: bytes.
        needed: usize,
    },
    /// The data is not whole blocks.
    DataLength {
        /// How long a block is. Unit: bytes.
        block: usize,
    },
    /// There is more data than is taken at once.
    TooLong {
        /// How much that is. Unit: bytes.
        most: usize,
    },
    /// A tag has 12 to 16 bytes, and as many as the parameters say.
    TagLength,
    /// It takes a tag to decrypt in GCM.
    TagMissing,
    /// The mode authenticates nothing, so there is no use in a tag or in additional data.
    NotAuthenticated,
    /// The data does not decrypt with this key, vector, tag and additional data. Which of them is wrong is not said.
    NotDecrypted,
    /// The key's bytes are of no length that the cipher takes.
    KeyLength,
}

impl Control {
    /// Encrypts data with a key that the node may use so. The use is recorded as a release before it begins.
    /// Errors: `NotFound`, `ReadOnly`, `Use`, `NoKey`, `Cipher`.
    /// Cancel: nothing but a record of a use may remain.
    pub async fn encrypt_with_master_key(
        &self,
        asker: Asker<'_>,
        id: MasterKeyId,
        cipher: Cipher<'_>,
        data: &SecretSlice,
    ) -> Result<Encrypted, Error> {
        let released = self.release(asker, id, Act::Encrypt, Use::Encrypt, ReleaseAct::Encrypt).await?;
        encrypt(&released.material, cipher, data)
    }

    /// Decrypts data with a key that the node may use so. The use is recorded as a release before it begins.
    /// Errors: `NotFound`, `Use`, `NoKey`, `Cipher`.
    /// Cancel: nothing but a record of a use may remain.
    pub async fn decrypt_with_master_key(
        &self,
        asker: Asker<'_>,
        id: MasterKeyId,
        cipher: Cipher<'_>,
        data: &[u8],
        tag: Option<&[u8]>,
    ) -> Result<SecretSlice, Error> {
        let released = self.release(asker, id, Act::Decrypt, Use::Decrypt, ReleaseAct::Decrypt).await?;
        Ok(decrypt(&released.material, cipher, data, tag)?)
    }
}

fn encrypt(key: &SecretSlice, cipher: Cipher<'_>, data: &SecretSlice) -> Result<Encrypted, Error> {
    let Cipher { mode, iv, aad } = cipher;
    let length = data.expose().len();
    refuse_long(length)?;
    match mode {
        Mode::CbcPkcs5 | Mode::Cbc => {
            refuse_authentication(aad, None)?;
            let pad = if mode == Mode::CbcPkcs5 { BLOCK - length % BLOCK } else { 0 };
            if !(length + pad).is_multiple_of(BLOCK) {
                return Err(CipherFault::DataLength { block: BLOCK }.into());
            }
            let iv = iv_or_random::<BLOCK>(iv)?;
            let key = EncryptingKey::cbc(cipher_key(key)?).map_err(|_| CipherFault::KeyLength)?;
            // Done in a place that is wiped if it fails halfway.
            let done = SecretSlice::fill(length + pad, |place| {
                let (head, tail) = place.split_at_mut_checked(length).ok_or(BUG)?;
                head.copy_from_slice(data.expose());
                tail.fill(u8::try_from(pad).map_err(|_| BUG)?);
                key.less_safe_encrypt(place, EncryptionContext::Iv128(FixedLength::from(iv)))
                    .map(|_| ())
                    .map_err(|_| BUG)
            });
            let data = done.map_err(Error::Bug)?.expose().to_vec();
            Ok(Encrypted { data, iv: iv.to_vec(), tag: None })
        }
        Mode::Gcm { tag_length } => {
            refuse_tag_length(tag_length)?;
            let iv = iv_or_random::<GCM_IV>(iv)?;
            let (data, tag) = seal(&gcm_key(key)?, iv, aad, data.expose()).map_err(Error::Bug)?;
            let tag = tag.get(..tag_length).map(<[u8]>::to_vec);
            Ok(Encrypted { data: data.expose().to_vec(), iv: iv.to_vec(), tag })
        }
    }
}

fn decrypt(key: &SecretSlice, cipher: Cipher<'_>, data: &[u8], tag: Option<&[u8]>) -> Result<SecretSlice, CipherFault> {
    let Cipher { mode, iv, aad } = cipher;
    refuse_long(data.len())?;
    let iv = iv.ok_or(CipherFault::IvMissing)?;
    match mode {
        Mode::CbcPkcs5 | Mode::Cbc => {
            refuse_authentication(aad, tag)?;
            let iv = fixed::<BLOCK>(iv)?;
            if !data.len().is_multiple_of(BLOCK) || (data.is_empty() && mode == Mode::CbcPkcs5) {
                return Err(CipherFault::DataLength { block: BLOCK });
            }
            let key = DecryptingKey::cbc(cipher_key(key)?).map_err(|_| CipherFault::KeyLength)?;
            let clear = SecretSlice::fill(data.len(), |place| {
                place.copy_from_slice(data);
                let context = DecryptionContext::Iv128(FixedLength::from(iv));
                key.decrypt(place, context).map(|_| ()).map_err(|_| CipherFault::NotDecrypted)
            })?;
            if mode == Mode::CbcPkcs5 { without_padding(&clear) } else { Ok(clear) }
        }
        Mode::Gcm { tag_length } => {
            let tag = tag.ok_or(CipherFault::TagMissing)?;
            refuse_tag_length(tag_length)?;
            if tag.len() != tag_length {
                return Err(CipherFault::TagLength);
            }
            let (iv, key) = (fixed::<GCM_IV>(iv)?, gcm_key(key)?);
            if tag_length == GCM_TAG {
                return SecretSlice::fill(data.len(), |place| {
                    let nonce = Nonce::assume_unique_for_key(iv);
                    key.open_separate_gather(nonce, Aad::from(aad), data, tag, place)
                        .map_err(|_| CipherFault::NotDecrypted)
                });
            }
            open_by_short_tag(&key, iv, aad, data, tag)
        }
    }
}

/// What cannot happen once lengths are right.
const BUG: Bug = Bug("a cipher takes what was measured for it");

/// Opens what a part of a tag stands for. In GCM, encrypting is its own inverse but for the tag: encrypted once
/// more, the data is clear, and that encrypted again shows the whole tag that belongs to it.
fn open_by_short_tag(
    key: &LessSafeKey,
    iv: [u8; GCM_IV],
    aad: &[u8],
    data: &[u8],
    tag: &[u8],
) -> Result<SecretSlice, CipherFault> {
    let failed = |_| CipherFault::NotDecrypted;
    let (clear, _) = seal(key, iv, aad, data).map_err(failed)?;
    let (_, whole) = seal(key, iv, aad, clear.expose()).map_err(failed)?;
    let expected = whole.get(..tag.len()).ok_or(CipherFault::TagLength)?;
    verify_slices_are_equal(expected, tag).map_err(|_| CipherFault::NotDecrypted)?;
    Ok(clear)
}

fn seal(key: &LessSafeKey, iv: [u8; GCM_IV], aad: &[u8], data: &[u8]) -> Result<(SecretSlice, [u8; GCM_TAG]), Bug> {
    let mut tag = [0; GCM_TAG];
    let sealed = SecretSlice::fill(data.len(), |place| {
        let nonce = Nonce::assume_unique_for_key(iv);
        key.seal_out_of_place_scatter(nonce, Aad::from(aad), data, place, &[], &mut tag).map_err(|_| BUG)
    })?;
    Ok((sealed, tag))
}

/// Takes the padding off, in a time that tells nothing of where it was wrong.
fn without_padding(clear: &SecretSlice) -> Result<SecretSlice, CipherFault> {
    let bytes = clear.expose();
    let block = bytes.last_chunk::<BLOCK>().ok_or(CipherFault::NotDecrypted)?;
    let pad = block.last().map_or(0, |last| u32::from(*last));
    // 1 where the padding is of no possible length.
    let mut wrong = u32::from(pad == 0) | u32::from(pad > 16);
    for (from_end, byte) in (1u32..).zip(block.iter().rev()) {
        let belongs = u32::from(from_end <= pad);
        wrong |= belongs * (u32::from(*byte) ^ pad);
    }
    if std::hint::black_box(wrong) != 0 {
        return Err(CipherFault::NotDecrypted);
    }
    let length = bytes.len().saturating_sub(usize::try_from(pad).unwrap_or(0));
    Ok(SecretSlice::copied(bytes.get(..length).ok_or(CipherFault::NotDecrypted)?))
}

fn cipher_key(key: &SecretSlice) -> Result<UnboundCipherKey, CipherFault> {
    let bytes = key.expose();
    let algorithm: &'static cipher::Algorithm = match bytes.len() {
        16 => &AES_128,
        24 => &AES_192,
        32 => &AES_256,
        _ => return Err(CipherFault::KeyLength),
    };
    UnboundCipherKey::new(algorithm, bytes).map_err(|_| CipherFault::KeyLength)
}

fn gcm_key(key: &SecretSlice) -> Result<LessSafeKey, CipherFault> {
    let bytes = key.expose();
    let algorithm: &'static aead::Algorithm = match bytes.len() {
        16 => &aead::AES_128_GCM,
        24 => &aead::AES_192_GCM,
        32 => &aead::AES_256_GCM,
        _ => return Err(CipherFault::KeyLength),
    };
    Ok(LessSafeKey::new(UnboundKey::new(algorithm, bytes).map_err(|_| CipherFault::KeyLength)?))
}

fn iv_or_random<const N: usize>(iv: Option<&[u8]>) -> Result<[u8; N], Error> {
    match iv {
        Some(iv) => Ok(fixed(iv)?),
        None => {
            let mut drawn = [0; N];
            random(&mut drawn)?;
            Ok(drawn)
        }
    }
}

fn fixed<const N: usize>(iv: &[u8]) -> Result<[u8; N], CipherFault> {
    iv.try_into().map_err(|_| CipherFault::IvLength { needed: N })
}

const fn refuse_long(length: usize) -> Result<(), CipherFault> {
    if length > DATA_MAX { Err(CipherFault::TooLong { most: DATA_MAX }) } else { Ok(()) }
}

const fn refuse_tag_length(length: usize) -> Result<(), CipherFault> {
    if matches!(length, 12..=GCM_TAG) { Ok(()) } else { Err(CipherFault::TagLength) }
}

const fn refuse_authentication(aad: &[u8], tag: Option<&[u8]>) -> Result<(), CipherFault> {
    if aad.is_empty() && tag.is_none() { Ok(()) } else { Err(CipherFault::NotAuthenticated) }
}

impl From<CipherFault> for Error {
    fn from(fault: CipherFault) -> Self {
        Self::MasterKey(MasterKeyError::Cipher(fault))
    }
}

#[cfg(test)]
mod tests;
