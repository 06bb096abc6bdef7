//! What can happen, and what the Admin API and the store call it: one list, from which everything else is made.
//! Must not know what an event carries besides.

use crate::customer_key::ProviderKind;

macro_rules! kinds {
    (
        plain { $($(#[$doc:meta])* $kind:ident = $name:literal,)+ }
        by_provider { $($(#[$of_doc:meta])* $of:ident = [$aws:literal, $azure:literal, $gcp:literal],)+ }
    ) => {
        /// What happened. Names are those of the Admin API; those of nodes are ours, in its style.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum EventKind {
            $($(#[$doc])* $kind,)+
            $($(#[$of_doc])* $of(ProviderKind),)+
        }

        impl EventKind {
            /// Every kind there is.
            pub const ALL: &'static [Self] = &[
                $(Self::$kind,)+
                $(
                    Self::$of(ProviderKind::AwsKms),
                    Self::$of(ProviderKind::AzureKeyVault),
                    Self::$of(ProviderKind::GcpKms),
                )+
            ];

            /// Gives the name the Admin API and the store use.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                    $(
                        Self::$of(ProviderKind::AwsKms) => $aws,
                        Self::$of(ProviderKind::AzureKeyVault) => $azure,
                        Self::$of(ProviderKind::GcpKms) => $gcp,
                    )+
                }
            }
        }
    };
}

kinds! {
    plain {
        /// The settings changed.
        ConfigurationUpdated = "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED",
        /// A candidate was refused by its provider, or settings saved without proof turned out wrong.
        ConfigurationValidationFailed = "ENCRYPTION_AT_REST_CONFIGURATION_VALIDATION_FAILED",
        /// Settings saved without proof turned out right.
        ConfigurationValidationSucceeded = "ENCRYPTION_AT_REST_CONFIGURATION_VALIDATION_SUCCEEDED",
        /// The settings no longer lead to a usable key.
        ConfigNoLongerValid = "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID",
        /// The settings lead to a usable key again.
        ConfigIsValid = "ENCRYPTION_AT_REST_CONFIG_IS_VALID",
        /// The provider cannot be reached.
        NetworkAccessDenied = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED",
        /// The provider can be reached again.
        NetworkAccessRestored = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_RESTORED",
        /// A cluster was created.
        ClusterCreated = "CLUSTER_CREATED",
        /// A cluster is what it was created to be.
        ClusterReady = "CLUSTER_READY",
        /// A change of a cluster was taken on.
        ClusterUpdateSubmitted = "CLUSTER_UPDATE_SUBMITTED",
        /// A change of a cluster began.
        ClusterUpdateStarted = "CLUSTER_UPDATE_STARTED",
        /// A change of a cluster is done.
        ClusterUpdateCompleted = "CLUSTER_UPDATE_COMPLETED",
        /// The deletion of a cluster was taken on.
        ClusterDeleteSubmitted = "CLUSTER_DELETE_SUBMITTED",
        /// A cluster was deleted.
        ClusterDeleted = "CLUSTER_DELETED",
        /// A node was created.
        NodeCreated = "NODE_CREATED",
        /// A node was given a token to enrol with.
        NodeEnrolmentTokenCreated = "NODE_ENROLMENT_TOKEN_CREATED",
        /// A node was given a certificate.
        NodeCertificateIssued = "NODE_CERTIFICATE_ISSUED",
        /// A node was revoked.
        NodeRevoked = "NODE_REVOKED",
        /// A project was created.
        ProjectCreated = "GROUP_CREATED",
        /// A project was deleted.
        ProjectDeleted = "GROUP_DELETED",
        /// A new customer key was taken up; master keys are being re-wrapped.
        KeyRotationStarted = "ENCRYPTION_AT_REST_KEY_ROTATION_STARTED",
        /// A node destroyed a master key. It can be brought back for a while.
        MasterKeyDestroyed = "MASTER_KEY_DESTROYED",
        /// An owner brought a destroyed master key back.
        MasterKeyReturned = "MASTER_KEY_RETURNED",
        /// The sealed bytes of a master key were wiped for good.
        MasterKeyPurged = "MASTER_KEY_PURGED",
        /// An owner let another node read a master key.
        MasterKeyGranted = "MASTER_KEY_GRANTED",
        /// An owner ended such a leave.
        MasterKeyGrantEnded = "MASTER_KEY_GRANT_ENDED",
        /// A snapshot was registered that needs master keys.
        SnapshotRegistered = "SNAPSHOT_REGISTERED",
        /// A snapshot needs its master keys no more.
        SnapshotReleased = "SNAPSHOT_RELEASED",
        /// An owner brought a deleted cluster back.
        ClusterReturned = "CLUSTER_RETURNED",
        /// An owner brought a deleted project back.
        ProjectReturned = "GROUP_RETURNED",
        /// A node has two live certificates.
        NodeCertificatesOverlap = "NODE_CERTIFICATES_OVERLAP",
        /// A node asked from another address than before.
        NodeAddressChanged = "NODE_ADDRESS_CHANGED",
        /// Another of our certificate authorities signs from now on.
        CertificateAuthoritySucceeded = "CERTIFICATE_AUTHORITY_SUCCEEDED",
        /// A project's own certificate authority is believed for its nodes.
        ExternalAuthorityAdded = "EXTERNAL_CERTIFICATE_AUTHORITY_ADDED",
        /// A project's own certificate authority is believed no more.
        ExternalAuthorityRemoved = "EXTERNAL_CERTIFICATE_AUTHORITY_REMOVED",
        /// Certificates of a project's own authority are a node.
        NodeIdentityAdded = "NODE_IDENTITY_ADDED",
        /// Certificates of a project's own authority are a node no more.
        NodeIdentityRemoved = "NODE_IDENTITY_REMOVED",
        /// A private endpoint was asked for, or takes the place of one that was refused.
        PrivateEndpointCreated = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_CREATED",
        /// A private endpoint is gone.
        PrivateEndpointDeleted = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_DELETED",
        /// Key calls can leave by a private endpoint.
        PrivateEndpointActive = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_ACTIVE",
        /// The vault's side refused or removed a private endpoint.
        PrivateEndpointRejected = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REJECTED",
        /// A private endpoint came to nothing.
        PrivateEndpointFailed = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_FAILED",
        /// Private networking stopped a cluster.
        ClusterDisabledForPrivateNetworking = "CLUSTER_DISABLED_FOR_PRIVATE_NETWORKING",
        /// Private networking no longer stops a cluster.
        ClusterNoLongerDisabled = "CLUSTER_ENABLED_AFTER_PRIVATE_NETWORKING",
        /// A cluster was stopped, because its customer key is lost.
        ClusterFrozen = "CLUSTER_INSTANCE_DISABLED",
        /// A cluster is no longer stopped for that reason.
        ClusterThawed = "CLUSTER_INSTANCE_ENABLED",
        /// A change of how a cluster's processes run was taken on.
        ProcessArgumentsUpdated = "CLUSTER_PROCESS_ARGS_UPDATE_SUBMITTED",
        /// Nodes for search were created beside a cluster.
        SearchDeploymentCreated = "SEARCH_DEPLOYMENT_CREATED",
        /// Nodes for search were changed.
        SearchDeploymentUpdated = "SEARCH_DEPLOYMENT_UPDATED",
        /// Nodes for search were deleted.
        SearchDeploymentDeleted = "SEARCH_DEPLOYMENT_DELETED",
        /// It was changed when backups of a cluster are to be taken.
        BackupScheduleUpdated = "CPS_SNAPSHOT_SCHEDULE_UPDATED_AUDIT",
        /// A project got a backup compliance policy.
        CompliancePolicyEnabled = "CPS_DATA_PROTECTION_ENABLED",
        /// A project's backup compliance policy changed.
        CompliancePolicyUpdated = "CPS_DATA_PROTECTION_UPDATED",
        /// A project has no backup compliance policy any more.
        CompliancePolicyDisabled = "CPS_DATA_PROTECTION_DISABLED",
        /// Somebody who was to be told could not be.
        NoticeNotDelivered = "NOTICE_NOT_DELIVERED",
        /// The re-wrapping of master keys takes too long.
        ConfigUpdateStalled = "ENCRYPTION_AT_REST_CONFIG_UPDATE_STALLED",
        /// A private endpoint has waited for its approval for longer than somebody wants.
        PrivateEndpointUnapproved = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_UNAPPROVED",
        /// The configuration of an alert was added.
        AlertConfigAdded = "ALERT_CONFIG_ADDED_AUDIT",
        /// The configuration of an alert was changed.
        AlertConfigChanged = "ALERT_CONFIG_CHANGED_AUDIT",
        /// The configuration of an alert was deleted.
        AlertConfigDeleted = "ALERT_CONFIG_DELETED_AUDIT",
        /// The configuration of an alert was switched on.
        AlertConfigEnabled = "ALERT_CONFIG_ENABLED_AUDIT",
        /// The configuration of an alert was switched off.
        AlertConfigDisabled = "ALERT_CONFIG_DISABLED_AUDIT",
        /// Somebody took note of an alert.
        AlertAcknowledged = "ALERT_ACKNOWLEDGED_AUDIT",
        /// Somebody took back having taken note of an alert.
        AlertUnacknowledged = "ALERT_UNACKNOWLEDGED_AUDIT",
        /// A project was renamed.
        ProjectRenamed = "GROUP_NAME_CHANGED",
        /// A project was given other marks.
        ProjectTagsModified = "GROUP_TAGS_MODIFIED",
        /// A project's switches or limits were set.
        ProjectSettingsUpdated = "GROUP_SETTINGS_UPDATED",
        /// A project that was set aside is in use again.
        ProjectActivated = "GROUP_ACTIVATED",
        /// A project was set aside.
        ProjectDeactivated = "GROUP_DEACTIVATED",
        /// An entry was added to a project's IP access list.
        NetworkEntryAdded = "NETWORK_PERMISSION_ENTRY_ADDED",
        /// An entry of a project's IP access list was changed.
        NetworkEntryUpdated = "NETWORK_PERMISSION_ENTRY_UPDATED",
        /// An entry was taken from a project's IP access list.
        NetworkEntryRemoved = "NETWORK_PERMISSION_ENTRY_REMOVED",
        /// An organization was created.
        OrgCreated = "ORG_CREATED",
        /// An organization was renamed.
        OrgRenamed = "ORG_RENAMED",
        /// An organization was deleted.
        OrgDeleted = "ORG_DELETED",
        /// An organization's API keys work only from addresses that their access lists name.
        OrgAccessListRequired = "ORG_PUBLIC_API_ACCESS_LIST_REQUIRED",
        /// An organization's API keys work from anywhere unless they have an access list.
        OrgAccessListNotRequired = "ORG_PUBLIC_API_ACCESS_LIST_NOT_REQUIRED",
        /// An organization set how long secrets of service accounts may last.
        OrgSecretHoursEdited = "ORG_SERVICE_ACCOUNT_MAX_SECRET_VALIDITY_EDITED",
        /// Anything else that an organization sets was changed.
        OrgSettingsUpdated = "ORG_SETTINGS_UPDATED",
        /// An API key was created.
        ApiKeyCreated = "API_KEY_CREATED",
        /// An API key was deleted.
        ApiKeyDeleted = "API_KEY_DELETED",
        /// An API key was described otherwise.
        ApiKeyDescriptionChanged = "API_KEY_DESCRIPTION_CHANGED",
        /// An API key was given other roles.
        ApiKeyRolesChanged = "API_KEY_ROLES_CHANGED",
        /// An API key was given roles in a project.
        ApiKeyAddedToProject = "API_KEY_ADDED_TO_GROUP",
        /// An API key lost its roles in a project.
        ApiKeyRemovedFromProject = "API_KEY_REMOVED_FROM_GROUP",
        /// A network was added to an API key's access list.
        ApiKeyAccessEntryAdded = "API_KEY_ACCESS_LIST_ENTRY_ADDED",
        /// A network was taken from an API key's access list.
        ApiKeyAccessEntryDeleted = "API_KEY_ACCESS_LIST_ENTRY_DELETED",
        /// A service account was created.
        ServiceAccountCreated = "SERVICE_ACCOUNT_CREATED",
        /// A service account was deleted.
        ServiceAccountDeleted = "SERVICE_ACCOUNT_DELETED",
        /// A service account was named or described otherwise.
        ServiceAccountDetailsChanged = "SERVICE_ACCOUNT_DETAILS_CHANGED",
        /// A service account was given other roles.
        ServiceAccountRolesChanged = "SERVICE_ACCOUNT_ROLES_CHANGED",
        /// A service account was given roles in a project.
        ServiceAccountAddedToProject = "SERVICE_ACCOUNT_ADDED_TO_GROUP",
        /// A service account lost its roles in a project.
        ServiceAccountRemovedFromProject = "SERVICE_ACCOUNT_REMOVED_FROM_GROUP",
        /// A service account was given a secret.
        ServiceAccountSecretAdded = "SERVICE_ACCOUNT_SECRET_ADDED",
        /// A secret of a service account was deleted.
        ServiceAccountSecretDeleted = "SERVICE_ACCOUNT_SECRET_DELETED",
        /// A network was added to a service account's access list.
        ServiceAccountAccessEntryAdded = "SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_ADDED",
        /// A network was taken from a service account's access list.
        ServiceAccountAccessEntryDeleted = "SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_DELETED",
        /// A team was created.
        TeamCreated = "TEAM_CREATED",
        /// A team was deleted.
        TeamDeleted = "TEAM_DELETED",
        /// A team was renamed.
        TeamRenamed = "TEAM_NAME_CHANGED",
        /// A team was given roles in a project.
        TeamAddedToProject = "TEAM_ADDED_TO_GROUP",
        /// A team lost its roles in a project.
        TeamRemovedFromProject = "TEAM_REMOVED_FROM_GROUP",
        /// A team was given other roles in a project.
        TeamRolesChanged = "TEAM_ROLES_MODIFIED",
        /// A person joined a team.
        TeamJoined = "JOINED_TEAM",
        /// A person was taken out of a team.
        TeamLeft = "REMOVED_FROM_TEAM",
        /// A person was invited to an organization.
        UserInvited = "INVITED_TO_ORG",
        /// A person accepted an invitation to an organization.
        UserJoined = "JOINED_ORG",
        /// A person was removed from an organization.
        UserRemoved = "REMOVED_FROM_ORG",
        /// A person was given other roles.
        UserRolesChanged = "USER_ROLES_CHANGED_AUDIT",
        /// A person was given roles in a project.
        UserJoinedProject = "JOINED_GROUP",
        /// A person lost their roles in a project.
        UserLeftProject = "REMOVED_FROM_GROUP",
        /// A person was shut out of an organization.
        UserDisabled = "USER_DISABLED",
        /// A person was let into an organization again.
        UserEnabled = "USER_ENABLED",
        /// A person was sent a token to set a new password with.
        UserResetRequested = "USER_RESET_REQUESTED",
        /// The operator gave an organization an owner again.
        OwnerRecovered = "ORG_OWNER_RECOVERED",
        /// A person set a new password.
        UserPasswordSet = "USER_PASSWORD_SET",
    }
    by_provider {
        /// The customer key became unusable.
        KeyInvalid = ["AWS_ENCRYPTION_KEY_INVALID", "AZURE_ENCRYPTION_KEY_INVALID", "GCP_ENCRYPTION_KEY_INVALID"],
        /// The customer key became usable again.
        KeyValid = ["AWS_ENCRYPTION_KEY_VALID", "AZURE_ENCRYPTION_KEY_VALID", "GCP_ENCRYPTION_KEY_VALID"],
        /// All master keys of a provider are wrapped by the new customer key.
        KeyRotated = ["AWS_ENCRYPTION_KEY_ROTATED", "AZURE_ENCRYPTION_KEY_ROTATED", "GCP_ENCRYPTION_KEY_ROTATED"],
        /// The customer key was not rotated for longer than somebody wants.
        KeyNeedsRotation = [
            "AWS_ENCRYPTION_KEY_NEEDS_ROTATION",
            "AZURE_ENCRYPTION_KEY_NEEDS_ROTATION",
            "GCP_ENCRYPTION_KEY_NEEDS_ROTATION"
        ],
        /// The customer key expires soon.
        KeyExpiring = ["AWS_ENCRYPTION_KEY_EXPIRING", "AZURE_ENCRYPTION_KEY_EXPIRING", "GCP_ENCRYPTION_KEY_EXPIRING"],
        /// The customer key is going to be deleted.
        KeyPendingDeletion = [
            "AWS_ENCRYPTION_KEY_PENDING_DELETION",
            "AZURE_ENCRYPTION_KEY_PENDING_DELETION",
            "GCP_ENCRYPTION_KEY_PENDING_DELETION"
        ],
        /// A provider role was made.
        ProviderRoleAdded = [
            "CLOUD_PROVIDER_ACCESS_AWS_IAM_ROLE_ADDED",
            "CLOUD_PROVIDER_ACCESS_AZURE_SERVICE_PRINCIPAL_ADDED",
            "CLOUD_PROVIDER_ACCESS_GCP_SERVICE_ACCOUNT_ADDED"
        ],
        /// A provider role was authorized, or stands for another identity.
        ProviderRoleUpdated = [
            "CLOUD_PROVIDER_ACCESS_AWS_IAM_ROLE_UPDATED",
            "CLOUD_PROVIDER_ACCESS_AZURE_SERVICE_PRINCIPAL_UPDATED",
            "CLOUD_PROVIDER_ACCESS_GCP_SERVICE_ACCOUNT_UPDATED"
        ],
        /// A provider role is gone.
        ProviderRoleDeleted = [
            "CLOUD_PROVIDER_ACCESS_AWS_IAM_ROLE_DELETED",
            "CLOUD_PROVIDER_ACCESS_AZURE_SERVICE_PRINCIPAL_DELETED",
            "CLOUD_PROVIDER_ACCESS_GCP_SERVICE_ACCOUNT_DELETED"
        ],
    }
}

impl EventKind {
    /// Tells whether the organization records it as its own, though it happened to a project: that one came or went.
    #[must_use]
    pub const fn is_of_org(self) -> bool {
        matches!(self, Self::ProjectCreated | Self::ProjectDeleted | Self::ProjectReturned)
    }

    /// Finds a kind by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        assert!(EventKind::ALL.iter().copied().all(|kind| EventKind::by_name(kind.name()) == Some(kind)));
    }
}
