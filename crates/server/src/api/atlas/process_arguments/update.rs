//! PATCH `/groups/{groupId}/clusters/{clusterName}/processArgs`.

use api_wire::atlas::process_arguments::{ProcessArgumentsBody, v2023_01_01, v2024_08_05};

use super::from_wire::from_wire;
use super::is_of_the_older_date;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Changes how a cluster's processes run, and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: nothing is changed, or all of it.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let schema = if is_of_the_older_date(&call) { &v2023_01_01::SCHEMA } else { &v2024_08_05::SCHEMA };
    let (name, body) = (call.cluster()?, std::mem::take(&mut call.body));
    let change = from_wire(ProcessArgumentsBody::read(&body, schema).map_err(Refused::BodyFaults)?)?;
    let view = api.control().update_process_arguments(call.caller()?, call.project()?, &name, change).await?;
    call.single(&to_wire(&call, view))
}
