//! From a private endpoint to the wire's. It is taken apart by name, so that a new field breaks the build here.

use api_wire::atlas::private_endpoints::CloudProvider;
use api_wire::atlas::private_endpoints::v2023_01_01::{PrivateEndpoint as WireEndpoint, Status};
use domain::private_endpoint::{EndpointState, PrivateEndpoint, PrivateProvider};

/// Translates a private endpoint. What we keep of its resource in the cloud is not for the wire.
pub(super) fn to_wire(endpoint: PrivateEndpoint) -> WireEndpoint {
    let connection_name = endpoint.shown_connection_name();
    let PrivateEndpoint {
        id,
        project: _,
        region,
        state,
        predecessor: _,
        rejections: _,
        created_at: _,
        start_at: _,
        since: _,
        cloud: _,
        error_message,
        revision: _,
    } = endpoint;
    WireEndpoint {
        cloud_provider: match region.provider() {
            PrivateProvider::AwsKms => CloudProvider::Aws,
            PrivateProvider::AzureKeyVault => CloudProvider::Azure,
        },
        error_message,
        id: id.to_string(),
        private_endpoint_connection_name: connection_name,
        region_name: region.as_str().to_owned(),
        status: status(state),
    }
}

/// Translates a state.
pub(in crate::api) const fn status(state: EndpointState) -> Status {
    match state {
        EndpointState::Initiating => Status::Initiating,
        EndpointState::PendingAcceptance => Status::PendingAcceptance,
        EndpointState::Active => Status::Active,
        EndpointState::Failed => Status::Failed,
        EndpointState::PendingRecreation => Status::PendingRecreation,
        EndpointState::Deleting => Status::Deleting,
    }
}
