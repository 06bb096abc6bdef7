//! The simulated Azure of dev mode: a customer's tenant with a vault and a key in it, an operator's
//! tenant with the application that customers let in, and its service principal at the customer's.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use control::Control;
use domain::customer_key::azure_key_vault::{
    AzureEnvironment, AzureGuid, AzureKeyVaultChange, ResourceGroupName, VaultSuffix, VaultSuffixes,
};
use domain::customer_key::{CustomerKeyChange, Patch};
use domain::id::{ProjectId, ProviderRoleId};
use domain::secret::SecretText;
use providers::azure_key_vault::{self, OperatorIdentity};
use providers::{AzurePlace, TrustedRoots};
use serde_json::{Value, json};
use simulators::Clouds;
use simulators::azure::{AppRegistration, ClientSecret, CreatedKey, NewKey, Role, VaultAccess};

use crate::dev::dev_json::{AzurePart, ClientSecretPart};
use crate::dev::place::DevPlace;

/// The one name that every SDK's resolver knows, and so the vault's.
const VAULT: &str = "localhost";
const RESOURCE_GROUP: &str = "atrest-dev";
/// The operator's resource group and network for private endpoints.
const ENDPOINTS_RESOURCE_GROUP: &str = "atrest-endpoints";
const NETWORK: &str = "atrest";
const KEY: &str = "customer-key";
/// Everything there is to do with keys.
const ALL: &[&str] = &[
    "get",
    "list",
    "create",
    "update",
    "import",
    "delete",
    "recover",
    "purge",
    "backup",
    "restore",
    "rotate",
    "encrypt",
    "decrypt",
    "wrapKey",
    "unwrapKey",
];
/// The least that encryption at rest needs. Source: docs/providers/azure.md.
const USE: &[&str] = &["get", "encrypt", "decrypt"];

/// What the simulated Azure holds for us.
pub(super) struct SeededAzure {
    customer_tenant: String,
    customer: Application,
    user: Application,
    operator: Application,
    /// The service principal of the operator's application at the customer's.
    guest: String,
    subscription: String,
    key: CreatedKey,
    endpoint: String,
    ca_pem: String,
    suffixes: VaultSuffixes,
    places: Vec<AzurePlace>,
}

/// An application with a secret.
struct Application {
    registration: AppRegistration,
    secret: ClientSecret,
}

/// Furnishes the simulated Azure, or finds it furnished.
/// Errors: the simulator refuses.
pub(super) async fn seed(clouds: &Clouds, places: &[DevPlace]) -> anyhow::Result<SeededAzure> {
    let azure = clouds.azure();
    let customer_tenant = azure.create_tenant("customer").await?;
    let operator_tenant = azure.create_tenant("operator").await?;
    let customer = application(clouds, &customer_tenant, "customer-admin", false).await?;
    let user = application(clouds, &customer_tenant, "atrest-user", false).await?;
    let operator = application(clouds, &operator_tenant, "atrest", true).await?;
    let admin = azure.create_service_principal(&customer_tenant, &customer.registration.client_id).await?;
    let uses = azure.create_service_principal(&customer_tenant, &user.registration.client_id).await?;
    let guest = azure.create_service_principal(&customer_tenant, &operator.registration.client_id).await?;
    let maker = azure.create_service_principal(&operator_tenant, &operator.registration.client_id).await?;
    let places = furnish(clouds, &operator_tenant, &maker, places).await?;

    let subscription = azure.create_subscription(&customer_tenant, "customer").await?;
    azure.create_resource_group(&subscription, RESOURCE_GROUP).await?;
    let vault = azure.create_vault(&subscription, RESOURCE_GROUP, VAULT, VaultAccess::Policies).await?;
    azure.assign_role(&format!("/subscriptions/{subscription}"), &admin, Role::Owner).await?;
    azure.create_access_policy(VAULT, &admin, ALL).await?;
    for principal in [&uses, &guest] {
        azure.create_access_policy(VAULT, principal, USE).await?;
        azure.assign_role(&vault, principal, Role::Reader).await?;
    }
    let key = azure.create_key(VAULT, NewKey { name: KEY.to_owned(), ..NewKey::default() }).await?;
    let endpoint = clouds.azure_endpoint();
    let suffix = format!(":{}", clouds.azure_address().port());
    let suffix = VaultSuffix::parse(&suffix).context("make a vault suffix of a port")?;
    Ok(SeededAzure {
        customer_tenant,
        customer,
        user,
        operator,
        guest,
        subscription,
        key,
        endpoint,
        ca_pem: clouds.ca_pem().to_owned(),
        suffixes: VaultSuffixes { azure: suffix, ..VaultSuffixes::default() },
        places,
    })
}

