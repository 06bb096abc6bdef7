//! GET `/groups/{groupId}/clusters/{clusterName}/processArgs`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with how a cluster's processes run.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let view = api.control().process_arguments(call.caller()?, call.project()?, &call.cluster()?).await?;
    call.single(&to_wire(call, view))
}
