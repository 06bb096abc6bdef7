//! dev.json: what a program needs to know about a running dev mode. A contract, stable from the first
//! release; parts not built yet are null. It holds throw-away secrets. Source: product.md 8.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The whole file.
#[derive(Serialize, Deserialize)]
pub(super) struct DevJson {
    pub(super) api: ApiPart,
    /// The console that people use; not built yet.
    pub(super) ui: Value,
    /// The KMIP door; not built yet.
    pub(super) kmip: Value,
    pub(super) clouds: CloudsPart,
}

/// The API and who may use it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApiPart {
    pub(super) base_url: String,
    /// The API over TLS; not built yet.
    pub(super) tls_base_url: Value,
    /// The certificate behind it; not built yet.
    pub(super) ca_file: Value,
    /// Health and metrics.
    pub(super) operations_url: String,
    pub(super) org_id: String,
    pub(super) project_id: String,
    pub(super) api_key: KeyPart,
    pub(super) read_only_api_key: KeyPart,
    pub(super) service_account: ServiceAccountPart,
}

/// An API key.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeyPart {
    pub(super) public_key: String,
    pub(super) private_key: String,
}

/// A service account.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ServiceAccountPart {
    pub(super) client_id: String,
    pub(super) client_secret: String,
}

/// The simulated clouds.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CloudsPart {
    pub(super) ca_file: PathBuf,
    pub(super) console: String,
    pub(super) console_token: String,
    pub(super) aws: AwsPart,
    /// Not built yet.
    pub(super) azure: Value,
    /// Not built yet.
    pub(super) gcp: Value,
}

/// The simulated AWS.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AwsPart {
    pub(super) endpoint: String,
    pub(super) region: String,
    pub(super) customer: AccessKeyPart,
    pub(super) key_id: String,
    pub(super) payload: Value,
    pub(super) role_payload: Value,
}

/// An access key in the simulated AWS.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccessKeyPart {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: String,
}

/// Where everything listens in this run.
pub(super) struct Addresses {
    pub(super) api: SocketAddr,
    pub(super) operations: SocketAddr,
    pub(super) aws_endpoint: String,
    pub(super) console: String,
    pub(super) console_token: String,
    pub(super) ca_file: PathBuf,
}

impl DevJson {
    /// Gives the port the API had in an earlier run.
    pub(super) fn api_port(&self) -> Option<u16> {
        self.api.base_url.rsplit_once(':').and_then(|(_, port)| port.parse().ok())
    }

    /// Gives the same contents with the addresses of this run.
    pub(super) fn moved_to(self, addresses: &Addresses) -> Self {
        Self {
            api: ApiPart {
                base_url: format!("http://{}", addresses.api),
                operations_url: format!("http://{}", addresses.operations),
                ..self.api
            },
            clouds: CloudsPart {
                ca_file: addresses.ca_file.clone(),
                console: addresses.console.clone(),
                console_token: addresses.console_token.clone(),
                aws: AwsPart { endpoint: addresses.aws_endpoint.clone(), ..self.clouds.aws },
                ..self.clouds
            },
            ..self
        }
    }
}
