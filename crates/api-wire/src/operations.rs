//! The registry of operations: one entry each, as data. Router, OpenAPI, authorization, audit and
//! command line are fed from it. It must not know how an operation is carried out.

pub mod rate_limit;
mod table;

pub use rate_limit::RateLimitSet;
pub use table::OPERATIONS;

use time::Date;

use crate::atlas::version::ApiVersion;
use crate::header::HeaderFlag;
use crate::query::QueryParameter;
use crate::schema::Schema;

/// Names every operation. The name says what a caller does, in our words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperationId {
    /// GET `/api/atlas/v2`
    GetSystemStatus,
    /// GET `/orgs`
    ListOrgs,
    /// GET `/orgs/{orgId}`
    GetOrg,
    /// GET `/groups`
    ListGroups,
    /// POST `/groups`
    CreateGroup,
    /// GET `/groups/{groupId}`
    GetGroup,
    /// DELETE `/groups/{groupId}`
    DeleteGroup,
    /// PATCH `/groups/{groupId}`
    UpdateGroup,
    /// GET `/groups/byName/{groupName}`
    GetGroupByName,
    /// GET `/groups/{groupId}/settings`
    GetGroupSettings,
    /// PATCH `/groups/{groupId}/settings`
    UpdateGroupSettings,
    /// GET `/groups/{groupId}/limits`
    ListGroupLimits,
    /// GET `/groups/{groupId}/limits/{limitName}`
    GetGroupLimit,
    /// PATCH `/groups/{groupId}/limits/{limitName}`
    SetGroupLimit,
    /// DELETE `/groups/{groupId}/limits/{limitName}`
    DeleteGroupLimit,
    /// GET `/groups/{groupId}/ipAddresses`
    GetGroupIpAddresses,
    /// GET `/groups/{groupId}/mongoDBVersions`
    GetMongoDbVersions,
    /// GET `/groups/{groupId}/managedSlowMs`
    GetManagedSlowMs,
    /// POST `/groups/{groupId}/managedSlowMs/enable`
    EnableManagedSlowMs,
    /// DELETE `/groups/{groupId}/managedSlowMs/disable`
    DisableManagedSlowMs,
    /// GET `/groups/{groupId}`, ours
    GetGroupActivity,
    /// PATCH `/groups/{groupId}`, ours
    UpdateGroupActivity,
    /// GET `/groups/{groupId}/accessList`
    ListAccessListEntries,
    /// POST `/groups/{groupId}/accessList`
    CreateAccessListEntry,
    /// GET `/groups/{groupId}/accessList/{entryValue}`
    GetAccessListEntry,
    /// DELETE `/groups/{groupId}/accessList/{entryValue}`
    DeleteAccessListEntry,
    /// GET `/groups/{groupId}/accessList/{entryValue}/status`
    GetAccessListStatus,
    /// PATCH `/orgs/{orgId}`
    UpdateOrg,
    /// DELETE `/orgs/{orgId}`
    DeleteOrg,
    /// GET `/orgs/{orgId}/groups`
    ListOrgGroups,
    /// GET `/orgs/{orgId}/settings`
    GetOrgSettings,
    /// PATCH `/orgs/{orgId}/settings`
    UpdateOrgSettings,
    /// GET `/unauth/controlPlaneIPAddresses`
    ListControlPlaneAddresses,
    /// GET `/rateLimits`
    ListRateLimits,
    /// GET `/rateLimits/{endpointSetId}`
    GetRateLimit,
    /// GET `/groups/{groupId}/auditLog`
    GetAuditLog,
    /// GET `/groups/{groupId}/customDBRoles/roles`
    ListCustomDbRoles,
    /// GET `/groups/{groupId}/databaseUsers`
    ListDatabaseUsers,
    /// GET `/groups/{groupId}/integrations`
    ListGroupIntegrations,
    /// GET `/groups/{groupId}/peers`
    ListGroupPeers,
    /// GET `/groups/{groupId}/maintenanceWindow`
    GetMaintenanceWindow,
    /// GET `/groups/{groupId}/privateEndpoint/{cloudProvider}/endpointService`
    ListEndpointServices,
    /// GET `/groups/{groupId}/privateEndpoint/regionalMode`
    GetRegionalMode,
    /// GET `/groups/{groupId}/userSecurity`
    GetUserSecurity,
    /// GET `/groups/{groupId}/clusters`
    ListClusters,
    /// POST `/groups/{groupId}/clusters`
    CreateCluster,
    /// GET `/groups/{groupId}/clusters/{clusterName}`
    GetCluster,
    /// PATCH `/groups/{groupId}/clusters/{clusterName}`
    UpdateCluster,
    /// DELETE `/groups/{groupId}/clusters/{clusterName}`
    DeleteCluster,
    /// GET `/eventTypes`
    ListEventTypes,
    /// GET `/orgs/{orgId}/events`
    ListOrgEvents,
    /// GET `/orgs/{orgId}/events/{eventId}`
    GetOrgEvent,
    /// GET `/clusters`
    ListClusterDetails,
    /// POST `/groups/{groupId}/clusterConfigurations:validate`
    ValidateClusterConfigurations,
    /// POST `/groups/{groupId}/clusters/{clusterName}/restartPrimaries`
    RestartPrimaries,
    /// POST `/groups/{groupId}/clusters/{clusterName}:pinFeatureCompatibilityVersion`
    PinFeatureCompatibilityVersion,
    /// POST `/groups/{groupId}/clusters/{clusterName}:unpinFeatureCompatibilityVersion`
    UnpinFeatureCompatibilityVersion,
    /// GET `/groups/{groupId}/clusters/provider/regions`
    ListClusterProviderRegions,
    /// POST `/groups/{groupId}/clusters/tenantUpgrade`
    UpgradeTenantCluster,
    /// GET `/groups/{groupId}/events`
    ListGroupEvents,
    /// GET `/groups/{groupId}/events/{eventId}`
    GetGroupEvent,
    /// GET `/groups/{groupId}/encryptionAtRest`
    GetEncryptionAtRest,
    /// PATCH `/groups/{groupId}/encryptionAtRest`
    UpdateEncryptionAtRest,
    /// GET `/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints`
    ListPrivateEndpoints,
    /// POST `/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints`
    CreatePrivateEndpoint,
    /// GET `/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints/{endpointId}`
    GetPrivateEndpoint,
    /// DELETE `/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints/{endpointId}`
    DeletePrivateEndpoint,
    /// GET `/groups/{groupId}/cloudProviderAccess`
    ListProviderRoles,
    /// POST `/groups/{groupId}/cloudProviderAccess`
    CreateProviderRole,
    /// GET `/groups/{groupId}/cloudProviderAccess/{roleId}`
    GetProviderRole,
    /// PATCH `/groups/{groupId}/cloudProviderAccess/{roleId}`
    AuthorizeProviderRole,
    /// DELETE `/groups/{groupId}/cloudProviderAccess/{cloudProvider}/{roleId}`
    DeleteProviderRole,
    /// POST `/groups/{groupId}/encryptionAtRest:check`, ours
    CheckEncryptionAtRest,
    /// GET `/groups/{groupId}/encryptionAtRest/setupKit/{cloudProvider}`, ours
    GetSetupKit,
    /// GET `/groups/{groupId}/networking`, ours
    GetNetworking,
    /// GET `/groups/{groupId}/encryptionAtRest/validity`, ours
    GetEncryptionAtRestValidity,
    /// GET `/groups/{groupId}/clusters/{clusterName}/nodes`, ours
    ListNodes,
    /// POST `/groups/{groupId}/clusters/{clusterName}/nodes`, ours
    CreateNode,
    /// GET `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}`, ours
    GetNode,
    /// DELETE `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}`, ours
    RevokeNode,
    /// POST `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/enrolmentTokens`, ours
    CreateNodeEnrolmentToken,
    /// POST `/enrolments`, ours
    EnrolNode,
    /// POST `/nodeCertificates/renew`, ours
    RenewNodeCertificate,
    /// GET `/groups/{groupId}/externalCertificateAuthorities`, ours
    ListExternalCertificateAuthorities,
    /// POST `/groups/{groupId}/externalCertificateAuthorities`, ours
    CreateExternalCertificateAuthority,
    /// GET `/groups/{groupId}/externalCertificateAuthorities/{authorityId}`, ours
    GetExternalCertificateAuthority,
    /// DELETE `/groups/{groupId}/externalCertificateAuthorities/{authorityId}`, ours
    DeleteExternalCertificateAuthority,
    /// GET `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/identities`, ours
    ListNodeIdentities,
    /// POST `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/identities`, ours
    CreateNodeIdentity,
    /// DELETE `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/identities/{identityId}`, ours
    DeleteNodeIdentity,
    /// GET `/certificateAuthorities`, ours
    GetCertificateAuthorities,
    /// GET `/groups/{groupId}/rotations`, ours
    ListRotations,
    /// GET `/groups/{groupId}/rotations/{rotationId}`, ours
    GetRotation,
    /// GET `/groups/{groupId}/customerKeys`, ours
    ListCustomerKeys,
    /// GET `/groups/{groupId}/masterKeys`, ours
    ListMasterKeys,
    /// GET `/groups/{groupId}/masterKeys/{masterKeyId}`, ours
    GetMasterKey,
    /// POST `/groups/{groupId}/masterKeys/{masterKeyId}/return`, ours
    ReturnMasterKey,
    /// GET `/groups/{groupId}/masterKeys/{masterKeyId}/grants`, ours
    ListGrants,
    /// POST `/groups/{groupId}/masterKeys/{masterKeyId}/grants`, ours
    CreateGrant,
    /// DELETE `/groups/{groupId}/masterKeys/{masterKeyId}/grants/{grantId}`, ours
    DeleteGrant,
    /// GET `/groups/{groupId}/clusters/{clusterName}/snapshots`, ours
    ListSnapshots,
    /// POST `/groups/{groupId}/clusters/{clusterName}/snapshots`, ours
    CreateSnapshot,
    /// GET `/groups/{groupId}/clusters/{clusterName}/snapshots/{snapshotId}`, ours
    GetSnapshot,
    /// DELETE `/groups/{groupId}/clusters/{clusterName}/snapshots/{snapshotId}`, ours
    ReleaseSnapshot,
    /// GET `/groups/{groupId}/deletedClusters`, ours
    ListDeletedClusters,
    /// POST `/groups/{groupId}/deletedClusters/{clusterId}/return`, ours
    ReturnCluster,
    /// GET `/orgs/{orgId}/deletedGroups`, ours
    ListDeletedGroups,
    /// POST `/orgs/{orgId}/deletedGroups/{groupId}/return`, ours
    ReturnGroup,
    /// GET `/groups/{groupId}/clusters/{clusterName}/backup/snapshots`
    ListBackupSnapshots,
    /// GET `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}`
    GetBackupSnapshot,
    /// GET `/groups/{groupId}/clusters/{clusterName}/processArgs`
    GetProcessArguments,
    /// PATCH `/groups/{groupId}/clusters/{clusterName}/processArgs`
    UpdateProcessArguments,
    /// GET `/groups/{groupId}/clusters/{clusterName}/autoScalingConfiguration`
    GetAutoScalingConfiguration,
    /// GET `/groups/{groupId}/clusters/{clusterName}/status`
    GetClusterStatus,
    /// GET `/groups/{groupId}/clusters/{clusterName}/search/deployment`
    GetSearchDeployment,
    /// POST `/groups/{groupId}/clusters/{clusterName}/search/deployment`
    CreateSearchDeployment,
    /// PATCH `/groups/{groupId}/clusters/{clusterName}/search/deployment`
    UpdateSearchDeployment,
    /// DELETE `/groups/{groupId}/clusters/{clusterName}/search/deployment`
    DeleteSearchDeployment,
    /// GET `/groups/{groupId}/containers`
    ListContainers,
    /// GET `/groups/{groupId}/containers/all`
    ListAllContainers,
    /// GET `/groups/{groupId}/containers/{containerId}`
    GetContainer,
    /// GET `/groups/{groupId}/serverless`
    ListServerlessInstances,
    /// GET `/groups/{groupId}/flexClusters`
    ListFlexClusters,
    /// POST `/groups/{groupId}/flexClusters`
    CreateFlexCluster,
    /// GET `/groups/{groupId}/flexClusters/{name}`
    GetFlexCluster,
    /// PATCH `/groups/{groupId}/flexClusters/{name}`
    UpdateFlexCluster,
    /// DELETE `/groups/{groupId}/flexClusters/{name}`
    DeleteFlexCluster,
    /// POST `/groups/{groupId}/flexClusters:tenantUpgrade`
    UpgradeFlexCluster,
    /// GET `/groups/{groupId}/backupCompliancePolicy`
    GetCompliancePolicy,
    /// PUT `/groups/{groupId}/backupCompliancePolicy`
    UpdateCompliancePolicy,
    /// DELETE `/groups/{groupId}/backupCompliancePolicy`
    DeleteCompliancePolicy,
    /// GET `/groups/{groupId}/clusters/{clusterName}/backup/schedule`
    GetBackupSchedule,
    /// PATCH `/groups/{groupId}/clusters/{clusterName}/backup/schedule`
    UpdateBackupSchedule,
    /// POST `/groups/{groupId}/clusters/{clusterName}/backup/snapshots`
    TakeBackupSnapshot,
    /// PATCH `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}`
    UpdateBackupSnapshot,
    /// DELETE `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}`
    DeleteBackupSnapshot,
    /// GET `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/shardedClusters`
    ListShardedSnapshots,
    /// GET `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/shardedCluster/{snapshotId}`
    GetShardedSnapshot,
    /// DELETE `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/shardedCluster/{snapshotId}`
    DeleteShardedSnapshot,
    /// GET `/alertConfigs/matchers/fieldNames`
    ListAlertConfigMatcherFieldNames,
    /// GET `/groups/{groupId}/alertConfigs`
    ListAlertConfigs,
    /// POST `/groups/{groupId}/alertConfigs`
    CreateAlertConfig,
    /// GET `/groups/{groupId}/alertConfigs/{alertConfigId}`
    GetAlertConfig,
    /// PUT `/groups/{groupId}/alertConfigs/{alertConfigId}`
    UpdateAlertConfig,
    /// PATCH `/groups/{groupId}/alertConfigs/{alertConfigId}`
    ToggleAlertConfig,
    /// DELETE `/groups/{groupId}/alertConfigs/{alertConfigId}`
    DeleteAlertConfig,
    /// GET `/groups/{groupId}/alerts/{alertId}/alertConfigs`
    ListAlertConfigsOfAlert,
    /// GET `/groups/{groupId}/alertConfigs/{alertConfigId}/alerts`
    ListAlertsOfConfig,
    /// GET `/groups/{groupId}/alerts`
    ListAlerts,
    /// GET `/groups/{groupId}/alerts/{alertId}`
    GetAlert,
    /// PATCH `/groups/{groupId}/alerts/{alertId}`
    AcknowledgeAlert,
    /// GET `/groups/{groupId}/apiKeys`
    ListGroupApiKeys,
    /// POST `/groups/{groupId}/apiKeys`
    CreateGroupApiKey,
    /// POST `/groups/{groupId}/apiKeys/{apiUserId}`
    AddGroupApiKey,
    /// PATCH `/groups/{groupId}/apiKeys/{apiUserId}`
    UpdateGroupApiKeyRoles,
    /// DELETE `/groups/{groupId}/apiKeys/{apiUserId}`
    RemoveGroupApiKey,
    /// GET `/orgs/{orgId}/apiKeys`
    ListOrgApiKeys,
    /// POST `/orgs/{orgId}/apiKeys`
    CreateOrgApiKey,
    /// GET `/orgs/{orgId}/apiKeys/{apiUserId}`
    GetOrgApiKey,
    /// PATCH `/orgs/{orgId}/apiKeys/{apiUserId}`
    UpdateOrgApiKey,
    /// DELETE `/orgs/{orgId}/apiKeys/{apiUserId}`
    DeleteOrgApiKey,
    /// GET `/orgs/{orgId}/apiKeys/{apiUserId}/accessList`
    ListOrgAccessEntries,
    /// POST `/orgs/{orgId}/apiKeys/{apiUserId}/accessList`
    CreateOrgAccessEntry,
    /// GET `/orgs/{orgId}/apiKeys/{apiUserId}/accessList/{ipAddress}`
    GetOrgAccessEntry,
    /// DELETE `/orgs/{orgId}/apiKeys/{apiUserId}/accessList/{ipAddress}`
    DeleteAccessEntry,
    /// GET `/groups/{groupId}/serviceAccounts`
    ListGroupServiceAccounts,
    /// POST `/groups/{groupId}/serviceAccounts`
    CreateGroupServiceAccount,
    /// GET `/groups/{groupId}/serviceAccounts/{clientId}`
    GetGroupServiceAccount,
    /// PATCH `/groups/{groupId}/serviceAccounts/{clientId}`
    UpdateGroupServiceAccount,
    /// DELETE `/groups/{groupId}/serviceAccounts/{clientId}`
    DeleteGroupServiceAccount,
    /// GET `/groups/{groupId}/serviceAccounts/{clientId}/accessList`
    ListGroupServiceAccountNetworks,
    /// POST `/groups/{groupId}/serviceAccounts/{clientId}/accessList`
    CreateGroupServiceAccountNetworks,
    /// DELETE `/groups/{groupId}/serviceAccounts/{clientId}/accessList/{ipAddress}`
    DeleteGroupServiceAccountNetwork,
    /// POST `/groups/{groupId}/serviceAccounts/{clientId}/secrets`
    CreateGroupSecret,
    /// DELETE `/groups/{groupId}/serviceAccounts/{clientId}/secrets/{secretId}`
    DeleteGroupSecret,
    /// POST `/groups/{groupId}/serviceAccounts/{clientId}:invite`
    InviteGroupServiceAccount,
    /// GET `/orgs/{orgId}/serviceAccounts`
    ListOrgServiceAccounts,
    /// POST `/orgs/{orgId}/serviceAccounts`
    CreateOrgServiceAccount,
    /// GET `/orgs/{orgId}/serviceAccounts/{clientId}`
    GetOrgServiceAccount,
    /// PATCH `/orgs/{orgId}/serviceAccounts/{clientId}`
    UpdateOrgServiceAccount,
    /// DELETE `/orgs/{orgId}/serviceAccounts/{clientId}`
    DeleteOrgServiceAccount,
    /// GET `/orgs/{orgId}/serviceAccounts/{clientId}/accessList`
    ListOrgServiceAccountNetworks,
    /// POST `/orgs/{orgId}/serviceAccounts/{clientId}/accessList`
    CreateOrgServiceAccountNetworks,
    /// DELETE `/orgs/{orgId}/serviceAccounts/{clientId}/accessList/{ipAddress}`
    DeleteOrgServiceAccountNetwork,
    /// POST `/orgs/{orgId}/serviceAccounts/{clientId}/secrets`
    CreateOrgSecret,
    /// DELETE `/orgs/{orgId}/serviceAccounts/{clientId}/secrets/{secretId}`
    DeleteOrgSecret,
    /// GET `/orgs/{orgId}/serviceAccounts/{clientId}/groups`
    GetServiceAccountGroups,
    /// GET `/groups/{groupId}/teams`
    ListGroupTeams,
    /// POST `/groups/{groupId}/teams`
    AddGroupTeams,
    /// GET `/groups/{groupId}/teams/{teamId}`
    GetGroupTeam,
    /// PATCH `/groups/{groupId}/teams/{teamId}`
    UpdateGroupTeam,
    /// DELETE `/groups/{groupId}/teams/{teamId}`
    RemoveGroupTeam,
    /// GET `/orgs/{orgId}/teams`
    ListOrgTeams,
    /// POST `/orgs/{orgId}/teams`
    CreateOrgTeam,
    /// GET `/orgs/{orgId}/teams/{teamId}`
    GetOrgTeam,
    /// PATCH `/orgs/{orgId}/teams/{teamId}`
    RenameOrgTeam,
    /// DELETE `/orgs/{orgId}/teams/{teamId}`
    DeleteOrgTeam,
    /// GET `/orgs/{orgId}/teams/byName/{teamName}`
    GetTeamByName,
    /// POST `/orgs/{orgId}/teams/{teamId}/users`
    AddTeamUsers,
    /// DELETE `/orgs/{orgId}/teams/{teamId}/users/{userId}`
    RemoveUserFromTeam,
    /// GET `/groups/{groupId}/users`
    ListGroupUsers,
    /// POST `/groups/{groupId}/users`
    AddGroupUsers,
    /// GET `/groups/{groupId}/users/{userId}`
    GetGroupUser,
    /// DELETE `/groups/{groupId}/users/{userId}`
    RemoveGroupUser,
    /// POST `/groups/{groupId}/users/{userId}:addRole`
    AddGroupUserRole,
    /// POST `/groups/{groupId}/users/{userId}:removeRole`
    RemoveGroupUserRole,
    /// GET `/orgs/{orgId}/users`
    ListOrgUsers,
    /// POST `/orgs/{orgId}/users`
    CreateOrgUser,
    /// GET `/orgs/{orgId}/users/{userId}`
    GetOrgUser,
    /// PATCH `/orgs/{orgId}/users/{userId}`
    UpdateOrgUser,
    /// DELETE `/orgs/{orgId}/users/{userId}`
    RemoveOrgUser,
    /// POST `/orgs/{orgId}/users/{userId}:addRole`
    AddOrgRole,
    /// POST `/orgs/{orgId}/users/{userId}:removeRole`
    RemoveOrgRole,
    /// GET `/orgs/{orgId}/teams/{teamId}/users`
    ListTeamUsers,
    /// POST `/orgs/{orgId}/teams/{teamId}:addUser`
    AddOrgTeamUser,
    /// POST `/orgs/{orgId}/teams/{teamId}:removeUser`
    RemoveOrgTeamUser,
    /// GET `/orgs/{orgId}/users`, ours
    ListUserStandings,
    /// POST `/orgs/{orgId}/users/{userId}/disable`, ours
    DisableUser,
    /// POST `/orgs/{orgId}/users/{userId}/enable`, ours
    EnableUser,
    /// POST `/orgs/{orgId}/users/{userId}/reset`, ours
    ResetUser,
    /// POST `/invitations/accept`, ours
    AcceptInvitation,
    /// GET `/openapi.json`, ours
    GetOpenApi,
}

