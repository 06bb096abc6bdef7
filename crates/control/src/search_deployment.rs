//! Nodes for search beside a cluster: creating, changing, deleting and reading what the operator says of them. They use
//! the cluster's customer key if the project says that search nodes do. Must not know who runs them.

mod create;
mod delete;
mod update;
mod view;

pub use view::SearchDeploymentView;

use domain::cluster::ClusterName;

/// What can go wrong with nodes for search.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SearchDeploymentError {
    /// The cluster has none.
    #[error("find the search nodes of cluster {0}")]
    NotFound(ClusterName),
    /// The cluster has some.
    #[error("create search nodes of cluster {0} a second time")]
    Exists(ClusterName),
    /// The cluster is paused.
    #[error("change the search nodes of cluster {0}, which is paused")]
    Paused(ClusterName),
    /// Somebody else changed or deleted them first, or the cluster.
    #[error("change the search nodes of cluster {0}, which somebody else changed meanwhile")]
    Conflict(ClusterName),
}
