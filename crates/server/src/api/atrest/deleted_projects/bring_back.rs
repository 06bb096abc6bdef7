//! POST `/orgs/{orgId}/deletedGroups/{groupId}/return`.

use crate::api::Api;
use crate::api::atlas::groups::to_wire::to_wire;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Brings a deleted project back and answers with it in Atlas's shape, and where it is found from now on.
/// Errors: those of the use case; `DeletedProjectNotFound` if the path names none.
/// Cancel: it is back or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (org, id) = (call.organization()?, call.parameter("groupId"));
    let id = id.parse().map_err(|_| control::Error::DeletedProjectNotFound(id.to_owned()))?;
    let project = api.control().bring_back_project(call.caller()?, org, id).await?;
    let address = format!("{}/api/atlas/v2/groups/{id}", call.base_url);
    call.created(&to_wire(&call.base_url, project), address)
}
