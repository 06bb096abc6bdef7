//! The narrow slice of the Key Vault SDK we use: get, encrypt, decrypt. The SDK asks the vault what token it
//! wants; it is given the one of this call whatever the vault answers, so that no challenge chooses where
//! credentials go. Must not know how the token was come by, nor what an answer is good for.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::http::{ClientOptions, RequestContent, Response, RetryOptions, Transport};
use azure_core::time::{Duration, OffsetDateTime};
use azure_security_keyvault_keys::models::{
    EncryptionAlgorithm, Key, KeyClientEncryptOptions, KeyClientGetKeyOptions, KeyOperationParameters,
    KeyOperationResult,
};
use azure_security_keyvault_keys::{KeyClient, KeyClientOptions};
use domain::customer_key::VersionlessKeys;
use domain::customer_key::azure_key_vault::{AzureEnvironment, KeyIdentifier, VaultName};
use domain::time::Timestamp;
use zeroize::{Zeroize, Zeroizing};

use super::classify::{Operation, classify};
use super::token::Token;
use super::wire::{Wire, quiet};
use crate::clock::http_date;
use crate::refused::Refused;

/// The longest that RSA of 2048 bits takes by OAEP with SHA-256. Unit: bytes.
const LONGEST: usize = 256 - 2 * 32 - 2;

/// A vault, and the token that is shown to it.
pub(super) struct Vault<'a> {
    wire: &'a Wire,
    environment: AzureEnvironment,
    name: &'a VaultName,
    token: &'a Token,
    /// What must not turn up in any text.
    secrets: [&'a str; 2],
    client: Arc<KeyClient>,
}

/// What encrypting gave.
pub(super) struct Encrypted {
    pub(super) ciphertext: Vec<u8>,
    /// The key's address with the version that encrypted.
    pub(super) kid: String,
    pub(super) key: KeyIdentifier,
}

/// What a look at a key gave.
pub(super) struct Look {
    pub(super) key: Key,
    /// The vault's time.
    pub(super) answered_at: Option<Timestamp>,
}

