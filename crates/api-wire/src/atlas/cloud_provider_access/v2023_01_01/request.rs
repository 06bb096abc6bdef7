//! The bodies that make and authorize access roles. They must not know which role is safe.

use crate::atlas::cloud_provider_access::{PROVIDER_NAME, ProviderName};
use crate::body::{Limits, Object, parse};
use crate::fault::{Fault, FaultKind};
use crate::patch::Patch;
use crate::schema::{Field, Kind, Schema, TextRule};
use crate::text_format::{ROLE_ARN, UUID};

/// What a POST says about a role to be.
#[derive(Debug, PartialEq, Eq)]
pub enum RoleCreate {
    /// One of AWS.
    Aws,
    /// One of Azure.
    Azure {
        /// The application that the service principal is one of.
        atlas_azure_app_id: Option<String>,
        /// The service principal's object id.
        service_principal_id: String,
        /// The customer's tenant.
        tenant_id: String,
    },
    /// One of Google.
    Gcp,
}

/// What a PATCH says about whom a role stands for. What is left out or null stays as it is.
#[derive(Debug, PartialEq, Eq)]
pub enum RoleUpdate {
    /// One of AWS.
    Aws {
        /// The IAM role.
        iam_assumed_role_arn: Option<String>,
    },
    /// One of Azure.
    Azure {
        /// The application that the service principal is one of.
        atlas_azure_app_id: Option<String>,
        /// The service principal's object id.
        service_principal_id: Option<String>,
        /// The customer's tenant.
        tenant_id: Option<String>,
    },
    /// One of Google.
    Gcp,
}

impl RoleCreate {
    /// Reads the body of a POST.
    /// Errors: every fault of shape, at least one; a field of another cloud is one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let (provider, mut fields) = Fields::read(bytes, &CREATE_SCHEMA)?;
        let mut faults = fields.faults_for(provider);
        let mut needed = |name: &str, value: Option<String>| {
            value.unwrap_or_else(|| {
                faults.push(Fault::at(name, FaultKind::Missing));
                String::new()
            })
        };
        let role = match provider {
            ProviderName::Aws => Self::Aws,
            ProviderName::Azure => Self::Azure {
                atlas_azure_app_id: fields.application.take(),
                service_principal_id: needed("servicePrincipalId", fields.principal.take()),
                tenant_id: needed("tenantId", fields.tenant.take()),
            },
            ProviderName::Gcp => Self::Gcp,
        };
        if faults.is_empty() { Ok(role) } else { Err(faults) }
    }
}

impl RoleUpdate {
    /// Reads the body of a PATCH.
    /// Errors: every fault of shape, at least one; a field of another cloud is one.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        let (provider, fields) = Fields::read(bytes, &UPDATE_SCHEMA)?;
        let faults = fields.faults_for(provider);
        let Fields { role_arn, application, principal, tenant } = fields;
        let role = match provider {
            ProviderName::Aws => Self::Aws { iam_assumed_role_arn: role_arn },
            ProviderName::Azure => {
                Self::Azure { atlas_azure_app_id: application, service_principal_id: principal, tenant_id: tenant }
            }
            ProviderName::Gcp => Self::Gcp,
        };
        if faults.is_empty() { Ok(role) } else { Err(faults) }
    }
}

/// The fields that say something, of all clouds.
struct Fields {
    role_arn: Option<String>,
    application: Option<String>,
    principal: Option<String>,
    tenant: Option<String>,
}

impl Fields {
    fn read(bytes: &[u8], schema: &Schema) -> Result<(ProviderName, Self), Vec<Fault>> {
        let body = parse(bytes, schema, Limits::default())?;
        Self::from_object(body).map_err(|fault| vec![fault])
    }

    fn from_object(mut body: Object) -> Result<(ProviderName, Self), Fault> {
        let named = body.text("providerName")?.value().and_then(|name| ProviderName::parse(&name));
        let provider = named.ok_or_else(|| Fault::at("providerName", FaultKind::Missing))?;
        let mut text = |name: &str| body.text(name).map(Patch::value);
        let fields = Self {
            role_arn: text("iamAssumedRoleArn")?,
            application: text("atlasAzureAppId")?,
            principal: text("servicePrincipalId")?,
            tenant: text("tenantId")?,
        };
        Ok((provider, fields))
    }