/// Describes one operation.
#[derive(Debug)]
pub struct Operation {
    /// Its name in our code.
    pub id: OperationId,
    /// The HTTP method.
    pub method: Method,
    /// Which API it belongs to.
    pub api: Api,
    /// The path below the API's base, with its parameters in braces; empty for the base itself.
    pub path: &'static str,
    /// Its dated shapes, oldest first; never empty. Our own operations have one without a date.
    pub versions: &'static [VersionEntry],
    /// Whether the answer is a page of a list.
    pub list: bool,
    /// Who may call it.
    pub access: Access,
    /// The status of success.
    pub success: u16,
    /// The query parameters it reads.
    pub query: &'static [&'static QueryParameter],
    /// The headers of its own that it reads.
    pub headers: &'static [&'static HeaderFlag],
    /// The error statuses it can answer with, in ascending order.
    pub errors: &'static [u16],
    /// The bucket its calls are counted in.
    pub rate_limit: &'static RateLimitSet,
    /// The heading it stands under in documents and in the Atlas CLI.
    pub tag: &'static str,
    /// Its name in SDKs and the Atlas CLI.
    pub operation_id: &'static str,
    /// Its longer name in the published document, where that is another one; the command line takes both.
    pub alias: Option<&'static str>,
    /// What it does, in a few words.
    pub summary: &'static str,
}

