//! The registry's list: every operation once, with its name in our code and where its entry stands. It must not hold
//! anything but data.

mod access_list;
mod alerts;
mod api_keys;
mod around_clusters;
mod backups;
mod clusters;
mod encryption_at_rest;
mod entry;
mod events;
mod flex_clusters;
mod keys;
mod node_credentials;
mod nodes;
mod organizations;
mod private_endpoints;
mod projects;
mod provider_roles;
mod service_accounts;
mod surroundings;
mod teams;
mod users;

use super::Operation;
use entry::{
    DELETION, LIST, NAMED, NOTHING, ONE, SIGNED_IN, TAG_ENCRYPTION_AT_REST, TAG_NODES, WRITE, answering, dated, own,
    own_from, replaced,
};

macro_rules! operations {
    ($($(#[doc = $doc:literal])* $id:ident => $module:ident::$entry:ident;)+) => {
        /// Names every operation. The name says what a caller does, in our words.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum OperationId {
            $($(#[doc = $doc])* $id,)+
        }

        /// Every operation, once.
        pub static OPERATIONS: &[&Operation] = &[$(&$module::$entry,)+];

        impl OperationId {
            /// Returns the operation's entry.
            pub const fn operation(self) -> &'static Operation {
                match self {
                    $(Self::$id => &$module::$entry,)+
                }
            }
        }
    };
}

operations! {
    /// GET `/api/atlas/v2`
    GetSystemStatus => surroundings::GET_SYSTEM_STATUS;
    /// GET `/orgs`
    ListOrgs => organizations::LIST_ORGS;
    /// GET `/orgs/{orgId}`
    GetOrg => organizations::GET_ORG;
    /// GET `/groups`
    ListGroups => projects::LIST_GROUPS;
    /// POST `/groups`
    CreateGroup => projects::CREATE_GROUP;
    /// GET `/groups/{groupId}`
    GetGroup => projects::GET_GROUP;
    /// DELETE `/groups/{groupId}`
    DeleteGroup => projects::DELETE_GROUP;
    /// PATCH `/groups/{groupId}`
    UpdateGroup => projects::UPDATE_GROUP;
    /// GET `/groups/byName/{groupName}`
    GetGroupByName => projects::GET_GROUP_BY_NAME;
    /// GET `/groups/{groupId}/settings`
    GetGroupSettings => projects::GET_GROUP_SETTINGS;
    /// PATCH `/groups/{groupId}/settings`
    UpdateGroupSettings => projects::UPDATE_GROUP_SETTINGS;
    /// GET `/groups/{groupId}/limits`
    ListGroupLimits => projects::LIST_GROUP_LIMITS;
    /// GET `/groups/{groupId}/limits/{limitName}`
    GetGroupLimit => projects::GET_GROUP_LIMIT;
    /// PATCH `/groups/{groupId}/limits/{limitName}`
    SetGroupLimit => projects::SET_GROUP_LIMIT;
    /// DELETE `/groups/{groupId}/limits/{limitName}`
    DeleteGroupLimit => projects::DELETE_GROUP_LIMIT;
    /// GET `/groups/{groupId}/ipAddresses`
    GetGroupIpAddresses => projects::GET_GROUP_IP_ADDRESSES;
    /// GET `/groups/{groupId}/mongoDBVersions`
    GetMongoDbVersions => projects::GET_MONGO_DB_VERSIONS;
    /// GET `/groups/{groupId}/managedSlowMs`
    GetManagedSlowMs => projects::GET_MANAGED_SLOW_MS;
    /// POST `/groups/{groupId}/managedSlowMs/enable`
    EnableManagedSlowMs => projects::ENABLE_MANAGED_SLOW_MS;
    /// DELETE `/groups/{groupId}/managedSlowMs/disable`
    DisableManagedSlowMs => projects::DISABLE_MANAGED_SLOW_MS;
    /// GET `/groups/{groupId}`, ours
    GetGroupActivity => projects::GET_GROUP_ACTIVITY;
    /// PATCH `/groups/{groupId}`, ours
    UpdateGroupActivity => projects::UPDATE_GROUP_ACTIVITY;
    /// GET `/groups/{groupId}/accessList`
    ListAccessListEntries => access_list::LIST_ACCESS_LIST_ENTRIES;
    /// POST `/groups/{groupId}/accessList`
    CreateAccessListEntry => access_list::CREATE_ACCESS_LIST_ENTRY;
    /// GET `/groups/{groupId}/accessList/{entryValue}`
    GetAccessListEntry => access_list::GET_ACCESS_LIST_ENTRY;
    /// DELETE `/groups/{groupId}/accessList/{entryValue}`
    DeleteAccessListEntry => access_list::DELETE_ACCESS_LIST_ENTRY;
    /// GET `/groups/{groupId}/accessList/{entryValue}/status`
    GetAccessListStatus => access_list::GET_ACCESS_LIST_STATUS;
    /// PATCH `/orgs/{orgId}`
    UpdateOrg => organizations::UPDATE_ORG;
    /// DELETE `/orgs/{orgId}`
    DeleteOrg => organizations::DELETE_ORG;
    /// GET `/orgs/{orgId}/groups`
    ListOrgGroups => organizations::LIST_ORG_GROUPS;
    /// GET `/orgs/{orgId}/settings`
    GetOrgSettings => organizations::GET_ORG_SETTINGS;
    /// PATCH `/orgs/{orgId}/settings`
    UpdateOrgSettings => organizations::UPDATE_ORG_SETTINGS;
    /// GET `/unauth/controlPlaneIPAddresses`
    ListControlPlaneAddresses => surroundings::LIST_CONTROL_PLANE_ADDRESSES;
    /// GET `/rateLimits`
    ListRateLimits => surroundings::LIST_RATE_LIMITS;
    /// GET `/rateLimits/{endpointSetId}`
    GetRateLimit => surroundings::GET_RATE_LIMIT;
    /// GET `/groups/{groupId}/auditLog`
    GetAuditLog => surroundings::GET_AUDIT_LOG;
    /// GET `/groups/{groupId}/customDBRoles/roles`
    ListCustomDbRoles => surroundings::LIST_CUSTOM_DB_ROLES;
    /// GET `/groups/{groupId}/databaseUsers`
    ListDatabaseUsers => surroundings::LIST_DATABASE_USERS;
    /// GET `/groups/{groupId}/integrations`
    ListGroupIntegrations => surroundings::LIST_GROUP_INTEGRATIONS;
    /// GET `/groups/{groupId}/peers`
    ListGroupPeers => surroundings::LIST_GROUP_PEERS;
    /// GET `/groups/{groupId}/maintenanceWindow`
    GetMaintenanceWindow => surroundings::GET_MAINTENANCE_WINDOW;
    /// GET `/groups/{groupId}/privateEndpoint/{cloudProvider}/endpointService`
    ListEndpointServices => surroundings::LIST_ENDPOINT_SERVICES;
    /// GET `/groups/{groupId}/privateEndpoint/regionalMode`
    GetRegionalMode => surroundings::GET_REGIONAL_MODE;
    /// GET `/groups/{groupId}/userSecurity`
    GetUserSecurity => surroundings::GET_USER_SECURITY;
    /// GET `/groups/{groupId}/clusters`
    ListClusters => clusters::LIST_CLUSTERS;
    /// POST `/groups/{groupId}/clusters`
    CreateCluster => clusters::CREATE_CLUSTER;
    /// GET `/groups/{groupId}/clusters/{clusterName}`
    GetCluster => clusters::GET_CLUSTER;
    /// PATCH `/groups/{groupId}/clusters/{clusterName}`
    UpdateCluster => clusters::UPDATE_CLUSTER;
    /// DELETE `/groups/{groupId}/clusters/{clusterName}`
    DeleteCluster => clusters::DELETE_CLUSTER;
    /// GET `/clusters`
    ListClusterDetails => clusters::LIST_CLUSTER_DETAILS;
    /// POST `/groups/{groupId}/clusterConfigurations:validate`
    ValidateClusterConfigurations => clusters::VALIDATE_CLUSTER_CONFIGURATIONS;
    /// POST `/groups/{groupId}/clusters/{clusterName}/restartPrimaries`
    RestartPrimaries => clusters::RESTART_PRIMARIES;
    /// POST `/groups/{groupId}/clusters/{clusterName}:pinFeatureCompatibilityVersion`
    PinFeatureCompatibilityVersion => clusters::PIN_FEATURE_COMPATIBILITY_VERSION;
    /// POST `/groups/{groupId}/clusters/{clusterName}:unpinFeatureCompatibilityVersion`
    UnpinFeatureCompatibilityVersion => clusters::UNPIN_FEATURE_COMPATIBILITY_VERSION;
    /// GET `/groups/{groupId}/clusters/provider/regions`
    ListClusterProviderRegions => clusters::LIST_CLUSTER_PROVIDER_REGIONS;
    /// POST `/groups/{groupId}/clusters/tenantUpgrade`
    UpgradeTenantCluster => clusters::UPGRADE_TENANT_CLUSTER;
    /// GET `/eventTypes`
    ListEventTypes => events::LIST_EVENT_TYPES;
    /// GET `/orgs/{orgId}/events`
    ListOrgEvents => events::LIST_ORG_EVENTS;
    /// GET `/orgs/{orgId}/events/{eventId}`
    GetOrgEvent => events::GET_ORG_EVENT;
    /// GET `/groups/{groupId}/events`
    ListGroupEvents => events::LIST_GROUP_EVENTS;
    /// GET `/groups/{groupId}/events/{eventId}`
    GetGroupEvent => events::GET_GROUP_EVENT;
    /// GET `/groups/{groupId}/encryptionAtRest`
    GetEncryptionAtRest => encryption_at_rest::GET_ENCRYPTION_AT_REST;
    /// PATCH `/groups/{groupId}/encryptionAtRest`
    UpdateEncryptionAtRest => encryption_at_rest::UPDATE_ENCRYPTION_AT_REST;
    /// GET `/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints`
    ListPrivateEndpoints => private_endpoints::LIST_PRIVATE_ENDPOINTS;
    /// POST `/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints`
    CreatePrivateEndpoint => private_endpoints::CREATE_PRIVATE_ENDPOINT;
    /// GET `/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints/{endpointId}`
    GetPrivateEndpoint => private_endpoints::GET_PRIVATE_ENDPOINT;
    /// DELETE `/groups/{groupId}/encryptionAtRest/{cloudProvider}/privateEndpoints/{endpointId}`
    DeletePrivateEndpoint => private_endpoints::DELETE_PRIVATE_ENDPOINT;
    /// GET `/groups/{groupId}/cloudProviderAccess`
    ListProviderRoles => provider_roles::LIST_PROVIDER_ROLES;
    /// POST `/groups/{groupId}/cloudProviderAccess`
    CreateProviderRole => provider_roles::CREATE_PROVIDER_ROLE;
    /// GET `/groups/{groupId}/cloudProviderAccess/{roleId}`
    GetProviderRole => provider_roles::GET_PROVIDER_ROLE;
    /// PATCH `/groups/{groupId}/cloudProviderAccess/{roleId}`
    AuthorizeProviderRole => provider_roles::AUTHORIZE_PROVIDER_ROLE;
    /// DELETE `/groups/{groupId}/cloudProviderAccess/{cloudProvider}/{roleId}`
    DeleteProviderRole => provider_roles::DELETE_PROVIDER_ROLE;
    /// POST `/groups/{groupId}/encryptionAtRest:check`, ours
    CheckEncryptionAtRest => provider_roles::CHECK_ENCRYPTION_AT_REST;
    /// GET `/groups/{groupId}/encryptionAtRest/setupKit/{cloudProvider}`, ours
    GetSetupKit => provider_roles::GET_SETUP_KIT;
    /// GET `/groups/{groupId}/networking`, ours
    GetNetworking => private_endpoints::GET_NETWORKING;
    /// GET `/groups/{groupId}/encryptionAtRest/validity`, ours
    GetEncryptionAtRestValidity => encryption_at_rest::GET_ENCRYPTION_AT_REST_VALIDITY;
    /// GET `/groups/{groupId}/clusters/{clusterName}/nodes`, ours
    ListNodes => nodes::LIST_NODES;
    /// POST `/groups/{groupId}/clusters/{clusterName}/nodes`, ours
    CreateNode => nodes::CREATE_NODE;
    /// GET `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}`, ours
    GetNode => nodes::GET_NODE;
    /// DELETE `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}`, ours
    RevokeNode => nodes::REVOKE_NODE;
    /// POST `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/enrolmentTokens`, ours
    CreateNodeEnrolmentToken => nodes::CREATE_NODE_ENROLMENT_TOKEN;
    /// POST `/enrolments`, ours
    EnrolNode => nodes::ENROL_NODE;
    /// POST `/nodeCertificates/renew`, ours
    RenewNodeCertificate => node_credentials::RENEW_NODE_CERTIFICATE;
    /// GET `/groups/{groupId}/externalCertificateAuthorities`, ours
    ListExternalCertificateAuthorities => node_credentials::LIST_EXTERNAL_CERTIFICATE_AUTHORITIES;
    /// POST `/groups/{groupId}/externalCertificateAuthorities`, ours
    CreateExternalCertificateAuthority => node_credentials::CREATE_EXTERNAL_CERTIFICATE_AUTHORITY;
    /// GET `/groups/{groupId}/externalCertificateAuthorities/{authorityId}`, ours
    GetExternalCertificateAuthority => node_credentials::GET_EXTERNAL_CERTIFICATE_AUTHORITY;
    /// DELETE `/groups/{groupId}/externalCertificateAuthorities/{authorityId}`, ours
    DeleteExternalCertificateAuthority => node_credentials::DELETE_EXTERNAL_CERTIFICATE_AUTHORITY;
    /// GET `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/identities`, ours
    ListNodeIdentities => node_credentials::LIST_NODE_IDENTITIES;
    /// POST `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/identities`, ours
    CreateNodeIdentity => node_credentials::CREATE_NODE_IDENTITY;
    /// DELETE `/groups/{groupId}/clusters/{clusterName}/nodes/{nodeId}/identities/{identityId}`, ours
    DeleteNodeIdentity => node_credentials::DELETE_NODE_IDENTITY;
    /// GET `/certificateAuthorities`, ours
    GetCertificateAuthorities => nodes::GET_CERTIFICATE_AUTHORITIES;
    /// GET `/groups/{groupId}/rotations`, ours
    ListRotations => keys::LIST_ROTATIONS;
    /// GET `/groups/{groupId}/rotations/{rotationId}`, ours
    GetRotation => keys::GET_ROTATION;
    /// GET `/groups/{groupId}/customerKeys`, ours
    ListCustomerKeys => keys::LIST_CUSTOMER_KEYS;
    /// GET `/groups/{groupId}/masterKeys`, ours
    ListMasterKeys => keys::LIST_MASTER_KEYS;
    /// GET `/groups/{groupId}/masterKeys/{masterKeyId}`, ours
    GetMasterKey => keys::GET_MASTER_KEY;
    /// POST `/groups/{groupId}/masterKeys/{masterKeyId}/return`, ours
    ReturnMasterKey => keys::RETURN_MASTER_KEY;
    /// GET `/groups/{groupId}/masterKeys/{masterKeyId}/grants`, ours
    ListGrants => keys::LIST_GRANTS;
    /// POST `/groups/{groupId}/masterKeys/{masterKeyId}/grants`, ours
    CreateGrant => keys::CREATE_GRANT;
    /// DELETE `/groups/{groupId}/masterKeys/{masterKeyId}/grants/{grantId}`, ours
    DeleteGrant => keys::DELETE_GRANT;
    /// GET `/groups/{groupId}/clusters/{clusterName}/snapshots`, ours
    ListSnapshots => keys::LIST_SNAPSHOTS;
    /// POST `/groups/{groupId}/clusters/{clusterName}/snapshots`, ours
    CreateSnapshot => keys::CREATE_SNAPSHOT;
    /// GET `/groups/{groupId}/clusters/{clusterName}/snapshots/{snapshotId}`, ours
    GetSnapshot => keys::GET_SNAPSHOT;
    /// DELETE `/groups/{groupId}/clusters/{clusterName}/snapshots/{snapshotId}`, ours
    ReleaseSnapshot => keys::RELEASE_SNAPSHOT;
    /// GET `/groups/{groupId}/deletedClusters`, ours
    ListDeletedClusters => keys::LIST_DELETED_CLUSTERS;
    /// POST `/groups/{groupId}/deletedClusters/{clusterId}/return`, ours
    ReturnCluster => keys::RETURN_CLUSTER;
    /// GET `/orgs/{orgId}/deletedGroups`, ours
    ListDeletedGroups => keys::LIST_DELETED_GROUPS;
    /// POST `/orgs/{orgId}/deletedGroups/{groupId}/return`, ours
    ReturnGroup => keys::RETURN_GROUP;
    /// GET `/groups/{groupId}/clusters/{clusterName}/backup/snapshots`
    ListBackupSnapshots => keys::LIST_BACKUP_SNAPSHOTS;
    /// GET `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}`
    GetBackupSnapshot => keys::GET_BACKUP_SNAPSHOT;
    /// GET `/groups/{groupId}/clusters/{clusterName}/processArgs`
    GetProcessArguments => around_clusters::GET_PROCESS_ARGUMENTS;
    /// PATCH `/groups/{groupId}/clusters/{clusterName}/processArgs`
    UpdateProcessArguments => around_clusters::UPDATE_PROCESS_ARGUMENTS;
    /// GET `/groups/{groupId}/clusters/{clusterName}/autoScalingConfiguration`
    GetAutoScalingConfiguration => around_clusters::GET_AUTO_SCALING_CONFIGURATION;
    /// GET `/groups/{groupId}/clusters/{clusterName}/status`
    GetClusterStatus => around_clusters::GET_CLUSTER_STATUS;
    /// GET `/groups/{groupId}/clusters/{clusterName}/search/deployment`
    GetSearchDeployment => around_clusters::GET_SEARCH_DEPLOYMENT;
    /// POST `/groups/{groupId}/clusters/{clusterName}/search/deployment`
    CreateSearchDeployment => around_clusters::CREATE_SEARCH_DEPLOYMENT;
    /// PATCH `/groups/{groupId}/clusters/{clusterName}/search/deployment`
    UpdateSearchDeployment => around_clusters::UPDATE_SEARCH_DEPLOYMENT;
    /// DELETE `/groups/{groupId}/clusters/{clusterName}/search/deployment`
    DeleteSearchDeployment => around_clusters::DELETE_SEARCH_DEPLOYMENT;
    /// GET `/groups/{groupId}/containers`
    ListContainers => around_clusters::LIST_CONTAINERS;
    /// GET `/groups/{groupId}/containers/all`
    ListAllContainers => around_clusters::LIST_ALL_CONTAINERS;
    /// GET `/groups/{groupId}/containers/{containerId}`
    GetContainer => around_clusters::GET_CONTAINER;
    /// GET `/groups/{groupId}/serverless`
    ListServerlessInstances => around_clusters::LIST_SERVERLESS_INSTANCES;
    /// GET `/groups/{groupId}/flexClusters`
    ListFlexClusters => flex_clusters::LIST_FLEX_CLUSTERS;
    /// POST `/groups/{groupId}/flexClusters`
    CreateFlexCluster => flex_clusters::CREATE_FLEX_CLUSTER;
    /// GET `/groups/{groupId}/flexClusters/{name}`
    GetFlexCluster => flex_clusters::GET_FLEX_CLUSTER;
    /// PATCH `/groups/{groupId}/flexClusters/{name}`
    UpdateFlexCluster => flex_clusters::UPDATE_FLEX_CLUSTER;
    /// DELETE `/groups/{groupId}/flexClusters/{name}`
    DeleteFlexCluster => flex_clusters::DELETE_FLEX_CLUSTER;
    /// POST `/groups/{groupId}/flexClusters:tenantUpgrade`
    UpgradeFlexCluster => flex_clusters::UPGRADE_FLEX_CLUSTER;
    /// GET `/groups/{groupId}/backupCompliancePolicy`
    GetCompliancePolicy => backups::GET_COMPLIANCE_POLICY;
    /// PUT `/groups/{groupId}/backupCompliancePolicy`
    UpdateCompliancePolicy => backups::UPDATE_COMPLIANCE_POLICY;
    /// DELETE `/groups/{groupId}/backupCompliancePolicy`
    DeleteCompliancePolicy => backups::DELETE_COMPLIANCE_POLICY;
    /// GET `/groups/{groupId}/clusters/{clusterName}/backup/schedule`
    GetBackupSchedule => backups::GET_BACKUP_SCHEDULE;
    /// PATCH `/groups/{groupId}/clusters/{clusterName}/backup/schedule`
    UpdateBackupSchedule => backups::UPDATE_BACKUP_SCHEDULE;
    /// POST `/groups/{groupId}/clusters/{clusterName}/backup/snapshots`
    TakeBackupSnapshot => backups::TAKE_BACKUP_SNAPSHOT;
    /// PATCH `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}`
    UpdateBackupSnapshot => backups::UPDATE_BACKUP_SNAPSHOT;
    /// DELETE `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/{snapshotId}`
    DeleteBackupSnapshot => backups::DELETE_BACKUP_SNAPSHOT;
    /// GET `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/shardedClusters`
    ListShardedSnapshots => backups::LIST_SHARDED_SNAPSHOTS;
    /// GET `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/shardedCluster/{snapshotId}`
    GetShardedSnapshot => backups::GET_SHARDED_SNAPSHOT;
    /// DELETE `/groups/{groupId}/clusters/{clusterName}/backup/snapshots/shardedCluster/{snapshotId}`
    DeleteShardedSnapshot => backups::DELETE_SHARDED_SNAPSHOT;
    /// GET `/alertConfigs/matchers/fieldNames`
    ListAlertConfigMatcherFieldNames => alerts::LIST_ALERT_CONFIG_MATCHER_FIELD_NAMES;
    /// GET `/groups/{groupId}/alertConfigs`
    ListAlertConfigs => alerts::LIST_ALERT_CONFIGS;
    /// POST `/groups/{groupId}/alertConfigs`
    CreateAlertConfig => alerts::CREATE_ALERT_CONFIG;
    /// GET `/groups/{groupId}/alertConfigs/{alertConfigId}`
    GetAlertConfig => alerts::GET_ALERT_CONFIG;
    /// PUT `/groups/{groupId}/alertConfigs/{alertConfigId}`
    UpdateAlertConfig => alerts::UPDATE_ALERT_CONFIG;
    /// PATCH `/groups/{groupId}/alertConfigs/{alertConfigId}`
    ToggleAlertConfig => alerts::TOGGLE_ALERT_CONFIG;
    /// DELETE `/groups/{groupId}/alertConfigs/{alertConfigId}`
    DeleteAlertConfig => alerts::DELETE_ALERT_CONFIG;
    /// GET `/groups/{groupId}/alerts/{alertId}/alertConfigs`
    ListAlertConfigsOfAlert => alerts::LIST_ALERT_CONFIGS_OF_ALERT;
    /// GET `/groups/{groupId}/alertConfigs/{alertConfigId}/alerts`
    ListAlertsOfConfig => alerts::LIST_ALERTS_OF_CONFIG;
    /// GET `/groups/{groupId}/alerts`
    ListAlerts => alerts::LIST_ALERTS;
    /// GET `/groups/{groupId}/alerts/{alertId}`
    GetAlert => alerts::GET_ALERT;
    /// PATCH `/groups/{groupId}/alerts/{alertId}`
    AcknowledgeAlert => alerts::ACKNOWLEDGE_ALERT;
    /// GET `/groups/{groupId}/apiKeys`
    ListGroupApiKeys => api_keys::LIST_GROUP_API_KEYS;
    /// POST `/groups/{groupId}/apiKeys`
    CreateGroupApiKey => api_keys::CREATE_GROUP_API_KEY;
    /// POST `/groups/{groupId}/apiKeys/{apiUserId}`
    AddGroupApiKey => api_keys::ADD_GROUP_API_KEY;
    /// PATCH `/groups/{groupId}/apiKeys/{apiUserId}`
    UpdateGroupApiKeyRoles => api_keys::UPDATE_GROUP_API_KEY_ROLES;
    /// DELETE `/groups/{groupId}/apiKeys/{apiUserId}`
    RemoveGroupApiKey => api_keys::REMOVE_GROUP_API_KEY;
    /// GET `/orgs/{orgId}/apiKeys`
    ListOrgApiKeys => api_keys::LIST_ORG_API_KEYS;
    /// POST `/orgs/{orgId}/apiKeys`
    CreateOrgApiKey => api_keys::CREATE_ORG_API_KEY;
    /// GET `/orgs/{orgId}/apiKeys/{apiUserId}`
    GetOrgApiKey => api_keys::GET_ORG_API_KEY;
    /// PATCH `/orgs/{orgId}/apiKeys/{apiUserId}`
    UpdateOrgApiKey => api_keys::UPDATE_ORG_API_KEY;
    /// DELETE `/orgs/{orgId}/apiKeys/{apiUserId}`
    DeleteOrgApiKey => api_keys::DELETE_ORG_API_KEY;
    /// GET `/orgs/{orgId}/apiKeys/{apiUserId}/accessList`
    ListOrgAccessEntries => api_keys::LIST_ORG_ACCESS_ENTRIES;
    /// POST `/orgs/{orgId}/apiKeys/{apiUserId}/accessList`
    CreateOrgAccessEntry => api_keys::CREATE_ORG_ACCESS_ENTRY;
    /// GET `/orgs/{orgId}/apiKeys/{apiUserId}/accessList/{ipAddress}`
    GetOrgAccessEntry => api_keys::GET_ORG_ACCESS_ENTRY;
    /// DELETE `/orgs/{orgId}/apiKeys/{apiUserId}/accessList/{ipAddress}`
    DeleteAccessEntry => api_keys::DELETE_ACCESS_ENTRY;
    /// GET `/groups/{groupId}/serviceAccounts`
    ListGroupServiceAccounts => service_accounts::LIST_GROUP_SERVICE_ACCOUNTS;
    /// POST `/groups/{groupId}/serviceAccounts`
    CreateGroupServiceAccount => service_accounts::CREATE_GROUP_SERVICE_ACCOUNT;
    /// GET `/groups/{groupId}/serviceAccounts/{clientId}`
    GetGroupServiceAccount => service_accounts::GET_GROUP_SERVICE_ACCOUNT;
    /// PATCH `/groups/{groupId}/serviceAccounts/{clientId}`
    UpdateGroupServiceAccount => service_accounts::UPDATE_GROUP_SERVICE_ACCOUNT;
    /// DELETE `/groups/{groupId}/serviceAccounts/{clientId}`
    DeleteGroupServiceAccount => service_accounts::DELETE_GROUP_SERVICE_ACCOUNT;
    /// GET `/groups/{groupId}/serviceAccounts/{clientId}/accessList`
    ListGroupServiceAccountNetworks => service_accounts::LIST_GROUP_SERVICE_ACCOUNT_NETWORKS;
    /// POST `/groups/{groupId}/serviceAccounts/{clientId}/accessList`
    CreateGroupServiceAccountNetworks => service_accounts::CREATE_GROUP_SERVICE_ACCOUNT_NETWORKS;
    /// DELETE `/groups/{groupId}/serviceAccounts/{clientId}/accessList/{ipAddress}`
    DeleteGroupServiceAccountNetwork => service_accounts::DELETE_GROUP_SERVICE_ACCOUNT_NETWORK;
    /// POST `/groups/{groupId}/serviceAccounts/{clientId}/secrets`
    CreateGroupSecret => service_accounts::CREATE_GROUP_SECRET;
    /// DELETE `/groups/{groupId}/serviceAccounts/{clientId}/secrets/{secretId}`
    DeleteGroupSecret => service_accounts::DELETE_GROUP_SECRET;
    /// POST `/groups/{groupId}/serviceAccounts/{clientId}:invite`
    InviteGroupServiceAccount => service_accounts::INVITE_GROUP_SERVICE_ACCOUNT;
    /// GET `/orgs/{orgId}/serviceAccounts`
    ListOrgServiceAccounts => service_accounts::LIST_ORG_SERVICE_ACCOUNTS;
    /// POST `/orgs/{orgId}/serviceAccounts`
    CreateOrgServiceAccount => service_accounts::CREATE_ORG_SERVICE_ACCOUNT;
    /// GET `/orgs/{orgId}/serviceAccounts/{clientId}`
    GetOrgServiceAccount => service_accounts::GET_ORG_SERVICE_ACCOUNT;
    /// PATCH `/orgs/{orgId}/serviceAccounts/{clientId}`
    UpdateOrgServiceAccount => service_accounts::UPDATE_ORG_SERVICE_ACCOUNT;
    /// DELETE `/orgs/{orgId}/serviceAccounts/{clientId}`
    DeleteOrgServiceAccount => service_accounts::DELETE_ORG_SERVICE_ACCOUNT;
    /// GET `/orgs/{orgId}/serviceAccounts/{clientId}/accessList`
    ListOrgServiceAccountNetworks => service_accounts::LIST_ORG_SERVICE_ACCOUNT_NETWORKS;
    /// POST `/orgs/{orgId}/serviceAccounts/{clientId}/accessList`
    CreateOrgServiceAccountNetworks => service_accounts::CREATE_ORG_SERVICE_ACCOUNT_NETWORKS;
    /// DELETE `/orgs/{orgId}/serviceAccounts/{clientId}/accessList/{ipAddress}`
    DeleteOrgServiceAccountNetwork => service_accounts::DELETE_ORG_SERVICE_ACCOUNT_NETWORK;
    /// POST `/orgs/{orgId}/serviceAccounts/{clientId}/secrets`
    CreateOrgSecret => service_accounts::CREATE_ORG_SECRET;
    /// DELETE `/orgs/{orgId}/serviceAccounts/{clientId}/secrets/{secretId}`
    DeleteOrgSecret => service_accounts::DELETE_ORG_SECRET;
    /// GET `/orgs/{orgId}/serviceAccounts/{clientId}/groups`
    GetServiceAccountGroups => service_accounts::GET_SERVICE_ACCOUNT_GROUPS;
    /// GET `/groups/{groupId}/teams`
    ListGroupTeams => teams::LIST_GROUP_TEAMS;
    /// POST `/groups/{groupId}/teams`
    AddGroupTeams => teams::ADD_GROUP_TEAMS;
    /// GET `/groups/{groupId}/teams/{teamId}`
    GetGroupTeam => teams::GET_GROUP_TEAM;
    /// PATCH `/groups/{groupId}/teams/{teamId}`
    UpdateGroupTeam => teams::UPDATE_GROUP_TEAM;
    /// DELETE `/groups/{groupId}/teams/{teamId}`
    RemoveGroupTeam => teams::REMOVE_GROUP_TEAM;
    /// GET `/orgs/{orgId}/teams`
    ListOrgTeams => teams::LIST_ORG_TEAMS;
    /// POST `/orgs/{orgId}/teams`
    CreateOrgTeam => teams::CREATE_ORG_TEAM;
    /// GET `/orgs/{orgId}/teams/{teamId}`
    GetOrgTeam => teams::GET_ORG_TEAM;
    /// PATCH `/orgs/{orgId}/teams/{teamId}`
    RenameOrgTeam => teams::RENAME_ORG_TEAM;
    /// DELETE `/orgs/{orgId}/teams/{teamId}`
    DeleteOrgTeam => teams::DELETE_ORG_TEAM;
    /// GET `/orgs/{orgId}/teams/byName/{teamName}`
    GetTeamByName => teams::GET_TEAM_BY_NAME;
    /// POST `/orgs/{orgId}/teams/{teamId}/users`
    AddTeamUsers => teams::ADD_TEAM_USERS;
    /// DELETE `/orgs/{orgId}/teams/{teamId}/users/{userId}`
    RemoveUserFromTeam => teams::REMOVE_USER_FROM_TEAM;
    /// GET `/groups/{groupId}/users`
    ListGroupUsers => users::LIST_GROUP_USERS;
    /// POST `/groups/{groupId}/users`
    AddGroupUsers => users::ADD_GROUP_USERS;
    /// GET `/groups/{groupId}/users/{userId}`
    GetGroupUser => users::GET_GROUP_USER;
    /// DELETE `/groups/{groupId}/users/{userId}`
    RemoveGroupUser => users::REMOVE_GROUP_USER;
    /// POST `/groups/{groupId}/users/{userId}:addRole`
    AddGroupUserRole => users::ADD_GROUP_USER_ROLE;
    /// POST `/groups/{groupId}/users/{userId}:removeRole`
    RemoveGroupUserRole => users::REMOVE_GROUP_USER_ROLE;
    /// GET `/orgs/{orgId}/users`
    ListOrgUsers => users::LIST_ORG_USERS;
    /// POST `/orgs/{orgId}/users`
    CreateOrgUser => users::CREATE_ORG_USER;
    /// GET `/orgs/{orgId}/users/{userId}`
    GetOrgUser => users::GET_ORG_USER;
    /// PATCH `/orgs/{orgId}/users/{userId}`
    UpdateOrgUser => users::UPDATE_ORG_USER;
    /// DELETE `/orgs/{orgId}/users/{userId}`
    RemoveOrgUser => users::REMOVE_ORG_USER;
    /// POST `/orgs/{orgId}/users/{userId}:addRole`
    AddOrgRole => users::ADD_ORG_ROLE;
    /// POST `/orgs/{orgId}/users/{userId}:removeRole`
    RemoveOrgRole => users::REMOVE_ORG_ROLE;
    /// GET `/orgs/{orgId}/teams/{teamId}/users`
    ListTeamUsers => users::LIST_TEAM_USERS;
    /// POST `/orgs/{orgId}/teams/{teamId}:addUser`
    AddOrgTeamUser => users::ADD_ORG_TEAM_USER;
    /// POST `/orgs/{orgId}/teams/{teamId}:removeUser`
    RemoveOrgTeamUser => users::REMOVE_ORG_TEAM_USER;
    /// GET `/orgs/{orgId}/users`, ours
    ListUserStandings => users::LIST_USER_STANDINGS;
    /// POST `/orgs/{orgId}/users/{userId}/disable`, ours
    DisableUser => users::DISABLE_USER;
    /// POST `/orgs/{orgId}/users/{userId}/enable`, ours
    EnableUser => users::ENABLE_USER;
    /// POST `/orgs/{orgId}/users/{userId}/reset`, ours
    ResetUser => users::RESET_USER;
    /// POST `/invitations/accept`, ours
    AcceptInvitation => users::ACCEPT_INVITATION;
    /// GET `/openapi.json`, ours
    GetOpenApi => surroundings::GET_OPEN_API;
}
