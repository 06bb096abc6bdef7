//! Listing nodes.

use std::collections::BTreeMap;

use domain::access::ProjectRole;
use domain::cluster::ClusterName;
use domain::id::{NodeId, ProjectId};
use domain::node::{Node, NodeCertificate};

use crate::{Caller, Control, Error};

/// A node and its certificates.
#[derive(Debug)]
pub struct NodeView {
    /// The node.
    pub node: Node,
    /// Its certificates that count, oldest first: none, one, or two during a renewal.
    pub certificates: Vec<NodeCertificate>,
}

/// One page of nodes, by name.
#[derive(Debug)]
pub struct NodePage {
    /// The page.
    pub nodes: Vec<NodeView>,
    /// How many there are on all pages.
    pub total: u64,
}

impl Control {
    /// Lists a cluster's nodes by name, revoked ones too.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`, `ClusterNotFound`.
    pub async fn nodes(
        &self,
        caller: &Caller,
        project: ProjectId,
        cluster: &ClusterName,
        offset: u64,
        limit: u64,
    ) -> Result<NodePage, Error> {
        self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let cluster = self.cluster_of(project, cluster).await?.id;
        let (offset, limit) = (i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX));
        let (nodes, total) = self.store().nodes_of(cluster, offset, limit).await?;
        let mut by_node: BTreeMap<NodeId, Vec<NodeCertificate>> = BTreeMap::new();
        for certificate in self.store().certificates_of_cluster(cluster, self.now()).await? {
            by_node.entry(certificate.node).or_default().push(certificate);
        }
        let view = |node: Node| NodeView { certificates: by_node.remove(&node.id).unwrap_or_default(), node };
        Ok(NodePage { nodes: nodes.into_iter().map(view).collect(), total: u64::try_from(total).unwrap_or(0) })
    }
}
