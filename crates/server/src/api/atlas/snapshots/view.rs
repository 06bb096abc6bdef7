//! GET `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}`.

use control::snapshot::SnapshotError;

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::atrest::snapshots::snapshot;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one snapshot. A released one is as good as deleted.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, name, id) = (call.project()?, call.cluster()?, snapshot(call)?);
    let cluster = api.control().cluster(call.caller()?, project, &name).await?.cluster;
    let found = api.control().snapshot(call.caller()?, project, &name, id).await?;
    if found.released_at.is_some() {
        return Err(control::Error::from(SnapshotError::NotFound { cluster: name, id: id.to_string() }).into());
    }
    call.single(&to_wire(&call.base_url, &cluster, found))
}
