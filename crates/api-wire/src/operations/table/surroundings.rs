//! The entries for what clients read on their way: where calls come from, how many are allowed, the document of both APIs,
//! and the parts of Atlas that are not offered. It must not hold anything but data.

use super::{LIST, NAMED, ONE, SIGNED_IN, dated, own};
use crate::atlas::version::ApiVersion;
use crate::atlas::{control_plane_addresses, not_offered, rate_limits, system_status};
use crate::openapi;
use crate::operations::rate_limit::{DOCUMENT, PROJECTS, ROOT};
use crate::operations::{Access, Api, Method, Operation, OperationId, ProjectRole};
use crate::paging::{INCLUDE_COUNT, ITEMS_PER_PAGE, PAGE_NUM};
use crate::query::{ENVELOPE, PRETTY, QueryParameter};

/// What anybody can run into.
const OPEN: &[u16] = &[400, 406, 429, 500, 503];

static RATE_LIMITS: &[&QueryParameter] = &[
    &ENVELOPE,
    &PRETTY,
    &ITEMS_PER_PAGE,
    &PAGE_NUM,
    &rate_limits::GROUP_ID,
    &rate_limits::ORG_ID,
    &rate_limits::USER_ID,
    &rate_limits::IP_ADDRESS,
    &rate_limits::NAME,
    &rate_limits::ENDPOINT_PATH,
];
static PEERS: &[&QueryParameter] =
    &[&ENVELOPE, &PRETTY, &INCLUDE_COUNT, &ITEMS_PER_PAGE, &PAGE_NUM, &not_offered::PEERING_PROVIDER_NAME];
static RATE_LIMIT: &[&QueryParameter] = &[
    &ENVELOPE,
    &PRETTY,
    &rate_limits::GROUP_ID,
    &rate_limits::ORG_ID,
    &rate_limits::USER_ID,
    &rate_limits::IP_ADDRESS,
];

pub(super) static LIST_CONTROL_PLANE_ADDRESSES: Operation = Operation {
    id: OperationId::ListControlPlaneAddresses,
    method: Method::Get,
    api: Api::Atlas,
    path: "/unauth/controlPlaneIPAddresses",
    versions: &[dated(ApiVersion::V2023_11_15, None, &control_plane_addresses::SCHEMA)],
    list: false,
    access: Access::Public,
    success: 200,
    query: ONE,
    headers: &[],
    errors: OPEN,
    rate_limit: &DOCUMENT,
    tag: "Root",
    operation_id: "listControlPlaneAddresses",
    alias: Some("listControlPlaneIpAddresses"),
    summary: "List the addresses that key providers are called from",
};

pub(super) static LIST_RATE_LIMITS: Operation = Operation {
    id: OperationId::ListRateLimits,
    method: Method::Get,
    api: Api::Atlas,
    path: "/rateLimits",
    versions: &[dated(ApiVersion::V2025_03_12, None, &rate_limits::SCHEMA)],
    list: true,
    access: Access::Authenticated,
    success: 200,
    query: RATE_LIMITS,
    headers: &[],
    errors: SIGNED_IN,
    rate_limit: &ROOT,
    tag: "Rate Limiting",
    operation_id: "listRateLimits",
    alias: None,
    summary: "List how many calls are allowed",
};

pub(super) static GET_RATE_LIMIT: Operation = Operation {
    id: OperationId::GetRateLimit,
    method: Method::Get,
    api: Api::Atlas,
    path: "/rateLimits/{endpointSetId}",
    versions: &[dated(ApiVersion::V2025_03_12, None, &rate_limits::SCHEMA)],
    list: false,
    access: Access::Authenticated,
    success: 200,
    query: RATE_LIMIT,
    headers: &[],
    errors: NAMED,
    rate_limit: &ROOT,
    tag: "Rate Limiting",
    operation_id: "getRateLimit",
    alias: None,
    summary: "Tell how many calls of one kind are allowed",
};

