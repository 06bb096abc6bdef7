//! The kit for Azure: the service principal of this service's application, leave to use one key, and the key's tag.

use api_wire::atrest::setup_kit::SetupStep;
use control::provider_role::SetupFacts;
use domain::customer_key::VersionlessKeys;
use domain::customer_key::azure_key_vault::{KeyIdentifier, VaultName, VaultSuffix};
use domain::provider_role::{ProviderRole, RoleIdentity};
use serde_json::json;

use super::{json, no_key, shell, text};
use crate::api::error::Refused;

/// Writes the steps.
/// Errors: the key is no address of a key in a vault of Azure's public cloud.
pub(super) fn steps(facts: &SetupFacts, key: Option<&str>, tenant: Option<&str>) -> Result<Vec<SetupStep>, Refused> {
    let key = key.map(|key| read(key, &facts.vault_suffix).ok_or_else(expected)).transpose()?;
    let project = facts.project.to_string();
    let application = facts.operator.as_deref().unwrap_or("YOUR_ATLAS_AZURE_APP_ID");
    let (role_tenant, principal) = match facts.role.as_ref().map(|role| &role.identity) {
        Some(RoleIdentity::Azure { tenant, service_principal }) => {
            (Some(tenant.as_str()), Some(service_principal.as_str()))
        }
        Some(RoleIdentity::Aws { .. } | RoleIdentity::Gcp { .. }) | None => (None, None),
    };
    let tenant = role_tenant.or(tenant).unwrap_or("YOUR_TENANT_ID");
    let principal = principal.unwrap_or("YOUR_SERVICE_PRINCIPAL_ID");
    let role_id = facts.role.as_ref().map_or_else(|| "YOUR_ROLE_ID".to_owned(), ProviderRole::id_text);
    let vault = key.as_ref().map_or("YOUR_VAULT", |key| key.vault.as_str());
    let address = key.as_ref().map_or("YOUR_KEY_IDENTIFIER", |key| key.address.as_str());
    let scope = format!(
        "/subscriptions/YOUR_SUBSCRIPTION_ID/resourceGroups/YOUR_RESOURCE_GROUP/providers/Microsoft.KeyVault/vaults/{vault}"
    );
    Ok(vec![
        shell(
            "Let the application of this service into your tenant, and read its service principal's object id",
            format!(
                "az login --tenant {tenant}\naz ad sp create --id {application}\naz ad sp show --id {application} --query id --output tsv"
            ),
        ),
        json(
            "A role with the least that is needed (role.json); Key Vault Crypto User holds it too",
            &json!({
                "Name": "Atrest key user",
                "Description": "Uses keys for encryption at rest.",
                "Actions": ["Microsoft.KeyVault/vaults/read"],
                "DataActions": [
                    "Microsoft.KeyVault/vaults/keys/read",
                    "Microsoft.KeyVault/vaults/keys/encrypt/action",
                    "Microsoft.KeyVault/vaults/keys/decrypt/action",
                ],
                "AssignableScopes": ["/subscriptions/YOUR_SUBSCRIPTION_ID"],
            }),
        ),
        shell(
            "Give it to the service principal, for this vault",
            format!(
                "az role definition create --role-definition role.json\naz role assignment create --assignee-object-id {principal} --assignee-principal-type ServicePrincipal \\\n  --role \"Atrest key user\" --scope {scope}"
            ),
        ),
        shell(
            "The same in a vault with access policies",
            format!(
                "az keyvault set-policy --name {vault} --object-id {principal} --key-permissions get encrypt decrypt"
            ),
        ),
        shell(
            "Say on the key that this project may use it; without this tag no project can",
            format!("az keyvault key set-attributes --id {address} --tags atrest-project={project}"),
        ),
        json(
            "Make the role entry: body of POST cloudProviderAccess, and of PATCH cloudProviderAccess/{roleId} after it",
            &json!({
                "providerName": "AZURE",
                "atlasAzureAppId": application,
                "tenantId": tenant,
                "servicePrincipalId": principal,
            }),
        ),
        json(
            "Enable: body of PATCH encryptionAtRest",
            &json!({"azureKeyVault": {
                "enabled": true,
                "azureEnvironment": "AZURE",
                "tenantID": tenant,
                "subscriptionID": "YOUR_SUBSCRIPTION_ID",
                "resourceGroupName": "YOUR_RESOURCE_GROUP",
                "keyVaultName": vault,
                "keyIdentifier": address,
                "roleId": role_id,
            }}),
        ),
        text(
            "Private endpoints",
            "Whoever approves the connection needs Microsoft.KeyVault/vaults/privateEndpointConnectionsApproval/action on the vault, which Key Vault Contributor holds. This service needs nothing there.",
        ),
    ])
}

/// A key, taken apart by Azure's own grammar.
struct Key {
    vault: VaultName,
    address: String,
}

fn read(key: &str, suffix: &str) -> Option<Key> {
    let suffix = VaultSuffix::parse(suffix)?;
    let (host, _) = key.strip_prefix("https://")?.split_once('/')?;
    let vault = VaultName::parse(host.strip_suffix(suffix.as_str())?)?;
    let address = KeyIdentifier::parse(key, &vault, &suffix, VersionlessKeys::Accept)?.url(&vault, &suffix);
    Some(Key { vault, address })
}

fn expected() -> Refused {
    no_key("the address of a key in a vault: https://<vault>.vault.azure.net/keys/<name>/<version>")
}
