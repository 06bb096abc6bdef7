//! What GET and PATCH `encryptionAtRest` answer. It has no secret fields to forget.

use serde::Serialize;

use super::{AZURE_ENVIRONMENT, REGION};
use crate::schema::{FLAG, Field, Kind, Schema, TEXT};

/// The customer keys of a project. All three providers are always there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EncryptionAtRest {
    /// The key in AWS KMS.
    pub aws_kms: AwsKms,
    /// The key in Azure Key Vault.
    pub azure_key_vault: AzureKeyVault,
    /// Whether search nodes are encrypted too.
    pub enabled_for_search_nodes: bool,
    /// The key in Google Cloud KMS.
    pub google_cloud_kms: GoogleCloudKms,
}

/// The key in AWS KMS. The default is a disabled provider: everything null but the two flags.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AwsKms {
    /// The access key id of a static credential.
    #[serde(rename = "accessKeyID")]
    pub access_key_id: Option<String>,
    /// The key, as it was sent.
    #[serde(rename = "customerMasterKeyID")]
    pub customer_master_key_id: Option<String>,
    /// Whether the provider is used.
    pub enabled: bool,
    /// The region, as it was sent.
    pub region: Option<String>,
    /// Whether the provider is reached over private endpoints only; null only when disabled.
    pub require_private_networking: Option<bool>,
    /// The role to act as.
    pub role_id: Option<String>,
    /// What the last check found.
    pub valid: bool,
}

/// The key in Azure Key Vault. The default is a disabled provider.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AzureKeyVault {
    /// Which Azure cloud.
    pub azure_environment: Option<String>,
    /// The application that may use the key.
    #[serde(rename = "clientID")]
    pub client_id: Option<String>,
    /// Whether the provider is used.
    pub enabled: bool,
    /// The key's address.
    pub key_identifier: Option<String>,
    /// The vault's name.
    pub key_vault_name: Option<String>,
    /// Whether the provider is reached over private endpoints only; null only when disabled.
    pub require_private_networking: Option<bool>,
    /// The vault's resource group.
    pub resource_group_name: Option<String>,
    /// The service principal to act as.
    pub role_id: Option<String>,
    /// The vault's subscription.
    #[serde(rename = "subscriptionID")]
    pub subscription_id: Option<String>,
    /// The application's tenant.
    #[serde(rename = "tenantID")]
    pub tenant_id: Option<String>,
    /// What the last check found.
    pub valid: bool,
}

/// The key in Google Cloud KMS. The default is a disabled provider.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GoogleCloudKms {
    /// Whether the provider is used.
    pub enabled: bool,
    /// The key version's resource name.
    #[serde(rename = "keyVersionResourceID")]
    pub key_version_resource_id: Option<String>,
    /// The service account to act as.
    pub role_id: Option<String>,
    /// What the last check found.
    pub valid: bool,
}

/// The shape of the answer.
pub static RESPONSE_SCHEMA: Schema = Schema {
    name: Some("EncryptionAtRest"),
    description: "The customer keys of a project. A provider that is not used is null but for its two flags.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::required("awsKms", &AWS_KMS, "The key in AWS KMS."),
    Field::required("azureKeyVault", &AZURE_KEY_VAULT, "The key in Azure Key Vault."),
    Field::required("enabledForSearchNodes", &FLAG, "Whether search nodes are encrypted too."),
    Field::required("googleCloudKms", &GOOGLE_CLOUD_KMS, "The key in Google Cloud KMS."),
];

const ENABLED: &str = "Whether this provider is used.";
const PRIVATE: &str = "Whether the provider is reached over private endpoints only.";
const VALID: &str = "Whether the last check could use the key.";
const ROLE: &str = "The id of the access role to act as.";

static AWS_KMS: Schema = Schema {
    name: Some("AwsKms"),
    description: "The key in AWS KMS.",
    kind: Kind::Object { fields: AWS_KMS_FIELDS, open: false },
};

static AWS_KMS_FIELDS: &[Field] = &[
    Field::required("accessKeyID", &TEXT, "The access key id of a static credential.").nullable(),
    Field::required("customerMasterKeyID", &TEXT, "The key: its id, its ARN, or the ARN of an alias.").nullable(),
    Field::required("enabled", &FLAG, ENABLED),
    Field::required("region", &REGION, "The region the key lives in.").nullable(),
    Field::required("requirePrivateNetworking", &FLAG, PRIVATE).nullable(),
    Field::required("roleId", &TEXT, ROLE).nullable(),
    Field::required("valid", &FLAG, VALID),
];

static AZURE_KEY_VAULT: Schema = Schema {
    name: Some("AzureKeyVault"),
    description: "The key in Azure Key Vault.",
    kind: Kind::Object { fields: AZURE_KEY_VAULT_FIELDS, open: false },
};

