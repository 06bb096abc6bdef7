//! DELETE `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}`.

use control::snapshot::SnapshotError;

use crate::api::Api;
use crate::api::atrest::snapshots::snapshot;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Releases a snapshot: the master keys it needs are no longer kept for it. A released one is as good as deleted.
/// Errors: those of the use case.
/// Cancel: it is released or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, name, id) = (call.project()?, call.cluster()?, snapshot(call)?);
    let found = api.control().snapshot(call.caller()?, project, &name, id).await?;
    if found.released_at.is_some() {
        return Err(control::Error::from(SnapshotError::NotFound { cluster: name, id: id.to_string() }).into());
    }
    api.control().release_snapshot(call.caller()?, project, &name, id).await?;
    Ok(Answer::empty())
}
