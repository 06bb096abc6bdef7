//! Creating a node.

use domain::access::ProjectRole;
use domain::cluster::ClusterName;
use domain::event::EventKind;
use domain::id::{NodeId, ProjectId};
use domain::node::{NewNode, Node, admit};
use domain::private_endpoint::{Networking, may_add_node};
use storage::NodeOutcome;

use super::NodeError;
use crate::cluster::placement_refused;
use crate::{Caller, Control, Error, random_id};

impl Control {
    /// Creates a node of a cluster. It has no certificate before it is enrolled.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`, `Violations`, `ClusterConflict`,
    /// `Node(NameTaken)`, `ClusterPlacementRefused`.
    /// Cancel: nothing is created, or all of it.
    pub async fn create_node(
        &self,
        caller: &Caller,
        project: ProjectId,
        cluster: &ClusterName,
        wanted: NewNode,
    ) -> Result<Node, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::Owner).await?;
        let cluster = self.cluster_of(project, cluster).await?;
        admit(&cluster.settings, &wanted).map_err(Error::Violations)?;
        let NewNode { name, role, region } = wanted;
        let networking = Networking { paths: &snapshot.paths };
        may_add_node(&cluster.settings, region.as_ref(), &networking)
            .map_err(|refusal| placement_refused(&cluster.name, refusal))?;
        let id = NodeId::from_random(random_id()?);
        let created_at = self.now();
        let node = Node { id, project, cluster: cluster.id, name, role, region, created_at, revoked_at: None };
        let detail = Some(format!("node {id} ({}, {})", node.name, role.name()));
        let told = [self.cluster_event(Some(caller), &snapshot, &cluster.name, EventKind::NodeCreated, detail)?];
        match self.store().create_node(&node, cluster.revision, &told).await? {
            NodeOutcome::Saved => Ok(node),
            NodeOutcome::Conflict => Err(Error::ClusterConflict(cluster.name)),
            NodeOutcome::NameTaken => Err(NodeError::NameTaken { cluster: cluster.name, name: node.name }.into()),
        }
    }
}
