//! Releasing a snapshot: it was deleted, or needs its master keys no more.

use domain::access::ProjectRole;
use domain::cluster::ClusterName;
use domain::event::EventKind;
use domain::id::{ProjectId, SnapshotId};
use domain::snapshot::Snapshot;
use storage::Outcome;

use super::SnapshotError;
use crate::{Caller, Control, Error};

impl Control {
    /// Releases a snapshot and gives it as it is then. To release it twice changes nothing. What it kept of master
    /// keys that were destroyed long ago is wiped soon after.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `Snapshot`.
    /// Cancel: it is released or it is not.
    pub async fn release_snapshot(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
        id: SnapshotId,
    ) -> Result<Snapshot, Error> {
        let loaded = self.project_for(caller, project, ProjectRole::Owner).await?;
        let cluster = self.cluster_of(project, name).await?;
        let snapshot = self.snapshot_of(&cluster, id).await?;
        if snapshot.released_at.is_some() {
            return Ok(snapshot);
        }
        let detail = Some(format!("snapshot {id}"));
        let told = [self.cluster_event(Some(caller), &loaded, name, EventKind::SnapshotReleased, detail)?];
        let at = self.now();
        match self.store().release_snapshot(project, id, at, &told).await? {
            Outcome::Saved => Ok(Snapshot { released_at: Some(at), ..snapshot }),
            Outcome::Conflict | Outcome::InUse => Err(SnapshotError::Conflict(cluster.name).into()),
        }
    }
}
