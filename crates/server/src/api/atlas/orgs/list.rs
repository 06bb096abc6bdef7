//! GET `/orgs`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the organizations the caller belongs to.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let organizations = api.control().organizations(call.caller()?).await?;
    let total = u64::try_from(organizations.len()).unwrap_or(u64::MAX);
    let page = call.cut(organizations).into_iter().map(|org| to_wire(&call.base_url, org)).collect();
    call.page(page, total, &[])
}
