//! From an access role to the wire's. It is taken apart by name, so that a new field breaks the build here.

use api_wire::atlas::cloud_provider_access::ProviderName;
use api_wire::atlas::cloud_provider_access::v2023_01_01::{
    AwsRole, AzureRole, FeatureId, FeatureType, FeatureUsage, GcpRole, GcpStatus, Role, Roles,
};
use api_wire::wire_time::WireTime;
use control::provider_role::ProviderRoleView;
use domain::provider_role::{ProviderRole, RoleIdentity};
use domain::time::Timestamp;

/// Translates an access role.
pub(super) fn to_wire(view: ProviderRoleView) -> Role {
    let ProviderRoleView { role, operator, in_use } = view;
    let ProviderRole { id, project, identity, authorized_at, created_at } = role;
    let feature_id = || FeatureId { group_id: project.to_string() };
    let usage = || FeatureUsage { feature_id: feature_id(), feature_type: FeatureType::EncryptionAtRest };
    let feature_usages = in_use.then(usage).into_iter().collect();
    match identity {
        RoleIdentity::Aws { role_arn, external_id } => Role::Aws(AwsRole {
            atlas_aws_account_arn: operator,
            atlas_assumed_role_external_id: external_id,
            authorized_date: authorized_at.map(moment),
            created_date: moment(created_at),
            feature_usages,
            iam_assumed_role_arn: role_arn,
            provider_name: ProviderName::Aws,
            role_id: id.to_string(),
        }),
        RoleIdentity::Azure { tenant, service_principal } => Role::Azure(AzureRole {
            id: id.to_string(),
            atlas_azure_app_id: operator,
            created_date: moment(created_at),
            feature_usages,
            last_updated_date: moment(authorized_at.unwrap_or(created_at)),
            provider_name: ProviderName::Azure,
            service_principal_id: service_principal.as_str().to_owned(),
            tenant_id: tenant.as_str().to_owned(),
        }),
        RoleIdentity::Gcp { service_account, made } => Role::Gcp(GcpRole {
            created_date: moment(created_at),
            feature_usages,
            gcp_service_account_for_atlas: service_account.as_str().to_owned(),
            provider_name: ProviderName::Gcp,
            role_id: id.to_string(),
            status: if made { GcpStatus::Complete } else { GcpStatus::InProgress },
        }),
    }
}

/// Translates all access roles of a project.
pub(super) fn all_to_wire(views: Vec<ProviderRoleView>) -> Roles {
    let mut all = Roles::default();
    for view in views {
        match to_wire(view) {
            Role::Aws(role) => all.aws_iam_roles.push(role),
            Role::Azure(role) => all.azure_service_principals.push(role),
            Role::Gcp(role) => all.gcp_service_accounts.push(role),
        }
    }
    all
}

fn moment(timestamp: Timestamp) -> WireTime {
    WireTime::from_epoch_millis(timestamp.as_millis())
}
