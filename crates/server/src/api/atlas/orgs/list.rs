//! GET `/orgs`.

use api_wire::atlas::groups::NAME;

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the organizations the caller belongs to.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let name = call.query.text(NAME.name);
    let organizations = api.control().organizations(call.caller()?, name.unwrap_or_default()).await?;
    let total = u64::try_from(organizations.len()).unwrap_or(u64::MAX);
    let page = call.cut(organizations).into_iter().map(|org| to_wire(&call.base_url, org)).collect();
    let filters: Vec<_> = name.map(|name| (NAME.name, name.to_owned())).into_iter().collect();
    call.page(page, total, &filters)
}
