//! Events: recorded facts, saved together with the change they tell of.
//! Must not know how a client asks for them.

use std::net::IpAddr;

use crate::cluster::ClusterName;
use crate::customer_key::ProviderKind;
use crate::id::{ApiKeyId, EventId, NodeId, OrgId, ProjectId, ServiceAccountId};
use crate::time::Timestamp;
use crate::validity::Fact;

/// A recorded fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// The organization it happened in.
    pub org: OrgId,
    /// The project it happened in, if in one.
    pub project: Option<ProjectId>,
    /// The cluster it happened to, if to one, by the name it had then.
    pub cluster: Option<ClusterName>,
    /// What happened.
    pub kind: EventKind,
    /// Who made it happen.
    pub actor: Actor,
    /// The address they came from.
    pub remote_address: Option<IpAddr>,
    /// More words about it, never a secret: a reason code, what changed.
    pub detail: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// Who made something happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A client with an API key.
    ApiKey {
        /// The key's id.
        id: ApiKeyId,
        /// Its public half.
        public_key: String,
    },
    /// A client with a service account.
    ServiceAccount {
        /// The account's id.
        id: ServiceAccountId,
    },
    /// A node of a cluster.
    Node {
        /// The node's id.
        id: NodeId,
    },
    /// Atrest itself, watching.
    System,
}

