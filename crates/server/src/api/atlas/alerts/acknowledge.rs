//! PATCH `/groups/{groupId}/alerts/{alertId}`.

use api_wire::atlas::alerts::acknowledgement::{AcknowledgementBody, SCHEMA_2023_01_01, SCHEMA_2024_05_30};
use api_wire::atlas::version::ApiVersion;

use super::from_wire::{acknowledging, alert};
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Takes note of an alert, or takes that back, and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: it took place or it did not.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let id = alert(&call)?;
    let is_newer = call.version.entry.version >= Some(ApiVersion::V2024_05_30);
    let schema = if is_newer { &SCHEMA_2024_05_30 } else { &SCHEMA_2023_01_01 };
    let said = acknowledging(AcknowledgementBody::read(&body, schema).map_err(Refused::BodyFaults)?);
    let view = api.control().acknowledge_alert(call.caller()?, call.project()?, id, &said).await?;
    call.single(&to_wire(&call.base_url, view))
}
