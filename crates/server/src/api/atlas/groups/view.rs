//! GET `/groups/{groupId}`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one project.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let project = api.control().project(call.caller()?, call.project()?).await?;
    call.single(&to_wire(&call.base_url, project))
}
