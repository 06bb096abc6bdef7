//! GET `/groups/{groupId}/networking`: how a project's key calls leave, and what that means for its clusters.

use api_wire::atrest::networking::{
    ClusterNetworking as WireCluster, ClusterProvider, EndpointNetworking as WireEndpoint, Networking, Path,
    ProviderNetworking as WireNetworking, Reason, Standing,
};
use control::networking::{ClusterNetworking, EndpointNetworking, NetworkingView, ProviderNetworking};
use domain::customer_key::ProviderKind;
use domain::private_endpoint::{KeyPath, NetworkingReason, NetworkingStanding};

use super::validity::wire_provider;
use crate::api::Api;
use crate::api::atlas::private_endpoints::status;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the project's networking.
/// Errors: those of the use case.
pub async fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let view = api.control().networking(call.caller()?, call.project()?).await?;
    call.single(&to_wire(view))
}

fn to_wire(view: NetworkingView) -> Networking {
    let NetworkingView { project, providers, clusters } = view;
    Networking {
        clusters: clusters.into_iter().map(cluster_to_wire).collect(),
        group_id: project.to_string(),
        providers: providers.into_iter().map(provider_to_wire).collect(),
    }
}

fn provider_to_wire(networking: ProviderNetworking) -> WireNetworking {
    let ProviderNetworking { provider, enabled, required, path, endpoints } = networking;
    let path = path.unwrap_or(KeyPath::Public);
    let routes = path.routes();
    let wire_path = match (&path, routes.is_empty()) {
        (KeyPath::Public, _) => Path::Public,
        (KeyPath::Private(_), false) => Path::Private,
        (KeyPath::Private(_), true) => Path::NoPrivateEndpoint,
    };
    WireNetworking {
        active_regions: routes.iter().map(|route| route.region.as_str().to_owned()).collect(),
        enabled,
        explanation: explanation(provider.provider(), enabled, required, wire_path),
        path: wire_path,
        private_endpoints: endpoints.into_iter().map(endpoint_to_wire).collect(),
        provider: wire_provider(provider.provider()),
        require_private_networking: required,
    }
}

/// Says how key calls leave, and what to do next.
fn explanation(provider: ProviderKind, enabled: bool, required: bool, path: Path) -> String {
    let title = provider.title();
    match path {
        Path::Public if !enabled => format!("{title} is not enabled."),
        Path::Public if !required => {
            format!("Key calls to {title} leave by its public address: requirePrivateNetworking is false.")
        }
        Path::Public => format!(
            "Key calls to {title} leave by its public address until the first private endpoint is ACTIVE. Create one, and have it approved where the provider asks for it."
        ),
        Path::Private => format!("Key calls to {title} leave by the ACTIVE private endpoints only."),
        Path::NoPrivateEndpoint => format!(
            "No key call to {title} leaves at all: private endpoints are required, and none is ACTIVE. Create or approve one; or delete them all and set requirePrivateNetworking to false."
        ),
    }
}

fn endpoint_to_wire(networking: EndpointNetworking) -> WireEndpoint {
    let EndpointNetworking { endpoint, unnamed } = networking;
    WireEndpoint {
        hint: unnamed.then(|| {
            format!(
                "The vault's own name of the connection could not be read, so it is shown as {}: let the principal of the settings read the vault (Key Vault Reader), or look for the connection whose request names this group.",
                endpoint.resource_name()
            )
        }),
        id: endpoint.id.to_string(),
        region_name: endpoint.region.as_str().to_owned(),
        status: status(endpoint.state),
    }
}

fn cluster_to_wire(cluster: ClusterNetworking) -> WireCluster {
    let ClusterNetworking { name, provider, standing } = cluster;
    let NetworkingStanding { active, reason, regions_without_endpoint, disabled } = standing;
    let regions: Vec<String> = regions_without_endpoint.iter().map(|region| region.as_str().to_owned()).collect();
    let (reason, reason_detail) = reason_to_wire(reason, provider, &regions);
    WireCluster {
        disabled,
        encryption_at_rest_provider: match provider {
            None => ClusterProvider::None,
            Some(ProviderKind::AwsKms) => ClusterProvider::Aws,
            Some(ProviderKind::AzureKeyVault) => ClusterProvider::Azure,
            Some(ProviderKind::GcpKms) => ClusterProvider::Gcp,
        },
        name: name.to_string(),
        reason,
        reason_detail,
        regions_without_endpoint: regions,
        require_private_networking: if active { Standing::Active } else { Standing::Inactive },
    }
}

/// Gives the code of a reason and its words, with what to do.
fn reason_to_wire(reason: NetworkingReason, provider: Option<ProviderKind>, regions: &[String]) -> (Reason, String) {
    let title = provider.map_or("a customer key's provider", ProviderKind::title);
    match reason {
        NetworkingReason::PrivateEndpoints => {
            (Reason::PrivateEndpoints, format!("Its keys travel to {title} over private endpoints only."))
        }
        NetworkingReason::NoCustomerKey => {
            (Reason::NoCustomerKey, "It has no customer key, so none of its keys travel.".to_owned())
        }
        NetworkingReason::ProviderNotSupported => {
            (Reason::ProviderNotSupported, format!("{title} cannot be reached over private endpoints."))
        }
        NetworkingReason::NotRequired => {
            (Reason::NotRequired, format!("The group does not require private networking for {title}."))
        }
        NetworkingReason::AwaitingPrivateEndpoint => (
            Reason::AwaitingPrivateEndpoint,
            format!(
                "Its keys travel to {title} by the public address until the first private endpoint is ACTIVE. Create one, and have it approved where the provider asks for it."
            ),
        ),
        NetworkingReason::RegionsWithoutPrivateEndpoint => (
            Reason::RegionsWithoutPrivateEndpoint,
            format!(
                "Its keys travel to {title} over private endpoints of other regions. It gets no further nodes in {} until there is an ACTIVE one.",
                regions.join(", ")
            ),
        ),
        NetworkingReason::NoPrivateEndpoint => (
            Reason::NoPrivateEndpoint,
            format!("None of its keys can travel to {title}: private endpoints are required, and none is ACTIVE."),
        ),
        NetworkingReason::MultiCloud => (
            Reason::MultiCloud,
            "It is disabled: it spans several cloud providers, and customer keys over private endpoints are for clusters in a single one.".to_owned(),
        ),
        NetworkingReason::HostedElsewhere => (
            Reason::HostedElsewhere,
            "It is disabled: it has regions outside Azure, and Azure Key Vault over private endpoints is for clusters on Azure.".to_owned(),
        ),
    }
}
