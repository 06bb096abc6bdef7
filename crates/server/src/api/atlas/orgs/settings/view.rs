//! GET `/orgs/{orgId}/settings`.

use super::super::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with what an organization's owners set.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let settings = api.control().org_settings(call.caller()?, call.organization()?).await?;
    call.single(&to_wire::settings(settings))
}
