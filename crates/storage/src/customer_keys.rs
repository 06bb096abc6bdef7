//! Table `customer_keys`: how a customer key's settings lie in a row. The secret half of credentials
//! is sealed beside the rest. Adding a provider: an arm here, the compiler says where.

use std::sync::Arc;

use domain::customer_key::aws_kms::{AwsCredentials, AwsKeyName, AwsKms, AwsRegion};
use domain::customer_key::azure_key_vault::{
    AzureCredentials, AzureEnvironment, AzureGuid, AzureKeyVault, KeyIdentifier, ResourceGroupName, VaultName,
};
use domain::customer_key::gcp_kms::{GcpCredentials, GcpKms, KeyVersionName, PrivateKeyId, ServiceAccountEmail};
use domain::customer_key::{CustomerKey, CustomerKeyNumber, ProviderKind, VersionlessKeys};
use domain::id::{ProjectId, ProviderRoleId};
use domain::secret::SecretText;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::engine::Tx;
use crate::error::{Result, StoreError};
use crate::seal::{Place, Sealer};
use crate::sql::{Sql, to_json, values};

/// Recognises equal keys used with equal credentials, without telling either.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub(crate) [u8; 32]);

impl std::fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fingerprint({})", hex::encode(self.0.get(..6).unwrap_or_default()))
    }
}

/// What is not secret of a customer key, in the column `settings`. The role is a column of its own.
#[derive(Serialize, Deserialize)]
#[serde(tag = "provider", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
enum SettingsText {
    AwsKms {
        key: String,
        region: String,
        access_key_id: Option<String>,
        require_private_networking: bool,
    },
    AzureKeyVault {
        environment: String,
        tenant: String,
        subscription: String,
        resource_group: String,
        vault: String,
        key_name: String,
        key_version: Option<String>,
        client_id: Option<String>,
        require_private_networking: bool,
    },
    GcpKms {
        key_version: String,
        client_email: Option<String>,
        private_key_id: Option<String>,
    },
}

static UPSERT: Sql = Sql::same(
    "save a customer key",
    "INSERT INTO customer_keys (project_id, provider, settings, role_id, sealed_secret, key_revision, fingerprint,
         number)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (project_id, provider) DO UPDATE SET
         settings = excluded.settings, role_id = excluded.role_id, sealed_secret = excluded.sealed_secret,
         key_revision = excluded.key_revision, fingerprint = excluded.fingerprint, number = excluded.number",
);
static KEY_REVISION: Sql = Sql::same(
    "read a customer key's revision",
    "SELECT key_revision FROM customer_keys WHERE project_id = $1 AND provider = $2",
);
static NUMBER: Sql = Sql::same(
    "read a customer key's number",
    "SELECT number FROM customer_keys WHERE project_id = $1 AND provider = $2",
);
static PRESENT: Sql = Sql::same(
    "read a customer key's row",
    "SELECT number, settings, role_id, sealed_secret FROM customer_keys WHERE project_id = $1 AND provider = $2",
);
static DELETE: Sql =
    Sql::same("destroy a customer key's row", "DELETE FROM customer_keys WHERE project_id = $1 AND provider = $2");
static DISTINCT: Sql =
    Sql::same("count distinct customer keys", "SELECT COUNT(DISTINCT fingerprint) FROM customer_keys");
static DOUBTED: Sql = Sql::same(
    "count customer keys that look lost",
    "SELECT COUNT(DISTINCT k.fingerprint) FROM validities AS v
     JOIN customer_keys AS k ON k.project_id = v.project_id AND k.provider = v.provider
     WHERE v.state IN ('suspect', 'held') AND v.since >= $1",
);
static SHARING: Sql = Sql::same(
    "list the projects that share a customer key",
    "SELECT DISTINCT project_id FROM customer_keys WHERE fingerprint = $1 ORDER BY project_id",
);

/// Names a provider's part of a project, as rows are called in associated data.
pub(crate) fn row_id(project: ProjectId, provider: ProviderKind) -> String {
    format!("{project}/{}", provider.name())
}

/// Where the secret of a customer key is sealed.
pub(crate) const fn secret_place<'p>(row: &'p str, project: &'p str) -> Place<'p> {
    Place { table: "customer_keys", column: "sealed_secret", row, owner: project }
}

impl Store {
    /// Counts the customer keys in use; those of equal key and credentials count once.
    pub async fn distinct_customer_keys(&self) -> Result<i64> {
        self.read_one(&DISTINCT, &[]).await?.map_or(Ok(0), |row| crate::projects::count(&row))
    }

