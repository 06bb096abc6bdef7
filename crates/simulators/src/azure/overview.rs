//! What the console shows of the simulated Azure, and the changes it makes as its customer. The same changes serve
//! dev mode and tests. It must not know the console's paths.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::arm::vault::url;
use super::key_vault::bundle::kid;
use super::key_vault::delete::{bring_back, take_away};
use super::key_vault::key::{Key, Version};
use super::key_vault::material::KeyKind;
use super::networking::{connection, decide, show_connection, show_endpoints};
use super::private_endpoint::LinkStatus;
use super::seed::SECRET_LIFE;
use super::state::{App, AppSecret, RoleAssignment, ServicePrincipal, State, Tenant};
use super::vault::{Vault, VaultAccess};
use super::{Azure, make};
use crate::answer::millis;
use crate::{Error, Refused};

/// Names a key, or one version of it. Without a version the newest is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRef {
    /// The vault's name.
    pub vault: String,
    /// The key's name.
    pub name: String,
    /// The version's 32 hex digits.
    pub version: Option<String>,
}

impl KeyRef {
    /// The newest version of a key.
    pub fn newest(vault: &str, name: &str) -> Self {
        Self { vault: vault.to_owned(), name: name.to_owned(), version: None }
    }
}

/// One act of the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Turns a version off: it encrypts still, and decrypts no more.
    DisableKey(KeyRef),
    /// Turns a version on.
    EnableKey(KeyRef),
    /// Lets a version expire now.
    ExpireKey(KeyRef),
    /// Sets or clears when a version expires. Unit: s since 1970.
    SetKeyExpiry(KeyRef, Option<i64>),
    /// Sets or clears when a version begins. Unit: s since 1970.
    SetKeyStart(KeyRef, Option<i64>),
    /// Makes a new version; the reference's own version does not matter, as for the next three.
    RotateKey(KeyRef),
    /// Deletes the whole key, so that it can be recovered.
    DeleteKey(KeyRef),
    /// Recovers a deleted key.
    RecoverKey(KeyRef),
    /// Purges a deleted key, for good.
    PurgeKey(KeyRef),
    /// Lets the internet reach a vault, or only private endpoints: name of the vault, and which.
    SetPublicAccess(String, bool),
    /// Lets a vault's firewall deny everybody it does not list, or nobody.
    SetFirewall(String, bool),
    /// Takes a principal's access policy off a vault: the vault's name, the object id.
    RemoveAccessPolicy(String, String),
    /// Puts the removed policy back.
    RestoreAccessPolicy(String, String),
    /// Takes a role assignment away, by its id.
    RemoveRoleAssignment(String),
    /// Puts it back.
    RestoreRoleAssignment(String),
    /// Takes a client secret away, by its id.
    RemoveSecret(String),
    /// Puts it back.
    RestoreSecret(String),
    /// Lets a client secret expire now.
    ExpireSecret(String),
    /// Lets a client secret live for two more years.
    RenewSecret(String),
    /// Takes a service principal away, by its object id: its app acts in that tenant no more.
    RemoveServicePrincipal(String),
    /// Puts it back.
    RestoreServicePrincipal(String),
    /// Lets a private endpoint in: the vault's name, the connection's.
    ApproveConnection(String, String),
    /// Turns it away.
    RejectConnection(String, String),
    /// Removes it from the vault; its endpoint is disconnected.
    RemoveConnection(String, String),
    /// Takes a private endpoint down behind its owner's back, by its resource id.
    RemovePrivateEndpoint(String),
    /// Deletes a vault, so that it can be recovered; its connections are gone.
    DeleteVault(String),
    /// Recovers a deleted vault.
    RecoverVault(String),
    /// Cuts the line to the private address of a subnet.
    CutSubnet(String),
    /// Mends it.
    MendSubnet(String),
}

impl Azure {
    /// Makes a change as the customer would, permissions not asked.
    /// Cancel: the change may be made, and saved a moment later.
    pub async fn apply(&self, change: Change) -> Result<(), Refused> {
        let material = match self.kind_to_make(&change)? {
            None => None,
            Some(kind) => Some(make(kind).await.ok_or(Refused::Save(Error::Bug("a key pair can be made")))?),
        };
        let revision = {
            let mut state = self.state();
            let now = OffsetDateTime::now_utc();
            state.settle_operations(millis(now));
            let now = now.unix_timestamp();
            state.settle(now);
            match (change, material) {
                (Change::CutSubnet(name), _) => self.set_cut(&name, true)?,
                (Change::MendSubnet(name), _) => self.set_cut(&name, false)?,
                (Change::RotateKey(at), Some(material)) => {
                    key(&mut state, &at)?.rotate(material, now);
                }
                (change, _) => act(&mut state, change, now)?,
            }
            state.touch();
            state.revision
        };
        self.inner.kept.save(revision).await.map_err(Refused::Save)
    }

