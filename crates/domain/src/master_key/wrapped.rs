//! A wrapped key: the only form in which a master key is stored (product.md 3.1). Must not know a cipher, nor how a
//! provider is asked.
//!
//! ```text
//!   master key bytes ── AES-256-GCM, data key, associated data: id, project, cluster, revision ──► sealed
//!   data key         ── customer key, context: project, cluster, id                            ──► wrapped_data_key
//! ```

use crate::customer_key::{CustomerKeyNumber, ProviderKind, WrappedDataKey};

/// A master key's bytes as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Whose customer key wrapped the data key.
    pub provider: ProviderKind,
    /// Which of the project's customer keys at that provider.
    pub customer_key: CustomerKeyNumber,
    /// The cluster's name when the data key was wrapped; unwrapping must name it again.
    pub cluster_name: String,
    /// The data key, wrapped.
    pub data_key: WrappedDataKey,
    /// The bytes under the data key: ciphertext, tag, nonce.
    pub sealed: Vec<u8>,
    /// Counts the sealings of the bytes, from 1, and is bound into them. Wrapping the data key again is no sealing.
    pub revision: i64,
}
