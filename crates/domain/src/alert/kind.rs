//! What alerts are about, and which events begin and end each. Names are those of the Admin API; those of what Atlas
//! has no alert for are ours, in its style.
//!
//! ```text
//!  kind                                begins with                 ends with                holds while
//!  {P}_ENCRYPTION_KEY_INVALID          KeyInvalid(P)               KeyValid(P)              the key is invalid
//!  ..._CONFIG_NO_LONGER_VALID          ConfigNoLongerValid         ConfigIsValid            the key is invalid
//!  ..._KMS_NETWORK_ACCESS_DENIED       NetworkAccessDenied         NetworkAccessRestored    it was said, and not taken back
//!  {P}_ENCRYPTION_KEY_NEEDS_ROTATION   a look                      KeyRotated(P)            the clock is over the threshold
//!  ..._CONFIG_UPDATE_STALLED           a look                      a look                   a re-wrapping takes too long
//!  {P}_ENCRYPTION_KEY_EXPIRING         a look                      a look                   the provider names a date, and it is near
//!  {P}_ENCRYPTION_KEY_PENDING_DELETION a look                      a look                   the provider names a date
//!  ..._PRIVATE_ENDPOINT_UNAPPROVED     a look                      a look                   it waits longer than the threshold
//!  ..._PRIVATE_ENDPOINT_REJECTED       a look                      a look                   its successor is not active
//!  ..._PRIVATE_ENDPOINT_FAILED         a look                      a look                   its row says so
//!  NODE_CERTIFICATES_OVERLAP           NodeCertificatesOverlap     a look                   two of them count
//!  NODE_ADDRESS_CHANGED                NodeAddressChanged          time                     a day
//!  MASTER_KEY_DESTROYED                a look                      a look                   it can be brought back
//!  CLUSTER_DELETED                     a look                      a look                   it can be brought back
//!  GROUP_DELETED                       a look                      a look                   it can be brought back
//! ```
//!
//! Must not know how an event is recorded, nor what a configuration says.

use crate::customer_key::ProviderKind;
use crate::event::EventKind;

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertKind {
    /// The customer key was not rotated for so many days.
    KeyNeedsRotation(ProviderKind),
    /// The customer key cannot be used.
    KeyInvalid(ProviderKind),
    /// The provider cannot be reached.
    NetworkAccessDenied,
    /// The settings do not lead to a usable key any more.
    ConfigNoLongerValid,
    /// The re-wrapping of master keys takes too long.
    ConfigUpdateStalled,
    /// The customer key expires soon. Ours.
    KeyExpiring(ProviderKind),
    /// The customer key is going to be deleted. Ours.
    KeyPendingDeletion(ProviderKind),
    /// A private endpoint has waited for its approval for so many hours. Ours.
    PrivateEndpointUnapproved,
    /// A private endpoint was rejected or removed on the vault's side. Ours.
    PrivateEndpointRejected,
    /// A private endpoint came to nothing. Ours.
    PrivateEndpointFailed,
    /// A node uses two certificates that both count. Ours.
    NodeCertificatesOverlap,
    /// A node asked from another address than before. Ours.
    NodeAddressChanged,
    /// A master key was destroyed; it can be brought back for a while. Ours.
    MasterKeyDestroyed,
    /// A cluster was deleted; it can be brought back for a while. Ours.
    ClusterDeleted,
    /// The project was deleted; it can be brought back for a while. Ours.
    ProjectDeleted,
}

/// What an event does to the alerts of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edge {
    /// It begins one.
    Raises,
    /// It ends one.
    Resolves,
}

/// What a threshold is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ThresholdUnit {
    /// Days.
    Days,
    /// Hours.
    Hours,
}

impl ThresholdUnit {
    /// Gives the name the Admin API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Days => "DAYS",
            Self::Hours => "HOURS",
        }
    }

    /// Finds a unit by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::Days, Self::Hours].into_iter().find(|unit| unit.name() == name)
    }

    /// Gives its length. Unit: seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        match self {
            Self::Days => 24 * 3600,
            Self::Hours => 3600,
        }
    }
}

/// How a threshold is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparison {
    /// More than it.
    GreaterThan,
    /// Less than it.
    LessThan,
}

impl Comparison {
    /// Gives the name the Admin API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GreaterThan => "GREATER_THAN",
            Self::LessThan => "LESS_THAN",
        }
    }

    /// Finds a comparison by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::GreaterThan, Self::LessThan].into_iter().find(|comparison| comparison.name() == name)
    }
}

/// What the threshold of a kind looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThresholdRule {
    /// How it is compared.
    pub comparison: Comparison,
    /// What it is counted in.
    pub unit: ThresholdUnit,
    /// Whether a configuration must have one.
    pub required: bool,
    /// What counts where a configuration has none.
    pub default: u32,
}

macro_rules! each_provider {
    ($kind:path) => {
        [$kind(ProviderKind::AwsKms), $kind(ProviderKind::AzureKeyVault), $kind(ProviderKind::GcpKms)]
    };
}

