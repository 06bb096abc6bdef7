//! DELETE `/groups/{groupId}/alertConfigs/{alertConfigId}`.

use super::from_wire::config;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Deletes an alert configuration.
/// Errors: those of the use case.
/// Cancel: it is deleted or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().delete_alert_config(call.caller()?, call.project()?, config(call)?).await?;
    Ok(Answer::empty())
}
