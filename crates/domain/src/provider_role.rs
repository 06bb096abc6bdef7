//! Provider roles: identities in the customer's cloud that the customer authorized us to use.
//! On the wire they are "cloud provider access" roles, and settings name them by `roleId`.

use crate::customer_key::ProviderKind;
use crate::customer_key::azure_key_vault::AzureGuid;
use crate::customer_key::gcp_kms::ServiceAccountEmail;
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
    /// A service principal of our own application in a tenant of the customer's.
    Azure {
        /// The customer's tenant.
        tenant: AzureGuid,
        /// The service principal in it: its object id.
        service_principal: AzureGuid,
    },
    /// A service account made for this role alone, which we impersonate from the operator's own identity.
    Gcp {
        /// The service account.
        service_account: ServiceAccountEmail,
    },
}

impl RoleIdentity {
    /// Tells which provider the identity belongs to.
    #[must_use]
    pub const fn provider(&self) -> ProviderKind {
        match self {
            Self::Aws { .. } => ProviderKind::AwsKms,
            Self::Azure { .. } => ProviderKind::AzureKeyVault,
            Self::Gcp { .. } => ProviderKind::GcpKms,
        }
    }
}
