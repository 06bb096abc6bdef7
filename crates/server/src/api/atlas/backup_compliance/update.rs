//! PUT `/groups/{groupId}/backupCompliancePolicy`.

use api_wire::atlas::backup_compliance::{ComplianceBody, v2023_01_01, v2023_10_01};
use api_wire::atlas::version::ApiVersion;

use super::from_wire::from_wire;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Sets a project's compliance policy and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: nothing is changed, or all of it.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let older = call.version.entry.version == Some(ApiVersion::V2023_01_01);
    let schema = if older { &v2023_01_01::REQUEST_SCHEMA } else { &v2023_10_01::REQUEST_SCHEMA };
    let body = std::mem::take(&mut call.body);
    let change = from_wire(ComplianceBody::read(&body, schema).map_err(Refused::BodyFaults)?)?;
    let policy = api.control().update_compliance_policy(call.caller()?, call.project()?, change).await?;
    call.single(&to_wire(policy))
}
