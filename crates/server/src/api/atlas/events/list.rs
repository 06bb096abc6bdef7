//! GET `/groups/{groupId}/events`.

use api_wire::atlas::events::query::EventQuery;

use super::from_wire::{from_wire, slice};
use super::to_wire::{Place, to_wire};
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of a project's events, newest first.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let query = EventQuery::of(&call.query);
    let include_raw = query.include_raw;
    let filters = EventQuery::filters(&call.query);
    let (caller, project) = (call.caller()?, call.project()?);
    let Some(filter) = from_wire(query) else {
        // Nothing of that kind is ever recorded; whose project it is matters all the same.
        api.control().project(caller, project).await.map(drop)?;
        return call.page(Vec::<()>::new(), 0, &filters);
    };
    let page = api.control().events(caller, project, &filter, slice(call.paging())).await?;
    let events = page.events.into_iter().map(|event| to_wire(&call.base_url, event, Place::Project, include_raw));
    call.page(events.collect::<Result<_, _>>()?, page.total, &filters)
}
