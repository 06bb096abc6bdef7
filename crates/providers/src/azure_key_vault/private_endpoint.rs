//! Private endpoints for Azure Key Vault. They are asked for as the operator's application, in the operator's own
//! subscriptions; what the vault's side calls them is read as the customer's principal. Source: product.md 5;
//! clouds/emulators.md 2.3. Must not know what state an endpoint is in for us, but for whether it is still to be
//! made; nor codes of Azure (`refusal.rs`), nor its shapes (`resource.rs`).

mod arm;
mod check;
mod refusal;
mod resource;
mod survey;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use azure_core::http::Method;
use domain::customer_key::CustomerKey;
use domain::customer_key::azure_key_vault::AzureKeyVault as Settings;
use domain::id::ProjectId;
use domain::private_endpoint::{EndpointRegion, EndpointState, PrivateEndpoint};
use domain::provider_role::ProviderRole;
use domain::validity::ForeignText;
use serde_json::{Value, json};
use url::Url;

use super::places::{Resource as TokenFor, vault_segments};
use super::wire::Wire;
use super::{Application, Azure, AzureKey, management};
use crate::private_endpoint::{Asked, AzurePlace, EndpointTrouble, Found, Seen, Wanted, is_within};
use crate::session::Freshness;
use arm::{Call, NETWORK, ResourceManager};
use refusal::{Deed, Judged, Verdict, judge, of_operation};
use resource::{Resource, Standing, interface_addresses};
use survey::Surveys;

pub(super) use check::faults;

/// The longest message to a vault's owner that Azure takes. Unit: characters.
const LONGEST_MESSAGE: usize = 140;

/// The operator's places, and Resource Manager that is asked for endpoints there.
pub(super) struct Endpoints {
    places: BTreeMap<EndpointRegion, AzurePlace>,
    arm: ResourceManager,
    surveys: Surveys,
}

/// Where one endpoint is, or will be.
struct Target {
    /// The resource id of its resource group.
    resource_group: String,
    name: String,
    url: Url,
}

impl Endpoints {
    pub(super) fn new(
        places: Vec<AzurePlace>,
        survey_every: Duration,
        wire: &Wire,
        home: Option<&Application>,
    ) -> Self {
        Self {
            places: places.into_iter().map(|place| (place.region.clone(), place)).collect(),
            arm: ResourceManager::new(wire, home.map(|home| home.environment)),
            surveys: Surveys::new(survey_every),
        }
    }

    /// Gives the place of a region.
    pub(super) fn place(&self, region: &EndpointRegion) -> Option<&AzurePlace> {
        self.places.get(region)
    }

    /// Finds where an endpoint is: where it was made, if that is known, or else where the operator has it made.
    /// None if neither is known. No resource of another name is ever taken for it.
    fn target(&self, endpoint: &PrivateEndpoint) -> Option<Target> {
        let name = endpoint.resource_name();
        let made = endpoint.cloud.resource.as_deref().and_then(|id| resource_group_of(id, &name));
        let resource_group = made.or_else(|| Some(resource_group_in(self.place(&endpoint.region)?)))?;
        let rest = ["providers", "Microsoft.Network", "privateEndpoints", &name];
        let url = self.arm.at(&resource_group, &rest, NETWORK).ok()?;
        Some(Target { resource_group, name, url })
    }
}

/// Gives the resource id of the resource group that a place's endpoints are put into.
fn resource_group_in(place: &AzurePlace) -> String {
    format!("/subscriptions/{}/resourceGroups/{}", place.subscription.as_str(), place.resource_group.as_str())
}

