//! A private endpoint as Microsoft.Network tells it, and what it comes to. Must not know how it was asked for, nor
//! what addresses it may have. Source: clouds/emulators.md 2.3.

use std::net::IpAddr;

use domain::private_endpoint::Refusal;
use serde::Deserialize;
use serde_json::Value;

use crate::private_endpoint::Found;

/// A private endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Resource {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    properties: Properties,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Properties {
    provisioning_state: String,
    manual_private_link_service_connections: Vec<Connection>,
    custom_dns_configs: Vec<DnsConfig>,
    network_interfaces: Vec<Reference>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Connection {
    name: Option<String>,
    #[serde(default)]
    properties: ConnectionProperties,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ConnectionProperties {
    private_link_service_connection_state: ConnectionState,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct ConnectionState {
    status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DnsConfig {
    fqdn: Option<String>,
    #[serde(default)]
    ip_addresses: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Reference {
    id: String,
}

/// What an endpoint comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is on its way from one state to another.
    Moving,
    /// It waits for the vault's owner.
    Pending,
    /// The vault's owner let it in.
    Approved,
    /// The vault's owner did not, or does no more.
    Refused(Refusal),
    /// Azure could not make it.
    Broken,
}

impl Resource {
    /// Reads one. None if it is no private endpoint.
    pub(super) fn read(answer: &Value) -> Option<Self> {
        Self::deserialize(answer).ok()
    }

    /// Tells what it comes to. Whether its owner let it in stands apart from whether Azure is done with it: a
    /// connection that carries keys goes on carrying them while something else about the endpoint is changed.
    pub(super) fn standing(&self) -> Standing {
        let state = self.properties.provisioning_state.to_ascii_lowercase();
        let connection = self.properties.manual_private_link_service_connections.first();
        let status = connection
            .map(|connection| connection.properties.private_link_service_connection_state.status.to_ascii_lowercase());
        match (status.as_deref().unwrap_or_default(), state.as_str()) {
            (_, "deleting") => Standing::Moving,
            ("rejected", _) => Standing::Refused(Refusal::Rejected),
            ("disconnected", _) => Standing::Refused(Refusal::Disconnected),
            ("approved", "succeeded" | "updating" | "failed") => Standing::Approved,
            (_, "failed" | "canceled") => Standing::Broken,
            ("pending", "succeeded") => Standing::Pending,
            _ => Standing::Moving,
        }
    }

    /// Gives what is known of it.
    pub(super) fn found(&self) -> Found {
        let configs = &self.properties.custom_dns_configs;
        let connection = self.properties.manual_private_link_service_connections.first();
        Found {
            resource: Some(self.id.clone()),
            connection_name: connection.and_then(|connection| connection.name.clone()),
            dns_name: configs.iter().find_map(|config| config.fqdn.clone()),
            addresses: configs
                .iter()
                .flat_map(|config| &config.ip_addresses)
                .filter_map(|text| text.parse().ok())
                .collect(),
        }
    }

    /// Gives the resource id of its interface.
    pub(super) fn interface(&self) -> Option<&str> {
        self.properties.network_interfaces.first().map(|interface| interface.id.as_str())
    }
}

/// Reads the addresses of a network interface.
pub(super) fn interface_addresses(answer: &Value) -> Vec<IpAddr> {
    let configurations = answer.pointer("/properties/ipConfigurations").and_then(Value::as_array);
    let addresses = configurations.into_iter().flatten().filter_map(|one| one.pointer("/properties/privateIPAddress"));
    addresses.filter_map(|address| address.as_str()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resource(state: &str, status: &str) -> Value {
        json!({
            "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/atrest-1",
            "name": "atrest-1", "etag": "W/\"1\"", "type": "Microsoft.Network/privateEndpoints", "location": "eastus2",
            "properties": {
                "provisioningState": state, "subnet": {"id": "x"}, "privateLinkServiceConnections": [],
                "manualPrivateLinkServiceConnections": [{"name": "atrest-1", "properties": {
                    "groupIds": ["vault"],
                    "privateLinkServiceConnectionState": {"status": status, "description": "", "actionsRequired": "None"},
                }}],
                "customDnsConfigs": [{"fqdn": "acme.vault.azure.net", "ipAddresses": ["10.0.0.4", "not one"]}],
                "networkInterfaces": [{"id": "/subscriptions/s/nic"}],
            },
        })
    }

    #[test]
    fn approval_and_provisioning_are_two_things() {
        let check = |state, status, expected| {
            assert_eq!(Resource::read(&resource(state, status)).unwrap().standing(), expected, "{state} {status}");
        };
        check("Succeeded", "Pending", Standing::Pending);
        check("Succeeded", "Approved", Standing::Approved);
        check("succeeded", "APPROVED", Standing::Approved);
        check("Updating", "Approved", Standing::Approved);
        check("Failed", "Approved", Standing::Approved);
        check("Creating", "Approved", Standing::Moving);
        check("Updating", "Pending", Standing::Moving);
        check("Creating", "", Standing::Moving);
        check("Deleting", "Approved", Standing::Moving);
        check("Deleting", "Rejected", Standing::Moving);
        check("Succeeded", "Rejected", Standing::Refused(Refusal::Rejected));
        check("Updating", "Rejected", Standing::Refused(Refusal::Rejected));
        check("Succeeded", "Disconnected", Standing::Refused(Refusal::Disconnected));
        check("Failed", "Pending", Standing::Broken);
        check("Canceled", "", Standing::Broken);
        check("Succeeded", "BrandNew", Standing::Moving);
        check("BrandNew", "Approved", Standing::Moving);
    }

    #[test]
    fn what_is_known_is_read_and_the_rest_left_out() {
        let read = Resource::read(&resource("Succeeded", "Approved")).unwrap();
        let found = read.found();
        assert_eq!(found.addresses, ["10.0.0.4".parse::<IpAddr>().unwrap()]);
        assert_eq!(found.dns_name.as_deref(), Some("acme.vault.azure.net"));
        assert_eq!(
            (found.connection_name.as_deref(), read.interface()),
            (Some("atrest-1"), Some("/subscriptions/s/nic"))
        );
        let bare = Resource::read(&json!({"id": "/x", "name": "n"})).unwrap();
        assert_eq!((bare.standing(), bare.found().addresses), (Standing::Moving, Vec::new()));
        for odd in
            [json!([]), json!({}), json!({"id": 1, "name": "n"}), json!({"id": "/x", "name": "n", "properties": 7})]
        {
            assert_eq!(Resource::read(&odd), None, "{odd}");
        }
        let nic = json!({"properties": {"ipConfigurations": [{"properties": {"privateIPAddress": "10.0.0.4"}}, {}]}});
        assert_eq!(interface_addresses(&nic), ["10.0.0.4".parse::<IpAddr>().unwrap()]);
        assert_eq!(interface_addresses(&json!({})), Vec::<IpAddr>::new());
    }
}
