//! The entries for backups: compliance policy, schedule, and what of snapshots is not in `keys`. It must not hold anything
//! but data.

use time::macros::date;

use super::keys::TAG_BACKUP;
use super::{DELETION, LIST, NAMED, NOTHING, ONE, WRITE, dated, replaced};
use crate::atlas::snapshots::v2023_01_01 as snapshots;
use crate::atlas::version::ApiVersion;
use crate::atlas::{backup_compliance, backup_schedules};
use crate::operations::rate_limit::BACKUP;
use crate::operations::{Access, Api, Method, Operation, OperationId, ProjectRole};
use crate::query::{ENVELOPE, PRETTY, QueryParameter};

static COMPLIANCE_UPDATE: &[&QueryParameter] = &[&ENVELOPE, &PRETTY, &backup_compliance::OVERWRITE];

pub(super) static GET_COMPLIANCE_POLICY: Operation = Operation {
    id: OperationId::GetCompliancePolicy,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/backupCompliancePolicy",
    versions: &[
        replaced(
            dated(ApiVersion::V2023_01_01, None, &backup_compliance::v2023_01_01::SCHEMA),
            date!(2023 - 10 - 01),
            date!(2027 - 07 - 01),
        ),
        dated(ApiVersion::V2023_10_01, None, &backup_compliance::v2023_10_01::SCHEMA),
    ],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &BACKUP,
    tag: TAG_BACKUP,
    operation_id: "getCompliancePolicy",
    alias: Some("getGroupBackupCompliancePolicy"),
    summary: "Show what a project demands of its backups",
};

pub(super) static UPDATE_COMPLIANCE_POLICY: Operation = Operation {
    id: OperationId::UpdateCompliancePolicy,
    method: Method::Put,
    api: Api::Atlas,
    path: "/groups/{groupId}/backupCompliancePolicy",
    versions: &[
        replaced(
            dated(
                ApiVersion::V2023_01_01,
                Some(&backup_compliance::v2023_01_01::REQUEST_SCHEMA),
                &backup_compliance::v2023_01_01::SCHEMA,
            ),
            date!(2023 - 10 - 01),
            date!(2027 - 07 - 01),
        ),
        dated(
            ApiVersion::V2023_10_01,
            Some(&backup_compliance::v2023_10_01::REQUEST_SCHEMA),
            &backup_compliance::v2023_10_01::SCHEMA,
        ),
    ],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 200,
    query: COMPLIANCE_UPDATE,
    headers: &[],
    errors: WRITE,
    rate_limit: &BACKUP,
    tag: TAG_BACKUP,
    operation_id: "updateCompliancePolicy",
    alias: Some("updateGroupBackupCompliancePolicy"),
    summary: "Demand something of a project's backups",
};

