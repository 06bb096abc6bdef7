//! The simulated Google Cloud of dev mode: a customer's project with a key, and an operator's project
//! with the service account that impersonates those of roles.

use anyhow::Context as _;
use control::Control;
use domain::id::{ProjectId, ProviderRoleId};
use domain::provider_role::RoleIdentity;
use domain::secret::SecretText;
use providers::gcp_kms;
use serde_json::{Value, json};
use simulators::Clouds;
use simulators::gcp::{NewKey, ServiceAccountKey};

use crate::config::operator_of;
use crate::dev::dev_json::{GcpPart, KeyFilePart};

const CUSTOMER_PROJECT: &str = "customer-dev";
/// Atlas's clients expect roles' service accounts in a project of this form.
const OPERATOR_PROJECT: &str = "p-devdevdevdevdevdevdevdev";
const LOCATION: &str = "us-east4";
/// The least that encryption at rest needs. Source: docs/providers/gcp.md.
const USE: [&str; 2] = ["roles/cloudkms.cryptoKeyEncrypterDecrypter", "roles/cloudkms.viewer"];

/// What the simulated Google Cloud holds for us.
pub(super) struct SeededGcp {
    customer: ServiceAccountKey,
    user: ServiceAccountKey,
    operator: ServiceAccountKey,
    key: String,
    endpoint: String,
}

/// Furnishes the simulated Google Cloud, or finds it furnished.
/// Errors: the simulator refuses.
pub(super) async fn seed(clouds: &Clouds) -> anyhow::Result<SeededGcp> {
    let gcp = clouds.gcp();
    gcp.create_project(CUSTOMER_PROJECT).await?;
    gcp.create_project(OPERATOR_PROJECT).await?;
    let customer = gcp.create_service_account(CUSTOMER_PROJECT, "customer-admin").await?;
    let user = gcp.create_service_account(CUSTOMER_PROJECT, "atrest-user").await?;
    let operator = gcp.create_service_account(OPERATOR_PROJECT, "atrest").await?;
    let ring = gcp.create_key_ring(CUSTOMER_PROJECT, LOCATION, "atrest-dev").await?;
    let key = gcp.create_crypto_key(&ring, "customer-key", NewKey::default()).await?;
    gcp.grant_once(&format!("projects/{CUSTOMER_PROJECT}"), &customer, "roles/owner").await?;
    for role in USE {
        gcp.grant_once(&key, &user, role).await?;
    }
    let impersonate = "roles/iam.serviceAccountTokenCreator";
    for role in [impersonate, "roles/iam.serviceAccountAdmin"] {
        gcp.grant_once(&format!("projects/{OPERATOR_PROJECT}"), &operator, role).await?;
    }
    Ok(SeededGcp {
        customer: gcp.create_service_account_key(&customer).await?,
        user: gcp.create_service_account_key(&user).await?,
        operator: gcp.create_service_account_key(&operator).await?,
        key,
        endpoint: clouds.gcp_endpoint(),
    })
}

impl SeededGcp {
    /// Gives the only token endpoint that key files may name.
    pub(super) fn token_uri(&self) -> String {
        format!("{}/token", self.endpoint)
    }

    /// Gives the provider's settings.
    /// Errors: the simulator made a key file that is none.
    pub(super) fn config(&self) -> anyhow::Result<gcp_kms::Config> {
        let key_file = SecretText::new(self.operator.expose_json().to_owned());
        Ok(gcp_kms::Config {
            operator: operator_of(&key_file).map_err(|fault| anyhow::anyhow!("the operator's key file {fault}"))?,
            kms_endpoint: Some(self.endpoint.clone()),
            iam_endpoint: Some(self.endpoint.clone()),
            iam_credentials_endpoint: Some(self.endpoint.clone()),
            token_uri: Some(self.token_uri()),
            ..gcp_kms::Config::default()
        })
    }

    /// Makes a role that the project can use, and gives its id.
    /// Errors: those of the use cases and of the simulator.
    pub(super) async fn admit(
        &self,
        clouds: &Clouds,
        control: &Control,
        project: ProjectId,
    ) -> anyhow::Result<ProviderRoleId> {
        let role = control.create_gcp_role(project, OPERATOR_PROJECT).await?;
        let RoleIdentity::Gcp { service_account, .. } = &role.identity else {
            anyhow::bail!("a role of Google is one of another cloud");
        };
        let email = service_account.as_str();
        let account = email.split_once('@').map_or(email, |(account, _)| account);
        let made = clouds.gcp().create_service_account(OPERATOR_PROJECT, account).await?;
        for granted in USE {
            clouds.gcp().grant_once(&self.key, &made, granted).await?;
        }
        let role = control.authorize_role(role).await.context("authorize the service account of Google")?;
        Ok(role.id)
    }

    /// Tells a program what it needs to know.
    pub(super) fn part(&self, role: &str) -> GcpPart {
        let payload = |credentials: Value| {
            let version = format!("{}/cryptoKeyVersions/1", self.key);
            let mut settings = json!({ "enabled": true, "keyVersionResourceID": version });
            super::extend(&mut settings, credentials);
            json!({"googleCloudKms": settings})
        };
        GcpPart {
            endpoint: self.endpoint.clone(),
            token_uri: self.token_uri(),
            customer: KeyFilePart { service_account_key: self.customer.expose_json().to_owned() },
            payload: payload(json!({ "serviceAccountKey": self.user.expose_json() })),
            role_payload: payload(json!({ "roleId": role })),
        }
    }
}
