//! Who is asking: HTTP Digest with API keys, Bearer with tokens of service accounts.
//!
//! Credentials become a `Caller`. Must not know what the caller wants, nor how a refusal is spelled
//! in an answer, except for the `WWW-Authenticate` header.

pub mod bearer;
pub mod digest;
pub mod nonce;
pub mod throttle;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use control::{Caller, Control, Identity};
use domain::api_key::{AccessList, Ha1};
use domain::id::OrgId;
use domain::secret::{SecretBytes, SecretText};
use domain::service_account::ServiceAccount;
use domain::time::Timestamp;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

use self::bearer::{Refused, TokenSigner};
use self::digest::Credentials;
pub use self::digest::ha1;
use self::nonce::NonceBook;
use self::throttle::{Attempt, Throttle};

/// The longest public key that is looked up; ours have eight letters.
const LONGEST_PUBLIC_KEY: usize = 64;

/// How long what an organization demands is believed.
const DEMAND_LASTS: Duration = Duration::from_secs(1);
/// Of how many organizations it is kept.
const DEMANDS_KEPT: usize = 10_000;

/// Checks credentials.
pub struct Authenticator {
    control: Control,
    settings: AuthSettings,
    nonces: NonceBook,
    tokens: TokenSigner,
    throttle: Throttle,
    /// What an unknown key is checked against, so that it takes as long as a known one.
    nobody: Ha1,
    /// Which organizations demand access lists, and since when that is known.
    demands: Mutex<HashMap<OrgId, (bool, Timestamp)>>,
}

/// What the operator decided about credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthSettings {
    /// Whether API keys may sign in with Digest.
    pub digest: bool,
    /// Whether failures are throttled; a dev server on loopback need not.
    pub throttle: bool,
}

impl Default for AuthSettings {
    fn default() -> Self {
        Self { digest: true, throttle: true }
    }
}

/// The parts of a request that credentials are checked against.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The method, as it came.
    pub method: &'a str,
    /// Path and query exactly as they came over the wire, before any rewriting.
    pub target: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The caller's address, proxies already seen through.
    pub address: IpAddr,
    /// Whether the request may change something. Then no replica accepts its `nc` a second time.
    pub writes: bool,
}

/// Why nobody was recognised.
#[derive(Debug)]
pub enum AuthFailure {
    /// 401: no credentials, or wrong ones.
    Challenge {
        /// Whether the same credentials would do with a fresh nonce.
        stale: bool,
        /// What was wrong, for our own figures; a stranger is not told.
        why: Unproved,
    },
    /// 429: too many wrong credentials came from this address or for this key.
    Throttled {
        /// How long to wait.
        retry_after: Duration,
    },
    /// 403: the credentials are right, but have no access list, which their organization demands.
    AccessListMissing {
        /// The organization.
        org: OrgId,
    },
    /// 403: the credentials are right, but not from this address.
    AddressNotAllowed {
        /// The caller's address.
        address: IpAddr,
    },
    /// The house could not tell.
    Control(control::Error),
}

/// What was wrong with credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproved {
    /// There were none.
    NoCredentials,
    /// They could not be read, were made for another request, or are of a scheme that is not offered.
    Malformed,
    /// They do not belong to any key or account we know.
    Wrong,
    /// The nonce is old or not ours, or was used with this count before.
    StaleNonce,
    /// The token's hour is over.
    ExpiredToken,
    /// The token was revoked, or its account is gone.
    RevokedToken,
}

impl AuthFailure {
    /// Gives the word for it in figures.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Challenge { why: Unproved::NoCredentials, .. } => "no_credentials",
            Self::Challenge { why: Unproved::Malformed, .. } => "malformed",
            Self::Challenge { why: Unproved::Wrong, .. } => "wrong",
            Self::Challenge { why: Unproved::StaleNonce, .. } => "stale_nonce",
            Self::Challenge { why: Unproved::ExpiredToken, .. } => "expired_token",
            Self::Challenge { why: Unproved::RevokedToken, .. } => "revoked_token",
            Self::Throttled { .. } => "throttled",
            Self::AccessListMissing { .. } => "access_list_missing",
            Self::AddressNotAllowed { .. } => "address_not_allowed",
            Self::Control(_) => "unknown",
        }
    }
}

impl From<Unproved> for AuthFailure {
    /// Only a used-up nonce is told apart on the wire.
    fn from(why: Unproved) -> Self {
        Self::Challenge { stale: why == Unproved::StaleNonce, why }
    }
}

