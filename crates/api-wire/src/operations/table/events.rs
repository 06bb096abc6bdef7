//! The entries for events. It must not hold anything but data.

use super::{LIST, NAMED, SIGNED_IN, dated};
use crate::atlas::event_types;
use crate::atlas::events::query;
use crate::atlas::events::v2023_01_01::SCHEMA;
use crate::atlas::version::ApiVersion;
use crate::operations::rate_limit::{EVENTS, ORG_EVENTS};
use crate::operations::{Access, Api, Method, Operation, OperationId, OrgRole, ProjectRole};

const TAG: &str = "Events";

pub(super) static LIST_EVENT_TYPES: Operation = Operation {
    id: OperationId::ListEventTypes,
    method: Method::Get,
    api: Api::Atlas,
    path: "/eventTypes",
    versions: &[dated(ApiVersion::V2023_01_01, None, &event_types::DETAILS_SCHEMA)],
    list: true,
    access: Access::Authenticated,
    success: 200,
    query: LIST,
    headers: &[],
    errors: SIGNED_IN,
    rate_limit: &ORG_EVENTS,
    tag: TAG,
    operation_id: "listEventTypes",
    alias: None,
    summary: "List the types of events",
};

pub(super) static LIST_ORG_EVENTS: Operation = Operation {
    id: OperationId::ListOrgEvents,
    method: Method::Get,
    api: Api::Atlas,
    path: "/orgs/{orgId}/events",
    versions: &[dated(ApiVersion::V2023_01_01, None, &SCHEMA)],
    list: true,
    access: Access::Organization(OrgRole::Member),
    success: 200,
    query: query::LIST_OF_ORG,
    headers: &[],
    errors: NAMED,
    rate_limit: &ORG_EVENTS,
    tag: TAG,
    operation_id: "listOrgEvents",
    alias: None,
    summary: "List an organization's own events, newest first",
};

pub(super) static GET_ORG_EVENT: Operation = Operation {
    id: OperationId::GetOrgEvent,
    method: Method::Get,
    api: Api::Atlas,
    path: "/orgs/{orgId}/events/{eventId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Member),
    success: 200,
    query: query::ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &ORG_EVENTS,
    tag: TAG,
    operation_id: "getOrgEvent",
    alias: None,
    summary: "Show one of an organization's own events",
};

pub(super) static LIST_GROUP_EVENTS: Operation = Operation {
    id: OperationId::ListGroupEvents,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/events",
    versions: &[dated(ApiVersion::V2023_01_01, None, &SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: query::LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &EVENTS,
    tag: TAG,
    operation_id: "listGroupEvents",
    alias: None,
    summary: "List a project's events, newest first",
};

pub(super) static GET_GROUP_EVENT: Operation = Operation {
    id: OperationId::GetGroupEvent,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/events/{eventId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: query::ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &EVENTS,
    tag: TAG,
    operation_id: "getGroupEvent",
    alias: None,
    summary: "Show one event of a project",
};
