//! DELETE `/groups/{groupId}/clusters/{clusterName}/search/deployment`.

use api_wire::atlas::version::ApiVersion;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Takes a cluster's search nodes away.
/// Errors: those of the use case.
/// Cancel: they are gone or they are not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().delete_search_deployment(call.caller()?, call.project()?, &call.cluster()?).await?;
    if call.version.entry.version == Some(ApiVersion::V2023_01_01) { call.nothing() } else { Ok(Answer::empty()) }
}
