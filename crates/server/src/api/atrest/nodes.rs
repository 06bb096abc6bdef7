//! Nodes of a cluster: a file per operation.

pub mod create;
pub mod create_enrolment_token;
pub mod list;
pub mod revoke;
mod to_wire;
pub mod view;

use domain::id::NodeId;

use crate::api::call::Call;
use crate::api::error::Refused;
use control::node::NodeError;

/// Gives the node of the path.
/// Errors: not found if it is no id; `NoSuchCluster`, `NoSuchProject` before that.
pub(super) fn node(call: &Call) -> Result<NodeId, Refused> {
    let (cluster, id) = (call.cluster()?, call.parameter("nodeId"));
    id.parse().map_err(|_| control::Error::from(NodeError::NotFound { cluster, id: id.to_owned() }).into())
}