/// Gives the resource id of the resource group that an endpoint was put into, if the id is that endpoint's.
fn resource_group_of(id: &str, name: &str) -> Option<String> {
    let segments: Vec<&str> = id.split('/').collect();
    let ["", subscriptions, subscription, groups, resource_group, providers, namespace, kind, last] = segments[..]
    else {
        return None;
    };
    let like = |text: &str, wanted: &str| text.eq_ignore_ascii_case(wanted);
    let fits = like(subscriptions, "subscriptions")
        && like(groups, "resourceGroups")
        && like(providers, "providers")
        && like(namespace, "Microsoft.Network")
        && like(kind, "privateEndpoints")
        && like(last, name);
    fits.then(|| format!("/subscriptions/{subscription}/resourceGroups/{resource_group}"))
}

impl Azure {
    pub(crate) fn has_place(&self, region: &EndpointRegion) -> bool {
        self.endpoints.place(region).is_some()
    }

    pub(crate) async fn make_endpoint(&self, wanted: &Wanted<'_>) -> Asked {
        let region = wanted.endpoint.region.as_str();
        let Some(place) = self.endpoints.place(&wanted.endpoint.region) else {
            return Asked::refused(&format!("the operator has no private endpoints made in {region}"));
        };
        let CustomerKey::AzureKeyVault(settings) = wanted.key else {
            return Asked::refused("the project has no key in Azure Key Vault");
        };
        let Some(home) = self.operator.home().map(|home| home.environment) else {
            return EndpointTrouble::saying("no operator identity for Azure is configured").into();
        };
        if settings.environment != home {
            let (theirs, ours) = (settings.environment.name(), home.name());
            return Asked::refused(&format!("the vault is in {theirs}, the operator's network in {ours}"));
        }
        let Some(target) = self.endpoints.target(wanted.endpoint) else {
            return EndpointTrouble::saying("no address for the endpoint").into();
        };
        let body = order(wanted, place, settings, &target.name);
        let call = Call { method: Method::Put, url: &target.url, body: Some(&body) };
        let told = match self.endpoints.arm.ask(&self.operator, call).await {
            Ok(told) => told,
            Err(trouble) => return trouble.into(),
        };
        if !told.is_success() {
            return asked(judge(Deed::Make, &told));
        }
        // A proxy's page is no endpoint, whatever status it comes under.
        let resource = told.read().ok().and_then(|answer| Resource::read(&answer)).map(|resource| resource.id);
        match resource.filter(|id| resource_group_of(id, &target.name).is_some()) {
            Some(resource) => Asked::Accepted { resource: Some(resource), operation: told.operation },
            None => EndpointTrouble::saying("Resource Manager took it on, but answered with something else").into(),
        }
    }

    pub(crate) async fn see_endpoint(&self, wanted: &Wanted<'_>) -> Result<Seen, EndpointTrouble> {
        let endpoint = wanted.endpoint;
        let Some(target) = self.endpoints.target(endpoint) else {
            if !endpoint.cloud.asked {
                return Ok(Seen::Nothing);
            }
            let region = endpoint.region.as_str();
            return Err(EndpointTrouble::saying(&format!("the operator has no place in {region} any more")));
        };
        let survey = self.endpoints.surveys.of(&self.endpoints.arm, &self.operator, &target.resource_group).await;
        let listed = survey.endpoint(&target.name)?.cloned();
        let resource = match listed {
            Some(resource) => Some(resource),
            None => self.look(&target).await?,
        };
        match resource {
            Some(resource) => self.judge(endpoint, &resource).await,
            None if endpoint.state == EndpointState::Initiating => self.trace(endpoint, Seen::Nothing).await,
            None => Ok(Seen::Nothing),
        }
    }

    pub(crate) async fn remove_endpoint(&self, wanted: &Wanted<'_>) -> Asked {
        let endpoint = wanted.endpoint;
        let Some(target) = self.endpoints.target(endpoint) else {
            if !endpoint.cloud.asked {
                return Asked::Accepted { resource: None, operation: None };
            }
            let region = endpoint.region.as_str();
            return EndpointTrouble::saying(&format!("the operator has no place in {region} any more")).into();
        };
        let call = Call { method: Method::Delete, url: &target.url, body: None };
        let told = match self.endpoints.arm.ask(&self.operator, call).await {
            Ok(told) => told,
            Err(trouble) => return trouble.into(),
        };
        if told.is_success() {
            if !told.is_empty() && told.read().is_err() {
                return EndpointTrouble::saying("Resource Manager gave an answer that it does not give").into();
            }
            return Asked::Accepted { resource: endpoint.cloud.resource.clone(), operation: told.operation };
        }
        asked(judge(Deed::Remove, &told))
    }

