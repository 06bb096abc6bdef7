//! GET `/groups/{groupId}/cloudProviderAccess/{roleId}`.

use super::from_wire::role_id;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one access role.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let id = role_id(call)?;
    let found = api.control().provider_role(call.caller()?, call.project()?, id).await?;
    call.single(&to_wire(found))
}