impl Authenticator {
    /// Makes an authenticator with its keys. A process that owns its database takes a nonce key of
    /// its own, so that nonces die with the memory of their use; replicas share one.
    /// Errors: `control::Error` if the system gives no randomness or the root key none of its keys.
    pub fn new(control: Control, settings: AuthSettings) -> Result<Self, control::Error> {
        let nonce_key = if control.owns_database() {
            SecretBytes::fill(|place| control.random(place))?
        } else {
            control.derive_key("digest nonce")?
        };
        let mut first = [0; 4];
        control.random(&mut first)?;
        Ok(Self {
            nonces: NonceBook::new(&nonce_key, u32::from_be_bytes(first)),
            tokens: TokenSigner::new(&control.derive_key("access token")?),
            throttle: Throttle::new(settings.throttle),
            nobody: SecretBytes::fill(|place| control.random(place))?,
            demands: Mutex::default(),
            control,
            settings,
        })
    }

    /// Finds out who sent a request.
    /// Errors: see `AuthFailure`.
    /// Cancel: the request's `nc` may be used up.
    pub async fn authenticate(&self, request: Request<'_>) -> Result<Caller, AuthFailure> {
        match credentials(request.headers) {
            Presented::Nothing => Err(Unproved::NoCredentials.into()),
            Presented::Digest(text) if self.settings.digest => self.by_digest(text, request).await,
            Presented::Bearer(token) => self.by_bearer(token, request.address).await,
            Presented::Digest(_) | Presented::Unreadable => Err(Unproved::Malformed.into()),
        }
    }

