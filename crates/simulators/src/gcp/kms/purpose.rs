//! What a key is for, by which algorithm and behind which protection, and what of these goes together.
//! It must not know a key.
//!
//! Source: "Key purposes and algorithms", Cloud KMS documentation. One or two algorithms stand for each purpose
//! whose keys are states only here.

use serde::{Deserialize, Serialize};

use crate::gcp::enumeration::Enumeration;
use crate::gcp::error::Status;

/// What a key is for. All but `EncryptDecrypt` are states only: no such key can be used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Encrypt and Decrypt, with additional authenticated data.
    EncryptDecrypt,
    /// AsymmetricSign.
    AsymmetricSign,
    /// AsymmetricDecrypt.
    AsymmetricDecrypt,
    /// RawEncrypt and RawDecrypt.
    RawEncryptDecrypt,
    /// MacSign and MacVerify.
    Mac,
}

impl Enumeration for Purpose {
    const ALL: &'static [(Self, &'static str, i64)] = &[
        (Self::EncryptDecrypt, "ENCRYPT_DECRYPT", 1),
        (Self::AsymmetricSign, "ASYMMETRIC_SIGN", 5),
        (Self::AsymmetricDecrypt, "ASYMMETRIC_DECRYPT", 6),
        (Self::RawEncryptDecrypt, "RAW_ENCRYPT_DECRYPT", 7),
        (Self::Mac, "MAC", 9),
    ];
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Algorithm {
    GoogleSymmetricEncryption,
    RsaSignPss2048Sha256,
    EcSignP256Sha256,
    RsaDecryptOaep2048Sha256,
    Aes256Gcm,
    HmacSha256,
}

impl Enumeration for Algorithm {
    const ALL: &'static [(Self, &'static str, i64)] = &[
        (Self::GoogleSymmetricEncryption, "GOOGLE_SYMMETRIC_ENCRYPTION", 1),
        (Self::RsaSignPss2048Sha256, "RSA_SIGN_PSS_2048_SHA256", 2),
        (Self::EcSignP256Sha256, "EC_SIGN_P256_SHA256", 12),
        (Self::RsaDecryptOaep2048Sha256, "RSA_DECRYPT_OAEP_2048_SHA256", 8),
        (Self::Aes256Gcm, "AES_256_GCM", 19),
        (Self::HmacSha256, "HMAC_SHA256", 32),
    ];
}

impl Algorithm {
    fn purpose(self) -> Purpose {
        match self {
            Self::GoogleSymmetricEncryption => Purpose::EncryptDecrypt,
            Self::RsaSignPss2048Sha256 | Self::EcSignP256Sha256 => Purpose::AsymmetricSign,
            Self::RsaDecryptOaep2048Sha256 => Purpose::AsymmetricDecrypt,
            Self::Aes256Gcm => Purpose::RawEncryptDecrypt,
            Self::HmacSha256 => Purpose::Mac,
        }
    }

    /// The first of those that serve a purpose.
    pub(crate) fn default_for(purpose: Purpose) -> Self {
        let mut all = Self::ALL.iter().map(|(algorithm, ..)| *algorithm);
        all.find(|algorithm| algorithm.purpose() == purpose).unwrap_or(Self::GoogleSymmetricEncryption)
    }

    /// Errors: INVALID_ARGUMENT where it does not serve the purpose.
    pub(crate) fn check(self, purpose: Purpose) -> Result<(), Status> {
        if self.purpose() == purpose {
            return Ok(());
        }
        Err(Status::invalid(format!("Algorithm {} is not valid for purpose {}.", self.name(), purpose.name())))
    }
}

/// Where a key's material lives. Keys of an HSM are ordinary ones here, with the HSM's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// In software.
    Software,
    /// In a hardware security module.
    Hsm,
}

impl Enumeration for Protection {
    const ALL: &'static [(Self, &'static str, i64)] = &[(Self::Software, "SOFTWARE", 1), (Self::Hsm, "HSM", 2)];
}
