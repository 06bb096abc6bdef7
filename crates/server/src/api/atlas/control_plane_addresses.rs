//! GET `/unauth/controlPlaneIPAddresses`.

use api_wire::atlas::control_plane_addresses::ControlPlaneAddresses;

use crate::api::Api;
use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Answers with the addresses that the operator says key providers are called from.
/// Errors: `Bug` if it cannot be written.
pub fn handle(api: &Api, call: &Call) -> Result<Answer, Refused> {
    let networks: Vec<String> = api.settings().outbound_addresses.iter().map(ToString::to_string).collect();
    call.single(&ControlPlaneAddresses::calling_from(&networks))
}