static AZURE_KEY_VAULT_FIELDS: &[Field] = &[
    Field::required("azureEnvironment", &AZURE_ENVIRONMENT, "The Azure cloud the vault lives in.").nullable(),
    Field::required("clientID", &TEXT, "The application that may use the key.").nullable(),
    Field::required("enabled", &FLAG, ENABLED),
    Field::required("keyIdentifier", &TEXT, "The key's address in the vault.").nullable(),
    Field::required("keyVaultName", &TEXT, "The vault's name.").nullable(),
    Field::required("requirePrivateNetworking", &FLAG, PRIVATE).nullable(),
    Field::required("resourceGroupName", &TEXT, "The resource group the vault belongs to.").nullable(),
    Field::required("roleId", &TEXT, ROLE).nullable(),
    Field::required("subscriptionID", &TEXT, "The subscription the vault belongs to.").nullable(),
    Field::required("tenantID", &TEXT, "The tenant of the application.").nullable(),
    Field::required("valid", &FLAG, VALID),
];

static GOOGLE_CLOUD_KMS: Schema = Schema {
    name: Some("GoogleCloudKms"),
    description: "The key in Google Cloud KMS.",
    kind: Kind::Object { fields: GOOGLE_CLOUD_KMS_FIELDS, open: false },
};

static GOOGLE_CLOUD_KMS_FIELDS: &[Field] = &[
    Field::required("enabled", &FLAG, ENABLED),
    Field::required("keyVersionResourceID", &TEXT, "The resource name of the key version.").nullable(),
    Field::required("roleId", &TEXT, ROLE).nullable(),
    Field::required("valid", &FLAG, VALID),
];

#[cfg(test)]
mod tests {
    use super::{AwsKms, AzureKeyVault, EncryptionAtRest, GoogleCloudKms, RESPONSE_SCHEMA};
    use crate::body::{Limits, parse};

    fn check(answer: &EncryptionAtRest, expected: &str) {
        let text = serde_json::to_string(answer).unwrap();
        assert_eq!(text, expected);
        parse(text.as_bytes(), &RESPONSE_SCHEMA, Limits::default()).unwrap();
        // An echo must pass the request's schema, whatever is configured.
        super::super::EncryptionAtRestPatch::read(text.as_bytes()).unwrap();
    }

    #[test]
    fn writes_a_disabled_provider_as_nulls() {
        let answer = EncryptionAtRest {
            aws_kms: AwsKms::default(),
            azure_key_vault: AzureKeyVault::default(),
            enabled_for_search_nodes: false,
            google_cloud_kms: GoogleCloudKms::default(),
        };
        check(
            &answer,
            r#"{"awsKms":{"accessKeyID":null,"customerMasterKeyID":null,"enabled":false,"region":null,"requirePrivateNetworking":null,"roleId":null,"valid":false},"azureKeyVault":{"azureEnvironment":null,"clientID":null,"enabled":false,"keyIdentifier":null,"keyVaultName":null,"requirePrivateNetworking":null,"resourceGroupName":null,"roleId":null,"subscriptionID":null,"tenantID":null,"valid":false},"enabledForSearchNodes":false,"googleCloudKms":{"enabled":false,"keyVersionResourceID":null,"roleId":null,"valid":false}}"#,
        );
    }

    #[test]
    fn writes_enabled_providers_with_their_flags() {
        let text = |text: &str| Some(text.to_owned());
        let answer = EncryptionAtRest {
            aws_kms: AwsKms {
                access_key_id: None,
                customer_master_key_id: text("k"),
                enabled: true,
                region: text("EU_WEST_1"),
                require_private_networking: Some(false),
                role_id: text("32b6e34b3d91647abb20e7b8"),
                valid: true,
            },
            azure_key_vault: AzureKeyVault {
                azure_environment: text("AZURE_CHINA"),
                client_id: text("632ff709-32a8-48a3-8224-30d2386fadaf"),
                enabled: true,
                key_identifier: text("https://v.vault.azure.cn/keys/k/1"),
                key_vault_name: text("v"),
                require_private_networking: Some(true),
                resource_group_name: text("r"),
                role_id: None,
                subscription_id: text("632ff709-32a8-48a3-8224-30d2386fadaf"),
                tenant_id: text("632ff709-32a8-48a3-8224-30d2386fadaf"),
                valid: false,
            },
            enabled_for_search_nodes: true,
            google_cloud_kms: GoogleCloudKms {
                enabled: true,
                key_version_resource_id: text("projects/p"),
                role_id: None,
                valid: true,
            },
        };
        check(
            &answer,
            r#"{"awsKms":{"accessKeyID":null,"customerMasterKeyID":"k","enabled":true,"region":"EU_WEST_1","requirePrivateNetworking":false,"roleId":"32b6e34b3d91647abb20e7b8","valid":true},"azureKeyVault":{"azureEnvironment":"AZURE_CHINA","clientID":"632ff709-32a8-48a3-8224-30d2386fadaf","enabled":true,"keyIdentifier":"https://v.vault.azure.cn/keys/k/1","keyVaultName":"v","requirePrivateNetworking":true,"resourceGroupName":"r","roleId":null,"subscriptionID":"632ff709-32a8-48a3-8224-30d2386fadaf","tenantID":"632ff709-32a8-48a3-8224-30d2386fadaf","valid":false},"enabledForSearchNodes":true,"googleCloudKms":{"enabled":true,"keyVersionResourceID":"projects/p","roleId":null,"valid":true}}"#,
        );
    }
}