    /// Counts the customer keys that look lost since then and are not confirmed; equal ones count once.
    pub async fn doubted_customer_keys(&self, since: Timestamp) -> Result<i64> {
        self.read_one(&DOUBTED, values![since]).await?.map_or(Ok(0), |row| crate::projects::count(&row))
    }

    /// Lists the projects that use one customer key with the same credentials.
    pub async fn projects_sharing(&self, fingerprint: Fingerprint) -> Result<Vec<ProjectId>> {
        let rows = self.read(&SHARING, values![fingerprint.0.as_slice()]).await?;
        rows.iter().map(|row| row.fields("customer_keys").parsed()).collect()
    }
}

/// Writes a provider's row.
pub(crate) async fn upsert(
    tx: &mut Tx,
    sealer: &Sealer,
    project: ProjectId,
    key: &CustomerKey,
    key_revision: i64,
    number: CustomerKeyNumber,
) -> Result<()> {
    let provider = key.provider();
    let sealed = seal_secret(sealer, secret_place(&row_id(project, provider), &project.to_string()), key)?;
    let role = key.provider_role().map(|role| role.to_string());
    let Fingerprint(fingerprint) = fingerprint(sealer, key);
    let values = values![
        project,
        provider.name(),
        settings_to_text(key)?,
        role.as_deref(),
        sealed.as_deref(),
        key_revision,
        fingerprint.as_slice(),
        number,
    ];
    tx.execute(&UPSERT, values).await.map(drop)
}

/// Seals the secret of a key for a place, if it has one.
pub(crate) fn seal_secret(sealer: &Sealer, place: Place<'_>, key: &CustomerKey) -> Result<Option<Vec<u8>>> {
    secret_of(key).map(|secret| sealer.seal(place, secret.expose().as_bytes())).transpose()
}

/// Reads which of the project's customer keys at a provider is in use.
pub(crate) async fn number(
    tx: &mut Tx,
    project: ProjectId,
    provider: ProviderKind,
) -> Result<Option<CustomerKeyNumber>> {
    let rows = tx.fetch(&NUMBER, values![project, provider.name()]).await?;
    rows.first().map(|row| row.fields("customer_keys").int().map(CustomerKeyNumber::from_stored)).transpose()
}

