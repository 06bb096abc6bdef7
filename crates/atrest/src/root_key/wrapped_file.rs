//! The small file that holds the wrapped root key, and says what wrapped it. No secret: it opens nothing
//! without the service. Must not ask any service.

use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use storage::RootKey;

use super::wrapper;
use crate::config::WrapperConfig;

/// The only shape there is so far.
const FORMAT: u32 = 1;
/// No true file is longer. Unit: bytes.
const LONGEST: u64 = 64 * 1024;

/// The wrapped root key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct WrappedFile {
    format: u32,
    /// Names the root key without telling anything about it; what is unwrapped must have this name.
    pub(super) root_key_id: String,
    wrapped_by: WrappedBy,
    /// The service's name of the key when it wrapped: for people, and for a refusal's words.
    pub(super) key: String,
    /// As the service spells it; base64 where it is bytes.
    pub(super) ciphertext: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WrappedBy {
    AwsKms,
    VaultTransit,
}

impl WrappedBy {
    const fn of(by: &WrapperConfig) -> Self {
        match by {
            WrapperConfig::AwsKms { .. } => Self::AwsKms,
            WrapperConfig::Vault(_) => Self::VaultTransit,
        }
    }
}

impl WrappedFile {
    pub(super) fn new(by: &WrapperConfig, ciphertext: String) -> Self {
        Self {
            format: FORMAT,
            root_key_id: String::new(),
            wrapped_by: WrappedBy::of(by),
            key: wrapper::key(by),
            ciphertext,
        }
    }

    /// Reads a file: no link, not in the data folder, not to be written by others, and in our form.
    /// Errors: what is unfit, and what to do.
    pub(super) fn read(path: &Path, data_dir: Option<&Path>) -> anyhow::Result<Self> {
        let file = RootKey::open_apart(path, data_dir)?;
        let mode = file.metadata().with_context(|| format!("look at {}", path.display()))?.mode() & 0o777;
        anyhow::ensure!(
            mode & 0o022 == 0,
            "{} can be written by other users (mode {mode:o}); run chmod go-w on it",
            path.display()
        );
        let mut text = String::new();
        let read = file.take(LONGEST).read_to_string(&mut text);
        read.with_context(|| format!("read {}", path.display()))?;
        let broken =
            || format!("{} is no wrapped root key of ours; bring back the file as it was made", path.display());
        let wrapped: Self = serde_json::from_str(&text).with_context(broken)?;
        anyhow::ensure!(
            wrapped.format == FORMAT,
            "{} has format {}, and this version knows {FORMAT}: use a newer atrest",
            path.display(),
            wrapped.format
        );
        Ok(wrapped)
    }

    /// Tells whether the configured service is the one that wrapped.
    /// Errors: which one did, and which one is configured.
    pub(super) fn check_wrapper(&self, by: &WrapperConfig, path: &Path) -> anyhow::Result<()> {
        let configured = WrappedBy::of(by);
        let name = |by| match by {
            WrappedBy::AwsKms => "AWS KMS",
            WrappedBy::VaultTransit => "Vault or OpenBao",
        };
        anyhow::ensure!(
            configured == self.wrapped_by,
            "{} was wrapped by {} with {}, but [root_key] names {}: name what wrapped it, or move with `atrest root-key rotate --to-config`",
            path.display(),
            name(self.wrapped_by),
            self.key,
            name(configured)
        );
        Ok(())
    }

    /// Writes a new file durably.
    /// Errors: there is a file already; it cannot be written.
    pub(super) fn write(mut self, root_key_id: &str, path: &Path) -> anyhow::Result<()> {
        self.root_key_id = root_key_id.to_owned();
        let mut text = serde_json::to_string_pretty(&self).context("spell the wrapped root key")?;
        text.push('\n');
        Ok(RootKey::write_new(path, text.as_bytes())?)
    }
}