impl AlertKind {
    /// Gives every kind there is.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let of_providers = [
            each_provider!(Self::KeyNeedsRotation),
            each_provider!(Self::KeyInvalid),
            each_provider!(Self::KeyExpiring),
            each_provider!(Self::KeyPendingDeletion),
        ];
        let others = [
            Self::NetworkAccessDenied,
            Self::ConfigNoLongerValid,
            Self::ConfigUpdateStalled,
            Self::PrivateEndpointUnapproved,
            Self::PrivateEndpointRejected,
            Self::PrivateEndpointFailed,
            Self::NodeCertificatesOverlap,
            Self::NodeAddressChanged,
            Self::MasterKeyDestroyed,
            Self::ClusterDeleted,
            Self::ProjectDeleted,
        ];
        of_providers.into_iter().flatten().chain(others).collect()
    }

    /// Gives the name the Admin API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        use ProviderKind::{AwsKms, AzureKeyVault, GcpKms};
        match self {
            Self::KeyNeedsRotation(AwsKms) => "AWS_ENCRYPTION_KEY_NEEDS_ROTATION",
            Self::KeyNeedsRotation(AzureKeyVault) => "AZURE_ENCRYPTION_KEY_NEEDS_ROTATION",
            Self::KeyNeedsRotation(GcpKms) => "GCP_ENCRYPTION_KEY_NEEDS_ROTATION",
            Self::KeyInvalid(AwsKms) => "AWS_ENCRYPTION_KEY_INVALID",
            Self::KeyInvalid(AzureKeyVault) => "AZURE_ENCRYPTION_KEY_INVALID",
            Self::KeyInvalid(GcpKms) => "GCP_ENCRYPTION_KEY_INVALID",
            Self::NetworkAccessDenied => "ENCRYPTION_AT_REST_KMS_NETWORK_ACCESS_DENIED",
            Self::ConfigNoLongerValid => "ENCRYPTION_AT_REST_CONFIG_NO_LONGER_VALID",
            Self::ConfigUpdateStalled => "ENCRYPTION_AT_REST_CONFIG_UPDATE_STALLED",
            Self::KeyExpiring(AwsKms) => "AWS_ENCRYPTION_KEY_EXPIRING",
            Self::KeyExpiring(AzureKeyVault) => "AZURE_ENCRYPTION_KEY_EXPIRING",
            Self::KeyExpiring(GcpKms) => "GCP_ENCRYPTION_KEY_EXPIRING",
            Self::KeyPendingDeletion(AwsKms) => "AWS_ENCRYPTION_KEY_PENDING_DELETION",
            Self::KeyPendingDeletion(AzureKeyVault) => "AZURE_ENCRYPTION_KEY_PENDING_DELETION",
            Self::KeyPendingDeletion(GcpKms) => "GCP_ENCRYPTION_KEY_PENDING_DELETION",
            Self::PrivateEndpointUnapproved => "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_UNAPPROVED",
            Self::PrivateEndpointRejected => "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REJECTED",
            Self::PrivateEndpointFailed => "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_FAILED",
            Self::NodeCertificatesOverlap => "NODE_CERTIFICATES_OVERLAP",
            Self::NodeAddressChanged => "NODE_ADDRESS_CHANGED",
            Self::MasterKeyDestroyed => "MASTER_KEY_DESTROYED",
            Self::ClusterDeleted => "CLUSTER_DELETED",
            Self::ProjectDeleted => "GROUP_DELETED",
        }
    }

    /// Finds a kind by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|kind| kind.name() == name)
    }

    /// Tells which provider it is about, if about one alone.
    #[must_use]
    pub const fn provider(self) -> Option<ProviderKind> {
        match self {
            Self::KeyNeedsRotation(provider)
            | Self::KeyInvalid(provider)
            | Self::KeyExpiring(provider)
            | Self::KeyPendingDeletion(provider) => Some(provider),
            Self::NetworkAccessDenied
            | Self::ConfigNoLongerValid
            | Self::ConfigUpdateStalled
            | Self::PrivateEndpointUnapproved
            | Self::PrivateEndpointRejected
            | Self::PrivateEndpointFailed
            | Self::NodeCertificatesOverlap
            | Self::NodeAddressChanged
            | Self::MasterKeyDestroyed
            | Self::ClusterDeleted
            | Self::ProjectDeleted => None,
        }
    }

    /// Tells what its threshold looks like, if it has one. That of an invalid key is taken and means nothing, as the
    /// published shape has it.
    #[must_use]
    pub const fn threshold(self) -> Option<ThresholdRule> {
        let (comparison, unit, required, default) = match self {
            Self::KeyNeedsRotation(_) => (Comparison::GreaterThan, ThresholdUnit::Days, true, 90),
            Self::KeyInvalid(_) => (Comparison::GreaterThan, ThresholdUnit::Days, false, 0),
            Self::KeyExpiring(_) => (Comparison::LessThan, ThresholdUnit::Days, false, 30),
            Self::PrivateEndpointUnapproved => (Comparison::GreaterThan, ThresholdUnit::Hours, false, 24),
            Self::NetworkAccessDenied
            | Self::ConfigNoLongerValid
            | Self::ConfigUpdateStalled
            | Self::KeyPendingDeletion(_)
            | Self::PrivateEndpointRejected
            | Self::PrivateEndpointFailed
            | Self::NodeCertificatesOverlap
            | Self::NodeAddressChanged
            | Self::MasterKeyDestroyed
            | Self::ClusterDeleted
            | Self::ProjectDeleted => return None,
        };
        Some(ThresholdRule { comparison, unit, required, default })
    }

    /// Tells whether an open alert is told again and again. What somebody did on purpose is told once.
    #[must_use]
    pub const fn reminds(self) -> bool {
        match self {
            Self::KeyNeedsRotation(_)
            | Self::KeyInvalid(_)
            | Self::NetworkAccessDenied
            | Self::ConfigNoLongerValid
            | Self::ConfigUpdateStalled
            | Self::KeyExpiring(_)
            | Self::KeyPendingDeletion(_)
            | Self::PrivateEndpointUnapproved
            | Self::PrivateEndpointRejected
            | Self::PrivateEndpointFailed
            | Self::NodeCertificatesOverlap => true,
            Self::NodeAddressChanged | Self::MasterKeyDestroyed | Self::ClusterDeleted | Self::ProjectDeleted => false,
        }
    }
}

