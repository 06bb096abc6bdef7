//! From the wire's people, and from the query, to the domain's words.

use std::collections::{BTreeMap, BTreeSet};

use api_wire::atlas::users::v2025_02_19::{
    FLATTEN_TEAMS, GroupRoles, INCLUDE_ORG_USERS, STATUS_FILTER, STATUSES_FILTER, USER_ID_FILTER, USERNAME_FILTER,
};
use api_wire::fault::{Fault, FaultKind};
use domain::access::ProjectRole;
use domain::id::ProjectId;
use domain::user::{EmailAddress, Member};

use super::to_wire::status;
use crate::api::Api;
use crate::api::atlas::roles::project_roles;
use crate::api::call::Call;
use crate::api::error::Refused;

/// Reads an e-mail address of a field.
/// Errors: a fault of that field if nobody can be written to there.
pub(in crate::api::atlas) fn email(text: &str, field: &str) -> Result<EmailAddress, Refused> {
    EmailAddress::parse(text).ok_or_else(|| {
        let kind = FaultKind::Format { expected: "an e-mail address that can be written to, such as ada@example.com" };
        Refused::BodyFaults(vec![Fault::at(field, kind)])
    })
}

/// Reads roles in projects. A project that is named twice gets all the roles.
/// Errors: no such project if an id is none; `Bug` for a role that the schema should not admit.
pub(super) fn group_roles(items: Vec<GroupRoles>) -> Result<BTreeMap<ProjectId, BTreeSet<ProjectRole>>, Refused> {
    let mut roles: BTreeMap<ProjectId, BTreeSet<ProjectRole>> = BTreeMap::new();
    for GroupRoles { group_id, group_roles } in items {
        let project = group_id.parse().map_err(|_| Refused::NoSuchProject(group_id))?;
        roles.entry(project).or_default().extend(project_roles(&group_roles)?);
    }
    Ok(roles)
}

/// Gives the parameters that links to other pages repeat, as they were given.
pub(super) fn filters(call: &Call) -> Vec<(&'static str, String)> {
    let all = [&FLATTEN_TEAMS, &INCLUDE_ORG_USERS, &STATUS_FILTER, &STATUSES_FILTER, &USERNAME_FILTER, &USER_ID_FILTER];
    let given =
        all.iter().flat_map(|filter| call.query.texts(filter.name).map(|value| (filter.name, value.to_owned())));
    given.collect()
}

/// Tells whether the query wants a member.
pub(super) fn is_wanted(api: &Api, call: &Call, member: &Member) -> bool {
    let standing = status(member, api.control().now());
    let mut wanted = call.query.texts(STATUS_FILTER.name).chain(call.query.texts(STATUSES_FILTER.name)).peekable();
    let of_standing = wanted.peek().is_none() || wanted.any(|one| one == standing);
    let named = call.query.text(USERNAME_FILTER.name);
    let of_name = named.is_none_or(|name| name.to_lowercase() == member.user.email.as_str());
    let id = call.query.text(USER_ID_FILTER.name);
    of_standing && of_name && id.is_none_or(|id| id == member.user.id.to_string())
}