/// Makes the operator's networks, or finds them, and lets its application make private endpoints there.
async fn furnish(clouds: &Clouds, tenant: &str, maker: &str, places: &[DevPlace]) -> anyhow::Result<Vec<AzurePlace>> {
    let azure = clouds.azure();
    let subscription = azure.create_subscription(tenant, "operator").await?;
    let resource_group = azure.create_resource_group(&subscription, ENDPOINTS_RESOURCE_GROUP).await?;
    azure.assign_role(&resource_group, maker, Role::NetworkContributor).await?;
    let mut made = Vec::with_capacity(places.len());
    for place in places {
        let subnet =
            azure.create_subnet(&subscription, ENDPOINTS_RESOURCE_GROUP, NETWORK, place.subnet, place.address).await?;
        let region = place.region()?;
        made.push(AzurePlace {
            location: region.azure_location().context("a place is in a region of Azure")?.to_owned(),
            region,
            subscription: guid(&subscription)?,
            resource_group: ResourceGroupName::parse(ENDPOINTS_RESOURCE_GROUP)
                .context("a resource group has a name")?,
            subnet,
            addresses: place.addresses()?,
        });
    }
    Ok(made)
}

async fn application(clouds: &Clouds, tenant: &str, name: &str, multi_tenant: bool) -> anyhow::Result<Application> {
    let registration = clouds.azure().create_app(tenant, name, multi_tenant).await?;
    let secret = clouds.azure().create_secret(&registration.client_id, "atrest dev", None).await?;
    Ok(Application { registration, secret })
}

impl SeededAzure {
    /// Gives where the vaults of each environment are.
    pub(super) fn suffixes(&self) -> VaultSuffixes {
        self.suffixes.clone()
    }

    /// Gives the provider's settings.
    /// Errors: the simulator made an id that is none.
    pub(super) fn config(&self) -> anyhow::Result<azure_key_vault::Config> {
        let Application { registration, secret } = &self.operator;
        Ok(azure_key_vault::Config {
            operator: OperatorIdentity::ClientSecret {
                environment: AzureEnvironment::Azure,
                tenant: guid(&registration.tenant)?,
                client_id: guid(&registration.client_id)?,
                secret: Arc::new(SecretText::new(secret.expose_secret().to_owned())),
            },
            authority: Some(self.endpoint.clone()),
            management: Some(self.endpoint.clone()),
            vault_suffixes: self.suffixes.clone(),
            trusted_roots: TrustedRoots::Only(self.ca_pem.clone()),
            places: self.places.clone(),
            ..azure_key_vault::Config::default()
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
        // Projects share the operator's application, so the key says whose it is.
        let tag = BTreeMap::from([("atrest-project".to_owned(), project.to_string())]);
        clouds.azure().set_key_tags(VAULT, KEY, tag).await?;
        let role = control.create_azure_role(project, guid(&self.customer_tenant)?, guid(&self.guest)?).await?;
        let role = control.authorize_role(role).await.context("authorize the service principal of Azure")?;
        Ok(role.id)
    }

    /// Asks for the customer key, with the user's client secret.
    pub(super) fn change(&self) -> CustomerKeyChange {
        let text = |text: &str| Patch::Value(text.to_owned());
        CustomerKeyChange::AzureKeyVault(AzureKeyVaultChange {
            enabled: Patch::Value(true),
            azure_environment: text(AzureEnvironment::Azure.name()),
            tenant_id: text(&self.customer_tenant),
            client_id: text(&self.user.registration.client_id),
            secret: Some(Arc::new(SecretText::new(self.user.secret.expose_secret().to_owned()))),
            subscription_id: text(&self.subscription),
            resource_group_name: text(RESOURCE_GROUP),
            key_vault_name: text(VAULT),
            key_identifier: text(&self.key.id),
            ..AzureKeyVaultChange::default()
        })
    }

    /// Tells a program what it needs to know.
    pub(super) fn part(&self, role: &str) -> AzurePart {
        let payload = |credentials: Value| {
            let mut settings = json!({
                "enabled": true,
                "azureEnvironment": AzureEnvironment::Azure.name(),
                "tenantID": self.customer_tenant,
                "subscriptionID": self.subscription,
                "resourceGroupName": RESOURCE_GROUP,
                "keyVaultName": VAULT,
                "keyIdentifier": self.key.id,
            });
            super::extend(&mut settings, credentials);
            json!({"azureKeyVault": settings})
        };
        AzurePart {
            authority: self.endpoint.clone(),
            vault_url: self.endpoint.clone(),
            management: self.endpoint.clone(),
            customer: ClientSecretPart {
                tenant_id: self.customer_tenant.clone(),
                client_id: self.customer.registration.client_id.clone(),
                client_secret: self.customer.secret.expose_secret().to_owned(),
            },
            payload: payload(json!({
                "clientID": self.user.registration.client_id,
                "secret": self.user.secret.expose_secret(),
            })),
            role_payload: payload(json!({ "roleId": role })),
        }
    }
}

fn guid(text: &str) -> anyhow::Result<AzureGuid> {
    AzureGuid::parse(text).with_context(|| format!("{text} is no GUID"))
}
