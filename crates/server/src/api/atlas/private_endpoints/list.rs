//! GET `/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints`.

use super::from_wire::provider;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of a project's private endpoints to a provider, oldest first.
/// Errors: those of the use case; no such path for a provider without private endpoints.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (paging, (_, provider)) = (call.paging(), provider(call)?);
    let (skip, take) = (paging.skip(), u64::from(paging.items_per_page));
    let page = api.control().private_endpoints(call.caller()?, call.project()?, provider, skip, take).await?;
    let endpoints = page.endpoints.into_iter().map(to_wire).collect();
    call.page(endpoints, page.total, &[])
}
