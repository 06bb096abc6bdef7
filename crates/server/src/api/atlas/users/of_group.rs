//! `/groups/{groupId}/users`.

use api_wire::atlas::users::v2025_02_19::{FLATTEN_TEAMS, INCLUDE_ORG_USERS, read_group_role, read_group_user};
use control::access::{AccessError, ProjectMember};

use super::from_wire::{email, is_wanted};
use super::to_wire::{group_page, group_user};
use crate::api::Api;
use crate::api::atlas::roles::{project_role, project_roles};
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of the people who have roles in a project, by e-mail address; on request also of those who
/// have them by a team or by the organization.
/// Errors: those of the use case.
pub async fn list(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (teams, org) = (call.query.flag(FLATTEN_TEAMS.name), call.query.flag(INCLUDE_ORG_USERS.name));
    let members = api.control().members_in(call.caller()?, call.project()?).await?;
    let is_meant = |one: &ProjectMember| {
        !one.own.is_empty() || (teams && !one.through_teams.is_empty()) || (org && one.implied.is_some())
    };
    let members = members.into_iter().filter(|one| is_meant(one) && is_wanted(api, call, &one.member));
    group_page(api, call, members.collect()).await
}

/// Answers with one person of a project.
/// Errors: those of the use case; not found for one whose standing the query does not want.
pub async fn view(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let id = call.parameter("userId");
    let one = api.control().member_in(call.caller()?, call.project()?, id).await?;
    if !is_wanted(api, call, &one.member) {
        return Err(control::Error::from(AccessError::UserNotFound(id.to_owned())).into());
    }
    call.single(&group_user(&one, api.control().now()))
}

/// Gives a person roles in a project, inviting them if need be, and answers with them.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn add(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let (username, names) = read_group_user(&call.body).map_err(Refused::BodyFaults)?;
    let (email, roles) = (email(&username, "username")?, project_roles(&names)?);
    let one = api.control().put_member_in(call.caller()?, call.project()?, email, roles).await?;
    let place = format!("{}/{}", call.url(), one.member.user.id);
    call.created(&group_user(&one, api.control().now()), place)
}

/// Takes a person out of a project.
/// Errors: those of the use case.
pub async fn remove(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().take_member_out(call.caller()?, call.project()?, call.parameter("userId")).await?;
    Ok(Answer::empty())
}

/// Gives a person a role in a project, and answers with them.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn add_role(api: &Api, call: &Call) -> Result<Answer, Refused> {
    set_role(api, call, true).await
}

/// Takes a role in a project from a person, and answers with them.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn remove_role(api: &Api, call: &Call) -> Result<Answer, Refused> {
    set_role(api, call, false).await
}

async fn set_role(api: &Api, call: &Call, held: bool) -> Result<Answer, Refused> {
    let role = project_role(&read_group_role(&call.body).map_err(Refused::BodyFaults)?)?;
    let (project, id) = (call.project()?, call.parameter("userId"));
    let one = api.control().set_project_role(call.caller()?, project, id, role, held).await?;
    call.single(&group_user(&one, api.control().now()))
}
