//! DELETE `/groups/{groupId}/masterKeys/{masterKeyId}/grants/{grantId}`.

use control::master_key_grant::GrantError;

use crate::api::Api;
use crate::api::atrest::master_keys::master_key;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Ends a grant at once.
/// Errors: those of the use case.
/// Cancel: it is ended or it is not.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, key, id) = (call.project()?, master_key(call)?, call.parameter("grantId"));
    let id = id.parse().map_err(|_| control::Error::from(GrantError::NotFound(id.to_owned())))?;
    api.control().end_master_key_grant(call.caller()?, project, key, id).await?;
    call.nothing()
}
