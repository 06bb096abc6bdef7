//! The entries for projects beside the first ones. It must not hold anything but data.

use super::{DELETION, NAMED, NOTHING, ONE, WRITE, dated, own, own_from};
use crate::atlas::groups;
use crate::atlas::version::ApiVersion;
use crate::atrest::groups as activity;
use crate::operations::rate_limit::PROJECTS;
use crate::operations::{Access, Api, Method, Operation, OperationId, ProjectRole};
use crate::paging::{ITEMS_PER_PAGE, PAGE_NUM};
use crate::query::{ENVELOPE, PRETTY, QueryParameter};
use crate::schema::FLAG;

const TAG_PROJECTS: &str = "Projects";

static VERSIONS: &[&QueryParameter] = &[
    &ENVELOPE,
    &PRETTY,
    &ITEMS_PER_PAGE,
    &PAGE_NUM,
    &groups::mongo_db_versions::CLOUD_PROVIDER,
    &groups::mongo_db_versions::INSTANCE_SIZE,
    &groups::mongo_db_versions::DEFAULT_STATUS,
];

pub(super) static UPDATE_GROUP: Operation = Operation {
    id: OperationId::UpdateGroup,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}",
    versions: &[dated(
        ApiVersion::V2023_01_01,
        Some(&groups::v2023_01_01::UPDATE_SCHEMA),
        &groups::v2023_01_01::SCHEMA,
    )],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &PROJECTS,
    tag: TAG_PROJECTS,
    operation_id: "updateGroup",
    alias: None,
    summary: "Change a project's name or its tags",
};

pub(super) static GET_GROUP_BY_NAME: Operation = Operation {
    id: OperationId::GetGroupByName,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/byName/{groupName}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &groups::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Authenticated,
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: TAG_PROJECTS,
    operation_id: "getGroupByName",
    alias: None,
    summary: "Show the project of a name",
};

pub(super) static GET_GROUP_SETTINGS: Operation = Operation {
    id: OperationId::GetGroupSettings,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/settings",
    versions: &[dated(ApiVersion::V2023_01_01, None, &groups::settings::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: TAG_PROJECTS,
    operation_id: "getGroupSettings",
    alias: None,
    summary: "Show a project's switches",
};

pub(super) static UPDATE_GROUP_SETTINGS: Operation = Operation {
    id: OperationId::UpdateGroupSettings,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}/settings",
    versions: &[dated(ApiVersion::V2023_01_01, Some(&groups::settings::SCHEMA), &groups::settings::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &PROJECTS,
    tag: TAG_PROJECTS,
    operation_id: "updateGroupSettings",
    alias: None,
    summary: "Turn a project's switches",
};

pub(super) static LIST_GROUP_LIMITS: Operation = Operation {
    id: OperationId::ListGroupLimits,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/limits",
    versions: &[dated(ApiVersion::V2023_01_01, None, &groups::limits::LIST_SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: TAG_PROJECTS,
    operation_id: "listGroupLimits",
    alias: None,
    summary: "List a project's limits",
};

pub(super) static GET_GROUP_LIMIT: Operation = Operation {
    id: OperationId::GetGroupLimit,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/limits/{limitName}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &groups::limits::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: TAG_PROJECTS,
    operation_id: "getGroupLimit",
    alias: None,
    summary: "Show one limit of a project",
};

pub(super) static SET_GROUP_LIMIT: Operation = Operation {
    id: OperationId::SetGroupLimit,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}/limits/{limitName}",
    versions: &[dated(ApiVersion::V2023_01_01, Some(&groups::limits::SCHEMA), &groups::limits::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &PROJECTS,
    tag: TAG_PROJECTS,
    operation_id: "setGroupLimit",
    alias: None,
    summary: "Set one limit of a project",
};

pub(super) static DELETE_GROUP_LIMIT: Operation = Operation {
    id: OperationId::DeleteGroupLimit,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}/limits/{limitName}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &PROJECTS,
    tag: TAG_PROJECTS,
    operation_id: "deleteGroupLimit",
    alias: None,
    summary: "Let one limit of a project be as by default",
};

pub(super) static GET_GROUP_IP_ADDRESSES: Operation = Operation {
    id: OperationId::GetGroupIpAddresses,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/ipAddresses",
    versions: &[dated(ApiVersion::V2023_01_01, None, &groups::ip_addresses::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: TAG_PROJECTS,
    operation_id: "getGroupIpAddresses",
    alias: None,
    summary: "List the addresses of a project's clusters: none are known",
};

pub(super) static GET_MONGO_DB_VERSIONS: Operation = Operation {
    id: OperationId::GetMongoDbVersions,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/mongoDBVersions",
    versions: &[dated(ApiVersion::V2023_01_01, None, &groups::mongo_db_versions::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: VERSIONS,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: TAG_PROJECTS,
    operation_id: "getMongoDbVersions",
    alias: Some("getGroupMongoDbVersions"),
    summary: "List the release series that clusters can be described with",
};

pub(super) static GET_MANAGED_SLOW_MS: Operation = Operation {
    id: OperationId::GetManagedSlowMs,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/managedSlowMs",
    versions: &[dated(ApiVersion::V2023_01_01, None, &FLAG)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: "Performance Advisor",
    operation_id: "getManagedSlowMs",
    alias: Some("getGroupManagedSlowMs"),
    summary: "Tell whether what counts as slow is measured",
};

pub(super) static ENABLE_MANAGED_SLOW_MS: Operation = Operation {
    id: OperationId::EnableManagedSlowMs,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/managedSlowMs/enable",
    versions: &[dated(ApiVersion::V2023_01_01, None, &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &PROJECTS,
    tag: "Performance Advisor",
    operation_id: "enableManagedSlowMs",
    alias: Some("enableGroupManagedSlowMs"),
    summary: "Have what counts as slow measured",
};

pub(super) static DISABLE_MANAGED_SLOW_MS: Operation = Operation {
    id: OperationId::DisableManagedSlowMs,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}/managedSlowMs/disable",
    versions: &[dated(ApiVersion::V2023_01_01, None, &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &PROJECTS,
    tag: "Performance Advisor",
    operation_id: "disableManagedSlowMs",
    alias: Some("disableGroupManagedSlowMs"),
    summary: "Have 100 ms count as slow",
};

pub(super) static GET_GROUP_ACTIVITY: Operation = Operation {
    id: OperationId::GetGroupActivity,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}",
    versions: &[own(&activity::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: TAG_PROJECTS,
    operation_id: "getGroupActivity",
    alias: None,
    summary: "Tell whether a project is in use",
};

pub(super) static UPDATE_GROUP_ACTIVITY: Operation = Operation {
    id: OperationId::UpdateGroupActivity,
    method: Method::Patch,
    api: Api::Atrest,
    path: "/groups/{groupId}",
    versions: &[own_from(&activity::UPDATE_SCHEMA, &activity::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &PROJECTS,
    tag: TAG_PROJECTS,
    operation_id: "updateGroupActivity",
    alias: None,
    summary: "Set a project aside, or take it up again",
};
