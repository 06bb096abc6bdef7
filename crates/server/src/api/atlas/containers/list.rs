//! GET `/groups/{groupId}/containers` and `/groups/{groupId}/containers/all`.

use api_wire::atlas::containers::PROVIDER_NAME;
use domain::cluster::HostingCloud;

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of a project's containers in one cloud.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let name = call.query.text(PROVIDER_NAME.name).unwrap_or_default();
    let cloud = HostingCloud::by_name(name).ok_or(Refused::Bug("the schema admits only clouds"))?;
    answer(api, call, Some(cloud), &[(PROVIDER_NAME.name, name.to_owned())]).await
}

/// Answers with one page of a project's containers in all clouds.
/// Errors: those of the use case.
pub async fn handle_all(api: &Api, call: &Call) -> Result<Answer, Refused> {
    answer(api, call, None, &[]).await
}

async fn answer(
    api: &Api,
    call: &Call,
    cloud: Option<HostingCloud>,
    filters: &[(&str, String)],
) -> Result<Answer, Refused> {
    let containers = api.control().containers(call.caller()?, call.project()?, cloud).await?;
    let total = u64::try_from(containers.len()).unwrap_or(u64::MAX);
    call.page(call.cut(containers).into_iter().map(to_wire).collect(), total, filters)
}
