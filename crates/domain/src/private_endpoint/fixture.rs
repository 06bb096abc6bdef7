//! Endpoints for the tests of their rules.

use super::{CloudRecord, EndpointRegion, EndpointState, PrivateEndpoint, PrivateProvider};
use crate::id::{PrivateEndpointId, ProjectId};
use crate::time::Timestamp;

/// Gives a region by its name, Azure's unless AWS alone has it.
pub(crate) fn region(name: &str) -> EndpointRegion {
    let azure = EndpointRegion::parse(PrivateProvider::AzureKeyVault, name);
    azure.or_else(|| EndpointRegion::parse(PrivateProvider::AwsKms, name)).unwrap()
}

/// Gives an endpoint to one of them.
pub(crate) fn endpoint(number: u8, name: &str, state: EndpointState) -> PrivateEndpoint {
    let at = Timestamp::from_millis(1_000);
    PrivateEndpoint {
        id: PrivateEndpointId::from_random([number; 12]),
        project: ProjectId::from_random([7; 12]),
        region: region(name),
        state,
        predecessor: None,
        rejections: 0,
        created_at: at,
        start_at: at,
        since: at,
        cloud: CloudRecord::default(),
        error_message: None,
        revision: 1,
    }
}
