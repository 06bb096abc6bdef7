//! GET `/groups/{groupId}/clusters/{clusterName}/status`.

use api_wire::atlas::cluster_status::v2023_01_01::ClusterStatus;
use api_wire::paging::Link;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers whether a cluster's last change is done. Whatever is accepted here is.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().cluster(call.caller()?, call.project()?, &call.cluster()?).await?;
    call.single(&ClusterStatus { change_status: "APPLIED", links: vec![Link::to_self(call.url())] })
}
