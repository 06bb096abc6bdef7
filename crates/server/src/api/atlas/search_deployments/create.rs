//! POST `/groups/{groupId}/clusters/{clusterName}/search/deployment`.

use api_wire::atlas::search_deployments::v2023_01_01::SearchDeploymentBody;

use super::from_wire::from_wire;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Gives a cluster search nodes and answers with them.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: nothing is created, or all of it.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let (name, body) = (call.cluster()?, std::mem::take(&mut call.body));
    let wanted = from_wire(SearchDeploymentBody::read(&body).map_err(Refused::BodyFaults)?)?;
    let view = api.control().create_search_deployment(call.caller()?, call.project()?, &name, wanted).await?;
    call.single(&to_wire(view))
}
