//! PATCH `/groups/{groupId}/clusters/{clusterName}`.

use api_wire::atlas::clusters::v2024_08_05::ClusterBody;

use super::from_wire::from_wire;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Changes a cluster and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: nothing is changed, or all of it.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let name = call.cluster()?;
    let body = std::mem::take(&mut call.body);
    let change = from_wire(ClusterBody::read_change(&body).map_err(Refused::BodyFaults)?)?;
    let cluster = api.control().update_cluster(call.caller()?, call.project()?, &name, change).await?;
    call.single(&to_wire(&call, cluster))
}
