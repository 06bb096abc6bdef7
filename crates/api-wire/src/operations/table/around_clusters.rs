//! The entries for what surrounds a cluster: process options, status, search nodes, network containers. It must not hold
//! anything but data.

use time::macros::date;

use super::{DELETION, LIST, NAMED, NOTHING, ONE, WRITE, answering, dated, replaced};
use crate::atlas::version::ApiVersion;
use crate::atlas::{cluster_status, containers, process_arguments, search_deployments, serverless_instances};
use crate::operations::rate_limit::CLUSTERS;
use crate::operations::{Access, Api, Method, Operation, OperationId, ProjectRole, VersionEntry};
use crate::paging::{INCLUDE_COUNT, ITEMS_PER_PAGE, PAGE_NUM};
use crate::query::{ENVELOPE, PRETTY, QueryParameter};

const TAG_CLUSTERS: &str = "Clusters";
const TAG_SEARCH: &str = "Atlas Search";
const TAG_PEERING: &str = "Network Peering";
const TAG_SERVERLESS: &str = "Serverless Instances";

static CONTAINER_LIST: &[&QueryParameter] =
    &[&ENVELOPE, &PRETTY, &INCLUDE_COUNT, &ITEMS_PER_PAGE, &PAGE_NUM, &containers::PROVIDER_NAME];

pub(super) static GET_PROCESS_ARGUMENTS: Operation = Operation {
    id: OperationId::GetProcessArguments,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/processArgs",
    versions: &[
        replaced(
            dated(ApiVersion::V2023_01_01, None, &process_arguments::v2023_01_01::SCHEMA),
            date!(2024 - 08 - 05),
            date!(2027 - 07 - 01),
        ),
        dated(ApiVersion::V2024_08_05, None, &process_arguments::v2024_08_05::SCHEMA),
    ],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "getProcessArgs",
    alias: Some("getGroupClusterProcessArgs"),
    summary: "Show with which options a cluster's processes run",
};

pub(super) static UPDATE_PROCESS_ARGUMENTS: Operation = Operation {
    id: OperationId::UpdateProcessArguments,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/processArgs",
    versions: &[
        replaced(
            dated(
                ApiVersion::V2023_01_01,
                Some(&process_arguments::v2023_01_01::SCHEMA),
                &process_arguments::v2023_01_01::SCHEMA,
            ),
            date!(2024 - 08 - 05),
            date!(2027 - 07 - 01),
        ),
        dated(
            ApiVersion::V2024_08_05,
            Some(&process_arguments::v2024_08_05::SCHEMA),
            &process_arguments::v2024_08_05::SCHEMA,
        ),
    ],
    list: false,
    access: Access::Project(ProjectRole::ClusterManager),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "updateProcessArgs",
    alias: Some("updateGroupClusterProcessArgs"),
    summary: "Change with which options a cluster's processes run",
};

