//! GET `/groups/{groupId}/limits/{limitName}`.

use super::super::to_wire::limit;
use super::named;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one limit of a project.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    call.single(&limit(api.control().project_limit(call.caller()?, call.project()?, named(call)?).await?))
}
