//! The entries for people: those of Atlas, and ours for what it has no API for. It must not hold anything but data.

use time::macros::date;

use super::{DELETION, LIST, NAMED, NOTHING, ONE, WRITE, dated, own, own_from, replaced};
use crate::atlas::teams;
use crate::atlas::users::v2025_02_19::{
    FLATTEN_TEAMS, INCLUDE_ORG_USERS, STATUS_FILTER, STATUSES_FILTER, USER_ID_FILTER, USERNAME_FILTER,
};
use crate::atlas::users::{v2023_01_01, v2025_02_19};
use crate::atlas::version::ApiVersion;
use crate::atrest::users as own_users;
use crate::operations::rate_limit::{INVITATIONS, USERS};
use crate::operations::{Access, Api, Method, Operation, OperationId, OrgRole, ProjectRole};
use crate::paging::{INCLUDE_COUNT, ITEMS_PER_PAGE, PAGE_NUM};
use crate::query::{ENVELOPE, PRETTY, QueryParameter};

static ONE_USER: &[&QueryParameter] = &[&ENVELOPE, &PRETTY, &STATUSES_FILTER];
static ORG_USERS: &[&QueryParameter] = &[
    &ENVELOPE,
    &PRETTY,
    &INCLUDE_COUNT,
    &ITEMS_PER_PAGE,
    &PAGE_NUM,
    &USERNAME_FILTER,
    &STATUS_FILTER,
    &STATUSES_FILTER,
];
static TEAM_USERS: &[&QueryParameter] = &[
    &ENVELOPE,
    &PRETTY,
    &ITEMS_PER_PAGE,
    &PAGE_NUM,
    &USERNAME_FILTER,
    &STATUS_FILTER,
    &STATUSES_FILTER,
    &USER_ID_FILTER,
];
static GROUP_USERS: &[&QueryParameter] = &[
    &ENVELOPE,
    &PRETTY,
    &INCLUDE_COUNT,
    &ITEMS_PER_PAGE,
    &PAGE_NUM,
    &FLATTEN_TEAMS,
    &INCLUDE_ORG_USERS,
    &STATUS_FILTER,
    &STATUSES_FILTER,
    &USERNAME_FILTER,
];

const TAG: &str = "MongoDB Cloud Users";

pub(super) static LIST_GROUP_USERS: Operation = Operation {
    id: OperationId::ListGroupUsers,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/users",
    versions: &[
        replaced(
            dated(ApiVersion::V2023_01_01, None, &v2023_01_01::SCHEMA),
            date!(2025 - 02 - 19),
            date!(2027 - 07 - 01),
        ),
        dated(ApiVersion::V2025_02_19, None, &v2025_02_19::GROUP_SCHEMA),
    ],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: GROUP_USERS,
    headers: &[],
    errors: NAMED,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "listGroupUsers",
    alias: None,
    summary: "List the people who have roles in a project",
};

