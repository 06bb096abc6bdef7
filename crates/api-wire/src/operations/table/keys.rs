//! The entries for master keys and what surrounds them: rotations, customer keys, grants, snapshots, and bringing
//! back. It must not hold anything but data.

use super::{DELETION, LIST, NAMED, ONE, WRITE, dated, own, own_from};
use crate::atlas::snapshots::v2023_01_01 as backup_snapshots;
use crate::atlas::version::ApiVersion;
use crate::atlas::{clusters, groups};
use crate::atrest::{customer_keys, deleted_clusters, deleted_groups, grants, master_keys, rotations, snapshots};
use crate::operations::rate_limit::{BACKUP, KEYS, PROJECTS};
use crate::operations::{Access, Api, Method, Operation, OperationId, OrgRole, ProjectRole};
use crate::paging::{INCLUDE_COUNT, ITEMS_PER_PAGE, PAGE_NUM};
use crate::query::{ENVELOPE, PRETTY, QueryParameter};

const TAG: &str = "Keys";

static MASTER_KEY_LIST: &[&QueryParameter] = &[
    &ENVELOPE,
    &PRETTY,
    &INCLUDE_COUNT,
    &ITEMS_PER_PAGE,
    &PAGE_NUM,
    &master_keys::CLUSTER_NAME_FILTER,
    &master_keys::NODE_ID_FILTER,
    &master_keys::DESTROYED_FILTER,
];

const TAG_BACKUP: &str = "Cloud Backups";

