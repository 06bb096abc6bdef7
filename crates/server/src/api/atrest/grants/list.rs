//! GET `/groups/{groupId}/masterKeys/{masterKeyId}/grants`.

use super::to_wire::to_wire;
use crate::api::Api;
use crate::api::atrest::master_keys::master_key;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of the grants of a master key that have not ended.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, key) = (call.project()?, master_key(call)?);
    let grants = api.control().master_key_grants(call.caller()?, project, key).await?;
    let total = u64::try_from(grants.len()).unwrap_or(u64::MAX);
    call.page(call.cut(grants).into_iter().map(to_wire).collect(), total, &[])
}
