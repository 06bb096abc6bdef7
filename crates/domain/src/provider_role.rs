//! Provider roles: identities in the customer's cloud that the customer authorized us to use.
//! On the wire they are "cloud provider access" roles, and settings name them by `roleId`.

use crate::customer_key::ProviderKind;
use crate::customer_key::azure_key_vault::AzureGuid;
use crate::customer_key::gcp_kms::ServiceAccountEmail;
use crate::id::{ProjectId, ProviderRoleId};
use crate::time::Timestamp;

/// How many provider roles a project can have. Each of Google's is a service account in the operator's project.
/// Source: ours; Atlas publishes no limit.
pub const MOST_ROLES: usize = 100;

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

impl ProviderRole {
    /// Gives the id as settings spell it.
    #[must_use]
    pub fn id_text(&self) -> String {
        self.id.to_string()
    }
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
        /// Whether the service account is known to have been made.
        made: bool,
    },
}

/// Tells whether a text is the ARN of an IAM role: `arn:aws:iam::account:role/path/name`.
/// Source: IAM user guide, "IAM identifiers" and "IAM and AWS STS quotas".
#[must_use]
pub fn is_role_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts.as_slice() else { return false };
    let partition_fits = ["aws", "aws-cn", "aws-us-gov"].contains(partition);
    let account_fits = account.len() == 12 && account.chars().all(|c| c.is_ascii_digit());
    let Some(name) = resource.strip_prefix("role/") else { return false };
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '=' | ',' | '.' | '@' | '-');
    let name_fits = name.split('/').all(|part| !part.is_empty() && part.chars().all(letter));
    partition_fits && account_fits && name_fits && text.len() <= 2048
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

    /// Gives the ARN of the IAM role, where it is one and the customer told it.
    #[must_use]
    pub fn aws_arn(&self) -> Option<&str> {
        match self {
            Self::Aws { role_arn, .. } => role_arn.as_deref(),
            Self::Azure { .. } | Self::Gcp { .. } => None,
        }
    }

    /// Gives the service account that is still to be made, if there is one.
    #[must_use]
    pub const fn unmade_account(&self) -> Option<&ServiceAccountEmail> {
        match self {
            Self::Gcp { service_account, made: false } => Some(service_account),
            Self::Gcp { made: true, .. } | Self::Aws { .. } | Self::Azure { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_by_its_arn_and_nothing_like_it() {
        let check = |text: &str, expected: bool| assert_eq!(is_role_arn(text), expected, "{text}");
        check("arn:aws:iam::123456789012:role/atrest", true);
        check("arn:aws-cn:iam::123456789012:role/a/path/atrest+=,.@-_1", true);
        check("arn:aws-us-gov:iam::123456789012:role/atrest", true);
        check("arn:aws-evil:iam::123456789012:role/atrest", false);
        check("arn:aws:iam::12345678901:role/atrest", false);
        check("arn:aws:iam::123456789012:user/atrest", false);
        check("arn:aws:iam::123456789012:root", false);
        check("arn:aws:sts::123456789012:role/atrest", false);
        check("arn:aws:iam:us-east-1:123456789012:role/atrest", false);
        check("arn:aws:iam::123456789012:role/", false);
        check("arn:aws:iam::123456789012:role//atrest", false);
        check("arn:aws:iam::123456789012:role/a b", false);
        check("arn:aws:iam::123456789012:role/a:b", false);
        check("arn:aws:iam::123456789012:role/a\nb", false);
        check("", false);
        check(&format!("arn:aws:iam::123456789012:role/{}", "a".repeat(2048)), false);
    }
}