/// One dated shape of an operation.
#[derive(Debug)]
pub struct VersionEntry {
    /// Its date; none for our own operations.
    pub version: Option<ApiVersion>,
    /// Since when a newer shape exists.
    pub deprecated: Option<Date>,
    /// When it ends.
    pub sunset: Option<Date>,
    /// The shape of the request body, if there is one.
    pub request: Option<&'static Schema>,
    /// The shape of the answer, or of each result of a list.
    pub response: &'static Schema,
    /// The status of success, where this version has another one than the operation.
    pub success: Option<u16>,
}

/// The two APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Api {
    /// The Atlas Administration API v2.
    Atlas,
    /// Our own additions.
    Atrest,
}

impl Api {
    /// Returns the path that all its operations start with.
    pub const fn base(self) -> &'static str {
        match self {
            Self::Atlas => "/api/atlas/v2",
            Self::Atrest => "/api/atrest/v1",
        }
    }
}

/// The HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Replaces.
    Put,
    /// Changes what is sent.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// Returns the method as it stands on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Anybody with good credentials; the answer holds what they may see.
    Authenticated,
    /// Whoever has at least this role in the project of the path.
    Project(ProjectRole),
    /// Whoever has at least this role in the organization of the path.
    Organization(OrgRole),
}

/// The project roles that operations ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProjectRole {
    /// May look.
    ReadOnly,
    /// May create clusters.
    ClusterCreator,
    /// May change clusters.
    ClusterManager,
    /// May take backups.
    BackupCreator,
    /// May change backups.
    BackupManager,
    /// May change the project's IP access list.
    NetworkAccessManager,
    /// May change what is alerted.
    AlertsManager,
    /// May say who has which role in the project.
    AccessManager,
    /// May change settings.
    Owner,
}

