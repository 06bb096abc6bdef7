//! The entries for organizations. It must not hold anything but data.

use super::{DELETION, NAMED, NOTHING, ONE, SIGNED_IN, WRITE, dated};
use crate::atlas::version::ApiVersion;
use crate::atlas::{groups, orgs};
use crate::operations::rate_limit::ORGANIZATIONS;
use crate::operations::{Access, Api, Method, Operation, OperationId, OrgRole};
use crate::paging::{INCLUDE_COUNT, ITEMS_PER_PAGE, PAGE_NUM};
use crate::query::{ENVELOPE, PRETTY, QueryParameter};

const TAG_ORGANIZATIONS: &str = "Organizations";

static BY_NAME: &[&QueryParameter] = &[&ENVELOPE, &PRETTY, &INCLUDE_COUNT, &ITEMS_PER_PAGE, &PAGE_NUM, &groups::NAME];

pub(super) static UPDATE_ORG: Operation = Operation {
    id: OperationId::UpdateOrg,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/orgs/{orgId}",
    versions: &[dated(ApiVersion::V2023_01_01, Some(&orgs::v2023_01_01::UPDATE_SCHEMA), &orgs::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &ORGANIZATIONS,
    tag: TAG_ORGANIZATIONS,
    operation_id: "updateOrg",
    alias: None,
    summary: "Rename an organization",
};

pub(super) static DELETE_ORG: Operation = Operation {
    id: OperationId::DeleteOrg,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/orgs/{orgId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &NOTHING)],
    list: false,
    access: Access::Organization(OrgRole::Owner),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &ORGANIZATIONS,
    tag: TAG_ORGANIZATIONS,
    operation_id: "deleteOrg",
    alias: None,
    summary: "Delete an organization that has no projects",
};

pub(super) static LIST_ORG_GROUPS: Operation = Operation {
    id: OperationId::ListOrgGroups,
    method: Method::Get,
    api: Api::Atlas,
    path: "/orgs/{orgId}/groups",
    versions: &[dated(ApiVersion::V2023_01_01, None, &groups::v2023_01_01::SCHEMA)],
    list: true,
    access: Access::Organization(OrgRole::Member),
    success: 200,
    query: BY_NAME,
    headers: &[],
    errors: NAMED,
    rate_limit: &ORGANIZATIONS,
    tag: TAG_ORGANIZATIONS,
    operation_id: "getOrgGroups",
    alias: None,
    summary: "List the projects of an organization that you can see",
};

pub(super) static GET_ORG_SETTINGS: Operation = Operation {
    id: OperationId::GetOrgSettings,
    method: Method::Get,
    api: Api::Atlas,
    path: "/orgs/{orgId}/settings",
    versions: &[dated(ApiVersion::V2023_01_01, None, &orgs::settings::SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Member),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &ORGANIZATIONS,
    tag: TAG_ORGANIZATIONS,
    operation_id: "getOrgSettings",
    alias: None,
    summary: "Show what an organization's owners set",
};

pub(super) static UPDATE_ORG_SETTINGS: Operation = Operation {
    id: OperationId::UpdateOrgSettings,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/orgs/{orgId}/settings",
    versions: &[dated(ApiVersion::V2023_01_01, Some(&orgs::settings::SCHEMA), &orgs::settings::SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &ORGANIZATIONS,
    tag: TAG_ORGANIZATIONS,
    operation_id: "updateOrgSettings",
    alias: None,
    summary: "Set what holds for all who belong to an organization",
};

pub(super) static LIST_ORGS: Operation = Operation {
    id: OperationId::ListOrgs,
    method: Method::Get,
    api: Api::Atlas,
    path: "/orgs",
    versions: &[dated(ApiVersion::V2023_01_01, None, &orgs::v2023_01_01::SCHEMA)],
    list: true,
    access: Access::Authenticated,
    success: 200,
    query: BY_NAME,
    headers: &[],
    errors: SIGNED_IN,
    rate_limit: &ORGANIZATIONS,
    tag: "Organizations",
    operation_id: "listOrgs",
    alias: None,
    summary: "List the organizations you can see",
};

pub(super) static GET_ORG: Operation = Operation {
    id: OperationId::GetOrg,
    method: Method::Get,
    api: Api::Atlas,
    path: "/orgs/{orgId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &orgs::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Member),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &ORGANIZATIONS,
    tag: "Organizations",
    operation_id: "getOrg",
    alias: None,
    summary: "Show one organization",
};
