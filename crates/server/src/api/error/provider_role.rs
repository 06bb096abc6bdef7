//! Rows of the table for access roles. Must not know what a cloud said: it comes as our reasons with its words.

use api_wire::atlas::cloud_provider_access::v2023_01_01::FeatureType;
use api_wire::error_body::ErrorBody;
use control::provider_role::{NotProved, ProviderRoleError};
use domain::customer_key::ProviderKind;
use domain::provider_role::{MOST_ROLES, RoleIdentity};
use domain::validity::{DefiniteReason, Failure, Reason};

use super::candidate::{operator_row, unreachable_row, words_of};
use super::{BAD_REQUEST, CONFLICT, NOT_FOUND, UNAVAILABLE, body, quoted};

/// Gives the row of what went wrong with an access role.
pub(super) fn row(error: &ProviderRoleError) -> ErrorBody {
    match error {
        // ours
        ProviderRoleError::NotFound { project, id } => {
            let id = quoted(id);
            let detail = format!(
                "No Cloud Provider Access role with ID {id} exists in group {project}. List them with GET /groups/{project}/cloudProviderAccess."
            );
            body(NOT_FOUND, "CLOUD_PROVIDER_ACCESS_ROLE_NOT_FOUND", detail).with_parameters([id])
        }
        // ours
        ProviderRoleError::Elsewhere { id, provider, named } => body(
            BAD_REQUEST,
            "CLOUD_PROVIDER_ACCESS_ROLE_PROVIDER_MISMATCH",
            format!(
                "The Cloud Provider Access role {id} is one of {}, not of {}. Send the providerName that it was made with.",
                name(*provider),
                name(*named)
            ),
        )
        .with_parameters([id.to_string(), name(*provider).to_owned()]),
        // ours
        ProviderRoleError::NotConfigured(provider) => body(
            BAD_REQUEST,
            "CLOUD_PROVIDER_ACCESS_NOT_CONFIGURED",
            format!(
                "The operator of this service has no identity of its own at {}, so there is nobody a role could let in. Use static credentials there, or ask the operator to set one up.",
                name(*provider)
            ),
        )
        .with_parameters([name(*provider)]),
        // ours
        ProviderRoleError::TooMany => body(
            BAD_REQUEST,
            "CLOUD_PROVIDER_ACCESS_ROLE_LIMIT_REACHED",
            format!("A group can have {MOST_ROLES} Cloud Provider Access roles at most. Delete one that is not needed first."),
        )
        .with_parameters([MOST_ROLES.to_string()]),
        // ours, in the style of its family
        ProviderRoleError::InUse(id) => body(
            BAD_REQUEST,
            "CANNOT_DELETE_CLOUD_PROVIDER_ACCESS_ROLE_IN_USE",
            format!(
                "The Cloud Provider Access role {id} is used by {}. Have encryptionAtRest use another role, or disable it there, and wait until nothing is wrapped by that key any more; then delete the role.",
                FeatureType::EncryptionAtRest.as_str()
            ),
        )
        .with_parameters([id.to_string(), FeatureType::EncryptionAtRest.as_str().to_owned()]),
        // ours
        ProviderRoleError::Conflict(id) => body(
            CONFLICT,
            "CLOUD_PROVIDER_ACCESS_ROLE_UPDATE_IN_PROGRESS",
            format!("Another change of the Cloud Provider Access role {id} came first. Read it, and send the request again."),
        )
        .with_parameters([id.to_string()]),
        // recorded, of an id
        ProviderRoleError::NoneOfThatArn(arn) => {
            let arn = quoted_arn(arn);
            body(
                BAD_REQUEST,
                "CLOUD_PROVIDER_ACCESS_ROLE_NOT_AUTHORIZED",
                format!(
                    "The specified Cloud Provider Access role ({arn}) has not been authorized. No role of this group was authorized with that ARN."
                ),
            )
            .with_parameters([arn])
        }
        ProviderRoleError::NotProved(not_proved) => not_proved_row(not_proved),
        ProviderRoleError::Account(failure) => account_row(failure),
    }
}

