//! GET `/groups/{groupId}/externalCertificateAuthorities/{authorityId}`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one of the project's own authorities.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, id) = (call.project()?, super::authority(call)?);
    call.single(&to_wire(&api.control().external_authority(call.caller()?, project, id).await?))
}
