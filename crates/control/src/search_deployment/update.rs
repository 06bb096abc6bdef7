//! Changing nodes for search: they are described whole.

use domain::access::ProjectRole;
use domain::cluster::ClusterName;
use domain::event::EventKind;
use domain::id::ProjectId;
use domain::search_deployment::{SearchDeployment, WantedSearchNodes, check};
use storage::Outcome;

use super::create::require_awake;
use super::{SearchDeploymentError, SearchDeploymentView};
use crate::{Caller, Control, Error};

impl Control {
    /// Changes a cluster's nodes for search to what the caller describes, and gives them.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `Violations`, `SearchDeployment`.
    /// Cancel: nothing is changed, or all of it.
    pub async fn update_search_deployment(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
        wanted: WantedSearchNodes,
    ) -> Result<SearchDeploymentView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ClusterManager).await?;
        let cluster = self.cluster_of(project, name).await?;
        let present = self.search_deployment_of(&cluster).await?;
        require_awake(&cluster)?;
        check(&wanted, &cluster.settings).map_err(Error::Violations)?;
        if present.wanted == wanted {
            return Ok(SearchDeploymentView::of(present, &cluster, &snapshot));
        }
        let next = SearchDeployment { wanted, revision: present.revision.saturating_add(1), ..present };
        let told = [self.cluster_event(Some(caller), &snapshot, name, EventKind::SearchDeploymentUpdated, None)?];
        match self.store().save_search_deployment(&next, &told).await? {
            Outcome::Saved => Ok(SearchDeploymentView::of(next, &cluster, &snapshot)),
            Outcome::Conflict | Outcome::InUse => Err(SearchDeploymentError::Conflict(cluster.name).into()),
        }
    }
}
