//! POST `/groups/{groupId}/deletedClusters/{clusterId}/return`.

use crate::api::Api;
use crate::api::atlas::clusters::to_wire::{address_of, to_wire};
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Brings a deleted cluster back and answers with it in Atlas's shape, and where it is found from now on.
/// Errors: those of the use case; `DeletedClusterNotFound` if the path names none.
/// Cancel: it is back or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, id) = (call.project()?, call.parameter("clusterId"));
    let id = id.parse().map_err(|_| control::Error::DeletedClusterNotFound(id.to_owned()))?;
    let cluster = api.control().bring_back_cluster(call.caller()?, project, id).await?;
    let address = address_of(&call.base_url, &cluster.cluster);
    call.created(&to_wire(call, cluster)?, address)
}
