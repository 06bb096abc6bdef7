//! The body of PATCH `encryptionAtRest`. It must not know which change is allowed.

use super::{AZURE_ENVIRONMENT, REGION};
use crate::body::{Limits, Object, parse};
use crate::fault::Fault;
use crate::patch::Patch;
use crate::schema::{FLAG, Field, Kind, OBJECT_ID, Schema, TextRule};
use crate::secret::WireSecret;
use crate::text_format::{ONE_LINE, ROLE_REFERENCE, UUID};

/// What a PATCH of a project's customer keys asks for.
#[derive(Debug, Default)]
pub struct EncryptionAtRestPatch {
    /// The key in AWS KMS.
    pub aws_kms: Patch<AwsKmsPatch>,
    /// The key in Azure Key Vault.
    pub azure_key_vault: Patch<AzureKeyVaultPatch>,
    /// Whether search nodes are encrypted too.
    pub enabled_for_search_nodes: Patch<bool>,
    /// The key in Google Cloud KMS.
    pub google_cloud_kms: Patch<GoogleCloudKmsPatch>,
}

/// What a PATCH asks of the key in AWS KMS.
#[derive(Debug, Default)]
pub struct AwsKmsPatch {
    /// Half of a static credential; the other half is the secret.
    pub access_key_id: Patch<String>,
    /// The key: id, ARN or alias ARN.
    pub customer_master_key_id: Patch<String>,
    /// Whether the provider is used.
    pub enabled: Patch<bool>,
    /// One of `AWS_REGIONS`.
    pub region: Patch<String>,
    /// Whether the provider is reached over private endpoints only.
    pub require_private_networking: Patch<bool>,
    /// The role to assume, by our id for it.
    pub role_id: Patch<String>,
    /// A secret; empty means "keep what is stored".
    pub secret_access_key: Patch<WireSecret>,
}

/// What a PATCH asks of the key in Azure Key Vault.
#[derive(Debug, Default)]
pub struct AzureKeyVaultPatch {
    /// Which Azure cloud.
    pub azure_environment: Patch<String>,
    /// The application that may use the key.
    pub client_id: Patch<String>,
    /// Whether the provider is used.
    pub enabled: Patch<bool>,
    /// The key's address.
    pub key_identifier: Patch<String>,
    /// The vault's name.
    pub key_vault_name: Patch<String>,
    /// Whether the provider is reached over private endpoints only.
    pub require_private_networking: Patch<bool>,
    /// The vault's resource group.
    pub resource_group_name: Patch<String>,
    /// The service principal to act as, by our id for it.
    pub role_id: Patch<String>,
    /// A secret; empty means "keep what is stored".
    pub secret: Patch<WireSecret>,
    /// The vault's subscription.
    pub subscription_id: Patch<String>,
    /// The application's tenant.
    pub tenant_id: Patch<String>,
}

/// What a PATCH asks of the key in Google Cloud KMS.
#[derive(Debug, Default)]
pub struct GoogleCloudKmsPatch {
    /// Whether the provider is used.
    pub enabled: Patch<bool>,
    /// The key version's resource name.
    pub key_version_resource_id: Patch<String>,
    /// The service account to act as, by our id for it.
    pub role_id: Patch<String>,
    /// A secret: a whole key file, as text; empty means "keep what is stored".
    pub service_account_key: Patch<WireSecret>,
}

impl EncryptionAtRestPatch {
    /// Reads the body of a PATCH. `{}` is a legal body here; that it asks for nothing is for the
    /// use case to refuse.
    /// Errors: every fault of shape, at least one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let body = parse(bytes, &REQUEST_SCHEMA, Limits::default())?;
        Self::from_object(body).map_err(|fault| vec![fault])
    }

    /// Says whether the body held nothing but read-only fields.
    pub const fn is_empty(&self) -> bool {
        let Self { aws_kms, azure_key_vault, enabled_for_search_nodes, google_cloud_kms } = self;
        aws_kms.is_absent()
            && azure_key_vault.is_absent()
            && enabled_for_search_nodes.is_absent()
            && google_cloud_kms.is_absent()
    }

    fn from_object(mut body: Object) -> Result<Self, Fault> {
        Ok(Self {
            aws_kms: body.one("awsKms", AwsKmsPatch::from_object)?,
            azure_key_vault: body.one("azureKeyVault", AzureKeyVaultPatch::from_object)?,
            enabled_for_search_nodes: body.flag("enabledForSearchNodes")?,
            google_cloud_kms: body.one("googleCloudKms", GoogleCloudKmsPatch::from_object)?,
        })
    }
}

