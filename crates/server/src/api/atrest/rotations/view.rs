//! GET `/groups/{groupId}/rotations/{rotationId}`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one rotation.
/// Errors: those of the use case; `RotationNotFound` if the path names none.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, id) = (call.project()?, call.parameter("rotationId"));
    let id = id.parse().map_err(|_| control::Error::RotationNotFound(id.to_owned()))?;
    let view = api.control().rotation(call.caller()?, project, id).await?;
    call.single(&to_wire(view))
}
