//! PATCH `/groups/{groupId}`.

use api_wire::atlas::groups::v2023_01_01::GroupUpdate;

use super::from_wire;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Changes a project and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: it is changed or it is not.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let change = from_wire::change(GroupUpdate::read(&body).map_err(Refused::BodyFaults)?)?;
    let view = api.control().change_project(call.caller()?, call.project()?, change).await?;
    call.single(&to_wire(&call.base_url, view))
}
