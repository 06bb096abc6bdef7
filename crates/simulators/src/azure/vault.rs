//! A vault as a resource: where it stands, which way its permissions go, who may reach it. Its keys hang on it.
//! It must not know what may be done with a key, nor any wire protocol.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::key_vault::key::{DeletedKey, Key};

/// Days that a deleted key can be recovered.
pub(crate) const RETENTION_DAYS: u16 = 90;

/// Which of Azure's two ways to grant permissions inside a vault it uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VaultAccess {
    /// A list on the vault: each principal with what it may do.
    Policies,
    /// Role assignments on the vault or above it.
    Rbac,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vault {
    pub(crate) name: String,
    pub(crate) tenant: String,
    pub(crate) subscription: String,
    pub(crate) resource_group: String,
    pub(crate) location: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) access: VaultAccess,
    pub(crate) policies: Vec<AccessPolicy>,
    pub(crate) public_access: bool,
    pub(crate) firewall: Firewall,
    /// Unit: days.
    pub(crate) retention_days: u16,
    /// By name in lower case.
    pub(crate) keys: BTreeMap<String, Key>,
    /// Soft-deleted, by name in lower case.
    pub(crate) deleted: BTreeMap<String, DeletedKey>,
}

/// What one principal may do. Only the permissions on keys act here; the others are kept to be given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessPolicy {
    pub(crate) tenant: String,
    pub(crate) object_id: String,
    pub(crate) permissions: Permissions,
    pub(crate) removed: bool,
}

/// Names of permissions, as Azure spells them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Permissions {
    #[serde(default)]
    pub(crate) keys: Vec<String>,
    #[serde(default)]
    pub(crate) secrets: Vec<String>,
    #[serde(default)]
    pub(crate) certificates: Vec<String>,
    #[serde(default)]
    pub(crate) storage: Vec<String>,
}

/// The vault's `networkAcls`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Firewall {
    pub(crate) deny: bool,
    /// Trusted services come through. None of them is simulated, so this only echoes.
    pub(crate) bypass_services: bool,
    /// IPv4 addresses and CIDR ranges that come through.
    pub(crate) ip_rules: Vec<String>,
}

impl Default for Firewall {
    fn default() -> Self {
        Self { deny: false, bypass_services: true, ip_rules: Vec::new() }
    }
}

/// Every permission on keys. Source: Microsoft.KeyVault/vaults, KeyPermissions.
const KEY_PERMISSIONS: [&str; 21] = [
    "all",
    "encrypt",
    "decrypt",
    "wrapKey",
    "unwrapKey",
    "sign",
    "verify",
    "get",
    "list",
    "create",
    "update",
    "import",
    "delete",
    "backup",
    "restore",
    "recover",
    "purge",
    "release",
    "rotate",
    "getrotationpolicy",
    "setrotationpolicy",
];

/// A permission on keys in Azure's own spelling; one that is unknown is `None`.
pub(crate) fn key_permission(name: &str) -> Option<&'static str> {
    KEY_PERMISSIONS.iter().find(|known| known.eq_ignore_ascii_case(name)).copied()
}

impl Vault {
    pub(crate) fn new(name: &str, tenant: &str, subscription: &str, resource_group: &str, location: &str) -> Self {
        Self {
            name: name.to_owned(),
            tenant: tenant.to_owned(),
            subscription: subscription.to_owned(),
            resource_group: resource_group.to_owned(),
            location: location.to_owned(),
            tags: BTreeMap::new(),
            access: VaultAccess::Policies,
            policies: Vec::new(),
            public_access: true,
            firewall: Firewall::default(),
            retention_days: RETENTION_DAYS,
            keys: BTreeMap::new(),
            deleted: BTreeMap::new(),
        }
    }

    /// Its resource id.
    pub(crate) fn id(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.KeyVault/vaults/{}",
            self.subscription, self.resource_group, self.name
        )
    }

    /// The policy that is in force for a principal.
    pub(crate) fn policy(&self, object_id: &str) -> Option<&AccessPolicy> {
        self.policies.iter().find(|policy| !policy.removed && policy.object_id == object_id)
    }

    /// The policy of a principal, in force or taken away.
    pub(crate) fn policy_mut(&mut self, object_id: &str) -> Option<&mut AccessPolicy> {
        self.policies.iter_mut().find(|policy| policy.object_id == object_id)
    }
}

impl Permissions {
    pub(crate) fn on_keys(names: &[&str]) -> Result<Self, String> {
        let mut keys: Vec<String> = Vec::new();
        for name in names {
            let known = key_permission(name).ok_or_else(|| format!("{name} is no permission on keys"))?;
            if !keys.iter().any(|there| there == known) {
                keys.push(known.to_owned());
            }
        }
        Ok(Self { keys, ..Self::default() })
    }

    pub(crate) fn allows_key(&self, permission: &str) -> bool {
        self.keys.iter().any(|name| name == permission || name == "all")
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.secrets.is_empty() && self.certificates.is_empty() && self.storage.is_empty()
    }
}

impl Firewall {
    /// Tells whether a caller at an address comes through.
    pub(crate) fn admits(&self, address: Ipv4Addr) -> bool {
        !self.deny || self.ip_rules.iter().any(|rule| covers(rule, address))
    }
}

/// Tells whether `a.b.c.d` or `a.b.c.d/n` covers an address. What is neither covers nothing.
pub(crate) fn covers(rule: &str, address: Ipv4Addr) -> bool {
    let Some((network, bits)) = range(rule) else { return false };
    let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
    (u32::from(network) ^ u32::from(address)) & mask == 0
}

/// Reads an IPv4 address or range.
pub(crate) fn range(rule: &str) -> Option<(Ipv4Addr, u32)> {
    let (network, bits) = match rule.split_once('/') {
        Some((network, bits)) => (network, bits.parse().ok().filter(|bits| *bits <= 32)?),
        None => (rule, 32),
    };
    Some((network.parse().ok()?, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admits_by_address_and_range() {
        let check = |rules: &[&str], expected: bool| {
            let ip_rules = rules.iter().map(|rule| (*rule).to_owned()).collect();
            let firewall = Firewall { deny: true, ip_rules, ..Firewall::default() };
            assert_eq!(firewall.admits(Ipv4Addr::LOCALHOST), expected, "{rules:?}");
        };
        check(&[], false);
        check(&["127.0.0.1"], true);
        check(&["127.0.0.2", "127.0.0.0/30"], true);
        check(&["127.0.0.4/30"], false);
        check(&["0.0.0.0/0"], true);
        check(&["127.0.0.1/33"], false);
        assert!(Firewall::default().admits(Ipv4Addr::LOCALHOST));
    }

    #[test]
    fn spells_permissions_as_azure_does() {
        assert_eq!(Permissions::on_keys(&["GET", "wrapkey", "get"]).unwrap().keys, ["get", "wrapKey"]);
        assert!(Permissions::on_keys(&["look"]).is_err());
    }
}