/// What happened. Names are those of the Admin API; those of nodes are ours, in its style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// The settings changed.
    ConfigurationUpdated,
    /// A candidate was refused by its provider, or settings saved without proof turned out wrong.
    ConfigurationValidationFailed,
    /// Settings saved without proof turned out right.
    ConfigurationValidationSucceeded,
    /// The customer key became unusable.
    KeyInvalid(ProviderKind),
    /// The customer key became usable again.
    KeyValid(ProviderKind),
    /// The settings no longer lead to a usable key.
    ConfigNoLongerValid,
    /// The settings lead to a usable key again.
    ConfigIsValid,
    /// The provider cannot be reached.
    NetworkAccessDenied,
    /// The provider can be reached again.
    NetworkAccessRestored,
    /// A cluster was created.
    ClusterCreated,
    /// A cluster is what it was created to be.
    ClusterReady,
    /// A change of a cluster was taken on.
    ClusterUpdateSubmitted,
    /// A change of a cluster began.
    ClusterUpdateStarted,
    /// A change of a cluster is done.
    ClusterUpdateCompleted,
    /// The deletion of a cluster was taken on.
    ClusterDeleteSubmitted,
    /// A cluster was deleted.
    ClusterDeleted,
    /// A node was created.
    NodeCreated,
    /// A node was given a token to enrol with.
    NodeEnrolmentTokenCreated,
    /// A node was given a certificate.
    NodeCertificateIssued,
    /// A node was revoked.
    NodeRevoked,
    /// A project was created.
    ProjectCreated,
    /// A project was deleted.
    ProjectDeleted,
    /// All master keys of a provider are wrapped by the new customer key.
    KeyRotated(ProviderKind),
    /// A new customer key was taken up; master keys are being re-wrapped.
    KeyRotationStarted,
    /// A node destroyed a master key. It can be brought back for a while.
    MasterKeyDestroyed,
    /// An owner brought a destroyed master key back.
    MasterKeyReturned,
    /// The sealed bytes of a master key were wiped for good.
    MasterKeyPurged,
    /// An owner let another node read a master key.
    MasterKeyGranted,
    /// An owner ended such a leave.
    MasterKeyGrantEnded,
    /// A snapshot was registered that needs master keys.
    SnapshotRegistered,
    /// A snapshot needs its master keys no more.
    SnapshotReleased,
    /// An owner brought a deleted cluster back.
    ClusterReturned,
    /// An owner brought a deleted project back.
    ProjectReturned,
    /// A node has two live certificates.
    NodeCertificatesOverlap,
    /// A node asked from another address than before.
    NodeAddressChanged,
    /// Another of our certificate authorities signs from now on.
    CertificateAuthoritySucceeded,
    /// A project's own certificate authority is believed for its nodes.
    ExternalAuthorityAdded,
    /// A project's own certificate authority is believed no more.
    ExternalAuthorityRemoved,
    /// Certificates of a project's own authority are a node.
    NodeIdentityAdded,
    /// Certificates of a project's own authority are a node no more.
    NodeIdentityRemoved,
    /// A private endpoint was asked for, or takes the place of one that was refused.
    PrivateEndpointCreated,
    /// A private endpoint is gone.
    PrivateEndpointDeleted,
    /// Key calls can leave by a private endpoint.
    PrivateEndpointActive,
    /// The vault's side refused or removed a private endpoint.
    PrivateEndpointRejected,
    /// A private endpoint came to nothing.
    PrivateEndpointFailed,
    /// Private networking stopped a cluster.
    ClusterDisabledForPrivateNetworking,
    /// Private networking no longer stops a cluster.
    ClusterNoLongerDisabled,
    /// A change of how a cluster's processes run was taken on.
    ProcessArgumentsUpdated,
    /// Nodes for search were created beside a cluster.
    SearchDeploymentCreated,
    /// Nodes for search were changed.
    SearchDeploymentUpdated,
    /// Nodes for search were deleted.
    SearchDeploymentDeleted,
    /// It was changed when backups of a cluster are to be taken.
    BackupScheduleUpdated,
    /// A project got a backup compliance policy.
    CompliancePolicyEnabled,
    /// A project's backup compliance policy changed.
    CompliancePolicyUpdated,
    /// A project has no backup compliance policy any more.
    CompliancePolicyDisabled,
    /// Somebody who was to be told could not be.
    NoticeNotDelivered,
    /// The customer key was not rotated for longer than somebody wants.
    KeyNeedsRotation(ProviderKind),
    /// The customer key expires soon.
    KeyExpiring(ProviderKind),
    /// The customer key is going to be deleted.
    KeyPendingDeletion(ProviderKind),
    /// The re-wrapping of master keys takes too long.
    ConfigUpdateStalled,
    /// A private endpoint has waited for its approval for longer than somebody wants.
    PrivateEndpointUnapproved,
    /// The configuration of an alert was added.
    AlertConfigAdded,
    /// The configuration of an alert was changed.
    AlertConfigChanged,
    /// The configuration of an alert was deleted.
    AlertConfigDeleted,
    /// The configuration of an alert was switched on.
    AlertConfigEnabled,
    /// The configuration of an alert was switched off.
    AlertConfigDisabled,
    /// Somebody took note of an alert.
    AlertAcknowledged,
    /// Somebody took back having taken note of an alert.
    AlertUnacknowledged,
    /// A project was renamed.
    ProjectRenamed,
    /// A project was given other marks.
    ProjectTagsModified,
    /// A project's switches or limits were set.
    ProjectSettingsUpdated,
    /// A project that was set aside is in use again.
    ProjectActivated,
    /// A project was set aside.
    ProjectDeactivated,
    /// An entry was added to a project's IP access list.
    NetworkEntryAdded,
    /// An entry of a project's IP access list was changed.
    NetworkEntryUpdated,
    /// An entry was taken from a project's IP access list.
    NetworkEntryRemoved,
    /// An organization was created.
    OrgCreated,
    /// An organization was renamed.
    OrgRenamed,
    /// An organization was deleted.
    OrgDeleted,
    /// An organization's API keys work only from addresses that their access lists name.
    OrgAccessListRequired,
    /// An organization's API keys work from anywhere unless they have an access list.
    OrgAccessListNotRequired,
    /// An organization set how long secrets of service accounts may last.
    OrgSecretHoursEdited,
    /// Anything else that an organization sets was changed.
    OrgSettingsUpdated,
    /// An API key was created.
    ApiKeyCreated,
    /// An API key was deleted.
    ApiKeyDeleted,
    /// An API key was described otherwise.
    ApiKeyDescriptionChanged,
    /// An API key was given other roles.
    ApiKeyRolesChanged,
    /// An API key was given roles in a project.
    ApiKeyAddedToProject,
    /// An API key lost its roles in a project.
    ApiKeyRemovedFromProject,
    /// A network was added to an API key's access list.
    ApiKeyAccessEntryAdded,
    /// A network was taken from an API key's access list.
    ApiKeyAccessEntryDeleted,
    /// A service account was created.
    ServiceAccountCreated,
    /// A service account was deleted.
    ServiceAccountDeleted,
    /// A service account was named or described otherwise.
    ServiceAccountDetailsChanged,
    /// A service account was given other roles.
    ServiceAccountRolesChanged,
    /// A service account was given roles in a project.
    ServiceAccountAddedToProject,
    /// A service account lost its roles in a project.
    ServiceAccountRemovedFromProject,
    /// A service account was given a secret.
    ServiceAccountSecretAdded,
    /// A secret of a service account was deleted.
    ServiceAccountSecretDeleted,
    /// A network was added to a service account's access list.
    ServiceAccountAccessEntryAdded,
    /// A network was taken from a service account's access list.
    ServiceAccountAccessEntryDeleted,
    /// A team was created.
    TeamCreated,
    /// A team was deleted.
    TeamDeleted,
    /// A team was renamed.
    TeamRenamed,
    /// A team was given roles in a project.
    TeamAddedToProject,
    /// A team lost its roles in a project.
    TeamRemovedFromProject,
    /// A team was given other roles in a project.
    TeamRolesChanged,
    /// A person joined a team.
    TeamJoined,
    /// A person was taken out of a team.
    TeamLeft,
    /// A person was invited to an organization.
    UserInvited,
    /// A person accepted an invitation to an organization.
    UserJoined,
    /// A person was removed from an organization.
    UserRemoved,
    /// A person was given other roles.
    UserRolesChanged,
    /// A person was given roles in a project.
    UserJoinedProject,
    /// A person lost their roles in a project.
    UserLeftProject,
    /// A person was shut out of an organization.
    UserDisabled,
    /// A person was let into an organization again.
    UserEnabled,
    /// A person was sent a token to set a new password with.
    UserResetRequested,
    /// The operator gave an organization an owner again.
    OwnerRecovered,
    /// A person set a new password.
    UserPasswordSet,
    /// A provider role was made.
    ProviderRoleAdded(ProviderKind),
    /// A provider role was authorized, or stands for another identity.
    ProviderRoleUpdated(ProviderKind),
    /// A provider role is gone.
    ProviderRoleDeleted(ProviderKind),
}