/// Reads a provider's row with its number.
pub(crate) async fn present(
    tx: &mut Tx,
    project: ProjectId,
    provider: ProviderKind,
) -> Result<Option<(CustomerKeyNumber, KeyRow)>> {
    let rows = tx.fetch(&PRESENT, values![project, provider.name()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut fields = row.fields("customer_keys");
    let number = CustomerKeyNumber::from_stored(fields.int()?);
    let (settings, role, sealed_secret) = (fields.text()?, fields.parsed_if_any()?, fields.blob_if_any()?);
    Ok(Some((number, KeyRow { project, provider, settings, role, sealed_secret })))
}

/// Reads at which revision of the setting a provider's key or credentials last changed.
pub(crate) async fn key_revision(tx: &mut Tx, project: ProjectId, provider: ProviderKind) -> Result<Option<i64>> {
    let rows = tx.fetch(&KEY_REVISION, values![project, provider.name()]).await?;
    rows.first().map(|row| row.fields("customer_keys").int()).transpose()
}

/// Destroys a provider's row: its sealed secret and its validity go with it.
pub(crate) async fn delete(tx: &mut Tx, project: ProjectId, provider: ProviderKind) -> Result<()> {
    tx.execute(&DELETE, values![project, provider.name()]).await.map(drop)
}

/// A provider's row as it was read.
pub(crate) struct KeyRow {
    pub(crate) project: ProjectId,
    pub(crate) provider: ProviderKind,
    pub(crate) settings: String,
    pub(crate) role: Option<ProviderRoleId>,
    pub(crate) sealed_secret: Option<Vec<u8>>,
}

impl KeyRow {
    /// Opens the row into what `domain` knows.
    pub(crate) fn open(self, sealer: &Sealer) -> Result<CustomerKey> {
        let (row, project) = (row_id(self.project, self.provider), self.project.to_string());
        self.open_at(sealer, secret_place(&row, &project))
    }

    /// Gives the key's full name, whether or not its secret can still be opened.
    pub(crate) fn full_name(&self) -> Result<String> {
        let corrupt = |what| StoreError::Corrupt { table: "customer_keys", what };
        let settings: SettingsText = serde_json::from_str(&self.settings).map_err(|_| corrupt("settings"))?;
        let unread = self.sealed_secret.as_ref().map(|_| Arc::new(SecretText::new(String::new())));
        Ok(from_text(settings, self.role, unread).map_err(corrupt)?.full_name())
    }

    /// Tells whether another key of the same provider is where this one's private endpoints lead: for Azure in the
    /// same vault, for AWS anywhere.
    pub(crate) fn leads_to(&self, other: &CustomerKey) -> Result<bool> {
        let corrupt = |what| StoreError::Corrupt { table: "customer_keys", what };
        let settings: SettingsText = serde_json::from_str(&self.settings).map_err(|_| corrupt("settings"))?;
        Ok(match (settings, other) {
            (SettingsText::AwsKms { .. }, CustomerKey::AwsKms(_)) => true,
            (
                SettingsText::AzureKeyVault { subscription, resource_group, vault, .. },
                CustomerKey::AzureKeyVault(other),
            ) => {
                let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
                same(&subscription, other.subscription.as_str())
                    && same(&resource_group, other.resource_group.as_str())
                    && same(&vault, other.vault.as_str())
            }
            (SettingsText::AwsKms { .. } | SettingsText::AzureKeyVault { .. } | SettingsText::GcpKms { .. }, _) => {
                false
            }
        })
    }

    /// Opens a row whose secret was sealed for another place.
    pub(crate) fn open_at(self, sealer: &Sealer, place: Place<'_>) -> Result<CustomerKey> {
        let corrupt = |what| StoreError::Corrupt { table: place.table, what };
        let secret = match self.sealed_secret {
            None => None,
            Some(sealed) => Some(Arc::new(sealer.open_text(place, sealed)?)),
        };
        let settings: SettingsText = serde_json::from_str(&self.settings).map_err(|_| corrupt("settings"))?;
        let key = from_text(settings, self.role, secret).map_err(corrupt)?;
        if key.provider() == self.provider { Ok(key) } else { Err(corrupt("provider")) }
    }
}

/// Puts a customer key together again.
/// Errors: the part that cannot have been written by us.
fn from_text(
    settings: SettingsText,
    role: Option<ProviderRoleId>,
    secret: Option<Arc<SecretText>>,
) -> std::result::Result<CustomerKey, &'static str> {
    match settings {
        SettingsText::AwsKms { key, region, access_key_id, require_private_networking } => {
            let credentials = match (role, access_key_id, secret) {
                (Some(role), None, None) => AwsCredentials::Role(role),
                (None, Some(access_key_id), Some(secret_access_key)) => {
                    AwsCredentials::Static { access_key_id, secret_access_key }
                }
                (Some(_), _, _) | (None, _, _) => return Err("credentials"),
            };
            Ok(CustomerKey::AwsKms(AwsKms {
                key: AwsKeyName::parse(&key).ok_or("key name")?,
                region: AwsRegion::parse(&region).map_err(|_| "region")?,
                credentials,
                require_private_networking,
            }))
        }
        SettingsText::AzureKeyVault {
            environment,
            tenant,
            subscription,
            resource_group,
            vault,
            key_name,
            key_version,
            client_id,
            require_private_networking,
        } => {
            let credentials = match (role, client_id, secret) {
                (Some(role), None, None) => AzureCredentials::Role(role),
                (None, Some(client_id), Some(secret)) => {
                    AzureCredentials::ClientSecret { client_id: AzureGuid::parse(&client_id).ok_or("client")?, secret }
                }
                (Some(_), _, _) | (None, _, _) => return Err("credentials"),
            };
            // What was once accepted is read, whatever the policy says by now.
            let key = KeyIdentifier::from_parts(&key_name, key_version.as_deref(), VersionlessKeys::Accept);
            Ok(CustomerKey::AzureKeyVault(AzureKeyVault {
                environment: AzureEnvironment::by_name(&environment).ok_or("environment")?,
                tenant: AzureGuid::parse(&tenant).ok_or("tenant")?,
                subscription: AzureGuid::parse(&subscription).ok_or("subscription")?,
                resource_group: ResourceGroupName::parse(&resource_group).ok_or("resource group")?,
                vault: VaultName::parse(&vault).ok_or("vault")?,
                key: key.ok_or("key name")?,
                credentials,
                require_private_networking,
            }))
        }
        SettingsText::GcpKms { key_version, client_email, private_key_id } => {
            let credentials = match (role, client_email, private_key_id, secret) {
                (Some(role), None, None, None) => GcpCredentials::Role(role),
                (None, Some(client_email), Some(private_key_id), Some(private_key)) => {
                    GcpCredentials::ServiceAccountKey {
                        client_email: ServiceAccountEmail::parse(&client_email).ok_or("client email")?,
                        private_key_id: PrivateKeyId::parse(&private_key_id).ok_or("private key id")?,
                        private_key,
                    }
                }
                (Some(_), _, _, _) | (None, _, _, _) => return Err("credentials"),
            };
            let key_version = KeyVersionName::parse(&key_version).ok_or("key version")?;
            Ok(CustomerKey::GcpKms(GcpKms { key_version, credentials }))
        }
    }
}

fn settings_to_text(key: &CustomerKey) -> Result<String> {
    to_json(&match key {
        CustomerKey::AwsKms(AwsKms { key, region, credentials, require_private_networking }) => SettingsText::AwsKms {
            key: key.as_str().to_owned(),
            region: region.name().to_owned(),
            access_key_id: match credentials {
                AwsCredentials::Role(_) => None,
                AwsCredentials::Static { access_key_id, .. } => Some(access_key_id.clone()),
            },
            require_private_networking: *require_private_networking,
        },
        CustomerKey::AzureKeyVault(AzureKeyVault {
            environment,
            tenant,
            subscription,
            resource_group,
            vault,
            key,
            credentials,
            require_private_networking,
        }) => SettingsText::AzureKeyVault {
            environment: environment.name().to_owned(),
            tenant: tenant.as_str().to_owned(),
            subscription: subscription.as_str().to_owned(),
            resource_group: resource_group.as_str().to_owned(),
            vault: vault.as_str().to_owned(),
            key_name: key.name().to_owned(),
            key_version: key.version().map(str::to_owned),
            client_id: match credentials {
                AzureCredentials::Role(_) => None,
                AzureCredentials::ClientSecret { client_id, .. } => Some(client_id.as_str().to_owned()),
            },
            require_private_networking: *require_private_networking,
        },
        CustomerKey::GcpKms(GcpKms { key_version, credentials }) => {
            let (client_email, private_key_id) = match credentials {
                GcpCredentials::Role(_) => (None, None),
                GcpCredentials::ServiceAccountKey { client_email, private_key_id, private_key: _ } => {
                    (Some(client_email.as_str().to_owned()), Some(private_key_id.as_str().to_owned()))
                }
            };
            SettingsText::GcpKms { key_version: key_version.as_str().to_owned(), client_email, private_key_id }
        }
    })
}

fn secret_of(key: &CustomerKey) -> Option<&SecretText> {
    match key {
        CustomerKey::AwsKms(aws) => match &aws.credentials {
            AwsCredentials::Role(_) => None,
            AwsCredentials::Static { secret_access_key, .. } => Some(secret_access_key),
        },
        CustomerKey::AzureKeyVault(azure) => match &azure.credentials {
            AzureCredentials::Role(_) => None,
            AzureCredentials::ClientSecret { secret, .. } => Some(secret),
        },
        CustomerKey::GcpKms(google) => match &google.credentials {
            GcpCredentials::Role(_) => None,
            GcpCredentials::ServiceAccountKey { private_key, .. } => Some(private_key),
        },
    }
}

/// Fingerprints the key and the credentials it is reached with; options do not count.
pub(crate) fn fingerprint(sealer: &Sealer, key: &CustomerKey) -> Fingerprint {
    let (place, client): (Vec<&str>, Vec<&str>) = match key {
        CustomerKey::AwsKms(AwsKms { key, region, credentials, require_private_networking: _ }) => {
            let client = match credentials {
                AwsCredentials::Role(_) => Vec::new(),
                AwsCredentials::Static { access_key_id, .. } => vec![access_key_id.as_str()],
            };
            (vec![region.name(), key.as_str()], client)
        }
        CustomerKey::AzureKeyVault(AzureKeyVault {
            environment,
            tenant,
            subscription: _,
            resource_group: _,
            vault,
            key,
            credentials,
            require_private_networking: _,
        }) => {
            let client = match credentials {
                AzureCredentials::Role(_) => Vec::new(),
                AzureCredentials::ClientSecret { client_id, .. } => vec![client_id.as_str()],
            };
            let version = key.version().unwrap_or_default();
            (vec![environment.name(), tenant.as_str(), vault.as_str(), key.name(), version], client)
        }
        CustomerKey::GcpKms(GcpKms { key_version, credentials }) => {
            let client = match credentials {
                GcpCredentials::Role(_) => Vec::new(),
                GcpCredentials::ServiceAccountKey { client_email, private_key_id, private_key: _ } => {
                    vec![client_email.as_str(), private_key_id.as_str()]
                }
            };
            (vec![key_version.as_str()], client)
        }
    };
    let role = key.provider_role().map(|role| role.to_string());
    let way = match &role {
        Some(role) => vec!["role", role.as_str()],
        None => [vec!["static"], client].concat(),
    };
    let secret = secret_of(key).map(SecretText::expose).unwrap_or_default();
    let parts = std::iter::once(key.provider().name()).chain(place).chain(way).chain(std::iter::once(secret));
    let parts: Vec<&[u8]> = parts.map(str::as_bytes).collect();
    Fingerprint(sealer.fingerprint(&parts))
}
