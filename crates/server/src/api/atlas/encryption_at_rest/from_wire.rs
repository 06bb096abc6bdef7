//! From the wire's PATCH to the domain's change. Every struct is taken apart by name, so that a new
//! field breaks the build here.

use std::collections::BTreeMap;
use std::sync::Arc;

use api_wire::atlas::encryption_at_rest::google_key_file::GoogleKeyFile;
use api_wire::atlas::encryption_at_rest::v2023_01_01::{
    AwsKmsPatch, AzureKeyVaultPatch, EncryptionAtRestPatch, GoogleCloudKmsPatch,
};
use api_wire::patch::Patch as WirePatch;
use api_wire::secret::WireSecret;
use domain::customer_key::aws_kms::AwsKmsChange;
use domain::customer_key::azure_key_vault::AzureKeyVaultChange;
use domain::customer_key::gcp_kms::{GcpKmsChange, KeyFile};
use domain::customer_key::{CustomerKeyChange, EncryptionAtRestChange, Patch, ProviderKind};
use domain::id::ProviderRoleId;
use domain::provider_role::is_role_arn;
use domain::secret::SecretText;

use crate::api::error::Refused;

/// Translates a PATCH whose shape was checked.
/// Errors: `Bug` if a checked field is not what its schema says.
pub(in crate::api) fn from_wire(patch: EncryptionAtRestPatch) -> Result<EncryptionAtRestChange, Refused> {
    let mentions_something = !patch.is_empty();
    let EncryptionAtRestPatch { aws_kms, azure_key_vault, enabled_for_search_nodes, google_cloud_kms } = patch;
    let mut customer_keys = BTreeMap::new();
    if let WirePatch::Value(aws) = aws_kms {
        customer_keys.insert(ProviderKind::AwsKms, CustomerKeyChange::AwsKms(aws_change(aws)?));
    }
    if let WirePatch::Value(azure) = azure_key_vault {
        customer_keys.insert(ProviderKind::AzureKeyVault, CustomerKeyChange::AzureKeyVault(azure_change(azure)?));
    }
    if let WirePatch::Value(google) = google_cloud_kms {
        customer_keys.insert(ProviderKind::GcpKms, CustomerKeyChange::GcpKms(google_change(google)?));
    }
    Ok(EncryptionAtRestChange {
        customer_keys,
        enabled_for_search_nodes: field(enabled_for_search_nodes),
        mentions_something,
    })
}

fn aws_change(aws: AwsKmsPatch) -> Result<AwsKmsChange, Refused> {
    let AwsKmsPatch {
        access_key_id,
        customer_master_key_id,
        enabled,
        region,
        require_private_networking,
        role_id,
        secret_access_key,
    } = aws;
    let (role_id, role_arn) = role_or_arn(role_id)?;
    Ok(AwsKmsChange {
        enabled: field(enabled),
        customer_master_key_id: field(customer_master_key_id),
        region: field(region),
        role_id,
        role_arn,
        access_key_id: field(access_key_id),
        secret_access_key: secret(secret_access_key),
        require_private_networking: field(require_private_networking),
    })
}

fn azure_change(azure: AzureKeyVaultPatch) -> Result<AzureKeyVaultChange, Refused> {
    let AzureKeyVaultPatch {
        azure_environment,
        client_id,
        enabled,
        key_identifier,
        key_vault_name,
        require_private_networking,
        resource_group_name,
        role_id,
        secret: client_secret,
        subscription_id,
        tenant_id,
    } = azure;
    Ok(AzureKeyVaultChange {
        enabled: field(enabled),
        azure_environment: field(azure_environment),
        tenant_id: field(tenant_id),
        client_id: field(client_id),
        secret: secret(client_secret),
        role_id: role(role_id)?,
        subscription_id: field(subscription_id),
        resource_group_name: field(resource_group_name),
        key_vault_name: field(key_vault_name),
        key_identifier: field(key_identifier),
        require_private_networking: field(require_private_networking),
    })
}

fn google_change(google: GoogleCloudKmsPatch) -> Result<GcpKmsChange, Refused> {
    let GoogleCloudKmsPatch { enabled, key_version_resource_id, role_id, service_account_key } = google;
    Ok(GcpKmsChange {
        enabled: field(enabled),
        key_version_resource_id: field(key_version_resource_id),
        role_id: role(role_id)?,
        service_account_key: key_file(service_account_key),
    })
}

/// Absent, null and empty keep what is stored.
fn key_file(patch: WirePatch<WireSecret>) -> Option<KeyFile> {
    let text = match patch {
        WirePatch::Absent | WirePatch::Null => return None,
        WirePatch::Value(text) if text.is_empty() => return None,
        WirePatch::Value(text) => text,
    };
    let Some(GoogleKeyFile { kind, client_email, private_key_id, private_key, token_uri }) =
        GoogleKeyFile::read(text.expose())
    else {
        return Some(KeyFile::Unreadable);
    };
    let private_key = private_key.map(|key| Arc::new(SecretText::new(key.expose().to_owned())));
    Some(KeyFile::Object { kind, client_email, private_key_id, private_key, token_uri })
}

/// Tells a role's id from the ARN of its IAM role.
fn role_or_arn(patch: WirePatch<String>) -> Result<(Patch<ProviderRoleId>, Option<String>), Refused> {
    match patch {
        WirePatch::Value(arn) if is_role_arn(&arn) => Ok((Patch::Absent, Some(arn))),
        WirePatch::Absent | WirePatch::Null | WirePatch::Value(_) => Ok((role(patch)?, None)),
    }
}

fn role(patch: WirePatch<String>) -> Result<Patch<ProviderRoleId>, Refused> {
    Ok(match patch {
        WirePatch::Absent => Patch::Absent,
        WirePatch::Null => Patch::Null,
        WirePatch::Value(id) => Patch::Value(id.parse().map_err(|_| Refused::Bug("the schema admits only ids"))?),
    })
}

fn field<T>(patch: WirePatch<T>) -> Patch<T> {
    match patch {
        WirePatch::Absent => Patch::Absent,
        WirePatch::Null => Patch::Null,
        WirePatch::Value(value) => Patch::Value(value),
    }
}

/// Absent, null and empty keep what is stored.
fn secret(patch: WirePatch<WireSecret>) -> Option<Arc<SecretText>> {
    match patch {
        WirePatch::Absent | WirePatch::Null => None,
        WirePatch::Value(secret) if secret.is_empty() => None,
        WirePatch::Value(secret) => Some(Arc::new(SecretText::new(secret.expose().to_owned()))),
    }
}
