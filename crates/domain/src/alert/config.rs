//! Configurations of alerts: which alert, from which threshold on, whom to tell how and how often, and those that a
//! project begins with. Must not hold a webhook's address or secret: those are sealed with the row.

use crate::cluster::ClusterName;
use crate::customer_key::ProviderKind;
use crate::id::{AlertConfigId, NotifierId, ProjectId};
use crate::recipient::Recipients;
use crate::time::Timestamp;

use super::{AlertKind, Comparison, Severity, ThresholdUnit};
use crate::access::ProjectRole;

/// How long an alert is tracked before it is told, unless said otherwise. Unit: minutes.
pub const DEFAULT_DELAY: u32 = 0;
/// How often an open alert is told, unless said otherwise. Unit: minutes.
pub const DEFAULT_INTERVAL: u32 = 60;

/// One configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertConfig {
    /// Its id.
    pub id: AlertConfigId,
    /// The project.
    pub project: ProjectId,
    /// Which alert.
    pub kind: AlertKind,
    /// Whether it raises any.
    pub enabled: bool,
    /// From when on, for kinds that have a threshold.
    pub threshold: Option<Threshold>,
    /// Which things it is about; all must fit.
    pub matchers: Vec<Matcher>,
    /// Whom to tell, and how often; never empty.
    pub notifications: Vec<NotificationRule>,
    /// How bad it is, if not what its kind says.
    pub severity_override: Option<Severity>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts the writes of its row.
    pub revision: i64,
}

/// From when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// How it is compared.
    pub comparison: Comparison,
    /// The number.
    pub value: u32,
    /// What it counts.
    pub unit: ThresholdUnit,
}

/// How a matcher compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatcherOperator {
    /// Is.
    Equals,
    /// Is not.
    NotEquals,
    /// Has in it.
    Contains,
    /// Has not in it.
    NotContains,
    /// Begins with.
    StartsWith,
    /// Ends with.
    EndsWith,
}

impl MatcherOperator {
    /// Every one there is.
    pub const ALL: [Self; 6] =
        [Self::Equals, Self::NotEquals, Self::Contains, Self::NotContains, Self::StartsWith, Self::EndsWith];

    /// Gives the name the Admin API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Equals => "EQUALS",
            Self::NotEquals => "NOT_EQUALS",
            Self::Contains => "CONTAINS",
            Self::NotContains => "NOT_CONTAINS",
            Self::StartsWith => "STARTS_WITH",
            Self::EndsWith => "ENDS_WITH",
        }
    }

    /// Finds one by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name() == name)
    }
}

/// A condition on the name of the cluster that an alert would be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matcher {
    /// How.
    pub operator: MatcherOperator,
    /// With what.
    pub value: String,
}

impl Matcher {
    /// Tells whether a cluster's name fits. What is about no cluster fits nothing.
    #[must_use]
    pub fn fits(&self, cluster: Option<&ClusterName>) -> bool {
        let Some(name) = cluster.map(ClusterName::as_str) else { return false };
        let value = self.value.as_str();
        match self.operator {
            MatcherOperator::Equals => name == value,
            MatcherOperator::NotEquals => name != value,
            MatcherOperator::Contains => name.contains(value),
            MatcherOperator::NotContains => !name.contains(value),
            MatcherOperator::StartsWith => name.starts_with(value),
            MatcherOperator::EndsWith => name.ends_with(value),
        }
    }
}

/// One way of telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRule {
    /// Its id, ours.
    pub id: NotifierId,
    /// How long an alert lasts before it is told. Unit: minutes.
    pub delay: u32,
    /// How often it is told while it is open. Unit: minutes.
    pub interval: u32,
    /// How and whom.
    pub channel: Channel,
}

/// How and whom to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Channel {
    /// One address.
    Email(String),
    /// People by what they are.
    People(Recipients),
    /// A webhook.
    Webhook(WebhookShown),
}

/// What a webhook looks like to those who may read its configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookShown {
    /// Its address, masked behind the host.
    pub url: String,
    /// Its secret, masked, if it has one.
    pub secret: Option<String>,
}

impl AlertConfig {
    /// Tells how bad its alerts are.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity_override.unwrap_or_else(|| severity_of(self.kind))
    }

    /// Tells how long its threshold is, if its kind has one. Unit: seconds.
    #[must_use]
    pub fn threshold_seconds(&self) -> Option<u64> {
        let rule = self.kind.threshold()?;
        let value = self.threshold.map_or(rule.default, |threshold| threshold.value);
        Some(u64::from(value).saturating_mul(rule.unit.seconds()))
    }

    /// Tells whether it is about this cluster, or about what belongs to none.
    #[must_use]
    pub fn fits(&self, cluster: Option<&ClusterName>) -> bool {
        self.matchers.iter().all(|matcher| matcher.fits(cluster))
    }
}

