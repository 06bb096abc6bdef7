//! GET `/groups/{groupId}/accessList`.

use super::to_wire::page;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with a page of a project's IP access list.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, paging) = (call.project()?, call.paging());
    let limit = u64::from(paging.items_per_page);
    let found = api.control().access_entries(call.caller()?, project, paging.skip(), limit).await?;
    page(call, project, found)
}
