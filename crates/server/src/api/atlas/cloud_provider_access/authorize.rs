//! PATCH `/groups/{groupId}/cloudProviderAccess/{roleId}`.

use api_wire::atlas::cloud_provider_access::v2023_01_01::RoleUpdate;

use super::from_wire::{authorization, role_id};
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Has an access role proved, and answers with it as it is then.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: the role is what it was, or authorized.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let id = role_id(&call)?;
    let body = std::mem::take(&mut call.body);
    let update = authorization(RoleUpdate::read(&body).map_err(Refused::BodyFaults)?)?;
    let role = api.control().authorize_provider_role(call.caller()?, call.project()?, id, update).await?;
    call.single(&to_wire(role))
}