    /// Reads what the vault's side calls the connection of an endpoint, as the customer's principal.
    pub(crate) async fn connection_name(
        self: &Arc<Self>,
        project: ProjectId,
        settings: &Settings,
        role: Option<&ProviderRole>,
        resource: &str,
    ) -> Option<String> {
        // Resource Manager is public, whatever path the vault's keys are reached by.
        let key = AzureKey::open(self.clone(), project, settings, role, None).ok()?;
        let turn = Box::pin(key.begin(TokenFor::Management, Freshness::Recent)).await.ok()?;
        management::connection_name(&turn.wire, settings, &turn.token, resource).await
    }

    /// Asks for the endpoint itself. None if there is none.
    async fn look(&self, target: &Target) -> Result<Option<Resource>, EndpointTrouble> {
        let told = self.endpoints.arm.ask(&self.operator, Call::get(&target.url)).await?;
        if told.is_success() {
            let unread = || EndpointTrouble::saying("Resource Manager gave an endpoint that is none");
            return Resource::read(&told.read()?).map(Some).ok_or_else(unread);
        }
        let judged = judge(Deed::Look, &told);
        if judged.verdict == Verdict::Gone { Ok(None) } else { Err(judged.into()) }
    }

    async fn judge(&self, endpoint: &PrivateEndpoint, resource: &Resource) -> Result<Seen, EndpointTrouble> {
        let found = resource.found();
        match resource.standing() {
            Standing::Moving => Ok(Seen::Making),
            Standing::Pending => Ok(self.fitting(endpoint, found, Seen::Pending)),
            Standing::Refused(refusal) => Ok(Seen::Refused(Found { addresses: Vec::new(), ..found }, refusal)),
            Standing::Broken => {
                let words = ForeignText::tame("Azure could not make it, and does not say why", &[]);
                self.trace(endpoint, Seen::Failed(words)).await
            }
            Standing::Approved => {
                let found = match resource.interface() {
                    // Where a policy of the operator's keeps the names, the endpoint does not tell its addresses.
                    Some(interface) if found.addresses.is_empty() => {
                        Found { addresses: self.interface(interface).await?, ..found }
                    }
                    Some(_) | None => found,
                };
                if found.addresses.is_empty() {
                    return Ok(Seen::Making);
                }
                Ok(self.fitting(endpoint, found, Seen::Approved))
            }
        }
    }

    /// Holds an endpoint's addresses against its place.
    fn fitting(&self, endpoint: &PrivateEndpoint, found: Found, seen: fn(Found) -> Seen) -> Seen {
        let networks = self.endpoints.place(&endpoint.region).map(|place| place.addresses.as_slice());
        match found.addresses.iter().find(|address| !is_within(networks.unwrap_or_default(), **address)) {
            None => seen(found),
            Some(address) => {
                let words =
                    format!("Azure gave the endpoint the address {address}, which is not one of the operator's");
                Seen::Failed(ForeignText::tame(&words, &[]))
            }
        }
    }

    async fn interface(&self, id: &str) -> Result<Vec<std::net::IpAddr>, EndpointTrouble> {
        let url = self.endpoints.arm.at(id, &[], NETWORK)?;
        let told = self.endpoints.arm.ask(&self.operator, Call::get(&url)).await?;
        if !told.is_success() {
            return Err(judge(Deed::Look, &told).into());
        }
        Ok(interface_addresses(&told.read()?))
    }

