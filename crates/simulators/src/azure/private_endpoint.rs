//! Private endpoints as resources of whoever has them, and the subnets that they stand in. The connection that a
//! vault's owner approves is the same thing seen from the vault, so it hangs here.
//! It must not know any wire protocol, nor who may do what.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use super::state::State;
use super::vault::Vault;

/// A subnet in which endpoints stand. All of them share its one address.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubnetResource {
    pub(crate) subscription: String,
    pub(crate) resource_group: String,
    pub(crate) network: String,
    pub(crate) name: String,
    pub(crate) address: Ipv4Addr,
}

impl SubnetResource {
    /// Its resource id.
    pub(crate) fn id(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/virtualNetworks/{}/subnets/{}",
            self.subscription, self.resource_group, self.network, self.name
        )
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrivateEndpoint {
    pub(crate) name: String,
    pub(crate) subscription: String,
    pub(crate) resource_group: String,
    pub(crate) location: String,
    pub(crate) tags: BTreeMap<String, String>,
    /// The subnet's resource id, in lower case.
    pub(crate) subnet: String,
    pub(crate) guid: String,
    /// Changes with every change.
    pub(crate) etag: String,
    pub(crate) provisioning: Provisioning,
    pub(crate) link: Link,
}

/// How far the endpoint itself is; whether it is approved is another thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Provisioning {
    Creating,
    Updating,
    Succeeded,
    Failed,
    Deleting,
}

/// Its connection to a vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    /// What its maker calls it.
    pub(crate) name: String,
    /// Waits for the vault's owner.
    pub(crate) manual: bool,
    /// The vault's resource id, as its maker spelled it.
    pub(crate) vault: String,
    pub(crate) request_message: String,
    /// What the vault's side calls it.
    pub(crate) connection: String,
    pub(crate) status: LinkStatus,
    pub(crate) description: String,
    /// The vault knows it: from the end of the making until the vault's owner removes it.
    pub(crate) attached: bool,
}

/// What the vault's owner has made of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkStatus {
    /// Nothing yet.
    Pending,
    /// Let in.
    Approved,
    /// Turned away.
    Rejected,
    /// Removed on the vault's side, or its vault is gone.
    Disconnected,
}

impl LinkStatus {
    /// Its name as Azure spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
            Self::Disconnected => "Disconnected",
        }
    }
}

impl Provisioning {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Creating => "Creating",
            Self::Updating => "Updating",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Deleting => "Deleting",
        }
    }

    /// It stands, whatever is being done to it.
    pub(crate) fn stands(self) -> bool {
        matches!(self, Self::Updating | Self::Succeeded | Self::Deleting)
    }
}

impl PrivateEndpoint {
    /// Its resource id.
    pub(crate) fn id(&self) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/privateEndpoints/{}",
            self.subscription, self.resource_group, self.name
        )
    }

    /// Marks that something about it changed.
    pub(crate) fn touch(&mut self) {
        self.etag = uuid();
    }

    /// Lets the vault's side go.
    pub(crate) fn disconnect(&mut self) {
        self.link.attached = false;
        self.link.status = LinkStatus::Disconnected;
        self.touch();
    }

    pub(crate) fn is_of(&self, vault: &Vault) -> bool {
        self.link.attached && self.link.vault.eq_ignore_ascii_case(&vault.id())
    }
}

impl State {
    /// The vault of a resource id.
    pub(crate) fn vault_by_id(&self, id: &str) -> Option<&Vault> {
        let name = id.rsplit('/').next()?.to_ascii_lowercase();
        self.vaults.get(&name).filter(|vault| vault.id().eq_ignore_ascii_case(id))
    }

    /// The connections that a vault knows, by the endpoints behind them.
    pub(crate) fn connections<'a>(&'a self, vault: &'a Vault) -> impl Iterator<Item = &'a PrivateEndpoint> {
        self.endpoints.values().filter(|endpoint| endpoint.is_of(vault))
    }

    /// The endpoint behind a connection of a vault.
    pub(crate) fn connection_mut(&mut self, vault: &str, connection: &str) -> Option<&mut PrivateEndpoint> {
        let vault = self.vaults.get(&vault.to_ascii_lowercase())?;
        let found = self.endpoints.values_mut().filter(|endpoint| endpoint.is_of(vault));
        found.into_iter().find(|endpoint| endpoint.link.connection.eq_ignore_ascii_case(connection))
    }

    /// Tells whether somebody at a private address may come into a vault.
    pub(crate) fn admits_privately(&self, vault: &Vault, address: Ipv4Addr) -> bool {
        self.connections(vault).any(|endpoint| {
            endpoint.link.status == LinkStatus::Approved
                && endpoint.provisioning.stands()
                && self.subnets.get(&endpoint.subnet).is_some_and(|subnet| subnet.address == address)
        })
    }

    /// Lets every connection of a vault go, as it goes itself.
    pub(crate) fn disconnect_all(&mut self, vault_id: &str) {
        for endpoint in self.endpoints.values_mut() {
            if endpoint.link.attached && endpoint.link.vault.eq_ignore_ascii_case(vault_id) {
                endpoint.disconnect();
            }
        }
    }
}

pub(crate) fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}
