//! The entries for private endpoints and for how key calls leave. It must not hold anything but data.

use super::{DELETION, LIST, NAMED, NOTHING, ONE, TAG_ENCRYPTION_AT_REST, WRITE, dated, own};
use crate::atlas::private_endpoints::v2023_01_01::{CREATE_SCHEMA, SCHEMA};
use crate::atlas::version::ApiVersion;
use crate::atrest::networking;
use crate::operations::rate_limit::ENCRYPTION_AT_REST;
use crate::operations::{Access, Api, Method, Operation, OperationId, ProjectRole};

pub(super) static LIST_PRIVATE_ENDPOINTS: Operation = Operation {
    id: OperationId::ListPrivateEndpoints,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints",
    versions: &[dated(ApiVersion::V2023_01_01, None, &SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: TAG_ENCRYPTION_AT_REST,
    operation_id: "listRestPrivateEndpoints",
    alias: Some("listGroupEncryptionAtRestPrivateEndpoints"),
    summary: "List a project's private endpoints to one provider",
};

pub(super) static CREATE_PRIVATE_ENDPOINT: Operation = Operation {
    id: OperationId::CreatePrivateEndpoint,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints",
    versions: &[dated(ApiVersion::V2023_01_01, Some(&CREATE_SCHEMA), &SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 202,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: TAG_ENCRYPTION_AT_REST,
    operation_id: "createRestPrivateEndpoint",
    alias: Some("createGroupEncryptionAtRestPrivateEndpoint"),
    summary: "Have a private endpoint made in one region",
};

pub(super) static GET_PRIVATE_ENDPOINT: Operation = Operation {
    id: OperationId::GetPrivateEndpoint,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints/{endpointId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: TAG_ENCRYPTION_AT_REST,
    operation_id: "getRestPrivateEndpoint",
    alias: Some("getGroupEncryptionAtRestPrivateEndpoint"),
    summary: "Show one private endpoint",
};

pub(super) static DELETE_PRIVATE_ENDPOINT: Operation = Operation {
    id: OperationId::DeletePrivateEndpoint,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints/{endpointId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: TAG_ENCRYPTION_AT_REST,
    operation_id: "requestPrivateEndpointDeletion",
    alias: Some("requestGroupEncryptionAtRestPrivateEndpointDeletion"),
    summary: "Have a private endpoint removed",
};

pub(super) static GET_NETWORKING: Operation = Operation {
    id: OperationId::GetNetworking,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/networking",
    versions: &[own(&networking::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: TAG_ENCRYPTION_AT_REST,
    operation_id: "getNetworking",
    alias: None,
    summary: "Show how a project's key calls leave, and what that means for its clusters",
};
