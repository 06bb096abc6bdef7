//! GET `/orgs/{orgId}/events/{eventId}`.

use api_wire::atlas::events::query::EventQuery;

use super::to_wire::{Place, to_wire};
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one of an organization's own events.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let include_raw = EventQuery::of(&call.query).include_raw;
    let event = api.control().event_of_organization(call.caller()?, call.organization()?, call.org_event()?).await?;
    call.single(&to_wire(&call.base_url, event, Place::Organization, include_raw)?)
}
