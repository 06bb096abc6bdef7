//! GET `/groups`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the projects the caller can see.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let paging = call.paging();
    let limit = u64::from(paging.items_per_page);
    let page = api.control().projects(call.caller()?, "", paging.skip(), limit).await?;
    let results = page.projects.into_iter().map(|project| to_wire(&call.base_url, project)).collect();
    call.page(results, page.total, &[])
}
