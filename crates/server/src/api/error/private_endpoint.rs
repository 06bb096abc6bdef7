//! Rows of the table for private endpoints: what stands against one, and what one stands against. Must not know the
//! rules: they come as the domain's refusals.

use api_wire::error_body::ErrorBody;
use control::private_endpoint::PrivateEndpointError;
use domain::cluster::{ClusterName, RegionName};
use domain::customer_key::ProviderKind;
use domain::private_endpoint::{
    CreationRefusal, Disablement, EndpointRegion, MOST_ENDPOINTS, PlacementRefusal, PrivateProvider,
};

use super::{BAD_REQUEST, CONFLICT, NOT_FOUND, body, cluster, quoted};

/// Gives the row of what went wrong with a private endpoint. All codes are ours.
pub(super) fn row(error: &PrivateEndpointError) -> ErrorBody {
    match error {
        PrivateEndpointError::NotFound { project, provider, id } => {
            let id = quoted(id);
            let detail =
                format!("No private endpoint with ID {id} to {} exists in group {project}.", title(*provider));
            body(NOT_FOUND, "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_NOT_FOUND", detail).with_parameters([id])
        }
        PrivateEndpointError::Refused { project, region, refusal } => {
            if *refusal == CreationRefusal::ProviderNotEnabled {
                return cluster::key_not_enabled(*project, region.provider().provider());
            }
            creation_row(region, *refusal)
        }
        PrivateEndpointError::RegionNotConfigured(region) => body(
            BAD_REQUEST,
            "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REGION_NOT_CONFIGURED",
            format!(
                "This service has no network in region {} of {} to make private endpoints in. Choose another region, or ask the operator to set this one up.",
                region.as_str(),
                title(region.provider())
            ),
        )
        .with_parameters([region.as_str()]),
    }
}

fn creation_row(region: &EndpointRegion, refusal: CreationRefusal) -> ErrorBody {
    let (name, provider) = (region.as_str(), title(region.provider()));
    match refusal {
        CreationRefusal::ProviderNotEnabled => body(
            BAD_REQUEST,
            "ENCRYPTION_AT_REST_NOT_ENABLED",
            format!("{provider} is not enabled for this group. Enable it with a PATCH of its encryptionAtRest first."),
        ),
        CreationRefusal::NotRequired => body(
            BAD_REQUEST,
            "ENCRYPTION_AT_REST_PRIVATE_NETWORKING_NOT_REQUIRED",
            format!(
                "Private networking is not required for {provider} in this group. Set requirePrivateNetworking to true with a PATCH of its encryptionAtRest first."
            ),
        ),
        CreationRefusal::Inactive => inactive(region.provider().provider()),
        CreationRefusal::RegionTaken => body(
            CONFLICT,
            "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_ALREADY_EXISTS",
            format!(
                "This group has a private endpoint to {provider} in region {name} already. Use it, or delete it before you create another."
            ),
        )
        .with_parameters([name]),
        CreationRefusal::TooMany => body(
            BAD_REQUEST,
            "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_LIMIT_REACHED",
            format!("A group can have {MOST_ENDPOINTS} private endpoints at most. Delete one that is not needed first."),
        )
        .with_parameters([MOST_ENDPOINTS.to_string()]),
        CreationRefusal::RegionNotServed => body(
            BAD_REQUEST,
            "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_REGION_NOT_SUPPORTED",
            format!(
                "A private endpoint in region {name} does not reach the customer key, which is in another region and is not a multi-Region key. Create the endpoint in the key's own region, or use a multi-Region key with a replica in {name}."
            ),
        )
        .with_parameters([name]),
    }
}

/// Ours. The project itself stands against private networking.
pub(super) fn inactive(provider: ProviderKind) -> ErrorBody {
    body(
        BAD_REQUEST,
        "ENCRYPTION_AT_REST_PRIVATE_NETWORKING_INACTIVE_GROUP",
        format!(
            "This group is inactive, and inactive groups cannot use {} over private endpoints. Have the group made active first.",
            provider.title()
        ),
    )
}

