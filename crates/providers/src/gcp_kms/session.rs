//! Tokens of tenants: of their service accounts' keys, and of accounts that are impersonated for them.
//! Must not know KMS, nor what an answer counts for.

use domain::id::{ProjectId, ProviderRoleId};
use domain::time::Timestamp;

use super::classify::Operation;
use super::operator::Operator;
use super::token::{AccessToken, AccountKey, KMS_SCOPE};
use super::wire::Wire;
use crate::refused::Refused;
pub(super) use crate::session::Freshness;
use crate::session::Given;

/// A token, and how long it serves.
pub(super) type Session = crate::session::Session<AccessToken>;

/// The tokens of all projects.
pub(super) type Sessions = crate::session::Sessions<Who, AccessToken>;

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    /// A service account's key, by its fingerprint.
    Key([u8; 32]),
    /// A role and the service account behind it.
    Role(ProviderRoleId, String),
}

/// With whose identity a key is used.
#[derive(Debug)]
pub(super) enum Identity {
    /// A key of a service account of the customer's.
    Key(AccountKey),
    /// A service account that we impersonate.
    Role {
        /// The role.
        id: ProviderRoleId,
        /// The service account.
        service_account: String,
    },
}

impl Identity {
    /// Gives the service account.
    pub(super) fn email(&self) -> &str {
        match self {
            Self::Key(key) => &key.client_email,
            Self::Role { service_account, .. } => service_account,
        }
    }

    pub(super) fn who(&self) -> Who {
        match self {
            Self::Key(key) => Who::Key(key.fingerprint()),
            Self::Role { id, service_account } => Who::Role(*id, service_account.clone()),
        }
    }

    async fn obtain(&self, wire: &Wire, operator: &Operator) -> Result<Session, Refused> {
        match self {
            Self::Key(key) => wire.exchange(Operation::TenantToken, key, KMS_SCOPE).await,
            Self::Role { service_account, .. } => operator.impersonate(service_account).await,
        }
    }
}

/// Gives a token of an identity, taking it if need be.
/// Errors: what Google said; that is not kept.
pub(super) async fn of_identity(
    (sessions, wire, operator): (&Sessions, &Wire, &Operator),
    project: ProjectId,
    (identity, who): (&Identity, &Who),
    wanted: (Freshness, Timestamp),
) -> Result<Given<AccessToken>, Refused> {
    sessions.session(project, who, wanted, identity.obtain(wire, operator)).await
}
