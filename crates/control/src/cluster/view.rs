//! Reading one cluster.

use domain::access::ProjectRole;
use domain::cluster::{Cluster, ClusterName};
use domain::id::ProjectId;

use super::ClusterView;
use crate::{Caller, Control, Error};

impl Control {
    /// Finds a cluster of a project.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`.
    pub async fn cluster(&self, caller: &Caller, project: ProjectId, name: &ClusterName) -> Result<ClusterView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        self.view_of(self.cluster_of(project, name).await?, &snapshot).await
    }

    pub(crate) async fn cluster_of(&self, project: ProjectId, name: &ClusterName) -> Result<Cluster, Error> {
        let found = self.store().cluster(project, name).await?;
        found.ok_or_else(|| Error::ClusterNotFound { project, name: name.clone() })
    }
}
