//! GET `/groups/{groupId}/alertConfigs/{alertConfigId}/alerts`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::atlas::alert_configs::config;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of the alerts that a configuration raised, newest first.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (paging, project) = (call.paging(), call.project()?);
    let (skip, take) = (paging.skip(), u64::from(paging.items_per_page));
    let page = api.control().alerts_of_config(call.caller()?, project, config(call)?, skip, take).await?;
    let alerts = page.alerts.into_iter().map(|alert| to_wire(&call.base_url, alert)).collect();
    call.page(alerts, page.total, &[])
}