impl<'a> Vault<'a> {
    /// Goes to the vault by a way, which is the private path where there is one.
    /// Errors: the SDK would not make a client.
    pub(super) fn new(
        wire: &'a Wire,
        (environment, name): (AzureEnvironment, &'a VaultName),
        (token, secret): (&'a Token, &'a str),
    ) -> Result<Self, Refused> {
        let address = wire.places.vault(environment, name);
        let client = token.vault(&address, wire.pin(), || client(wire, environment, &address, token));
        let client = client.map_err(|_| Refused::unexpected("no client for the vault can be made"))?;
        Ok(Self { wire, environment, name, token, secrets: [token.expose(), secret], client })
    }

    /// Looks at a key, or at its newest version.
    pub(super) async fn look(&self, key: &KeyIdentifier) -> Result<Look, Refused> {
        let options = KeyClientGetKeyOptions { key_version: version(key), ..Default::default() };
        let answer = quiet(self.client.get_key(key.name(), Some(options))).await;
        let answer = answer.map_err(|error| classify(&error, Operation::GetKey, &self.secrets))?;
        let answered_at = answered_at(&answer);
        let seen: Key = answer.into_model().map_err(|error| classify(&error, Operation::GetKey, &self.secrets))?;
        let kid = seen.key.as_ref().and_then(|key| key.kid.as_deref());
        self.same(kid, key)
            .ok_or_else(|| Refused::unexpected("the vault answered with another key than was asked for"))?;
        Ok(Look { key: seen, answered_at })
    }

    /// Encrypts with a key, or with its newest version.
    pub(super) async fn encrypt(&self, key: &KeyIdentifier, plaintext: &[u8]) -> Result<Encrypted, Refused> {
        debug_assert!(plaintext.len() <= LONGEST, "ours is shorter");
        let options = KeyClientEncryptOptions { key_version: version(key), ..Default::default() };
        let answer = quiet(self.client.encrypt(key.name(), parameters(plaintext)?, Some(options))).await;
        let answer = answer.map_err(|error| classify(&error, Operation::Encrypt, &self.secrets))?;
        let done: KeyOperationResult =
            answer.into_model().map_err(|error| classify(&error, Operation::Encrypt, &self.secrets))?;
        let used = self.same(done.kid.as_deref(), key);
        match (done.result, done.kid, used) {
            (Some(ciphertext), Some(kid), Some(key)) if !ciphertext.is_empty() => {
                Ok(Encrypted { ciphertext, kid, key })
            }
            _ => Err(Refused::unexpected("encrypt answered without a value, or as another key than was asked for")),
        }
    }

    /// Decrypts with one version of a key.
    pub(super) async fn decrypt(&self, key: &KeyIdentifier, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refused> {
        let version = key.version().ok_or_else(|| Refused::unexpected("a wrapped key names no version"))?;
        let answer = quiet(self.client.decrypt(key.name(), version, parameters(ciphertext)?, None)).await;
        let answer = answer.map_err(|error| classify(&error, Operation::Decrypt, &self.secrets))?;
        let done: KeyOperationResult =
            answer.into_model().map_err(|error| classify(&error, Operation::Decrypt, &self.secrets))?;
        let plaintext = Zeroizing::new(done.result.unwrap_or_default());
        if self.same(done.kid.as_deref(), key).is_none() {
            return Err(Refused::unexpected("decrypt answered as another key than was asked for"));
        }
        Ok(plaintext)
    }

    /// Reads a key's address of this vault. It is never used as an address.
    pub(super) fn key(&self, kid: &str) -> Option<KeyIdentifier> {
        let suffix = self.wire.places.suffix(self.environment);
        KeyIdentifier::parse(kid, self.name, suffix, VersionlessKeys::Refuse)
    }

    /// Reads the key that the vault says it used, if it is the one that was asked for.
    fn same(&self, kid: Option<&str>, asked: &KeyIdentifier) -> Option<KeyIdentifier> {
        let used = self.key(kid?)?;
        let version = asked.version().zip(used.version());
        let fits = used.name().eq_ignore_ascii_case(asked.name())
            && version.is_none_or(|(asked, used)| asked.eq_ignore_ascii_case(used));
        fits.then_some(used)
    }

    /// Gives the token it shows.
    pub(super) const fn token(&self) -> &Token {
        self.token
    }
}

fn version(key: &KeyIdentifier) -> Option<String> {
    key.version().map(str::to_owned)
}

fn answered_at<T>(answer: &Response<T>) -> Option<Timestamp> {
    answer.headers().get_optional_str(&"date".into()).and_then(http_date)
}

fn parameters(value: &[u8]) -> Result<RequestContent<KeyOperationParameters>, Refused> {
    let mut parameters = KeyOperationParameters {
        algorithm: Some(EncryptionAlgorithm::RsaOaep256),
        value: Some(value.to_vec()),
        ..Default::default()
    };
    let content = RequestContent::try_from(parameters.clone());
    if let Some(value) = &mut parameters.value {
        value.zeroize();
    }
    content.map_err(|_| Refused::unexpected("a request could not be written"))
}

fn client(wire: &Wire, environment: AzureEnvironment, address: &str, token: &Token) -> azure_core::Result<KeyClient> {
    let options = KeyClientOptions {
        client_options: ClientOptions {
            // The caller's deadline and our table decide what is done about a failure.
            retry: RetryOptions::none(),
            transport: Some(Transport::new(Arc::new(wire.clone()))),
            ..Default::default()
        },
        // The domain of vaults that the operator put elsewhere need not be the one a token is for.
        verify_challenge_resource: Some(wire.places.are_azures(environment)),
        ..Default::default()
    };
    KeyClient::new(address, Arc::new(OneToken(token.expose().to_owned().into())), Some(options))
}

/// Gives one token, whatever is asked for.
#[derive(Debug)]
struct OneToken(azure_core::credentials::Secret);

#[async_trait]
impl TokenCredential for OneToken {
    async fn get_token(&self, _scopes: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        // When it is over is known elsewhere; the SDK must not ask for another before.
        let later = OffsetDateTime::now_utc() + Duration::days(1);
        Ok(AccessToken::new(self.0.clone(), later))
    }
}
