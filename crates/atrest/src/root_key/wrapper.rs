//! The services that wrap the root key, one arm each. Must not know a service's wire.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::secret::SecretBytes;
use providers::Deadline;
use providers::aws_kms::OperatorKey;

use super::aws_kms;
use super::patience::{Refusal, keep_asking};
use super::vault::Vault;
use super::wrapped_file::WrappedFile;
use crate::config::{CloudsConfig, WrapperConfig};
use crate::house;

/// A service that wraps, ready to be asked.
pub(super) enum Wrapper<'c> {
    AwsKms(Box<OperatorKey>),
    Vault(Vault<'c>),
}

/// Names a service and its key for people.
pub(super) fn name(by: &WrapperConfig) -> String {
    match by {
        WrapperConfig::AwsKms { key } => format!("AWS KMS with {key}"),
        WrapperConfig::Vault(vault) => format!("Vault at {} with {}", vault.address, key(by)),
    }
}

/// Gives the service's name of the key.
pub(super) fn key(by: &WrapperConfig) -> String {
    match by {
        WrapperConfig::AwsKms { key } => key.clone(),
        WrapperConfig::Vault(vault) => format!("{}/{}", vault.mount, vault.key),
    }
}

impl<'c> Wrapper<'c> {
    /// Sets up the service's client. Nothing is asked yet.
    /// Errors: faults of the settings.
    pub(super) fn new(by: &'c WrapperConfig, clouds: &CloudsConfig) -> anyhow::Result<Self> {
        match by {
            WrapperConfig::AwsKms { key } => {
                let config = clouds.clone().providers();
                let opened = OperatorKey::open(config, key).map_err(|faults| house::config_faults(&faults))?;
                Ok(Self::AwsKms(Box::new(opened)))
            }
            WrapperConfig::Vault(config) => Ok(Self::Vault(Vault::new(config)?)),
        }
    }

    /// Wraps a root key, and gives what a wrapped file holds.
    /// Errors: which service refused, its words, and what to do.
    pub(super) async fn wrap(&self, root_key: &SecretBytes<32>) -> anyhow::Result<String> {
        match self {
            Self::AwsKms(key) => {
                let wrapped = keep_asking("AWS KMS", async |until| {
                    key.wrap(root_key, Deadline::at(until)).await.map_err(|failure| aws_kms::refusal(&failure))
                });
                Ok(STANDARD.encode(wrapped.await?))
            }
            Self::Vault(vault) => keep_asking("Vault", async |_| vault.encrypt(root_key).await).await,
        }
    }

    /// Unwraps what a wrapped file holds.
    /// Errors: which service refused, its words, and what to do.
    pub(super) async fn unwrap(&self, wrapped: &WrappedFile) -> anyhow::Result<SecretBytes<32>> {
        let blame = |refusal: Refusal| refusal.of_key(&wrapped.key);
        match self {
            Self::AwsKms(key) => {
                let ciphertext = STANDARD.decode(&wrapped.ciphertext);
                let ciphertext =
                    ciphertext.context("the ciphertext is not base64; bring back the file as it was made")?;
                keep_asking("AWS KMS", async |until| {
                    let unwrapped = key.unwrap(&ciphertext, Deadline::at(until)).await;
                    unwrapped.map_err(|failure| blame(aws_kms::refusal(&failure)))
                })
                .await
            }
            Self::Vault(vault) => {
                keep_asking("Vault", async |_| vault.decrypt(&wrapped.ciphertext).await.map_err(blame)).await
            }
        }
    }
}
