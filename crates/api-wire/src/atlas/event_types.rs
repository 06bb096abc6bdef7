//! The names of the events this product records or can be asked for. It must not know when they
//! happen.

use std::fmt;

use serde::Serialize;

use crate::schema::{FLAG, Field, Kind, Schema, TEXT};

macro_rules! event_types {
    ($($(#[doc = $doc:literal])* $variant:ident = $text:literal;)+) => {
        /// Every event type of this feature and of what surrounds it.
        /// Source: contract.md 4.1, clients.md 4.1.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventType {
            $($(#[doc = $doc])* $variant,)+
        }

        impl EventType {
            /// All event types.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Returns the name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Says in a sentence what happened.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),*).trim_ascii(),)+ }
            }
        }

        /// The names of all event types.
        pub static EVENT_TYPE_NAMES: &[&str] = &[$($text,)+];
    };
}

event_types! {
    /// A PATCH changed the settings.
    EncryptionAtRestConfigurationUpdated = "ENCRYPTION_AT_REST_CONFIGURATION_UPDATED";
    /// A change of the settings was tried on the provider and refused.
    EncryptionAtRestConfigurationValidationFailed = "ENCRYPTION_AT_REST_CONFIGURATION_VALIDATION_FAILED";
    /// A change of the settings was tried on the provider and worked.
    EncryptionAtRestConfigurationValidationSucceeded = "ENCRYPTION_AT_REST_CONFIGURATION_VALIDATION_SUCCEEDED";
    /// The settings no longer work.
    EncryptionAtRestConfigNoLongerValid = "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID";
    /// The settings work again.
    EncryptionAtRestConfigIsValid = "ENCRYPTION_AT_REST_CONFIG_IS_VALID";
    /// A change of the settings takes too long.
    EncryptionAtRestConfigUpdateStalled = "ENCRYPTION_AT_REST_CONFIG_UPDATE_STALLED";
    /// A new key or key version was accepted.
    EncryptionAtRestKeyRotationStarted = "ENCRYPTION_AT_REST_KEY_ROTATION_STARTED";
    /// The provider cannot be reached.
    EncryptionAtRestKmsNetworkAccessDenied = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED";
    /// The provider can be reached again.
    EncryptionAtRestKmsNetworkAccessRestored = "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_RESTORED";
    /// A private endpoint was made.
    EncryptionAtRestPrivateEndpointCreated = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_CREATED";
    /// A private endpoint was removed.
    EncryptionAtRestPrivateEndpointDeleted = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_DELETED";
    /// A private endpoint can be used. Ours.
    EncryptionAtRestPrivateEndpointActive = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_ACTIVE";
    /// A private endpoint was rejected or removed at its provider. Ours.
    EncryptionAtRestPrivateEndpointRejected = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REJECTED";
    /// A private endpoint could not be made. Ours.
    EncryptionAtRestPrivateEndpointFailed = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_FAILED";
    /// The key in AWS KMS cannot be used.
    AwsEncryptionKeyInvalid = "AWS_ENCRYPTION_KEY_INVALID";
    /// The key in AWS KMS can be used again.
    AwsEncryptionKeyValid = "AWS_ENCRYPTION_KEY_VALID";
    /// The key in AWS KMS is due for rotation.
    AwsEncryptionKeyNeedsRotation = "AWS_ENCRYPTION_KEY_NEEDS_ROTATION";
    /// The key in AWS KMS was rotated.
    AwsEncryptionKeyRotated = "AWS_ENCRYPTION_KEY_ROTATED";
    /// The key in Azure Key Vault cannot be used.
    AzureEncryptionKeyInvalid = "AZURE_ENCRYPTION_KEY_INVALID";
    /// The key in Azure Key Vault can be used again.
    AzureEncryptionKeyValid = "AZURE_ENCRYPTION_KEY_VALID";
    /// The key in Azure Key Vault is due for rotation.
    AzureEncryptionKeyNeedsRotation = "AZURE_ENCRYPTION_KEY_NEEDS_ROTATION";
    /// The key in Azure Key Vault was rotated.
    AzureEncryptionKeyRotated = "AZURE_ENCRYPTION_KEY_ROTATED";
    /// The key in Google Cloud KMS cannot be used.
    GcpEncryptionKeyInvalid = "GCP_ENCRYPTION_KEY_INVALID";
    /// The key in Google Cloud KMS can be used again.
    GcpEncryptionKeyValid = "GCP_ENCRYPTION_KEY_VALID";
    /// The key in Google Cloud KMS is due for rotation.
    GcpEncryptionKeyNeedsRotation = "GCP_ENCRYPTION_KEY_NEEDS_ROTATION";
    /// The key in Google Cloud KMS was rotated.
    GcpEncryptionKeyRotated = "GCP_ENCRYPTION_KEY_ROTATED";
    /// The key in AWS KMS expires soon. Ours.
    AwsEncryptionKeyExpiring = "AWS_ENCRYPTION_KEY_EXPIRING";
    /// The key in AWS KMS is going to be deleted. Ours.
    AwsEncryptionKeyPendingDeletion = "AWS_ENCRYPTION_KEY_PENDING_DELETION";
    /// The key in Azure Key Vault expires soon. Ours.
    AzureEncryptionKeyExpiring = "AZURE_ENCRYPTION_KEY_EXPIRING";
    /// The key in Azure Key Vault is going to be deleted. Ours.
    AzureEncryptionKeyPendingDeletion = "AZURE_ENCRYPTION_KEY_PENDING_DELETION";
    /// The key in Google Cloud KMS expires soon. Ours.
    GcpEncryptionKeyExpiring = "GCP_ENCRYPTION_KEY_EXPIRING";
    /// The key in Google Cloud KMS is going to be deleted. Ours.
    GcpEncryptionKeyPendingDeletion = "GCP_ENCRYPTION_KEY_PENDING_DELETION";
    /// A private endpoint has waited long for its approval. Ours.
    EncryptionAtRestPrivateEndpointUnapproved = "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_UNAPPROVED";
    /// A node's master key is due for rotation.
    KmipKeyRotationScheduled = "KMIP_KEY_ROTATION_SCHEDULED";
    /// An AWS role was added.
    CloudProviderAccessAwsIamRoleAdded = "CLOUD_PROVIDER_ACCESS_AWS_IAM_ROLE_ADDED";
    /// An AWS role was changed.
    CloudProviderAccessAwsIamRoleUpdated = "CLOUD_PROVIDER_ACCESS_AWS_IAM_ROLE_UPDATED";
    /// An AWS role was removed.
    CloudProviderAccessAwsIamRoleDeleted = "CLOUD_PROVIDER_ACCESS_AWS_IAM_ROLE_DELETED";
    /// An Azure service principal was added.
    CloudProviderAccessAzureServicePrincipalAdded = "CLOUD_PROVIDER_ACCESS_AZURE_SERVICE_PRINCIPAL_ADDED";
    /// An Azure service principal was changed.
    CloudProviderAccessAzureServicePrincipalUpdated = "CLOUD_PROVIDER_ACCESS_AZURE_SERVICE_PRINCIPAL_UPDATED";
    /// An Azure service principal was removed.
    CloudProviderAccessAzureServicePrincipalDeleted = "CLOUD_PROVIDER_ACCESS_AZURE_SERVICE_PRINCIPAL_DELETED";
    /// A Google service account was added.
    CloudProviderAccessGcpServiceAccountAdded = "CLOUD_PROVIDER_ACCESS_GCP_SERVICE_ACCOUNT_ADDED";
    /// A Google service account was changed.
    CloudProviderAccessGcpServiceAccountUpdated = "CLOUD_PROVIDER_ACCESS_GCP_SERVICE_ACCOUNT_UPDATED";
    /// A Google service account was removed.
    CloudProviderAccessGcpServiceAccountDeleted = "CLOUD_PROVIDER_ACCESS_GCP_SERVICE_ACCOUNT_DELETED";
    /// A cluster was frozen.
    ClusterInstanceDisabled = "CLUSTER_INSTANCE_DISABLED";
    /// A cluster was thawed.
    ClusterInstanceEnabled = "CLUSTER_INSTANCE_ENABLED";
    /// A cluster was disabled, because customer keys over private endpoints are not for it. Ours.
    ClusterDisabledForPrivateNetworking = "CLUSTER_DISABLED_FOR_PRIVATE_NETWORKING";
    /// A cluster is no longer disabled for that reason. Ours.
    ClusterEnabledAfterPrivateNetworking = "CLUSTER_ENABLED_AFTER_PRIVATE_NETWORKING";
    /// A change of how a cluster's processes run was taken on.
    ClusterProcessArgsUpdateSubmitted = "CLUSTER_PROCESS_ARGS_UPDATE_SUBMITTED";
    /// Search nodes were created.
    SearchDeploymentCreated = "SEARCH_DEPLOYMENT_CREATED";
    /// Search nodes were changed.
    SearchDeploymentUpdated = "SEARCH_DEPLOYMENT_UPDATED";
    /// Search nodes were deleted.
    SearchDeploymentDeleted = "SEARCH_DEPLOYMENT_DELETED";
    /// A backup schedule changed.
    CpsSnapshotScheduleUpdatedAudit = "CPS_SNAPSHOT_SCHEDULE_UPDATED_AUDIT";
    /// A backup compliance policy was set.
    CpsDataProtectionEnabled = "CPS_DATA_PROTECTION_ENABLED";
    /// A backup compliance policy changed.
    CpsDataProtectionUpdated = "CPS_DATA_PROTECTION_UPDATED";
    /// A backup compliance policy ended.
    CpsDataProtectionDisabled = "CPS_DATA_PROTECTION_DISABLED";
    /// A cluster was created.
    ClusterCreated = "CLUSTER_CREATED";
    /// A cluster is what it was created to be.
    ClusterReady = "CLUSTER_READY";
    /// The deletion of a cluster was asked for.
    ClusterDeleteSubmitted = "CLUSTER_DELETE_SUBMITTED";
    /// A cluster was deleted.
    ClusterDeleted = "CLUSTER_DELETED";
    /// Somebody who was to be told could not be. Ours.
    NoticeNotDelivered = "NOTICE_NOT_DELIVERED";
    /// A node of a cluster was created. Ours.
    NodeCreated = "NODE_CREATED";
    /// A node was given a token to enrol with. Ours.
    NodeEnrolmentTokenCreated = "NODE_ENROLMENT_TOKEN_CREATED";
    /// A node was given a certificate. Ours.
    NodeCertificateIssued = "NODE_CERTIFICATE_ISSUED";
    /// A node was revoked. Ours.
    NodeRevoked = "NODE_REVOKED";
    /// A node has two certificates that count. Ours.
    NodeCertificatesOverlap = "NODE_CERTIFICATES_OVERLAP";
    /// A node asked from another address than before. Ours.
    NodeAddressChanged = "NODE_ADDRESS_CHANGED";
    /// Another certificate authority of ours signs. Ours.
    CertificateAuthoritySucceeded = "CERTIFICATE_AUTHORITY_SUCCEEDED";
    /// A project's own certificate authority was added. Ours.
    ExternalCertificateAuthorityAdded = "EXTERNAL_CERTIFICATE_AUTHORITY_ADDED";
    /// A project's own certificate authority was removed. Ours.
    ExternalCertificateAuthorityRemoved = "EXTERNAL_CERTIFICATE_AUTHORITY_REMOVED";
    /// Certificates of a project's own authority are a node. Ours.
    NodeIdentityAdded = "NODE_IDENTITY_ADDED";
    /// Certificates of a project's own authority are a node no more. Ours.
    NodeIdentityRemoved = "NODE_IDENTITY_REMOVED";
    /// A node destroyed a master key. Ours.
    MasterKeyDestroyed = "MASTER_KEY_DESTROYED";
    /// An owner brought a master key back. Ours.
    MasterKeyReturned = "MASTER_KEY_RETURNED";
    /// The sealed bytes of a master key were wiped. Ours.
    MasterKeyPurged = "MASTER_KEY_PURGED";
    /// An owner let another node read a master key. Ours.
    MasterKeyGranted = "MASTER_KEY_GRANTED";
    /// An owner ended such a leave. Ours.
    MasterKeyGrantEnded = "MASTER_KEY_GRANT_ENDED";
    /// A snapshot was registered that needs master keys. Ours.
    SnapshotRegistered = "SNAPSHOT_REGISTERED";
    /// A snapshot needs its master keys no more. Ours.
    SnapshotReleased = "SNAPSHOT_RELEASED";
    /// An owner brought a deleted cluster back. Ours.
    ClusterReturned = "CLUSTER_RETURNED";
    /// An owner brought a deleted project back. Ours.
    GroupReturned = "GROUP_RETURNED";
    /// A project was created.
    GroupCreated = "GROUP_CREATED";
    /// A project was deleted.
    GroupDeleted = "GROUP_DELETED";
    /// A change of a cluster was asked for.
    ClusterUpdateSubmitted = "CLUSTER_UPDATE_SUBMITTED";
    /// A change of a cluster began.
    ClusterUpdateStarted = "CLUSTER_UPDATE_STARTED";
    /// A change of a cluster ended.
    ClusterUpdateCompleted = "CLUSTER_UPDATE_COMPLETED";
    /// An alert setting was added.
    AlertConfigAdded = "ALERT_CONFIG_ADDED_AUDIT";
    /// An alert setting was changed.
    AlertConfigChanged = "ALERT_CONFIG_CHANGED_AUDIT";
    /// An alert setting was removed.
    AlertConfigDeleted = "ALERT_CONFIG_DELETED_AUDIT";
    /// An alert setting was switched on.
    AlertConfigEnabled = "ALERT_CONFIG_ENABLED_AUDIT";
    /// An alert setting was switched off.
    AlertConfigDisabled = "ALERT_CONFIG_DISABLED_AUDIT";
    /// Somebody took note of an alert.
    AlertAcknowledged = "ALERT_ACKNOWLEDGED_AUDIT";
    /// Somebody took back having noted an alert.
    AlertUnacknowledged = "ALERT_UNACKNOWLEDGED_AUDIT";
    /// An API key was made.
    ApiKeyCreated = "API_KEY_CREATED";
    /// An API key was removed.
    ApiKeyDeleted = "API_KEY_DELETED";
    /// An API key was let into a project.
    ApiKeyAddedToGroup = "API_KEY_ADDED_TO_GROUP";
    /// An API key was shut out of a project.
    ApiKeyRemovedFromGroup = "API_KEY_REMOVED_FROM_GROUP";
    /// An API key got other roles.
    ApiKeyRolesChanged = "API_KEY_ROLES_CHANGED";
    /// An API key got another description.
    ApiKeyDescriptionChanged = "API_KEY_DESCRIPTION_CHANGED";
    /// An API key may call from one more address.
    ApiKeyAccessListEntryAdded = "API_KEY_ACCESS_LIST_ENTRY_ADDED";
    /// An API key may call from one address less.
    ApiKeyAccessListEntryDeleted = "API_KEY_ACCESS_LIST_ENTRY_DELETED";
    /// A service account was made.
    ServiceAccountCreated = "SERVICE_ACCOUNT_CREATED";
    /// A service account was removed.
    ServiceAccountDeleted = "SERVICE_ACCOUNT_DELETED";
    /// A service account was let into a project.
    ServiceAccountAddedToGroup = "SERVICE_ACCOUNT_ADDED_TO_GROUP";
    /// A service account was shut out of a project.
    ServiceAccountRemovedFromGroup = "SERVICE_ACCOUNT_REMOVED_FROM_GROUP";
    /// A service account got other roles.
    ServiceAccountRolesChanged = "SERVICE_ACCOUNT_ROLES_CHANGED";
    /// A service account got another name or description.
    ServiceAccountDetailsChanged = "SERVICE_ACCOUNT_DETAILS_CHANGED";
    /// A service account got one more secret.
    ServiceAccountSecretAdded = "SERVICE_ACCOUNT_SECRET_ADDED";
    /// A service account lost a secret.
    ServiceAccountSecretDeleted = "SERVICE_ACCOUNT_SECRET_DELETED";
    /// A service account may call from one more address.
    ServiceAccountAccessListEntryAdded = "SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_ADDED";
    /// A service account may call from one address less.
    ServiceAccountAccessListEntryDeleted = "SERVICE_ACCOUNT_ACCESS_LIST_ENTRY_DELETED";
    /// A secret of a project's service account ends soon.
    GroupServiceAccountSecretsExpiring = "GROUP_SERVICE_ACCOUNT_SECRETS_EXPIRING";
    /// A secret of a project's service account has ended.
    GroupServiceAccountSecretsExpired = "GROUP_SERVICE_ACCOUNT_SECRETS_EXPIRED";
    /// A project was renamed.
    GroupNameChanged = "GROUP_NAME_CHANGED";
    /// A project was given other marks.
    GroupTagsModified = "GROUP_TAGS_MODIFIED";
    /// A project's switches or limits were set. Ours.
    GroupSettingsUpdated = "GROUP_SETTINGS_UPDATED";
    /// A project that was set aside is in use again.
    GroupActivated = "GROUP_ACTIVATED";
    /// A project was set aside. Ours.
    GroupDeactivated = "GROUP_DEACTIVATED";
    /// An entry was added to a project's IP access list.
    NetworkPermissionEntryAdded = "NETWORK_PERMISSION_ENTRY_ADDED";
    /// An entry of a project's IP access list was changed.
    NetworkPermissionEntryUpdated = "NETWORK_PERMISSION_ENTRY_UPDATED";
    /// An entry was taken from a project's IP access list.
    NetworkPermissionEntryRemoved = "NETWORK_PERMISSION_ENTRY_REMOVED";
    /// An organization was created.
    OrgCreated = "ORG_CREATED";
    /// A team was created.
    TeamCreated = "TEAM_CREATED";
    /// A team was deleted.
    TeamDeleted = "TEAM_DELETED";
    /// A team was renamed.
    TeamNameChanged = "TEAM_NAME_CHANGED";
    /// A team was given roles in a project.
    TeamAddedToGroup = "TEAM_ADDED_TO_GROUP";
    /// A team lost its roles in a project.
    TeamRemovedFromGroup = "TEAM_REMOVED_FROM_GROUP";
    /// A team was given other roles in a project.
    TeamRolesModified = "TEAM_ROLES_MODIFIED";
    /// A person joined a team.
    JoinedTeam = "JOINED_TEAM";
    /// A person was taken out of a team.
    RemovedFromTeam = "REMOVED_FROM_TEAM";
    /// A person was invited to an organization.
    InvitedToOrg = "INVITED_TO_ORG";
    /// A person accepted an invitation to an organization.
    JoinedOrg = "JOINED_ORG";
    /// A person was removed from an organization.
    RemovedFromOrg = "REMOVED_FROM_ORG";
    /// A person was given other roles.
    UserRolesChangedAudit = "USER_ROLES_CHANGED_AUDIT";
    /// A person was given roles in a project.
    JoinedGroup = "JOINED_GROUP";
    /// A person lost their roles in a project.
    RemovedFromGroup = "REMOVED_FROM_GROUP";
    /// A person was shut out of an organization. Ours.
    UserDisabled = "USER_DISABLED";
    /// A person was let into an organization again. Ours.
    UserEnabled = "USER_ENABLED";
    /// A person was sent a token to set a new password with. Ours.
    UserResetRequested = "USER_RESET_REQUESTED";
    /// The operator gave an organization an owner again. Ours.
    OrgOwnerRecovered = "ORG_OWNER_RECOVERED";
    /// A person set a new password. Ours.
    UserPasswordSet = "USER_PASSWORD_SET";
    /// An organization was renamed.
    OrgRenamed = "ORG_RENAMED";
    /// An organization was deleted. Ours.
    OrgDeleted = "ORG_DELETED";
    /// An organization's API keys work only from addresses that their access lists name.
    OrgPublicApiAccessListRequired = "ORG_PUBLIC_API_ACCESS_LIST_REQUIRED";
    /// An organization's API keys work from anywhere unless they have an access list.
    OrgPublicApiAccessListNotRequired = "ORG_PUBLIC_API_ACCESS_LIST_NOT_REQUIRED";
    /// An organization set how long secrets of service accounts may last.
    OrgServiceAccountMaxSecretValidityEdited = "ORG_SERVICE_ACCOUNT_MAX_SECRET_VALIDITY_EDITED";
    /// Anything else that an organization sets was changed.
    OrgSettingsUpdated = "ORG_SETTINGS_UPDATED";
}

impl EventType {
    /// Finds the event type of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event_type| event_type.as_str() == name)
    }
}

/// One event type, for those who want to know which there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventTypeDetails {
    /// Whether an alert can be configured for it.
    pub alertable: bool,
    /// What happened.
    pub description: &'static str,
    /// Its name.
    pub event_type: &'static str,
}

