//! `/groups/{groupId}/teams`.

use api_wire::atlas::teams::v2023_01_01::{TeamRole, read_role, read_roles};
use api_wire::paging::Link;
use domain::id::ProjectId;
use domain::team::Team;

use crate::api::Api;
use crate::api::atlas::roles::{project_role_names, project_roles};
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of the teams that have roles in a project, by name.
/// Errors: those of the use case.
pub async fn list(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let project = call.project()?;
    page(call, project, api.control().teams_in(call.caller()?, project).await?)
}

/// Answers with what one team may do in a project.
/// Errors: those of the use case.
pub async fn view(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let project = call.project()?;
    let team = api.control().team_in(call.caller()?, project, call.parameter("teamId")).await?;
    call.single(&to_wire(call, project, &team))
}

/// Gives teams roles in a project, and answers with one page of all teams there.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn add(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let project = call.project()?;
    let mut roles = Vec::new();
    for (team, names) in read_roles(&call.body).map_err(Refused::BodyFaults)? {
        roles.push((team, project_roles(&names)?));
    }
    page(call, project, api.control().put_teams_in(call.caller()?, project, roles).await?)
}

/// Changes a team's roles in a project, and answers with one page of all teams there.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn update(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (project, id) = (call.project()?, call.parameter("teamId"));
    let roles = project_roles(&read_role(&call.body).map_err(Refused::BodyFaults)?)?;
    api.control().team_in(call.caller()?, project, id).await?;
    let roles = vec![(id.to_owned(), roles)];
    page(call, project, api.control().put_teams_in(call.caller()?, project, roles).await?)
}

/// Takes a team out of a project.
/// Errors: those of the use case.
pub async fn remove(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().take_team_out(call.caller()?, call.project()?, call.parameter("teamId")).await?;
    Ok(Answer::empty())
}

fn page(call: &Call, project: ProjectId, teams: Vec<Team>) -> Result<Answer, Refused> {
    let total = u64::try_from(teams.len()).unwrap_or(u64::MAX);
    call.page(call.cut(teams).iter().map(|team| to_wire(call, project, team)).collect(), total, &[])
}

fn to_wire(call: &Call, project: ProjectId, team: &Team) -> TeamRole {
    let id = team.id;
    TeamRole {
        links: vec![Link::to_self(format!("{}/api/atlas/v2/groups/{project}/teams/{id}", call.base_url))],
        role_names: team.roles.get(&project).map(project_role_names).unwrap_or_default(),
        team_id: id.to_string(),
    }
}
