//! PATCH `/groups/{groupId}/limits/{limitName}`.

use api_wire::atlas::groups::limits::GroupLimitUpdate;

use super::super::to_wire::limit;
use super::named;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Sets one limit of a project and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: it is set or it is not.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let wanted = named(&call)?;
    let value = GroupLimitUpdate::read(&body).map_err(Refused::BodyFaults)?.value;
    call.single(&limit(api.control().set_project_limit(call.caller()?, call.project()?, wanted, value).await?))
}