impl EventKind {
    /// Every kind there is.
    pub const ALL: &'static [Self] = &[
        Self::ConfigurationUpdated,
        Self::ConfigurationValidationFailed,
        Self::ConfigurationValidationSucceeded,
        Self::KeyInvalid(ProviderKind::AwsKms),
        Self::KeyInvalid(ProviderKind::AzureKeyVault),
        Self::KeyInvalid(ProviderKind::GcpKms),
        Self::KeyValid(ProviderKind::AwsKms),
        Self::KeyValid(ProviderKind::AzureKeyVault),
        Self::KeyValid(ProviderKind::GcpKms),
        Self::ConfigNoLongerValid,
        Self::ConfigIsValid,
        Self::NetworkAccessDenied,
        Self::NetworkAccessRestored,
        Self::ClusterCreated,
        Self::ClusterReady,
        Self::ClusterUpdateSubmitted,
        Self::ClusterUpdateStarted,
        Self::ClusterUpdateCompleted,
        Self::ClusterDeleteSubmitted,
        Self::ClusterDeleted,
        Self::NodeCreated,
        Self::NodeEnrolmentTokenCreated,
        Self::NodeCertificateIssued,
        Self::NodeRevoked,
        Self::ProjectCreated,
        Self::ProjectDeleted,
        Self::KeyRotated(ProviderKind::AwsKms),
        Self::KeyRotated(ProviderKind::AzureKeyVault),
        Self::KeyRotated(ProviderKind::GcpKms),
        Self::KeyRotationStarted,
        Self::MasterKeyDestroyed,
        Self::MasterKeyReturned,
        Self::MasterKeyPurged,
        Self::MasterKeyGranted,
        Self::MasterKeyGrantEnded,
        Self::SnapshotRegistered,
        Self::SnapshotReleased,
        Self::ClusterReturned,
        Self::ProjectReturned,
        Self::NodeCertificatesOverlap,
        Self::NodeAddressChanged,
        Self::CertificateAuthoritySucceeded,
        Self::ExternalAuthorityAdded,
        Self::ExternalAuthorityRemoved,
        Self::NodeIdentityAdded,
        Self::NodeIdentityRemoved,
        Self::PrivateEndpointCreated,
        Self::PrivateEndpointDeleted,
        Self::PrivateEndpointActive,
        Self::PrivateEndpointRejected,
        Self::PrivateEndpointFailed,
        Self::ClusterDisabledForPrivateNetworking,
        Self::ClusterNoLongerDisabled,
        Self::ProcessArgumentsUpdated,
        Self::SearchDeploymentCreated,
        Self::SearchDeploymentUpdated,
        Self::SearchDeploymentDeleted,
        Self::BackupScheduleUpdated,
        Self::CompliancePolicyEnabled,
        Self::CompliancePolicyUpdated,
        Self::CompliancePolicyDisabled,
        Self::NoticeNotDelivered,
        Self::KeyNeedsRotation(ProviderKind::AwsKms),
        Self::KeyNeedsRotation(ProviderKind::AzureKeyVault),
        Self::KeyNeedsRotation(ProviderKind::GcpKms),
        Self::KeyExpiring(ProviderKind::AwsKms),
        Self::KeyExpiring(ProviderKind::AzureKeyVault),
        Self::KeyExpiring(ProviderKind::GcpKms),
        Self::KeyPendingDeletion(ProviderKind::AwsKms),
        Self::KeyPendingDeletion(ProviderKind::AzureKeyVault),
        Self::KeyPendingDeletion(ProviderKind::GcpKms),
        Self::ConfigUpdateStalled,
        Self::PrivateEndpointUnapproved,
        Self::AlertConfigAdded,
        Self::AlertConfigChanged,
        Self::AlertConfigDeleted,
        Self::AlertConfigEnabled,
        Self::AlertConfigDisabled,
        Self::AlertAcknowledged,
        Self::AlertUnacknowledged,
        Self::ProjectRenamed,
        Self::ProjectTagsModified,
        Self::ProjectSettingsUpdated,
        Self::ProjectActivated,
        Self::ProjectDeactivated,
        Self::NetworkEntryAdded,
        Self::NetworkEntryUpdated,
        Self::NetworkEntryRemoved,
        Self::OrgCreated,
        Self::OrgRenamed,
        Self::OrgDeleted,
        Self::OrgAccessListRequired,
        Self::OrgAccessListNotRequired,
        Self::OrgSecretHoursEdited,
        Self::OrgSettingsUpdated,
        Self::ApiKeyCreated,
        Self::ApiKeyDeleted,
        Self::ApiKeyDescriptionChanged,
        Self::ApiKeyRolesChanged,
        Self::ApiKeyAddedToProject,
        Self::ApiKeyRemovedFromProject,
        Self::ApiKeyAccessEntryAdded,
        Self::ApiKeyAccessEntryDeleted,
        Self::ServiceAccountCreated,
        Self::ServiceAccountDeleted,
        Self::ServiceAccountDetailsChanged,
        Self::ServiceAccountRolesChanged,
        Self::ServiceAccountAddedToProject,
        Self::ServiceAccountRemovedFromProject,
        Self::ServiceAccountSecretAdded,
        Self::ServiceAccountSecretDeleted,
        Self::ServiceAccountAccessEntryAdded,
        Self::ServiceAccountAccessEntryDeleted,
        Self::TeamCreated,
        Self::TeamDeleted,
        Self::TeamRenamed,
        Self::TeamAddedToProject,
        Self::TeamRemovedFromProject,
        Self::TeamRolesChanged,
        Self::TeamJoined,
        Self::TeamLeft,
        Self::UserInvited,
        Self::UserJoined,
        Self::UserRemoved,
        Self::UserRolesChanged,
        Self::UserJoinedProject,
        Self::UserLeftProject,
        Self::UserDisabled,
        Self::UserEnabled,
        Self::UserResetRequested,
        Self::OwnerRecovered,
        Self::UserPasswordSet,
        Self::ProviderRoleAdded(ProviderKind::AwsKms),
        Self::ProviderRoleAdded(ProviderKind::AzureKeyVault),
        Self::ProviderRoleAdded(ProviderKind::GcpKms),
        Self::ProviderRoleUpdated(ProviderKind::AwsKms),
        Self::ProviderRoleUpdated(ProviderKind::AzureKeyVault),
        Self::ProviderRoleUpdated(ProviderKind::GcpKms),
        Self::ProviderRoleDeleted(ProviderKind::AwsKms),
        Self::ProviderRoleDeleted(ProviderKind::AzureKeyVault),
        Self::ProviderRoleDeleted(ProviderKind::GcpKms),
    ];

    /// Tells whether the organization records it as its own, though it happened to a project: that one came or went.
    #[must_use]
    pub const fn is_of_org(self) -> bool {
        matches!(self, Self::ProjectCreated | Self::ProjectDeleted | Self::ProjectReturned)
    }

    /// Gives the name the Admin API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConfigurationUpdated => "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED",
            Self::ConfigurationValidationFailed => "ENCRYPTION_AT_REST_CONFIGURATION_VALIDATION_FAILED",
            Self::ConfigurationValidationSucceeded => "ENCRYPTION_AT_REST_CONFIGURATION_VALIDATION_SUCCEEDED",
            Self::KeyInvalid(ProviderKind::AwsKms) => "AWS_ENCRYPTION_KEY_INVALID",
            Self::KeyInvalid(ProviderKind::AzureKeyVault) => "AZURE_ENCRYPTION_KEY_INVALID",
            Self::KeyInvalid(ProviderKind::GcpKms) => "GCP_ENCRYPTION_KEY_INVALID",
            Self::KeyValid(ProviderKind::AwsKms) => "AWS_ENCRYPTION_KEY_VALID",
            Self::KeyValid(ProviderKind::AzureKeyVault) => "AZURE_ENCRYPTION_KEY_VALID",
            Self::KeyValid(ProviderKind::GcpKms) => "GCP_ENCRYPTION_KEY_VALID",
            Self::ConfigNoLongerValid => "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID",
            Self::ConfigIsValid => "ENCRYPTION_AT_REST_CONFIG_IS_VALID",
            Self::NetworkAccessDenied => "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED",
            Self::NetworkAccessRestored => "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_RESTORED",
            Self::ClusterCreated => "CLUSTER_CREATED",
            Self::ClusterReady => "CLUSTER_READY",
            Self::ClusterUpdateSubmitted => "CLUSTER_UPDATE_SUBMITTED",
            Self::ClusterUpdateStarted => "CLUSTER_UPDATE_STARTED",
            Self::ClusterUpdateCompleted => "CLUSTER_UPDATE_COMPLETED",
            Self::ClusterDeleteSubmitted => "CLUSTER_DELETE_SUBMITTED",
            Self::ClusterDeleted => "CLUSTER_DELETED",
            Self::NodeCreated => "NODE_CREATED",
            Self::NodeEnrolmentTokenCreated => "NODE_ENROLMENT_TOKEN_CREATED",
            Self::NodeCertificateIssued => "NODE_CERTIFICATE_ISSUED",
            Self::NodeRevoked => "NODE_REVOKED",
            Self::ProjectCreated => "GROUP_CREATED",
            Self::ProjectDeleted => "GROUP_DELETED",
            Self::KeyRotated(ProviderKind::AwsKms) => "AWS_ENCRYPTION_KEY_ROTATED",
            Self::KeyRotated(ProviderKind::AzureKeyVault) => "AZURE_ENCRYPTION_KEY_ROTATED",
            Self::KeyRotated(ProviderKind::GcpKms) => "GCP_ENCRYPTION_KEY_ROTATED",
            Self::KeyRotationStarted => "ENCRYPTION_AT_REST_KEY_ROTATION_STARTED",
            Self::MasterKeyDestroyed => "MASTER_KEY_DESTROYED",
            Self::MasterKeyReturned => "MASTER_KEY_RETURNED",
            Self::MasterKeyPurged => "MASTER_KEY_PURGED",
            Self::MasterKeyGranted => "MASTER_KEY_GRANTED",
            Self::MasterKeyGrantEnded => "MASTER_KEY_GRANT_ENDED",
            Self::SnapshotRegistered => "SNAPSHOT_REGISTERED",
            Self::SnapshotReleased => "SNAPSHOT_RELEASED",
            Self::ClusterReturned => "CLUSTER_RETURNED",
            Self::ProjectReturned => "GROUP_RETURNED",
            Self::NodeCertificatesOverlap => "NODE_CERTIFICATES_OVERLAP",
            Self::NodeAddressChanged => "NODE_ADDRESS_CHANGED",
            Self::CertificateAuthoritySucceeded => "CERTIFICATE_AUTHORITY_SUCCEEDED",
            Self::ExternalAuthorityAdded => "EXTERNAL_CERTIFICATE_AUTHORITY_ADDED",
            Self::ExternalAuthorityRemoved => "EXTERNAL_CERTIFICATE_AUTHORITY_REMOVED",
            Self::NodeIdentityAdded => "NODE_IDENTITY_ADDED",
            Self::NodeIdentityRemoved => "NODE_IDENTITY_REMOVED",
            Self::PrivateEndpointCreated => "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_CREATED",
            Self::PrivateEndpointDeleted => "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_DELETED",
            Self::PrivateEndpointActive => "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_ACTIVE",
            Self::PrivateEndpointRejected => "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REJECTED",
            Self::PrivateEndpointFailed => "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_FAILED",
            Self::ClusterDisabledForPrivateNetworking => "CLUSTER_DISABLED_FOR_PRIVATE_NETWORKING",
            Self::ClusterNoLongerDisabled => "CLUSTER_ENABLED_AFTER_PRIVATE_NETWORKING",
            Self::ProcessArgumentsUpdated => "CLUSTER_PROCESS_ARGS_UPDATE_SUBMITTED",
            Self::SearchDeploymentCreated => "SEARCH_DEPLOYMENT_CREATED",
            Self::SearchDeploymentUpdated => "SEARCH_DEPLOYMENT_UPDATED",
            Self::SearchDeploymentDeleted => "SEARCH_DEPLOYMENT_DELETED",
            Self::BackupScheduleUpdated => "CPS_SNAPSHOT_SCHEDULE_UPDATED_AUDIT",
            Self::CompliancePolicyEnabled => "CPS_DATA_PROTECTION_ENABLED",
            Self::CompliancePolicyUpdated => "CPS_DATA_PROTECTION_UPDATED",
            Self::CompliancePolicyDisabled => "CPS_DATA_PROTECTION_DISABLED",
            Self::NoticeNotDelivered => "NOTICE_NOT_DELIVERED",
            Self::KeyNeedsRotation(ProviderKind::AwsKms) => "AWS_ENCRYPTION_KEY_NEEDS_ROTATION",
            Self::KeyNeedsRotation(ProviderKind::AzureKeyVault) => "AZURE_ENCRYPTION_KEY_NEEDS_ROTATION",
            Self::KeyNeedsRotation(ProviderKind::GcpKms) => "GCP_ENCRYPTION_KEY_NEEDS_ROTATION",
            Self::KeyExpiring(ProviderKind::AwsKms) => "AWS_ENCRYPTION_KEY_EXPIRING",
            Self::KeyExpiring(ProviderKind::AzureKeyVault) => "AZURE_ENCRYPTION_KEY_EXPIRING",
            Self::KeyExpiring(ProviderKind::GcpKms) => "GCP_ENCRYPTION_KEY_EXPIRING",
            Self::KeyPendingDeletion(ProviderKind::AwsKms) => "AWS_ENCRYPTION_KEY_PENDING_DELETION",
            Self::KeyPendingDeletion(ProviderKind::AzureKeyVault) => "AZURE_ENCRYPTION_KEY_PENDING_DELETION",
            Self::KeyPendingDeletion(ProviderKind::GcpKms) => "GCP_ENCRYPTION_KEY_PENDING_DELETION",
            Self::ConfigUpdateStalled => "ENCRYPTION_AT_REST_CONFIG_UPDATE_STALLED",
            Self::PrivateEndpointUnapproved => "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_UNAPPROVED",
            Self::AlertConfigAdded => "ALERT_CONFIG_ADDED_AUDIT",
            Self::AlertConfigChanged => "ALERT_CONFIG_CHANGED_AUDIT",
            Self::AlertConfigDeleted => "ALERT_CONFIG_DELETED_AUDIT",
            Self::AlertConfigEnabled => "ALERT_CONFIG_ENABLED_AUDIT",
            Self::AlertConfigDisabled => "ALERT_CONFIG_DISABLED_AUDIT",
            Self::AlertAcknowledged => "ALERT_ACKNOWLEDGED_AUDIT",
            Self::AlertUnacknowledged => "ALERT_UNACKNOWLEDGED_AUDIT",
            Self::ProjectRenamed => "GROUP_RENAMED",
            Self::ProjectTagsModified => "GROUP_TAGS_MODIFIED",
            Self::ProjectSettingsUpdated => "GROUP_SETTINGS_UPDATED",
            Self::ProjectActivated => "GROUP_ACTIVATED",
            Self::ProjectDeactivated => "GROUP_DEACTIVATED",
            Self::NetworkEntryAdded => "NETWORK_PERMISSION_ENTRY_ADDED",
            Self::NetworkEntryUpdated => "NETWORK_PERMISSION_ENTRY_UPDATED",
            Self::NetworkEntryRemoved => "NETWORK_PERMISSION_ENTRY_REMOVED",
            Self::OrgCreated => "ORG_CREATED",
            Self::OrgRenamed => "ORG_RENAMED",
            Self::OrgDeleted => "ORG_DELETED",
            Self::OrgAccessListRequired => "ORG_PUBLIC_API_ACCESS_LIST_REQUIRED",
            Self::OrgAccessListNotRequired => "ORG_PUBLIC_API_ACCESS_LIST_NOT_REQUIRED",
            Self::OrgSecretHoursEdited => "ORG_SERVICE_ACCOUNT_MAX_SECRET_VALIDITY_EDITED",
            Self::OrgSettingsUpdated => "ORG_SETTINGS_UPDATED",
            Self::ApiKeyCreated => "API_KEY_CREATED",
            Self::ApiKeyDeleted => "API_KEY_DELETED",
            Self::ApiKeyDescriptionChanged => "API_KEY_DESCRIPTION_CHANGED",
            Self::ApiKeyRolesChanged => "API_KEY_ROLES_CHANGED",
            Self::ApiKeyAddedToProject => "API_KEY_ADDED_TO_GROUP",
            Self::ApiKeyRemovedFromProject => "API_KEY_REMOVED_FROM_GROUP",
            Self::ApiKeyAccessEntryAdded => "API_KEY_ACCESS_LIST_ENTRY_ADDED",
            Self::ApiKeyAccessEntryDeleted => "API_KEY_ACCESS_LIST_ENTRY_DELETED",
            Self::ServiceAccountCreated => "SERVICE_ACCOUNT_CREATED",
            Self::ServiceAccountDeleted => "SERVICE_ACCOUNT_DELETED",
            Self::ServiceAccountDetailsChanged => "SERVICE_ACCOUNT_DETAILS_CHANGED",
            Self::ServiceAccountRolesChanged => "SERVICE_ACCOUNT_ROLES_CHANGED",
            Self::ServiceAccountAddedToProject => "SERVICE_ACCOUNT_ADDED_TO_GROUP",
            Self::ServiceAccountRemovedFromProject => "SERVICE_ACCOUNT_REMOVED_FROM_GROUP",
            Self::ServiceAccountSecretAdded => "SERVICE_ACCOUNT_SECRET_ADDED",
            Self::ServiceAccountSecretDeleted => "SERVICE_ACCOUNT_SECRET_DELETED",
            Self::ServiceAccountAccessEntryAdded => "SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_ADDED",
            Self::ServiceAccountAccessEntryDeleted => "SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_DELETED",
            Self::TeamCreated => "TEAM_CREATED",
            Self::TeamDeleted => "TEAM_DELETED",
            Self::TeamRenamed => "TEAM_NAME_CHANGED",
            Self::TeamAddedToProject => "TEAM_ADDED_TO_GROUP",
            Self::TeamRemovedFromProject => "TEAM_REMOVED_FROM_GROUP",
            Self::TeamRolesChanged => "TEAM_ROLES_MODIFIED",
            Self::TeamJoined => "JOINED_TEAM",
            Self::TeamLeft => "REMOVED_FROM_TEAM",
            Self::UserInvited => "INVITED_TO_ORG",
            Self::UserJoined => "JOINED_ORG",
            Self::UserRemoved => "REMOVED_FROM_ORG",
            Self::UserRolesChanged => "USER_ROLES_CHANGED_AUDIT",
            Self::UserJoinedProject => "JOINED_GROUP",
            Self::UserLeftProject => "REMOVED_FROM_GROUP",
            Self::UserDisabled => "USER_DISABLED",
            Self::UserEnabled => "USER_ENABLED",
            Self::UserResetRequested => "USER_RESET_REQUESTED",
            Self::OwnerRecovered => "ORG_OWNER_RECOVERED",
            Self::UserPasswordSet => "USER_PASSWORD_SET",
            Self::ProviderRoleAdded(ProviderKind::AwsKms) => "CLOUD_PROVIDER_ACCESS_AWS_IAM_ROLE_ADDED",
            Self::ProviderRoleAdded(ProviderKind::AzureKeyVault) => {
                "CLOUD_PROVIDER_ACCESS_AZURE_SERVICE_PRINCIPAL_ADDED"
            }
            Self::ProviderRoleAdded(ProviderKind::GcpKms) => "CLOUD_PROVIDER_ACCESS_GCP_SERVICE_ACCOUNT_ADDED",
            Self::ProviderRoleUpdated(ProviderKind::AwsKms) => "CLOUD_PROVIDER_ACCESS_AWS_IAM_ROLE_UPDATED",
            Self::ProviderRoleUpdated(ProviderKind::AzureKeyVault) => {
                "CLOUD_PROVIDER_ACCESS_AZURE_SERVICE_PRINCIPAL_UPDATED"
            }
            Self::ProviderRoleUpdated(ProviderKind::GcpKms) => "CLOUD_PROVIDER_ACCESS_GCP_SERVICE_ACCOUNT_UPDATED",
            Self::ProviderRoleDeleted(ProviderKind::AwsKms) => "CLOUD_PROVIDER_ACCESS_AWS_IAM_ROLE_DELETED",
            Self::ProviderRoleDeleted(ProviderKind::AzureKeyVault) => {
                "CLOUD_PROVIDER_ACCESS_AZURE_SERVICE_PRINCIPAL_DELETED"
            }
            Self::ProviderRoleDeleted(ProviderKind::GcpKms) => "CLOUD_PROVIDER_ACCESS_GCP_SERVICE_ACCOUNT_DELETED",
        }
    }

    /// Finds a kind by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// Gives the events that tell a fact about one provider's customer key.
