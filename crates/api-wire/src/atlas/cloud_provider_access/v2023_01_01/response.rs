//! What the operations about access roles answer. What is not there yet is null.

use serde::Serialize;

use crate::atlas::cloud_provider_access::{PROVIDER_NAME, ProviderName};
use crate::schema::{DATE_TIME, Field, Kind, OBJECT_ID, Schema, TEXT};
use crate::wire_time::WireTime;

/// One access role. The three clouds' have fields of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Role {
    /// One of AWS.
    Aws(AwsRole),
    /// One of Azure.
    Azure(AzureRole),
    /// One of Google.
    Gcp(GcpRole),
}

/// An IAM role that we assume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AwsRole {
    /// Whom the IAM role has to trust: the operator's identity.
    #[serde(rename = "atlasAWSAccountArn")]
    pub atlas_aws_account_arn: Option<String>,
    /// What its trust policy has to ask for.
    pub atlas_assumed_role_external_id: String,
    /// When it was proved.
    pub authorized_date: Option<WireTime>,
    /// When it was made.
    pub created_date: WireTime,
    /// What uses it.
    pub feature_usages: Vec<FeatureUsage>,
    /// The IAM role.
    pub iam_assumed_role_arn: Option<String>,
    /// `AWS`.
    pub provider_name: ProviderName,
    /// Our id for it.
    pub role_id: String,
}

/// A service principal of the operator's application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AzureRole {
    /// Our id for it. The others call this `roleId`.
    #[serde(rename = "_id")]
    pub id: String,
    /// The operator's application.
    pub atlas_azure_app_id: Option<String>,
    /// When it was made.
    pub created_date: WireTime,
    /// What uses it.
    pub feature_usages: Vec<FeatureUsage>,
    /// When it was made or proved.
    pub last_updated_date: WireTime,
    /// `AZURE`.
    pub provider_name: ProviderName,
    /// The service principal's object id.
    pub service_principal_id: String,
    /// The customer's tenant.
    pub tenant_id: String,
}

/// A service account that was made for the role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GcpRole {
    /// When it was made.
    pub created_date: WireTime,
    /// What uses it.
    pub feature_usages: Vec<FeatureUsage>,
    /// The service account.
    pub gcp_service_account_for_atlas: String,
    /// `GCP`.
    pub provider_name: ProviderName,
    /// Our id for it.
    pub role_id: String,
    /// How far the service account is.
    pub status: GcpStatus,
}

/// How far a service account is.
/// Source: contract.md 2.8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GcpStatus {
    /// It is being made.
    InProgress,
    /// It is there.
    Complete,
}

/// One use of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FeatureUsage {
    /// Where.
    pub feature_id: FeatureId,
    /// By what.
    pub feature_type: FeatureType,
}

/// Where a role is used.
/// Source: clients.md 3.5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FeatureId {
    /// In which project.
    pub group_id: String,
}

/// What uses a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FeatureType {
    /// A customer key is reached with it.
    EncryptionAtRest,
}

impl FeatureType {
    /// Returns the name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EncryptionAtRest => "ENCRYPTION_AT_REST",
        }
    }
}

/// All access roles of a project; no page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Roles {
    /// Those of AWS.
    pub aws_iam_roles: Vec<AwsRole>,
    /// Those of Azure.
    pub azure_service_principals: Vec<AzureRole>,
    /// Those of Google.
    pub gcp_service_accounts: Vec<GcpRole>,
}

/// The shape of one role, of whichever cloud.
pub static ROLE_SCHEMA: Schema = Schema {
    name: Some("CloudProviderAccessRole"),
    description: "An identity in a customer's cloud, or made for him, that customer keys are reached with. Which fields are there depends on providerName.",
    kind: Kind::Object { fields: ROLE_FIELDS, open: false },
};

/// The shape of all roles of a project.
pub static ROLES_SCHEMA: Schema = Schema {
    name: Some("CloudProviderAccessRoles"),
    description: "All access roles of a project, by cloud.",
    kind: Kind::Object { fields: ROLES_FIELDS, open: false },
};

static ROLES_FIELDS: &[Field] = &[
    Field::required("awsIamRoles", &AWS_ROLES, "Those of AWS, oldest first."),
    Field::required("azureServicePrincipals", &AZURE_ROLES, "Those of Azure, oldest first."),
    Field::required("gcpServiceAccounts", &GCP_ROLES, "Those of Google, oldest first."),
];