impl AwsKmsPatch {
    /// Says whether the object held nothing but read-only fields: the provider stays as it is.
    pub const fn is_empty(&self) -> bool {
        let Self {
            access_key_id,
            customer_master_key_id,
            enabled,
            region,
            require_private_networking,
            role_id,
            secret_access_key,
        } = self;
        access_key_id.is_absent()
            && customer_master_key_id.is_absent()
            && enabled.is_absent()
            && region.is_absent()
            && require_private_networking.is_absent()
            && role_id.is_absent()
            && secret_access_key.is_absent()
    }

    fn from_object(mut aws: Object) -> Result<Self, Fault> {
        Ok(Self {
            access_key_id: aws.text("accessKeyID")?,
            customer_master_key_id: aws.text("customerMasterKeyID")?,
            enabled: aws.flag("enabled")?,
            region: aws.text("region")?,
            require_private_networking: aws.flag("requirePrivateNetworking")?,
            role_id: aws.text("roleId")?,
            secret_access_key: aws.secret("secretAccessKey")?,
        })
    }
}

impl AzureKeyVaultPatch {
    /// Says whether the object held nothing but read-only fields: the provider stays as it is.
    pub const fn is_empty(&self) -> bool {
        let Self {
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
        } = self;
        azure_environment.is_absent()
            && client_id.is_absent()
            && enabled.is_absent()
            && key_identifier.is_absent()
            && key_vault_name.is_absent()
            && require_private_networking.is_absent()
            && resource_group_name.is_absent()
            && role_id.is_absent()
            && secret.is_absent()
            && subscription_id.is_absent()
            && tenant_id.is_absent()
    }

    fn from_object(mut azure: Object) -> Result<Self, Fault> {
        Ok(Self {
            azure_environment: azure.text("azureEnvironment")?,
            client_id: azure.text("clientID")?,
            enabled: azure.flag("enabled")?,
            key_identifier: azure.text("keyIdentifier")?,
            key_vault_name: azure.text("keyVaultName")?,
            require_private_networking: azure.flag("requirePrivateNetworking")?,
            resource_group_name: azure.text("resourceGroupName")?,
            role_id: azure.text("roleId")?,
            secret: azure.secret("secret")?,
            subscription_id: azure.text("subscriptionID")?,
            tenant_id: azure.text("tenantID")?,
        })
    }
}

impl GoogleCloudKmsPatch {
    /// Says whether the object held nothing but read-only fields: the provider stays as it is.
    pub const fn is_empty(&self) -> bool {
        let Self { enabled, key_version_resource_id, role_id, service_account_key } = self;
        enabled.is_absent()
            && key_version_resource_id.is_absent()
            && role_id.is_absent()
            && service_account_key.is_absent()
    }

    fn from_object(mut google: Object) -> Result<Self, Fault> {
        Ok(Self {
            enabled: google.flag("enabled")?,
            key_version_resource_id: google.text("keyVersionResourceID")?,
            role_id: google.text("roleId")?,
            service_account_key: google.secret("serviceAccountKey")?,
        })
    }
}

/// The shape of the body. Everything may be left out or `null`: what is missing depends on what
/// is stored, and clients echo what GET answered.
pub static REQUEST_SCHEMA: Schema = Schema {
    name: Some("EncryptionAtRestUpdate"),
    description: "Changes to the customer keys of a project. What is left out stays as it is.",
    kind: Kind::Object { fields: FIELDS, open: false },
};

static FIELDS: &[Field] = &[
    Field::optional("awsKms", &AWS_KMS, "The key in AWS KMS; null or empty leaves it as it is.").nullable(),
    Field::optional("azureKeyVault", &AZURE_KEY_VAULT, "The key in Azure Key Vault; null or empty leaves it as it is.")
        .nullable(),
    Field::optional("enabledForSearchNodes", &FLAG, "Whether search nodes are encrypted too.").nullable(),
    Field::optional(
        "googleCloudKms",
        &GOOGLE_CLOUD_KMS,
        "The key in Google Cloud KMS; null or empty leaves it as it is.",
    )
    .nullable(),
];

const ENABLED: &str = "Whether this provider is used. false destroys its stored credentials.";
const PRIVATE: &str = "Whether the provider is reached over private endpoints only.";
const VALID: &str = "Accepted and ignored here, so that an answer can be sent back.";
const AWS_ROLE_WORDS: &str =
    "The access role to act as, by its id or by the ARN of its IAM role; it replaces static credentials.";
const ROLE: &str = "The id of the access role to act as; it replaces static credentials.";

