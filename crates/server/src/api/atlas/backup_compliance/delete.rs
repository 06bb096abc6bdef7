//! DELETE `/groups/{groupId}/backupCompliancePolicy`.

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Ends a project's compliance policy.
/// Errors: those of the use case.
/// Cancel: it is ended or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().delete_compliance_policy(call.caller()?, call.project()?).await?;
    Ok(Answer::empty())
}