#[must_use]
pub const fn kinds_of(fact: Fact, provider: ProviderKind) -> &'static [EventKind] {
    use EventKind as E;
    use ProviderKind::{AwsKms, AzureKeyVault, GcpKms};
    match (fact, provider) {
        (Fact::KeyInvalid, AwsKms) => &[E::KeyInvalid(AwsKms), E::ConfigNoLongerValid],
        (Fact::KeyInvalid, AzureKeyVault) => &[E::KeyInvalid(AzureKeyVault), E::ConfigNoLongerValid],
        (Fact::KeyInvalid, GcpKms) => &[E::KeyInvalid(GcpKms), E::ConfigNoLongerValid],
        (Fact::KeyValid, AwsKms) => &[E::KeyValid(AwsKms), E::ConfigIsValid],
        (Fact::KeyValid, AzureKeyVault) => &[E::KeyValid(AzureKeyVault), E::ConfigIsValid],
        (Fact::KeyValid, GcpKms) => &[E::KeyValid(GcpKms), E::ConfigIsValid],
        (Fact::NetworkDenied, _) => &[E::NetworkAccessDenied],
        (Fact::NetworkRestored, _) => &[E::NetworkAccessRestored],
        (Fact::ProofSucceeded, _) => &[E::ConfigurationValidationSucceeded],
        (Fact::ProofFailed, _) => &[E::ConfigurationValidationFailed],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        assert!(EventKind::ALL.iter().copied().all(|kind| EventKind::by_name(kind.name()) == Some(kind)));
    }

    #[test]
    fn a_lost_key_is_told_of_the_key_and_of_the_settings() {
        for provider in ProviderKind::ALL {
            assert_eq!(
                kinds_of(Fact::KeyInvalid, provider),
                [EventKind::KeyInvalid(provider), EventKind::ConfigNoLongerValid]
            );
            assert_eq!(kinds_of(Fact::KeyValid, provider), [EventKind::KeyValid(provider), EventKind::ConfigIsValid]);
        }
    }
}
