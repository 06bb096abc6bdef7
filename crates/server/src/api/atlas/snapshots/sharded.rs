//! Snapshots in parts by shard, under `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/shardedCluster…`. One that
//! is registered here is whole, whatever the cluster's shape.

use control::snapshot::SnapshotError;
use serde_json::Value;

use crate::api::Api;
use crate::api::atrest::snapshots::snapshot;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with an empty page.
/// Errors: those of the use case.
pub async fn handle_list(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().cluster(call.caller()?, call.project()?, &call.cluster()?).await?;
    call.page(Vec::<Value>::new(), 0, &[])
}

/// Tells that there is none of that id.
/// Errors: always; those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (name, id) = (call.cluster()?, snapshot(call)?);
    api.control().cluster(call.caller()?, call.project()?, &name).await?;
    Err(control::Error::from(SnapshotError::NotFound { cluster: name, id: id.to_string() }).into())
}
