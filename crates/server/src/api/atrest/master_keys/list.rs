//! GET `/groups/{groupId}/masterKeys`.

use api_wire::atrest::master_keys::{CLUSTER_NAME_FILTER, DESTROYED_FILTER, NODE_ID_FILTER};
use control::master_key::MasterKeyFilter;
use domain::cluster::ClusterName;

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

const FILTERS: [&str; 3] = [CLUSTER_NAME_FILTER.name, NODE_ID_FILTER.name, DESTROYED_FILTER.name];

/// Answers with one page of a project's master keys, without the keys themselves.
/// Errors: `ClusterNotFound`; those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, paging) = (call.project()?, call.paging());
    let filter = filter(api, call).await?;
    let (skip, take) = (paging.skip(), u64::from(paging.items_per_page));
    let page = api.control().master_keys(call.caller()?, project, filter, skip, take).await?;
    let given = FILTERS.into_iter().filter_map(|name| Some((name, call.query.text(name)?.to_owned())));
    let given: Vec<_> = given.collect();
    call.page(page.keys.into_iter().map(to_wire).collect(), page.total, &given)
}

async fn filter(api: &Api, call: &Call) -> Result<MasterKeyFilter, Refused> {
    const CHECKED: Refused = Refused::Bug("the shape of the query was checked");
    let (project, [cluster, node, destroyed]) = (call.project()?, FILTERS.map(|name| call.query.text(name)));
    let cluster = match cluster {
        None => None,
        Some(name) => {
            let name = ClusterName::parse(name).ok_or(CHECKED)?;
            Some(api.control().cluster(call.caller()?, project, &name).await?.cluster.id)
        }
    };
    Ok(MasterKeyFilter {
        cluster,
        node: node.map(|id| id.parse().map_err(|_| CHECKED)).transpose()?,
        destroyed: destroyed.map(|flag| flag == "true"),
    })
}
