//! POST `/groups/{groupId}/clusters/{clusterName}/snapshots`.

use api_wire::atrest::snapshots::SnapshotCreate;
use domain::master_key::MasterKeyId;

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Registers a snapshot and answers with it.
/// Errors: faults of the body's shape, all at once; `NoSuchMasterKey`; those of the use case.
/// Cancel: it is registered or it is not.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let SnapshotCreate { description, master_key_ids } = SnapshotCreate::read(&body).map_err(Refused::BodyFaults)?;
    let wanted = master_key_ids.map(from_wire).transpose()?;
    let (project, cluster) = (call.project()?, call.cluster()?);
    let snapshot = api.control().register_snapshot(call.caller()?, project, &cluster, description, wanted).await?;
    let address = format!("{}/{}", call.url(), snapshot.id);
    call.created(&to_wire(&cluster, snapshot), address)
}

fn from_wire(ids: Vec<String>) -> Result<Vec<MasterKeyId>, Refused> {
    ids.into_iter().map(|id| id.parse().map_err(|_| Refused::NoSuchMasterKey(id))).collect()
}
