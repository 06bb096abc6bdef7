//! Service accounts, used with OAuth 2 client credentials.

use crate::access::Grants;
use crate::api_key::AccessList;
use crate::id::ServiceAccountId;
use crate::time::Timestamp;

/// What every client id begins with.
pub const CLIENT_ID_PREFIX: &str = "mdb_sa_id_";
/// What every client secret begins with.
pub const CLIENT_SECRET_PREFIX: &str = "mdb_sa_sk_";

/// A service account as it is stored. Its secrets are 256 random bits; only their SHA-256 is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its id.
    pub id: ServiceAccountId,
    /// What people call it.
    pub name: String,
    /// What it is for; empty for accounts of old.
    pub description: String,
    /// What it may do.
    pub grants: Grants,
    /// The addresses it may be used from; empty means any.
    pub access_list: AccessList,
    /// When it was created.
    pub created_at: Timestamp,
}

impl ServiceAccount {
    /// Gives the client id, which the account signs in with.
    #[must_use]
    pub fn client_id(&self) -> String {
        format!("{CLIENT_ID_PREFIX}{}", self.id)
    }
}
