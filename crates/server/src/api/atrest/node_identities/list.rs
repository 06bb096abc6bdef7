//! GET `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/identities`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::atrest::nodes::node;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with a node's identities, oldest first.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, cluster, node) = (call.project()?, call.cluster()?, node(call)?);
    let all = api.control().node_identities(call.caller()?, project, &cluster, node).await?;
    let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
    call.page(call.cut(all).iter().map(to_wire).collect(), total, &[])
}
