//! `/orgs/{orgId}/apiKeys`.

use api_wire::atlas::api_keys::v2023_01_01::{KeyBody, ORG_CREATE, ORG_UPDATE};
use control::access::KeyChange;

use super::{one, page};
use crate::api::Api;
use crate::api::atlas::roles::org_roles;
use crate::api::auth::ha1;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of an organization's API keys, oldest first.
/// Errors: those of the use case.
pub async fn list(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let keys = api.control().api_keys(call.caller()?, call.organization()?).await?;
    page(api, call, keys).await
}

/// Answers with one API key.
/// Errors: those of the use case.
pub async fn view(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let key = api.control().api_key_of(call.caller()?, call.organization()?, call.parameter("apiUserId")).await?;
    one(api, call, &key, None).await
}

/// Creates an API key, and answers with it and its private half, which is shown here and never again.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn create(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let KeyBody { desc, roles } = KeyBody::read_new(&call.body, &ORG_CREATE).map_err(Refused::BodyFaults)?;
    let (desc, roles) = (desc.unwrap_or_default(), org_roles(&roles.unwrap_or_default())?);
    let made = api.control().add_api_key(call.caller()?, call.organization()?, desc, roles, ha1).await?;
    one(api, call, &made.0, Some(made.1.expose())).await
}

/// Changes an API key, and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn update(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let KeyBody { desc, roles } = KeyBody::read_change(&call.body, &ORG_UPDATE).map_err(Refused::BodyFaults)?;
    let roles = roles.map(|roles| org_roles(&roles)).transpose()?;
    let change = KeyChange { description: desc, roles };
    let (org, id) = (call.organization()?, call.parameter("apiUserId"));
    let key = api.control().change_api_key(call.caller()?, org, id, change).await?;
    one(api, call, &key, None).await
}

/// Deletes an API key.
/// Errors: those of the use case.
pub async fn delete(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().delete_api_key(call.caller()?, call.organization()?, call.parameter("apiUserId")).await?;
    Ok(Answer::empty())
}
