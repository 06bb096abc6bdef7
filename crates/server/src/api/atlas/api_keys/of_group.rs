//! `/groups/{groupId}/apiKeys`.

use api_wire::atlas::api_keys::v2023_01_01::{GROUP_CREATE, GROUP_UPDATE, KeyBody, read_assignments};
use control::access::KeyChange;

use super::{one, page};
use crate::api::Api;
use crate::api::atlas::roles::project_roles;
use crate::api::auth::ha1;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of the API keys that have roles in a project, oldest first.
/// Errors: those of the use case.
pub async fn list(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let keys = api.control().api_keys_in(call.caller()?, call.project()?).await?;
    page(api, call, keys).await
}

/// Creates an API key with roles in a project, and answers with it and its private half, which is shown here and never
/// again.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn create(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let KeyBody { desc, roles } = KeyBody::read_new(&call.body, &GROUP_CREATE).map_err(Refused::BodyFaults)?;
    let (desc, roles) = (desc.unwrap_or_default(), project_roles(&roles.unwrap_or_default())?);
    let made = api.control().add_api_key_in(call.caller()?, call.project()?, desc, roles, ha1).await?;
    one(api, call, &made.0, Some(made.1.expose())).await
}

/// Adds roles in a project to an API key.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn add(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let roles = project_roles(&read_assignments(&call.body).map_err(Refused::BodyFaults)?)?;
    let (project, id) = (call.project()?, call.parameter("apiUserId"));
    api.control().put_api_key_in(call.caller()?, project, id, roles).await?;
    Ok(Answer::empty())
}

/// Changes an API key's roles in a project, and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn update(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let KeyBody { desc, roles } = KeyBody::read_change(&call.body, &GROUP_UPDATE).map_err(Refused::BodyFaults)?;
    let roles = roles.map(|roles| project_roles(&roles)).transpose()?;
    let change = KeyChange { description: desc, roles };
    let (project, id) = (call.project()?, call.parameter("apiUserId"));
    let key = api.control().change_api_key_in(call.caller()?, project, id, change).await?;
    one(api, call, &key, None).await
}

/// Takes an API key out of a project.
/// Errors: those of the use case.
pub async fn remove(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().take_api_key_out(call.caller()?, call.project()?, call.parameter("apiUserId")).await?;
    Ok(Answer::empty())
}
