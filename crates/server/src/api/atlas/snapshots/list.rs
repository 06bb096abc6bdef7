//! GET `/groups/{groupId}/clusters/{clusterName}/backup/snapshots`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of a cluster's snapshots that are not released, newest first.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (paging, project, name) = (call.paging(), call.project()?, call.cluster()?);
    let (skip, take) = (paging.skip(), u64::from(paging.items_per_page));
    let cluster = api.control().cluster(call.caller()?, project, &name).await?.cluster;
    let page = api.control().snapshots(call.caller()?, project, &name, skip, take, true).await?;
    let snapshots = page.snapshots.into_iter().map(|snapshot| to_wire(&call.base_url, &cluster, snapshot));
    call.page(snapshots.collect(), page.total, &[])
}