    /// Finds the fields that are there for another cloud.
    fn faults_for(&self, provider: ProviderName) -> Vec<Fault> {
        let all = [
            ("iamAssumedRoleArn", &self.role_arn, ProviderName::Aws),
            ("atlasAzureAppId", &self.application, ProviderName::Azure),
            ("servicePrincipalId", &self.principal, ProviderName::Azure),
            ("tenantId", &self.tenant, ProviderName::Azure),
        ];
        let strays = all.into_iter().filter(|(_, value, whose)| value.is_some() && *whose != provider);
        strays.map(|(name, _, _)| Fault::at(name, FaultKind::NotOnProvider { provider: provider.as_str() })).collect()
    }
}

/// The shape of the body of a POST.
pub static CREATE_SCHEMA: Schema = Schema {
    name: Some("CloudProviderAccessRoleRequest"),
    description: "An access role to be. AWS and Google need no more than the cloud's name.",
    kind: Kind::Object {
        fields: &[
            ID_SHOWN,
            ACCOUNT_ARN_SHOWN,
            EXTERNAL_ID_SHOWN,
            APP_ID,
            AUTHORIZED_SHOWN,
            CREATED_SHOWN,
            USAGES_SHOWN,
            ACCOUNT_SHOWN,
            UPDATED_SHOWN,
            PROVIDER,
            ROLE_ID_SHOWN,
            PRINCIPAL_ID,
            STATUS_SHOWN,
            TENANT_ID,
        ],
        open: false,
    },
};

/// The shape of the body of a PATCH.
pub static UPDATE_SCHEMA: Schema = Schema {
    name: Some("CloudProviderAccessRoleRequestUpdate"),
    description: "Whom an access role stands for. AWS needs iamAssumedRoleArn; Google needs nothing.",
    kind: Kind::Object {
        fields: &[
            ID_SHOWN,
            ACCOUNT_ARN_SHOWN,
            EXTERNAL_ID_SHOWN,
            APP_ID,
            AUTHORIZED_SHOWN,
            CREATED_SHOWN,
            USAGES_SHOWN,
            ACCOUNT_SHOWN,
            ARN,
            UPDATED_SHOWN,
            PROVIDER,
            ROLE_ID_SHOWN,
            PRINCIPAL_ID,
            STATUS_SHOWN,
            TENANT_ID,
        ],
        open: false,
    },
};

const ID_SHOWN: Field = Field::shown("_id");
const ROLE_ID_SHOWN: Field = Field::shown("roleId");
const ACCOUNT_ARN_SHOWN: Field = Field::shown("atlasAWSAccountArn");
const EXTERNAL_ID_SHOWN: Field = Field::shown("atlasAssumedRoleExternalId");
const ACCOUNT_SHOWN: Field = Field::shown("gcpServiceAccountForAtlas");
const STATUS_SHOWN: Field = Field::shown("status");
const USAGES_SHOWN: Field = Field::shown("featureUsages");
const AUTHORIZED_SHOWN: Field = Field::shown("authorizedDate");
const CREATED_SHOWN: Field = Field::shown("createdDate");
const UPDATED_SHOWN: Field = Field::shown("lastUpdatedDate");

const PROVIDER: Field = Field::required("providerName", &PROVIDER_NAME, "Which cloud the role is in.");
const ARN: Field = Field::optional(
    "iamAssumedRoleArn",
    &IAM_ROLE,
    "AWS: the IAM role, whose trust policy names this service and asks for the role's external id.",
)
.nullable();
const APP_ID: Field = Field::optional(
    "atlasAzureAppId",
    &GUID,
    "Azure: this service's application; the one that answers show, if it is there.",
)
.nullable();
const PRINCIPAL_ID: Field = Field::optional(
    "servicePrincipalId",
    &GUID,
    "Azure: the object id of the application's service principal in your tenant.",
)
.nullable();
const TENANT_ID: Field = Field::optional("tenantId", &GUID, "Azure: your tenant.").nullable();

