//! Events: recorded facts, saved together with the change they tell of.
//! Must not know how a client asks for them.

mod key_news;
mod kind;

use std::net::IpAddr;

use crate::cluster::ClusterName;
use crate::customer_key::ProviderKind;
use crate::id::{ApiKeyId, EventId, NodeId, OrgId, ProjectId, ServiceAccountId};
use crate::time::Timestamp;
use crate::validity::Fact;

pub use key_news::{KeyNews, NoKeyNews};
pub use kind::EventKind;

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
