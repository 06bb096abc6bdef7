//! `/orgs/{orgId}/teams`.

use api_wire::atlas::teams::v2023_01_01::{Team as WireTeam, TeamCreate, read_name};
use api_wire::paging::Link;
use domain::team::Team;

use crate::api::Api;
use crate::api::atlas::users::from_wire::email;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of an organization's teams, by name.
/// Errors: those of the use case.
pub async fn list(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let teams = api.control().teams(call.caller()?, call.organization()?).await?;
    let total = u64::try_from(teams.len()).unwrap_or(u64::MAX);
    call.page(call.cut(teams).iter().map(|team| to_wire(call, team)).collect(), total, &[])
}

/// Answers with one team.
/// Errors: those of the use case.
pub async fn view(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let team = api.control().team(call.caller()?, call.organization()?, call.parameter("teamId")).await?;
    call.single(&to_wire(call, &team))
}

/// Answers with the team of a name.
/// Errors: those of the use case.
pub async fn view_by_name(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let team = api.control().team_by_name(call.caller()?, call.organization()?, call.parameter("teamName")).await?;
    call.single(&to_wire(call, &team))
}

/// Creates a team, and answers with it and its people.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn create(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let TeamCreate { name, usernames } = TeamCreate::read(&call.body).map_err(Refused::BodyFaults)?;
    let mut people = Vec::with_capacity(usernames.len());
    for (index, username) in usernames.iter().enumerate() {
        people.push(email(username, &format!("usernames[{index}]"))?);
    }
    let team = api.control().add_team(call.caller()?, call.organization()?, name, &people).await?;
    let usernames = people.iter().map(ToString::to_string).collect();
    call.single(&WireTeam { usernames: Some(usernames), ..to_wire(call, &team) })
}

/// Renames a team, and answers with it.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn rename(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let name = read_name(&call.body).map_err(Refused::BodyFaults)?;
    let (org, id) = (call.organization()?, call.parameter("teamId"));
    let team = api.control().rename_team(call.caller()?, org, id, name).await?;
    call.single(&to_wire(call, &team))
}

/// Deletes a team.
/// Errors: those of the use case.
pub async fn delete(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().delete_team(call.caller()?, call.organization()?, call.parameter("teamId")).await?;
    Ok(Answer::empty())
}

fn to_wire(call: &Call, team: &Team) -> WireTeam {
    let Team { id, org, name, created_at: _, members: _, roles: _ } = team;
    WireTeam {
        id: id.to_string(),
        links: vec![Link::to_self(format!("{}/api/atlas/v2/orgs/{org}/teams/{id}", call.base_url))],
        name: name.clone(),
        usernames: None,
    }
}
