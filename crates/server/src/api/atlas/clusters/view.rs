//! GET `/groups/{groupId}/clusters/{clusterName}`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one cluster.
/// Errors: those of the use case; `ClusterRefused` if the version cannot describe it.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let cluster = api.control().cluster(call.caller()?, call.project()?, &call.cluster()?).await?;
    call.single(&to_wire(call, cluster)?)
}
