//! The entries for projects' IP access lists. It must not hold anything but data.

use super::{DELETION, LIST, NAMED, NOTHING, ONE, WRITE, dated};
use crate::atlas::access_list::v2023_01_01::{CREATE_SCHEMA, SCHEMA, STATUS_SCHEMA};
use crate::atlas::version::ApiVersion;
use crate::operations::rate_limit::PROJECTS;
use crate::operations::{Access, Api, Method, Operation, OperationId, ProjectRole};

const TAG_ACCESS_LIST: &str = "Project IP Access List";

pub(super) static LIST_ACCESS_LIST_ENTRIES: Operation = Operation {
    id: OperationId::ListAccessListEntries,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/accessList",
    versions: &[dated(ApiVersion::V2023_01_01, None, &SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: TAG_ACCESS_LIST,
    operation_id: "listAccessListEntries",
    alias: Some("listGroupAccessListEntries"),
    summary: "List a project's IP access list",
};

pub(super) static CREATE_ACCESS_LIST_ENTRY: Operation = Operation {
    id: OperationId::CreateAccessListEntry,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/accessList",
    versions: &[dated(ApiVersion::V2023_01_01, Some(&CREATE_SCHEMA), &SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::NetworkAccessManager),
    success: 200,
    query: LIST,
    headers: &[],
    errors: WRITE,
    rate_limit: &PROJECTS,
    tag: TAG_ACCESS_LIST,
    operation_id: "createAccessListEntry",
    alias: Some("createGroupAccessListEntry"),
    summary: "Add entries to a project's IP access list",
};

pub(super) static GET_ACCESS_LIST_ENTRY: Operation = Operation {
    id: OperationId::GetAccessListEntry,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/accessList/{entryValue}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: TAG_ACCESS_LIST,
    operation_id: "getAccessListEntry",
    alias: Some("getGroupAccessListEntry"),
    summary: "Show one entry of a project's IP access list",
};

pub(super) static DELETE_ACCESS_LIST_ENTRY: Operation = Operation {
    id: OperationId::DeleteAccessListEntry,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}/accessList/{entryValue}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::NetworkAccessManager),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &PROJECTS,
    tag: TAG_ACCESS_LIST,
    operation_id: "deleteAccessListEntry",
    alias: Some("deleteGroupAccessListEntry"),
    summary: "Take an entry from a project's IP access list",
};

pub(super) static GET_ACCESS_LIST_STATUS: Operation = Operation {
    id: OperationId::GetAccessListStatus,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/accessList/{entryValue}/status",
    versions: &[dated(ApiVersion::V2023_01_01, None, &STATUS_SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: TAG_ACCESS_LIST,
    operation_id: "getAccessListStatus",
    alias: Some("getGroupAccessListStatus"),
    summary: "Tell whether an entry is on a project's IP access list",
};
