//! `vaults/{vault}/privateEndpointConnections`: what the owner of a vault sees of the endpoints that lead to it, and
//! what he says to them. It must not know how an endpoint is made.

use http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::async_operation::headers_of_vaults;
use super::vault::find as find_vault;
use super::{Call, Done, bad_request, printable};
use crate::azure::async_operation::Act;
use crate::azure::error::ApiError;
use crate::azure::private_endpoint::{LinkStatus, PrivateEndpoint};
use crate::azure::request::json as read_json;
use crate::azure::state::KEY_VAULT;
use crate::azure::vault::Vault;

/// What an owner needs beside the right to write a connection.
const APPROVAL: &str = "Microsoft.KeyVault/vaults/PrivateEndpointConnectionsApproval/action";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    properties: Properties,
    // What GET shows and a client may send back.
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "name")]
    _name: Option<IgnoredAny>,
    #[serde(rename = "type")]
    _kind: Option<IgnoredAny>,
    #[serde(rename = "etag")]
    _etag: Option<IgnoredAny>,
    #[serde(rename = "location")]
    _location: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Properties {
    private_link_service_connection_state: StateFields,
    #[serde(rename = "privateEndpoint")]
    _private_endpoint: Option<IgnoredAny>,
    #[serde(rename = "provisioningState")]
    _provisioning_state: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct StateFields {
    status: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(rename = "actionsRequired")]
    _actions_required: Option<IgnoredAny>,
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiError> {
    let vault = find_vault(call)?;
    let value: Vec<Value> = call.state.connections(vault).map(|endpoint| show(vault, endpoint)).collect();
    Ok(json!({ "value": value }))
}

pub(super) fn read(call: &Call<'_>) -> Result<Value, ApiError> {
    let vault = find_vault(call)?;
    Ok(show(vault, find(call, vault)?))
}

/// Approves or rejects.
pub(super) fn update(call: &mut Call<'_>) -> Result<Done, ApiError> {
    let fields: Fields = read_json(call.request).map_err(|words| bad_request(&words))?;
    let StateFields { status, description, .. } = fields.properties.private_link_service_connection_state;
    let wanted = match status.as_str() {
        "Approved" => LinkStatus::Approved,
        "Rejected" => LinkStatus::Rejected,
        "Pending" => LinkStatus::Pending,
        _ => return Err(bad_request("The status of a connection is set to Approved or Rejected.")),
    };
    let vault = find_vault(call)?;
    let (vault_id, name) = (vault.id(), vault.name.clone());
    let endpoint = find(call, vault)?;
    call.may_link(APPROVAL, &vault_id)?;
    let registered = call.state.subscriptions.get(&endpoint.subscription).is_none_or(|s| s.is_registered(KEY_VAULT));
    if !registered {
        let message = format!(
            "Microsoft.KeyVault provider must be registered on subscription containing private endpoint: {}",
            endpoint.id()
        );
        return Err(ApiError::new(403, "AuthorizationFailed", message));
    }
    let connection = endpoint.link.connection.clone();
    let bug = || ApiError::bug("the connection was found");
    let endpoint = call.state.connection_mut(&name, &connection).ok_or_else(bug)?;
    endpoint.link.status = wanted;
    if let Some(description) = description {
        endpoint.link.description = description;
    }
    endpoint.touch();
    let vault = find_vault(call)?;
    Ok(Done::changed(StatusCode::OK, show(vault, find(call, vault)?)))
}

/// Removes it; goes on after the answer.
pub(super) fn delete(call: &mut Call<'_>) -> Result<Done, ApiError> {
    let vault = find_vault(call)?;
    let Ok(endpoint) = find(call, vault) else {
        return Ok(Done { status: StatusCode::NO_CONTENT, ..Done::read(Value::Null) });
    };
    let key = endpoint.id().to_ascii_lowercase();
    if let Some((id, going)) = call.state.going_on(&key) {
        return match going.act {
            Act::Disconnect => Ok(Done {
                headers: headers_of_vaults(call, &id.clone()),
                ..Done::changed(StatusCode::ACCEPTED, Value::Null)
            }),
            Act::Create | Act::Update | Act::Delete => Err(super::async_operation::conflict(id)),
        };
    }
    let id = call.state.begin(Act::Disconnect, &key, call.millis, call.endless);
    // Whoever asks for it is the vault's owner, in the vault's subscription.
    if let Some(operation) = call.state.operations.get_mut(&id) {
        operation.subscription = call.route.subscription.clone();
    }
    Ok(Done { headers: headers_of_vaults(call, &id), ..Done::changed(StatusCode::ACCEPTED, Value::Null) })
}

/// A connection as it stands in a list of its own.
fn show(vault: &Vault, endpoint: &PrivateEndpoint) -> Value {
    let mut shown = show_inside(vault, endpoint);
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("name".to_owned(), json!(endpoint.link.connection));
        fields.insert("type".to_owned(), json!("Microsoft.KeyVault/vaults/privateEndpointConnections"));
        fields.insert("location".to_owned(), json!(vault.location));
    }
    shown
}

/// A connection as it stands inside its vault.
pub(super) fn show_inside(vault: &Vault, endpoint: &PrivateEndpoint) -> Value {
    json!({
        "id": format!("{}/privateEndpointConnections/{}", vault.id(), endpoint.link.connection),
        "etag": endpoint.etag,
        "properties": {
            "provisioningState": "Succeeded",
            "privateEndpoint": { "id": endpoint.id() },
            "privateLinkServiceConnectionState": {
                "status": endpoint.link.status.name(),
                "description": endpoint.link.description,
                "actionsRequired": "None",
            },
        },
    })
}

fn find<'a>(call: &'a Call<'_>, vault: &'a Vault) -> Result<&'a PrivateEndpoint, ApiError> {
    let name = call.route.own_name();
    let mut known = call.state.connections(vault);
    known.find(|endpoint| endpoint.link.connection.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let message = format!(
            "The Resource 'Microsoft.KeyVault/vaults/{}/privateEndpointConnections/{}' was not found.",
            vault.name,
            printable(name)
        );
        ApiError::new(404, "ResourceNotFound", message)
    })
}