pub(super) static LIST_ROTATIONS: Operation = Operation {
    id: OperationId::ListRotations,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/rotations",
    versions: &[own(&rotations::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "listRotations",
    summary: "List a project's rotations, newest first",
};

pub(super) static GET_ROTATION: Operation = Operation {
    id: OperationId::GetRotation,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/rotations/{rotationId}",
    versions: &[own(&rotations::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "getRotation",
    summary: "Show how far one rotation is",
};

pub(super) static LIST_CUSTOMER_KEYS: Operation = Operation {
    id: OperationId::ListCustomerKeys,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/customerKeys",
    versions: &[own(&customer_keys::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "listCustomerKeys",
    summary: "List the customer keys a project has and had, and what each still protects",
};

pub(super) static LIST_MASTER_KEYS: Operation = Operation {
    id: OperationId::ListMasterKeys,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/masterKeys",
    versions: &[own(&master_keys::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: MASTER_KEY_LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "listMasterKeys",
    summary: "List a project's master keys, without the keys themselves",
};

pub(super) static GET_MASTER_KEY: Operation = Operation {
    id: OperationId::GetMasterKey,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/masterKeys/{masterKeyId}",
    versions: &[own(&master_keys::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "getMasterKey",
    summary: "Show one master key, without the key itself",
};

pub(super) static RETURN_MASTER_KEY: Operation = Operation {
    id: OperationId::ReturnMasterKey,
    method: Method::Post,
    api: Api::Atrest,
    path: "/groups/{groupId}/masterKeys/{masterKeyId}/return",
    versions: &[own(&master_keys::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "returnMasterKey",
    summary: "Bring a destroyed master key back",
};

pub(super) static LIST_GRANTS: Operation = Operation {
    id: OperationId::ListGrants,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/masterKeys/{masterKeyId}/grants",
    versions: &[own(&grants::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "listGrants",
    summary: "List the grants of a master key that have not ended",
};

pub(super) static CREATE_GRANT: Operation = Operation {
    id: OperationId::CreateGrant,
    method: Method::Post,
    api: Api::Atrest,
    path: "/groups/{groupId}/masterKeys/{masterKeyId}/grants",
    versions: &[own_from(&grants::CREATE_SCHEMA, &grants::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 201,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "createGrant",
    summary: "Let another node read a master key for a while",
};

pub(super) static DELETE_GRANT: Operation = Operation {
    id: OperationId::DeleteGrant,
    method: Method::Delete,
    api: Api::Atrest,
    path: "/groups/{groupId}/masterKeys/{masterKeyId}/grants/{grantId}",
    versions: &[own(&super::NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "deleteGrant",
    summary: "End a grant at once",
};

pub(super) static LIST_SNAPSHOTS: Operation = Operation {
    id: OperationId::ListSnapshots,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/clusters/{clusterName}/snapshots",
    versions: &[own(&snapshots::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "listSnapshots",
    summary: "List a cluster's snapshots and the master keys they need",
};

pub(super) static CREATE_SNAPSHOT: Operation = Operation {
    id: OperationId::CreateSnapshot,
    method: Method::Post,
    api: Api::Atrest,
    path: "/groups/{groupId}/clusters/{clusterName}/snapshots",
    versions: &[own_from(&snapshots::CREATE_SCHEMA, &snapshots::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 201,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "createSnapshot",
    summary: "Register a snapshot, so that the master keys it needs are kept",
};

pub(super) static GET_SNAPSHOT: Operation = Operation {
    id: OperationId::GetSnapshot,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/clusters/{clusterName}/snapshots/{snapshotId}",
    versions: &[own(&snapshots::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "getSnapshot",
    summary: "Show one snapshot and the master keys it needs",
};

pub(super) static RELEASE_SNAPSHOT: Operation = Operation {
    id: OperationId::ReleaseSnapshot,
    method: Method::Delete,
    api: Api::Atrest,
    path: "/groups/{groupId}/clusters/{clusterName}/snapshots/{snapshotId}",
    versions: &[own(&snapshots::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "releaseSnapshot",
    summary: "Release a snapshot: it needs its master keys no more",
};

pub(super) static LIST_DELETED_CLUSTERS: Operation = Operation {
    id: OperationId::ListDeletedClusters,
    method: Method::Get,
    api: Api::Atrest,
    path: "/groups/{groupId}/deletedClusters",
    versions: &[own(&deleted_clusters::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "listDeletedClusters",
    summary: "List deleted clusters that can be brought back",
};

pub(super) static RETURN_CLUSTER: Operation = Operation {
    id: OperationId::ReturnCluster,
    method: Method::Post,
    api: Api::Atrest,
    path: "/groups/{groupId}/deletedClusters/{clusterId}/return",
    versions: &[own(&clusters::v2024_08_05::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &KEYS,
    tag: TAG,
    operation_id: "returnCluster",
    summary: "Bring a deleted cluster back, with its master keys",
};

pub(super) static LIST_DELETED_GROUPS: Operation = Operation {
    id: OperationId::ListDeletedGroups,
    method: Method::Get,
    api: Api::Atrest,
    path: "/orgs/{orgId}/deletedGroups",
    versions: &[own(&deleted_groups::SCHEMA)],
    list: true,
    access: Access::Organization(OrgRole::Owner),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &PROJECTS,
    tag: TAG,
    operation_id: "listDeletedGroups",
    summary: "List deleted projects that can be brought back",
};

pub(super) static RETURN_GROUP: Operation = Operation {
    id: OperationId::ReturnGroup,
    method: Method::Post,
    api: Api::Atrest,
    path: "/orgs/{orgId}/deletedGroups/{groupId}/return",
    versions: &[own(&groups::v2023_01_01::SCHEMA)],
    list: false,
    access: Access::Organization(OrgRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &PROJECTS,
    tag: TAG,
    operation_id: "returnGroup",
    summary: "Bring a deleted project back",
};

pub(super) static LIST_BACKUP_SNAPSHOTS: Operation = Operation {
    id: OperationId::ListBackupSnapshots,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/backup/snapshots",
    versions: &[dated(ApiVersion::V2023_01_01, None, &backup_snapshots::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &BACKUP,
    tag: TAG_BACKUP,
    operation_id: "listBackupSnapshots",
    summary: "List a cluster's snapshots, newest first",
};

pub(super) static GET_BACKUP_SNAPSHOT: Operation = Operation {
    id: OperationId::GetBackupSnapshot,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &backup_snapshots::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &BACKUP,
    tag: TAG_BACKUP,
    operation_id: "getClusterBackupSnapshot",
    summary: "Show one snapshot of a cluster",
};
