//! DELETE `/groups/{groupId}/accessList/{entryValue}`.

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Takes an entry from a project's IP access list.
/// Errors: those of the use case.
/// Cancel: it is gone or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().delete_access_entry(call.caller()?, call.project()?, call.parameter("entryValue")).await?;
    Ok(Answer::empty())
}
