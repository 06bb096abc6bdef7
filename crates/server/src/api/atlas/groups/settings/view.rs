//! GET `/groups/{groupId}/settings`.

use super::super::to_wire::switches;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with a project's switches.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let view = api.control().project(call.caller()?, call.project()?).await?;
    call.single(&switches(&view.settings))
}
