//! What an alert happened to. An open alert of a configuration is the only one about its subject.
//! Must not know what happened.

use std::fmt;
use std::str::FromStr;

use crate::customer_key::{CustomerKeyNumber, ProviderKind};
use crate::id::{ClusterId, NodeId, PrivateEndpointId};
use crate::master_key::MasterKeyId;

/// What an alert happened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The project as a whole.
    Project,
    /// Its customer key at a provider.
    Provider(ProviderKind),
    /// A customer key that it had there before, and that something is still under.
    FormerKey(ProviderKind, CustomerKeyNumber),
    /// A cluster of it.
    Cluster(ClusterId),
    /// A private endpoint of it.
    PrivateEndpoint(PrivateEndpointId),
    /// A node of it.
    Node(NodeId),
    /// A master key of it.
    MasterKey(MasterKeyId),
}

/// Says that a text names no subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of what an alert happened to")]
pub struct NotASubject;

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project => f.write_str("project"),
            Self::Provider(provider) => write!(f, "provider/{}", provider.name()),
            Self::FormerKey(provider, number) => write!(f, "former_key/{}.{number}", provider.name()),
            Self::Cluster(id) => write!(f, "cluster/{id}"),
            Self::PrivateEndpoint(id) => write!(f, "private_endpoint/{id}"),
            Self::Node(id) => write!(f, "node/{id}"),
            Self::MasterKey(id) => write!(f, "master_key/{id}"),
        }
    }
}

impl FromStr for Subject {
    type Err = NotASubject;

    fn from_str(text: &str) -> Result<Self, NotASubject> {
        let (kind, id) = text.split_once('/').unwrap_or((text, ""));
        match kind {
            "project" if id.is_empty() => Ok(Self::Project),
            "provider" => ProviderKind::by_name(id).map(Self::Provider).ok_or(NotASubject),
            "former_key" => {
                let (provider, number) = id.split_once('.').ok_or(NotASubject)?;
                let provider = ProviderKind::by_name(provider).ok_or(NotASubject)?;
                let number = number.parse().map_err(|_| NotASubject)?;
                Ok(Self::FormerKey(provider, CustomerKeyNumber::from_stored(number)))
            }
            "cluster" => id.parse().map(Self::Cluster).map_err(|_| NotASubject),
            "private_endpoint" => id.parse().map(Self::PrivateEndpoint).map_err(|_| NotASubject),
            "node" => id.parse().map(Self::Node).map_err(|_| NotASubject),
            "master_key" => id.parse().map(Self::MasterKey).map_err(|_| NotASubject),
            _ => Err(NotASubject),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for subject in [
            Subject::Project,
            Subject::Provider(ProviderKind::AzureKeyVault),
            Subject::FormerKey(ProviderKind::GcpKms, CustomerKeyNumber::from_stored(12)),
            Subject::Cluster(ClusterId::from_random([1; 12])),
            Subject::PrivateEndpoint(PrivateEndpointId::from_random([2; 12])),
            Subject::Node(NodeId::from_random([3; 12])),
            Subject::MasterKey(MasterKeyId::from_random([4; 16])),
        ] {
            assert_eq!(subject.to_string().parse(), Ok(subject));
        }
        for text in ["", "project/x", "provider/", "former_key/AWS", "cluster/1", "key/00"] {
            assert_eq!(text.parse::<Subject>(), Err(NotASubject), "{text}");
        }
    }
}
