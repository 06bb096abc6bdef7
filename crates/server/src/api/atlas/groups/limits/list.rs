//! GET `/groups/{groupId}/limits`.

use super::super::to_wire::limit;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with a project's limits: a bare list.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let limits = api.control().project_limits(call.caller()?, call.project()?).await?;
    call.single(&limits.into_iter().map(limit).collect::<Vec<_>>())
}