pub(super) static ADD_GROUP_USERS: Operation = Operation {
    id: OperationId::AddGroupUsers,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/users",
    versions: &[dated(ApiVersion::V2025_02_19, Some(&v2025_02_19::GROUP_CREATE), &v2025_02_19::GROUP_SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::AccessManager),
    success: 201,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "addGroupUsers",
    alias: None,
    summary: "Give a person roles in a project",
};

pub(super) static GET_GROUP_USER: Operation = Operation {
    id: OperationId::GetGroupUser,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/users/{userId}",
    versions: &[dated(ApiVersion::V2025_02_19, None, &v2025_02_19::GROUP_SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE_USER,
    headers: &[],
    errors: NAMED,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "getGroupUser",
    alias: None,
    summary: "Show one person of a project",
};

pub(super) static REMOVE_GROUP_USER: Operation = Operation {
    id: OperationId::RemoveGroupUser,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}/users/{userId}",
    versions: &[dated(ApiVersion::V2025_02_19, None, &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::AccessManager),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "removeGroupUser",
    alias: None,
    summary: "Take a person out of a project",
};

pub(super) static ADD_GROUP_USER_ROLE: Operation = Operation {
    id: OperationId::AddGroupUserRole,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/users/{userId}:addRole",
    versions: &[dated(ApiVersion::V2025_02_19, Some(&v2025_02_19::ONE_GROUP_ROLE), &v2025_02_19::GROUP_SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::AccessManager),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "addGroupUserRole",
    alias: None,
    summary: "Give a person a role in a project",
};

pub(super) static REMOVE_GROUP_USER_ROLE: Operation = Operation {
    id: OperationId::RemoveGroupUserRole,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/users/{userId}:removeRole",
    versions: &[dated(ApiVersion::V2025_02_19, Some(&v2025_02_19::ONE_GROUP_ROLE), &v2025_02_19::GROUP_SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::AccessManager),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "removeGroupUserRole",
    alias: None,
    summary: "Take a role in a project from a person",
};

pub(super) static LIST_ORG_USERS: Operation = Operation {
    id: OperationId::ListOrgUsers,
    method: Method::Get,
    api: Api::Atlas,
    path: "/orgs/{orgId}/users",
    versions: &[
        replaced(
            dated(ApiVersion::V2023_01_01, None, &v2023_01_01::SCHEMA),
            date!(2025 - 02 - 19),
            date!(2027 - 07 - 01),
        ),
        dated(ApiVersion::V2025_02_19, None, &v2025_02_19::ORG_SCHEMA),
    ],
    list: true,
    access: Access::Organization(OrgRole::Member),
    success: 200,
    query: ORG_USERS,
    headers: &[],
    errors: NAMED,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "listOrgUsers",
    alias: None,
    summary: "List the people of an organization",
};

pub(super) static CREATE_ORG_USER: Operation = Operation {
    id: OperationId::CreateOrgUser,
    method: Method::Post,
    api: Api::Atlas,
    path: "/orgs/{orgId}/users",
    versions: &[dated(ApiVersion::V2025_02_19, Some(&v2025_02_19::ORG_CREATE), &v2025_02_19::ORG_SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Owner),
    success: 201,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "createOrgUser",
    alias: None,
    summary: "Invite a person to an organization",
};

pub(super) static GET_ORG_USER: Operation = Operation {
    id: OperationId::GetOrgUser,
    method: Method::Get,
    api: Api::Atlas,
    path: "/orgs/{orgId}/users/{userId}",
    versions: &[dated(ApiVersion::V2025_02_19, None, &v2025_02_19::ORG_SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Member),
    success: 200,
    query: ONE_USER,
    headers: &[],
    errors: NAMED,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "getOrgUser",
    alias: None,
    summary: "Show one person of an organization",
};

pub(super) static UPDATE_ORG_USER: Operation = Operation {
    id: OperationId::UpdateOrgUser,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/orgs/{orgId}/users/{userId}",
    versions: &[dated(ApiVersion::V2025_02_19, Some(&v2025_02_19::ORG_UPDATE), &v2025_02_19::ORG_SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "updateOrgUser",
    alias: None,
    summary: "Change what a person may do",
};

pub(super) static REMOVE_ORG_USER: Operation = Operation {
    id: OperationId::RemoveOrgUser,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/orgs/{orgId}/users/{userId}",
    versions: &[dated(ApiVersion::V2025_02_19, None, &NOTHING)],
    list: false,
    access: Access::Organization(OrgRole::Owner),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "removeOrgUser",
    alias: None,
    summary: "Remove a person from an organization",
};

pub(super) static ADD_ORG_ROLE: Operation = Operation {
    id: OperationId::AddOrgRole,
    method: Method::Post,
    api: Api::Atlas,
    path: "/orgs/{orgId}/users/{userId}:addRole",
    versions: &[dated(ApiVersion::V2025_02_19, Some(&v2025_02_19::ONE_ORG_ROLE), &v2025_02_19::ORG_SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "addOrgRole",
    alias: Some("addOrgUserRole"),
    summary: "Give a person a role in an organization",
};

pub(super) static REMOVE_ORG_ROLE: Operation = Operation {
    id: OperationId::RemoveOrgRole,
    method: Method::Post,
    api: Api::Atlas,
    path: "/orgs/{orgId}/users/{userId}:removeRole",
    versions: &[dated(ApiVersion::V2025_02_19, Some(&v2025_02_19::ONE_ORG_ROLE), &v2025_02_19::ORG_SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "removeOrgRole",
    alias: Some("removeOrgUserRole"),
    summary: "Take a role in an organization from a person",
};

pub(super) static LIST_TEAM_USERS: Operation = Operation {
    id: OperationId::ListTeamUsers,
    method: Method::Get,
    api: Api::Atlas,
    path: "/orgs/{orgId}/teams/{teamId}/users",
    versions: &[
        replaced(
            dated(ApiVersion::V2023_01_01, None, &v2023_01_01::SCHEMA),
            date!(2025 - 02 - 19),
            date!(2027 - 07 - 01),
        ),
        dated(ApiVersion::V2025_02_19, None, &v2025_02_19::ORG_SCHEMA),
    ],
    list: true,
    access: Access::Organization(OrgRole::Member),
    success: 200,
    query: TEAM_USERS,
    headers: &[],
    errors: NAMED,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "listTeamUsers",
    alias: Some("listOrgTeamUsers"),
    summary: "List the people of a team",
};

pub(super) static ADD_ORG_TEAM_USER: Operation = Operation {
    id: OperationId::AddOrgTeamUser,
    method: Method::Post,
    api: Api::Atlas,
    path: "/orgs/{orgId}/teams/{teamId}:addUser",
    versions: &[dated(ApiVersion::V2025_02_19, Some(&teams::v2023_01_01::PERSON), &v2025_02_19::ORG_SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "addOrgTeamUser",
    alias: None,
    summary: "Put a person into a team",
};

pub(super) static REMOVE_ORG_TEAM_USER: Operation = Operation {
    id: OperationId::RemoveOrgTeamUser,
    method: Method::Post,
    api: Api::Atlas,
    path: "/orgs/{orgId}/teams/{teamId}:removeUser",
    versions: &[dated(ApiVersion::V2025_02_19, Some(&teams::v2023_01_01::PERSON), &v2025_02_19::ORG_SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "removeOrgTeamUser",
    alias: None,
    summary: "Take a person out of a team by name",
};

pub(super) static LIST_USER_STANDINGS: Operation = Operation {
    id: OperationId::ListUserStandings,
    method: Method::Get,
    api: Api::Atrest,
    path: "/orgs/{orgId}/users",
    versions: &[own(&own_users::SCHEMA)],
    list: true,
    access: Access::Organization(OrgRole::Owner),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "listUserStandings",
    alias: None,
    summary: "List the people of an organization and who of them was shut out",
};

pub(super) static DISABLE_USER: Operation = Operation {
    id: OperationId::DisableUser,
    method: Method::Post,
    api: Api::Atrest,
    path: "/orgs/{orgId}/users/{userId}/disable",
    versions: &[own(&own_users::SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "disableUser",
    alias: None,
    summary: "Shut a person out",
};

pub(super) static ENABLE_USER: Operation = Operation {
    id: OperationId::EnableUser,
    method: Method::Post,
    api: Api::Atrest,
    path: "/orgs/{orgId}/users/{userId}/enable",
    versions: &[own(&own_users::SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "enableUser",
    alias: None,
    summary: "Let a person in again who was shut out",
};

pub(super) static RESET_USER: Operation = Operation {
    id: OperationId::ResetUser,
    method: Method::Post,
    api: Api::Atrest,
    path: "/orgs/{orgId}/users/{userId}/reset",
    versions: &[own(&own_users::SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Owner),
    success: 202,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &USERS,
    tag: TAG,
    operation_id: "resetUser",
    alias: None,
    summary: "Send a person a new token: for a new password, or for the invitation",
};

pub(super) static ACCEPT_INVITATION: Operation = Operation {
    id: OperationId::AcceptInvitation,
    method: Method::Post,
    api: Api::Atrest,
    path: "/invitations/accept",
    versions: &[own_from(&own_users::ACCEPTANCE, &own_users::SCHEMA)],
    list: false,
    access: Access::Public,
    success: 200,
    query: ONE,
    headers: &[],
    errors: &[400, 403, 406, 408, 413, 415, 429, 500, 503],
    rate_limit: &INVITATIONS,
    tag: TAG,
    operation_id: "acceptInvitation",
    alias: None,
    summary: "Use a token from a letter: accept an invitation, or set a new password",
};
