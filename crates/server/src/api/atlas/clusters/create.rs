//! POST `/groups/{groupId}/clusters`.

use api_wire::atlas::clusters::{v2023_01_01, v2023_02_01, v2024_08_05};
use domain::cluster::{ClusterChange, Grain};

use super::from_wire;
use super::to_wire::{address_of, grain_of, to_wire};
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Creates a cluster and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: nothing is created, or all of it.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let change = read_new(grain_of(&call), &body)?;
    let cluster = api.control().create_cluster(call.caller()?, call.project()?, change).await?;
    let address = address_of(&call.base_url, &cluster.cluster);
    call.created(&to_wire(&call, cluster)?, address)
}

/// Reads the body in the shape that the call's version has.
/// Errors: faults of its shape, all at once.
fn read_new(grain: Grain, body: &[u8]) -> Result<ClusterChange, Refused> {
    match grain {
        Grain::Cluster => {
            from_wire::v2023_01_01::from_wire(v2023_01_01::ClusterBody::read_new(body).map_err(Refused::BodyFaults)?)
        }
        Grain::Zone => {
            from_wire::v2023_02_01::from_wire(v2023_02_01::ClusterBody::read_new(body).map_err(Refused::BodyFaults)?)
        }
        Grain::Shard => from_wire::from_wire(v2024_08_05::ClusterBody::read_new(body).map_err(Refused::BodyFaults)?),
    }
}
