//! Reading a project's setting. The view has no field for a secret.

use domain::access::ProjectRole;
use domain::customer_key::aws_kms::{AwsCredentials, AwsKms};
use domain::customer_key::azure_key_vault::{AzureCredentials, AzureEnvironment, AzureKeyVault};
use domain::customer_key::gcp_kms::{GcpCredentials, GcpKms};
use domain::customer_key::{CustomerKey, EncryptionAtRest, Policy, ProviderKind};
use domain::id::{ProjectId, ProviderRoleId};
use domain::validity::Definite;
use futures_util::future;
use storage::ProjectSnapshot;

use crate::{Caller, Control, Error};

/// A project's setting as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptionAtRestView {
    /// AWS KMS, if enabled.
    pub aws_kms: Option<AwsKmsView>,
    /// Azure Key Vault, if enabled.
    pub azure_key_vault: Option<AzureKeyVaultView>,
    /// Google Cloud KMS, if enabled.
    pub gcp_kms: Option<GcpKmsView>,
    /// A flag kept for clients.
    pub enabled_for_search_nodes: bool,
}

/// AWS KMS settings as they may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsKmsView {
    /// The public half of the access key, if one is used.
    pub access_key_id: Option<String>,
    /// The key's name.
    pub customer_master_key_id: String,
    /// The key's region.
    pub region: String,
    /// The role, if one is used.
    pub role_id: Option<ProviderRoleId>,
    /// Whether key calls must leave by a private endpoint once there is one.
    pub require_private_networking: bool,
    /// Whether the key could last be used. Unknown keeps the last definite answer.
    pub valid: bool,
}

/// Azure Key Vault settings as they may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AzureKeyVaultView {
    /// The Azure cloud the vault is in.
    pub environment: AzureEnvironment,
    /// The application, if one is used.
    pub client_id: Option<String>,
    /// The tenant.
    pub tenant_id: String,
    /// The vault's subscription.
    pub subscription_id: String,
    /// The vault's resource group.
    pub resource_group_name: String,
    /// The vault.
    pub key_vault_name: String,
    /// The key's address.
    pub key_identifier: String,
    /// The service principal, if one is used.
    pub role_id: Option<ProviderRoleId>,
    /// Whether key calls must leave by a private endpoint once there is one.
    pub require_private_networking: bool,
    /// Whether the key could last be used. Unknown keeps the last definite answer.
    pub valid: bool,
}

/// Google Cloud KMS settings as they may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GcpKmsView {
    /// The key version's resource name.
    pub key_version_resource_id: String,
    /// The service account to impersonate, if one is used.
    pub role_id: Option<ProviderRoleId>,
    /// Whether the key could last be used. Unknown keeps the last definite answer.
    pub valid: bool,
}

impl Control {
    /// Reads a project's setting, with every key checked not longer ago than the freshness asks,
    /// as far as that is found out before the read deadline.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    /// Cancel: safe; checks under way go on.
    pub async fn encryption_at_rest(&self, caller: &Caller, project: ProjectId) -> Result<EncryptionAtRestView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        if !self.freshen(&snapshot, &ProviderKind::ALL).await {
            return Ok(view(&snapshot, self.policy()));
        }
        let snapshot = self.store().project_snapshot(project).await?.ok_or(Error::ProjectNotFound(project))?;
        Ok(view(&snapshot, self.policy()))
    }

    /// Checks what was not checked lately of these providers. Gives whether anything had to be checked.
    pub(crate) async fn freshen(&self, snapshot: &ProjectSnapshot, providers: &[ProviderKind]) -> bool {
        let now = self.now();
        let freshness = self.timings().check_freshness;
        let old: Vec<ProviderKind> = snapshot
            .validities
            .iter()
            .filter(|(provider, _)| providers.contains(provider))
            .filter(|(_, stored)| stored.validity.is_older_than(freshness, now))
            .map(|(provider, _)| *provider)
            .collect();
        if old.is_empty() {
            return false;
        }
        let checks = old.into_iter().map(|provider| self.check_customer_key(snapshot.project.id, provider));
        // At the deadline the last known answer is given; the checks go on and are saved.
        let _in_time = tokio::time::timeout(self.timings().read_deadline, future::join_all(checks)).await;
        true
    }
}

/// Shows a setting as it is stored, with what the last checks of its keys found.
fn view(snapshot: &ProjectSnapshot, policy: &Policy) -> EncryptionAtRestView {
    view_of(&snapshot.setting, policy, |provider| {
        let stored = snapshot.validities.get(&provider);
        stored.and_then(|stored| stored.validity.last_definite()) == Some(Definite::Valid)
    })
}

/// Shows a setting, given which of its keys are valid.
pub(super) fn view_of(
    setting: &EncryptionAtRest,
    policy: &Policy,
    is_valid: impl Fn(ProviderKind) -> bool,
) -> EncryptionAtRestView {
    let (mut aws_kms, mut azure_key_vault, mut gcp_kms) = (None, None, None);
    for key in setting.customer_keys.values() {
        let valid = is_valid(key.provider());
        match key {
            CustomerKey::AwsKms(aws) => aws_kms = Some(view_aws(aws, valid)),
            CustomerKey::AzureKeyVault(azure) => azure_key_vault = Some(view_azure(azure, policy, valid)),
            CustomerKey::GcpKms(google) => gcp_kms = Some(view_google(google, valid)),
        }
    }
    let enabled_for_search_nodes = setting.enabled_for_search_nodes;
    EncryptionAtRestView { aws_kms, azure_key_vault, gcp_kms, enabled_for_search_nodes }
}

fn view_aws(aws: &AwsKms, valid: bool) -> AwsKmsView {
    let AwsKms { key, region, credentials, require_private_networking } = aws;
    let (access_key_id, role_id) = match credentials {
        AwsCredentials::Role(role) => (None, Some(*role)),
        AwsCredentials::Static { access_key_id, secret_access_key: _ } => (Some(access_key_id.clone()), None),
    };
    AwsKmsView {
        access_key_id,
        customer_master_key_id: key.as_str().to_owned(),
        region: region.name().to_owned(),
        role_id,
        require_private_networking: *require_private_networking,
        valid,
    }
}

fn view_azure(azure: &AzureKeyVault, policy: &Policy, valid: bool) -> AzureKeyVaultView {
    let AzureKeyVault {
        environment,
        tenant,
        subscription,
        resource_group,
        vault,
        key,
        credentials,
        require_private_networking,
    } = azure;
    let (client_id, role_id) = match credentials {
        AzureCredentials::Role(role) => (None, Some(*role)),
        AzureCredentials::ClientSecret { client_id, secret: _ } => (Some(client_id.as_str().to_owned()), None),
    };
    AzureKeyVaultView {
        environment: *environment,
        client_id,
        tenant_id: tenant.as_str().to_owned(),
        subscription_id: subscription.as_str().to_owned(),
        resource_group_name: resource_group.as_str().to_owned(),
        key_vault_name: vault.as_str().to_owned(),
        key_identifier: key.url(vault, policy.vault_suffixes.of(*environment)),
        role_id,
        require_private_networking: *require_private_networking,
        valid,
    }
}

fn view_google(google: &GcpKms, valid: bool) -> GcpKmsView {
    let GcpKms { key_version, credentials } = google;
    let role_id = match credentials {
        GcpCredentials::Role(role) => Some(*role),
        GcpCredentials::ServiceAccountKey { .. } => None,
    };
    GcpKmsView { key_version_resource_id: key_version.as_str().to_owned(), role_id, valid }
}
