//! GET `/groups/{groupId}/alerts/{alertId}/alertConfigs`.

use super::from_wire::alert;
use crate::api::Api;
use crate::api::atlas::alert_configs::to_wire;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with a page of the configurations that raised an alert: one, or none if it was deleted since.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let found = api.control().config_of_alert(call.caller()?, call.project()?, alert(call)?).await?;
    let configs: Vec<_> = found.into_iter().map(|view| to_wire(&call.base_url, view)).collect();
    let total = u64::try_from(configs.len()).unwrap_or(0);
    call.page(call.cut(configs), total, &[])
}