    fn kind_to_make(&self, change: &Change) -> Result<Option<KeyKind>, Refused> {
        let Change::RotateKey(at) = change else { return Ok(None) };
        let newest = KeyRef { version: None, ..at.clone() };
        Ok(Some(version(&mut self.state(), &newest)?.material.kind))
    }

    /// Everything that the console shows; no secret is in it.
    pub(crate) fn overview(&self) -> Value {
        let now = OffsetDateTime::now_utc();
        let mut state = self.state();
        state.settle_operations(millis(now));
        let now = now.unix_timestamp();
        state.settle(now);
        let tenants: Vec<Value> = state.tenants.values().map(|tenant| show_tenant(&state, tenant, now)).collect();
        let vaults: Vec<Value> =
            state.vaults.values().map(|vault| show_vault(&state, vault, self.inner.port, now)).collect();
        let assignments: Vec<Value> = state.assignments.iter().map(|known| show_assignment(&state, known)).collect();
        json!({
            "tenants": tenants,
            "vaults": vaults,
            "deletedVaults": state.deleted_vaults.values().map(|vault| &vault.name).collect::<Vec<_>>(),
            "subnets": self.show_subnets(&state),
            "endpoints": show_endpoints(&state),
            "roleAssignments": assignments,
        })
    }
}

fn act(state: &mut State, change: Change, now: i64) -> Result<(), Refused> {
    match change {
        Change::DisableKey(at) => version(state, &at)?.attributes.enabled = false,
        Change::EnableKey(at) => version(state, &at)?.attributes.enabled = true,
        Change::ExpireKey(at) => version(state, &at)?.attributes.expires = Some(now),
        Change::SetKeyExpiry(at, expires) => version(state, &at)?.attributes.expires = expires,
        Change::SetKeyStart(at, not_before) => version(state, &at)?.attributes.not_before = not_before,
        Change::RotateKey(_) => return Err(Refused::Save(Error::Bug("a rotation has its material"))),
        Change::DeleteKey(at) => {
            key(state, &at)?;
            take_away(vault(state, &at.vault)?, &at.name, now).ok_or_else(|| no_key(&at))?;
        }
        Change::RecoverKey(at) => {
            bring_back(vault(state, &at.vault)?, &at.name).ok_or_else(|| not_deleted(&at))?;
        }
        Change::PurgeKey(at) => {
            let gone = vault(state, &at.vault)?.deleted.remove(&at.name.to_ascii_lowercase());
            gone.ok_or_else(|| not_deleted(&at))?;
        }
        Change::SetPublicAccess(name, public) => vault(state, &name)?.public_access = public,
        Change::SetFirewall(name, deny) => vault(state, &name)?.firewall.deny = deny,
        Change::RemoveAccessPolicy(name, object_id) => mark(policy(state, &name, &object_id)?, true)?,
        Change::RestoreAccessPolicy(name, object_id) => mark(policy(state, &name, &object_id)?, false)?,
        Change::RemoveRoleAssignment(id) => mark(assignment(state, &id)?, true)?,
        Change::RestoreRoleAssignment(id) => mark(assignment(state, &id)?, false)?,
        Change::RemoveSecret(id) => mark(&mut secret(state, &id)?.removed, true)?,
        Change::RestoreSecret(id) => mark(&mut secret(state, &id)?.removed, false)?,
        Change::ExpireSecret(id) => secret(state, &id)?.expires = now,
        Change::RenewSecret(id) => secret(state, &id)?.expires = now + SECRET_LIFE,
        Change::RemoveServicePrincipal(id) => mark(principal(state, &id)?, true)?,
        Change::RestoreServicePrincipal(id) => mark(principal(state, &id)?, false)?,
        Change::ApproveConnection(vault, name) => decide(state, &vault, &name, LinkStatus::Approved)?,
        Change::RejectConnection(vault, name) => decide(state, &vault, &name, LinkStatus::Rejected)?,
        Change::RemoveConnection(vault, name) => connection(state, &vault, &name)?.disconnect(),
        Change::RemovePrivateEndpoint(id) => {
            let gone = state.endpoints.remove(&id.to_ascii_lowercase());
            gone.ok_or_else(|| Refused::NotFound(format!("there is no private endpoint {id}")))?;
        }
        Change::DeleteVault(name) => {
            vault(state, &name)?;
            state.delete_vault(&name.to_ascii_lowercase());
        }
        Change::RecoverVault(name) => {
            let order = name.to_ascii_lowercase();
            let back = state.deleted_vaults.remove(&order);
            let back = back.ok_or_else(|| Refused::NotFound(format!("there is no deleted vault {name}")))?;
            state.vaults.insert(order, back);
        }
        Change::CutSubnet(_) | Change::MendSubnet(_) => {
            return Err(Refused::Save(Error::Bug("a line is no part of the state")));
        }
    }
    Ok(())
}

