//! DELETE `/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints/{endpointId}`.

use super::from_wire::{endpoint, provider};
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Asks for a private endpoint's removal, and answers with no body at all; it goes by and by.
/// Errors: those of the use case; no such path for a provider without private endpoints.
/// Cancel: it was asked for or it was not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (_, provider) = provider(call)?;
    let id = endpoint(call, provider)?;
    api.control().delete_private_endpoint(call.caller()?, call.project()?, provider, id).await?;
    Ok(Answer::empty())
}
