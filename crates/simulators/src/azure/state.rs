//! All that the simulated Azure remembers: tenants with their service principals, app registrations,
//! subscriptions, vaults, role assignments. What a customer took away stays, marked, so that a restart does not
//! make it anew and the console can bring it back.
//! It must not know any wire protocol, nor who may do what.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::async_operation::AsyncOperation;
use super::private_endpoint::{PrivateEndpoint, SubnetResource};
use super::role::Role;
use super::vault::Vault;
use crate::kept::Revised;
use crate::secret::Secret;

/// Everything, as it stands in `azure.json`.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    /// By id.
    pub(crate) tenants: BTreeMap<String, Tenant>,
    /// By client id.
    pub(crate) apps: BTreeMap<String, App>,
    /// By id.
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    /// By name in lower case: Azure has one name space for all vaults of all customers.
    pub(crate) vaults: BTreeMap<String, Vault>,
    /// Deleted ones that can be recovered, as `vaults`.
    #[serde(default)]
    pub(crate) deleted_vaults: BTreeMap<String, Vault>,
    /// By resource id in lower case, as the next one.
    #[serde(default)]
    pub(crate) subnets: BTreeMap<String, SubnetResource>,
    #[serde(default)]
    pub(crate) endpoints: BTreeMap<String, PrivateEndpoint>,
    /// What goes on, and what has ended of late, by id.
    #[serde(default)]
    pub(crate) operations: BTreeMap<String, AsyncOperation>,
    /// How long making or taking down an endpoint takes. Unit: ms; `i64::MAX` is for ever.
    #[serde(default)]
    pub(crate) endpoint_delay: Option<i64>,
    /// How many endpoints a page of a list has.
    #[serde(default)]
    pub(crate) endpoint_page: Option<usize>,
    pub(crate) assignments: Vec<RoleAssignment>,
    /// Signs access tokens, so that issued ones outlive a restart without being stored.
    pub(crate) token_key: Secret,
    /// Counts changes; what was saved is compared with it.
    #[serde(skip)]
    pub(crate) revision: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tenant {
    pub(crate) id: String,
    /// Under which a seeder finds it again.
    pub(crate) name: String,
    /// By object id.
    pub(crate) principals: BTreeMap<String, ServicePrincipal>,
}

/// What an app is inside one tenant; permissions name its object id.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServicePrincipal {
    pub(crate) object_id: String,
    pub(crate) client_id: String,
    pub(crate) removed: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct App {
    pub(crate) client_id: String,
    /// Under which a seeder finds it again, in its tenant.
    pub(crate) name: String,
    /// The tenant that registered it.
    pub(crate) tenant: String,
    pub(crate) multi_tenant: bool,
    pub(crate) secrets: Vec<AppSecret>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppSecret {
    pub(crate) id: String,
    /// Under which a seeder finds it again, in its app.
    pub(crate) name: String,
    pub(crate) secret: Secret,
    /// Unit: s since 1970.
    pub(crate) expires: i64,
    pub(crate) removed: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) tenant: String,
    /// By name in lower case.
    pub(crate) resource_groups: BTreeMap<String, ResourceGroup>,
    /// Namespaces whose resources it may not have, in lower case.
    #[serde(default)]
    pub(crate) unregistered: BTreeSet<String>,
    /// How many private endpoints it may have.
    #[serde(default)]
    pub(crate) endpoint_quota: Option<usize>,
}

/// The namespace of private endpoints.
pub(crate) const NETWORK: &str = "Microsoft.Network";
/// The namespace of vaults.
pub(crate) const KEY_VAULT: &str = "Microsoft.KeyVault";
/// How long making an endpoint takes where nothing is said. Unit: ms.
const DELAY: i64 = 200;
/// How many endpoints a page has where nothing is said.
const PAGE: usize = 100;

impl Subscription {
    pub(crate) fn is_registered(&self, namespace: &str) -> bool {
        !self.unregistered.contains(&namespace.to_ascii_lowercase())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceGroup {
    pub(crate) name: String,
    pub(crate) location: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleAssignment {
    pub(crate) id: String,
    /// A resource id.
    pub(crate) scope: String,
    pub(crate) object_id: String,
    pub(crate) role: Role,
    pub(crate) removed: bool,
}

impl Revised for State {
    fn revision(&self) -> u64 {
        self.revision
    }
}

impl State {
    /// Marks that something changed, so that it is saved before the answer goes out.
    pub(crate) fn touch(&mut self) {
        self.revision += 1;
    }

    /// Lets the calendar act: soft-deleted keys whose retention has passed are gone. Unit: s since 1970.
    pub(crate) fn settle(&mut self, now: i64) {
        let mut changed = false;
        for vault in self.vaults.values_mut() {
            let before = vault.deleted.len();
            vault.deleted.retain(|_, deleted| deleted.purge_at > now);
            changed |= vault.deleted.len() < before;
        }
        if changed {
            self.touch();
        }
    }

    /// Deletes a vault by its name in lower case, so that it can be recovered. What connects to it is cut loose.
    pub(crate) fn delete_vault(&mut self, name: &str) {
        if let Some(vault) = self.vaults.remove(name) {
            self.disconnect_all(&vault.id());
            self.deleted_vaults.insert(name.to_owned(), vault);
        }
    }

    /// Unit: ms.
    pub(crate) fn delay(&self) -> i64 {
        self.endpoint_delay.unwrap_or(DELAY)
    }

    pub(crate) fn page(&self) -> usize {
        self.endpoint_page.unwrap_or(PAGE)
    }

    /// A principal that is there.
    pub(crate) fn principal(&self, tenant: &str, object_id: &str) -> Option<&ServicePrincipal> {
        let found = self.tenants.get(tenant)?.principals.get(object_id)?;
        (!found.removed).then_some(found)
    }

    /// Tells whether one of the principal's roles that reach the resource satisfies `allows`.
    pub(crate) fn has_role(&self, object_id: &str, resource: &str, allows: impl Fn(Role) -> bool) -> bool {
        self.assignments.iter().any(|assignment| {
            !assignment.removed
                && assignment.object_id == object_id
                && allows(assignment.role)
                && super::role::reaches(&assignment.scope, resource)
        })
    }
}