/// Tells which alerts an event begins or ends. What is so only for a moment is seen in no look, so its events count.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "of two hundred kinds of events, eleven are about alerts")]
pub const fn edge_of(event: EventKind) -> Option<(AlertKind, Edge)> {
    use EventKind as E;
    Some(match event {
        E::KeyInvalid(provider) => (AlertKind::KeyInvalid(provider), Edge::Raises),
        E::KeyValid(provider) => (AlertKind::KeyInvalid(provider), Edge::Resolves),
        E::ConfigNoLongerValid => (AlertKind::ConfigNoLongerValid, Edge::Raises),
        E::ConfigIsValid => (AlertKind::ConfigNoLongerValid, Edge::Resolves),
        E::NetworkAccessDenied => (AlertKind::NetworkAccessDenied, Edge::Raises),
        E::NetworkAccessRestored => (AlertKind::NetworkAccessDenied, Edge::Resolves),
        E::KeyRotated(provider) => (AlertKind::KeyNeedsRotation(provider), Edge::Resolves),
        E::NodeCertificatesOverlap => (AlertKind::NodeCertificatesOverlap, Edge::Raises),
        E::NodeAddressChanged => (AlertKind::NodeAddressChanged, Edge::Raises),
        _ => return None,
    })
}

/// Tells whether the alerts of a project are to be looked at after an event.
#[must_use]
pub const fn calls_for_a_look(event: EventKind) -> bool {
    use EventKind as E;
    edge_of(event).is_some()
        || matches!(
            event,
            E::ConfigurationUpdated
                | E::ConfigurationValidationFailed
                | E::ConfigurationValidationSucceeded
                | E::KeyRotationStarted
                | E::PrivateEndpointCreated
                | E::PrivateEndpointDeleted
                | E::PrivateEndpointActive
                | E::PrivateEndpointRejected
                | E::PrivateEndpointFailed
                | E::NodeCertificateIssued
                | E::NodeRevoked
                | E::MasterKeyDestroyed
                | E::MasterKeyReturned
                | E::MasterKeyPurged
                | E::ClusterDeleted
                | E::ClusterReturned
                | E::ProjectDeleted
                | E::ProjectReturned
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_unique() {
        let mut names = std::collections::BTreeSet::new();
        for kind in AlertKind::all() {
            assert_eq!(AlertKind::by_name(kind.name()), Some(kind));
            assert!(names.insert(kind.name()), "{}", kind.name());
        }
        assert_eq!(AlertKind::by_name("OUTSIDE_METRIC_THRESHOLD"), None);
    }

    #[test]
    fn kinds_of_a_provider_say_so() {
        let of = |provider| AlertKind::all().into_iter().filter(|kind| kind.provider() == Some(provider)).count();
        assert_eq!(ProviderKind::ALL.map(of), [4, 4, 4]);
    }

    #[test]
    fn what_ends_by_an_event_alone_begins_by_one_too() {
        let edges: Vec<_> = EventKind::ALL.iter().filter_map(|event| edge_of(*event)).collect();
        for kind in [
            AlertKind::KeyInvalid(ProviderKind::GcpKms),
            AlertKind::NetworkAccessDenied,
            AlertKind::ConfigNoLongerValid,
        ] {
            assert!(edges.contains(&(kind, Edge::Raises)) && edges.contains(&(kind, Edge::Resolves)), "{kind:?}");
        }
        assert!(EventKind::ALL.iter().all(|event| edge_of(*event).is_none() || calls_for_a_look(*event)));
        assert!(!calls_for_a_look(EventKind::ClusterCreated));
    }

    #[test]
    fn only_the_published_threshold_must_be_there() {
        for kind in AlertKind::all() {
            let required = kind.threshold().is_some_and(|rule| rule.required);
            assert_eq!(required, matches!(kind, AlertKind::KeyNeedsRotation(_)), "{kind:?}");
        }
    }
}
