//! POST `/groups/{groupId}/flexClusters` and `/groups/{groupId}/flexClusters:tenantUpgrade`.

use api_wire::atlas::flex_clusters::v2024_11_13::{CREATE_SCHEMA, UPGRADE_SCHEMA, check};

use crate::api::call::{Answer, Call};
use crate::api::error::Refused;

/// Reads a Flex cluster, and tells that none is made.
/// Errors: always; faults of the body's shape first, all at once.
pub fn handle(call: &Call) -> Result<Answer, Refused> {
    check(&call.body, &CREATE_SCHEMA).map_err(Refused::BodyFaults)?;
    Err(Refused::FeatureUnsupported(
        "Flex clusters are not served here: they share their machines, which a customer key cannot protect. Create a cluster of M10 or larger.",
    ))
}

/// Reads what a Flex cluster is to become, and tells that there is none.
/// Errors: always; faults of the body's shape first, all at once.
pub fn handle_upgrade(call: &Call) -> Result<Answer, Refused> {
    check(&call.body, &UPGRADE_SCHEMA).map_err(Refused::BodyFaults)?;
    Err(Refused::FeatureUnsupported(
        "There are no Flex clusters here that could be given machines of their own. Create a cluster of M10 or larger.",
    ))
}
