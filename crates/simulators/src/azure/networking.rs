//! Private networking from Rust, for dev mode, tests and the console: subnets, delays and limits to seed, endpoints and
//! connections to look at. It must not know any wire protocol.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::Azure;
use super::overview::vault;
use super::private_endpoint::{LinkStatus, PrivateEndpoint, SubnetResource};
use super::seed::find_subscription;
use super::state::{NETWORK, State};
use crate::answer::millis;
use crate::{Error, Refused, Via};

/// A private endpoint as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointView {
    /// Its resource id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its tags, sorted by name.
    pub tags: Vec<(String, String)>,
    /// The subnet's resource id, in lower case.
    pub subnet: String,
    /// `Creating`, `Updating`, `Succeeded`, `Failed`, `Deleting`.
    pub provisioning_state: &'static str,
    /// What the vault's side made of it.
    pub status: LinkStatus,
    /// The vault's resource id.
    pub vault: String,
    /// What the vault's owner is told.
    pub request_message: String,
}

/// A connection as the owner of a vault sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionView {
    /// Its name on the vault's side.
    pub name: String,
    /// The endpoint's name.
    pub endpoint: String,
    /// What was made of it.
    pub status: LinkStatus,
}

impl Azure {
    /// Finds a subnet by its name in a virtual network, or makes one whose endpoints have that one address. Gives its
    /// resource id. It is reached if the simulator was started with a private address of that kind.
    /// Errors: `Refused` for a missing subscription or group.
    pub async fn create_subnet(
        &self,
        subscription: &str,
        resource_group: &str,
        network: &str,
        name: &str,
        address: Ipv4Addr,
    ) -> Result<String, Error> {
        self.seed(|state, _| {
            let holder = find_subscription(state, subscription)?;
            let known = holder.resource_groups.get(&resource_group.to_ascii_lowercase());
            let known = known.ok_or_else(|| Error::Refused("there is no such resource group".to_owned()))?;
            let made = SubnetResource {
                subscription: subscription.to_owned(),
                resource_group: known.name.clone(),
                network: network.to_owned(),
                name: name.to_owned(),
                address,
            };
            let id = made.id();
            state.subnets.entry(id.to_ascii_lowercase()).or_insert(made);
            Ok(id)
        })
        .await
    }

    /// Says how long making an endpoint, taking one down and removing a connection take from now on, by default 200 ms;
    /// `Duration::MAX` is for ever.
    pub async fn set_endpoint_delay(&self, delay: Duration) -> Result<(), Error> {
        self.seed(|state, _| {
            state.endpoint_delay = Some(i64::try_from(delay.as_millis()).unwrap_or(i64::MAX));
            Ok(())
        })
        .await
    }

    /// Says how many endpoints a page of a list has, by default 100.
    pub async fn set_endpoint_page(&self, most: usize) -> Result<(), Error> {
        self.seed(|state, _| {
            state.endpoint_page = Some(most.max(1));
            Ok(())
        })
        .await
    }

    /// Says how many private endpoints a subscription may have; `None` is any number.
    /// Errors: `Refused` for a missing subscription.
    pub async fn set_endpoint_quota(&self, subscription: &str, most: Option<usize>) -> Result<(), Error> {
        self.seed(|state, _| {
            find_subscription(state, subscription)?.endpoint_quota = most;
            Ok(())
        })
        .await
    }

    /// Registers a subscription for `Microsoft.Network`, as every one is at first, or takes that back.
    /// Errors: `Refused` for a missing subscription.
    pub async fn set_provider_registered(&self, subscription: &str, registered: bool) -> Result<(), Error> {
        self.set_namespace_registered(subscription, NETWORK, registered).await
    }

    /// The same for any namespace.
    /// Errors: `Refused` for a missing subscription.
    pub async fn set_namespace_registered(
        &self,
        subscription: &str,
        namespace: &str,
        registered: bool,
    ) -> Result<(), Error> {
        self.seed(|state, _| {
            let unregistered = &mut find_subscription(state, subscription)?.unregistered;
            let namespace = namespace.to_ascii_lowercase();
            if registered {
                unregistered.remove(&namespace);
            } else {
                unregistered.insert(namespace);
            }
            Ok(())
        })
        .await
    }

