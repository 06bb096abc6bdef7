//! GET `/orgs/{orgId}/events`.

use api_wire::atlas::events::query::EventQuery;

use super::from_wire::{from_wire, slice};
use super::to_wire::{Place, to_wire};
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of an organization's own events, newest first.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let query = EventQuery::of(&call.query);
    let include_raw = query.include_raw;
    let filters = EventQuery::filters(&call.query);
    let (caller, org) = (call.caller()?, call.organization()?);
    let Some(filter) = from_wire(query) else {
        // Nothing of that kind is ever recorded; whose organization it is matters all the same.
        api.control().organization(caller, org).await.map(drop)?;
        return call.page(Vec::<()>::new(), 0, &filters);
    };
    let page = api.control().events_of_organization(caller, org, &filter, slice(call.paging())).await?;
    let events = page.events.into_iter().map(|event| to_wire(&call.base_url, event, Place::Organization, include_raw));
    call.page(events.collect::<Result<_, _>>()?, page.total, &filters)
}
