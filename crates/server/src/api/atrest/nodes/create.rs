//! POST `/groups/{groupId}/clusters/{clusterName}/nodes`.

use api_wire::atrest::nodes::NodeCreate;
use control::node::NodeView;
use domain::Bug;
use domain::cluster::RegionName;
use domain::node::{NewNode, NodeName, NodeRole};

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Creates a node and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: nothing is created, or all of it.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let wanted = from_wire(NodeCreate::read(&body).map_err(Refused::BodyFaults)?)?;
    let cluster = call.cluster()?;
    let node = api.control().create_node(call.caller()?, call.project()?, &cluster, wanted).await?;
    let address = format!("{}/{}", call.url(), node.id);
    call.created(&to_wire(&cluster, NodeView { node, certificates: Vec::new() }), address)
}

fn from_wire(create: NodeCreate) -> Result<NewNode, Refused> {
    const CHECKED: Bug = Bug("the shape of a node was checked");
    let NodeCreate { name, region, role } = create;
    let checked = || Refused::Control(CHECKED.into());
    let region = region.map(|region| RegionName::parse(&region).ok_or_else(checked)).transpose()?;
    let name = NodeName::parse(&name).ok_or_else(checked)?;
    Ok(NewNode { name, role: NodeRole::by_name(&role).ok_or_else(checked)?, region })
}
