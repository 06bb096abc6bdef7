//! GET `/groups/{groupId}/containers/{containerId}`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one container.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let id = call.parameter("containerId");
    call.single(&to_wire(api.control().container(call.caller()?, call.project()?, id).await?))
}
