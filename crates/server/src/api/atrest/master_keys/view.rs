//! GET `/groups/{groupId}/masterKeys/{masterKeyId}`.

use super::to_wire::to_wire;
use super::{master_key, naming};
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one master key, without the key itself.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, id) = (call.project()?, master_key(call)?);
    let key = api.control().master_key(call.caller()?, project, id).await.map_err(|error| naming(error, id))?;
    call.single(&to_wire(key))
}
