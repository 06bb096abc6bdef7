//! Answers that are bent on purpose, so that a client's checks of them can be tested.
//! It must not know where a client checks.

/// How an answer is bent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corruption {
    /// Encrypt: the checksum is another text's.
    CiphertextCrc32c,
    /// Encrypt: a bit of the ciphertext is flipped, and the checksum is of what it was.
    Ciphertext,
    /// Encrypt: the plaintext's checksum was not verified, as one that was lost on the way is not.
    Unverified,
    /// Encrypt: another version answers.
    KeyVersion,
    /// Decrypt: the checksum is another text's.
    PlaintextCrc32c,
    /// Decrypt: a bit of the plaintext is flipped, and the checksum is of what it was.
    Plaintext,
}

impl Corruption {
    pub(crate) fn is_of_encrypt(self) -> bool {
        match self {
            Self::CiphertextCrc32c | Self::Ciphertext | Self::Unverified | Self::KeyVersion => true,
            Self::PlaintextCrc32c | Self::Plaintext => false,
        }
    }

    pub(crate) fn is_of_decrypt(self) -> bool {
        !self.is_of_encrypt()
    }

    /// Takes the first that fits.
    pub(crate) fn take(armed: &mut Vec<Self>, fits: fn(Self) -> bool) -> Option<Self> {
        let at = armed.iter().position(|corruption| fits(*corruption))?;
        Some(armed.remove(at))
    }
}
