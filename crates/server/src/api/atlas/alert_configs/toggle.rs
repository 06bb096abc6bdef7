//! PATCH `/groups/{groupId}/alertConfigs/{alertConfigId}`.

use api_wire::atlas::alert_configs::v2023_01_01::ToggleBody;

use super::from_wire::config;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Switches an alert configuration on or off and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: it is switched or it is not.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let id = config(&call)?;
    let ToggleBody { enabled } = ToggleBody::read(&body).map_err(Refused::BodyFaults)?;
    let view = api.control().toggle_alert_config(call.caller()?, call.project()?, id, enabled).await?;
    call.single(&to_wire(&call.base_url, view))
}