    /// Asks how the making went that was taken on. `otherwise` is told if that is not known any more.
    async fn trace(&self, endpoint: &PrivateEndpoint, otherwise: Seen) -> Result<Seen, EndpointTrouble> {
        let operation = endpoint.cloud.operation.as_deref().and_then(|address| self.endpoints.arm.own(address));
        let Some(url) = operation else { return Ok(otherwise) };
        let told = self.endpoints.arm.ask(&self.operator, Call::get(&url)).await?;
        if !told.is_success() {
            let judged = judge(Deed::Look, &told);
            return if judged.verdict == Verdict::Gone { Ok(otherwise) } else { Err(judged.into()) };
        }
        let answer = told.read()?;
        let status = answer.get("status").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        Ok(match status.as_str() {
            "failed" | "canceled" => match of_operation(&told.said_in(&answer)) {
                (Verdict::Later, words) => Seen::Faltered(words),
                (Verdict::Refused | Verdict::Gone, words) => Seen::Failed(words),
            },
            "inprogress" | "running" | "accepted" if otherwise == Seen::Nothing => Seen::Making,
            _ => otherwise,
        })
    }
}

fn asked(judged: Judged) -> Asked {
    match judged.verdict {
        Verdict::Refused => Asked::Refused(judged.words),
        Verdict::Later => EndpointTrouble::from(judged).into(),
        Verdict::Gone => Asked::Accepted { resource: None, operation: None },
    }
}

/// Writes what an endpoint is ordered with. The connection is a manual one: where the operator's application has
/// rights on the vault an automatic one would let itself in.
fn order(wanted: &Wanted<'_>, place: &AzurePlace, settings: &Settings, name: &str) -> Value {
    let message = format!("Atrest {} for project {}", wanted.instance, wanted.project);
    let message: String = message.chars().take(LONGEST_MESSAGE).collect();
    json!({
        "location": place.location,
        "tags": {
            "atrest-endpoint": wanted.endpoint.id.to_string(),
            "atrest-instance": wanted.instance,
            "atrest-project": wanted.project.to_string(),
        },
        "properties": {
            "subnet": {"id": place.subnet},
            "manualPrivateLinkServiceConnections": [{
                "name": name,
                "properties": {
                    "privateLinkServiceId": format!("/{}", vault_segments(settings).join("/")),
                    "groupIds": ["vault"],
                    "requestMessage": message,
                },
            }],
        },
    })
}

/// Gives every code of the table of refusals that making or removing can meet: whether it removes, the code, the
/// row's words, and whether it is refused rather than put off.
#[cfg(test)]
pub(super) fn refusal_rows() -> Vec<(bool, &'static str, &'static str, bool)> {
    let rows = refusal::tests::rows().into_iter();
    let rows = rows.filter(|(deed, _, _, verdict)| *deed != Deed::Look && *verdict != Verdict::Gone);
    rows.map(|(deed, code, words, verdict)| (deed == Deed::Remove, code, words, verdict == Verdict::Refused)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_endpoints_own_resource_is_taken_for_it() {
        let id = |resource_group: &str, kind: &str, name: &str| {
            format!("/subscriptions/s/resourceGroups/{resource_group}/providers/Microsoft.Network/{kind}/{name}")
        };
        let check = |id: &str, expected: Option<&str>| {
            assert_eq!(resource_group_of(id, "atrest-1").as_deref(), expected, "{id}")
        };
        check(&id("g", "privateEndpoints", "atrest-1"), Some("/subscriptions/s/resourceGroups/g"));
        check(&id("g", "PRIVATEENDPOINTS", "ATREST-1"), Some("/subscriptions/s/resourceGroups/g"));
        check(&id("g", "privateEndpoints", "atrest-2"), None);
        check(&id("g", "virtualNetworks", "atrest-1"), None);
        check(&id("g/x", "privateEndpoints", "atrest-1"), None);
        check("atrest-1", None);
        check("", None);
    }
}
