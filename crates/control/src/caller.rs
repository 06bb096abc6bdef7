//! The caller: who asks, and from where. Must not know how they proved it.

use std::net::IpAddr;

use domain::access::Grants;
use domain::event::Actor;
use domain::id::{ApiKeyId, ServiceAccountId};

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Which credential they signed in with.
    pub identity: Identity,
    /// What it may do.
    pub grants: Grants,
    /// The address they come from.
    pub address: IpAddr,
}

/// Which credential a caller signed in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// An API key.
    ApiKey {
        /// Its id.
        id: ApiKeyId,
        /// Its public half.
        public_key: String,
    },
    /// A service account.
    ServiceAccount {
        /// Its id.
        id: ServiceAccountId,
    },
}

impl Caller {
    pub(crate) fn actor(&self) -> Actor {
        match &self.identity {
            Identity::ApiKey { id, public_key } => Actor::ApiKey { id: *id, public_key: public_key.clone() },
            Identity::ServiceAccount { id } => Actor::ServiceAccount { id: *id },
        }
    }
}
