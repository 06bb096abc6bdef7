//! What dev mode starts with: a customer and an operator in each simulated cloud, an organization with a
//! project and credentials here. Seeding the clouds is safe to repeat; the house is seeded once.

mod aws;
mod azure;
pub(super) mod fleet;
mod gcp;

use std::time::Duration;

use control::Control;
use control::bootstrap::NewApiKey;
use domain::access::{Grants, OrgRole, ProjectRole};
use domain::customer_key::Policy;
use domain::customer_key::azure_key_vault::AzureEnvironment;
use domain::id::ProjectId;
use providers::{Clock, ProvidersConfig, aws_kms, azure_key_vault};
use serde_json::Value;
use server::api::auth::ha1;
use simulators::Clouds;

use super::Places;
use super::dev_json::{Addresses, ApiPart, CloudsPart, DevJson, KeyPart, ServiceAccountPart};
use aws::SeededAws;
use azure::SeededAzure;
use gcp::SeededGcp;

/// What the simulated clouds hold for us.
pub(super) struct SeededClouds {
    aws: SeededAws,
    azure: SeededAzure,
    gcp: SeededGcp,
}

/// Furnishes the simulated clouds, or finds them furnished.
/// Errors: a simulator refuses.
pub(super) async fn seed_clouds(clouds: &Clouds, places: &Places) -> anyhow::Result<SeededClouds> {
    let (aws, azure, gcp) =
        tokio::try_join!(aws::seed(clouds, &places.aws), azure::seed(clouds, &places.azure), gcp::seed(clouds))?;
    Ok(SeededClouds { aws, azure, gcp })
}

impl SeededClouds {
    /// Gives the providers' settings. The clouds are asked for a list of their private endpoints at most every
    /// `survey_every`.
    /// Errors: a simulator made what it never makes.
    pub(super) fn providers(&self, survey_every: Duration) -> anyhow::Result<ProvidersConfig> {
        Ok(ProvidersConfig {
            clock: Clock::system(),
            allow_networks: vec!["127.0.0.0/8".parse()?, "::1/128".parse()?],
            aws: aws_kms::Config { survey_every, ..self.aws.config() },
            azure: azure_key_vault::Config { survey_every, ..self.azure.config()? },
            google: self.gcp.config()?,
        })
    }

    async fn admit(&self, clouds: &Clouds, control: &Control, project: ProjectId) -> anyhow::Result<Roles> {
        Ok(Roles {
            aws: self.aws.admit(clouds, control, project).await?.to_string(),
            azure: self.azure.admit(clouds, control, project).await?.to_string(),
            gcp: self.gcp.admit(clouds, control, project).await?.to_string(),
        })
    }

    /// Tells a program what it needs to know about the clouds, at the addresses of this run.
    pub(super) fn part(&self, roles: &Roles, addresses: &Addresses) -> CloudsPart {
        CloudsPart {
            ca_file: addresses.ca_file.clone(),
            console: addresses.console.clone(),
            console_token: addresses.console_token.clone(),
            aws: self.aws.part(&roles.aws),
            azure: self.azure.part(&roles.azure),
            gcp: self.gcp.part(&roles.gcp),
        }
    }

    /// Gives the operator's policy.
    pub(super) fn policy(&self) -> Policy {
        Policy {
            vault_suffixes: self.azure.suffixes(),
            operator_azure_environment: Some(AzureEnvironment::Azure),
            google_token_uri: self.gcp.token_uri(),
            ..Policy::default()
        }
    }
}

/// The roles that the project was given, by their ids.
pub(super) struct Roles {
    pub(super) aws: String,
    pub(super) azure: String,
    pub(super) gcp: String,
}

/// Furnishes an empty house: an organization, the first project with nothing enabled, credentials,
/// and a proved provider role of each cloud.
/// Errors: those of the use cases and of the simulators.
pub(super) async fn seed_house(
    control: &Control,
    clouds: &Clouds,
    seeded: &SeededClouds,
    addresses: &Addresses,
) -> anyhow::Result<DevJson> {
    let org = control.create_organization("Dev").await?;
    let project = control.create_project(org.id, "dev").await?;
    let grants = |org_role: OrgRole, project_role: Option<ProjectRole>| Grants {
        org: org.id,
        org_roles: [org_role].into(),
        project_roles: project_role.map(|role| (project.id, [role].into())).into_iter().collect(),
    };
    let owner = control.create_api_key("owner", grants(OrgRole::Owner, None), ha1).await?;
    let read_only = grants(OrgRole::Member, Some(ProjectRole::ReadOnly));
    let read_only = control.create_api_key("read only", read_only, ha1).await?;
    let account = control.create_service_account("dev", grants(OrgRole::Owner, None)).await?;
    let roles = seeded.admit(clouds, control, project.id).await?;

    Ok(DevJson {
        api: ApiPart {
            base_url: format!("http://{}", addresses.api),
            tls_base_url: Some(format!("https://{}", addresses.api_tls)),
            ca_file: Some(addresses.api_ca.clone()),
            operations_url: format!("http://{}", addresses.operations),
            org_id: org.id.to_string(),
            project_id: project.id.to_string(),
            api_key: key_part(owner),
            read_only_api_key: key_part(read_only),
            service_account: ServiceAccountPart {
                client_id: account.client_id,
                client_secret: account.client_secret.expose().to_owned(),
            },
        },
        ui: Value::Null,
        kmip: None,
        clouds: seeded.part(&roles, addresses),
    })
}

/// Adds members to a JSON object.
fn extend(object: &mut Value, members: Value) {
    if let (Value::Object(object), Value::Object(members)) = (object, members) {
        object.extend(members);
    }
}

fn key_part(key: NewApiKey) -> KeyPart {
    KeyPart { public_key: key.public_key, private_key: key.private_key.expose().to_owned() }
}
