//! Reading nodes for search.

use domain::access::ProjectRole;
use domain::cluster::{Cluster, ClusterName};
use domain::customer_key::ProviderKind;
use domain::id::ProjectId;
use domain::search_deployment::{SearchDeployment, SearchNodes, effective};
use storage::ProjectSnapshot;

use super::SearchDeploymentError;
use crate::cluster::stopped;
use crate::{Caller, Control, Error};

/// Nodes for search, as they are with the cluster as it is.
#[derive(Debug)]
pub struct SearchDeploymentView {
    /// What was asked for.
    pub deployment: SearchDeployment,
    /// What that is, region by region.
    pub nodes: Vec<SearchNodes>,
    /// Whose customer key they use.
    pub encryption: Option<ProviderKind>,
    /// Whether the cluster is stopped, and they with it.
    pub paused: bool,
}

impl SearchDeploymentView {
    pub(super) fn of(deployment: SearchDeployment, cluster: &Cluster, snapshot: &ProjectSnapshot) -> Self {
        Self {
            nodes: effective(&deployment.wanted, &cluster.settings),
            encryption: cluster.settings.encryption.filter(|_| snapshot.setting.enabled_for_search_nodes),
            paused: cluster.settings.paused || stopped(&cluster.settings, snapshot).is_some(),
            deployment,
        }
    }
}

impl Control {
    /// Finds a cluster's nodes for search.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `SearchDeployment` if there are none.
    pub async fn search_deployment(
        &self,
        caller: &Caller,
        project: ProjectId,
        name: &ClusterName,
    ) -> Result<SearchDeploymentView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let cluster = self.cluster_of(project, name).await?;
        let found = self.search_deployment_of(&cluster).await?;
        Ok(SearchDeploymentView::of(found, &cluster, &snapshot))
    }

    pub(super) async fn search_deployment_of(&self, cluster: &Cluster) -> Result<SearchDeployment, Error> {
        let found = self.store().search_deployment(cluster.project, cluster.id).await?;
        Ok(found.ok_or_else(|| SearchDeploymentError::NotFound(cluster.name.clone()))?)
    }
}
