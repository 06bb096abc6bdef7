//! Reading one node.

use domain::access::ProjectRole;
use domain::cluster::ClusterName;
use domain::id::{NodeId, ProjectId};
use domain::node::{Node, NodeCertificate};

use super::{NodeError, NodeView};
use crate::{Caller, Control, Error};

impl Control {
    /// Finds a node of a cluster, revoked or not.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `Node(NotFound)`.
    pub async fn node(
        &self,
        caller: &Caller,
        project: ProjectId,
        cluster: &ClusterName,
        id: NodeId,
    ) -> Result<NodeView, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let node = self.node_of(project, cluster, id).await?;
        let now = self.now();
        let live = |one: &NodeCertificate| one.ends_at > now;
        let certificates = self.store().node_certificates(id).await?.into_iter().filter(live).collect();
        Ok(NodeView { node, certificates })
    }

    pub(crate) async fn node_of(&self, project: ProjectId, cluster: &ClusterName, id: NodeId) -> Result<Node, Error> {
        let found = self.cluster_of(project, cluster).await?;
        let node = self.store().node(project, found.id, id).await?;
        node.ok_or_else(|| NodeError::NotFound { cluster: cluster.clone(), id: id.to_string() }.into())
    }
}
