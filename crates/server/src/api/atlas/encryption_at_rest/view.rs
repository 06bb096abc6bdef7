//! GET `/groups/{groupId}/encryptionAtRest`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the setting, its keys freshly checked.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let view = api.control().encryption_at_rest(call.caller()?, call.project()?).await?;
    call.single(&to_wire(view))
}
