//! POST `/groups/{groupId}/masterKeys/{masterKeyId}/return`.

use super::to_wire::to_wire;
use super::{master_key, naming};
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Brings a destroyed master key back and answers with it as it is then.
/// Errors: those of the use case.
/// Cancel: it is back or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, id) = (call.project()?, master_key(call)?);
    let key = api.control().return_master_key(call.caller()?, project, id).await.map_err(|error| naming(error, id))?;
    call.single(&to_wire(key))
}
