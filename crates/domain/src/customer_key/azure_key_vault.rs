//! Settings of a customer key in Azure Key Vault and the rules of changing them (product.md 1.4, 2.5).
//! Must not know how Azure is called.

mod name;

use std::sync::Arc;

pub use name::{AzureEnvironment, AzureGuid, KeyIdentifier, ResourceGroupName, VaultName, VaultSuffix, VaultSuffixes};

use super::credentials::{Present, Rule, Wanted, printable};
use super::{CustomerKey, Merged, Move, Patch, Policy, ProviderKind, Refusal, StaticCredentials, required};
use crate::id::ProviderRoleId;
use crate::secret::SecretText;
use crate::violation::{Violation, ViolationKind};

/// A customer key in Azure Key Vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AzureKeyVault {
    /// The Azure cloud the vault is in.
    pub environment: AzureEnvironment,
    /// The tenant whose identities may use the vault.
    pub tenant: AzureGuid,
    /// The subscription the vault belongs to.
    pub subscription: AzureGuid,
    /// The resource group the vault belongs to.
    pub resource_group: ResourceGroupName,
    /// The vault.
    pub vault: VaultName,
    /// The key in the vault, with its version unless versionless keys are accepted.
    pub key: KeyIdentifier,
    /// How we may use it.
    pub credentials: AzureCredentials,
    /// Whether key calls must leave by a private endpoint once there is one.
    pub require_private_networking: bool,
}

/// What we may use a key in Azure Key Vault with.
#[derive(Debug, Clone)]
pub enum AzureCredentials {
    /// A service principal of our own application in the customer's tenant.
    Role(ProviderRoleId),
    /// An application of the customer's.
    ClientSecret {
        /// The application's id.
        client_id: AzureGuid,
        /// Its secret.
        secret: Arc<SecretText>,
    },
}

impl AzureCredentials {
    pub(super) const fn provider_role(&self) -> Option<ProviderRoleId> {
        match self {
            Self::Role(role) => Some(*role),
            Self::ClientSecret { .. } => None,
        }
    }
}

impl PartialEq for AzureCredentials {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Role(one), Self::Role(two)) => one == two,
            (
                Self::ClientSecret { client_id, secret },
                Self::ClientSecret { client_id: other_id, secret: other_secret },
            ) => client_id == other_id && secret.matches(other_secret),
            (Self::Role(_), Self::ClientSecret { .. }) | (Self::ClientSecret { .. }, Self::Role(_)) => false,
        }
    }
}

impl Eq for AzureCredentials {}

/// A wanted change of the settings. An empty secret means "keep": the door drops it.
#[derive(Debug, Default)]
pub struct AzureKeyVaultChange {
    /// Whether the provider is enabled.
    pub enabled: Patch<bool>,
    /// The Azure cloud the vault is in.
    pub azure_environment: Patch<String>,
    /// The tenant.
    pub tenant_id: Patch<String>,
    /// The application.
    pub client_id: Patch<String>,
    /// The application's secret.
    pub secret: Option<Arc<SecretText>>,
    /// The service principal to act as.
    pub role_id: Patch<ProviderRoleId>,
    /// The vault's subscription.
    pub subscription_id: Patch<String>,
    /// The vault's resource group.
    pub resource_group_name: Patch<String>,
    /// The vault.
    pub key_vault_name: Patch<String>,
    /// The key's address in the vault.
    pub key_identifier: Patch<String>,
    /// Whether key calls must leave by a private endpoint once there is one.
    pub require_private_networking: Patch<bool>,
}

impl AzureKeyVaultChange {
    fn is_empty(&self) -> bool {
        let Self {
            enabled,
            azure_environment,
            tenant_id,
            client_id,
            secret,
            role_id,
            subscription_id,
            resource_group_name,
            key_vault_name,
            key_identifier,
            require_private_networking,
        } = self;
        let texts = [
            azure_environment,
            tenant_id,
            client_id,
            subscription_id,
            resource_group_name,
            key_vault_name,
            key_identifier,
        ];
        texts.into_iter().all(Patch::is_empty)
            && enabled.is_empty()
            && secret.is_none()
            && role_id.is_empty()
            && require_private_networking.is_empty()
    }
}

