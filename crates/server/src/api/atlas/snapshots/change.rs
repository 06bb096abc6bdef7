//! What cannot be done with snapshots here: POST and PATCH of `/groups/{groupId}/clusters/{clusterName}/backup/snapshots`.

use api_wire::atlas::snapshots::v2023_01_01::{RETENTION_SCHEMA, TAKE_SCHEMA, check};

use crate::api::Api;
use crate::api::atrest::snapshots::snapshot;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Tells that no snapshot is taken here.
/// Errors: always; faults of the body's shape first, all at once; those of the use case.
pub async fn handle_take(api: &Api, call: &Call) -> Result<Answer, Refused> {
    check(&call.body, &TAKE_SCHEMA).map_err(Refused::BodyFaults)?;
    api.control().cluster(call.caller()?, call.project()?, &call.cluster()?).await?;
    Err(Refused::FeatureUnsupported(
        "This service takes no snapshots. Take one with your own tools, and register it with POST /api/atrest/v1/groups/{groupId}/clusters/{clusterName}/snapshots, so that the master keys it needs are kept.",
    ))
}

/// Tells that no snapshot has an end here.
/// Errors: always; faults of the body's shape first, all at once; those of the use case.
pub async fn handle_retention(api: &Api, call: &Call) -> Result<Answer, Refused> {
    check(&call.body, &RETENTION_SCHEMA).map_err(Refused::BodyFaults)?;
    let (project, name, id) = (call.project()?, call.cluster()?, snapshot(call)?);
    api.control().snapshot(call.caller()?, project, &name, id).await?;
    Err(Refused::FeatureUnsupported(
        "The master keys of a registered snapshot are kept until it is released; there is no time after which they go by themselves.",
    ))
}
