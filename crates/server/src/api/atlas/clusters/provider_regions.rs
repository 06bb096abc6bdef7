//! GET `/groups/{groupId}/clusters/provider/regions`.

use api_wire::atlas::provider_regions::{PROVIDERS, TIER, v2023_01_01};
use domain::access::ProjectRole;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the clouds, their sizes and their regions. They are the same in every project.
/// Errors: those of authorization.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().require_in_project(call.caller()?, call.project()?, ProjectRole::ReadOnly).await?;
    let wanted: Vec<&str> = call.query.texts(PROVIDERS.name).collect();
    let size = call.query.text(TIER.name);
    let clouds = v2023_01_01::list(|cloud| wanted.is_empty() || wanted.contains(&cloud), size);
    let total = u64::try_from(clouds.len()).unwrap_or(u64::MAX);
    let mut filters: Vec<(&str, String)> = wanted.iter().map(|cloud| (PROVIDERS.name, (*cloud).to_owned())).collect();
    filters.extend(size.map(|size| (TIER.name, size.to_owned())));
    call.page(call.cut(clouds), total, &filters)
}
