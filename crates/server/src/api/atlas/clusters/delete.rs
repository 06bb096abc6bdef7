//! DELETE `/groups/{groupId}/clusters/{clusterName}`.

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Deletes a cluster.
/// Errors: those of the use case.
/// Cancel: it is deleted or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().delete_cluster(call.caller()?, call.project()?, &call.cluster()?).await?;
    call.nothing()
}
