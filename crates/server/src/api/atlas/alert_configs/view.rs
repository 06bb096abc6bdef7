//! GET `/groups/{groupId}/alertConfigs/{alertConfigId}`.

use super::from_wire::config;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one alert configuration.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let view = api.control().alert_config(call.caller()?, call.project()?, config(call)?).await?;
    call.single(&to_wire(&call.base_url, view))
}
