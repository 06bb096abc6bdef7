//! POST `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/enrolmentTokens`.

use api_wire::atrest::nodes::NodeEnrolmentToken;
use api_wire::wire_time::WireTime;
use control::node::NewEnrolmentToken;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Gives a node a token and answers with it, this once.
/// Errors: those of the use case.
/// Cancel: a token that nobody saw ends by itself.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (cluster, node) = (call.cluster()?, super::node(call)?);
    let made = api.control().create_enrolment_token(call.caller()?, call.project()?, &cluster, node).await?;
    let NewEnrolmentToken { token, node, expires_at, ca_fingerprint } = made;
    call.single(&NodeEnrolmentToken {
        ca_fingerprint: hex::encode(ca_fingerprint),
        expires_at: WireTime::from_epoch_millis(expires_at.as_millis()),
        node_id: node.id.to_string(),
        token: token.expose(),
    })
}
