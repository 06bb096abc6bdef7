//! `accessPolicies/{add|replace|remove}`: what a principal may do in a vault, given and taken one by one. A policy
//! that loses its last permission is marked as taken away, so that nobody seeds it anew.
//! It must not know what a permission opens.

use http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::vault::{find, find_mut};
use super::{Call, bad_request, printable};
use crate::azure::error::ApiError;
use crate::azure::request::json as read_json;
use crate::azure::vault::{AccessPolicy, Permissions, Vault, key_permission};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    properties: Properties,
    // What the answer of an earlier call has and a client may send back.
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "name")]
    _name: Option<IgnoredAny>,
    #[serde(rename = "type")]
    _kind: Option<IgnoredAny>,
    #[serde(rename = "location")]
    _location: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Properties {
    access_policies: Vec<WirePolicy>,
}

/// A policy as a client spells it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct WirePolicy {
    tenant_id: String,
    object_id: String,
    application_id: Option<String>,
    permissions: WirePermissions,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WirePermissions {
    #[serde(default)]
    keys: Option<Vec<String>>,
    #[serde(default)]
    secrets: Option<Vec<String>>,
    #[serde(default)]
    certificates: Option<Vec<String>>,
    #[serde(default)]
    storage: Option<Vec<String>>,
}

impl WirePolicy {
    pub(super) fn read(self, tenant: &str) -> Result<AccessPolicy, ApiError> {
        if self.application_id.is_some() {
            return Err(bad_request("applicationId is not modelled by this simulator."));
        }
        if !self.tenant_id.eq_ignore_ascii_case(tenant) {
            return Err(bad_request("An access policy of another tenant than the vault's is not modelled."));
        }
        let object_id = uuid::Uuid::parse_str(&self.object_id).map_err(|_| bad_request("objectId is no UUID."))?;
        let mut keys: Vec<String> = Vec::new();
        for name in self.permissions.keys.unwrap_or_default() {
            let known = key_permission(&name);
            let known = known.ok_or_else(|| bad_request(&format!("{} is no permission on keys.", printable(&name))))?;
            keys.push(known.to_owned());
        }
        Ok(AccessPolicy {
            tenant: tenant.to_owned(),
            object_id: object_id.to_string(),
            permissions: Permissions {
                keys,
                secrets: self.permissions.secrets.unwrap_or_default(),
                certificates: self.permissions.certificates.unwrap_or_default(),
                storage: self.permissions.storage.unwrap_or_default(),
            },
            removed: false,
        })
    }
}

pub(super) fn run(call: &mut Call<'_>) -> Result<(StatusCode, Value), ApiError> {
    let fields: Fields = read_json(call.request).map_err(|words| bad_request(&words))?;
    let tenant = find(call)?.tenant.clone();
    let given = fields.properties.access_policies.into_iter().map(|policy| policy.read(&tenant));
    let given: Vec<AccessPolicy> = given.collect::<Result<_, _>>()?;
    let act = match call.route.name.as_deref() {
        Some("add") => add,
        Some("replace") => replace,
        Some("remove") => remove,
        _ => return Err(bad_request("The kind of this update is add, replace or remove.")),
    };
    let vault = find_mut(call)?;
    for policy in given {
        act(vault, policy);
    }
    let shown: Vec<Value> = vault.policies.iter().filter(|policy| !policy.removed).map(show_policy).collect();
    let body = json!({
        "id": format!("{}/accessPolicies/", vault.id()),
        "type": "Microsoft.KeyVault/vaults/accessPolicies",
        "properties": { "accessPolicies": shown },
    });
    Ok((StatusCode::OK, body))
}

pub(super) fn show_policy(policy: &AccessPolicy) -> Value {
    let Permissions { keys, secrets, certificates, storage } = &policy.permissions;
    json!({
        "tenantId": policy.tenant,
        "objectId": policy.object_id,
        "permissions": { "keys": keys, "secrets": secrets, "certificates": certificates, "storage": storage },
    })
}

fn add(vault: &mut Vault, given: AccessPolicy) {
    let there = vault.policy_mut(&given.object_id).filter(|there| !there.removed);
    let Some(there) = there else { return replace(vault, given) };
    let Permissions { keys, secrets, certificates, storage } = given.permissions;
    for (list, more) in [
        (&mut there.permissions.keys, keys),
        (&mut there.permissions.secrets, secrets),
        (&mut there.permissions.certificates, certificates),
        (&mut there.permissions.storage, storage),
    ] {
        for name in more {
            if !list.contains(&name) {
                list.push(name);
            }
        }
    }
}

fn replace(vault: &mut Vault, given: AccessPolicy) {
    match vault.policy_mut(&given.object_id) {
        Some(there) => *there = given,
        None => vault.policies.push(given),
    }
}

fn remove(vault: &mut Vault, given: AccessPolicy) {
    let Some(there) = vault.policy_mut(&given.object_id) else { return };
    let before = there.permissions.clone();
    let Permissions { keys, secrets, certificates, storage } = &given.permissions;
    for (list, less) in [
        (&mut there.permissions.keys, keys),
        (&mut there.permissions.secrets, secrets),
        (&mut there.permissions.certificates, certificates),
        (&mut there.permissions.storage, storage),
    ] {
        list.retain(|name| !less.contains(name));
    }
    if there.permissions.is_empty() {
        there.permissions = before;
        there.removed = true;
    }
}
