//! GET `/orgs/{orgId}/groups`.

use api_wire::atlas::groups::NAME;

use crate::api::Api;
use crate::api::atlas::groups::to_wire::to_wire;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the projects of an organization that the caller can see.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (paging, name) = (call.paging(), call.query.text(NAME.name));
    let (org, limit) = (call.organization()?, u64::from(paging.items_per_page));
    let prefix = name.unwrap_or_default();
    let page = api.control().projects_of(call.caller()?, org, prefix, paging.skip(), limit).await?;
    let results = page.projects.into_iter().map(|project| to_wire(&call.base_url, project)).collect();
    let filters: Vec<_> = name.map(|name| (NAME.name, name.to_owned())).into_iter().collect();
    call.page(results, page.total, &filters)
}