pub(super) static DELETE_COMPLIANCE_POLICY: Operation = Operation {
    id: OperationId::DeleteCompliancePolicy,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}/backupCompliancePolicy",
    versions: &[dated(ApiVersion::V2024_11_13, None, &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &BACKUP,
    tag: TAG_BACKUP,
    operation_id: "disableCompliancePolicy",
    alias: Some("disableGroupBackupCompliancePolicy"),
    summary: "Demand nothing of a project's backups any more",
};

pub(super) static GET_BACKUP_SCHEDULE: Operation = Operation {
    id: OperationId::GetBackupSchedule,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/backup/schedule",
    versions: &[
        replaced(
            dated(ApiVersion::V2023_01_01, None, &backup_schedules::v2023_01_01::SCHEMA),
            date!(2024 - 08 - 05),
            date!(2027 - 07 - 01),
        ),
        dated(ApiVersion::V2024_08_05, None, &backup_schedules::v2024_08_05::SCHEMA),
    ],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &BACKUP,
    tag: TAG_BACKUP,
    operation_id: "getBackupSchedule",
    alias: Some("getGroupClusterBackupSchedule"),
    summary: "Show when backups of a cluster are to be taken",
};

pub(super) static UPDATE_BACKUP_SCHEDULE: Operation = Operation {
    id: OperationId::UpdateBackupSchedule,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/backup/schedule",
    versions: &[
        replaced(
            dated(
                ApiVersion::V2023_01_01,
                Some(&backup_schedules::v2023_01_01::SCHEMA),
                &backup_schedules::v2023_01_01::SCHEMA,
            ),
            date!(2024 - 08 - 05),
            date!(2027 - 07 - 01),
        ),
        dated(
            ApiVersion::V2024_08_05,
            Some(&backup_schedules::v2024_08_05::SCHEMA),
            &backup_schedules::v2024_08_05::SCHEMA,
        ),
    ],
    list: false,
    access: Access::Project(ProjectRole::BackupManager),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &BACKUP,
    tag: TAG_BACKUP,
    operation_id: "updateBackupSchedule",
    alias: Some("updateGroupClusterBackupSchedule"),
    summary: "Change when backups of a cluster are to be taken",
};

pub(super) static TAKE_BACKUP_SNAPSHOT: Operation = Operation {
    id: OperationId::TakeBackupSnapshot,
    method: Method::Post,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/backup/snapshots",
    versions: &[dated(ApiVersion::V2023_01_01, Some(&snapshots::TAKE_SCHEMA), &snapshots::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::BackupCreator),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &BACKUP,
    tag: TAG_BACKUP,
    operation_id: "takeSnapshots",
    alias: Some("takeGroupClusterBackupSnapshots"),
    summary: "Take a snapshot, which is refused",
};

pub(super) static UPDATE_BACKUP_SNAPSHOT: Operation = Operation {
    id: OperationId::UpdateBackupSnapshot,
    method: Method::Patch,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}",
    versions: &[dated(ApiVersion::V2023_01_01, Some(&snapshots::RETENTION_SCHEMA), &snapshots::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::BackupManager),
    success: 200,
    query: ONE,
    headers: &[],
    errors: WRITE,
    rate_limit: &BACKUP,
    tag: TAG_BACKUP,
    operation_id: "updateBackupSnapshot",
    alias: Some("updateGroupClusterBackupSnapshot"),
    summary: "Keep a snapshot longer, which is refused",
};

pub(super) static DELETE_BACKUP_SNAPSHOT: Operation = Operation {
    id: OperationId::DeleteBackupSnapshot,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::Owner),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &BACKUP,
    tag: TAG_BACKUP,
    operation_id: "deleteClusterBackupSnapshot",
    alias: Some("deleteGroupClusterBackupSnapshot"),
    summary: "Let go of the master keys that a snapshot needs",
};

pub(super) static LIST_SHARDED_SNAPSHOTS: Operation = Operation {
    id: OperationId::ListShardedSnapshots,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/backup/snapshots/shardedClusters",
    versions: &[dated(ApiVersion::V2023_01_01, None, &snapshots::SCHEMA)],
    list: true,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: LIST,
    headers: &[],
    errors: NAMED,
    rate_limit: &BACKUP,
    tag: TAG_BACKUP,
    operation_id: "listBackupShardedClusters",
    alias: Some("listGroupClusterBackupSnapshotShardedClusters"),
    summary: "List snapshots in parts by shard: none",
};

pub(super) static GET_SHARDED_SNAPSHOT: Operation = Operation {
    id: OperationId::GetShardedSnapshot,
    method: Method::Get,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/backup/snapshots/shardedCluster/{snapshotId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &snapshots::SCHEMA)],
    list: false,
    access: Access::Project(ProjectRole::ReadOnly),
    success: 200,
    query: ONE,
    headers: &[],
    errors: NAMED,
    rate_limit: &BACKUP,
    tag: TAG_BACKUP,
    operation_id: "getBackupShardedCluster",
    alias: Some("getGroupClusterBackupSnapshotShardedCluster"),
    summary: "Show a snapshot in parts by shard, of which there are none",
};

pub(super) static DELETE_SHARDED_SNAPSHOT: Operation = Operation {
    id: OperationId::DeleteShardedSnapshot,
    method: Method::Delete,
    api: Api::Atlas,
    path: "/groups/{groupId}/clusters/{clusterName}/backup/snapshots/shardedCluster/{snapshotId}",
    versions: &[dated(ApiVersion::V2023_01_01, None, &NOTHING)],
    list: false,
    access: Access::Project(ProjectRole::BackupManager),
    success: 204,
    query: ONE,
    headers: &[],
    errors: DELETION,
    rate_limit: &BACKUP,
    tag: TAG_BACKUP,
    operation_id: "deleteBackupShardedCluster",
    alias: Some("deleteGroupClusterBackupSnapshotShardedCluster"),
    summary: "Delete a snapshot in parts by shard, of which there are none",
};
