//! PATCH `/groups/{groupId}/encryptionAtRest`.

use api_wire::atlas::encryption_at_rest::v2023_01_01::EncryptionAtRestPatch;

use super::from_wire::from_wire;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Changes the setting and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: nothing is changed, or all of it.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let patch = EncryptionAtRestPatch::read(&body).map_err(Refused::BodyFaults)?;
    drop(body);
    let change = from_wire(patch)?;
    let view = api.control().update_encryption_at_rest(call.caller()?, call.project()?, change).await?;
    call.single(&to_wire(view))
}
