//! GET `/groups/{groupId}/clusters/{clusterName}/search/deployment`.

use api_wire::atlas::version::ApiVersion;
use control::search_deployment::SearchDeploymentError;

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with a cluster's search nodes. Where there are none, the newest version says so with an empty object.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let found = api.control().search_deployment(call.caller()?, call.project()?, &call.cluster()?).await;
    let has_empty_answer = call.version.entry.version.is_some_and(|version| version >= ApiVersion::V2025_03_12);
    match found {
        Err(control::Error::SearchDeployment(SearchDeploymentError::NotFound(_))) if has_empty_answer => call.nothing(),
        found => call.single(&to_wire(found?)),
    }
}
