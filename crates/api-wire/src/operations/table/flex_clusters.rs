//! The entries for Flex clusters, of which there are none. It must not hold anything but data.

use super::{DELETION, LIST, NAMED, NOTHING, ONE, WRITE, dated};
use crate::atlas::flex_clusters;
use crate::atlas::version::ApiVersion;
use crate::operations::rate_limit::CLUSTERS;
use crate::operations::{Access, Api, Method, Operation, OperationId, ProjectRole};

const TAG_FLEX: &str = "Flex Clusters";

pub(super) static LIST_FLEX_CLUSTERS: Operation = Operation {
    id: OperationId::ListFlexClusters,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/flexClusters",
    versions: &[dated(ApiVersion::V2024_11_13, None, &flex_clusters::v2024_11_13::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_FLEX,
    operation_id: "listFlexClusters",
    alias: Some("listGroupFlexClusters"),
    summary: "List a project's Flex clusters: none",
};

pub(super) static CREATE_FLEX_CLUSTER: Operation = Operation {
    id: OperationId::CreateFlexCluster,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/flexClusters",
    versions: &[dated(
        ApiVersion::V2024_11_13,
        Some(&flex_clusters::v2024_11_13::CREATE_SCHEMA),
        &flex_clusters::v2024_11_13::SCHEMA,
    )],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 201,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &CLUSTERS,
    tag: TAG_FLEX,
    operation_id: "createFlexCluster",
    alias: Some("createGroupFlexCluster"),
    summary: "Create a Flex cluster, which is refused",
};

pub(super) static GET_FLEX_CLUSTER: Operation = Operation {
    id: OperationId::GetFlexCluster,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/flexClusters/{name}",
    versions: &[dated(ApiVersion::V2024_11_13, None, &flex_clusters::v2024_11_13::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_FLEX,
    operation_id: "getFlexCluster",
    alias: Some("getGroupFlexCluster"),
    summary: "Show a Flex cluster, of which there are none",
};

pub(super) static UPDATE_FLEX_CLUSTER: Operation = Operation {
    id: OperationId::UpdateFlexCluster,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}/flexClusters/{name}",
    versions: &[dated(
        ApiVersion::V2024_11_13,
        Some(&flex_clusters::v2024_11_13::UPDATE_SCHEMA),
        &flex_clusters::v2024_11_13::SCHEMA,
    )],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &CLUSTERS,
    tag: TAG_FLEX,
    operation_id: "updateFlexCluster",
    alias: Some("updateGroupFlexCluster"),
    summary: "Change a Flex cluster, of which there are none",
};

pub(super) static DELETE_FLEX_CLUSTER: Operation = Operation {
    id: OperationId::DeleteFlexCluster,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}/flexClusters/{name}",
    versions: &[dated(ApiVersion::V2024_11_13, None, &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &CLUSTERS,
    tag: TAG_FLEX,
    operation_id: "deleteFlexCluster",
    alias: Some("deleteGroupFlexCluster"),
    summary: "Delete a Flex cluster, of which there are none",
};

pub(super) static UPGRADE_FLEX_CLUSTER: Operation = Operation {
    id: OperationId::UpgradeFlexCluster,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/flexClusters:tenantUpgrade",
    versions: &[dated(
        ApiVersion::V2024_11_13,
        Some(&flex_clusters::v2024_11_13::UPGRADE_SCHEMA),
        &flex_clusters::v2024_11_13::SCHEMA,
    )],
    list: false,
    access: Access::Project(ProjectRole::ClusterManager),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &CLUSTERS,
    tag: TAG_FLEX,
    operation_id: "tenantUpgrade",
    alias: Some("tenantGroupFlexClusterUpgrade"),
    summary: "Give a Flex cluster machines of its own; there are none",
};
