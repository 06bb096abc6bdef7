//! Rows of the table for candidates that a provider refused, or could not be asked about.
//! Must not know how a provider spells its refusals: they come as our reasons with its words.

use api_wire::error_body::ErrorBody;
use control::error::CandidateRefused;
use domain::customer_key::ProviderKind;
use domain::private_endpoint::PrivateProvider;
use domain::validity::{DefiniteReason, Failure, Reason, TransientReason};

use super::{BAD_REQUEST, NOT_FOUND, UNAVAILABLE, body};

/// Says what to do so that the provider can be asked.
const fn way_in(provider: ProviderKind, reason: TransientReason) -> &'static str {
    match reason {
        TransientReason::NoPrivateEndpoint | TransientReason::AwaitingEndpoint => {
            "Key calls of this group leave by private endpoints only, and none can be used: create one, or have it approved"
        }
        TransientReason::NetworkDenied if PrivateProvider::by_provider(provider).is_some() => {
            "The provider lets nobody in from this service's addresses: open it to them, or require private networking in the same request and create a private endpoint"
        }
        TransientReason::OperatorIdentity
        | TransientReason::ClockSkew
        | TransientReason::ManyAtOnce
        | TransientReason::Dns
        | TransientReason::NetworkDenied
        | TransientReason::Connect
        | TransientReason::Tls
        | TransientReason::Timeout
        | TransientReason::Throttled
        | TransientReason::ProviderFault
        | TransientReason::UnexpectedAnswer
        | TransientReason::AddressRefused => "Check that this service can reach it",
    }
}

/// Gives the row of a refused candidate.
pub(super) fn row(refused: &CandidateRefused) -> ErrorBody {
    match refused.failure.reason {
        Reason::Transient(reason) if reason.is_ours() => operator_row(reason),
        Reason::Transient(reason) => unreachable_row(refused.provider, reason, &refused.failure),
        Reason::Definite(reason) => match refused.provider {
            ProviderKind::AwsKms => aws_row(refused, reason),
            ProviderKind::AzureKeyVault => azure_row(refused, reason),
            ProviderKind::GcpKms => google_row(refused, reason),
        },
    }
}

/// Published as an alert's name; ours as a code.
pub(super) fn unreachable_row(provider: ProviderKind, reason: TransientReason, failure: &Failure) -> ErrorBody {
    body(
        BAD_REQUEST,
        "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED",
        format!(
            "{} could not be asked whether the key works ({}). Nothing was changed. {}, then send the request again.{}",
            provider.title(),
            reason.code(),
            way_in(provider, reason),
            words_of(failure)
        ),
    )
    .with_parameters([provider.title()])
}

/// Ours: nothing is wrong with the request or the customer's key.
pub(super) fn operator_row(reason: TransientReason) -> ErrorBody {
    body(
        UNAVAILABLE,
        "OPERATOR_IDENTITY_UNAVAILABLE",
        format!(
            "The service's own identity or clock is out of order ({}), so the key could not be checked. Nothing is wrong with the request, and nothing was changed. Tell the operator of this service.",
            reason.code()
        ),
    )
}

fn aws_row(refused: &CandidateRefused, reason: DefiniteReason) -> ErrorBody {
    let words = words_of(&refused.failure);
    let bad = |code: &'static str, detail: &str| body(BAD_REQUEST, code, format!("{detail}{words}"));
    match reason {
        // published
        DefiniteReason::KeyDisabled
        | DefiniteReason::KeyExpired
        | DefiniteReason::KeyExpiring
        | DefiniteReason::KeyNotYetValid => bad(
            "AWS_KMS_CUSTOMER_MASTER_KEY_NOT_ENABLED",
            "AWS KMS Customer Master Key is not enabled. Enable the key in AWS KMS, then send the request again.",
        ),
        // published
        DefiniteReason::KeyPendingDeletion => bad(
            "AWS_KMS_CUSTOMER_MASTER_KEY_PENDING_DELETION",
            "AWS KMS Customer Master Key is pending deletion. Cancel its deletion and enable it in AWS KMS, or name another key.",
        ),
        // published
        DefiniteReason::KeyPendingImport | DefiniteReason::KeyPendingGeneration => bad(
            "AWS_KMS_CUSTOMER_MASTER_KEY_PENDING_IMPORT",
            "AWS KMS Customer Master Key is pending import. Import its key material in AWS KMS, then send the request again.",
        ),
        // published; a destroyed key is one that AWS knows no more
        DefiniteReason::KeyNotFound | DefiniteReason::KeyDestroyed | DefiniteReason::VaultElsewhere => body(
            NOT_FOUND,
            "AWS_CUSTOMER_MASTER_KEY_NOT_FOUND",
            format!(
                "No AWS customer master key found for group {}. Check customerMasterKeyID, and that the key is in region {}.{words}",
                refused.project, refused.place
            ),
        )
        .with_parameters([refused.project.to_string()]),
        // ours
        DefiniteReason::KeyTypeNotSupported => bad(
            "AWS_KMS_CUSTOMER_MASTER_KEY_TYPE_NOT_SUPPORTED",
            "The key cannot be used for encryption at rest. Name a symmetric encryption key (SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT) that you manage yourself, not one that AWS manages.",
        ),
        // published
        DefiniteReason::AccessDenied => bad(
            "NO_PERMISSION_TO_ENCRYPT_DECRYPT",
            "The provided credentials do not have permission to encrypt or decrypt with the key. Grant kms:Encrypt, kms:Decrypt and kms:DescribeKey on it, in the identity's policy and in the key policy.",
        ),
        // published
        DefiniteReason::CredentialRejected => bad(
            "INVALID_AWS_CREDENTIALS",
            "Invalid AWS credentials. Check accessKeyID and secretAccessKey, and that the access key is active.",
        ),
        // recorded
        DefiniteReason::RoleNotAssumable => {
            let role = refused.role.map(|role| role.to_string()).unwrap_or_default();
            bad(
                "CANNOT_ASSUME_ROLE",
                &format!(
                    "Atrest cannot assume the specified role ({role}). Check that the role exists and that its trust policy names this service with the role's external id."
                ),
            )
            .with_parameters([role])
        }
        // ours
        DefiniteReason::RoleNotSafe => bad(
            "CLOUD_PROVIDER_ACCESS_ROLE_NOT_SAFE",
            "The role would let others in as well. Its trust policy must ask for the external id of this role, and it must not be one of the operator's own.",
        ),
        DefiniteReason::KeyNotTagged => not_tagged_row(refused),
    }
}

