//! Deleting nodes for search.

use domain::access::ProjectRole;
use domain::cluster::ClusterName;
use domain::event::EventKind;
use domain::id::ProjectId;
use storage::Outcome;

use super::SearchDeploymentError;
use crate::{Caller, Control, Error};

impl Control {
    /// Deletes a cluster's nodes for search.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `SearchDeployment`.
    /// Cancel: they are deleted or they are not.
    pub async fn delete_search_deployment(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
    ) -> Result<(), Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ClusterManager).await?;
        let cluster = self.cluster_of(project, name).await?;
        let present = self.search_deployment_of(&cluster).await?;
        let told = [self.cluster_event(Some(caller), &snapshot, name, EventKind::SearchDeploymentDeleted, None)?];
        match self.store().delete_search_deployment(&present, &told).await? {
            Outcome::Saved => Ok(()),
            Outcome::Conflict | Outcome::InUse => Err(SearchDeploymentError::Conflict(cluster.name).into()),
        }
    }
}