pub(super) static GET_AUTO_SCALING_CONFIGURATION: Operation = Operation {
    id: OperationId::GetAutoScalingConfiguration,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/autoScalingConfiguration",
    versions: &[dated(ApiVersion::V2024_08_05, None, &cluster_status::v2024_08_05::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "autoScalingConfiguration",
    alias: Some("autoGroupClusterScalingConfiguration"),
    summary: "Show whether a cluster's shards grow together",
};

pub(super) static GET_CLUSTER_STATUS: Operation = Operation {
    id: OperationId::GetClusterStatus,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/status",
    versions: &[dated(ApiVersion::V2023_01_01, None, &cluster_status::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "getClusterStatus",
    alias: Some("getGroupClusterStatus"),
    summary: "Show whether a cluster's last change is done",
};

pub(super) static GET_SEARCH_DEPLOYMENT: Operation = Operation {
    id: OperationId::GetSearchDeployment,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/search/deployment",
    versions: &[
        replaced(
            dated(ApiVersion::V2023_01_01, None, &search_deployments::v2023_01_01::SCHEMA),
            date!(2024 - 05 - 30),
            date!(2027 - 07 - 01),
        ),
        replaced(
            dated(ApiVersion::V2024_05_30, None, &search_deployments::v2023_01_01::SCHEMA),
            date!(2025 - 03 - 12),
            date!(2027 - 07 - 01),
        ),
        dated(ApiVersion::V2025_03_12, None, &search_deployments::v2023_01_01::MAYBE_SCHEMA),
    ],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_SEARCH,
    operation_id: "getClusterSearchDeployment",
    alias: Some("getGroupClusterSearchDeployment"),
    summary: "Show a cluster's search nodes",
};

pub(super) static CREATE_SEARCH_DEPLOYMENT: Operation = Operation {
    id: OperationId::CreateSearchDeployment,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/search/deployment",
    versions: &[
        answering(
            replaced(
                dated(
                    ApiVersion::V2023_01_01,
                    Some(&search_deployments::v2023_01_01::REQUEST_SCHEMA),
                    &search_deployments::v2023_01_01::SCHEMA,
                ),
                date!(2024 - 05 - 30),
                date!(2027 - 07 - 01),
            ),
            200,
        ),
        dated(
            ApiVersion::V2024_05_30,
            Some(&search_deployments::v2023_01_01::REQUEST_SCHEMA),
            &search_deployments::v2023_01_01::SCHEMA,
        ),
    ],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 201,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &CLUSTERS,
    tag: TAG_SEARCH,
    operation_id: "createClusterSearchDeployment",
    alias: Some("createGroupClusterSearchDeployment"),
    summary: "Give a cluster search nodes",
};

pub(super) static UPDATE_SEARCH_DEPLOYMENT: Operation = Operation {
    id: OperationId::UpdateSearchDeployment,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/search/deployment",
    versions: &[
        replaced(
            dated(
                ApiVersion::V2023_01_01,
                Some(&search_deployments::v2023_01_01::REQUEST_SCHEMA),
                &search_deployments::v2023_01_01::SCHEMA,
            ),
            date!(2024 - 05 - 30),
            date!(2027 - 07 - 01),
        ),
        dated(
            ApiVersion::V2024_05_30,
            Some(&search_deployments::v2023_01_01::REQUEST_SCHEMA),
            &search_deployments::v2023_01_01::SCHEMA,
        ),
    ],
    list: false,
    access: Access::Project(ProjectRole::ClusterManager),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &CLUSTERS,
    tag: TAG_SEARCH,
    operation_id: "updateClusterSearchDeployment",
    alias: Some("updateGroupClusterSearchDeployment"),
    summary: "Change a cluster's search nodes",
};

pub(super) static DELETE_SEARCH_DEPLOYMENT: Operation = Operation {
    id: OperationId::DeleteSearchDeployment,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/search/deployment",
    versions: &[
        answering(
            replaced(dated(ApiVersion::V2023_01_01, None, &NOTHING), date!(2024 - 05 - 30), date!(2027 - 07 - 01)),
            200,
        ),
        dated(ApiVersion::V2024_05_30, None, &NOTHING),
    ],
    list: false,
    access: Access::Project(ProjectRole::ClusterManager),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &CLUSTERS,
    tag: TAG_SEARCH,
    operation_id: "deleteClusterSearchDeployment",
    alias: Some("deleteGroupClusterSearchDeployment"),
    summary: "Take a cluster's search nodes away",
};

pub(super) static LIST_CONTAINERS: Operation = Operation {
    id: OperationId::ListContainers,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/containers",
    versions: &[dated(ApiVersion::V2023_01_01, None, &containers::v2023_01_01::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: CONTAINER_LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_PEERING,
    operation_id: "listGroupContainers",
    alias: None,
    summary: "List a project's network containers in one cloud",
};

pub(super) static LIST_ALL_CONTAINERS: Operation = Operation {
    id: OperationId::ListAllContainers,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/containers/all",
    versions: &[dated(ApiVersion::V2023_01_01, None, &containers::v2023_01_01::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_PEERING,
    operation_id: "listGroupContainerAll",
    alias: None,
    summary: "List a project's network containers in all clouds",
};

pub(super) static GET_CONTAINER: Operation = Operation {
    id: OperationId::GetContainer,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/containers/{containerId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &containers::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_PEERING,
    operation_id: "getGroupContainer",
    alias: None,
    summary: "Show one network container",
};

pub(super) static LIST_SERVERLESS_INSTANCES: Operation = Operation {
    id: OperationId::ListServerlessInstances,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/serverless",
    versions: &[VersionEntry {
        sunset: Some(date!(2027 - 01 - 18)),
        ..dated(ApiVersion::V2023_01_01, None, &serverless_instances::v2023_01_01::SCHEMA)
    }],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_SERVERLESS,
    operation_id: "listServerlessInstances",
    alias: Some("listGroupServerlessInstances"),
    summary: "List a project's serverless instances: none",
};
