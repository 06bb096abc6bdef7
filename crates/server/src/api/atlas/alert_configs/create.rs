//! POST `/groups/{groupId}/alertConfigs`.

use api_wire::atlas::alert_configs::v2023_01_01::AlertConfigBody;

use super::from_wire::from_wire;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Adds an alert configuration and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: it is added or it is not.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let draft = from_wire(AlertConfigBody::read(&body).map_err(Refused::BodyFaults)?)?;
    let view = api.control().create_alert_config(call.caller()?, call.project()?, draft).await?;
    let address = format!("{}/{}", call.url(), view.config.id);
    call.created(&to_wire(&call.base_url, view), address)
}