/// Marks what was taken away, or is back. Errors: `State` where it is so already.
fn mark(removed: &mut bool, wanted: bool) -> Result<(), Refused> {
    if *removed == wanted {
        let words = if wanted { "it is removed already" } else { "it is not removed" };
        return Err(Refused::State(words.to_owned()));
    }
    *removed = wanted;
    Ok(())
}

pub(super) fn vault<'a>(state: &'a mut State, name: &str) -> Result<&'a mut Vault, Refused> {
    let found = state.vaults.get_mut(&name.to_ascii_lowercase());
    found.ok_or_else(|| Refused::NotFound(format!("there is no vault {name}")))
}

fn key<'a>(state: &'a mut State, at: &KeyRef) -> Result<&'a mut Key, Refused> {
    let vault = vault(state, &at.vault)?;
    let name = at.name.to_ascii_lowercase();
    let deleted = vault.deleted.contains_key(&name);
    vault.keys.get_mut(&name).ok_or_else(|| {
        if deleted { Refused::State(format!("key {} is deleted; recover it first", at.name)) } else { no_key(at) }
    })
}

fn version<'a>(state: &'a mut State, at: &KeyRef) -> Result<&'a mut Version, Refused> {
    let found = key(state, at)?.version_mut(at.version.as_deref());
    found.ok_or_else(|| Refused::NotFound(format!("key {} has no such version", at.name)))
}

fn no_key(at: &KeyRef) -> Refused {
    Refused::NotFound(format!("there is no key {}", at.name))
}

fn not_deleted(at: &KeyRef) -> Refused {
    Refused::NotFound(format!("there is no deleted key {}", at.name))
}

fn policy<'a>(state: &'a mut State, name: &str, object_id: &str) -> Result<&'a mut bool, Refused> {
    let found = vault(state, name)?.policy_mut(object_id);
    let missing = || Refused::NotFound(format!("{object_id} has no access policy here"));
    found.map(|policy| &mut policy.removed).ok_or_else(missing)
}

fn assignment<'a>(state: &'a mut State, id: &str) -> Result<&'a mut bool, Refused> {
    let found = state.assignments.iter_mut().find(|assignment| assignment.id == id);
    let missing = || Refused::NotFound(format!("there is no role assignment {id}"));
    found.map(|assignment| &mut assignment.removed).ok_or_else(missing)
}

fn secret<'a>(state: &'a mut State, id: &str) -> Result<&'a mut AppSecret, Refused> {
    let found = state.apps.values_mut().flat_map(|app| &mut app.secrets).find(|secret| secret.id == id);
    found.ok_or_else(|| Refused::NotFound(format!("there is no client secret {id}")))
}

fn principal<'a>(state: &'a mut State, object_id: &str) -> Result<&'a mut bool, Refused> {
    let found = state.tenants.values_mut().find_map(|tenant| tenant.principals.get_mut(object_id));
    let missing = || Refused::NotFound(format!("there is no service principal {object_id}"));
    found.map(|principal| &mut principal.removed).ok_or_else(missing)
}

fn show_tenant(state: &State, tenant: &Tenant, now: i64) -> Value {
    let apps: Vec<Value> =
        state.apps.values().filter(|app| app.tenant == tenant.id).map(|app| show_app(app, now)).collect();
    let principals: Vec<Value> = tenant.principals.values().map(|principal| show_principal(state, principal)).collect();
    let subscriptions = state.subscriptions.values().filter(|known| known.tenant == tenant.id).map(|known| {
        let resource_groups: Vec<&String> =
            known.resource_groups.values().map(|resource_group| &resource_group.name).collect();
        json!({ "id": known.id, "name": known.name, "resourceGroups": resource_groups })
    });
    json!({
        "id": tenant.id,
        "name": tenant.name,
        "apps": apps,
        "servicePrincipals": principals,
        "subscriptions": subscriptions.collect::<Vec<_>>(),
    })
}

