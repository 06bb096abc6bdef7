//! The entries for the customer keys of a project. It must not hold anything but data.

use super::{NAMED, ONE, TAG_ENCRYPTION_AT_REST, WRITE, dated, own};
use crate::atlas::encryption_at_rest;
use crate::atlas::version::ApiVersion;
use crate::atrest::validity;
use crate::operations::rate_limit::ENCRYPTION_AT_REST;
use crate::operations::{Access, Api, Method, Operation, OperationId, ProjectRole};

pub(super) static GET_ENCRYPTION_AT_REST: Operation = Operation {
    id: OperationId::GetEncryptionAtRest,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/encryptionAtRest",
    versions: &[dated(ApiVersion::V2023_01_01, None, &encryption_at_rest::v2023_01_01::RESPONSE_SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: TAG_ENCRYPTION_AT_REST,
    operation_id: "getEncryptionAtRest",
    alias: Some("getGroupEncryptionAtRest"),
    summary: "Show the customer keys of a project",
};

pub(super) static UPDATE_ENCRYPTION_AT_REST: Operation = Operation {
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
    headers: &[],
    errors: WRITE,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: TAG_ENCRYPTION_AT_REST,
    operation_id: "updateEncryptionAtRest",
    alias: Some("updateGroupEncryptionAtRest"),
    summary: "Change the customer keys of a project",
};

pub(super) static GET_ENCRYPTION_AT_REST_VALIDITY: Operation = Operation {
    id: OperationId::GetEncryptionAtRestValidity,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/encryptionAtRest/validity",
    versions: &[own(&validity::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &ENCRYPTION_AT_REST,
    tag: "Atrest",
    operation_id: "getEncryptionAtRestValidity",
    alias: None,
    summary: "Show what the last check of each customer key found",
};
