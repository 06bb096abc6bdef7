//! GET `/groups/{groupId}/alertConfigs`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of a project's alert configurations, oldest first.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let paging = call.paging();
    let (skip, take) = (paging.skip(), u64::from(paging.items_per_page));
    let page = api.control().alert_configs(call.caller()?, call.project()?, skip, take).await?;
    let configs = page.configs.into_iter().map(|view| to_wire(&call.base_url, view)).collect();
    call.page(configs, page.total, &[])
}
