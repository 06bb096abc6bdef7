//! Beside the one customer of `azure_rig`: an operator of another tenant with a subscription of its own and a subnet that
//! has a private address, and clients that come by it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use reqwest::{Certificate, Client, Method};
use serde_json::{Value, json};
use simulators::azure::{AppRegistration, ClientSecret, Role, VaultAccess};
use simulators::{Options, Subnet};

use crate::azure_rig::{ARM_API, ARM_SCOPE, Got, Rig, VAULT_SCOPE, read};

pub(crate) const PRIVATE: Ipv4Addr = Ipv4Addr::new(127, 65, 100, 4);
pub(crate) const NETWORK_API: &str = "api-version=2024-05-01";

pub(crate) struct NetworkRig {
    pub(crate) customer: Rig,
    pub(crate) operator: AppRegistration,
    pub(crate) secret: ClientSecret,
    pub(crate) object_id: String,
    pub(crate) subscription: String,
    /// The group's resource id.
    pub(crate) group: String,
    /// The subnet's resource id.
    pub(crate) subnet: String,
}

impl NetworkRig {
    /// Endpoints are made at once.
    pub(crate) async fn start() -> Self {
        Self::with(None).await
    }

    pub(crate) async fn with(dir: Option<&Path>) -> Self {
        let subnet = Subnet { name: "one".to_owned(), address: PRIVATE };
        let options = Options { dir: dir.map(Path::to_owned), azure_subnets: vec![subnet], ..Options::default() };
        let customer = Rig::with(options, VaultAccess::Policies).await;
        let azure = customer.azure();
        let scope = format!("/subscriptions/{}", customer.subscription);
        azure.assign_role(&scope, &customer.object_id, Role::Owner).await.unwrap();
        let tenant = azure.create_tenant("operator").await.unwrap();
        let operator = azure.create_app(&tenant, "operator", false).await.unwrap();
        let secret = azure.create_secret(&operator.client_id, "first", None).await.unwrap();
        let object_id = azure.create_service_principal(&tenant, &operator.client_id).await.unwrap();
        let subscription = azure.create_subscription(&tenant, "operator").await.unwrap();
        let group = azure.create_resource_group(&subscription, "endpoints").await.unwrap();
        azure.assign_role(&group, &object_id, Role::NetworkContributor).await.unwrap();
        let subnet = azure.create_subnet(&subscription, "endpoints", "network", "one", PRIVATE).await.unwrap();
        azure.set_endpoint_delay(Duration::ZERO).await.unwrap();
        Self { customer, operator, secret, object_id, subscription, group, subnet }
    }

    pub(crate) fn endpoint(&self, name: &str) -> String {
        format!("{}/providers/Microsoft.Network/privateEndpoints/{name}", self.group)
    }

    /// The body of a manual endpoint to the customer's vault.
    pub(crate) fn body(&self) -> Value {
        self.body_to("manualPrivateLinkServiceConnections", &self.customer.vault)
    }

    pub(crate) fn body_to(&self, kind: &str, vault: &str) -> Value {
        json!({
            "location": "eastus",
            "tags": { "mine": "yes" },
            "properties": {
                "subnet": { "id": self.subnet },
                kind: [{
                    "name": "link",
                    "properties": {
                        "privateLinkServiceId": vault, "groupIds": ["vault"], "requestMessage": "please",
                    },
                }],
            },
        })
    }

    /// A call of Resource Manager as the operator; `path` has its own query, or gets the API version of networks.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Value) -> Got {
        let customer = &self.customer;
        let (app, secret) = (&self.operator, self.secret.expose_secret());
        let token = customer.token_of(&app.tenant, &app.client_id, secret, ARM_SCOPE).await;
        let url = match (path.starts_with("https://"), path.contains('?')) {
            (true, _) => path.to_owned(),
            (false, true) => format!("{}{path}", customer.clouds.azure_endpoint()),
            (false, false) => format!("{}{path}?{NETWORK_API}", customer.clouds.azure_endpoint()),
        };
        customer.send(&token, method, &url, body).await
    }

    /// Makes an endpoint to the customer's vault. Gives the connection's name there.
    pub(crate) async fn make(&self, name: &str) -> String {
        let made = self.ask(Method::PUT, &self.endpoint(name), self.body()).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let known = self.customer.azure().connections("localhost");
        known.into_iter().find(|connection| connection.endpoint == name).unwrap().name
    }

    /// What the vault's owner says to a connection.
    pub(crate) async fn decide(&self, connection: &str, status: &str) -> Got {
        let state = json!({ "status": status, "description": "by hand" });
        let body = json!({ "properties": { "privateLinkServiceConnectionState": state } });
        self.customer.arm(Method::PUT, &self.connection(connection), body).await
    }

    pub(crate) fn connection(&self, name: &str) -> String {
        format!("{}/privateEndpointConnections/{name}", self.customer.vault)
    }

    /// What the endpoint's owner sees of its connection.
    pub(crate) async fn status(&self, endpoint: &str) -> String {
        let got = self.ask(Method::GET, &self.endpoint(endpoint), Value::Null).await;
        let link = &got.body["properties"]["manualPrivateLinkServiceConnections"][0]["properties"];
        link["privateLinkServiceConnectionState"]["status"].as_str().unwrap_or("none").to_owned()
    }

    /// What reading a key comes to: by the public address, and by the private one.
    pub(crate) async fn ways(&self, key: &str) -> [String; 2] {
        let token = self.customer.token(VAULT_SCOPE).await;
        let path = format!("/keys/{key}");
        let public = self.customer.vault_with(&token, Method::GET, &path, Value::Null).await;
        let address = SocketAddr::from((PRIVATE, self.customer.clouds.azure_address().port()));
        let url = format!("{}{path}?api-version=7.4", self.customer.clouds.azure_endpoint());
        let sent = private_client(&self.customer, address).get(url).bearer_auth(token).send().await;
        let private = match sent {
            Ok(_) => {
                let url = format!("{}{path}?api-version=7.4", self.customer.clouds.azure_endpoint());
                let token = self.customer.token(VAULT_SCOPE).await;
                read(private_client(&self.customer, address).get(url).bearer_auth(token)).await.code()
            }
            Err(_) => "no answer".to_owned(),
        };
        [public.code(), private]
    }

    /// A path of the customer's subscription, with the version of vaults.
    pub(crate) fn of_customer(&self, path: &str) -> String {
        format!("/subscriptions/{}{path}?{ARM_API}", self.customer.subscription)
    }
}

fn private_client(rig: &Rig, address: SocketAddr) -> Client {
    let authority = Certificate::from_pem(rig.clouds.ca_pem().as_bytes()).unwrap();
    let builder = Client::builder().no_proxy().tls_certs_only([authority]).resolve("localhost", address);
    builder.pool_max_idle_per_host(0).build().unwrap()
}
