//! GET `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one node.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (cluster, node) = (call.cluster()?, super::node(call)?);
    let view = api.control().node(call.caller()?, call.project()?, &cluster, node).await?;
    call.single(&to_wire(&cluster, view))
}
