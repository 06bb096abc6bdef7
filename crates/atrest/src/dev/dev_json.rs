//! dev.json: what a program needs to know about a running dev mode. A contract, stable from the first
//! release; parts not built yet are null. It holds throw-away secrets. Source: product.md 8.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::seed::{Roles, SeededClouds};

/// The whole file.
#[derive(Serialize, Deserialize)]
pub(super) struct DevJson {
    pub(super) api: ApiPart,
    /// The console that people use; not built yet.
    pub(super) ui: Value,
    /// The KMIP door; nothing in a folder that was made before there was one.
    pub(super) kmip: Option<KmipPart>,
    pub(super) clouds: CloudsPart,
}

/// The API and who may use it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApiPart {
    pub(super) base_url: String,
    /// The API over TLS; nothing in a folder that was made before there was that.
    pub(super) tls_base_url: Option<String>,
    /// The authority behind its certificate.
    pub(super) ca_file: Option<PathBuf>,
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

/// The KMIP door, and a project whose nodes may use it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KmipPart {
    pub(super) host: IpAddr,
    pub(super) port: u16,
    /// The authorities that vouch for the door.
    pub(super) ca_file: PathBuf,
    pub(super) project_id: String,
    pub(super) clients: Vec<KmipClientPart>,
}

/// A node with its certificate. Beside the two files lies a third, `.pem`, that holds both.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KmipClientPart {
    pub(super) name: String,
    pub(super) cluster: String,
    pub(super) role: String,
    pub(super) cert_file: PathBuf,
    pub(super) key_file: PathBuf,
}

/// The simulated clouds.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CloudsPart {
    pub(super) ca_file: PathBuf,
    pub(super) console: String,
    pub(super) console_token: String,
    pub(super) aws: AwsPart,
    pub(super) azure: AzurePart,
    pub(super) gcp: GcpPart,
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

/// The simulated Azure.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AzurePart {
    pub(super) authority: String,
    pub(super) vault_url: String,
    pub(super) management: String,
    pub(super) customer: ClientSecretPart,
    pub(super) payload: Value,
    pub(super) role_payload: Value,
}

/// An application in the simulated Azure.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientSecretPart {
    pub(super) tenant_id: String,
    pub(super) client_id: String,
    pub(super) client_secret: String,
}

/// The simulated Google Cloud.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GcpPart {
    pub(super) endpoint: String,
    pub(super) token_uri: String,
    pub(super) customer: KeyFilePart,
    pub(super) payload: Value,
    pub(super) role_payload: Value,
}

/// A service account in the simulated Google Cloud.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeyFilePart {
    /// The key file, as text.
    pub(super) service_account_key: String,
}

/// Where everything listens in this run.
pub(super) struct Addresses {
    pub(super) api: SocketAddr,
    pub(super) api_tls: SocketAddr,
    /// The authority behind the API's certificate.
    pub(super) api_ca: PathBuf,
    pub(super) operations: SocketAddr,
    pub(super) kmip: SocketAddr,
    pub(super) console: String,
    pub(super) console_token: String,
    pub(super) ca_file: PathBuf,
}

impl DevJson {
    /// Gives the port the API had in an earlier run.
    pub(super) fn api_port(&self) -> Option<u16> {
        port_of(&self.api.base_url)
    }

    /// Gives the port the API over TLS had in an earlier run.
    pub(super) fn api_tls_port(&self) -> Option<u16> {
        self.api.tls_base_url.as_deref().and_then(port_of)
    }

    /// Gives the port the KMIP door had in an earlier run.
    pub(super) fn kmip_port(&self) -> Option<u16> {
        self.kmip.as_ref().map(|kmip| kmip.port)
    }

    /// Gives the same contents with the addresses of this run; keys and key files name addresses too.
    /// Errors: a role is not named where it was written.
    pub(super) fn moved_to(self, addresses: &Addresses, clouds: &SeededClouds) -> anyhow::Result<Self> {
        let roles = self.roles().context("dev.json names no roles; remove the folder and start anew")?;
        Ok(Self {
            api: ApiPart {
                base_url: format!("http://{}", addresses.api),
                tls_base_url: Some(format!("https://{}", addresses.api_tls)),
                ca_file: Some(addresses.api_ca.clone()),
                operations_url: format!("http://{}", addresses.operations),
                ..self.api
            },
            clouds: clouds.part(&roles, addresses),
            ..self
        })
    }

    fn roles(&self) -> Option<Roles> {
        let role = |payload: &Value, provider: &str| Some(payload.get(provider)?.get("roleId")?.as_str()?.to_owned());
        Some(Roles {
            aws: role(&self.clouds.aws.role_payload, "awsKms")?,
            azure: role(&self.clouds.azure.role_payload, "azureKeyVault")?,
            gcp: role(&self.clouds.gcp.role_payload, "googleCloudKms")?,
        })
    }
}

fn port_of(url: &str) -> Option<u16> {
    url.rsplit_once(':').and_then(|(_, port)| port.parse().ok())
}
