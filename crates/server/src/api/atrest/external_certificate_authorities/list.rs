//! GET `/groups/{groupId}/externalCertificateAuthorities`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the project's own authorities, oldest first.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let all = api.control().external_authorities(call.caller()?, call.project()?).await?;
    let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
    call.page(call.cut(all).iter().map(to_wire).collect(), total, &[])
}
