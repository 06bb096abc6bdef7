//! `/orgs/{orgId}/teams/{teamId}/users`, and the verbs after `/orgs/{orgId}/teams/{teamId}`.

use api_wire::atlas::teams::v2023_01_01::{read_people, read_person};

use super::from_wire::is_wanted;
use super::to_wire::{one, page};
use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of a team's people, by e-mail address.
/// Errors: those of the use case.
pub async fn list(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let members = api.control().team_members(call.caller()?, call.organization()?, call.parameter("teamId")).await?;
    page(api, call, members.into_iter().filter(|member| is_wanted(api, call, member)).collect()).await
}

/// Puts people into a team, and answers with one page of all who are in it.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn add_all(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let people = read_people(&call.body).map_err(Refused::BodyFaults)?;
    let (org, team) = (call.organization()?, call.parameter("teamId"));
    api.control().put_into_team(call.caller()?, org, team, &people).await?;
    page(api, call, api.control().team_members(call.caller()?, org, team).await?).await
}

/// Puts a person into a team, and answers with them.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn add(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let person = read_person(&call.body).map_err(Refused::BodyFaults)?;
    let (org, team) = (call.organization()?, call.parameter("teamId"));
    let people = api.control().put_into_team(call.caller()?, org, team, &[person]).await?;
    let member = people.first().ok_or(Refused::Bug("whoever was put into a team is given back"))?;
    one(api, call, member).await
}

/// Takes the person of the body out of a team, and answers with them.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn remove(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let person = read_person(&call.body).map_err(Refused::BodyFaults)?;
    let (org, team) = (call.organization()?, call.parameter("teamId"));
    one(api, call, &api.control().take_out_of_team(call.caller()?, org, team, &person).await?).await
}

/// Takes the person of the path out of a team.
/// Errors: those of the use case.
pub async fn delete(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (org, team) = (call.organization()?, call.parameter("teamId"));
    api.control().take_out_of_team(call.caller()?, org, team, call.parameter("userId")).await?;
    Ok(Answer::empty())
}
