//! DELETE `/groups/{groupId}/cloudProviderAccess/{cloudProvider}/{roleId}`.

use super::from_wire::{named_provider, role_id};
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Deletes an access role that nothing uses, and answers with no body at all.
/// Errors: those of the use case; no such path for a cloud that there are no roles of.
/// Cancel: safe to repeat.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (_, provider) = named_provider(call)?;
    let id = role_id(call)?;
    api.control().delete_provider_role(call.caller()?, call.project()?, provider, id).await?;
    Ok(Answer::empty())
}
