//! GET `/groups/{groupId}/accessList/{entryValue}`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one entry of a project's IP access list.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let project = call.project()?;
    let entry = api.control().access_entry(call.caller()?, project, call.parameter("entryValue")).await?;
    call.single(&to_wire(&call.base_url, project, entry))
}
