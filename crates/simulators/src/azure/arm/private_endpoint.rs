//! `Microsoft.Network/privateEndpoints`: made, looked at, listed by pages, taken down. Making and taking down go on
//! after the answer. It must not know what a vault's owner does with the connection.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::async_operation::{headers, nothing_goes_on};
use super::vault::url;
use super::{Call, Done, bad_request, printable};
use crate::azure::async_operation::Act;
use crate::azure::error::ApiError;
use crate::azure::private_endpoint::{Link, LinkStatus, PrivateEndpoint, Provisioning, uuid};
use crate::azure::request::json as read_json;
use crate::azure::state::NETWORK;

/// Letters that a message to the vault's owner may have.
const MESSAGE_LIMIT: usize = 140;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    location: Option<String>,
    tags: Option<BTreeMap<String, String>>,
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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Properties {
    subnet: Option<SubnetFields>,
    #[serde(default)]
    private_link_service_connections: Option<Vec<LinkFields>>,
    #[serde(default)]
    manual_private_link_service_connections: Option<Vec<LinkFields>>,
    // Not modelled, and taken empty only, as GET shows them.
    custom_network_interface_name: Option<String>,
    ip_configurations: Option<Vec<IgnoredAny>>,
    // As above.
    #[serde(rename = "provisioningState")]
    _provisioning_state: Option<IgnoredAny>,
    #[serde(rename = "resourceGuid")]
    _resource_guid: Option<IgnoredAny>,
    #[serde(rename = "networkInterfaces")]
    _network_interfaces: Option<IgnoredAny>,
    #[serde(rename = "customDnsConfigs")]
    _custom_dns_configs: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubnetFields {
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkFields {
    name: String,
    properties: LinkProperties,
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "type")]
    _kind: Option<IgnoredAny>,
    #[serde(rename = "etag")]
    _etag: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct LinkProperties {
    private_link_service_id: String,
    #[serde(default)]
    group_ids: Option<Vec<String>>,
    #[serde(default)]
    request_message: Option<String>,
    #[serde(rename = "privateLinkServiceConnectionState")]
    _state: Option<IgnoredAny>,
    #[serde(rename = "provisioningState")]
    _provisioning_state: Option<IgnoredAny>,
}

/// What a well-formed request asks for.
struct Wanted {
    location: String,
    tags: BTreeMap<String, String>,
    subnet: String,
    manual: bool,
    link_name: String,
    vault: String,
    request_message: String,
}

pub(super) fn read(call: &Call<'_>) -> Result<Value, ApiError> {
    call.registered(NETWORK)?;
    Ok(show(call, find(call)?))
}

pub(super) fn list(call: &mut Call<'_>) -> Result<Value, ApiError> {
    call.registered(NETWORK)?;
    let after = match call.query.take("$skipToken") {
        None => String::new(),
        Some(token) => {
            let bytes = hex::decode(&token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            bytes.ok_or_else(|| bad_request("$skipToken is not one of ours."))?
        }
    };
    let (state, page) = (&*call.state, call.state.page());
    let under = format!("{}/", call.route.scope().to_ascii_lowercase());
    let mut rest = state.endpoints.iter().filter(|(id, _)| id.starts_with(&under) && **id > after);
    let here: Vec<(&String, &PrivateEndpoint)> = rest.by_ref().take(page).collect();
    let value: Vec<Value> = here.iter().map(|(_, endpoint)| show(call, endpoint)).collect();
    let mut body = json!({ "value": value });
    if let (Some((last, _)), Some(_), Some(fields)) = (here.last(), rest.next(), body.as_object_mut()) {
        let next = format!(
            "https://localhost:{}{}/providers/Microsoft.Network/privateEndpoints?api-version={}&%24skipToken={}",
            call.port,
            call.route.scope(),
            call.version,
            hex::encode(last.as_bytes())
        );
        fields.insert("nextLink".to_owned(), Value::String(next));
    }
    Ok(body)
}

pub(super) fn create(call: &mut Call<'_>) -> Result<Done, ApiError> {
    let fields: Fields = read_json(call.request).map_err(|words| bad_request(&words))?;
    let wanted = fields.read()?;
    check_name(call.route.own_name())?;
    call.registered(NETWORK)?;
    call.may_link("Microsoft.Network/virtualNetworks/subnets/join/action", &wanted.subnet)?;
    let own_id = call.route.scope();
    let key = own_id.to_ascii_lowercase();
    if !call.state.subnets.contains_key(&wanted.subnet.to_ascii_lowercase()) {
        let message = format!(
            "Resource {} referenced by resource {own_id} was not found. Please make sure that the referenced resource \
             exists, and that both resources are in the same region.",
            printable(&wanted.subnet)
        );
        return Err(ApiError::new(400, "InvalidResourceReference", message));
    }
    if !wanted.manual {
        call.may_link("Microsoft.KeyVault/vaults/PrivateEndpointConnectionsApproval/action", &wanted.vault)?;
    }
    nothing_goes_on(call, &key)?;
    let (status, act) = match call.state.endpoints.get_mut(&key) {
        Some(there) if there.provisioning == Provisioning::Failed => {
            // What never came to be is made anew.
            *there = wanted.make(there.name.clone(), (there.subscription.clone(), there.resource_group.clone()));
            (StatusCode::OK, Act::Create)
        }
        Some(there) => {
            wanted.change(there)?;
            (StatusCode::OK, Act::Update)
        }
        None => {
            within_quota(call)?;
            let resource_group = call.route.resource_group.clone().unwrap_or_default();
            let owner = (call.route.subscription.clone(), resource_group);
            let made = wanted.make(call.route.own_name().to_owned(), owner);
            call.state.endpoints.insert(key.clone(), made);
            (StatusCode::CREATED, Act::Create)
        }
    };
    let id = call.state.begin(act, &key, call.millis, call.endless);
    let body = show(call, find(call)?);
    Ok(Done { headers: headers(call, &id, false), ..Done::changed(status, body) })
}

pub(super) fn delete(call: &mut Call<'_>) -> Result<Done, ApiError> {
    call.registered(NETWORK)?;
    let key = call.route.scope().to_ascii_lowercase();
    let Some(there) = call.state.endpoints.get_mut(&key) else {
        return Ok(Done { status: StatusCode::NO_CONTENT, ..Done::read(Value::Null) });
    };
    let going_on = there.provisioning == Provisioning::Deleting;
    there.provisioning = Provisioning::Deleting;
    there.touch();
    let known = call.state.going_on(&key).map(|(id, _)| id.clone()).filter(|_| going_on);
    let id = match known {
        Some(id) => id,
        None => call.state.begin(Act::Delete, &key, call.millis, call.endless),
    };
    Ok(Done { headers: headers(call, &id, true), ..Done::changed(StatusCode::ACCEPTED, Value::Null) })
}

pub(super) fn show(call: &Call<'_>, endpoint: &PrivateEndpoint) -> Value {
    let PrivateEndpoint { name, location, tags, guid, etag, provisioning, link, .. } = endpoint;
    let subnet = call.state.subnets.get(&endpoint.subnet);
    let (id, etag) = (endpoint.id(), format!("W/\"{etag}\""));
    let kind = if link.manual { "manualPrivateLinkServiceConnections" } else { "privateLinkServiceConnections" };
    let link_shown = json!({
        "name": link.name,
        "id": format!("{id}/{kind}/{}", link.name),
        "etag": etag,
        "type": format!("Microsoft.Network/privateEndpoints/{kind}"),
        "properties": {
            "provisioningState": provisioning.name(),
            "privateLinkServiceId": link.vault,
            "groupIds": ["vault"],
            "requestMessage": link.request_message,
            "privateLinkServiceConnectionState": {
                "status": link.status.name(),
                "description": link.description,
                "actionsRequired": "None",
            },
        },
    });
    let (automatic, manual) =
        if link.manual { (json!([]), json!([link_shown])) } else { (json!([link_shown]), json!([])) };
    let mut interfaces = Vec::new();
    let mut configs = Vec::new();
    if let Some(subnet) = subnet.filter(|_| provisioning.stands()) {
        let above = id.split("/privateEndpoints/").next().unwrap_or_default();
        interfaces.push(json!({ "id": format!("{above}/networkInterfaces/{name}.nic.{guid}") }));
        let vault = link.vault.rsplit('/').next().unwrap_or_default();
        let fqdn = url(vault, call.port);
        let fqdn = fqdn.trim_start_matches("https://").split(':').next().unwrap_or_default().to_owned();
        configs.push(json!({ "fqdn": fqdn, "ipAddresses": [subnet.address] }));
    }
    json!({
        "name": name,
        "id": id,
        "etag": etag,
        "type": "Microsoft.Network/privateEndpoints",
        "location": location,
        "tags": tags,
        "properties": {
            "provisioningState": provisioning.name(),
            "resourceGuid": guid,
            "privateLinkServiceConnections": automatic,
            "manualPrivateLinkServiceConnections": manual,
            "customNetworkInterfaceName": "",
            "subnet": { "id": subnet.map_or_else(|| endpoint.subnet.clone(), |subnet| subnet.id()) },
            "ipConfigurations": [],
            "networkInterfaces": interfaces,
            "customDnsConfigs": configs,
        },
    })
}

impl Fields {
    fn read(self) -> Result<Wanted, ApiError> {
        let location = self.location.ok_or_else(|| {
            ApiError::new(400, "LocationRequired", "The location property is required for this definition.")
        })?;
        let properties = self.properties;
        let is_named = properties.custom_network_interface_name.is_some_and(|name| !name.is_empty());
        if is_named || properties.ip_configurations.is_some_and(|all| !all.is_empty()) {
            let message = "customNetworkInterfaceName and ipConfigurations are not modelled by this simulator.";
            return Err(bad_request(message));
        }
        let (private_link_service_connections, manual_private_link_service_connections) =
            (properties.private_link_service_connections, properties.manual_private_link_service_connections);
        let subnet = properties.subnet;
        let subnet = subnet.ok_or_else(|| bad_request("A private endpoint needs a subnet."))?;
        let automatic = private_link_service_connections.unwrap_or_default();
        let by_hand = manual_private_link_service_connections.unwrap_or_default();
        let manual = !by_hand.is_empty();
        let mut links = automatic.into_iter().chain(by_hand);
        let (Some(link), None) = (links.next(), links.next()) else {
            return Err(bad_request("A private endpoint has one connection, automatic or manual."));
        };
        let LinkProperties { private_link_service_id, group_ids, request_message, .. } = link.properties;
        if !is_vault_id(&private_link_service_id) {
            let message = format!(
                "Property id '{}' at path 'properties.privateLinkServiceId' is invalid. Expect the resource id of a \
                 vault; other resources are not modelled by this simulator.",
                printable(&private_link_service_id)
            );
            return Err(ApiError::new(400, "LinkedInvalidPropertyId", message));
        }
        match group_ids.unwrap_or_default().as_slice() {
            [] => {
                let message = format!(
                    "Call to Microsoft.KeyVault/vaults failed. Missing required group Ids in private link service \
                     connection {}.",
                    printable(&link.name)
                );
                return Err(ApiError::new(400, "MissingParameterOnPrivateLinkServiceConnection", message));
            }
            [one] if one.eq_ignore_ascii_case("vault") => {}
            _ => return Err(bad_request("A vault has one group, 'vault'.")),
        }
        let request_message = request_message.unwrap_or_default();
        if request_message.chars().count() > MESSAGE_LIMIT {
            return Err(bad_request("requestMessage has at most 140 characters."));
        }
        Ok(Wanted {
            location,
            tags: self.tags.unwrap_or_default(),
            subnet: subnet.id,
            manual,
            link_name: link.name,
            vault: private_link_service_id,
            request_message,
        })
    }
}

impl Wanted {
    fn make(self, name: String, (subscription, resource_group): (String, String)) -> PrivateEndpoint {
        let connection = format!("{name}.{}", uuid());
        PrivateEndpoint {
            name,
            subscription,
            resource_group,
            location: self.location,
            tags: self.tags,
            subnet: self.subnet.to_ascii_lowercase(),
            guid: uuid(),
            etag: uuid(),
            provisioning: Provisioning::Creating,
            link: Link {
                name: self.link_name,
                manual: self.manual,
                vault: self.vault,
                request_message: self.request_message,
                connection,
                status: if self.manual { LinkStatus::Pending } else { LinkStatus::Approved },
                description: String::new(),
                attached: false,
            },
        }
    }

    /// Tags change; where it leads does not.
    fn change(self, there: &mut PrivateEndpoint) -> Result<(), ApiError> {
        let same = there.location.eq_ignore_ascii_case(&self.location)
            && there.subnet.eq_ignore_ascii_case(&self.subnet)
            && there.link.manual == self.manual
            && there.link.name == self.link_name
            && there.link.vault.eq_ignore_ascii_case(&self.vault);
        if !same {
            return Err(bad_request("The location, subnet and connection of a private endpoint cannot be changed."));
        }
        there.tags = self.tags;
        there.provisioning = Provisioning::Updating;
        there.touch();
        Ok(())
    }
}

/// Errors: `PrivateEndpointCountLimitReached`.
fn within_quota(call: &Call<'_>) -> Result<(), ApiError> {
    let Some(most) = call.subscription()?.endpoint_quota else { return Ok(()) };
    let has = call.state.endpoints.values().filter(|endpoint| endpoint.subscription == call.route.subscription);
    if has.count() < most {
        return Ok(());
    }
    let message = format!("Cannot create more than {most} private endpoints for this subscription in this region.");
    Err(ApiError::new(400, "PrivateEndpointCountLimitReached", message))
}

/// Errors: `InvalidResourceName`.
fn check_name(name: &str) -> Result<(), ApiError> {
    let inner = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'.' | b'-');
    let fits = (1..=80).contains(&name.len())
        && name.bytes().all(inner)
        && name.bytes().next().is_some_and(|letter| letter.is_ascii_alphanumeric())
        && name.bytes().last().is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == b'_');
    if fits {
        return Ok(());
    }
    let message = format!(
        "Resource name {} is invalid. The name can be up to 80 characters long. It must begin with a word character, \
         and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.",
        printable(name)
    );
    Err(ApiError::new(400, "InvalidResourceName", message))
}

