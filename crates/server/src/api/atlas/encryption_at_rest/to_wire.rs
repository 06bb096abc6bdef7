//! From the view to the wire's answer. The view has no secret to forget.

use api_wire::atlas::encryption_at_rest::v2023_01_01::{AwsKms, AzureKeyVault, EncryptionAtRest, GoogleCloudKms};
use control::encryption_at_rest::{AwsKmsView, AzureKeyVaultView, EncryptionAtRestView, GcpKmsView};

/// Translates a view. A provider that is not enabled is there too, disabled.
pub(super) fn to_wire(view: EncryptionAtRestView) -> EncryptionAtRest {
    let EncryptionAtRestView { aws_kms, azure_key_vault, gcp_kms, enabled_for_search_nodes } = view;
    EncryptionAtRest {
        aws_kms: aws_kms.map(aws_to_wire).unwrap_or_default(),
        azure_key_vault: azure_key_vault.map(azure_to_wire).unwrap_or_default(),
        enabled_for_search_nodes,
        google_cloud_kms: gcp_kms.map(google_to_wire).unwrap_or_default(),
    }
}

fn aws_to_wire(view: AwsKmsView) -> AwsKms {
    let AwsKmsView { access_key_id, customer_master_key_id, region, role_id, require_private_networking, valid } = view;
    AwsKms {
        access_key_id,
        customer_master_key_id: Some(customer_master_key_id),
        enabled: true,
        region: Some(region),
        require_private_networking: Some(require_private_networking),
        role_id: role_id.map(|role| role.to_string()),
        valid,
    }
}

fn azure_to_wire(view: AzureKeyVaultView) -> AzureKeyVault {
    let AzureKeyVaultView {
        environment,
        client_id,
        tenant_id,
        subscription_id,
        resource_group_name,
        key_vault_name,
        key_identifier,
        role_id,
        require_private_networking,
        valid,
    } = view;
    AzureKeyVault {
        azure_environment: Some(environment.name().to_owned()),
        client_id,
        enabled: true,
        key_identifier: Some(key_identifier),
        key_vault_name: Some(key_vault_name),
        require_private_networking: Some(require_private_networking),
        resource_group_name: Some(resource_group_name),
        role_id: role_id.map(|role| role.to_string()),
        subscription_id: Some(subscription_id),
        tenant_id: Some(tenant_id),
        valid,
    }
}

fn google_to_wire(view: GcpKmsView) -> GoogleCloudKms {
    let GcpKmsView { key_version_resource_id, role_id, valid } = view;
    GoogleCloudKms {
        enabled: true,
        key_version_resource_id: Some(key_version_resource_id),
        role_id: role_id.map(|role| role.to_string()),
        valid,
    }
}
