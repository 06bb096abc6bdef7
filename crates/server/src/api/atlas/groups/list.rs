//! GET `/groups`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the projects the caller can see.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let projects = api.control().projects(call.caller()?).await?;
    let total = u64::try_from(projects.len()).unwrap_or(u64::MAX);
    let page = call.cut(projects).into_iter().map(|project| to_wire(&call.base_url, project)).collect();
    call.page(page, total, &[])
}
