//! The entries of the registry, one after the other. It must not hold anything but data.

use super::rate_limit::{DOCUMENT, ENCRYPTION_AT_REST, EVENTS, ORGANIZATIONS, PROJECTS, ROOT};
use super::{Access, Api, Method, Operation, OperationId, OrgRole, ProjectRole, VersionEntry};
use crate::atlas::version::ApiVersion;
use crate::atlas::{encryption_at_rest, events, groups, orgs, system_status};
use crate::atrest::validity;
use crate::openapi;
use crate::paging::{INCLUDE_COUNT, ITEMS_PER_PAGE, PAGE_NUM};
use crate::query::{ENVELOPE, PRETTY, QueryParameter};
use crate::schema::Schema;

/// Every operation, once.
pub static OPERATIONS: &[&Operation] = &[
    &GET_SYSTEM_STATUS,
    &LIST_ORGS,
    &GET_ORG,
    &LIST_GROUPS,
    &GET_GROUP,
    &LIST_GROUP_EVENTS,
    &GET_GROUP_EVENT,
    &GET_ENCRYPTION_AT_REST,
    &UPDATE_ENCRYPTION_AT_REST,
    &GET_ENCRYPTION_AT_REST_VALIDITY,
    &GET_OPEN_API,
];

impl OperationId {
    /// Returns the operation's entry.
    pub const fn operation(self) -> &'static Operation {
        match self {
            Self::GetSystemStatus => &GET_SYSTEM_STATUS,
            Self::ListOrgs => &LIST_ORGS,
            Self::GetOrg => &GET_ORG,
            Self::ListGroups => &LIST_GROUPS,
            Self::GetGroup => &GET_GROUP,
            Self::ListGroupEvents => &LIST_GROUP_EVENTS,
            Self::GetGroupEvent => &GET_GROUP_EVENT,
            Self::GetEncryptionAtRest => &GET_ENCRYPTION_AT_REST,
            Self::UpdateEncryptionAtRest => &UPDATE_ENCRYPTION_AT_REST,
            Self::GetEncryptionAtRestValidity => &GET_ENCRYPTION_AT_REST_VALIDITY,
            Self::GetOpenApi => &GET_OPEN_API,
        }
    }
}

const TAG_ENCRYPTION_AT_REST: &str = "Encryption at Rest using Customer Key Management";

static ONE: &[&QueryParameter] = &[&ENVELOPE, &PRETTY];
static LIST: &[&QueryParameter] = &[&ENVELOPE, &PRETTY, &INCLUDE_COUNT, &ITEMS_PER_PAGE, &PAGE_NUM];

/// What any call with credentials can run into.
const SIGNED_IN: &[u16] = &[400, 401, 403, 406, 429, 500, 503];
/// The same, for a path that names something.
const NAMED: &[u16] = &[400, 401, 403, 404, 406, 429, 500, 503];
/// The same, for a change that asks a provider.
const CHANGE: &[u16] = &[400, 401, 403, 404, 406, 408, 409, 413, 415, 429, 500, 501, 503];

const fn dated(version: ApiVersion, request: Option<&'static Schema>, response: &'static Schema) -> VersionEntry {
    VersionEntry { version: Some(version), deprecated: None, sunset: None, request, response }
}

const fn own(response: &'static Schema) -> VersionEntry {
    VersionEntry { version: None, deprecated: None, sunset: None, request: None, response }
}

