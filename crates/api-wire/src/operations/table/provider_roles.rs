//! The entries for access roles, the dry run and the setup kit. It must not hold anything but data.

use super::{DELETION, NAMED, NOTHING, ONE, TAG_ENCRYPTION_AT_REST, WRITE, dated, own, own_from};
use crate::atlas::cloud_provider_access::v2023_01_01::{CREATE_SCHEMA, ROLE_SCHEMA, ROLES_SCHEMA, UPDATE_SCHEMA};
use crate::atlas::encryption_at_rest::v2023_01_01::REQUEST_SCHEMA;
use crate::atlas::version::ApiVersion;
use crate::atrest::{encryption_at_rest_check, setup_kit};
use crate::operations::rate_limit::{CLOUD_PROVIDER_ACCESS, ENCRYPTION_AT_REST, ENCRYPTION_AT_REST_CHECK};
use crate::operations::{Access, Api, Method, Operation, OperationId, ProjectRole};
use crate::query::{ENVELOPE, PRETTY, QueryParameter};

const TAG: &str = "Cloud Provider Access";

static KIT: &[&QueryParameter] = &[&ENVELOPE, &PRETTY, &setup_kit::KEY_ID, &setup_kit::ROLE_ID, &setup_kit::TENANT_ID];

pub(super) static LIST_PROVIDER_ROLES: Operation = Operation {
    id: OperationId::ListProviderRoles,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/cloudProviderAccess",
    versions: &[dated(ApiVersion::V2023_01_01, None, &ROLES_SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &CLOUD_PROVIDER_ACCESS,
    tag: TAG,
    operation_id: "listCloudProviderAccess",
    alias: Some("listGroupCloudProviderAccess"),
    summary: "List a project's access roles",
};

pub(super) static CREATE_PROVIDER_ROLE: Operation = Operation {
    id: OperationId::CreateProviderRole,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/cloudProviderAccess",
    versions: &[dated(ApiVersion::V2023_01_01, Some(&CREATE_SCHEMA), &ROLE_SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &CLOUD_PROVIDER_ACCESS,
    tag: TAG,
    operation_id: "createCloudProviderAccess",
    alias: Some("createGroupCloudProviderAccess"),
    summary: "Make an access role",
};

pub(super) static GET_PROVIDER_ROLE: Operation = Operation {
    id: OperationId::GetProviderRole,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/cloudProviderAccess/{roleId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &ROLE_SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &CLOUD_PROVIDER_ACCESS,
    tag: TAG,
    operation_id: "getCloudProviderAccess",
    alias: Some("getGroupCloudProviderAccess"),
    summary: "Show one access role",
};

pub(super) static AUTHORIZE_PROVIDER_ROLE: Operation = Operation {
    id: OperationId::AuthorizeProviderRole,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}/cloudProviderAccess/{roleId}",
    versions: &[dated(ApiVersion::V2023_01_01, Some(&UPDATE_SCHEMA), &ROLE_SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &CLOUD_PROVIDER_ACCESS,
    tag: TAG,
    operation_id: "authorizeProviderAccessRole",
    alias: Some("authorizeGroupCloudProviderAccessRole"),
    summary: "Say whom an access role stands for, and have it proved",
};

pub(super) static DELETE_PROVIDER_ROLE: Operation = Operation {
    id: OperationId::DeleteProviderRole,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}/cloudProviderAccess/{cloudProvider}/{roleId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &CLOUD_PROVIDER_ACCESS,
    tag: TAG,
    operation_id: "deauthorizeProviderAccessRole",
    alias: Some("deauthorizeGroupCloudProviderAccessRole"),
    summary: "Delete an access role that nothing uses",
};

pub(super) static CHECK_ENCRYPTION_AT_REST: Operation = Operation {
    id: OperationId::CheckEncryptionAtRest,
    method: Method::Post,
    api: Api::Atrest,
    path: "/groups/{groupId}/encryptionAtRest:check",
    versions: &[own_from(&REQUEST_SCHEMA, &encryption_at_rest_check::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &ENCRYPTION_AT_REST_CHECK,
    tag: TAG_ENCRYPTION_AT_REST,
    operation_id: "checkEncryptionAtRest",
    alias: None,
    summary: "Try a change of a project's customer keys, and save nothing",
};

pub(super) static GET_SETUP_KIT: Operation = Operation {
    id: OperationId::GetSetupKit,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/encryptionAtRest/setupKit/{cloudProvider}",
    versions: &[own(&setup_kit::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: KIT,
    headers: &[],
    errors: NAMED,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: TAG_ENCRYPTION_AT_REST,
    operation_id: "getEncryptionAtRestSetupKit",
    alias: None,
    summary: "Write the policies and commands that let this service use a key",
};
