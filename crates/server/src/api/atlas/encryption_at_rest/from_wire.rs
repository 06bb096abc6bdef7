//! From the wire's PATCH to the domain's change. Every struct is taken apart by name, so that a new
//! field breaks the build here.

use std::collections::BTreeMap;
use std::sync::Arc;

use api_wire::atlas::encryption_at_rest::v2023_01_01::{
    AwsKmsPatch, AzureKeyVaultPatch, EncryptionAtRestPatch, GoogleCloudKmsPatch,
};
use api_wire::patch::Patch as WirePatch;
use api_wire::secret::WireSecret;
use domain::customer_key::aws_kms::AwsKmsChange;
use domain::customer_key::{CustomerKeyChange, EncryptionAtRestChange, Patch, ProviderKind};
use domain::secret::SecretText;

use crate::api::error::Refused;

/// Translates a PATCH whose shape was checked.
/// Errors: `Bug` if a checked field is not what its schema says.
pub(super) fn from_wire(patch: EncryptionAtRestPatch) -> Result<EncryptionAtRestChange, Refused> {
    let mentions_something = !patch.is_empty();
    let EncryptionAtRestPatch { aws_kms, azure_key_vault, enabled_for_search_nodes, google_cloud_kms } = patch;
    let mut customer_keys = BTreeMap::new();
    if let WirePatch::Value(aws) = aws_kms {
        customer_keys.insert(ProviderKind::AwsKms, CustomerKeyChange::AwsKms(aws_change(aws)?));
    }
    if let WirePatch::Value(azure) = azure_key_vault {
        customer_keys.extend(azure_change(&azure).map(|change| (ProviderKind::AzureKeyVault, change)));
    }
    if let WirePatch::Value(google) = google_cloud_kms {
        customer_keys.extend(google_change(&google).map(|change| (ProviderKind::GcpKms, change)));
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
    let role_id = match role_id {
        WirePatch::Absent => Patch::Absent,
        WirePatch::Null => Patch::Null,
        WirePatch::Value(id) => Patch::Value(id.parse().map_err(|_| Refused::Bug("the schema admits only ids"))?),
    };
    Ok(AwsKmsChange {
        enabled: field(enabled),
        customer_master_key_id: field(customer_master_key_id),
        region: field(region),
        role_id,
        access_key_id: field(access_key_id),
        secret_access_key: secret(secret_access_key),
        require_private_networking: field(require_private_networking),
    })
}

/// Disabling works; everything else waits for the provider to be built.
fn azure_change(azure: &AzureKeyVaultPatch) -> Option<CustomerKeyChange> {
    let AzureKeyVaultPatch {
        azure_environment,
        client_id,
        enabled,
        key_identifier,
        key_vault_name,
        require_private_networking,
        resource_group_name,
        role_id,
        secret,
        subscription_id,
        tenant_id,
    } = azure;
    let texts = [
        azure_environment,
        client_id,
        key_identifier,
        key_vault_name,
        resource_group_name,
        role_id,
        subscription_id,
        tenant_id,
    ];
    let given = texts.into_iter().any(is_given) || is_given(require_private_networking) || is_given(secret);
    not_built_change(enabled, given)
}

/// Disabling works; everything else waits for the provider to be built.
fn google_change(google: &GoogleCloudKmsPatch) -> Option<CustomerKeyChange> {
    let GoogleCloudKmsPatch { enabled, key_version_resource_id, role_id, service_account_key } = google;
    let given = is_given(key_version_resource_id) || is_given(role_id) || is_given(service_account_key);
    not_built_change(enabled, given)
}

fn not_built_change(enabled: &WirePatch<bool>, given: bool) -> Option<CustomerKeyChange> {
    match enabled {
        WirePatch::Value(false) => Some(CustomerKeyChange::Disable),
        WirePatch::Value(true) => Some(CustomerKeyChange::NotBuilt),
        WirePatch::Absent | WirePatch::Null => given.then_some(CustomerKeyChange::NotBuilt),
    }
}

const fn is_given<T>(patch: &WirePatch<T>) -> bool {
    matches!(patch, WirePatch::Value(_))
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