pub(super) fn merge(
    present: Option<&AzureKeyVault>,
    change: AzureKeyVaultChange,
    policy: &Policy,
) -> Result<Merged, Refusal> {
    if present.is_none() && change.is_empty() {
        return Ok(Merged::Untouched);
    }
    if change.enabled == Patch::Value(false) {
        return Ok(Merged::Disabled);
    }
    let mut violations = Vec::new();
    if change.enabled.or_stored(present.map(|_| true)).is_none() {
        violations.push(Violation::missing("azureKeyVault.enabled"));
    }
    let environment = required(
        "azureKeyVault.azureEnvironment",
        change.azure_environment.or_stored(present.map(|azure| azure.environment.name().to_owned())),
        |text| AzureEnvironment::by_name(&text).ok_or("AZURE, AZURE_CHINA or AZURE_US_GOVERNMENT"),
        &mut violations,
    );
    let tenant = required(
        "azureKeyVault.tenantID",
        change.tenant_id.or_stored(present.map(|azure| azure.tenant.as_str().to_owned())),
        |text| AzureGuid::parse(&text).ok_or(AzureGuid::GRAMMAR),
        &mut violations,
    );
    let wanted = WantedCredentials { role: change.role_id, client_id: change.client_id, secret: change.secret };
    // A secret belongs to one application in one tenant of one cloud: of any other it says nothing.
    let moved = present.is_some_and(|azure| {
        environment.is_some_and(|environment| environment != azure.environment)
            || tenant.as_ref().is_some_and(|tenant| *tenant != azure.tenant)
    });
    let credentials = wanted.decide(present.map(|azure| &azure.credentials), moved, policy, &mut violations)?;
    let subscription = required(
        "azureKeyVault.subscriptionID",
        change.subscription_id.or_stored(present.map(|azure| azure.subscription.as_str().to_owned())),
        |text| AzureGuid::parse(&text).ok_or(AzureGuid::GRAMMAR),
        &mut violations,
    );
    let resource_group = required(
        "azureKeyVault.resourceGroupName",
        change.resource_group_name.or_stored(present.map(|azure| azure.resource_group.as_str().to_owned())),
        |text| ResourceGroupName::parse(&text).ok_or(ResourceGroupName::GRAMMAR),
        &mut violations,
    );
    let vault = required(
        "azureKeyVault.keyVaultName",
        change.key_vault_name.or_stored(present.map(|azure| azure.vault.as_str().to_owned())),
        |text| VaultName::parse(&text).ok_or(VaultName::GRAMMAR),
        &mut violations,
    );
    let key = wanted_key(change.key_identifier, present, environment, vault.as_ref(), policy, &mut violations);
    if !violations.is_empty() {
        return Err(Refusal::Violations(violations));
    }
    let (Some(environment), Some(tenant), Some(subscription), Some(resource_group)) =
        (environment, tenant, subscription, resource_group)
    else {
        return Err(Refusal::Violations(violations));
    };
    let (Some(vault), Some(key), Some(credentials)) = (vault, key, credentials) else {
        return Err(Refusal::Violations(violations));
    };
    let roles_work = policy.operator_azure_environment.is_none_or(|home| home == environment);
    if credentials.provider_role().is_some() && !roles_work {
        return Err(Refusal::EnvironmentNotSupported(environment));
    }
    let stored_flag = present.is_some_and(|azure| azure.require_private_networking);
    let next = AzureKeyVault {
        environment,
        tenant,
        subscription,
        resource_group,
        vault,
        key,
        credentials,
        require_private_networking: change.require_private_networking.value().unwrap_or(stored_flag),
    };
    let step = difference(present, &next);
    Ok(Merged::Configured(CustomerKey::AzureKeyVault(next), step))
}

