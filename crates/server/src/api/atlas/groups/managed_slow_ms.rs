//! `/groups/{groupId}/managedSlowMs`: whether what counts as a slow operation is measured. Kept for clients that manage
//! it.

use domain::project::ProjectChange;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with a bare `true` or `false`.
/// Errors: those of the use case.
pub async fn view(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let view = api.control().project(call.caller()?, call.project()?).await?;
    call.single(&view.settings.managed_slow_ms)
}

/// Has it measured, or not.
/// Errors: those of the use case.
/// Cancel: it is so or it is not.
pub async fn set(api: &Api, call: &Call, measured: bool) -> Result<Answer, Refused> {
    let change = ProjectChange { managed_slow_ms: Some(measured), ..ProjectChange::default() };
    api.control().change_project(call.caller()?, call.project()?, change).await?;
    Ok(Answer::empty())
}
