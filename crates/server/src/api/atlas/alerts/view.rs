//! GET `/groups/{groupId}/alerts/{alertId}`.

use super::from_wire::alert;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one alert.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let view = api.control().alert(call.caller()?, call.project()?, alert(call)?).await?;
    call.single(&to_wire(&call.base_url, view))
}
