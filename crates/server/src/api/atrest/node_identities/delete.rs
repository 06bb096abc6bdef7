//! DELETE `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/identities/{identityId}`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::atrest::nodes::node;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Takes an identity back and answers with it as it was.
/// Errors: those of the use case.
/// Cancel: it is taken back or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, cluster, node) = (call.project()?, call.cluster()?, node(call)?);
    let id = call.parameter("identityId");
    let identity = api.control().remove_node_identity(call.caller()?, project, &cluster, node, id).await?;
    call.single(&to_wire(&identity))
}
