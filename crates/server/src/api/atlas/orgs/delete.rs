//! DELETE `/orgs/{orgId}`.

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Deletes an organization.
/// Errors: those of the use case.
/// Cancel: it is deleted or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().delete_organization(call.caller()?, call.organization()?).await?;
    Ok(Answer::empty())
}