/// Source: contract.md 2.8.
static IAM_ROLE: Schema = Schema::inline(Kind::Text(TextRule { min: 20, max: 2048, format: Some(&ROLE_ARN) }));
static GUID: Schema = Schema::inline(Kind::Text(TextRule { min: 36, max: 36, format: Some(&UUID) }));

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "632ff709-32a8-48a3-8224-30d2386fadaf";
    const ARN: &str = "arn:aws:iam::444455556666:role/path/atrest";

    fn fields(faults: Vec<Fault>) -> Vec<String> {
        faults.into_iter().map(|fault| fault.path).collect()
    }

    #[test]
    fn reads_what_clients_send() {
        assert_eq!(RoleCreate::read(br#"{"providerName":"AWS"}"#), Ok(RoleCreate::Aws));
        assert_eq!(RoleCreate::read(br#"{"providerName":"GCP"}"#), Ok(RoleCreate::Gcp));
        let azure = format!(
            r#"{{"providerName":"AZURE","atlasAzureAppId":"{GUID}","servicePrincipalId":"{GUID}","tenantId":"{GUID}"}}"#
        );
        let text = || GUID.to_owned();
        let (service_principal_id, tenant_id) = (text(), text());
        let created = RoleCreate::Azure { atlas_azure_app_id: Some(text()), service_principal_id, tenant_id };
        assert_eq!(RoleCreate::read(azure.as_bytes()), Ok(created));
        let (service_principal_id, tenant_id) = (Some(text()), Some(text()));
        let updated = RoleUpdate::Azure { atlas_azure_app_id: Some(text()), service_principal_id, tenant_id };
        assert_eq!(RoleUpdate::read(azure.as_bytes()), Ok(updated));
        let aws = format!(r#"{{"providerName":"AWS","iamAssumedRoleArn":"{ARN}"}}"#);
        let updated = RoleUpdate::Aws { iam_assumed_role_arn: Some(ARN.to_owned()) };
        assert_eq!(RoleUpdate::read(aws.as_bytes()), Ok(updated));
        // What an answer showed comes back whole.
        let echoed = format!(
            r#"{{"atlasAWSAccountArn":"x","atlasAssumedRoleExternalId":"x","authorizedDate":null,"createdDate":"x","featureUsages":[],"iamAssumedRoleArn":"{ARN}","providerName":"AWS","roleId":"x"}}"#
        );
        assert!(RoleUpdate::read(echoed.as_bytes()).is_ok());
        assert_eq!(RoleUpdate::read(br#"{"providerName":"GCP"}"#), Ok(RoleUpdate::Gcp));
    }

    /// Names the faulty fields of a body.
    type Read<'r> = &'r dyn Fn(&str) -> Vec<String>;

    #[test]
    fn tells_every_fault_at_once() {
        let created = |body: &str| fields(RoleCreate::read(body.as_bytes()).unwrap_err());
        let updated = |body: &str| fields(RoleUpdate::read(body.as_bytes()).unwrap_err());
        let both: [Read<'_>; 2] = [&created, &updated];
        for read in both {
            assert_eq!(read("{}"), ["providerName"]);
            assert_eq!(read(r#"{"providerName":null}"#), ["providerName"]);
            assert_eq!(read(r#"{"providerName":"aws"}"#), ["providerName"]);
            assert_eq!(read(r#"{"providerName":["AWS"]}"#), ["providerName"]);
            assert_eq!(read(r#"{"providerName":"AWS","role":1}"#), ["role"]);
            assert_eq!(
                read(r#"{"providerName":"AZURE","tenantId":"x","servicePrincipalId":1}"#),
                ["tenantId", "servicePrincipalId"]
            );
            let stray = format!(r#"{{"providerName":"GCP","tenantId":"{GUID}","servicePrincipalId":"{GUID}"}}"#);
            assert_eq!(read(&stray), ["servicePrincipalId", "tenantId"]);
        }
        assert_eq!(created(r#"{"providerName":"AZURE"}"#), ["servicePrincipalId", "tenantId"]);
        assert_eq!(created(&format!(r#"{{"providerName":"AWS","iamAssumedRoleArn":"{ARN}"}}"#)), ["iamAssumedRoleArn"]);
        for wrong in [
            "arn:aws:iam::444455556666:user/atrest",
            "arn:aws:iam::4444:role/atrest",
            "",
            "https://evil.example/aaaaaaaaa",
        ] {
            assert_eq!(
                updated(&format!(r#"{{"providerName":"AWS","iamAssumedRoleArn":"{wrong}"}}"#)),
                ["iamAssumedRoleArn"]
            );
        }
        assert_eq!(
            updated(&format!(r#"{{"providerName":"AZURE","iamAssumedRoleArn":"{ARN}"}}"#)),
            ["iamAssumedRoleArn"]
        );
    }
}
