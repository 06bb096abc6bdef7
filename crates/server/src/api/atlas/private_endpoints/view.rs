//! GET `/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints/{endpointId}`.

use super::from_wire::{endpoint, provider};
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one private endpoint.
/// Errors: those of the use case; no such path for a provider without private endpoints.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (_, provider) = provider(call)?;
    let id = endpoint(call, provider)?;
    let found = api.control().private_endpoint(call.caller()?, call.project()?, provider, id).await?;
    call.single(&to_wire(found))
}
