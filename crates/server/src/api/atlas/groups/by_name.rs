//! GET `/groups/byName/{groupName}`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the project of a name.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let project = api.control().project_by_name(call.caller()?, call.parameter("groupName")).await?;
    call.single(&to_wire(&call.base_url, project))
}
