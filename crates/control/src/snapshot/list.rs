//! Reading snapshots.

use domain::access::ProjectRole;
use domain::cluster::{Cluster, ClusterName};
use domain::id::{ProjectId, SnapshotId};
use domain::snapshot::Snapshot;

use super::SnapshotError;
use crate::{Caller, Control, Error};

/// One page of snapshots, the newest first.
#[derive(Debug)]
pub struct SnapshotPage {
    /// The page.
    pub snapshots: Vec<Snapshot>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Control {
    /// Lists the snapshots of a cluster, the newest first: all of them, or only those that are not released.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`.
    pub async fn snapshots(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
        offset: u64,
        limit: u64,
        kept_only: bool,
    ) -> Result<SnapshotPage, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let cluster = self.cluster_of(project, name).await?;
        let (offset, limit) = (i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
        let (snapshots, total) =
            self.store().snapshots_of_cluster(project, cluster.id, offset, limit, kept_only).await?;
        Ok(SnapshotPage { snapshots, total: u64::try_from(total).unwrap_or(0) })
    }

    /// Finds a snapshot of a cluster.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `Snapshot` if there is none.
    pub async fn snapshot(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
        id: SnapshotId,
    ) -> Result<Snapshot, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let cluster = self.cluster_of(project, name).await?;
        self.snapshot_of(&cluster, id).await
    }

    pub(super) async fn snapshot_of(&self, cluster: &Cluster, id: SnapshotId) -> Result<Snapshot, Error> {
        let found = self.store().snapshot_of_project(cluster.project, id).await?;
        let found = found.filter(|snapshot| snapshot.cluster == cluster.id);
        let missing = || SnapshotError::NotFound { cluster: cluster.name.clone(), id: id.to_string() };
        Ok(found.ok_or_else(missing)?)
    }
}
