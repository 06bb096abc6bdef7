//! GET `/orgs/{orgId}`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one organization.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let organization = api.control().organization(call.caller()?, call.organization()?).await?;
    call.single(&to_wire(&call.base_url, organization))
}
