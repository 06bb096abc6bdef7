//! GET `/groups/{groupId}/accessList/{entryValue}/status`.

use api_wire::atlas::access_list::v2023_01_01::EntryStatus;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers that an entry is on the list, which is all there is to it.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().access_entry(call.caller()?, call.project()?, call.parameter("entryValue")).await?;
    call.single(&EntryStatus::ACTIVE)
}