/// The shape of an event type.
pub static DETAILS_SCHEMA: Schema = Schema {
    name: Some("EventTypeDetails"),
    description: "One type of event.",
    kind: Kind::Object { fields: DETAILS_FIELDS, open: false },
};

static DETAILS_FIELDS: &[Field] = &[
    Field::required("alertable", &FLAG, "Whether an alert can be configured for it."),
    Field::required("description", &TEXT, "What happened."),
    Field::required("eventType", &EVENT_TYPE, "The type's name."),
];

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name of an event type.
pub static EVENT_TYPE: Schema =
    Schema { name: Some("EventType"), description: "What happened.", kind: Kind::OneOf(EVENT_TYPE_NAMES) };

#[cfg(test)]
mod tests {
    use super::{EVENT_TYPE_NAMES, EventType};

    #[test]
    fn knows_each_name_once() {
        let names: std::collections::HashSet<_> = EVENT_TYPE_NAMES.iter().collect();
        assert_eq!(names.len(), EventType::ALL.len());
        for event_type in EventType::ALL {
            assert_eq!(EventType::parse(event_type.as_str()), Some(*event_type));
        }
        assert_eq!(EventType::parse("aws_encryption_key_valid"), None);
        for event_type in EventType::ALL {
            let said = event_type.description();
            assert!(said.len() > 10 && said.ends_with('.') && !said.starts_with(' '), "{event_type}: {said:?}");
        }
    }
}
