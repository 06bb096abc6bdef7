//! From the wire's search nodes to the domain's wish. Every struct is taken apart by name, so that a new field breaks the
//! build here.

use api_wire::atlas::search_deployments::v2023_01_01::{SearchDeploymentBody, SearchSpecBody};
use domain::cluster::{HostingCloud, RegionName};
use domain::search_deployment::{SearchSpec, WantedSearchNodes};

use crate::api::error::Refused;

const NOT_AS_CHECKED: Refused = Refused::Bug("the schema admits only what the domain can read");

/// Translates a body whose shape was checked.
/// Errors: `Bug` if a checked field is not what its schema says.
pub(super) fn from_wire(body: SearchDeploymentBody) -> Result<WantedSearchNodes, Refused> {
    let SearchDeploymentBody { default_node_count, specs } = body;
    Ok(WantedSearchNodes {
        default_count: count(default_node_count.value())?,
        specs: specs.value().unwrap_or_default().into_iter().map(spec).collect::<Result<_, _>>()?,
    })
}

fn spec(body: SearchSpecBody) -> Result<SearchSpec, Refused> {
    let SearchSpecBody { cloud_provider, instance_size, node_count, region_name } = body;
    let cloud = cloud_provider.value().map(|name| HostingCloud::by_name(&name).ok_or(NOT_AS_CHECKED));
    let region = region_name.value().map(|name| RegionName::parse(&name).ok_or(NOT_AS_CHECKED));
    Ok(SearchSpec {
        size: instance_size.value().ok_or(NOT_AS_CHECKED)?,
        count: count(node_count.value())?,
        cloud: cloud.transpose()?,
        region: region.transpose()?,
    })
}

fn count(number: Option<i64>) -> Result<Option<u32>, Refused> {
    number.map(|number| u32::try_from(number).map_err(|_| NOT_AS_CHECKED)).transpose()
}
