//! DELETE `/groups/{groupId}/limits/{limitName}`.

use super::named;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Lets one limit of a project be as by default.
/// Errors: those of the use case.
/// Cancel: it is so or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().forget_project_limit(call.caller()?, call.project()?, named(call)?).await?;
    Ok(Answer::empty())
}
