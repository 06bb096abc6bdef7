//! Nodes of a cluster: creating, enrolling, revoking and reading them, and recognising one by its certificate. Must
//! not know how they are described on any wire.

mod create;
mod enrol;
mod identify;
mod identify_external;
mod list;
mod renew;
mod revoke;
mod seen;
pub mod token;
mod view;

pub use enrol::Enrolled;
pub use identify::{NodeCaller, Unrecognised};
pub use list::{NodePage, NodeView};
pub use renew::Renewal;
pub(crate) use seen::NodesSeen;
pub use token::NewEnrolmentToken;

use domain::cluster::ClusterName;
use domain::id::NodeId;
use domain::node::{EnrolmentRefusal, NodeName, RenewalRefusal};

use crate::certificate_authority::RequestFault;

/// What can go wrong with nodes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// No such node in that cluster.
    #[error("find node {id} of cluster {cluster}")]
    NotFound {
        /// The cluster.
        cluster: ClusterName,
        /// The id as it was given.
        id: String,
    },
    /// The cluster has a node of that name.
    #[error("create a second node {name} in cluster {cluster}")]
    NameTaken {
        /// The cluster.
        cluster: ClusterName,
        /// The name.
        name: NodeName,
    },
    /// The node was revoked, for which there is no way back.
    #[error("use node {0}, which was revoked")]
    Revoked(NodeId),
    /// A token leads to no certificate.
    #[error("enrol a node: {0:?}")]
    Enrolment(EnrolmentRefusal),
    /// A present certificate leads to no next one.
    #[error("renew a node's certificate: {0:?}")]
    Renewal(RenewalRefusal),
    /// A request for a certificate is not in order.
    #[error("read a certificate request: {0:?}")]
    Request(RequestFault),
}
