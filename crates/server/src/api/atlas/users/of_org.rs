//! `/orgs/{orgId}/users`.

use api_wire::atlas::users::v2025_02_19::{OrgUserBody, read_org_role};
use control::access::{AccessError, MemberChange, NewMember};

use super::from_wire::{email, group_roles, is_wanted};
use super::to_wire::{of_org, one, page};
use crate::api::Api;
use crate::api::atlas::roles::{org_role, org_roles};
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with one page of an organization's people, by e-mail address.
/// Errors: those of the use case.
pub async fn list(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let members = api.control().members(call.caller()?, call.organization()?).await?;
    page(api, call, members.into_iter().filter(|member| is_wanted(api, call, member)).collect()).await
}

/// Answers with one person.
/// Errors: those of the use case; not found for one whose standing the query does not want.
pub async fn view(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let id = call.parameter("userId");
    let member = api.control().member_of(call.caller()?, call.organization()?, id).await?;
    if !is_wanted(api, call, &member) {
        return Err(control::Error::from(AccessError::UserNotFound(id.to_owned())).into());
    }
    one(api, call, &member).await
}

/// Invites a person, and answers with them.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn create(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let body = OrgUserBody::read_new(&call.body).map_err(Refused::BodyFaults)?;
    let OrgUserBody { username, org_roles: names, group_roles: groups, team_ids } = body;
    let new = NewMember {
        email: email(&username.unwrap_or_default(), "username")?,
        org_roles: org_roles(&names.unwrap_or_default())?,
        project_roles: group_roles(groups.unwrap_or_default())?,
        teams: team_ids.unwrap_or_default(),
    };
    let member = api.control().invite(call.caller()?, call.organization()?, new).await?;
    let place = format!("{}/{}", call.url(), member.user.id);
    call.created(&of_org(api, call, &member).await?, place)
}

/// Changes what a person may do, and answers with them.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn update(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let body = OrgUserBody::read_change(&call.body).map_err(Refused::BodyFaults)?;
    let OrgUserBody { username: _, org_roles: names, group_roles: groups, team_ids } = body;
    let change = MemberChange {
        org_roles: names.map(|names| org_roles(&names)).transpose()?,
        project_roles: groups.map(group_roles).transpose()?,
        teams: team_ids,
    };
    let (org, id) = (call.organization()?, call.parameter("userId"));
    one(api, call, &api.control().change_member(call.caller()?, org, id, change).await?).await
}

/// Removes a person.
/// Errors: those of the use case.
pub async fn remove(api: &Api, call: &Call) -> Result<Answer, Refused> {
    api.control().remove_member(call.caller()?, call.organization()?, call.parameter("userId")).await?;
    Ok(Answer::empty())
}

/// Gives a person a role, and answers with them.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn add_role(api: &Api, call: &Call) -> Result<Answer, Refused> {
    set_role(api, call, true).await
}

/// Takes a role from a person, and answers with them.
/// Errors: faults of the body's shape, all at once; those of the use case.
pub async fn remove_role(api: &Api, call: &Call) -> Result<Answer, Refused> {
    set_role(api, call, false).await
}

async fn set_role(api: &Api, call: &Call, held: bool) -> Result<Answer, Refused> {
    let role = org_role(&read_org_role(&call.body).map_err(Refused::BodyFaults)?)?;
    let (org, id) = (call.organization()?, call.parameter("userId"));
    one(api, call, &api.control().set_org_role(call.caller()?, org, id, role, held).await?).await
}
