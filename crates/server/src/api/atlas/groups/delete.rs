//! DELETE `/groups/{groupId}`.

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Deletes a project.
/// Errors: those of the use case.
/// Cancel: it is deleted or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().delete_project(call.caller()?, call.project()?).await?;
    call.nothing()
}
