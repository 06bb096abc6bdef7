//! `/rateLimits`: how many calls are allowed.

use api_wire::atlas::rate_limits::{ENDPOINT_PATH, NAME, sets};

use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with all buckets that fit.
/// Errors: `Bug` if it cannot be written.
pub fn list(call: &Call) -> Result<Answer, Refused> {
    let (name, path) = (call.query.text(NAME.name), call.query.text(ENDPOINT_PATH.name));
    let mut found = sets();
    found.retain(|set| {
        name.is_none_or(|name| set.endpoint_set_name == name)
            && path.is_none_or(|path| set.endpoints.iter().any(|endpoint| endpoint.path == path))
    });
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let given = [(NAME.name, name), (ENDPOINT_PATH.name, path)];
    let filters: Vec<_> = given.into_iter().filter_map(|(name, value)| Some((name, value?.to_owned()))).collect();
    call.page(call.cut(found), total, &filters)
}

/// Answers with one bucket.
/// Errors: `NoSuchPath` if there is none of that id.
pub fn view(call: &Call) -> Result<Answer, Refused> {
    let id = call.parameter("endpointSetId");
    let found = sets().into_iter().find(|set| set.endpoint_set_id == id);
    call.single(&found.ok_or_else(|| Refused::NoSuchPath(id.to_owned()))?)
}
