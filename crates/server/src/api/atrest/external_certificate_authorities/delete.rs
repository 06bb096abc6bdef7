//! DELETE `/groups/{groupId}/externalCertificateAuthorities/{authorityId}`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Removes an authority from the project and answers with it as it was.
/// Errors: those of the use case.
/// Cancel: it is removed or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, id) = (call.project()?, super::authority(call)?);
    call.single(&to_wire(&api.control().remove_external_authority(call.caller()?, project, id).await?))
}
