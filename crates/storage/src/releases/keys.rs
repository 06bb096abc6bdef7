//! The two keys of the record of releases: one chains its lines, one signs its heads. Both are random, made when the
//! first release is recorded, and lie sealed in `instance_settings`: exchanging the root key leaves them as they are.

use std::sync::Arc;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use domain::Bug;
use domain::secret::SecretBytes;
use tokio::sync::OnceCell;

use crate::error::{Result, StoreError};
use crate::{Outcome, Store};

const CHAIN_KEY: &str = "release_chain_key";
const SIGNING_KEY: &str = "release_signing_key";

/// The keys, once they were needed.
#[derive(Default)]
pub(crate) struct ReleaseKeys {
    chain: OnceCell<hmac::Key>,
    signing: OnceCell<Arc<Ed25519KeyPair>>,
}

impl Store {
    /// Gives the key that chains lines, and makes it and the signing key if this is the first release.
    pub(super) async fn chain_key_made(&self) -> Result<hmac::Key> {
        if let Some(key) = self.release_keys().chain.get() {
            return Ok(key.clone());
        }
        for name in [CHAIN_KEY, SIGNING_KEY] {
            make_if_absent(self, name).await?;
        }
        self.chain_key().await?.ok_or(StoreError::Bug(Bug("what was just made is there")))
    }

    /// Gives the key that chains lines, if there is one.
    pub(super) async fn chain_key(&self) -> Result<Option<hmac::Key>> {
        let known = &self.release_keys().chain;
        if known.get().is_none() {
            let Some(secret) = self.instance_secret::<32>(CHAIN_KEY).await? else { return Ok(None) };
            // Whoever read it first has read the same.
            let _first = known.set(hmac::Key::new(hmac::HMAC_SHA256, secret.expose()));
        }
        Ok(known.get().cloned())
    }

    /// Gives the key that signs heads, if there is one.
    pub(super) async fn signing_key(&self) -> Result<Option<Arc<Ed25519KeyPair>>> {
        let known = &self.release_keys().signing;
        if known.get().is_none() {
            let Some(seed) = self.instance_secret::<32>(SIGNING_KEY).await? else { return Ok(None) };
            let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose());
            let pair = pair.map_err(|_| StoreError::Bug(Bug("every 32 bytes are a key to sign with")))?;
            let _first = known.set(Arc::new(pair));
        }
        Ok(known.get().cloned())
    }
}

async fn make_if_absent(store: &Store, name: &str) -> Result<()> {
    if store.instance_secret::<32>(name).await?.is_some() {
        return Ok(());
    }
    let secret = SecretBytes::<32>::fill(|place| aws_lc_rs::rand::fill(place));
    let secret = secret.map_err(|_| StoreError::Bug(Bug("the system has random bytes")))?;
    match store.insert_instance_secret(name, &secret).await? {
        // Another process made it at the same time: that one counts.
        Outcome::Saved | Outcome::Conflict | Outcome::InUse => Ok(()),
    }
}