impl ProjectRole {
    /// Returns the role as keys and accounts carry it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadOnly => "GROUP_READ_ONLY",
            Self::ClusterCreator => "GROUP_CLUSTER_CREATOR",
            Self::ClusterManager => "GROUP_CLUSTER_MANAGER",
            Self::BackupCreator => "GROUP_BACKUP_CREATOR",
            Self::BackupManager => "GROUP_BACKUP_MANAGER",
            Self::NetworkAccessManager => "GROUP_NETWORK_ACCESS_MANAGER",
            Self::AlertsManager => "GROUP_ALERTS_MANAGER",
            Self::AccessManager => "GROUP_ACCESS_MANAGER",
            Self::Owner => "GROUP_OWNER",
        }
    }

    /// Returns the role as people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ReadOnly => "Project Read Only",
            Self::ClusterCreator => "Project Cluster Creator",
            Self::ClusterManager => "Project Cluster Manager",
            Self::BackupCreator => "Project Backup Creator",
            Self::BackupManager => "Project Backup Manager",
            Self::NetworkAccessManager => "Project Network Access Manager",
            Self::AlertsManager => "Project Alerts Manager",
            Self::AccessManager => "Project Access Manager",
            Self::Owner => "Project Owner",
        }
    }
}

/// The organization roles that operations ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrgRole {
    /// Belongs to it.
    Member,
    /// May look.
    ReadOnly,
    /// May change it.
    Owner,
}