/// More than a project can have.
const MOST: usize = 1000;
static AWS_ROLES: Schema = Schema::inline(Kind::List { items: &AWS_SCHEMA, max: MOST });
static AZURE_ROLES: Schema = Schema::inline(Kind::List { items: &AZURE_SCHEMA, max: MOST });
static GCP_ROLES: Schema = Schema::inline(Kind::List { items: &GCP_SCHEMA, max: MOST });

static AWS_SCHEMA: Schema = Schema {
    name: Some("CloudProviderAccessAWSIAMRole"),
    description: "An IAM role that this service assumes.",
    kind: Kind::Object {
        fields: &[ACCOUNT_ARN, EXTERNAL_ID, AUTHORIZED, CREATED, USAGES, ROLE_ARN, PROVIDER, ROLE_ID],
        open: false,
    },
};

static AZURE_SCHEMA: Schema = Schema {
    name: Some("CloudProviderAccessAzureServicePrincipal"),
    description: "A service principal of this service's application.",
    kind: Kind::Object {
        fields: &[AZURE_ID, APP_ID, CREATED, USAGES, UPDATED, PROVIDER, PRINCIPAL_ID, TENANT_ID],
        open: false,
    },
};

static GCP_SCHEMA: Schema = Schema {
    name: Some("CloudProviderAccessGCPServiceAccount"),
    description: "A service account that was made for the role.",
    kind: Kind::Object { fields: &[CREATED, USAGES, ACCOUNT, PROVIDER, ROLE_ID, STATUS], open: false },
};

static ROLE_FIELDS: &[Field] = &[
    maybe(AZURE_ID),
    maybe(ACCOUNT_ARN),
    maybe(EXTERNAL_ID),
    maybe(APP_ID),
    maybe(AUTHORIZED),
    CREATED,
    USAGES,
    maybe(ACCOUNT),
    maybe(ROLE_ARN),
    maybe(UPDATED),
    PROVIDER,
    maybe(ROLE_ID),
    maybe(PRINCIPAL_ID),
    maybe(STATUS),
    maybe(TENANT_ID),
];

/// A field that only some clouds' roles have.
const fn maybe(field: Field) -> Field {
    Field { required: false, ..field }
}

const ACCOUNT_ARN: Field =
    Field::required("atlasAWSAccountArn", &TEXT, "Whom the IAM role has to trust: this service's identity at AWS.")
        .nullable();
const EXTERNAL_ID: Field = Field::required(
    "atlasAssumedRoleExternalId",
    &TEXT,
    "What the IAM role's trust policy has to ask for. One for each role, and no secret.",
);
const AUTHORIZED: Field =
    Field::required("authorizedDate", &DATE_TIME, "When the role was proved; null until then.").nullable();
const CREATED: Field = Field::required("createdDate", &DATE_TIME, "When the role was made.");
const UPDATED: Field = Field::required("lastUpdatedDate", &DATE_TIME, "When the role was made or proved.");
const USAGES: Field = Field::required("featureUsages", &FEATURE_USAGES, "What uses the role.");
const ROLE_ARN: Field = Field::required("iamAssumedRoleArn", &TEXT, "The IAM role; null until it was told.").nullable();
const PROVIDER: Field = Field::required("providerName", &PROVIDER_NAME, "Which cloud the role is in.");
const ROLE_ID: Field = Field::required("roleId", &OBJECT_ID, "The role's id, as settings name it.");
const AZURE_ID: Field = Field::required("_id", &OBJECT_ID, "The role's id, as settings name it.");
const APP_ID: Field =
    Field::required("atlasAzureAppId", &TEXT, "This service's application, which the service principal is one of.")
        .nullable();
const PRINCIPAL_ID: Field = Field::required("servicePrincipalId", &TEXT, "The service principal's object id.");
const TENANT_ID: Field = Field::required("tenantId", &TEXT, "The tenant the service principal is in.");
const ACCOUNT: Field =
    Field::required("gcpServiceAccountForAtlas", &TEXT, "The service account to give leave to use the key.");
const STATUS: Field = Field::required("status", &GCP_STATUS, "How far the service account is.");