    /// Every private endpoint that there is, by its id.
    pub fn private_endpoints(&self) -> Vec<EndpointView> {
        let state = self.settled();
        let view = |endpoint: &PrivateEndpoint| EndpointView {
            id: endpoint.id(),
            name: endpoint.name.clone(),
            tags: endpoint.tags.clone().into_iter().collect(),
            subnet: endpoint.subnet.clone(),
            provisioning_state: endpoint.provisioning.name(),
            status: endpoint.link.status,
            vault: endpoint.link.vault.clone(),
            request_message: endpoint.link.request_message.clone(),
        };
        state.endpoints.values().map(view).collect()
    }

    /// The connections of a vault; of one that is not there, none.
    pub fn connections(&self, vault: &str) -> Vec<ConnectionView> {
        let state = self.settled();
        let Some(vault) = state.vaults.get(&vault.to_ascii_lowercase()) else { return Vec::new() };
        let view = |endpoint: &PrivateEndpoint| ConnectionView {
            name: endpoint.link.connection.clone(),
            endpoint: endpoint.name.clone(),
            status: endpoint.link.status,
        };
        state.connections(vault).map(view).collect()
    }

    fn settled(&self) -> std::sync::MutexGuard<'_, State> {
        let mut state = self.state();
        state.settle_operations(millis(OffsetDateTime::now_utc()));
        state
    }

    /// Errors: `NotFound`.
    pub(super) fn set_cut(&self, subnet: &str, cut: bool) -> Result<(), Refused> {
        if self.inner.subnets.set_cut(subnet, cut) {
            return Ok(());
        }
        Err(Refused::NotFound(format!("there is no subnet {subnet} with a private address")))
    }

    /// The subnets with a private address that answers.
    pub(super) fn show_subnets(&self, state: &State) -> Value {
        let shown = self.inner.subnets.iter().map(|lane| {
            let here = |endpoint: &&PrivateEndpoint| {
                state.subnets.get(&endpoint.subnet).is_some_and(|subnet| subnet.address == lane.subnet.address)
            };
            json!({
                "name": lane.subnet.name,
                "address": lane.subnet.address,
                "port": self.inner.port,
                "cut": lane.switch.is_cut(),
                "endpoints": state.endpoints.values().filter(here).count(),
                "requests": self.inner.requests.of_via(&Via::private(&lane.subnet.name), "*"),
            })
        });
        Value::Array(shown.collect())
    }
}

/// Errors: `NotFound` for a missing vault or connection.
pub(super) fn connection<'a>(
    state: &'a mut State,
    vault_name: &str,
    name: &str,
) -> Result<&'a mut PrivateEndpoint, Refused> {
    vault(state, vault_name)?;
    let found = state.connection_mut(vault_name, name);
    found.ok_or_else(|| Refused::NotFound(format!("vault {vault_name} has no connection {name}")))
}

/// Approves or rejects. Errors: as for `connection`, and `State` where it is so already.
pub(super) fn decide(state: &mut State, vault: &str, name: &str, wanted: LinkStatus) -> Result<(), Refused> {
    let endpoint = connection(state, vault, name)?;
    if endpoint.link.status == wanted {
        return Err(Refused::State(format!("it is {} already", wanted.name().to_lowercase())));
    }
    endpoint.link.status = wanted;
    endpoint.touch();
    Ok(())
}

/// A connection as its vault shows it.
pub(super) fn show_connection(state: &State, endpoint: &PrivateEndpoint) -> Value {
    let link = &endpoint.link;
    let subscription = state.subscriptions.get(&endpoint.subscription);
    json!({
        "name": link.connection,
        "endpoint": endpoint.name,
        "subscription": subscription.map(|known| &known.name),
        "location": endpoint.location,
        "status": link.status.name(),
        "requestMessage": link.request_message,
        "description": link.description,
    })
}

/// Every endpoint, as whoever has it sees it.
pub(super) fn show_endpoints(state: &State) -> Value {
    let shown = state.endpoints.values().map(|endpoint| {
        json!({
            "id": endpoint.id(),
            "name": endpoint.name,
            "location": endpoint.location,
            "subnet": state.subnets.get(&endpoint.subnet).map(|subnet| &subnet.name),
            "address": state.subnets.get(&endpoint.subnet).map(|subnet| subnet.address),
            "vault": endpoint.link.vault.rsplit('/').next(),
            "provisioningState": endpoint.provisioning.name(),
            "status": endpoint.link.status.name(),
            "tags": endpoint.tags,
        })
    });
    Value::Array(shown.collect())
}
