//! GET `/groups/{groupId}/clusters/{clusterName}/backup/schedule`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with a cluster's backup schedule.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let name = call.cluster()?;
    let schedule = api.control().backup_schedule(call.caller()?, call.project()?, &name).await?;
    call.single(&to_wire(call, &name, schedule))
}
