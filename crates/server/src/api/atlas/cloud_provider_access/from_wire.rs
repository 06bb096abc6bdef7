//! From the wire's access role, and from its path, to the domain's words.

use api_wire::atlas::cloud_provider_access::ProviderName;
use api_wire::atlas::cloud_provider_access::v2023_01_01::{RoleCreate, RoleUpdate};
use control::provider_role::{NewRole, ProviderRoleError, RoleAuthorization};
use domain::customer_key::ProviderKind;
use domain::customer_key::azure_key_vault::AzureGuid;
use domain::id::ProviderRoleId;
use domain::provider_role::is_role_arn;

use crate::api::call::Call;
use crate::api::error::Refused;

/// Gives the cloud of the path.
/// Errors: `NoSuchPath` for one that there are no roles of, `NoSuchProject` before that.
pub(in crate::api) fn named_provider(call: &Call) -> Result<(ProviderName, ProviderKind), Refused> {
    call.project()?;
    let named = ProviderName::parse(call.parameter("cloudProvider"));
    let named = named.ok_or_else(|| Refused::NoSuchPath(call.url_path.clone()))?;
    Ok(match named {
        ProviderName::Aws => (named, ProviderKind::AwsKms),
        ProviderName::Azure => (named, ProviderKind::AzureKeyVault),
        ProviderName::Gcp => (named, ProviderKind::GcpKms),
    })
}

/// Gives the access role of the path.
/// Errors: not found if it is no id.
pub(super) fn role_id(call: &Call) -> Result<ProviderRoleId, Refused> {
    let (project, id) = (call.project()?, call.parameter("roleId"));
    let not_found = || ProviderRoleError::NotFound { project, id: id.to_owned() };
    id.parse().map_err(|_| control::Error::from(not_found()).into())
}

/// Translates a body whose shape was checked.
/// Errors: `Bug` if a checked field is not what its schema says.
pub(super) fn new_role(create: RoleCreate) -> Result<NewRole, Refused> {
    Ok(match create {
        RoleCreate::Aws => NewRole::Aws,
        RoleCreate::Azure { atlas_azure_app_id, service_principal_id, tenant_id } => NewRole::Azure {
            application: maybe(atlas_azure_app_id)?,
            tenant: guid(&tenant_id)?,
            service_principal: guid(&service_principal_id)?,
        },
        RoleCreate::Gcp => NewRole::Gcp,
    })
}

/// Translates a body whose shape was checked.
/// Errors: as above.
pub(super) fn authorization(update: RoleUpdate) -> Result<RoleAuthorization, Refused> {
    Ok(match update {
        RoleUpdate::Aws { iam_assumed_role_arn } => {
            if iam_assumed_role_arn.as_deref().is_some_and(|arn| !is_role_arn(arn)) {
                return Err(Refused::Bug("the schema admits only ARNs of roles"));
            }
            RoleAuthorization::Aws { role_arn: iam_assumed_role_arn }
        }
        RoleUpdate::Azure { atlas_azure_app_id, service_principal_id, tenant_id } => RoleAuthorization::Azure {
            application: maybe(atlas_azure_app_id)?,
            tenant: maybe(tenant_id)?,
            service_principal: maybe(service_principal_id)?,
        },
        RoleUpdate::Gcp => RoleAuthorization::Gcp,
    })
}

fn maybe(text: Option<String>) -> Result<Option<AzureGuid>, Refused> {
    text.as_deref().map(guid).transpose()
}

fn guid(text: &str) -> Result<AzureGuid, Refused> {
    AzureGuid::parse(text).ok_or(Refused::Bug("the schema admits only GUIDs"))
}

#[cfg(test)]
mod tests {
    use api_wire::text_format::ROLE_ARN;

    use super::*;

    #[test]
    fn wire_and_domain_know_the_same_arns() {
        for text in [
            "arn:aws:iam::444455556666:role/atrest",
            "arn:aws-us-gov:iam::444455556666:role/a/b+=,.@-_1",
            "arn:aws-evil:iam::444455556666:role/atrest",
            "arn:aws:iam::444455556666:role//atrest",
            "arn:aws:iam::444455556666:role/",
            "arn:aws:iam::44445555666:role/atrest",
            "arn:aws:iam::444455556666:user/atrest",
            "arn:aws:iam::444455556666:role/a b",
            "",
        ] {
            assert_eq!((ROLE_ARN.matches)(text), is_role_arn(text), "{text}");
        }
    }
}
