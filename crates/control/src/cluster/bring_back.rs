//! Bringing a deleted cluster back, as long as its wrapped keys are kept (product.md 3.7).

use domain::access::ProjectRole;
use domain::cluster::Cluster;
use domain::event::EventKind;
use domain::id::{ClusterId, ProjectId};
use domain::private_endpoint::{Networking, disabled};
use domain::time::Timestamp;
use storage::{ClusterOutcome, DeletedCluster};

use super::create::not_enabled;
use super::{ClusterView, encryption_demanded};
use crate::{Caller, Control, Error};

/// One page of deleted clusters, the last deleted first.
#[derive(Debug)]
pub struct DeletedClusterPage {
    /// The page.
    pub clusters: Vec<DeletedCluster>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Control {
    /// Lists a project's deleted clusters that can still be brought back, the last deleted first.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn deleted_clusters(
        &self,
        caller: &Caller,
        project: ProjectId,
        offset: u64,
        limit: u64,
    ) -> Result<DeletedClusterPage, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let (offset, limit) = (i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
        let since = self.kept_since();
        let (clusters, total) = self.store().deleted_clusters_of(project, since, offset, limit).await?;
        Ok(DeletedClusterPage { clusters, total: u64::try_from(total).unwrap_or(0) })
    }

    /// Brings a deleted cluster back as it was, with its nodes and their master keys, and gives it. One that private
    /// networking stops comes back stopped.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `DeletedClusterNotFound`, `ClusterNameTaken`,
    /// `CustomerKeyNotEnabled` if its provider is disabled.
    /// Cancel: it is back or it is not.
    pub async fn bring_back_cluster(
        &self,
        caller: &Caller,
        project: ProjectId,
        id: ClusterId,
    ) -> Result<ClusterView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let missing = || Error::DeletedClusterNotFound(id.to_string());
        let deleted = self.store().deleted_cluster(project, id, self.kept_since()).await?.ok_or_else(missing)?;
        let cluster = &deleted.cluster;
        let is = disabled(&cluster.settings, &Networking { paths: &snapshot.paths });
        let mut told =
            vec![self.cluster_event(Some(caller), &snapshot, &cluster.name, EventKind::ClusterReturned, None)?];
        told.extend(self.event_of_disablement(None, &snapshot, cluster, None, is)?);
        match self.store().bring_back_cluster(&deleted, &told).await? {
            ClusterOutcome::Saved => {}
            ClusterOutcome::Conflict | ClusterOutcome::TooMany(_) => return Err(missing()),
            ClusterOutcome::NameTaken => {
                return Err(Error::ClusterNameTaken { project, name: deleted.cluster.name });
            }
            ClusterOutcome::ProviderNotEnabled => return Err(not_enabled(cluster)),
            ClusterOutcome::EncryptionDemanded => return Err(encryption_demanded(deleted.cluster.name)),
        }
        let revision = deleted.cluster.revision.saturating_add(1);
        self.view_of(Cluster { revision, ..deleted.cluster }, &snapshot).await
    }

    /// Gives the moment since when what was deleted is still there to be brought back.
    pub(crate) fn kept_since(&self) -> Timestamp {
        self.now() - self.timings().purge_after
    }
}
