//! From the view to the wire's answer. The view has no secret to forget.

use api_wire::atlas::encryption_at_rest::v2023_01_01::{AwsKms, AzureKeyVault, EncryptionAtRest, GoogleCloudKms};
use control::encryption_at_rest::{AwsKmsView, EncryptionAtRestView};

/// Translates a view. A provider that is not enabled is there too, disabled.
pub(super) fn to_wire(view: EncryptionAtRestView) -> EncryptionAtRest {
    let EncryptionAtRestView { aws_kms, enabled_for_search_nodes } = view;
    EncryptionAtRest {
        aws_kms: aws_kms.map(aws_to_wire).unwrap_or_default(),
        azure_key_vault: AzureKeyVault::default(),
        enabled_for_search_nodes,
        google_cloud_kms: GoogleCloudKms::default(),
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
