//! Azure's built-in roles, as far as keys need them: what each may do to resources (actions) and with what is
//! inside a vault (data actions), and over which scope an assignment reaches.
//! It must not know who holds a role.
//! Source: "Azure built-in roles", Microsoft Learn; sign, verify and backup are left out, nobody can ask for them.

use serde::{Deserialize, Serialize};

/// A built-in role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Manages everything. Reads no key in a vault.
    Owner,
    /// Manages everything but who may do what. Reads no key in a vault.
    Contributor,
    /// Looks at every resource.
    Reader,
    /// Manages networks and private endpoints.
    NetworkContributor,
    /// Manages vaults.
    KeyVaultContributor,
    /// Does anything inside a vault.
    KeyVaultAdministrator,
    /// Does anything with keys.
    KeyVaultCryptoOfficer,
    /// Uses keys: read, update, encrypt, decrypt, wrap, unwrap.
    KeyVaultCryptoUser,
    /// What services get for customer-managed keys: read, wrap, unwrap.
    KeyVaultCryptoServiceEncryptionUser,
    /// Looks at vaults and at the metadata of keys.
    KeyVaultReader,
}

/// Everything there is to do with a key.
pub(crate) const KEYS: &str = "Microsoft.KeyVault/vaults/keys/";

impl Role {
    /// Its name as Azure shows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Contributor => "Contributor",
            Self::Reader => "Reader",
            Self::NetworkContributor => "Network Contributor",
            Self::KeyVaultContributor => "Key Vault Contributor",
            Self::KeyVaultAdministrator => "Key Vault Administrator",
            Self::KeyVaultCryptoOfficer => "Key Vault Crypto Officer",
            Self::KeyVaultCryptoUser => "Key Vault Crypto User",
            Self::KeyVaultCryptoServiceEncryptionUser => "Key Vault Crypto Service Encryption User",
            Self::KeyVaultReader => "Key Vault Reader",
        }
    }

    /// What it may do to resources; `*` stands for any letters.
    pub(crate) fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Owner | Self::Contributor => &["*"],
            Self::Reader => &["*/read"],
            Self::NetworkContributor => &[
                "Microsoft.Authorization/*/read",
                "Microsoft.Network/*",
                "Microsoft.Resources/deployments/*",
                "Microsoft.Resources/subscriptions/resourceGroups/read",
            ],
            Self::KeyVaultContributor => &[
                "Microsoft.Authorization/*/read",
                "Microsoft.KeyVault/*",
                "Microsoft.Resources/subscriptions/resourceGroups/read",
            ],
            Self::KeyVaultAdministrator | Self::KeyVaultCryptoOfficer | Self::KeyVaultReader => &[
                "Microsoft.Authorization/*/read",
                "Microsoft.KeyVault/vaults/read",
                "Microsoft.KeyVault/vaults/*/read",
                "Microsoft.Resources/subscriptions/resourceGroups/read",
            ],
            Self::KeyVaultCryptoUser | Self::KeyVaultCryptoServiceEncryptionUser => &[],
        }
    }

    /// What of these it may not do after all.
    pub(crate) fn not_actions(self) -> &'static [&'static str] {
        match self {
            Self::Contributor => &["Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write"],
            Self::Owner
            | Self::Reader
            | Self::NetworkContributor
            | Self::KeyVaultContributor
            | Self::KeyVaultAdministrator
            | Self::KeyVaultCryptoOfficer
            | Self::KeyVaultCryptoUser
            | Self::KeyVaultCryptoServiceEncryptionUser
            | Self::KeyVaultReader => &[],
        }
    }

    /// Tells whether it may do such a thing to a resource.
    pub(crate) fn allows(self, action: &str) -> bool {
        let any = |patterns: &[&str]| patterns.iter().any(|pattern| fits(pattern, action));
        any(self.actions()) && !any(self.not_actions())
    }

    /// Tells whether it may do such a thing with what is inside a vault.
    pub(crate) fn allows_data(self, action: &str) -> bool {
        let Some(act) = action.strip_prefix(KEYS) else { return false };
        match self {
            Self::KeyVaultAdministrator | Self::KeyVaultCryptoOfficer => true,
            Self::KeyVaultCryptoUser => matches!(
                act,
                "read" | "update/action" | "encrypt/action" | "decrypt/action" | "wrap/action" | "unwrap/action"
            ),
            Self::KeyVaultCryptoServiceEncryptionUser => matches!(act, "read" | "wrap/action" | "unwrap/action"),
            Self::KeyVaultReader => act == "read",
            Self::Owner | Self::Contributor | Self::Reader | Self::NetworkContributor | Self::KeyVaultContributor => {
                false
            }
        }
    }
}

