//! Snapshots of clusters, as far as keys go: whoever takes one registers it, and the master keys it needs are kept
//! until it is released, even if their nodes destroy them. Must not know where snapshots lie.

mod list;
mod register;
mod release;

pub use list::SnapshotPage;

use domain::cluster::ClusterName;
use domain::snapshot::SnapshotRefusal;

/// What can go wrong with snapshots.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// No such snapshot of that cluster.
    #[error("find snapshot {id} of cluster {cluster}")]
    NotFound {
        /// The cluster.
        cluster: ClusterName,
        /// The id as it was given.
        id: String,
    },
    /// A rule stands against it.
    #[error("register a snapshot: {0:?}")]
    Refused(SnapshotRefusal),
    /// A master key that it needs was wiped just now, or the snapshot was released just now.
    #[error("change snapshots of cluster {0}, whose keys somebody changed meanwhile")]
    Conflict(ClusterName),
}
