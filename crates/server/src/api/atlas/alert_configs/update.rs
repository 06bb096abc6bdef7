//! PUT `/groups/{groupId}/alertConfigs/{alertConfigId}`.

use api_wire::atlas::alert_configs::v2023_01_01::AlertConfigBody;

use super::from_wire::{config, from_wire};
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Replaces an alert configuration and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: it is replaced or it is not.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let id = config(&call)?;
    let draft = from_wire(AlertConfigBody::read(&body).map_err(Refused::BodyFaults)?)?;
    let view = api.control().replace_alert_config(call.caller()?, call.project()?, id, draft).await?;
    call.single(&to_wire(&call.base_url, view))
}
