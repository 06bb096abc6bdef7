//! What a door needs to know who asks: the credentials on file, tokens, used-up nonces.
//! Must not know Digest, JWT or any other way of proving.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::{constant_time, digest};
use domain::Bug;
use domain::id::{OrgId, ServiceAccountId};
use domain::secret::SecretText;
use domain::service_account::{CLIENT_ID_PREFIX, ServiceAccount};
use domain::time::Timestamp;
pub use storage::StoredApiKey as ApiKeyRecord;
use storage::{AccessToken, Outcome};

use crate::{Control, Error};

/// How exactly the last use of a secret is known: a client that asks for tokens all the time is no reason to write so.
const USE_NOTED_EVERY: Duration = Duration::from_secs(60);

impl Control {
    /// Finds an API key by its public half.
    /// Errors: those of the store.
    pub async fn api_key(&self, public_key: &str) -> Result<Option<Arc<ApiKeyRecord>>, Error> {
        Ok(self.store().api_key_by_public_key(public_key).await?)
    }

    /// Finds a service account.
    /// Errors: those of the store.
    pub async fn service_account(&self, id: ServiceAccountId) -> Result<Option<Arc<ServiceAccount>>, Error> {
        Ok(self.store().service_account(id).await?)
    }

    /// Tells whether an organization demands that its API keys and service accounts have access lists.
    /// Errors: those of the store.
    pub async fn demands_access_lists(&self, org: OrgId) -> Result<bool, Error> {
        Ok(self.store().org_settings(org).await?.is_some_and(|settings| settings.api_access_list_required))
    }

    /// Finds the service account that a client id and a live secret of it belong to, and notes the secret's use.
    /// An unknown id costs as much as a wrong secret.
    /// Errors: those of the store.
    pub async fn prove_service_account(
        &self,
        client_id: &str,
        secret: &SecretText,
    ) -> Result<Option<Arc<ServiceAccount>>, Error> {
        let id = client_id.strip_prefix(CLIENT_ID_PREFIX).and_then(|id| id.parse().ok());
        let id = id.unwrap_or(ServiceAccountId::from_random([0; 12]));
        let offered = hash_secret(secret);
        let now = self.now();
        let secrets = self.store().service_account_secrets(id).await?;
        let mut live = secrets.iter().filter(|kept| kept.expires_at > now);
        let proof = live.find(|kept| constant_time::verify_slices_are_equal(&kept.sha256, &offered).is_ok());
        let Some(proof) = proof else { return Ok(None) };
        if proof.last_used_at.is_none_or(|noted| noted + USE_NOTED_EVERY <= now) {
            self.store().note_service_account_secret_use(proof.id, now).await?;
        }
        self.service_account(id).await
    }

    /// Puts an access token on file, so that it counts until it expires or is revoked.
    /// Errors: those of the store.
    pub async fn remember_token(
        &self,
        jti: &str,
        account: ServiceAccountId,
        expires_at: Timestamp,
    ) -> Result<(), Error> {
        let token = AccessToken { jti: jti.to_owned(), account, expires_at };
        match self.store().insert_access_token(&token).await? {
            Outcome::Saved => Ok(()),
            Outcome::Conflict | Outcome::InUse => Err(Error::Bug(Bug("a random token id is new"))),
        }
    }

    /// Tells whether an access token is on file.
    /// Errors: those of the store.
    pub async fn token_is_live(&self, jti: &str) -> Result<bool, Error> {
        Ok(self.store().access_token_is_live(jti, self.now()).await?)
    }

    /// Takes an access token off file. Doing it twice is no fault.
    /// Errors: those of the store.
    pub async fn revoke_token(&self, jti: &str) -> Result<(), Error> {
        self.store().revoke_access_token(jti).await?;
        Ok(())
    }

    /// Uses up a nonce and its counter for every replica. Gives true for the first use.
    /// Errors: those of the store.
    pub async fn burn_nonce(&self, nonce: &str, count: u32, expires_at: Timestamp) -> Result<bool, Error> {
        Ok(self.store().burn_nonce(nonce, count, expires_at).await?)
    }
}

/// Hashes a client secret as it is kept. It is 256 random bits, so one round of SHA-256 is enough.
pub(crate) fn hash_secret(secret: &SecretText) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, secret.expose().as_bytes()).as_ref());
    hash
}
