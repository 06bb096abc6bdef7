//! Who shows an access token: an application's service principal in one tenant.
//! It must not know what the caller may do, nor how a service says no.

use super::entra::Service;
use super::state::State;
use super::token::{Claims, issuer};

/// An authenticated caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) tenant: String,
    pub(crate) client_id: String,
    pub(crate) object_id: String,
}

/// Why a token does not open a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenFault {
    /// Not one of ours, or changed since.
    Broken,
    /// Its time has passed, or not come. Unit: s since 1970.
    Expired(i64),
    /// For another resource.
    Audience(String),
    /// Its service principal is gone.
    Orphan,
}

impl Caller {
    /// Reads a token. Unit: s since 1970.
    pub(crate) fn of(state: &State, token: &str, service: Service, now: i64) -> Result<Self, TokenFault> {
        let claims = Claims::open(token, &state.token_key).ok_or(TokenFault::Broken)?;
        if claims.exp <= now || claims.nbf > now {
            return Err(TokenFault::Expired(claims.exp));
        }
        if Service::of_resource(&claims.aud) != Some(service) {
            return Err(TokenFault::Audience(claims.aud));
        }
        let principal = state.principal(&claims.tid, &claims.oid).ok_or(TokenFault::Orphan)?;
        if principal.client_id != claims.appid {
            return Err(TokenFault::Orphan);
        }
        Ok(Self { tenant: claims.tid, client_id: claims.appid, object_id: claims.oid })
    }

    /// As Key Vault's messages name a caller.
    pub(crate) fn words(&self) -> String {
        format!("appid={};oid={};iss={}", self.client_id, self.object_id, issuer(&self.tenant))
    }
}