/// Recorded, words and all.
pub(super) fn stand_against_disabling() -> ErrorBody {
    body(
        BAD_REQUEST,
        "CANNOT_DISABLE_ENCRYPTION_AT_REST_DUE_TO_PRIVATE_ENDPOINTS",
        "Encryption at Rest cannot be disabled when private endpoints are present.",
    )
}

/// Recorded, words and all, for one region.
pub(super) fn stand_against_public_networking(regions: &[String]) -> ErrorBody {
    let regions = regions.join(", ");
    body(
        BAD_REQUEST,
        "CANNOT_DISABLE_ENCRYPTION_AT_REST_REQUIRE_PRIVATE_NETWORKING_WHILE_PRIVATE_ENDPOINTS_EXIST",
        format!(
            "Cannot disable requirePrivateNetworking field when there are private endpoints. Remove private endpoints in region(s) {regions} to disable requirePrivateNetworking."
        ),
    )
    .with_parameters([regions])
}

/// Ours.
pub(super) fn stand_against_fields(provider: ProviderKind, fields: &[&str]) -> ErrorBody {
    let names = fields.join(", ");
    body(
        BAD_REQUEST,
        "ENCRYPTION_AT_REST_PRIVATE_ENDPOINT_FIELD_IMMUTABLE",
        format!(
            "While this group has private endpoints to {}, these cannot be changed: {names}. Send them as they are stored, or delete every private endpoint first.",
            provider.title()
        ),
    )
    .with_parameters(fields.iter().copied())
}

/// Recorded, words and all.
pub(super) fn stand_against_closing() -> ErrorBody {
    body(
        CONFLICT,
        "CANNOT_CLOSE_GROUP_EAR_PRIVATE_ENDPOINT",
        "Cannot close group while there are Encryption At Rest private endpoints; please terminate all EAR private endpoints.",
    )
}

/// Ours. Gives the row of a cluster or node that private networking has no place for.
pub(super) fn no_place_for(cluster: &ClusterName, refusal: &PlacementRefusal) -> ErrorBody {
    let name = cluster.as_str();
    match refusal {
        PlacementRefusal::Disabled(Disablement::MultiCloud) => body(
            BAD_REQUEST,
            "CLUSTER_NOT_SUPPORTED_OVER_PRIVATE_ENDPOINTS",
            format!(
                "Cluster {name} spans several cloud providers. Customer keys over private endpoints are for clusters in a single cloud: keep the cluster in one, or delete the group's private endpoints and set requirePrivateNetworking to false."
            ),
        )
        .with_parameters([name, Disablement::MultiCloud.code()]),
        PlacementRefusal::Disabled(Disablement::HostedElsewhere) => body(
            BAD_REQUEST,
            "CLUSTER_NOT_SUPPORTED_OVER_PRIVATE_ENDPOINTS",
            format!(
                "Cluster {name} has regions outside Azure. Azure Key Vault over private endpoints is for clusters on Azure: keep the cluster there, choose another encryptionAtRestProvider, or delete the group's private endpoints and set requirePrivateNetworking to false."
            ),
        )
        .with_parameters([name, Disablement::HostedElsewhere.code()]),
        PlacementRefusal::Regions(regions) => {
            let names: Vec<&str> = regions.iter().map(RegionName::as_str).collect();
            body(
                BAD_REQUEST,
                "CLUSTER_REGION_HAS_NO_PRIVATE_ENDPOINT",
                format!(
                    "This group's customer key is reached over private endpoints, and there is no active one in {}. Create a private endpoint there first, and have it approved.",
                    names.join(", ")
                ),
            )
            .with_parameters(names)
        }
    }
}

const fn title(provider: PrivateProvider) -> &'static str {
    provider.provider().title()
}
