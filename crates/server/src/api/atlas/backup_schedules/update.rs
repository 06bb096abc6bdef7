//! PATCH `/groups/{groupId}/clusters/{clusterName}/backup/schedule`.

use api_wire::atlas::backup_schedules::{ScheduleBody, v2023_01_01, v2024_08_05};
use api_wire::atlas::version::ApiVersion;

use super::from_wire::from_wire;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Changes a cluster's backup schedule and answers with it.
/// Errors: faults of the body's shape, all at once; `FeatureUnsupported` for copies and exports; those of the use case.
/// Cancel: nothing is changed, or all of it.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let older = call.version.entry.version == Some(ApiVersion::V2023_01_01);
    let schema = if older { &v2023_01_01::SCHEMA } else { &v2024_08_05::SCHEMA };
    let (name, body) = (call.cluster()?, std::mem::take(&mut call.body));
    let change = from_wire(ScheduleBody::read(&body, schema).map_err(Refused::BodyFaults)?)?;
    let schedule = api.control().update_backup_schedule(call.caller()?, call.project()?, &name, change).await?;
    call.single(&to_wire(&call, &name, schedule))
}
