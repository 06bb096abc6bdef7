//! POST `/groups`.

use api_wire::atlas::groups::v2023_01_01::GroupCreate;

use super::from_wire;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Creates a project and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: nothing is created, or all of it.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let wanted = from_wire::new_project(GroupCreate::read(&body).map_err(Refused::BodyFaults)?)?;
    let view = api.control().add_project(call.caller()?, wanted).await?;
    let address = format!("{}/api/atlas/v2/groups/{}", call.base_url, view.project.id);
    call.created(&to_wire(&call.base_url, view), address)
}
