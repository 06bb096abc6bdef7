//! GET `/groups/{groupId}/ipAddresses`.

use api_wire::atlas::groups::ip_addresses::{ClusterIpAddresses, GroupIpAddresses, Services};
use control::cluster::ClusterView;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the project's clusters, of whose machines no address is known.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let project = call.project()?;
    let found = api.control().clusters(call.caller()?, project, 0, u64::MAX).await?;
    let name = |view: ClusterView| view.cluster.name.as_str().to_owned();
    let addresses =
        found.clusters.into_iter().map(|view| ClusterIpAddresses { cluster_name: name(view), ..Default::default() });
    let services = Services { clusters: addresses.collect() };
    call.single(&GroupIpAddresses { group_id: project.to_string(), services })
}
