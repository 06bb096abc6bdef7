//! Vaults as resources: show, list, create, change who reaches them. It must not know what is inside.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::access_policy::{WirePolicy, show_policy};
use super::connection::show_inside;
use super::{Call, bad_request, printable};
use crate::azure::error::ApiError;
use crate::azure::request::json;
use crate::azure::vault::{Firewall, RETENTION_DAYS, Vault, VaultAccess, range};

/// What PUT and PATCH have in common. What is absent or null stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Fields {
    location: Option<String>,
    tags: Option<BTreeMap<String, String>>,
    properties: Option<Properties>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Properties {
    tenant_id: Option<String>,
    sku: Option<Sku>,
    access_policies: Option<Vec<WirePolicy>>,
    enable_rbac_authorization: Option<bool>,
    public_network_access: Option<String>,
    network_acls: Option<NetworkAcls>,
    enable_soft_delete: Option<bool>,
    soft_delete_retention_in_days: Option<u16>,
    enabled_for_deployment: Option<bool>,
    enabled_for_disk_encryption: Option<bool>,
    enabled_for_template_deployment: Option<bool>,
    // What GET shows and a client may send back.
    #[serde(rename = "vaultUri")]
    _vault_uri: Option<IgnoredAny>,
    #[serde(rename = "privateEndpointConnections")]
    _connections: Option<IgnoredAny>,
    provisioning_state: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sku {
    family: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NetworkAcls {
    bypass: Option<String>,
    default_action: Option<String>,
    ip_rules: Option<Vec<IpRule>>,
    virtual_network_rules: Option<Vec<Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IpRule {
    value: String,
}

pub(super) fn read(call: &Call<'_>) -> Result<Value, ApiError> {
    Ok(show_with(call, find(call)?))
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let resource_group = &call.route.resource_group;
    let mine = |vault: &&Vault| {
        vault.subscription == call.route.subscription
            && resource_group
                .as_ref()
                .is_none_or(|resource_group| vault.resource_group.eq_ignore_ascii_case(resource_group))
    };
    let value: Vec<Value> = call.state.vaults.values().filter(mine).map(|vault| show_with(call, vault)).collect();
    Ok(json!({ "value": value }))
}

pub(super) fn update(call: &mut Call<'_>) -> Result<(StatusCode, Value), ApiError> {
    let fields: Fields = json(call.request).map_err(|words| bad_request(&words))?;
    find(call)?;
    let port = call.port;
    let vault = find_mut(call)?;
    change(vault, fields)?;
    Ok((StatusCode::OK, show(vault, port)))
}

pub(super) fn create(call: &mut Call<'_>) -> Result<(StatusCode, Value), ApiError> {
    let fields: Fields = json(call.request).map_err(|words| bad_request(&words))?;
    let (Some(location), Some(properties)) = (&fields.location, &fields.properties) else {
        return Err(bad_request("A vault needs location and properties."));
    };
    if properties.tenant_id.is_none() || properties.sku.is_none() {
        return Err(bad_request("A vault's properties need tenantId and sku."));
    }
    let port = call.port;
    match find(call) {
        Ok(_) => {
            let vault = find_mut(call)?;
            change(vault, fields)?;
            Ok((StatusCode::OK, show(vault, port)))
        }
        Err(_) => {
            let name = call.route.vault.clone().unwrap_or_default();
            check_name(&name)?;
            let subscription = call.subscription()?;
            let resource_group = subscription
                .resource_groups
                .get(&call.route.resource_group.as_deref().unwrap_or_default().to_ascii_lowercase());
            let resource_group = resource_group.ok_or_else(|| ApiError::bug("the resource group was found"))?;
            let mut vault = Vault::new(&name, &subscription.tenant, &subscription.id, &resource_group.name, location);
            change(&mut vault, fields)?;
            let shown = show(&vault, port);
            let order = name.to_ascii_lowercase();
            if call.state.vaults.contains_key(&order) || call.state.deleted_vaults.contains_key(&order) {
                let message = format!(
                    "The vault name '{}' is already in use. Vault names are globally unique so it is possible that \
                     the name is already taken.",
                    printable(&name)
                );
                return Err(ApiError::new(409, "VaultAlreadyExists", message));
            }
            call.state.vaults.insert(order, vault);
            Ok((StatusCode::CREATED, shown))
        }
    }
}

/// It can be recovered for a while, but not over this API. What connects to it is cut loose.
pub(super) fn delete(call: &mut Call<'_>) -> Result<(StatusCode, Value), ApiError> {
    let Ok(vault) = find(call) else { return Ok((StatusCode::NO_CONTENT, Value::Null)) };
    let name = vault.name.to_ascii_lowercase();
    call.state.delete_vault(&name);
    Ok((StatusCode::OK, Value::Null))
}

/// Errors: `VaultNameNotValid` for a name that no vault can have.
pub(crate) fn check_name(name: &str) -> Result<(), ApiError> {
    let fits = (3..=24).contains(&name.len())
        && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-')
        && name.bytes().next().is_some_and(|letter| letter.is_ascii_alphabetic())
        && !name.ends_with('-')
        && !name.contains("--");
    if fits {
        return Ok(());
    }
    let message = format!(
        "The vault name '{}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name must \
         begin with a letter, end with a letter or digit, and not contain consecutive hyphens.",
        printable(name)
    );
    Err(ApiError::new(400, "VaultNameNotValid", message))
}

pub(super) fn find<'a>(call: &'a Call<'_>) -> Result<&'a Vault, ApiError> {
    let route = call.route;
    let name = route.vault.as_deref().unwrap_or_default();
    let resource_group = route.resource_group.as_deref().unwrap_or_default();
    let found = call.state.vaults.get(&name.to_ascii_lowercase());
    let mine = |vault: &&Vault| {
        vault.subscription == route.subscription && vault.resource_group.eq_ignore_ascii_case(resource_group)
    };
    found.filter(mine).ok_or_else(|| {
        ApiError::new(
            404,
            "ResourceNotFound",
            format!(
                "The Resource 'Microsoft.KeyVault/vaults/{}' under resource group '{}' was not found. For more details \
                 please go to https://aka.ms/ARMResourceNotFoundFix",
                printable(name),
                printable(resource_group)
            ),
        )
    })
}

pub(super) fn find_mut<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Vault, ApiError> {
    find(call)?;
    let name = call.route.vault.as_deref().unwrap_or_default().to_ascii_lowercase();
    call.state.vaults.get_mut(&name).ok_or_else(|| ApiError::bug("the vault was found"))
}

/// Makes all changes or none.
fn change(vault: &mut Vault, fields: Fields) -> Result<(), ApiError> {
    let Fields { location, tags, properties } = fields;
    if location.is_some_and(|location| location != vault.location) {
        return Err(bad_request("The location of a vault cannot be changed."));
    }
    let properties = properties.unwrap_or_default();
    check_fixed(vault, &properties)?;
    let public_access = match properties.public_network_access.as_deref() {
        None => vault.public_access,
        Some(word) if word.eq_ignore_ascii_case("enabled") => true,
        Some(word) if word.eq_ignore_ascii_case("disabled") => false,
        Some(_) => return Err(bad_request("publicNetworkAccess is enabled or disabled.")),
    };
    let firewall = match properties.network_acls {
        None => vault.firewall.clone(),
        Some(acls) => acls.read(&vault.firewall)?,
    };
    let retention_days = match properties.soft_delete_retention_in_days {
        Some(days) if !(7..=RETENTION_DAYS).contains(&days) => {
            return Err(bad_request("softDeleteRetentionInDays is a number from 7 to 90."));
        }
        Some(days) => days,
        None => vault.retention_days,
    };
    if let Some(policies) = properties.access_policies {
        let policies = policies.into_iter().map(|policy| policy.read(&vault.tenant));
        vault.policies = policies.collect::<Result<_, _>>()?;
    }
    match properties.enable_rbac_authorization {
        Some(true) => vault.access = VaultAccess::Rbac,
        Some(false) => vault.access = VaultAccess::Policies,
        None => {}
    }
    vault.public_access = public_access;
    vault.firewall = firewall;
    vault.retention_days = retention_days;
    if let Some(tags) = tags {
        vault.tags = tags;
    }
    Ok(())
}

/// Errors: `BadRequest` for what must stay, or is not modelled.
fn check_fixed(vault: &Vault, properties: &Properties) -> Result<(), ApiError> {
    if properties.tenant_id.as_ref().is_some_and(|tenant| !tenant.eq_ignore_ascii_case(&vault.tenant)) {
        return Err(bad_request(
            "A vault of another tenant than its subscription's is not modelled by this simulator.",
        ));
    }
    let is_known =
        |sku: &Sku| sku.family.eq_ignore_ascii_case("A") && matches!(sku.name.as_str(), "standard" | "premium");
    if properties.sku.as_ref().is_some_and(|sku| !is_known(sku)) {
        return Err(bad_request("A vault's sku is of family A, standard or premium."));
    }
    let enabled = [
        properties.enabled_for_deployment,
        properties.enabled_for_disk_encryption,
        properties.enabled_for_template_deployment,
    ];
    if properties.enable_soft_delete == Some(false) || enabled.contains(&Some(true)) {
        return Err(bad_request(
            "Soft delete cannot be turned off, and enabledFor... is not modelled by this simulator.",
        ));
    }
    let echoed = |state: &String| state == "Succeeded" || state == "RegisteringDns";
    if properties.provisioning_state.as_ref().is_some_and(|state| !echoed(state)) {
        return Err(bad_request("provisioningState is read-only."));
    }
    Ok(())
}

impl NetworkAcls {
    fn read(self, now: &Firewall) -> Result<Firewall, ApiError> {
        if self.virtual_network_rules.is_some_and(|rules| !rules.is_empty()) {
            return Err(bad_request("virtualNetworkRules are not modelled by this simulator."));
        }
        let deny = match self.default_action.as_deref() {
            None => now.deny,
            Some("Deny") => true,
            Some("Allow") => false,
            Some(_) => return Err(bad_request("defaultAction is Allow or Deny.")),
        };
        let bypass_services = match self.bypass.as_deref() {
            None => now.bypass_services,
            Some("AzureServices") => true,
            Some("None") => false,
            Some(_) => return Err(bad_request("bypass is AzureServices or None.")),
        };
        let ip_rules = match self.ip_rules {
            None => now.ip_rules.clone(),
            Some(rules) => rules.into_iter().map(|rule| rule.value).collect(),
        };
        if let Some(broken) = ip_rules.iter().find(|rule| range(rule).is_none()) {
            return Err(bad_request(&format!("{} is no IPv4 address or range.", printable(broken))));
        }
        Ok(Firewall { deny, bypass_services, ip_rules })
    }
}

/// With its connections, where it has any.
fn show_with(call: &Call<'_>, vault: &Vault) -> Value {
    let mut shown = show(vault, call.port);
    let connections: Vec<Value> = call.state.connections(vault).map(|endpoint| show_inside(vault, endpoint)).collect();
    if !connections.is_empty()
        && let Some(properties) = shown.get_mut("properties").and_then(Value::as_object_mut)
    {
        properties.insert("privateEndpointConnections".to_owned(), Value::Array(connections));
    }
    shown
}

fn show(vault: &Vault, port: u16) -> Value {
    let on = |yes: bool| if yes { "Enabled" } else { "Disabled" };
    let policies: Vec<Value> = vault.policies.iter().filter(|policy| !policy.removed).map(show_policy).collect();
    let ip_rules: Vec<Value> = vault.firewall.ip_rules.iter().map(|rule| json!({ "value": rule })).collect();
    json!({
        "id": vault.id(),
        "name": vault.name,
        "type": "Microsoft.KeyVault/vaults",
        "location": vault.location,
        "tags": vault.tags,
        "properties": {
            "sku": { "family": "A", "name": "premium" },
            "tenantId": vault.tenant,
            "accessPolicies": policies,
            "enabledForDeployment": false,
            "enableSoftDelete": true,
            "softDeleteRetentionInDays": vault.retention_days,
            "enableRbacAuthorization": vault.access == VaultAccess::Rbac,
            "vaultUri": format!("{}/", url(&vault.name, port)),
            "provisioningState": "Succeeded",
            "publicNetworkAccess": on(vault.public_access),
            "networkAcls": {
                "bypass": if vault.firewall.bypass_services { "AzureServices" } else { "None" },
                "defaultAction": if vault.firewall.deny { "Deny" } else { "Allow" },
                "ipRules": ip_rules,
                "virtualNetworkRules": [],
            },
        },
    })
}

/// The base URL of a vault.
pub(crate) fn url(name: &str, port: u16) -> String {
    match name.to_ascii_lowercase().as_str() {
        "localhost" => format!("https://localhost:{port}"),
        name => format!("https://{name}.localhost:{port}"),
    }
}