static GET_SYSTEM_STATUS: Operation = Operation {
    id: OperationId::GetSystemStatus,
    method: Method::Get,
    api: Api::Atlas,
    path: "",
    versions: &[dated(ApiVersion::V2023_01_01, None, &system_status::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Authenticated,
    success: 200,
    query: ONE,
    errors: SIGNED_IN,
    rate_limit: &ROOT,
    tag: "Root",
    operation_id: "getSystemStatus",
    summary: "Show the service and the key that asks",
};

static LIST_ORGS: Operation = Operation {
    id: OperationId::ListOrgs,
    method: Method::Get,
    api: Api::Atlas,
    path: "/orgs",
    versions: &[dated(ApiVersion::V2023_01_01, None, &orgs::v2023_01_01::SCHEMA)],
    list: true,
    access: Access::Authenticated,
    success: 200,
    query: LIST,
    errors: SIGNED_IN,
    rate_limit: &ORGANIZATIONS,
    tag: "Organizations",
    operation_id: "listOrgs",
    summary: "List the organizations you can see",
};

static GET_ORG: Operation = Operation {
    id: OperationId::GetOrg,
    method: Method::Get,
    api: Api::Atlas,
    path: "/orgs/{orgId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &orgs::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Member),
    success: 200,
    query: ONE,
    errors: NAMED,
    rate_limit: &ORGANIZATIONS,
    tag: "Organizations",
    operation_id: "getOrg",
    summary: "Show one organization",
};

static LIST_GROUPS: Operation = Operation {
    id: OperationId::ListGroups,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups",
    versions: &[dated(ApiVersion::V2023_01_01, None, &groups::v2023_01_01::SCHEMA)],
    list: true,
    access: Access::Authenticated,
    success: 200,
    query: LIST,
    errors: SIGNED_IN,
    rate_limit: &PROJECTS,
    tag: "Projects",
    operation_id: "listGroups",
    summary: "List the projects you can see",
};

static GET_GROUP: Operation = Operation {
    id: OperationId::GetGroup,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &groups::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: "Projects",
    operation_id: "getGroup",
    summary: "Show one project",
};

static LIST_GROUP_EVENTS: Operation = Operation {
    id: OperationId::ListGroupEvents,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/events",
    versions: &[dated(ApiVersion::V2023_01_01, None, &events::v2023_01_01::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: events::query::LIST,
    errors: NAMED,
    rate_limit: &EVENTS,
    tag: "Events",
    operation_id: "listGroupEvents",
    summary: "List a project's events, newest first",
};

static GET_GROUP_EVENT: Operation = Operation {
    id: OperationId::GetGroupEvent,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/events/{eventId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &events::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: events::query::ONE,
    errors: NAMED,
    rate_limit: &EVENTS,
    tag: "Events",
    operation_id: "getGroupEvent",
    summary: "Show one event of a project",
};

static GET_ENCRYPTION_AT_REST: Operation = Operation {
    id: OperationId::GetEncryptionAtRest,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/encryptionAtRest",
    versions: &[dated(ApiVersion::V2023_01_01, None, &encryption_at_rest::v2023_01_01::RESPONSE_SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    errors: NAMED,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: TAG_ENCRYPTION_AT_REST,
    operation_id: "getEncryptionAtRest",
    summary: "Show the customer keys of a project",
};

static UPDATE_ENCRYPTION_AT_REST: Operation = Operation {
    id: OperationId::UpdateEncryptionAtRest,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}/encryptionAtRest",
    versions: &[dated(
        ApiVersion::V2023_01_01,
        Some(&encryption_at_rest::v2023_01_01::REQUEST_SCHEMA),
        &encryption_at_rest::v2023_01_01::RESPONSE_SCHEMA,
    )],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    errors: CHANGE,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: TAG_ENCRYPTION_AT_REST,
    operation_id: "updateEncryptionAtRest",
    summary: "Change the customer keys of a project",
};

static GET_ENCRYPTION_AT_REST_VALIDITY: Operation = Operation {
    id: OperationId::GetEncryptionAtRestValidity,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/encryptionAtRest/validity",
    versions: &[own(&validity::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    errors: NAMED,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: "Atrest",
    operation_id: "getEncryptionAtRestValidity",
    summary: "Show what the last check of each customer key found",
};

static GET_OPEN_API: Operation = Operation {
    id: OperationId::GetOpenApi,
    method: Method::Get,
    api: Api::Atrest,
    path: "/openapi.json",
    versions: &[own(&openapi::DOCUMENT_SCHEMA)],
    list: false,
    access: Access::Public,
    success: 200,
    query: ONE,
    errors: &[400, 406, 429, 500, 503],
    rate_limit: &DOCUMENT,
    tag: "Atrest",
    operation_id: "getOpenApi",
    summary: "Describe both APIs as an OpenAPI document",
};
