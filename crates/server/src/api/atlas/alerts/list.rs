//! GET `/groups/{groupId}/alerts`.

use api_wire::atlas::alerts::STATUS;

use super::from_wire::state;
use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of a project's alerts, newest first.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (paging, state) = (call.paging(), state(call));
    let (skip, take) = (paging.skip(), u64::from(paging.items_per_page));
    let page = api.control().alerts(call.caller()?, call.project()?, state, skip, take).await?;
    let filters: Vec<_> = state.map(|state| (STATUS.name, state.name().to_owned())).into_iter().collect();
    let alerts = page.alerts.into_iter().map(|alert| to_wire(&call.base_url, alert)).collect();
    call.page(alerts, page.total, &filters)
}
