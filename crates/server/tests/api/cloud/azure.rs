//! The customer's side at Azure: a tenant with a vault and a key in it, applications that may use them,
//! and the operator's application as their guest.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::customer_key::azure_key_vault::{AzureEnvironment, AzureGuid, VaultSuffix, VaultSuffixes};
use domain::id::ProjectId;
use domain::secret::SecretText;
use providers::TrustedRoots;
use providers::azure_key_vault::{Config, OperatorIdentity};
use serde_json::{Value, json};
use simulators::azure::{Change, ClientSecret, CreatedKey, KeyRef, NewKey, Role, VaultAccess};
use simulators::{Azure, Clouds};

use super::networks::AzureNetwork;

/// The one name of a vault that every resolver knows.
pub(crate) const VAULT: &str = "localhost";
pub(crate) const RESOURCES: &str = "Keys";
/// The least that encryption at rest needs.
pub(crate) const USE_KEY: &[&str] = &["get", "encrypt", "decrypt"];
/// A secret of the right form that is nobody's.
pub(crate) const WRONG_SECRET: &str = "wrong~8Q~client.secret_of-nobody0123456789";

/// Gives where a simulated Azure is, whoever is furnished in it.
pub(super) fn suffixes(clouds: &Clouds) -> VaultSuffixes {
    let suffix = VaultSuffix::parse(&format!(":{}", clouds.azure_address().port())).unwrap();
    VaultSuffixes { azure: suffix.clone(), azure_china: suffix, ..VaultSuffixes::default() }
}

/// Gives the provider's settings for a simulated Azure without an operator.
pub(super) fn config(clouds: &Clouds) -> Config {
    Config {
        authority: Some(clouds.azure_endpoint()),
        management: Some(clouds.azure_endpoint()),
        vault_suffixes: suffixes(clouds),
        trusted_roots: TrustedRoots::Only(clouds.ca_pem().to_owned()),
        ..Config::default()
    }
}

/// An application with a secret and a service principal in the customer's tenant.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) secret: ClientSecret,
    pub(crate) object_id: String,
}

/// A customer of Azure, and the operator.
pub(crate) struct AzureCustomer {
    pub(crate) azure: Azure,
    pub(crate) tenant: String,
    pub(crate) subscription: String,
    /// The vault's resource id.
    pub(crate) vault: String,
    /// May use every key of the vault.
    pub(crate) user: App,
    pub(crate) key: CreatedKey,
    /// The operator's application; its service principal is the one at the customer's.
    pub(crate) operator: App,
    pub(crate) operator_tenant: String,
    /// Where the operator has endpoints made.
    pub(super) network: AzureNetwork,
}

impl AzureCustomer {
    pub(super) async fn furnish(clouds: &Clouds) -> Self {
        let azure = clouds.azure().clone();
        let tenant = azure.create_tenant("customer").await.unwrap();
        let operator_tenant = azure.create_tenant("operator").await.unwrap();
        let subscription = azure.create_subscription(&tenant, "customer").await.unwrap();
        azure.create_resource_group(&subscription, RESOURCES).await.unwrap();
        let vault = azure.create_vault(&subscription, RESOURCES, VAULT, VaultAccess::Policies).await.unwrap();
        let user = app(&azure, &tenant, "atrest", USE_KEY).await;
        let registered = azure.create_app(&operator_tenant, "operator", true).await.unwrap();
        azure.create_service_principal(&operator_tenant, &registered.client_id).await.unwrap();
        let secret = azure.create_secret(&registered.client_id, "first", None).await.unwrap();
        let object_id = azure.create_service_principal(&tenant, &registered.client_id).await.unwrap();
        azure.create_access_policy(VAULT, &object_id, USE_KEY).await.unwrap();
        let operator = App { client_id: registered.client_id, secret, object_id };
        let key = new_key(&azure, "first").await;
        let network = AzureNetwork::furnish(&azure, &operator_tenant, &operator.client_id).await;
        let customer = Self { azure, tenant, subscription, vault, user, key, operator, operator_tenant, network };
        for principal in [&customer.user, &customer.operator] {
            customer.azure.assign_role(&customer.vault, &principal.object_id, Role::Reader).await.unwrap();
        }
        customer
    }