impl AlertKind {
    /// Tells whether its alerts are about a cluster, so that matchers have something to match.
    #[must_use]
    pub const fn is_about_a_cluster(self) -> bool {
        match self {
            Self::NodeCertificatesOverlap
            | Self::NodeAddressChanged
            | Self::MasterKeyDestroyed
            | Self::ClusterDeleted => true,
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
            | Self::ProjectDeleted => false,
        }
    }
}

const fn severity_of(kind: AlertKind) -> Severity {
    match kind {
        AlertKind::KeyInvalid(_) | AlertKind::ConfigNoLongerValid | AlertKind::KeyPendingDeletion(_) => {
            Severity::Critical
        }
        AlertKind::NetworkAccessDenied
        | AlertKind::NodeCertificatesOverlap
        | AlertKind::MasterKeyDestroyed
        | AlertKind::PrivateEndpointRejected
        | AlertKind::PrivateEndpointFailed => Severity::Error,
        AlertKind::KeyNeedsRotation(_)
        | AlertKind::KeyExpiring(_)
        | AlertKind::ConfigUpdateStalled
        | AlertKind::PrivateEndpointUnapproved
        | AlertKind::NodeAddressChanged
        | AlertKind::ClusterDeleted
        | AlertKind::ProjectDeleted => Severity::Warning,
    }
}

/// Gives the kinds that every project has a configuration of from its creation on. Source: product.md 3.6, 3.7.
#[must_use]
pub fn defaults_of_project() -> Vec<AlertKind> {
    vec![
        AlertKind::NetworkAccessDenied,
        AlertKind::NodeCertificatesOverlap,
        AlertKind::NodeAddressChanged,
        AlertKind::MasterKeyDestroyed,
        AlertKind::ClusterDeleted,
        AlertKind::ProjectDeleted,
    ]
}

/// Gives the kinds that a project gets a configuration of when it first enables a provider.
#[must_use]
pub fn defaults_of_provider(provider: ProviderKind) -> Vec<AlertKind> {
    vec![AlertKind::KeyNeedsRotation(provider), AlertKind::KeyInvalid(provider)]
}

impl AlertConfig {
    /// Makes the configuration that a project begins with: mail to its owners, at once and every hour.
    #[must_use]
    pub fn by_default(
        id: AlertConfigId,
        notifier: NotifierId,
        project: ProjectId,
        kind: AlertKind,
        at: Timestamp,
    ) -> Self {
        let threshold = kind.threshold().filter(|rule| rule.required).map(|rule| Threshold {
            comparison: rule.comparison,
            value: rule.default,
            unit: rule.unit,
        });
        Self {
            id,
            project,
            kind,
            enabled: true,
            threshold,
            matchers: Vec::new(),
            notifications: vec![NotificationRule {
                id: notifier,
                delay: DEFAULT_DELAY,
                interval: DEFAULT_INTERVAL,
                channel: Channel::People(Recipients::ProjectRoles(vec![ProjectRole::Owner])),
            }],
            severity_override: None,
            created_at: at,
            updated_at: at,
            revision: 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matchers_fit_names() {
        let cluster = ClusterName::parse("cluster0").unwrap();
        let check = |operator, value: &str, expected| {
            let matcher = Matcher { operator, value: value.to_owned() };
            assert_eq!(matcher.fits(Some(&cluster)), expected, "{operator:?} {value}");
            assert!(!matcher.fits(None));
        };
        check(MatcherOperator::Equals, "cluster0", true);
        check(MatcherOperator::Equals, "cluster", false);
        check(MatcherOperator::NotEquals, "cluster1", true);
        check(MatcherOperator::Contains, "uste", true);
        check(MatcherOperator::NotContains, "uste", false);
        check(MatcherOperator::StartsWith, "clu", true);
        check(MatcherOperator::StartsWith, "lus", false);
        check(MatcherOperator::EndsWith, "0", true);
    }

    #[test]
    fn the_default_rotation_alert_is_after_ninety_days_to_the_owners() {
        let config = AlertConfig::by_default(
            AlertConfigId::from_random([1; 12]),
            NotifierId::from_random([2; 12]),
            ProjectId::from_random([3; 12]),
            AlertKind::KeyNeedsRotation(ProviderKind::AzureKeyVault),
            Timestamp::EPOCH,
        );
        assert_eq!(config.threshold_seconds(), Some(90 * 24 * 3600));
        assert_eq!(config.threshold.map(|threshold| threshold.comparison.name()), Some("GREATER_THAN"));
        let [rule] = config.notifications.as_slice() else { panic!("one rule") };
        assert_eq!((rule.delay, rule.interval), (0, 60));
        assert_eq!(rule.channel, Channel::People(Recipients::ProjectRoles(vec![ProjectRole::Owner])));
        assert_eq!(config.severity(), Severity::Warning);
        assert!(config.fits(None));
    }
}
