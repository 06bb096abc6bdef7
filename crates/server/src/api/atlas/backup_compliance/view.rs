//! GET `/groups/{groupId}/backupCompliancePolicy`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with a project's compliance policy; with an empty object if it has none, as clients expect.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    match api.control().compliance_policy(call.caller()?, call.project()?).await? {
        Some(policy) => call.single(&to_wire(policy)),
        None => call.nothing(),
    }
}
