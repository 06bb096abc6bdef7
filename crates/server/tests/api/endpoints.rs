//! What tests of private endpoints share: requiring private networking, asking for endpoints, and waiting for them.
//! What the customer does to one is in `cloud`.

use domain::id::ProjectId;
use serde_json::{Value, json};

use crate::client::Got;
use crate::house::{House, path_of, until};

pub(crate) const AWS: &str = "AWS";
pub(crate) const AZURE: &str = "AZURE";

/// Where a project's private endpoints to a provider are.
pub(crate) fn endpoints_in(project: ProjectId, provider: &str) -> String {
    format!("{}/{provider}/privateEndpoints", path_of(project))
}

/// The member of the setting that speaks of a provider.
pub(crate) fn member(provider: &str) -> &'static str {
    match provider {
        AWS => "awsKms",
        AZURE => "azureKeyVault",
        _ => panic!("{provider} has no private endpoints"),
    }
}

impl House {
    /// The body that enables a provider with its first key and requires private networking.
    pub(crate) fn private_payload(&self, provider: &str) -> Value {
        let mut body = if provider == AWS { self.cloud().payload() } else { self.cloud().azure().payload() };
        body[member(provider)]["requirePrivateNetworking"] = json!(true);
        body
    }

    /// Enables a provider in the first project, and requires private networking.
    pub(crate) async fn require_private(&self, provider: &str) -> Value {
        self.patch(&self.private_payload(provider)).await.ok()
    }

    /// Requires private networking, or no longer.
    pub(crate) async fn set_required(&self, provider: &str, required: bool) -> Got {
        self.patch(&json!({member(provider): {"requirePrivateNetworking": required}})).await
    }

    pub(crate) fn endpoints_path(&self, provider: &str) -> String {
        endpoints_in(self.project, provider)
    }

    /// Asks for an endpoint.
    pub(crate) async fn post_endpoint(&self, provider: &str, region: &str) -> Got {
        self.ask("POST", &self.endpoints_path(provider)).json(&json!({"regionName": region})).send().await
    }

    /// Asks for an endpoint and gives its id.
    pub(crate) async fn new_endpoint(&self, provider: &str, region: &str) -> String {
        let got = self.post_endpoint(provider, region).await;
        assert_eq!(got.status, 202, "{}", got.text());
        got.json()["id"].as_str().unwrap().to_owned()
    }

    /// Asks for an endpoint, has the customer approve it, and gives its id once it is active.
    pub(crate) async fn active_endpoint(&self, provider: &str, region: &str) -> String {
        let id = self.new_endpoint(provider, region).await;
        if provider == AZURE {
            let pending = self.until_status(provider, &id, "PENDING_ACCEPTANCE").await;
            self.cloud().azure().approve(connection_of(&pending)).await;
        }
        self.until_status(provider, &id, "ACTIVE").await;
        id
    }

    pub(crate) async fn endpoint(&self, provider: &str, id: &str) -> Got {
        self.get(&format!("{}/{id}", self.endpoints_path(provider))).await
    }

    pub(crate) async fn delete_endpoint(&self, provider: &str, id: &str) -> Got {
        self.ask("DELETE", &format!("{}/{id}", self.endpoints_path(provider))).send().await
    }

    /// Every endpoint of the first project to a provider, oldest first.
    pub(crate) async fn endpoints(&self, provider: &str) -> Vec<Value> {
        let page = self.get(&format!("{}?itemsPerPage=500", self.endpoints_path(provider))).await.ok();
        page["results"].as_array().unwrap().clone()
    }

    /// Waits until an endpoint has this status, and gives it as it is then.
    pub(crate) async fn until_status(&self, provider: &str, id: &str, status: &str) -> Value {
        let what = format!("{provider} endpoint {id} is {status}");
        until(&what, || async { self.endpoint(provider, id).await.json()["status"] == status }).await;
        self.endpoint(provider, id).await.ok()
    }

    /// Waits until an endpoint is no more.
    pub(crate) async fn until_gone(&self, provider: &str, id: &str) {
        until(&format!("{provider} endpoint {id} is gone"), || async {
            self.endpoint(provider, id).await.status == 404
        })
        .await;
    }

    /// How key calls leave, and what that means for clusters, as our own view tells it.
    pub(crate) async fn networking(&self) -> Value {
        self.get(&format!("/api/atrest/v1/groups/{}/networking", self.project)).await.ok()
    }
}

/// The name that the customer finds an endpoint's connection under.
#[track_caller]
pub(crate) fn connection_of(endpoint: &Value) -> &str {
    endpoint["privateEndpointConnectionName"].as_str().unwrap_or_else(|| panic!("no connection yet: {endpoint}"))
}
