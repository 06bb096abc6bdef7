//! GET `/groups/{groupId}/clusters/{clusterName}/nodes`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of a cluster's nodes, by name, revoked ones too.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (paging, cluster) = (call.paging(), call.cluster()?);
    let (skip, take) = (paging.skip(), u64::from(paging.items_per_page));
    let page = api.control().nodes(call.caller()?, call.project()?, &cluster, skip, take).await?;
    let nodes = page.nodes.into_iter().map(|view| to_wire(&cluster, view)).collect();
    call.page(nodes, page.total, &[])
}
