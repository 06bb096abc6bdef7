//! Revoking a node. Its certificates end at once, and it is told so at its next message.

use domain::access::ProjectRole;
use domain::cluster::ClusterName;
use domain::event::EventKind;
use domain::id::{NodeId, ProjectId};
use domain::node::Node;
use storage::Outcome;

use super::NodeError;
use crate::{Caller, Control, Error};

impl Control {
    /// Revokes a node and gives it as it is then.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `Node(NotFound)`, `Node(Revoked)` if it
    /// was already.
    /// Cancel: it is revoked or it is not.
    pub async fn revoke_node(
        &self,
        caller: &Caller,
        project: ProjectId,
        cluster: &ClusterName,
        id: NodeId,
    ) -> Result<Node, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let node = self.node_of(project, cluster, id).await?;
        let (at, detail) = (self.now(), Some(format!("node {id} ({})", node.name)));
        let told = [self.cluster_event(Some(caller), &snapshot, cluster, EventKind::NodeRevoked, detail)?];
        match self.store().revoke_node(&node, at, &told).await? {
            Outcome::Saved => Ok(Node { revoked_at: Some(at), ..node }),
            Outcome::Conflict | Outcome::InUse => Err(NodeError::Revoked(id).into()),
        }
    }
}
