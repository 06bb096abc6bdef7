//! The customer's side at Google: a project with a key, service accounts that may use it, and the
//! operator's service account that impersonates those of roles.

use std::sync::Arc;

use domain::customer_key::gcp_kms::{PrivateKeyId, ServiceAccountEmail};
use domain::secret::SecretText;
use providers::gcp_kms::{Config, OperatorIdentity};
use serde_json::{Value, json};
use simulators::gcp::{Change, Grant, NewKey, ServiceAccountKey};
use simulators::{Clouds, Gcp};

pub(crate) const PROJECT: &str = "customer-project";
/// Clients know the service accounts of roles by a project of this form.
pub(crate) const OPERATOR_PROJECT: &str = "p-operatoroperatoroperator";
/// What a round trip needs.
pub(crate) const USE_KEY: &str = "roles/cloudkms.cryptoKeyEncrypterDecrypter";
/// What the operator needs to make the service accounts of roles.
pub(crate) const MAKE_ACCOUNTS: &str = "roles/iam.serviceAccountAdmin";
/// What it takes to see a version's state.
pub(crate) const VIEW_KEY: &str = "roles/cloudkms.viewer";

/// Gives the only token endpoint that key files may name.
pub(super) fn token_uri(clouds: &Clouds) -> String {
    format!("{}/token", clouds.gcp_endpoint())
}

/// Gives the provider's settings for a simulated Google Cloud without an operator.
pub(super) fn config(clouds: &Clouds) -> Config {
    Config {
        kms_endpoint: Some(clouds.gcp_endpoint()),
        iam_endpoint: Some(clouds.gcp_endpoint()),
        iam_credentials_endpoint: Some(clouds.gcp_endpoint()),
        token_uri: Some(token_uri(clouds)),
        ..Config::default()
    }
}

/// A customer of Google's, and the operator.
pub(crate) struct GoogleCustomer {
    pub(crate) gcp: Gcp,
    ring: String,
    /// The key's full name; its first version is in use.
    pub(crate) key: String,
    /// May use the key.
    pub(crate) user: ServiceAccountKey,
    pub(crate) operator: ServiceAccountKey,
}

impl GoogleCustomer {
    pub(super) async fn furnish(clouds: &Clouds) -> Self {
        let gcp = clouds.gcp().clone();
        gcp.create_project(PROJECT).await.unwrap();
        gcp.create_project(OPERATOR_PROJECT).await.unwrap();
        let ring = gcp.create_key_ring(PROJECT, "us-east4", "ring").await.unwrap();
        let user = gcp.create_service_account(PROJECT, "atrest").await.unwrap();
        let operator = gcp.create_service_account(OPERATOR_PROJECT, "operator").await.unwrap();
        let impersonate = "roles/iam.serviceAccountTokenCreator";
        for role in [impersonate, MAKE_ACCOUNTS] {
            gcp.grant(&format!("projects/{OPERATOR_PROJECT}"), &operator, role).await.unwrap();
        }
        let (user, operator) =
            tokio::join!(gcp.create_service_account_key(&user), gcp.create_service_account_key(&operator));
        let (user, operator) = (user.unwrap(), operator.unwrap());
        let customer = Self { key: String::new(), gcp, ring, user, operator };
        let key = customer.new_key("first").await;
        customer.grant(&key, &customer.user.email, &[USE_KEY, VIEW_KEY]).await;
        Self { key, ..customer }
    }

    pub(super) fn operator_identity(&self) -> OperatorIdentity {
        let file: Value = serde_json::from_str(self.operator.expose_json()).unwrap();
        let text = |name: &str| file[name].as_str().unwrap().to_owned();
        OperatorIdentity::ServiceAccountKey {
            client_email: ServiceAccountEmail::parse(&text("client_email")).unwrap(),
            private_key_id: PrivateKeyId::parse(&text("private_key_id")).unwrap(),
            private_key: Arc::new(SecretText::new(text("private_key"))),
        }
    }

    /// Makes a key and gives its full name. Nobody may use it yet.
    pub(crate) async fn new_key(&self, name: &str) -> String {
        self.strange_key(name, NewKey::default()).await
    }

    pub(crate) async fn strange_key(&self, name: &str, new: NewKey) -> String {
        self.gcp.create_crypto_key(&self.ring, name, new).await.unwrap()
    }

    /// Makes a key that the user may use, and gives its first version.
    pub(crate) async fn usable(&self, name: &str, new: NewKey) -> String {
        let key = self.strange_key(name, new).await;
        self.grant(&key, &self.user.email, &[USE_KEY, VIEW_KEY]).await;
        first(&key)
    }

    pub(crate) async fn grant(&self, key: &str, member: &str, roles: &[&str]) {
        for role in roles {
            self.gcp.grant(key, member, role).await.unwrap();
        }
    }

    /// Makes a service account with these roles on the first key, and a key of it.
    pub(crate) async fn new_user(&self, name: &str, roles: &[&str]) -> ServiceAccountKey {
        let email = self.gcp.create_service_account(PROJECT, name).await.unwrap();
        self.grant(&self.key, &email, roles).await;
        self.gcp.create_service_account_key(&email).await.unwrap()
    }

    /// Does what a customer can do in the console of Google Cloud.
    pub(crate) async fn apply(&self, change: Change) {
        self.gcp.apply(change).await.unwrap();
    }

    /// Names a role of an account on a key.
    pub(crate) fn grant_of(&self, key: &str, member: &str, role: &str) -> Grant {
        Grant { resource: key.to_owned(), role: role.to_owned(), member: member.to_owned() }
    }

    /// The version in use.
    pub(crate) fn version(&self) -> String {
        first(&self.key)
    }

    /// The body that enables Google with the first key and the user's key file.
    pub(crate) fn payload(&self) -> Value {
        self.payload_with(&self.version(), &self.user)
    }

    pub(crate) fn payload_with(&self, version: &str, user: &ServiceAccountKey) -> Value {
        json!({"googleCloudKms": {
            "enabled": true,
            "keyVersionResourceID": version,
            "serviceAccountKey": user.expose_json(),
        }})
    }

    pub(crate) fn role_payload(&self, role: &str) -> Value {
        json!({"googleCloudKms": {
            "enabled": true,
            "keyVersionResourceID": self.version(),
            "roleId": role,
        }})
    }
}

/// The first version of a key.
pub(crate) fn first(key: &str) -> String {
    format!("{key}/cryptoKeyVersions/1")
}

/// A key file with one member changed; null takes the member away.
pub(crate) fn altered(file: &ServiceAccountKey, member: &str, value: Value) -> String {
    let mut file: Value = serde_json::from_str(file.expose_json()).unwrap();
    if value.is_null() {
        file.as_object_mut().unwrap().remove(member);
    } else {
        file[member] = value;
    }
    file.to_string()
}

/// The private key in a key file.
pub(crate) fn private_key(file: &ServiceAccountKey) -> String {
    let file: Value = serde_json::from_str(file.expose_json()).unwrap();
    file["private_key"].as_str().unwrap().to_owned()
}
