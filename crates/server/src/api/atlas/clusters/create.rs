//! POST `/groups/{groupId}/clusters`.

use api_wire::atlas::clusters::v2024_08_05::ClusterBody;

use super::from_wire::from_wire;
use super::to_wire::{address_of, to_wire};
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Creates a cluster and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: nothing is created, or all of it.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let change = from_wire(ClusterBody::read_new(&body).map_err(Refused::BodyFaults)?)?;
    let cluster = api.control().create_cluster(call.caller()?, call.project()?, change).await?;
    let address = address_of(&call.base_url, &cluster.cluster);
    call.created(&to_wire(&call, cluster), address)
}
