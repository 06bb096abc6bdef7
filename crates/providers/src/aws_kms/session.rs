//! Sessions of assumed roles. Must not know KMS, nor what an answer counts for.

use domain::id::{ProjectId, ProviderRoleId};
use domain::time::Timestamp;

use super::client::TenantCredentials;
use super::operator::{Operator, Wanted};
use crate::refused::Refused;
pub(super) use crate::session::Freshness;
use crate::session::Given;

/// An assumed role's session.
pub(super) type Session = crate::session::Session<TenantCredentials>;

/// The sessions of all projects.
pub(super) type Sessions = crate::session::Sessions<Role, TenantCredentials>;

/// A role as it is assumed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Role {
    pub(super) id: ProviderRoleId,
    pub(super) role_arn: String,
    pub(super) external_id: String,
}

/// Gives a session of a role, assuming it if need be.
/// Errors: what STS said; that is not kept.
pub(super) async fn of_role(
    (sessions, operator): (&Sessions, &Operator),
    region: &str,
    project: ProjectId,
    role: &Role,
    wanted: (Freshness, Timestamp),
) -> Result<Given<TenantCredentials>, Refused> {
    let assume = async {
        let session_name = format!("atrest-{project}");
        let external_id = Some(role.external_id.as_str());
        let named = Wanted { role_arn: &role.role_arn, session_name: &session_name, external_id };
        operator.assume(region, &named).await
    };
    sessions.session(project, role, wanted, assume).await
}