/// Reads the key's address, which must lie in the vault that the same settings name. A stored key stays
/// whatever the policy says by now, but follows neither the vault nor the environment when those change:
/// it has to be sent again.
fn wanted_key(
    sent: Patch<String>,
    present: Option<&AzureKeyVault>,
    environment: Option<AzureEnvironment>,
    vault: Option<&VaultName>,
    policy: &Policy,
    violations: &mut Vec<Violation>,
) -> Option<KeyIdentifier> {
    const FIELD: &str = "azureKeyVault.keyIdentifier";
    let stored = present.filter(|_| sent == Patch::Absent);
    let stays = stored.filter(|azure| environment == Some(azure.environment) && vault == Some(&azure.vault));
    if let Some(azure) = stays {
        return Some(azure.key.clone());
    }
    let stored = stored.map(|azure| azure.key.url(&azure.vault, policy.vault_suffixes.of(azure.environment)));
    let Some(text) = sent.or_stored(stored) else {
        violations.push(Violation::missing(FIELD));
        return None;
    };
    // Without them there is no host to hold the address to; their own violations are told.
    let (environment, vault) = (environment?, vault?);
    let suffix = policy.vault_suffixes.of(environment);
    let key = KeyIdentifier::parse(&text, vault, suffix, policy.versionless_keys);
    if key.is_none() {
        let expected = KeyIdentifier::shape(vault, suffix, policy.versionless_keys);
        violations.push(Violation { field: FIELD.to_owned(), kind: ViolationKind::KeyIdentifier { expected } });
    }
    key
}

fn difference(present: Option<&AzureKeyVault>, next: &AzureKeyVault) -> Option<Move> {
    let Some(present) = present else { return Some(Move::Enable) };
    let same_key = present.environment == next.environment && present.vault == next.vault && present.key == next.key;
    if !same_key {
        return Some(Move::ChangeKey);
    }
    if present.credentials != next.credentials || present.tenant != next.tenant {
        return Some(Move::ChangeCredentials);
    }
    (present != next).then_some(Move::ChangeOptions)
}

const RULE: Rule = Rule {
    provider: ProviderKind::AzureKeyVault,
    role_field: "azureKeyVault.roleId",
    choices: "roleId, or clientID together with secret",
};

struct WantedCredentials {
    role: Patch<ProviderRoleId>,
    client_id: Patch<String>,
    secret: Option<Arc<SecretText>>,
}

impl WantedCredentials {
    fn decide(
        self,
        present: Option<&AzureCredentials>,
        moved: bool,
        policy: &Policy,
        violations: &mut Vec<Violation>,
    ) -> Result<Option<AzureCredentials>, Refusal> {
        let sends_static = !self.client_id.is_empty() || self.secret.is_some();
        let (way, stored_id, stored_secret) = match present {
            None => (Present::Nothing, None, None),
            Some(AzureCredentials::Role(role)) => (Present::Role(*role), None, None),
            Some(AzureCredentials::ClientSecret { client_id, secret }) => {
                (Present::Static, Some(client_id), Some(secret))
            }
        };
        match RULE.decide(self.role, sends_static, way, violations)? {
            Wanted::Role(role) => return Ok(Some(AzureCredentials::Role(role))),
            Wanted::Undecided => return Ok(None),
            Wanted::Static => {}
        }
        let client_id = required(
            "azureKeyVault.clientID",
            self.client_id.or_stored(stored_id.map(|id| id.as_str().to_owned())),
            |text| AzureGuid::parse(&text).ok_or(AzureGuid::GRAMMAR),
            violations,
        );
        // A new identity needs its own secret; the stored one belongs to the old.
        let same_identity = !moved && client_id.as_ref() == stored_id;
        let secret = required(
            "azureKeyVault.secret",
            self.secret.or_else(|| stored_secret.filter(|_| same_identity).cloned()),
            printable,
            violations,
        );
        let (Some(client_id), Some(secret)) = (client_id, secret) else { return Ok(None) };
        let next = AzureCredentials::ClientSecret { client_id, secret };
        if policy.static_credentials == StaticCredentials::RefuseNew && (moved || present != Some(&next)) {
            return Err(Refusal::StaticCredentials { provider: ProviderKind::AzureKeyVault, role_in_use: false });
        }
        Ok(Some(next))
    }
}

#[cfg(test)]
pub(crate) mod tests;