fn azure_row(refused: &CandidateRefused, reason: DefiniteReason) -> ErrorBody {
    let words = words_of(&refused.failure);
    let bad = |code: &'static str, detail: &str| body(BAD_REQUEST, code, format!("{detail}{words}"));
    match reason {
        // published
        DefiniteReason::KeyDisabled => bad(
            "AZURE_KEY_VAULT_KEY_NOT_ENABLED",
            "Key not enabled. Enable this version of the key in Azure Key Vault, then send the request again.",
        ),
        // published
        DefiniteReason::KeyExpired => bad(
            "AZURE_KEY_VAULT_KEY_EXPIRED",
            "The key has expired. Move its expiry date in Azure Key Vault, or name another version.",
        ),
        // published
        DefiniteReason::KeyExpiring => bad(
            "AZURE_KEY_VAULT_KEY_EXPIRING",
            "The key cannot be used because it will expire within the next 48 hours. Move its expiry date in Azure Key Vault, or name another version.",
        ),
        // published
        DefiniteReason::KeyNotYetValid => bad(
            "AZURE_KEY_VAULT_KEY_NOT_ACTIVE",
            "The key must not be used before its \"nbf\" date. Move its activation date in Azure Key Vault, or name another version.",
        ),
        // published; a deleted key is one that the vault does not find
        DefiniteReason::KeyNotFound
        | DefiniteReason::KeyDestroyed
        | DefiniteReason::KeyPendingDeletion
        | DefiniteReason::KeyPendingImport
        | DefiniteReason::KeyPendingGeneration => bad(
            "AZURE_KEY_VAULT_KEY_NOT_FOUND",
            &format!(
                "No Azure Key Vault key found for the provided credentials. Check keyIdentifier, and whether the key was deleted from vault {}: a deleted key can be recovered.",
                refused.place
            ),
        ),
        // published; which parameter is wrong is said
        DefiniteReason::KeyTypeNotSupported => bad(
            "INVALID_AZURE_API_REQUEST",
            "One or more provided Azure parameters were invalid. keyIdentifier must name an RSA key that may encrypt and decrypt.",
        ),
        // published; which parameter is wrong is said
        DefiniteReason::VaultElsewhere => bad(
            "INVALID_AZURE_API_REQUEST",
            &format!(
                "One or more provided Azure parameters were invalid. Vault {} does not belong to the subscriptionID and resourceGroupName that were given.",
                refused.place
            ),
        ),
        // published
        DefiniteReason::AccessDenied => bad(
            "NO_PERMISSION_TO_ENCRYPT_DECRYPT",
            "The provided credentials do not have permission to encrypt or decrypt with the key. Grant get, encrypt and decrypt on keys, by an access policy of the vault or by a role such as Key Vault Crypto User.",
        ),
        // published
        DefiniteReason::CredentialRejected => bad(
            "INVALID_AZURE_CREDENTIALS",
            "Invalid Azure credentials. Check tenantID, clientID and secret, and that the secret has not expired.",
        ),
        // recorded
        DefiniteReason::RoleNotAssumable => {
            let role = refused.role.map(|role| role.to_string()).unwrap_or_default();
            bad(
                "CANNOT_AUTHENTICATE_SERVICE_PRINCIPAL",
                &format!(
                    "Atrest cannot authenticate with the service principal ({role}). Check that the service principal of this service's application still exists in the tenant, and that tenantID is its tenant."
                ),
            )
            .with_parameters([role])
        }
        // ours
        DefiniteReason::RoleNotSafe => bad(
            "CLOUD_PROVIDER_ACCESS_ROLE_NOT_SAFE",
            "The service principal is in a tenant of the operator's own. Name one in a tenant of yours.",
        ),
        DefiniteReason::KeyNotTagged => not_tagged_row(refused),
    }
}

