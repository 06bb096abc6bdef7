//! Private endpoints: our own network paths to a provider, one per region. A use case only writes down what is wanted;
//! a reconciler asks the cloud for it, one step at a time. Must not know a cloud's words, nor how key calls take a path.

mod change;
mod create;
mod delete;
mod list;
mod look;
mod removal;
mod step;
mod view;

use domain::customer_key::ProviderKind;
use domain::id::ProjectId;
use domain::private_endpoint::{CreationRefusal, EndpointRegion, EndpointState, PrivateEndpoint, PrivateProvider};

pub use list::PrivateEndpointPage;
pub use step::EndpointMemory;

use crate::{Control, Error};

/// What can go wrong with private endpoints.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrivateEndpointError {
    /// No such endpoint of that provider in the project. The id is told as it was given.
    #[error("find private endpoint {id}")]
    NotFound {
        /// The project.
        project: ProjectId,
        /// The provider that was named.
        provider: PrivateProvider,
        /// The id.
        id: String,
    },
    /// A rule stands against it.
    #[error("create a private endpoint in {}: {refusal:?}", .region.as_str())]
    Refused {
        /// The project.
        project: ProjectId,
        /// The region.
        region: EndpointRegion,
        /// The rule.
        refusal: CreationRefusal,
    },
    /// The operator has no place for endpoints in that region.
    #[error("create a private endpoint in {}, which the operator has not configured", .0.as_str())]
    RegionNotConfigured(EndpointRegion),
}

impl Control {
    /// Counts the private endpoints in each state, for metrics.
    /// Errors: those of the store.
    pub async fn private_endpoint_counts(&self) -> Result<Vec<(ProviderKind, EndpointState, u64)>, Error> {
        let counts = self.store().count_private_endpoints().await?;
        let count = |(provider, state, count): (PrivateProvider, EndpointState, i64)| {
            (provider.provider(), state, u64::try_from(count).unwrap_or(0))
        };
        Ok(counts.into_iter().map(count).collect())
    }
}

/// Names an endpoint in an event.
fn told(endpoint: &PrivateEndpoint, more: Option<&str>) -> String {
    let provider = endpoint.region.provider().provider().title();
    let named = format!("{provider} {}, private endpoint {}", endpoint.region.as_str(), endpoint.id);
    match more {
        Some(more) => format!("{named}: {more}"),
        None => named,
    }
}
