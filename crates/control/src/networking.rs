//! How a project's key calls leave, and what that means for its clusters: read only. Must not know how it is worded.

use domain::access::ProjectRole;
use domain::cluster::ClusterName;
use domain::customer_key::{CustomerKey, ProviderKind};
use domain::id::ProjectId;
use domain::private_endpoint::{
    EndpointState, KeyPath, Networking, NetworkingStanding, PrivateEndpoint, PrivateProvider, standing,
};

use crate::{Caller, Control, Error};

/// How a project's key calls leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkingView {
    /// The project.
    pub project: ProjectId,
    /// The providers that can be reached over private endpoints.
    pub providers: Vec<ProviderNetworking>,
    /// The project's clusters, by name.
    pub clusters: Vec<ClusterNetworking>,
}

/// How key calls to one provider leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderNetworking {
    /// Which provider.
    pub provider: PrivateProvider,
    /// Whether it is enabled.
    pub enabled: bool,
    /// Whether the settings ask for private networking.
    pub required: bool,
    /// The path, once it is private; none as long as calls leave publicly.
    pub path: Option<KeyPath>,
    /// The endpoints, whatever their state, the oldest first.
    pub endpoints: Vec<EndpointNetworking>,
}

/// One private endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointNetworking {
    /// The endpoint.
    pub endpoint: PrivateEndpoint,
    /// Whether the vault's own name of its connection could not be read, so that it is shown under ours: the principal
    /// that the settings name may not read the vault.
    pub unnamed: bool,
}

/// What a project's networking means for one cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterNetworking {
    /// Its name.
    pub name: ClusterName,
    /// Whose customer key it uses.
    pub provider: Option<ProviderKind>,
    /// Where it stands.
    pub standing: NetworkingStanding,
}

impl Control {
    /// Tells how a project's key calls leave, and what that means for its clusters.
    /// Errors: `ProjectNotFound`, `ProjectRoleMissing`.
    pub async fn networking(&self, caller: &Caller, project: ProjectId) -> Result<NetworkingView, Error> {
        let snapshot = self.project_for(caller, project, ProjectRole::ReadOnly).await?;
        let rows = self.store().private_endpoints(project).await?;
        let (clusters, _) = self.store().clusters_of(project, 0, i64::MAX).await?;
        let providers = PrivateProvider::ALL.map(|provider| {
            let key = snapshot.setting.customer_keys.get(&provider.provider());
            let of_it = rows.iter().filter(|row| row.region.provider() == provider);
            ProviderNetworking {
                provider,
                enabled: key.is_some(),
                required: key.is_some_and(CustomerKey::requires_private_networking),
                path: snapshot.paths.get(&provider.provider()).cloned(),
                endpoints: of_it.cloned().map(endpoint_networking).collect(),
            }
        });
        let networking = Networking { paths: &snapshot.paths };
        let clusters = clusters.into_iter().map(|cluster| ClusterNetworking {
            provider: cluster.settings.encryption,
            standing: standing(&cluster.settings, &snapshot.setting, &networking),
            name: cluster.name,
        });
        Ok(NetworkingView { project, providers: providers.into(), clusters: clusters.collect() })
    }
}

fn endpoint_networking(endpoint: PrivateEndpoint) -> EndpointNetworking {
    let at_the_vault = match endpoint.state {
        EndpointState::PendingAcceptance | EndpointState::Active => true,
        EndpointState::Initiating
        | EndpointState::Failed
        | EndpointState::PendingRecreation
        | EndpointState::Deleting => false,
    };
    let named = match endpoint.region.provider() {
        PrivateProvider::AwsKms => true,
        PrivateProvider::AzureKeyVault => endpoint.cloud.connection_name.is_some(),
    };
    EndpointNetworking { unnamed: at_the_vault && !named, endpoint }
}