    pub(super) fn operator_identity(&self) -> OperatorIdentity {
        OperatorIdentity::ClientSecret {
            environment: AzureEnvironment::Azure,
            tenant: guid(&self.operator_tenant),
            client_id: guid(&self.operator.client_id),
            secret: Arc::new(SecretText::new(self.operator.secret.expose_secret().to_owned())),
        }
    }

    /// Makes an application in the customer's tenant that may do so much with the vault's keys.
    pub(crate) async fn new_app(&self, name: &str, permissions: &[&str]) -> App {
        app(&self.azure, &self.tenant, name, permissions).await
    }

    pub(crate) async fn new_key(&self, name: &str) -> CreatedKey {
        new_key(&self.azure, name).await
    }

    pub(crate) async fn strange_key(&self, new: NewKey) -> CreatedKey {
        self.azure.create_key(VAULT, new).await.unwrap()
    }

    /// Approves a connection to the vault.
    pub(crate) async fn approve(&self, connection: &str) {
        self.apply(Change::ApproveConnection(VAULT.to_owned(), connection.to_owned())).await;
    }

    /// Rejects a connection to the vault.
    pub(crate) async fn reject(&self, connection: &str) {
        self.apply(Change::RejectConnection(VAULT.to_owned(), connection.to_owned())).await;
    }

    /// Removes a connection from the vault.
    pub(crate) async fn remove(&self, connection: &str) {
        self.apply(Change::RemoveConnection(VAULT.to_owned(), connection.to_owned())).await;
    }

    /// Lets the vault be reached by public addresses, or not.
    pub(crate) async fn set_public(&self, public: bool) {
        self.azure.set_public_access(VAULT, public).await.unwrap();
    }

    /// The names of the endpoints that are there, whatever their state.
    pub(crate) fn endpoints(&self) -> Vec<String> {
        self.azure.private_endpoints().into_iter().map(|endpoint| endpoint.name).collect()
    }

    /// Does what a customer can do in the portal of Azure.
    pub(crate) async fn apply(&self, change: Change) {
        self.azure.apply(change).await.unwrap();
    }

    /// Says on a key that a project may use it.
    pub(crate) async fn tag(&self, key: &CreatedKey, project: ProjectId) {
        let tag = BTreeMap::from([("atrest-project".to_owned(), project.to_string())]);
        self.azure.set_key_tags(VAULT, &key.name, tag).await.unwrap();
    }

    /// The body that enables Azure with the first key and the user's secret.
    pub(crate) fn payload(&self) -> Value {
        self.payload_with(&self.key, &self.user)
    }

    pub(crate) fn payload_with(&self, key: &CreatedKey, app: &App) -> Value {
        let mut body = self.settings(key);
        body["azureKeyVault"]["clientID"] = json!(app.client_id);
        body["azureKeyVault"]["secret"] = json!(app.secret.expose_secret());
        body
    }

    pub(crate) fn role_payload(&self, role: &str) -> Value {
        let mut body = self.settings(&self.key);
        body["azureKeyVault"]["roleId"] = json!(role);
        body
    }

    fn settings(&self, key: &CreatedKey) -> Value {
        json!({"azureKeyVault": {
            "enabled": true,
            "azureEnvironment": "AZURE",
            "tenantID": self.tenant,
            "subscriptionID": self.subscription,
            "resourceGroupName": RESOURCES,
            "keyVaultName": VAULT,
            "keyIdentifier": key.id,
        }})
    }
}

async fn app(azure: &Azure, tenant: &str, name: &str, permissions: &[&str]) -> App {
    let registered = azure.create_app(tenant, name, false).await.unwrap();
    let secret = azure.create_secret(&registered.client_id, "first", None).await.unwrap();
    let object_id = azure.create_service_principal(tenant, &registered.client_id).await.unwrap();
    if !permissions.is_empty() {
        azure.create_access_policy(VAULT, &object_id, permissions).await.unwrap();
    }
    App { client_id: registered.client_id, secret, object_id }
}

async fn new_key(azure: &Azure, name: &str) -> CreatedKey {
    azure.create_key(VAULT, NewKey { name: name.to_owned(), ..NewKey::default() }).await.unwrap()
}

/// Names exactly this version of a key.
pub(crate) fn version(key: &CreatedKey) -> KeyRef {
    KeyRef { vault: key.vault.clone(), name: key.name.clone(), version: Some(key.version.clone()) }
}

pub(crate) fn guid(text: &str) -> AzureGuid {
    AzureGuid::parse(text).unwrap()
}