fn show_app(app: &App, now: i64) -> Value {
    let secrets = app.secrets.iter().map(|secret| {
        let state = match (secret.removed, secret.expires <= now) {
            (true, _) => "removed",
            (false, true) => "expired",
            (false, false) => "in force",
        };
        json!({ "id": secret.id, "name": secret.name, "expires": shown(secret.expires), "state": state })
    });
    json!({
        "clientId": app.client_id,
        "name": app.name,
        "multiTenant": app.multi_tenant,
        "secrets": secrets.collect::<Vec<_>>(),
    })
}

fn show_principal(state: &State, principal: &ServicePrincipal) -> Value {
    json!({
        "objectId": principal.object_id,
        "clientId": principal.client_id,
        "app": state.apps.get(&principal.client_id).map(|app| &app.name),
        "state": in_force(principal.removed),
    })
}

fn show_assignment(state: &State, known: &RoleAssignment) -> Value {
    json!({
        "id": known.id,
        "role": known.role.name(),
        "scope": known.scope,
        "objectId": known.object_id,
        "app": app_of(state, &known.object_id),
        "state": in_force(known.removed),
    })
}

fn show_vault(state: &State, vault: &Vault, port: u16, now: i64) -> Value {
    let url = url(&vault.name, port);
    let policies = vault.policies.iter().map(|policy| {
        json!({
            "objectId": policy.object_id,
            "app": app_of(state, &policy.object_id),
            "permissions": policy.permissions.keys,
            "state": in_force(policy.removed),
        })
    });
    let here = vault.keys.values().map(|key| show_key(key, &url, None, now));
    let gone = vault.deleted.values().map(|deleted| show_key(&deleted.key, &url, Some(deleted.purge_at), now));
    json!({
        "name": vault.name,
        "url": url,
        "id": vault.id(),
        "location": vault.location,
        "access": match vault.access { VaultAccess::Policies => "policies", VaultAccess::Rbac => "rbac" },
        "publicAccess": vault.public_access,
        "firewallDenies": vault.firewall.deny,
        "ipRules": vault.firewall.ip_rules,
        "policies": policies.collect::<Vec<_>>(),
        "connections": state.connections(vault).map(|known| show_connection(state, known)).collect::<Vec<_>>(),
        "keys": here.chain(gone).collect::<Vec<_>>(),
    })
}

fn show_key(key: &Key, url: &str, purge_at: Option<i64>, now: i64) -> Value {
    let versions = key.versions.iter().rev().map(|version| {
        let attributes = version.attributes;
        let state = match (attributes.enabled, attributes.not_before, attributes.expires) {
            (false, _, _) => "disabled",
            (true, _, Some(expires)) if expires <= now => "expired",
            (true, Some(from), _) if from > now => "not yet valid",
            (true, _, _) => "enabled",
        };
        json!({
            "version": version.id,
            "id": kid(url, &key.name, Some(&version.id)),
            "kty": version.material.kind.kty(),
            "state": state,
            "notBefore": attributes.not_before.map(shown),
            "expires": attributes.expires.map(shown),
            "keyOps": version.key_ops,
            "tags": version.tags,
        })
    });
    json!({
        "name": key.name,
        "deleted": purge_at.is_some(),
        "purgedOn": purge_at.map(shown),
        "versions": versions.collect::<Vec<_>>(),
    })
}

/// The name of the app behind an object id.
pub(super) fn app_of<'a>(state: &'a State, object_id: &str) -> Option<&'a str> {
    let principal = state.tenants.values().find_map(|tenant| tenant.principals.get(object_id))?;
    state.apps.get(&principal.client_id).map(|app| app.name.as_str())
}

fn in_force(removed: bool) -> &'static str {
    if removed { "removed" } else { "in force" }
}

/// A time as the console shows it.
fn shown(seconds: i64) -> String {
    match OffsetDateTime::from_unix_timestamp(seconds) {
        Ok(at) => {
            let time = at.time();
            format!("{}T{:02}:{:02}:{:02}Z", at.date(), time.hour(), time.minute(), time.second())
        }
        Err(_) => seconds.to_string(),
    }
}