fn google_row(refused: &CandidateRefused, reason: DefiniteReason) -> ErrorBody {
    let words = words_of(&refused.failure);
    let bad = |code: &'static str, detail: &str| body(BAD_REQUEST, code, format!("{detail}{words}"));
    match reason {
        // published
        DefiniteReason::KeyDisabled
        | DefiniteReason::KeyExpired
        | DefiniteReason::KeyExpiring
        | DefiniteReason::KeyNotYetValid => bad(
            "GOOGLE_CLOUD_KMS_KEY_VERSION_DISABLED",
            "Key version is disabled. Enable it in Google Cloud KMS, then send the request again.",
        ),
        // published
        DefiniteReason::KeyPendingDeletion => bad(
            "GOOGLE_CLOUD_KMS_KEY_VERSION_DESTROY_SCHEDULED",
            "Key version is scheduled for destruction. Restore and enable it in Google Cloud KMS, or name another version.",
        ),
        // published
        DefiniteReason::KeyDestroyed => bad(
            "GOOGLE_CLOUD_KMS_KEY_VERSION_DESTROYED",
            "Key version is destroyed. Nothing can bring it back; name another version.",
        ),
        // published
        DefiniteReason::KeyPendingGeneration | DefiniteReason::KeyPendingImport => bad(
            "GOOGLE_CLOUD_KMS_KEY_VERSION_PENDING_GENERATION",
            "Key version is pending generation. Send the request again when Google Cloud KMS shows it as enabled.",
        ),
        // published
        DefiniteReason::KeyNotFound | DefiniteReason::VaultElsewhere => bad(
            "GOOGLE_CLOUD_KMS_KEY_VERSION_NOT_FOUND",
            &format!("Cannot find key version {}. Check keyVersionResourceID.", refused.place),
        )
        .with_parameters([refused.place.clone()]),
        // ours
        DefiniteReason::KeyTypeNotSupported => bad(
            "GOOGLE_CLOUD_KMS_KEY_PURPOSE_NOT_SUPPORTED",
            "The key cannot be used for encryption at rest. Name a version of a symmetric key whose purpose is ENCRYPT_DECRYPT.",
        ),
        // published
        DefiniteReason::AccessDenied => bad(
            "NO_PERMISSION_TO_ENCRYPT_DECRYPT",
            "The provided credentials do not have permission to encrypt or decrypt with the key. Grant roles/cloudkms.cryptoKeyEncrypterDecrypter and roles/cloudkms.viewer on it, and check that the key exists.",
        ),
        // published
        DefiniteReason::CredentialRejected => bad(
            "INVALID_GOOGLE_CLOUD_CREDENTIALS",
            "Invalid Google Cloud credentials. Check that the service account is enabled and that this key of it has not been deleted.",
        ),
        // recorded for AWS
        DefiniteReason::RoleNotAssumable => {
            let role = refused.role.map(|role| role.to_string()).unwrap_or_default();
            bad(
                "CANNOT_ASSUME_ROLE",
                &format!(
                    "Atrest cannot impersonate the service account of the specified role ({role}). Tell the operator of this service: it is made and granted by them."
                ),
            )
            .with_parameters([role])
        }
        // ours
        DefiniteReason::RoleNotSafe => bad(
            "CLOUD_PROVIDER_ACCESS_ROLE_NOT_SAFE",
            "The service account is the operator's own identity. A role must have a service account of its own.",
        ),
        DefiniteReason::KeyNotTagged => not_tagged_row(refused),
    }
}

/// Ours: where projects share the operator's identity, the key itself says whose it is.
fn not_tagged_row(refused: &CandidateRefused) -> ErrorBody {
    let project = refused.project.to_string();
    let tag = match refused.provider {
        ProviderKind::AwsKms | ProviderKind::AzureKeyVault => "tag",
        ProviderKind::GcpKms => "label",
    };
    body(
        BAD_REQUEST,
        "CLOUD_PROVIDER_ACCESS_KEY_NOT_TAGGED",
        format!(
            "The key does not say that this project may use it. Put the {tag} atrest-project={project} on the key, then send the request again."
        ),
    )
    .with_parameters([project])
}

/// Gives the provider's own words, to be put behind ours.
pub(super) fn words_of(failure: &Failure) -> String {
    let code = failure.provider_code.as_ref().map(|text| text.as_str());
    let message = failure.provider_message.as_ref().map(|text| text.as_str());
    let said = match (code, message) {
        (None, None) => return String::new(),
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
    };
    let request = failure.provider_request_id.as_ref().map(|id| format!(" (request id {})", id.as_str()));
    format!(" The provider said: {said}{}", request.unwrap_or_default())
}
