//! Creating nodes for search.

use domain::access::ProjectRole;
use domain::cluster::{Cluster, ClusterName};
use domain::event::EventKind;
use domain::id::{ProjectId, SearchDeploymentId};
use domain::search_deployment::{SearchDeployment, WantedSearchNodes, check};
use storage::Outcome;

use super::{SearchDeploymentError, SearchDeploymentView};
use crate::{Caller, Control, Error, random_id};

impl Control {
    /// Creates a cluster's nodes for search as the caller describes them, and gives them.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `Violations`, `SearchDeployment`.
    /// Cancel: nothing is created, or all of it.
    pub async fn create_search_deployment(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
        wanted: WantedSearchNodes,
    ) -> Result<SearchDeploymentView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let cluster = self.cluster_of(project, name).await?;
        require_awake(&cluster)?;
        check(&wanted, &cluster.settings).map_err(Error::Violations)?;
        let id = SearchDeploymentId::from_random(random_id()?);
        let deployment = SearchDeployment { id, project, cluster: cluster.id, wanted, revision: 1 };
        let told = [self.cluster_event(Some(caller), &snapshot, name, EventKind::SearchDeploymentCreated, None)?];
        match self.store().create_search_deployment(&deployment, &told).await? {
            Outcome::Saved => Ok(SearchDeploymentView::of(deployment, &cluster, &snapshot)),
            Outcome::Conflict | Outcome::InUse => {
                // Either the cluster is gone just now, or it has some.
                self.cluster_of(project, name).await?;
                Err(SearchDeploymentError::Exists(cluster.name).into())
            }
        }
    }
}

/// Refuses a paused cluster.
pub(super) fn require_awake(cluster: &Cluster) -> Result<(), Error> {
    if cluster.settings.paused { Err(SearchDeploymentError::Paused(cluster.name.clone()).into()) } else { Ok(()) }
}
