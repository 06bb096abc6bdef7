//! GET `/groups/{groupId}/deletedClusters`.

use std::time::Duration;

use api_wire::atrest::deleted_clusters::DeletedCluster as WireCluster;
use api_wire::wire_time::WireTime;
use control::cluster::DeletedCluster;
use domain::cluster::Cluster;
use domain::time::Timestamp;

use crate::api::Api;
use crate::api::atlas::clusters::to_wire::encryption_to_wire;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of the clusters that can be brought back.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let paging = call.paging();
    let (skip, take) = (paging.skip(), u64::from(paging.items_per_page));
    let page = api.control().deleted_clusters(call.caller()?, call.project()?, skip, take).await?;
    let kept = api.control().timings().purge_after;
    call.page(page.clusters.into_iter().map(|cluster| to_wire(cluster, kept)).collect(), page.total, &[])
}

fn to_wire(deleted: DeletedCluster, kept: Duration) -> WireCluster {
    let DeletedCluster { cluster, deleted_at } = deleted;
    let Cluster { id, project, name, settings, revision: _, created_at: _ } = cluster;
    WireCluster {
        deleted_at: moment(deleted_at),
        encryption_at_rest_provider: encryption_to_wire(settings.encryption),
        group_id: project.to_string(),
        id: id.to_string(),
        name: name.to_string(),
        purge_at: moment(deleted_at + kept),
    }
}

fn moment(at: Timestamp) -> WireTime {
    WireTime::from_epoch_millis(at.as_millis())
}
