//! `virtualNetworks/{network}/subnets/{subnet}`, to be looked at. It must not know what stands in a subnet.

use serde_json::{Value, json};

use super::{Call, printable};
use crate::azure::error::ApiError;
use crate::azure::state::NETWORK;

pub(super) fn read(call: &Call<'_>) -> Result<Value, ApiError> {
    call.registered(NETWORK)?;
    let id = call.route.scope();
    let subnet = call.state.subnets.get(&id.to_ascii_lowercase()).ok_or_else(|| {
        let message = format!(
            "The Resource 'Microsoft.Network/virtualNetworks/{}/subnets/{}' under resource group '{}' was not found. For \
             more details please go to https://aka.ms/ARMResourceNotFoundFix",
            printable(call.route.network.as_deref().unwrap_or_default()),
            printable(call.route.own_name()),
            printable(call.route.resource_group.as_deref().unwrap_or_default())
        );
        ApiError::new(404, "ResourceNotFound", message)
    })?;
    let [a, b, c, _] = subnet.address.octets();
    Ok(json!({
        "name": subnet.name,
        "id": subnet.id(),
        "etag": format!("W/\"{}\"", subnet.name),
        "type": "Microsoft.Network/virtualNetworks/subnets",
        "properties": {
            "provisioningState": "Succeeded",
            "addressPrefix": format!("{a}.{b}.{c}.0/24"),
            "privateEndpointNetworkPolicies": "Disabled",
            "privateLinkServiceNetworkPolicies": "Enabled",
            "delegations": [],
        },
    }))
}
