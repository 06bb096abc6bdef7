//! GET `/groups/{groupId}/mongoDBVersions`.

use api_wire::atlas::groups::mongo_db_versions::{CLOUD_PROVIDER, DEFAULT_STATUS, INSTANCE_SIZE, available};
use domain::cluster::MajorVersion;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the release series that clusters can be described with.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().project(call.caller()?, call.project()?).await?;
    let text = |name| call.query.text(name);
    let default = MajorVersion::default();
    let only_default = text(DEFAULT_STATUS.name).is_some();
    let found = available(text(CLOUD_PROVIDER.name), text(INSTANCE_SIZE.name), only_default, default.as_str());
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let named = [&CLOUD_PROVIDER, &INSTANCE_SIZE, &DEFAULT_STATUS].map(|parameter| parameter.name);
    let filters: Vec<(&str, String)> =
        named.into_iter().filter_map(|name| Some((name, text(name)?.to_owned()))).collect();
    call.page(call.cut(found), total, &filters)
}