/// Tells whether an action fits a pattern of at most one `*`; case does not count.
fn fits(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    match pattern.split_once('*') {
        None => pattern == action,
        Some((before, after)) => {
            let rest = action.strip_prefix(before);
            rest.is_some_and(|rest| rest.ends_with(after))
        }
    }
}

/// Tells whether an assignment at `scope` reaches `resource`. Both are resource ids; case does not count.
pub(crate) fn reaches(scope: &str, resource: &str) -> bool {
    let (scope, resource) = (scope.to_ascii_lowercase(), resource.to_ascii_lowercase());
    match resource.strip_prefix(scope.as_str()) {
        Some(rest) => rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reaches_down_and_not_sideways() {
        let check = |scope: &str, expected: bool| {
            assert_eq!(reaches(scope, "/subscriptions/S/resourceGroups/g/providers/x"), expected, "{scope}");
        };
        check("/subscriptions/s", true);
        check("/SUBSCRIPTIONS/s/resourcegroups/G", true);
        check("/subscriptions/s/resourceGroups/g/providers/x", true);
        check("/subscriptions/s/resourceGroups/g/providers/x/keys/k", false);
        check("/subscriptions/s/resourceGroups/g2", false);
        check("/subscriptions/s/resourceGroups/gg", false);
        check("/sub", false);
    }

    #[test]
    fn keeps_resources_and_their_insides_apart() {
        assert!(!Role::Owner.allows_data("Microsoft.KeyVault/vaults/keys/read"));
        assert!(!Role::KeyVaultCryptoUser.allows("Microsoft.KeyVault/vaults/read"));
        assert!(Role::KeyVaultCryptoUser.allows_data("Microsoft.KeyVault/vaults/keys/decrypt/action"));
        assert!(!Role::KeyVaultCryptoUser.allows_data("Microsoft.KeyVault/vaults/keys/create/action"));
        assert!(!Role::KeyVaultReader.allows_data("Microsoft.KeyVault/vaults/keys/encrypt/action"));
        assert!(!Role::Reader.allows("Microsoft.KeyVault/vaults/write"));
    }

    #[test]
    fn grants_networks_and_connections_apart() {
        let check = |role: Role, action: &str, expected: bool| {
            assert_eq!(role.allows(action), expected, "{role:?} {action}");
        };
        let (endpoint, connection) =
            ("Microsoft.Network/privateEndpoints/write", "Microsoft.KeyVault/vaults/privateEndpointConnections/write");
        check(Role::NetworkContributor, endpoint, true);
        check(Role::NetworkContributor, connection, false);
        check(Role::KeyVaultContributor, endpoint, false);
        check(Role::KeyVaultContributor, connection, true);
        check(Role::KeyVaultReader, "Microsoft.KeyVault/vaults/privateEndpointConnections/read", true);
        check(Role::KeyVaultReader, connection, false);
        check(Role::Contributor, endpoint, true);
        check(Role::Contributor, "Microsoft.Authorization/roleAssignments/write", false);
        check(Role::NetworkContributor, "Microsoft.Resources/subscriptions/providers/read", false);
        check(Role::Reader, "Microsoft.Resources/subscriptions/providers/read", true);
    }
}
