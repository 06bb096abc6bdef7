//! DELETE `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}`.

use control::node::NodeView;

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Revokes a node and answers with it as it is then.
/// Errors: those of the use case.
/// Cancel: it is revoked or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (cluster, node) = (call.cluster()?, super::node(call)?);
    let node = api.control().revoke_node(call.caller()?, call.project()?, &cluster, node).await?;
    call.single(&to_wire(&cluster, NodeView { node, certificates: Vec::new() }))
}
