//! GET `/groups/{groupId}/clusters/{clusterName}/snapshots/{snapshotId}`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one snapshot, released or not.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (cluster, id) = (call.cluster()?, super::snapshot(call)?);
    let snapshot = api.control().snapshot(call.caller()?, call.project()?, &cluster, id).await?;
    call.single(&to_wire(&cluster, snapshot))
}
