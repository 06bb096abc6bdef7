//! GET `/groups/{groupId}/cloudProviderAccess`.

use super::to_wire::all_to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with all access roles of a project, by cloud; it is no page of a list.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let roles = api.control().provider_roles(call.caller()?, call.project()?).await?;
    call.single(&all_to_wire(roles))
}
