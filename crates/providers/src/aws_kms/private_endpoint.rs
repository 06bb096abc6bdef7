//! Private endpoints for AWS KMS. Nowhere are any made yet.
//! Must not know what state an endpoint is in for us.

use domain::private_endpoint::EndpointRegion;

use super::Aws;
use crate::private_endpoint::{Asked, EndpointTrouble, Seen, Wanted};
use crate::registry::ConfigFault;

/// What is said where the operator has no endpoints made.
const NOWHERE: &str = "the operator has no private endpoints made for AWS KMS";

impl Aws {
    pub(crate) const fn has_place(&self, _region: &EndpointRegion) -> bool {
        false
    }

    pub(crate) async fn make_endpoint(&self, _wanted: &Wanted<'_>) -> Asked {
        Asked::refused(NOWHERE)
    }

    pub(crate) async fn see_endpoint(&self, _wanted: &Wanted<'_>) -> Result<Seen, EndpointTrouble> {
        Err(EndpointTrouble::saying(NOWHERE))
    }

    pub(crate) async fn remove_endpoint(&self, _wanted: &Wanted<'_>) -> Asked {
        Asked::refused(NOWHERE)
    }

    pub(crate) async fn check_places(&self) -> Vec<ConfigFault> {
        Vec::new()
    }
}