impl OrgRole {
    /// Returns the role as keys and accounts carry it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "ORG_MEMBER",
            Self::ReadOnly => "ORG_READ_ONLY",
            Self::Owner => "ORG_OWNER",
        }
    }

    /// Returns the role as people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Member => "Organization Member",
            Self::ReadOnly => "Organization Read Only",
            Self::Owner => "Organization Owner",
        }
    }
}

impl Operation {
    /// Returns the whole path, with its parameters in braces.
    pub fn full_path(&self) -> String {
        format!("{}{}", self.api.base(), self.path)
    }

    /// Returns its newest shape.
    pub fn newest(&self) -> Option<&'static VersionEntry> {
        self.versions.last()
    }

    /// Returns its newest shape that is not after a date.
    pub fn newest_not_after(&self, asked: ApiVersion) -> Option<&'static VersionEntry> {
        self.versions.iter().rev().find(|entry| entry.version.is_none_or(|have| have <= asked))
    }

    /// Returns the status of success of one of its shapes.
    pub fn success_of(&self, entry: &VersionEntry) -> u16 {
        entry.success.unwrap_or(self.success)
    }

    /// Says whether every call is refused, because there is nothing here that it could be about.
    pub const fn is_always_refused(&self) -> bool {
        use OperationId as Id;
        matches!(
            self.id,
            Id::RestartPrimaries
                | Id::PinFeatureCompatibilityVersion
                | Id::UnpinFeatureCompatibilityVersion
                | Id::UpgradeTenantCluster
                | Id::CreateFlexCluster
                | Id::GetFlexCluster
                | Id::UpdateFlexCluster
                | Id::DeleteFlexCluster
                | Id::UpgradeFlexCluster
                | Id::TakeBackupSnapshot
                | Id::UpdateBackupSnapshot
                | Id::GetShardedSnapshot
                | Id::DeleteShardedSnapshot
        )
    }

    /// Says whether a request carries a body.
    pub fn takes_body(&self) -> bool {
        self.versions.iter().any(|entry| entry.request.is_some())
    }

    /// Returns the names of the path's parameters, in order.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| Some(parameter_of(part)?.0))
    }
}

/// Takes a part of a path apart: the name of its parameter, and what follows it, which is nothing or a verb with a colon
/// before it. None for a part that is no parameter.
pub fn parameter_of(part: &'static str) -> Option<(&'static str, &'static str)> {
    part.strip_prefix('{')?.split_once('}')
}

/// An endpoint of the token service. It is no operation: no version, no envelope, and its errors
/// have the shape OAuth gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OauthEndpoint {
    /// The path; the method is POST.
    pub path: &'static str,
    /// Its name in documents.
    pub operation_id: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
}

/// Where a service account gets an access token.
/// Source: contract.md 7.2.
pub static OAUTH_TOKEN: OauthEndpoint = OauthEndpoint {
    path: "/api/oauth/token",
    operation_id: "createAccessToken",
    summary: "Trade a service account's credentials for an access token",
};

/// Where a service account gives an access token back.
/// Source: contract.md 7.2.
pub static OAUTH_REVOKE: OauthEndpoint = OauthEndpoint {
    path: "/api/oauth/revoke",
    operation_id: "revokeAccessToken",
    summary: "End an access token before it expires",
};

#[cfg(test)]
mod tests;
