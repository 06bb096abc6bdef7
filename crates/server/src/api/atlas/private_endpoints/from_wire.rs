//! From the wire's private endpoint, and from its path, to the domain's words.

use api_wire::atlas::private_endpoints::CloudProvider;
use api_wire::atlas::private_endpoints::v2023_01_01::PrivateEndpointCreate;
use control::private_endpoint::PrivateEndpointError;
use domain::id::PrivateEndpointId;
use domain::private_endpoint::{EndpointRegion, PrivateProvider};

use crate::api::call::Call;
use crate::api::error::Refused;

/// Gives the provider of the path.
/// Errors: `NoSuchPath` for one that has no private endpoints, `NoSuchProject` before that.
pub(super) fn provider(call: &Call) -> Result<(CloudProvider, PrivateProvider), Refused> {
    call.project()?;
    let named = CloudProvider::parse(call.parameter("cloudProvider"));
    let named = named.ok_or_else(|| Refused::NoSuchPath(call.url_path.clone()))?;
    Ok(match named {
        CloudProvider::Aws => (named, PrivateProvider::AwsKms),
        CloudProvider::Azure => (named, PrivateProvider::AzureKeyVault),
    })
}

/// Gives the private endpoint of the path.
/// Errors: not found if it is no id.
pub(super) fn endpoint(call: &Call, provider: PrivateProvider) -> Result<PrivateEndpointId, Refused> {
    let (project, id) = (call.project()?, call.parameter("endpointId"));
    let not_found = || PrivateEndpointError::NotFound { project, provider, id: id.to_owned() };
    id.parse().map_err(|_| control::Error::from(not_found()).into())
}

/// Translates a body whose shape was checked.
/// Errors: `Bug` if the wire admits a region that the domain does not know.
pub(super) fn from_wire(body: PrivateEndpointCreate, provider: PrivateProvider) -> Result<EndpointRegion, Refused> {
    let PrivateEndpointCreate { region_name } = body;
    EndpointRegion::parse(provider, &region_name).ok_or(Refused::Bug("the schema admits only regions of the provider"))
}

#[cfg(test)]
mod tests {
    use api_wire::atlas::regions::{AWS_REGIONS, AZURE_REGIONS};
    use domain::private_endpoint::{EndpointRegion, PrivateProvider};

    #[test]
    fn wire_and_domain_know_the_same_regions() {
        use PrivateProvider::{AwsKms, AzureKeyVault};
        for (provider, own, others) in
            [(AwsKms, AWS_REGIONS, AZURE_REGIONS), (AzureKeyVault, AZURE_REGIONS, AWS_REGIONS)]
        {
            for name in own {
                let region = EndpointRegion::parse(provider, name).unwrap();
                assert_eq!((region.as_str(), region.provider()), (*name, provider));
            }
            for name in others.iter().filter(|name| !own.contains(name)) {
                assert_eq!(EndpointRegion::parse(provider, name), None, "{name}");
            }
        }
    }
}
