//! The entries for clusters, and for what is asked of all of them at once. It must not hold anything but data.

use time::macros::date;

use super::{DELETION, LIST, NAMED, NOTHING, ONE, SIGNED_IN, WRITE, dated, replaced};
use crate::atlas::version::ApiVersion;
use crate::atlas::{cluster_configurations, cluster_details, clusters, provider_regions};
use crate::header::{EFFECTIVE_INSTANCE_FIELDS, EFFECTIVE_REPLICATION_SPECS, HeaderFlag};
use crate::operations::rate_limit::{CLUSTERS, PROJECTS};
use crate::operations::{Access, Api, Method, Operation, OperationId, ProjectRole, VersionEntry};
use crate::paging::{INCLUDE_COUNT, ITEMS_PER_PAGE, PAGE_NUM};
use crate::query::{ENVELOPE, PRETTY, QueryParameter};

pub(super) const TAG_CLUSTERS: &str = "Clusters";

static CLUSTER_LIST: &[&QueryParameter] =
    &[&ENVELOPE, &PRETTY, &INCLUDE_COUNT, &ITEMS_PER_PAGE, &PAGE_NUM, &clusters::INCLUDE_DELETED];
static CLUSTER_DELETION: &[&QueryParameter] = &[&ENVELOPE, &PRETTY, &clusters::RETAIN_BACKUPS];
static EFFECTIVE: &[&HeaderFlag] = &[&EFFECTIVE_INSTANCE_FIELDS, &EFFECTIVE_REPLICATION_SPECS];
static REGIONS: &[&QueryParameter] = &[
    &ENVELOPE,
    &PRETTY,
    &INCLUDE_COUNT,
    &ITEMS_PER_PAGE,
    &PAGE_NUM,
    &provider_regions::PROVIDERS,
    &provider_regions::TIER,
];

/// The oldest shape. Source: contract.md 1.2.
const AS_ONE: VersionEntry = replaced(
    dated(ApiVersion::V2023_01_01, None, &clusters::v2023_01_01::SCHEMA),
    date!(2023 - 02 - 01),
    date!(2027 - 07 - 01),
);
/// The shape after it. Source: clients.md 1.5.
const BY_ZONE: VersionEntry = replaced(
    dated(ApiVersion::V2023_02_01, None, &clusters::v2023_02_01::SCHEMA),
    date!(2024 - 08 - 05),
    date!(2027 - 07 - 01),
);

