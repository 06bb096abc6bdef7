//! Private endpoints: our own network paths to a provider, one per region, and the rules of having them
//! (product.md 5). `machine.rs` draws what becomes of one, `path.rs` says how key calls leave, `placement.rs`
//! what it means for clusters.
//!
//! Must not know how a cloud is asked for an endpoint, tables, or wire words other than a state's name.

mod cloud;
mod create;
mod machine;
mod path;
mod placement;
mod region;
mod standing;

use crate::customer_key::ProviderKind;
use crate::id::{PrivateEndpointId, ProjectId};
use crate::time::Timestamp;

pub use cloud::CloudRecord;
pub use create::{CreationRefusal, MOST_ENDPOINTS, may_create};
pub use machine::{
    FORGIVEN_AFTER, Happening, MOST_REJECTIONS, Move, Refusal, rejections_that_count, step, wait_before,
};
pub use path::{KeyPath, Route, awaiting_endpoint, path_of, routes_for};
pub use placement::{Disablement, Networking, PlacementRefusal, disabled, may_add_node, may_run};
pub use region::EndpointRegion;
pub use standing::{NetworkingReason, NetworkingStanding, standing};

/// A provider that can be reached over private endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrivateProvider {
    /// AWS KMS, over interface endpoints of a VPC.
    AwsKms,
    /// Azure Key Vault, over private endpoints that the vault's owner approves.
    AzureKeyVault,
}

impl PrivateProvider {
    /// Every one there is, in the order settings list them.
    pub const ALL: [Self; 2] = [Self::AwsKms, Self::AzureKeyVault];

    /// Tells which provider it is.
    #[must_use]
    pub const fn provider(self) -> ProviderKind {
        match self {
            Self::AwsKms => ProviderKind::AwsKms,
            Self::AzureKeyVault => ProviderKind::AzureKeyVault,
        }
    }

    /// Finds it among all providers; Google Cloud KMS has none.
    #[must_use]
    pub const fn by_provider(provider: ProviderKind) -> Option<Self> {
        match provider {
            ProviderKind::AwsKms => Some(Self::AwsKms),
            ProviderKind::AzureKeyVault => Some(Self::AzureKeyVault),
            ProviderKind::GcpKms => None,
        }
    }

    /// Gives the name the store, logs and metrics use: the provider's.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.provider().name()
    }

    /// Finds one by its name in the store.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.name() == name)
    }
}

/// Where a private endpoint stands. See the drawing in `machine.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndpointState {
    /// It is being made.
    Initiating,
    /// It is there, and the vault's owner has yet to approve it.
    PendingAcceptance,
    /// Key calls can leave by it.
    Active,
    /// It came to nothing; its message says why. It stays until somebody deletes it.
    Failed,
    /// The vault's owner refused or removed it; a successor is being made.
    PendingRecreation,
    /// It is being removed.
    Deleting,
}

impl EndpointState {
    /// Every state there is.
    pub const ALL: [Self; 6] = [
        Self::Initiating,
        Self::PendingAcceptance,
        Self::Active,
        Self::Failed,
        Self::PendingRecreation,
        Self::Deleting,
    ];

    /// Gives the name the Admin API and the store use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Initiating => "INITIATING",
            Self::PendingAcceptance => "PENDING_ACCEPTANCE",
            Self::Active => "ACTIVE",
            Self::Failed => "FAILED",
            Self::PendingRecreation => "PENDING_RECREATION",
            Self::Deleting => "DELETING",
        }
    }

    /// Finds a state by its name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A private endpoint: one row of ours, and at most one resource in the cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateEndpoint {
    /// Its id.
    pub id: PrivateEndpointId,
    /// The project whose key calls leave by it.
    pub project: ProjectId,
    /// Where it is, and to which provider it leads.
    pub region: EndpointRegion,
    /// Where it stands.
    pub state: EndpointState,
    /// The one it takes the place of, if one was refused.
    pub predecessor: Option<PrivateEndpointId>,
    /// How often the vault's owner refused it or those before it.
    pub rejections: u32,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When its making begins: not before this.
    pub start_at: Timestamp,
    /// When it came into its state.
    pub since: Timestamp,
    /// What is known of its resource in the cloud.
    pub cloud: CloudRecord,
    /// Why it failed, in words that may be shown; at most 300 characters.
    pub error_message: Option<String>,
    /// Counts the changes, from 1.
    pub revision: i64,
}

impl PrivateEndpoint {
    /// Gives the name of its resource in the cloud, the same however often it is asked for.
    #[must_use]
    pub fn resource_name(&self) -> String {
        format!("atrest-{}", self.id)
    }

    /// Gives the name its connection is shown under: the vault's own where we could read it, else ours as soon as
    /// the vault's owner can see it. AWS has no connections; there it is the endpoint's id.
    #[must_use]
    pub fn shown_connection_name(&self) -> Option<String> {
        let seen = match self.state {
            EndpointState::PendingAcceptance | EndpointState::Active => true,
            EndpointState::Initiating
            | EndpointState::Failed
            | EndpointState::PendingRecreation
            | EndpointState::Deleting => false,
        };
        match self.region.provider() {
            PrivateProvider::AwsKms => self.cloud.resource.clone(),
            PrivateProvider::AzureKeyVault => {
                self.cloud.connection_name.clone().or_else(|| seen.then(|| self.resource_name()))
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod fixture;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        assert!(PrivateProvider::ALL.into_iter().all(|one| PrivateProvider::by_name(one.name()) == Some(one)));
        assert!(PrivateProvider::ALL.into_iter().all(|one| PrivateProvider::by_provider(one.provider()) == Some(one)));
        assert_eq!(PrivateProvider::by_provider(ProviderKind::GcpKms), None);
        assert!(EndpointState::ALL.into_iter().all(|state| EndpointState::by_name(state.name()) == Some(state)));
    }

    #[test]
    fn a_connection_is_shown_by_the_vaults_name_or_by_ours_once_it_can_be_seen() {
        let check = |region: &str, state, known: Option<&str>, resource: Option<&str>, expected: Option<&str>| {
            let mut endpoint = fixture::endpoint(1, region, state);
            endpoint.cloud.connection_name = known.map(str::to_owned);
            endpoint.cloud.resource = resource.map(str::to_owned);
            assert_eq!(endpoint.shown_connection_name().as_deref(), expected, "{region} {state:?}");
        };
        use EndpointState::{Active, Deleting, Failed, Initiating, PendingAcceptance, PendingRecreation};
        let (ours, azure_id) = ("atrest-010101010101010101010101", Some("/subscriptions/…/privateEndpoints/x"));
        for state in [PendingAcceptance, Active] {
            check("US_CENTRAL", state, None, azure_id, Some(ours));
        }
        for state in [Initiating, Failed, PendingRecreation, Deleting] {
            check("US_CENTRAL", state, None, azure_id, None);
        }
        for state in EndpointState::ALL {
            check("US_CENTRAL", state, Some("vaults-own"), azure_id, Some("vaults-own"));
            check("US_EAST_1", state, None, Some("vpce-1"), Some("vpce-1"));
            check("US_EAST_1", state, None, None, None);
        }
    }
}