static GCP_STATUS: Schema = Schema::inline(Kind::OneOf(&["IN_PROGRESS", "COMPLETE", "FAILED", "NOT_INITIATED"]));
static FEATURE_USAGES: Schema = Schema::inline(Kind::List { items: &FEATURE_USAGE, max: MOST });
static FEATURE_USAGE: Schema = Schema {
    name: Some("CloudProviderAccessFeatureUsage"),
    description: "One use of a role.",
    kind: Kind::Object {
        fields: &[
            Field::required("featureId", &FEATURE_ID, "Where the role is used."),
            Field::required("featureType", &FEATURE_TYPE, "What uses the role."),
        ],
        open: false,
    },
};
static FEATURE_ID: Schema =
    Schema::inline(Kind::Object { fields: &[Field::required("groupId", &OBJECT_ID, "The project.")], open: false });
static FEATURE_TYPE: Schema = Schema::inline(Kind::OneOf(&[
    "ATLAS_DATA_LAKE",
    "ENCRYPTION_AT_REST",
    "EXPORT_SNAPSHOT",
    "PUSH_BASED_LOG_EXPORT",
    "ATLAS_LOG_INTEGRATION",
]));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::{Limits, parse};

    const ID: &str = "32b6e34b3d91647abb20e7b8";

    fn aws() -> AwsRole {
        AwsRole {
            atlas_aws_account_arn: Some("arn:aws:iam::111122223333:user/atrest".to_owned()),
            atlas_assumed_role_external_id: "632ff709-32a8-48a3-8224-30d2386fadaf".to_owned(),
            authorized_date: None,
            created_date: WireTime::from_epoch_millis(0),
            feature_usages: Vec::new(),
            iam_assumed_role_arn: None,
            provider_name: ProviderName::Aws,
            role_id: ID.to_owned(),
        }
    }

    fn usage() -> Vec<FeatureUsage> {
        let feature_id = FeatureId { group_id: ID.to_owned() };
        vec![FeatureUsage { feature_id, feature_type: FeatureType::EncryptionAtRest }]
    }

    #[test]
    fn writes_a_new_role_as_it_was_recorded() {
        assert_eq!(
            serde_json::to_string(&Role::Aws(aws())).unwrap(),
            r#"{"atlasAWSAccountArn":"arn:aws:iam::111122223333:user/atrest","atlasAssumedRoleExternalId":"632ff709-32a8-48a3-8224-30d2386fadaf","authorizedDate":null,"createdDate":"1970-01-01T00:00:00Z","featureUsages":[],"iamAssumedRoleArn":null,"providerName":"AWS","roleId":"32b6e34b3d91647abb20e7b8"}"#
        );
        let none = serde_json::to_string(&Roles::default()).unwrap();
        assert_eq!(none, r#"{"awsIamRoles":[],"azureServicePrincipals":[],"gcpServiceAccounts":[]}"#);
    }

    #[test]
    fn writes_every_role_as_its_schemas_say() {
        let aws = AwsRole {
            authorized_date: Some(WireTime::from_epoch_millis(1)),
            iam_assumed_role_arn: Some("arn:aws:iam::444455556666:role/atrest".to_owned()),
            feature_usages: usage(),
            ..aws()
        };
        let azure = AzureRole {
            id: ID.to_owned(),
            atlas_azure_app_id: Some("632ff709-32a8-48a3-8224-30d2386fadaf".to_owned()),
            created_date: WireTime::from_epoch_millis(0),
            feature_usages: usage(),
            last_updated_date: WireTime::from_epoch_millis(0),
            provider_name: ProviderName::Azure,
            service_principal_id: "632ff709-32a8-48a3-8224-30d2386fadaf".to_owned(),
            tenant_id: "632ff709-32a8-48a3-8224-30d2386fadaf".to_owned(),
        };
        let gcp = GcpRole {
            created_date: WireTime::from_epoch_millis(0),
            feature_usages: usage(),
            gcp_service_account_for_atlas: "a@p-x.iam.gserviceaccount.com".to_owned(),
            provider_name: ProviderName::Gcp,
            role_id: ID.to_owned(),
            status: GcpStatus::Complete,
        };
        for role in [Role::Aws(aws.clone()), Role::Azure(azure.clone()), Role::Gcp(gcp.clone())] {
            parse(serde_json::to_string(&role).unwrap().as_bytes(), &ROLE_SCHEMA, Limits::default()).unwrap();
        }
        let all =
            Roles { aws_iam_roles: vec![aws], azure_service_principals: vec![azure], gcp_service_accounts: vec![gcp] };
        parse(serde_json::to_string(&all).unwrap().as_bytes(), &ROLES_SCHEMA, Limits::default()).unwrap();
    }
}