pub(super) static LIST_CLUSTERS: Operation = Operation {
    id: OperationId::ListClusters,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters",
    versions: &[AS_ONE, BY_ZONE, dated(ApiVersion::V2024_08_05, None, &clusters::v2024_08_05::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: CLUSTER_LIST,
    headers: &[&EFFECTIVE_INSTANCE_FIELDS],
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "listClusters",
    alias: Some("listGroupClusters"),
    summary: "List a project's clusters",
};

pub(super) static CREATE_CLUSTER: Operation = Operation {
    id: OperationId::CreateCluster,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters",
    versions: &[
        VersionEntry { request: Some(&clusters::v2023_01_01::CREATE_SCHEMA), ..AS_ONE },
        VersionEntry { request: Some(&clusters::v2023_02_01::CREATE_SCHEMA), ..BY_ZONE },
        replaced(
            dated(ApiVersion::V2024_08_05, Some(&clusters::v2024_08_05::CREATE_SCHEMA), &clusters::v2024_08_05::SCHEMA),
            date!(2024 - 10 - 23),
            date!(2027 - 03 - 01),
        ),
        dated(ApiVersion::V2024_10_23, Some(&clusters::v2024_08_05::CREATE_SCHEMA), &clusters::v2024_08_05::SCHEMA),
    ],
    list: false,
    access: Access::Project(ProjectRole::ClusterCreator),
    success: 201,
    query: ONE,
    headers: EFFECTIVE,
    errors: WRITE,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "createCluster",
    alias: Some("createGroupCluster"),
    summary: "Describe a new cluster",
};

pub(super) static GET_CLUSTER: Operation = Operation {
    id: OperationId::GetCluster,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}",
    versions: &[AS_ONE, BY_ZONE, dated(ApiVersion::V2024_08_05, None, &clusters::v2024_08_05::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: EFFECTIVE,
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "getCluster",
    alias: Some("getGroupCluster"),
    summary: "Show one cluster",
};

pub(super) static UPDATE_CLUSTER: Operation = Operation {
    id: OperationId::UpdateCluster,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}",
    versions: &[
        VersionEntry { request: Some(&clusters::v2023_01_01::UPDATE_SCHEMA), ..AS_ONE },
        VersionEntry { request: Some(&clusters::v2023_02_01::UPDATE_SCHEMA), ..BY_ZONE },
        replaced(
            dated(ApiVersion::V2024_08_05, Some(&clusters::v2024_08_05::UPDATE_SCHEMA), &clusters::v2024_08_05::SCHEMA),
            date!(2024 - 10 - 23),
            date!(2027 - 03 - 01),
        ),
        dated(ApiVersion::V2024_10_23, Some(&clusters::v2024_08_05::UPDATE_SCHEMA), &clusters::v2024_08_05::SCHEMA),
    ],
    list: false,
    access: Access::Project(ProjectRole::ClusterManager),
    success: 200,
    query: ONE,
    headers: EFFECTIVE,
    errors: WRITE,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "updateCluster",
    alias: Some("updateGroupCluster"),
    summary: "Change a cluster",
};

pub(super) static DELETE_CLUSTER: Operation = Operation {
    id: OperationId::DeleteCluster,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}",
    versions: &[
        replaced(dated(ApiVersion::V2023_01_01, None, &NOTHING), date!(2023 - 02 - 01), date!(2027 - 07 - 01)),
        dated(ApiVersion::V2023_02_01, None, &NOTHING),
    ],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 202,
    query: CLUSTER_DELETION,
    headers: &[],
    errors: DELETION,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "deleteCluster",
    alias: Some("deleteGroupCluster"),
    summary: "Delete a cluster",
};

pub(super) static LIST_CLUSTER_DETAILS: Operation = Operation {
    id: OperationId::ListClusterDetails,
    method: Method::Get,
    api: Api::Atlas,
    path: "/clusters",
    versions: &[dated(ApiVersion::V2023_01_01, None, &cluster_details::v2023_01_01::SCHEMA)],
    list: true,
    access: Access::Authenticated,
    success: 200,
    query: LIST,
    headers: &[],
    errors: SIGNED_IN,
    rate_limit: &PROJECTS,
    tag: TAG_CLUSTERS,
    operation_id: "listClusterDetails",
    alias: None,
    summary: "List all clusters that the caller can see, by project",
};

pub(super) static VALIDATE_CLUSTER_CONFIGURATIONS: Operation = Operation {
    id: OperationId::ValidateClusterConfigurations,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusterConfigurations:validate",
    versions: &[dated(
        ApiVersion::V2025_03_12,
        Some(&cluster_configurations::v2025_03_12::REQUEST_SCHEMA),
        &cluster_configurations::v2025_03_12::SCHEMA,
    )],
    list: false,
    access: Access::Project(ProjectRole::ClusterManager),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "validateGroupClusterConfigurations",
    alias: None,
    summary: "Tell whether a cluster could be created or changed so, and change nothing",
};

pub(super) static RESTART_PRIMARIES: Operation = Operation {
    id: OperationId::RestartPrimaries,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/restartPrimaries",
    versions: &[
        replaced(dated(ApiVersion::V2023_01_01, None, &NOTHING), date!(2023 - 02 - 01), date!(2027 - 07 - 01)),
        dated(ApiVersion::V2023_02_01, None, &NOTHING),
    ],
    list: false,
    access: Access::Project(ProjectRole::ClusterManager),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "restartPrimaries",
    alias: Some("restartGroupClusterPrimaries"),
    summary: "Is refused: nodes get no commands from here",
};

pub(super) static PIN_FEATURE_COMPATIBILITY_VERSION: Operation = Operation {
    id: OperationId::PinFeatureCompatibilityVersion,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}:pinFeatureCompatibilityVersion",
    versions: &[dated(ApiVersion::V2024_05_30, Some(&clusters::PIN_SCHEMA), &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 204,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "pinFeatureCompatibilityVersion",
    alias: Some("pinGroupClusterFeatureCompatibilityVersion"),
    summary: "Is refused: nodes get no commands from here",
};

pub(super) static UNPIN_FEATURE_COMPATIBILITY_VERSION: Operation = Operation {
    id: OperationId::UnpinFeatureCompatibilityVersion,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}:unpinFeatureCompatibilityVersion",
    versions: &[dated(ApiVersion::V2024_05_30, None, &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "unpinFeatureCompatibilityVersion",
    alias: Some("unpinGroupClusterFeatureCompatibilityVersion"),
    summary: "Is refused: nodes get no commands from here",
};

pub(super) static LIST_CLUSTER_PROVIDER_REGIONS: Operation = Operation {
    id: OperationId::ListClusterProviderRegions,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/provider/regions",
    versions: &[dated(ApiVersion::V2023_01_01, None, &provider_regions::v2023_01_01::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: REGIONS,
    headers: &[],
    errors: NAMED,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "listClusterProviderRegions",
    alias: Some("listGroupClusterProviderRegions"),
    summary: "List the regions and sizes that a cluster can have, by cloud",
};

pub(super) static UPGRADE_TENANT_CLUSTER: Operation = Operation {
    id: OperationId::UpgradeTenantCluster,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/tenantUpgrade",
    versions: &[dated(ApiVersion::V2023_01_01, Some(&clusters::TENANT_UPGRADE_SCHEMA), &clusters::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ClusterManager),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &CLUSTERS,
    tag: TAG_CLUSTERS,
    operation_id: "upgradeTenantUpgrade",
    alias: Some("upgradeGroupClusterTenantUpgrade"),
    summary: "Is refused: there are no shared clusters here",
};
