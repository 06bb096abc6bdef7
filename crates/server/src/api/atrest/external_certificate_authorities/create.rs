//! POST `/groups/{groupId}/externalCertificateAuthorities`.

use api_wire::atrest::external_certificate_authorities::ExternalCertificateAuthorityCreate;

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Adds an authority to the project and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: it is added or it is not.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let create = ExternalCertificateAuthorityCreate::read(&body).map_err(Refused::BodyFaults)?;
    let ExternalCertificateAuthorityCreate { certificate, name } = create;
    let (caller, project) = (call.caller()?, call.project()?);
    let authority = api.control().add_external_authority(caller, project, &name, &certificate).await?;
    let address = format!("{}/{}", call.url(), authority.id);
    call.created(&to_wire(&authority), address)
}