    /// Writes the `WWW-Authenticate` header of a 401. There is one challenge only: the Go client
    /// reads no further than the first.
    #[must_use]
    pub fn challenge_header(&self, stale: bool) -> HeaderValue {
        let bearer = HeaderValue::from_static(r#"Bearer realm="MMS Public API""#);
        if !self.settings.digest {
            return bearer;
        }
        let text = digest::challenge(&self.nonces.mint(self.control.now()), stale);
        HeaderValue::try_from(text).unwrap_or(bearer)
    }

    /// Checks an OAuth client's id and secret.
    /// Errors: see `AuthFailure`; the address is not looked at, only used to slow guessing down.
    pub async fn prove_client(
        &self,
        client_id: &str,
        secret: &SecretText,
        address: IpAddr,
    ) -> Result<Arc<ServiceAccount>, AuthFailure> {
        let attempt = Attempt { address, credential: Some(client_id) };
        let admitted = self.throttle.admit(attempt, self.control.now());
        admitted.map_err(|retry_after| AuthFailure::Throttled { retry_after })?;
        let proved = self.control.prove_service_account(client_id, secret).await.map_err(AuthFailure::Control)?;
        match proved {
            Some(account) => {
                self.throttle.succeeded(attempt);
                Ok(account)
            }
            None => {
                self.throttle.failed(attempt, self.control.now());
                Err(Unproved::Wrong.into())
            }
        }
    }

    /// Makes an access token for a proved client.
    /// Errors: `control::Error` if the token cannot be remembered.
    /// Cancel: a token nobody has may be remembered until it expires.
    pub async fn issue_token(&self, account: &ServiceAccount) -> Result<String, control::Error> {
        let mut id = [0; 16];
        self.control.random(&mut id)?;
        let (token, claims) = self
            .tokens
            .sign(&account.client_id(), id, self.control.now())
            .map_err(|_| domain::Bug("HS256 signs these claims"))?;
        self.control.remember_token(claims.token_id(), account.id, claims.expires_at()).await?;
        Ok(token)
    }

    /// Revokes a token if it is the account's own; of any other it says nothing and does nothing.
    /// Errors: `control::Error` if the store refuses.
    pub async fn revoke_token(&self, account: &ServiceAccount, token: &str) -> Result<(), control::Error> {
        match self.tokens.read_even_if_expired(token) {
            Ok(claims) if claims.service_account() == Some(account.id) => {
                self.control.revoke_token(claims.token_id()).await
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    async fn by_digest(&self, text: &str, request: Request<'_>) -> Result<Caller, AuthFailure> {
        let presented = Credentials::parse(text).map_err(|malformed| {
            tracing::debug!(reason = malformed.0, "digest credentials cannot be read");
            Unproved::Malformed
        })?;
        if presented.uri != request.target {
            tracing::debug!("digest credentials were made for another request target");
            return Err(Unproved::Malformed.into());
        }
        let now = self.control.now();
        let nonce = self.nonces.read(&presented.nonce, now).map_err(|_| Unproved::StaleNonce)?;
        let attempt = Attempt { address: request.address, credential: Some(&presented.username) };
        self.throttle.admit(attempt, now).map_err(|retry_after| AuthFailure::Throttled { retry_after })?;

        let record = if presented.username.len() <= LONGEST_PUBLIC_KEY {
            self.control.api_key(&presented.username).await.map_err(AuthFailure::Control)?
        } else {
            None
        };
        let ha1 = record.as_ref().map_or(&self.nobody, |record| &record.ha1);
        let is_proved = presented.are_proved_by(ha1, request.method);
        let Some(record) = record.filter(|_| is_proved) else {
            self.throttle.failed(attempt, now);
            return Err(Unproved::Wrong.into());
        };
        // Only now: a stranger must not be able to use up somebody's counts.
        if !self.nonces.use_up(nonce, presented.count, now) {
            return Err(Unproved::StaleNonce.into());
        }
        if request.writes && !self.control.owns_database() {
            let burning = self.control.burn_nonce(&presented.nonce, presented.count, nonce.expires_at());
            if !burning.await.map_err(AuthFailure::Control)? {
                return Err(Unproved::StaleNonce.into());
            }
        }
        self.throttle.succeeded(attempt);
        self.admit(&record.key.access_list, record.key.grants.org, request.address).await?;
        Ok(Caller {
            identity: Identity::ApiKey { id: record.key.id, public_key: record.key.public_key.clone() },
            grants: record.key.grants.clone(),
            address: request.address,
        })
    }

    /// Tells whether a credential may be used from an address: its access list decides, and its organization, which may
    /// demand that there is one.
    async fn admit(&self, list: &AccessList, org: OrgId, address: IpAddr) -> Result<(), AuthFailure> {
        if !list.admits(address) {
            return Err(AuthFailure::AddressNotAllowed { address });
        }
        if list.0.is_empty() && self.demands_a_list(org).await.map_err(AuthFailure::Control)? {
            return Err(AuthFailure::AccessListMissing { org });
        }
        Ok(())
    }

    /// Tells whether an organization demands access lists, as it was at most a second ago.
    async fn demands_a_list(&self, org: OrgId) -> Result<bool, control::Error> {
        let now = self.control.now();
        let known = self.demands.lock().unwrap_or_else(PoisonError::into_inner).get(&org).copied();
        if let Some((demands, _)) = known.filter(|(_, since)| *since <= now && now < *since + DEMAND_LASTS) {
            return Ok(demands);
        }
        let demands = self.control.demands_access_lists(org).await?;
        let mut kept = self.demands.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= DEMANDS_KEPT {
            kept.clear();
        }
        kept.insert(org, (demands, now));
        Ok(demands)
    }

    async fn by_bearer(&self, token: &str, address: IpAddr) -> Result<Caller, AuthFailure> {
        let now = self.control.now();
        let claims = match self.tokens.read(token, now) {
            Ok(claims) => claims,
            // A cached token runs out in the normal course of things.
            Err(Refused::Expired) => return Err(Unproved::ExpiredToken.into()),
            Err(Refused::Forged) => {
                // A good signature cannot be guessed, so holders of one are never held up here.
                let attempt = Attempt { address, credential: None };
                self.throttle.admit(attempt, now).map_err(|retry_after| AuthFailure::Throttled { retry_after })?;
                self.throttle.failed(attempt, now);
                return Err(Unproved::Wrong.into());
            }
        };
        if !self.control.token_is_live(claims.token_id()).await.map_err(AuthFailure::Control)? {
            return Err(Unproved::RevokedToken.into());
        }
        let id = claims.service_account().ok_or(Unproved::Wrong)?;
        let account =
            self.control.service_account(id).await.map_err(AuthFailure::Control)?.ok_or(Unproved::RevokedToken)?;
        self.admit(&account.access_list, account.grants.org, address).await?;
        Ok(Caller { identity: Identity::ServiceAccount { id: account.id }, grants: account.grants.clone(), address })
    }
}

/// What a request brought along.
#[derive(Debug, PartialEq, Eq)]
enum Presented<'a> {
    Nothing,
    Digest(&'a str),
    Bearer(&'a str),
    /// Two `Authorization` headers, or a scheme we do not speak.
    Unreadable,
}

fn credentials(headers: &HeaderMap) -> Presented<'_> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return if headers.contains_key(AUTHORIZATION) { Presented::Unreadable } else { Presented::Nothing };
    };
    match value.to_str().ok().and_then(|text| text.split_once(' ')) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("digest") => Presented::Digest(rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => Presented::Bearer(rest.trim()),
        Some(_) | None => Presented::Unreadable,
    }
}

#[cfg(test)]
mod replica_tests;
#[cfg(test)]
pub(crate) mod tests;
