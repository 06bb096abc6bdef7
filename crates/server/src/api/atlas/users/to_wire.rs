//! From members to the wire's people, in both dated shapes.

use std::collections::BTreeSet;

use api_wire::atlas::users::v2023_01_01::AppUser;
use api_wire::atlas::users::v2025_02_19::{GroupRoles, GroupUser, OrgUser, OrgUserRoles, Person};
use api_wire::atlas::version::ApiVersion;
use api_wire::paging::Link;
use api_wire::wire_time::WireTime;
use control::access::ProjectMember;
use domain::access::ProjectRole;
use domain::id::ProjectId;
use domain::time::Timestamp;
use domain::user::{Member, MemberState};

use super::from_wire::filters;
use crate::api::Api;
use crate::api::atlas::roles::{assignments, org_role_names, project_role_names, seen_projects};
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Gives a member's standing in Atlas's words. It has none for somebody who was shut out: they are still members.
pub(in crate::api) fn status(member: &Member, now: Timestamp) -> &'static str {
    match &member.state {
        MemberState::Pending { expires_at, .. } if *expires_at <= now => "INVITATION_EXPIRED",
        MemberState::Pending { .. } => "PENDING",
        MemberState::Active | MemberState::Disabled => "ACTIVE",
    }
}

/// Answers with one page of an organization's people, in the shape of the version that was asked for.
/// Errors: those of the store.
pub(super) async fn page(api: &Api, call: &Call, members: Vec<Member>) -> Result<Answer, Refused> {
    let total = u64::try_from(members.len()).unwrap_or(u64::MAX);
    let members = call.cut(members);
    let seen = seen_projects(api, call.caller()?, members.iter().map(|member| &member.grants)).await?;
    if is_first_shape(call) {
        return call.page(members.iter().map(|member| app_user(call, member, &seen)).collect(), total, &filters(call));
    }
    let now = api.control().now();
    call.page(members.iter().map(|member| org_user(member, &seen, now)).collect(), total, &filters(call))
}

/// Answers with one page of a project's people, in the shape of the version that was asked for.
/// Errors: those of the store.
pub(super) async fn group_page(api: &Api, call: &Call, members: Vec<ProjectMember>) -> Result<Answer, Refused> {
    let total = u64::try_from(members.len()).unwrap_or(u64::MAX);
    let members = call.cut(members);
    if is_first_shape(call) {
        let seen = seen_projects(api, call.caller()?, members.iter().map(|one| &one.member.grants)).await?;
        return call.page(
            members.iter().map(|one| app_user(call, &one.member, &seen)).collect(),
            total,
            &filters(call),
        );
    }
    let now = api.control().now();
    call.page(members.iter().map(|one| group_user(one, now)).collect(), total, &filters(call))
}

/// Answers with one person of an organization.
/// Errors: those of the store.
pub(super) async fn one(api: &Api, call: &Call, member: &Member) -> Result<Answer, Refused> {
    call.single(&of_org(api, call, member).await?)
}

/// Translates a person of an organization.
/// Errors: those of the store.
pub(super) async fn of_org(api: &Api, call: &Call, member: &Member) -> Result<OrgUser, Refused> {
    let seen = seen_projects(api, call.caller()?, std::iter::once(&member.grants)).await?;
    Ok(org_user(member, &seen, api.control().now()))
}

/// Translates a person of a project, with all roles they have there, whatever the reason.
pub(super) fn group_user(one: &ProjectMember, now: Timestamp) -> GroupUser {
    let ProjectMember { member, own, through_teams, implied } = one;
    let mut roles: BTreeSet<ProjectRole> = own.union(through_teams).copied().collect();
    if roles.is_empty() {
        roles.extend(*implied);
    }
    GroupUser { person: person(member, now), roles: project_role_names(&roles) }
}

fn is_first_shape(call: &Call) -> bool {
    call.version.entry.version == Some(ApiVersion::V2023_01_01)
}

fn org_user(member: &Member, seen: &BTreeSet<ProjectId>, now: Timestamp) -> OrgUser {
    let Member { user: _, grants, state: _, teams } = member;
    let groups = grants.project_roles.iter().filter(|(project, _)| seen.contains(project));
    let groups = groups
        .map(|(project, roles)| GroupRoles { group_id: project.to_string(), group_roles: project_role_names(roles) });
    OrgUser {
        person: person(member, now),
        roles: OrgUserRoles { group_role_assignments: groups.collect(), org_roles: org_role_names(&grants.org_roles) },
        team_ids: teams.iter().map(ToString::to_string).collect(),
    }
}

fn person(member: &Member, now: Timestamp) -> Person {
    let user = &member.user;
    let time = |at: Timestamp| WireTime::from_epoch_millis(at.as_millis());
    let (invited, came) = match &member.state {
        MemberState::Pending { invited_at, expires_at, invited_by } => {
            (Some((*invited_at, *expires_at, invited_by.clone())), false)
        }
        MemberState::Active | MemberState::Disabled => (None, true),
    };
    Person {
        created_at: came.then(|| time(user.created_at)),
        first_name: came.then(|| user.first_name.clone()),
        id: user.id.to_string(),
        invitation_created_at: invited.as_ref().map(|(at, _, _)| time(*at)),
        invitation_expires_at: invited.as_ref().map(|(_, at, _)| time(*at)),
        inviter_username: invited.map(|(_, _, by)| by),
        last_name: came.then(|| user.last_name.clone()),
        org_membership_status: status(member, now),
        username: user.email.to_string(),
    }
}

/// Translates a person into the first shape.
pub(super) fn app_user(call: &Call, member: &Member, seen: &BTreeSet<ProjectId>) -> AppUser {
    let Member { user, grants, state: _, teams } = member;
    let (org, id) = (grants.org, user.id);
    let (first_name, last_name) = member.names();
    AppUser {
        created_at: WireTime::from_epoch_millis(member.known_since().as_millis()),
        email_address: user.email.to_string(),
        first_name: first_name.to_owned(),
        id: id.to_string(),
        last_name: last_name.to_owned(),
        links: vec![Link::to_self(format!("{}/api/atlas/v2/orgs/{org}/users/{id}", call.base_url))],
        roles: assignments(grants, seen),
        team_ids: teams.iter().map(ToString::to_string).collect(),
        username: user.email.to_string(),
    }
}
