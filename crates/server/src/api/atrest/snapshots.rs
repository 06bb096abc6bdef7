//! Snapshots of a cluster, as far as keys go: a file per operation.

pub mod create;
pub mod list;
pub mod release;
mod to_wire;
pub mod view;

use control::snapshot::SnapshotError;
use domain::id::SnapshotId;

use crate::api::call::Call;
use crate::api::error::Refused;

/// Gives the snapshot of the path.
/// Errors: not found if it is no id; `NoSuchCluster`, `NoSuchProject` before that.
pub(in crate::api) fn snapshot(call: &Call) -> Result<SnapshotId, Refused> {
    let (cluster, id) = (call.cluster()?, call.parameter("snapshotId"));
    id.parse().map_err(|_| control::Error::from(SnapshotError::NotFound { cluster, id: id.to_owned() }).into())
}