fn not_proved_row(NotProved { role, identity, failure }: &NotProved) -> ErrorBody {
    let reason = match failure.reason {
        Reason::Transient(reason) if reason.is_ours() => return operator_row(reason),
        Reason::Transient(reason) => return unreachable_row(identity.provider(), reason, failure),
        Reason::Definite(reason) => reason,
    };
    let words = words_of(failure);
    let bad = |code: &'static str, detail: String| body(BAD_REQUEST, code, format!("{detail}{words}"));
    match (identity, reason) {
        // ours
        (RoleIdentity::Aws { .. }, DefiniteReason::RoleNotSafe) => bad(
            "CLOUD_PROVIDER_ACCESS_ROLE_NOT_SAFE",
            "The role would let others in as well. Its trust policy must ask for atlasAssumedRoleExternalId, and it must not be one of the operator's own.".to_owned(),
        ),
        // ours
        (RoleIdentity::Azure { .. } | RoleIdentity::Gcp { .. }, DefiniteReason::RoleNotSafe) => bad(
            "CLOUD_PROVIDER_ACCESS_ROLE_NOT_SAFE",
            "The identity is one of the operator's own. Name one of yours.".to_owned(),
        ),
        // recorded
        (RoleIdentity::Aws { role_arn, .. }, _) => {
            let arn = role_arn.as_deref().map(quoted_arn).unwrap_or_default();
            bad(
                "CANNOT_ASSUME_ROLE",
                format!(
                    "Atrest cannot assume the specified role ({arn}). Check that the role exists, and that its trust policy names atlasAWSAccountArn and asks for atlasAssumedRoleExternalId; both are in this role's answer to GET."
                ),
            )
            .with_parameters([arn])
        }
        // recorded. That it is another principal's tenant, or another tenant's principal, nobody but us could see.
        (RoleIdentity::Azure { service_principal, .. }, _) if is_another(failure) => {
            let id = service_principal.as_str();
            bad(
                "CLOUD_PROVIDER_ACCESS_AZURE_SERVICE_PRINCIPAL_INVALID",
                format!(
                    "The specified Azure Service Principal ({id}) contains invalid tenant id or service principal id. Compare both with what az ad sp show --id <atlasAzureAppId> prints in your tenant."
                ),
            )
            .with_parameters([id])
        }
        // recorded
        (RoleIdentity::Azure { service_principal, .. }, _) => {
            let id = service_principal.as_str();
            bad(
                "CANNOT_AUTHENTICATE_SERVICE_PRINCIPAL",
                format!(
                    "Atrest cannot authenticate with the service principal ({id}). Create the service principal of atlasAzureAppId in your tenant, and allow it to sign in."
                ),
            )
            .with_parameters([id])
        }
        // ours here: recorded of AWS
        (RoleIdentity::Gcp { service_account, .. }, _) => {
            let account = service_account.as_str();
            bad(
                "CANNOT_ASSUME_ROLE",
                format!(
                    "Atrest cannot act as its own service account ({account}) of role {role}. That is for the operator of this service to mend."
                ),
            )
            .with_parameters([account])
        }
    }
}

/// Tells whether Azure let us in as somebody else than was told, or does not know the tenant.
fn is_another(failure: &Failure) -> bool {
    const NO_SUCH_TENANT: [&str; 3] = ["AADSTS90002", "AADSTS900021", "AADSTS900023"];
    failure.provider_code.as_ref().is_none_or(|code| NO_SUCH_TENANT.contains(&code.as_str()))
}

/// Ours: whatever it was, it is the operator's matter.
fn account_row(failure: &Failure) -> ErrorBody {
    match failure.reason {
        Reason::Transient(reason) if reason.is_ours() => operator_row(reason),
        // published
        Reason::Transient(_) | Reason::Definite(_) => body(
            UNAVAILABLE,
            "SERVICE_UNAVAILABLE",
            format!(
                "The cloud could not be asked on this service's own behalf now ({}). Try again shortly.",
                failure.reason.code()
            ),
        ),
    }
}

/// An ARN that its grammar let through holds nothing to be tamed but its length.
fn quoted_arn(arn: &str) -> String {
    arn.chars().filter(|c| !c.is_control()).take(300).collect()
}

const fn name(provider: ProviderKind) -> &'static str {
    match provider {
        ProviderKind::AwsKms => "AWS",
        ProviderKind::AzureKeyVault => "AZURE",
        ProviderKind::GcpKms => "GCP",
    }
}