pub(super) static GET_AUDIT_LOG: Operation = Operation {
    id: OperationId::GetAuditLog,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/auditLog",
    versions: &[dated(ApiVersion::V2023_01_01, None, &not_offered::AUDIT_LOG)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: "Auditing",
    operation_id: "getAuditLog",
    alias: Some("getGroupAuditLog"),
    summary: "Show how databases are audited: not through this service",
};

pub(super) static LIST_CUSTOM_DB_ROLES: Operation = Operation {
    id: OperationId::ListCustomDbRoles,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/customDBRoles/roles",
    versions: &[dated(ApiVersion::V2023_01_01, None, &not_offered::EMPTY_LIST)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: "Custom Database Roles",
    operation_id: "listCustomDbRoles",
    alias: Some("listGroupCustomDbRoleRoles"),
    summary: "List custom database roles: there are none",
};

pub(super) static LIST_DATABASE_USERS: Operation = Operation {
    id: OperationId::ListDatabaseUsers,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/databaseUsers",
    versions: &[dated(ApiVersion::V2023_01_01, None, &not_offered::NOTHING_LIKE_IT)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: "Database Users",
    operation_id: "listDatabaseUsers",
    alias: Some("listGroupDatabaseUsers"),
    summary: "List database users: there are none",
};

pub(super) static LIST_GROUP_INTEGRATIONS: Operation = Operation {
    id: OperationId::ListGroupIntegrations,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/integrations",
    versions: &[dated(ApiVersion::V2023_01_01, None, &not_offered::NOTHING_LIKE_IT)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: "Third-Party Integrations",
    operation_id: "listGroupIntegrations",
    alias: None,
    summary: "List third-party integrations: there are none",
};

pub(super) static LIST_GROUP_PEERS: Operation = Operation {
    id: OperationId::ListGroupPeers,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/peers",
    versions: &[dated(ApiVersion::V2023_01_01, None, &not_offered::NOTHING_LIKE_IT)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: PEERS,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: "Network Peering",
    operation_id: "listGroupPeers",
    alias: None,
    summary: "List network peerings: there are none",
};

pub(super) static GET_MAINTENANCE_WINDOW: Operation = Operation {
    id: OperationId::GetMaintenanceWindow,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/maintenanceWindow",
    versions: &[dated(ApiVersion::V2023_01_01, None, &not_offered::MAINTENANCE_WINDOW)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: "Maintenance Windows",
    operation_id: "getMaintenanceWindow",
    alias: Some("getGroupMaintenanceWindow"),
    summary: "Show the maintenance window: there is none",
};

pub(super) static LIST_ENDPOINT_SERVICES: Operation = Operation {
    id: OperationId::ListEndpointServices,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/privateEndpoint/{cloudProvider}/endpointService",
    versions: &[dated(ApiVersion::V2023_01_01, None, &not_offered::EMPTY_LIST)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: "Private Endpoint Services",
    operation_id: "listPrivateEndpointService",
    alias: Some("listGroupPrivateEndpointEndpointService"),
    summary: "List private endpoint services of clusters: there are none",
};

pub(super) static GET_REGIONAL_MODE: Operation = Operation {
    id: OperationId::GetRegionalMode,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/privateEndpoint/regionalMode",
    versions: &[dated(ApiVersion::V2023_01_01, None, &not_offered::REGIONAL_MODE)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: "Private Endpoint Services",
    operation_id: "getRegionalEndpointMode",
    alias: Some("getGroupPrivateEndpointRegionalMode"),
    summary: "Show the regional mode of private endpoints of clusters: off",
};

pub(super) static GET_USER_SECURITY: Operation = Operation {
    id: OperationId::GetUserSecurity,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/userSecurity",
    versions: &[dated(ApiVersion::V2023_01_01, None, &not_offered::USER_SECURITY)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: "LDAP Configuration",
    operation_id: "getUserSecurity",
    alias: Some("getGroupUserSecurity"),
    summary: "Show how database users sign in otherwise: not at all",
};

pub(super) static GET_SYSTEM_STATUS: Operation = Operation {
    id: OperationId::GetSystemStatus,
    method: Method::Get,
    api: Api::Atlas,
    path: "",
    versions: &[dated(ApiVersion::V2023_01_01, None, &system_status::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Authenticated,
    success: 200,
    query: ONE,
    headers: &[],
    errors: SIGNED_IN,
    rate_limit: &ROOT,
    tag: "Root",
    operation_id: "getSystemStatus",
    alias: None,
    summary: "Show the service and the key that asks",
};

pub(super) static GET_OPEN_API: Operation = Operation {
    id: OperationId::GetOpenApi,
    method: Method::Get,
    api: Api::Atrest,
    path: "/openapi.json",
    versions: &[own(&openapi::DOCUMENT_SCHEMA)],
    list: false,
    access: Access::Public,
    success: 200,
    query: ONE,
    headers: &[],
    errors: OPEN,
    rate_limit: &DOCUMENT,
    tag: "Atrest",
    operation_id: "getOpenApi",
    alias: None,
    summary: "Describe both APIs as an OpenAPI document",
};
