//! GET `/groups/{groupId}/rotations`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of a project's rotations, newest first.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let paging = call.paging();
    let (skip, take) = (paging.skip(), u64::from(paging.items_per_page));
    let page = api.control().rotations(call.caller()?, call.project()?, skip, take).await?;
    call.page(page.rotations.into_iter().map(to_wire).collect(), page.total, &[])
}