fn is_vault_id(id: &str) -> bool {
    let parts: Vec<&str> = id.split('/').collect();
    match parts.as_slice() {
        ["", subscriptions, subscription, resource_groups, resource_group, providers, namespace, kind, name] => {
            subscriptions.eq_ignore_ascii_case("subscriptions")
                && resource_groups.eq_ignore_ascii_case("resourceGroups")
                && providers.eq_ignore_ascii_case("providers")
                && namespace.eq_ignore_ascii_case("Microsoft.KeyVault")
                && kind.eq_ignore_ascii_case("vaults")
                && [subscription, resource_group, name].iter().all(|part| !part.is_empty())
        }
        _ => false,
    }
}

fn find<'a>(call: &'a Call<'_>) -> Result<&'a PrivateEndpoint, ApiError> {
    let found = call.state.endpoints.get(&call.route.scope().to_ascii_lowercase());
    found.ok_or_else(|| {
        let message = format!(
            "The Resource 'Microsoft.Network/privateEndpoints/{}' under resource group '{}' was not found. For more \
             details please go to https://aka.ms/ARMResourceNotFoundFix",
            printable(call.route.own_name()),
            printable(call.route.resource_group.as_deref().unwrap_or_default())
        );
        ApiError::new(404, "ResourceNotFound", message)
    })
}
