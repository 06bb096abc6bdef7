//! GET `/groups/{groupId}/clusters`.

use api_wire::atlas::clusters::INCLUDE_DELETED;

use super::to_wire::shown;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of a project's clusters, by name, without those that the version cannot describe. Deleted
/// ones are never among them, asked for or not: they have a list of their own.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let paging = call.paging();
    let (skip, take) = (paging.skip(), u64::from(paging.items_per_page));
    let page = api.control().clusters(call.caller()?, call.project()?, skip, take).await?;
    let clusters = page.clusters.into_iter().filter_map(|cluster| shown(call, cluster).ok()).collect();
    let asked = call.query.flag(INCLUDE_DELETED.name).then(|| (INCLUDE_DELETED.name, "true".to_owned()));
    call.page(clusters, page.total, asked.as_slice())
}
