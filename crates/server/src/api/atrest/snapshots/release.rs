//! DELETE `/groups/{groupId}/clusters/{clusterName}/snapshots/{snapshotId}`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Releases a snapshot and answers with it as it is then.
/// Errors: those of the use case.
/// Cancel: it is released or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (cluster, id) = (call.cluster()?, super::snapshot(call)?);
    let snapshot = api.control().release_snapshot(call.caller()?, call.project()?, &cluster, id).await?;
    call.single(&to_wire(&cluster, snapshot))
}
