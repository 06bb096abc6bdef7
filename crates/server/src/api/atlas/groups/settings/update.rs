//! PATCH `/groups/{groupId}/settings`.

use api_wire::atlas::groups::settings::GroupSettingsUpdate;

use super::super::{from_wire, to_wire};
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Turns a project's switches and answers with all of them.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: all of them are turned or none.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let change = from_wire::switches(GroupSettingsUpdate::read(&body).map_err(Refused::BodyFaults)?)?;
    let view = api.control().change_project(call.caller()?, call.project()?, change).await?;
    call.single(&to_wire::switches(&view.settings))
}
