//! GET `/groups/{groupId}/clusters/{clusterName}/autoScalingConfiguration`.

use api_wire::atlas::cluster_status::v2024_08_05::AutoScalingMode;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers whether a cluster's shards grow together.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let cluster = api.control().cluster(call.caller()?, call.project()?, &call.cluster()?).await?.cluster;
    let alike = cluster.settings.shards_are_alike();
    let auto_scaling_mode = if alike { "CLUSTER_WIDE_SCALING" } else { "INDEPENDENT_SHARD_SCALING" };
    call.single(&AutoScalingMode { auto_scaling_mode })
}
