//! POST `/groups/{groupId}/cloudProviderAccess`.

use api_wire::atlas::cloud_provider_access::v2023_01_01::RoleCreate;

use super::from_wire::new_role;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Makes an access role, and answers with what the customer needs to let it in.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: it was made or it was not.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let create = RoleCreate::read(&body).map_err(Refused::BodyFaults)?;
    let made = api.control().create_provider_role(call.caller()?, call.project()?, new_role(create)?).await?;
    let address = format!("{}/{}", call.url(), made.role.id);
    call.created(&to_wire(made), address)
}
