//! GET, PATCH and DELETE `/groups/{groupId}/flexClusters/{name}`.

use api_wire::atlas::flex_clusters::v2024_11_13::{UPDATE_SCHEMA, check};
use domain::cluster::ClusterName;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Tells that the path names no Flex cluster: another kind of cluster, or none.
/// Errors: always; `NotAFlexCluster` where there is a cluster of that name.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (name, project) = (call.parameter("name"), call.project()?);
    let missing = || Refused::NoSuchCluster { name: name.to_owned(), project };
    let known = ClusterName::parse(name).ok_or_else(missing)?;
    api.control().cluster(call.caller()?, project, &known).await?;
    Err(Refused::NotAFlexCluster(known))
}

/// Reads a change, and tells that the path names no Flex cluster.
/// Errors: always; faults of the body's shape first, all at once.
pub async fn handle_update(api: &Api, call: &Call) -> Result<Answer, Refused> {
    check(&call.body, &UPDATE_SCHEMA).map_err(Refused::BodyFaults)?;
    handle(api, call).await
}
