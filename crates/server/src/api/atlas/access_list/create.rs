//! POST `/groups/{groupId}/accessList`.

use api_wire::atlas::access_list::v2023_01_01::EntryBody;

use super::from_wire::from_wire;
use super::list;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Adds entries to a project's IP access list and answers with a page of it.
/// Errors: faults of the body's shape, all at once; those of the use case.
/// Cancel: all of them are there or none.
pub async fn handle(api: &Api, mut call: Call) -> Result<Answer, Refused> {
    let body = std::mem::take(&mut call.body);
    let wanted = from_wire(EntryBody::read_all(&body).map_err(Refused::BodyFaults)?)?;
    api.control().add_access_entries(call.caller()?, call.project()?, wanted).await?;
    list::handle(api, &call).await
}
