//! POST `/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints`.

use api_wire::atlas::private_endpoints::v2023_01_01::PrivateEndpointCreate;

use super::from_wire::{from_wire, provider};
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Asks for a private endpoint and answers with it; it is made by and by.
/// Errors: faults of the body's shape, all at once; those of the use case; no such path for a provider without private
/// endpoints.
/// Cancel: it was asked for or it was not.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let (named, provider) = provider(&call)?;
    let body = std::mem::take(&mut call.body);
    let create = PrivateEndpointCreate::read(&body, named).map_err(Refused::BodyFaults)?;
    let region = from_wire(create, provider)?;
    let made = api.control().create_private_endpoint(call.caller()?, call.project()?, provider, region).await?;
    let address = format!("{}/{}", call.url(), made.id);
    call.created(&to_wire(made), address)
}