static AWS_KMS: Schema = Schema {
    name: Some("AwsKmsUpdate"),
    description: "Changes to the key in AWS KMS.",
    kind: Kind::Object { fields: AWS_KMS_FIELDS, open: false },
};

static AWS_KMS_FIELDS: &[Field] = &[
    Field::optional("accessKeyID", &ACCESS_KEY_ID, "The access key id of a static credential.").nullable(),
    Field::optional("customerMasterKeyID", &KEY_ID, "The key: its id, its ARN, or the ARN of an alias.").nullable(),
    Field::optional("enabled", &FLAG, ENABLED).nullable(),
    Field::optional("region", &REGION, "The region the key lives in.").nullable(),
    Field::optional("requirePrivateNetworking", &FLAG, PRIVATE).nullable(),
    Field::optional("roleId", &AWS_ROLE, AWS_ROLE_WORDS).nullable(),
    Field::optional("secretAccessKey", &SECRET, "The secret of a static credential; empty keeps the stored one.")
        .nullable()
        .write_only(),
    Field::optional("valid", &FLAG, VALID).nullable().read_only(),
];

static AZURE_KEY_VAULT: Schema = Schema {
    name: Some("AzureKeyVaultUpdate"),
    description: "Changes to the key in Azure Key Vault.",
    kind: Kind::Object { fields: AZURE_KEY_VAULT_FIELDS, open: false },
};

static AZURE_KEY_VAULT_FIELDS: &[Field] = &[
    Field::optional("azureEnvironment", &AZURE_ENVIRONMENT, "The Azure cloud the vault lives in.").nullable(),
    Field::optional("clientID", &GUID, "The application that may use the key.").nullable(),
    Field::optional("enabled", &FLAG, ENABLED).nullable(),
    Field::optional("keyIdentifier", &LINE, "The key's address in the vault, with its version.").nullable(),
    Field::optional("keyVaultName", &LINE, "The vault's name.").nullable(),
    Field::optional("requirePrivateNetworking", &FLAG, PRIVATE).nullable(),
    Field::optional("resourceGroupName", &LINE, "The resource group the vault belongs to.").nullable(),
    Field::optional("roleId", &OBJECT_ID, ROLE).nullable(),
    Field::optional("secret", &SECRET, "The application's secret; empty keeps the stored one.").nullable().write_only(),
    Field::optional("subscriptionID", &GUID, "The subscription the vault belongs to.").nullable(),
    Field::optional("tenantID", &GUID, "The tenant of the application.").nullable(),
    Field::optional("valid", &FLAG, VALID).nullable().read_only(),
];

static GOOGLE_CLOUD_KMS: Schema = Schema {
    name: Some("GoogleCloudKmsUpdate"),
    description: "Changes to the key in Google Cloud KMS.",
    kind: Kind::Object { fields: GOOGLE_CLOUD_KMS_FIELDS, open: false },
};

static GOOGLE_CLOUD_KMS_FIELDS: &[Field] = &[
    Field::optional("enabled", &FLAG, ENABLED).nullable(),
    Field::optional("keyVersionResourceID", &LINE, "The resource name of the key version.").nullable(),
    Field::optional("roleId", &OBJECT_ID, ROLE).nullable(),
    Field::optional(
        "serviceAccountKey",
        &KEY_FILE,
        "The service account's key file as one string; empty keeps the stored one.",
    )
    .nullable()
    .write_only(),
    Field::optional("valid", &FLAG, VALID).nullable().read_only(),
];

/// Source: contract.md 2.2.
static ACCESS_KEY_ID: Schema = Schema::inline(Kind::Text(TextRule { min: 16, max: 128, format: Some(&ONE_LINE) }));
/// Source: contract.md 2.2.
static KEY_ID: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 2048, format: Some(&ONE_LINE) }));
/// Ours beside the id: whoever has the ARN need not look the id up.
static AWS_ROLE: Schema = Schema::inline(Kind::Text(TextRule { min: 24, max: 2048, format: Some(&ROLE_REFERENCE) }));
/// No length is published for these; ours is far above any real one.
static LINE: Schema = Schema::inline(Kind::Text(TextRule { min: 1, max: 2048, format: Some(&ONE_LINE) }));
static SECRET: Schema = Schema::inline(Kind::Text(TextRule { min: 0, max: 4096, format: Some(&ONE_LINE) }));
/// A real key file has about 2,400 characters.
static KEY_FILE: Schema = Schema::inline(Kind::Text(TextRule { min: 0, max: 16_384, format: None }));
static GUID: Schema = Schema::inline(Kind::Text(TextRule { min: 36, max: 36, format: Some(&UUID) }));

#[cfg(test)]
mod tests;
