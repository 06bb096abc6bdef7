//! PATCH `/groups/{groupId}/clusters/{clusterName}`.

use api_wire::atlas::clusters::{v2023_01_01, v2023_02_01, v2024_08_05};
use domain::cluster::{ClusterChange, ClusterName, Grain};

use super::from_wire;
use super::to_wire::{grain_of, to_wire};
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Changes a cluster and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: nothing is changed, or all of it.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let name = call.cluster()?;
    let body = std::mem::take(&mut call.body);
    let change = match grain_of(&call) {
        Grain::Cluster => as_one(api, &call, &name, &body).await?,
        Grain::Zone => {
            let body = v2023_02_01::ClusterBody::read_change(&body).map_err(Refused::BodyFaults)?;
            from_wire::v2023_02_01::from_wire(body)?
        }
        Grain::Shard => {
            from_wire::from_wire(v2024_08_05::ClusterBody::read_change(&body).map_err(Refused::BodyFaults)?)?
        }
    };
    let cluster = api.control().update_cluster(call.caller()?, call.project()?, &name, change).await?;
    call.single(&to_wire(&call, cluster)?)
}

/// Reads a body that speaks of all nodes as one. It may leave out which cloud they are in; then it is held against the
/// one that they are in.
/// Errors: faults of its shape, all at once; those of reading the cluster.
async fn as_one(api: &Api, call: &Call, name: &ClusterName, body: &[u8]) -> Result<ClusterChange, Refused> {
    let body = v2023_01_01::ClusterBody::read_change(body).map_err(Refused::BodyFaults)?;
    let mut present = None;
    if body.leaves_cloud_open() {
        let view = api.control().cluster(call.caller()?, call.project()?, name).await?;
        let mut placements = view.cluster.settings.shards.iter().flat_map(|shard| &shard.placements);
        present = placements.next().map(|placement| placement.cloud.name());
    }
    body.fits_on(present).map_err(Refused::BodyFaults)?;
    from_wire::v2023_01_01::from_wire(body)
}
