//! GET `/groups/{groupId}/clusters/{clusterName}/snapshots`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of a cluster's snapshots, newest first, released ones too.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (paging, cluster) = (call.paging(), call.cluster()?);
    let (skip, take) = (paging.skip(), u64::from(paging.items_per_page));
    let page = api.control().snapshots(call.caller()?, call.project()?, &cluster, skip, take, false).await?;
    let snapshots = page.snapshots.into_iter().map(|snapshot| to_wire(&cluster, snapshot)).collect();
    call.page(snapshots, page.total, &[])
}
