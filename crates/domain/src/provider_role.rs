//! Provider roles: identities in the customer's cloud that the customer authorized us to use.
//! On the wire they are "cloud provider access" roles, and settings name them by `roleId`.

use crate::id::{ProjectId, ProviderRoleId};
use crate::time::Timestamp;

/// A provider role. It is usable in its own project only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRole {
    /// Its id, the `roleId` of the settings.
    pub id: ProviderRoleId,
    /// The project it belongs to; it does not resolve in any other.
    pub project: ProjectId,
    /// The identity behind it.
    pub identity: RoleIdentity,
    /// When the identity was proved; a role without it cannot be used.
    pub authorized_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
}

/// The identity behind a provider role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleIdentity {
    /// An IAM role that we assume from the operator's own identity.
    Aws {
        /// The role's ARN; absent until the customer tells it.
        role_arn: Option<String>,
        /// Ours, random, one per role: what keeps one customer from using another's role.
        external_id: String,
    },
}
