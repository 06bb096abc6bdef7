//! Private endpoints for Azure Key Vault: what Resource Manager is asked as the operator's application, and as
//! the customer's principal. Must not know what state an endpoint is in for us.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::customer_key::azure_key_vault::AzureKeyVault as Settings;
use domain::id::ProjectId;
use domain::private_endpoint::EndpointRegion;
use domain::provider_role::ProviderRole;

use super::{Azure, OperatorIdentity};
use crate::private_endpoint::{Asked, AzurePlace, EndpointTrouble, Seen, Wanted};
use crate::registry::ConfigFault;

/// The operator's places.
pub(super) struct Endpoints {
    places: BTreeMap<EndpointRegion, AzurePlace>,
    #[expect(dead_code, reason = "the lists come next")]
    survey_every: Duration,
}

impl Endpoints {
    pub(super) fn new(places: Vec<AzurePlace>, survey_every: Duration) -> Self {
        Self { places: places.into_iter().map(|place| (place.region.clone(), place)).collect(), survey_every }
    }

    /// Gives the place of a region.
    pub(super) fn place(&self, region: &EndpointRegion) -> Option<&AzurePlace> {
        self.places.get(region)
    }
}

pub(super) fn faults(_places: &[AzurePlace], _operator: &OperatorIdentity) -> Vec<ConfigFault> {
    Vec::new()
}

impl Azure {
    pub(crate) fn has_place(&self, region: &EndpointRegion) -> bool {
        self.endpoints.place(region).is_some()
    }

    pub(crate) async fn make_endpoint(&self, _wanted: &Wanted<'_>) -> Asked {
        EndpointTrouble::saying("not yet").into()
    }

    pub(crate) async fn see_endpoint(&self, _wanted: &Wanted<'_>) -> Result<Seen, EndpointTrouble> {
        Err(EndpointTrouble::saying("not yet"))
    }

    pub(crate) async fn remove_endpoint(&self, _wanted: &Wanted<'_>) -> Asked {
        EndpointTrouble::saying("not yet").into()
    }

    pub(crate) async fn connection_name(
        &self,
        _project: ProjectId,
        _settings: &Settings,
        _role: Option<&ProviderRole>,
        _resource: &str,
    ) -> Option<String> {
        None
    }

    pub(crate) async fn check_places(&self) -> Vec<ConfigFault> {
        Vec::new()
    }
}
